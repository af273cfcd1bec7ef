/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/decide.h"

#include "pki/certificate/calendar.h"
#include "pki/signer/renewal.h"
#include "pki/trust/emission_code.h"

#include <openssl/crypto.h>
#include <string.h>

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S };

/* What one decision works on. */
struct deciding {
    const struct approval_context *about;
    const struct issue_request *request;
    struct decision *decision;
    TALLOC_CTX *memory;
    struct ledger *ledger;
};

static bool refuse(struct ra_error *error, const char *reason, const char *detail)
{
    return ra_fail_reason(error, RA_STATEMENT_REFUSED, reason, "%s", detail);
}

static bool has_verification(const struct deciding *deciding)
{
    return deciding->request->verification.length > 0;
}

/* --- 2: statements --- */

static bool verify_statements(const struct deciding *deciding, struct ledger *ledger, struct ra_error *error)
{
    struct decision *decision = deciding->decision;
    const struct bytes objects[2] = {deciding->request->validation, deciding->request->verification};
    if (!approval_verify(deciding->memory, deciding->about, objects[0], STATEMENT_VALIDATION,
                         &decision->validation, error))
        return false;
    if (has_verification(deciding) &&
        !approval_verify(deciding->memory, deciding->about, objects[1], STATEMENT_VERIFICATION,
                         &decision->verification, error))
        return false;
    decision->order = decision->validation.statement->order;
    decision->attempt = decision->validation.statement->attempt;
    decision->facts = &decision->validation.statement->validation;
    return approval_crl_numbers(deciding->about, objects, 2, &decision->crls, error) &&
           ledger_admit_crls(ledger, &decision->crls, error);
}

/* --- 3: instance and life --- */

static bool check_heads(const struct deciding *deciding, struct ra_error *error)
{
    struct decision *decision = deciding->decision;
    const struct settings *settings = deciding->about->settings;
    int64_t longest = decision->facts->binding.kind == PROFILE_BINDING_CODE
                          ? (int64_t)settings->code_days * DAY_S
                          : (int64_t)settings->validation_hours * HOUR_S;
    if (!approval_check_head(deciding->about, decision->validation.statement, longest, error))
        return false;
    decision->until = decision->validation.statement->not_after;
    if (!has_verification(deciding))
        return true;
    if (!approval_check_head(deciding->about, decision->verification.statement, longest, error))
        return false;
    if (decision->verification.statement->not_after < decision->until)
        decision->until = decision->verification.statement->not_after;
    return true;
}

/* --- 4: the verification --- */

static bool confirms(const struct statement_waivers *confirmed, const char *rule)
{
    for (size_t i = 0; i < confirmed->count; i++)
        if (strcmp(confirmed->items[i].rule, rule) == 0)
            return true;
    return false;
}

static bool covers(const struct statement_waivers *confirmed, const struct statement_waivers *waived)
{
    for (size_t i = 0; i < waived->count; i++)
        if (!confirms(confirmed, waived->items[i].rule))
            return false;
    return true;
}

static bool check_verification(const struct deciding *deciding, struct ra_error *error)
{
    if (!has_verification(deciding))
        return true;
    const struct decision *decision = deciding->decision;
    const struct statement *statement = decision->verification.statement;
    const struct statement_verification *verification = &statement->verification;
    if (strcmp(statement->order, decision->order) != 0 || statement->attempt != decision->attempt)
        return refuse(error, "order-mismatch", "A verificação é de outro pedido ou de outra tentativa.");
    if (CRYPTO_memcmp(verification->validation, decision->validation.signed_by->digest, 32) != 0)
        return refuse(error, "validation-mismatch", "A verificação é de outra validação.");
    if (verification->waived.count != decision->facts->waived.count ||
        !covers(&verification->waived, &decision->facts->waived) ||
        !covers(&decision->facts->waived, &verification->waived))
        return refuse(error, "waiver-mismatch", "A verificação não confirma as mesmas dispensas.");
    return true;
}

/* --- 5: people --- */

static bool is_subject(const struct statement_validation *facts, const char *cpf)
{
    for (size_t i = 0; i < facts->people.count; i++)
        if (strcmp(facts->people.items[i].cpf, cpf) == 0)
            return true;
    return strcmp(facts->data.cpf, cpf) == 0;
}

/* Two agents, unless both the profile's row and the configuration are content with one. A waiver is nothing
 * until a second agent confirms it. */
static bool check_floor(const struct deciding *deciding, struct ra_error *error)
{
    const struct settings *settings = deciding->about->settings;
    const struct certificate_profile *profile =
        settings_profile(settings, deciding->decision->facts->profile.id);
    bool one_is_enough = settings->agents_floor == 1 && profile != NULL && profile->agents == 1 &&
                         deciding->decision->facts->waived.count == 0;
    /* A renewal rests on the holder's own signature and on one agent's (protocol 2). */
    const struct statement_validation *facts = deciding->decision->facts;
    bool renewed = facts->method == IDENTIFICATION_RENEWAL &&
                   facts->binding.kind == PROFILE_BINDING_RENEWAL &&
                   renewal_waivers_are_the_norm_s(&facts->waived);
    if (!has_verification(deciding) && !one_is_enough && !renewed)
        return refuse(error, "floor", "É preciso a verificação de um segundo agente.");
    return true;
}

static bool check_people(const struct deciding *deciding, struct ra_error *error)
{
    const struct decision *decision = deciding->decision;
    const char *detail = "Um agente não pode emitir certificado para si.";
    if (!check_floor(deciding, error))
        return false;
    if (is_subject(decision->facts, decision->validation.entry->cpf))
        return refuse(error, "agent-is-subject", detail);
    if (!has_verification(deciding))
        return true;
    if (is_subject(decision->facts, decision->verification.entry->cpf))
        return refuse(error, "agent-is-subject", detail);
    return approval_distinct(&decision->validation, &decision->verification, error);
}

/* --- 7: coherence --- */

/* The person whose data reach the certificate stands among the people, in the role that goes with it. */
static bool has_subject(const struct statement_validation *facts, enum certificate_holder holder)
{
    enum statement_people_role wanted =
        holder == CERTIFICATE_HOLDER_PERSON ? STATEMENT_ROLE_HOLDER : STATEMENT_ROLE_RESPONSIBLE;
    for (size_t i = 0; i < facts->people.count; i++)
        if (facts->people.items[i].role == wanted && strcmp(facts->people.items[i].cpf, facts->data.cpf) == 0)
            return true;
    return false;
}

static bool check_data(const struct deciding *deciding, struct ra_error *error)
{
    const struct statement_validation *facts = deciding->decision->facts;
    enum certificate_holder holder = deciding->decision->profile->holder;
    if (!certificate_data_check(holder, &facts->data, error)) {
        if (error->code == RA_INVALID) {
            struct ra_error fields = *error;
            refuse(error, "data-mismatch", "Os dados aprovados não estão na forma do certificado.");
            error->field_count = fields.field_count;
            memcpy(error->fields, fields.fields, sizeof error->fields);
        }
        return false;
    }
    if (!has_subject(facts, holder))
        return refuse(error, "data-mismatch", "O titular dos dados não está entre as pessoas da validação.");
    if ((facts->method == IDENTIFICATION_VIDEO) != (facts->place.kind == STATEMENT_PLACE_VIDEO))
        return refuse(error, "place-mismatch", "Lugar e modalidade da identificação não combinam.");
    return true;
}

/* --- 6 and 8: profile and binding --- */

/* The row says until when the AC lives; its own certificate has the last word. */
static bool outlives(const X509 *issuer, time_t now, unsigned months)
{
    time_t end = calendar_months_later(now, months);
    return X509_cmp_time(X509_get0_notAfter(issuer), &end) != 1;
}

static bool check_profile(const struct deciding *deciding, struct ra_error *error)
{
    struct decision *decision = deciding->decision;
    const struct statement_validation *facts = decision->facts;
    const struct certificate_profile *profile =
        settings_profile(deciding->about->settings, facts->profile.id);
    char today[DATE_SIZE];
    profile_day(deciding->about->now, today);
    if (profile == NULL)
        return refuse(error, "profile-unknown", "Este perfil de certificado não é emitido aqui.");
    if (CRYPTO_memcmp(profile->digest, facts->profile.digest, sizeof profile->digest) != 0)
        return refuse(error, "profile-digest", "O perfil mudou depois da validação.");
    if (!profile_open_on(profile, today))
        return refuse(error, "profile-closed", "Este perfil não pode ser emitido hoje.");
    if (facts->profile.term_months < 1 || facts->profile.term_months > 1200 ||
        !profile_term_allowed(profile, (unsigned)facts->profile.term_months, today))
        return refuse(error, "profile-term", "O prazo de validade não cabe neste perfil.");
    X509 *issuer = settings_profile_issuer(deciding->about->settings, profile);
    if (issuer == NULL)
        return refuse(error, "profile-issuer", "A AC que emite este perfil não é conhecida aqui.");
    if (outlives(issuer, deciding->about->now, (unsigned)facts->profile.term_months))
        return refuse(error, "profile-term", "O certificado valeria por mais tempo que a AC que o emite.");
    if (facts->profile.media != profile->media)
        return refuse(error, "profile-media", "A mídia não é a deste perfil.");
    decision->profile = profile;
    return true;
}

static bool check_binding_kind(const struct deciding *deciding, struct ra_error *error)
{
    const struct decision *decision = deciding->decision;
    const struct statement_binding *binding = &decision->facts->binding;
    bool mail_in_verification =
        has_verification(deciding) && decision->verification.statement->verification.has_mail;
    const char *detail = "As chaves do código de emissão não estão onde deviam.";
    switch (binding->kind) {
    case PROFILE_BINDING_CODE:
        /* The mail half stands in exactly one statement: the second agent's, when there is one. */
        if (binding->has_mail == has_verification(deciding) ||
            mail_in_verification != has_verification(deciding))
            return refuse(error, "binding-mismatch", detail);
        break;
    case PROFILE_BINDING_SPKI:
        if (mail_in_verification)
            return refuse(error, "binding-mismatch", detail);
        break;
    case PROFILE_BINDING_RENEWAL:
        if (mail_in_verification)
            return refuse(error, "binding-mismatch", detail);
        break;
    case PROFILE_BINDING_COUNT:
    default:
        return refuse(error, "binding-not-allowed", "Esta forma de ligar a chave não é aceita.");
    }
    if (!profile_binding_allowed(decision->profile, decision->facts->method, binding->kind))
        return refuse(error, "binding-not-allowed", "Esta forma de ligar a chave não é aceita neste perfil.");
    return true;
}

/* --- 10: the key --- */

static bool check_proofs(const struct deciding *deciding, struct ra_error *error)
{
    const struct decision *decision = deciding->decision;
    const struct statement_binding *binding = &decision->facts->binding;
    const struct issue_request *request = deciding->request;
    const uint8_t *mail =
        has_verification(deciding) ? decision->verification.statement->verification.mail : binding->mail;
    const struct emission_case about = {.instance = deciding->about->settings->instance,
                                        .order = decision->order,
                                        .validation = decision->validation.signed_by->digest,
                                        .spki = decision->csr->spki};
    if (request->counter_proof.length == 0 || request->mail_proof.length == 0)
        return ra_fail_reason(error, RA_PROOF_REFUSED, "proof-missing",
                              "Faltam as provas das duas metades do código de emissão.");
    return emission_verify(binding->counter, EMISSION_COUNTER, &about, request->counter_proof, error) &&
           emission_verify(mail, EMISSION_MAIL, &about, request->mail_proof, error);
}

static bool check_key(const struct deciding *deciding, struct ra_error *error)
{
    const struct decision *decision = deciding->decision;
    const struct statement_binding *binding = &decision->facts->binding;
    switch (binding->kind) {
    case PROFILE_BINDING_CODE:
        return check_proofs(deciding, error);
    case PROFILE_BINDING_SPKI:
        if (CRYPTO_memcmp(binding->spki, decision->csr->spki_digest, sizeof binding->spki) == 0)
            return true;
        return refuse(error, "binding-mismatch", "A chave do pedido não é a que os agentes aprovaram.");
    case PROFILE_BINDING_RENEWAL:
        return renewal_check(deciding->memory, deciding->about, deciding->ledger,
                             &(struct renewal_case){.validation = decision->validation.statement,
                                                    .profile = decision->profile,
                                                    .csr = decision->csr},
                             error);
    case PROFILE_BINDING_COUNT:
    default:
        return refuse(error, "binding-not-allowed", "Esta forma de ligar a chave não é aceita.");
    }
}

bool signer_decide(TALLOC_CTX *context, const struct approval_context *about, struct ledger *ledger,
                   const struct issue_request *request, struct decision *decision, struct ra_error *error)
{
    *decision = (struct decision){.order = NULL};
    const struct deciding deciding = {about, request, decision, context, ledger};
    if (!approval_roster(about, error) || !verify_statements(&deciding, ledger, error) ||
        !check_heads(&deciding, error) || !check_verification(&deciding, error) ||
        !check_people(&deciding, error) || !check_profile(&deciding, error) ||
        !check_data(&deciding, error) || !check_binding_kind(&deciding, error))
        return false;
    return csr_accept(context, request->csr, decision->profile, about->settings->weak_keys, &decision->csr,
                      error) &&
           check_key(&deciding, error) &&
           ledger_admit(ledger, decision->order, decision->attempt, decision->csr->spki_digest, error);
}
