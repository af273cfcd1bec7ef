/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The second agent: judges here what the first one signed and whether the dossier is still that one, then
 * signs the verification of it.
 */
#include "pki/certificate/reader.h"
#include "pki/trust/signed.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/signing.h"

#include <string.h>

struct verification_case {
    struct signed_statement *validation;
    struct roster *roster;
    const json_t *facts;
};

static bool judge_validation(struct cli *cli, const char *order, struct verification_case *about,
                             struct ra_error *error)
{
    struct signed_trust trust = {0};
    struct bytes cms, bundle;
    const struct roster_entry *validator = NULL;
    bool ok = signing_bytes(cli, about->facts, "validation", &cms, error) &&
              signing_bytes(cli, about->facts, "roster", &bundle, error) &&
              signing_trust(cli, json_object_get(about->facts, "crls"), &trust, error) &&
              signed_verify(cli->context, cms, STATEMENT_VALIDATION, &trust, &about->validation, error) ==
                  SIGNED_VALID;
    signing_trust_free(&trust);
    if (!ok)
        return false;
    const struct statement *statement = about->validation->statement;
    int64_t now = (int64_t)clock_now(&cli->clock);
    if (strcmp(statement->order, client_order_code(cli, order)) != 0)
        return ra_fail_reason(error, RA_VERIFICATION_FAILED, "order-mismatch",
                              "a validação é de outro pedido");
    return statement_check_time(statement, now, SIGNING_CODE_LIFE_S, error) &&
           signing_roster(cli, bundle, statement->instance, &about->roster, error) &&
           roster_require(about->roster, about->validation->signer_spki, ROSTER_AGENT, now, &validator,
                          error);
}

/* The dossier the second agent sees must be the one that the first signed. */
static bool same_dossier(struct cli *cli, const struct verification_case *about, struct ra_error *error)
{
    uint8_t root[32];
    if (!signing_dossier(cli, json_object_get(about->facts, "dossier"), root, error))
        return false;
    const struct bytes signed_root = {about->validation->statement->validation.dossier, 32};
    if (!bytes_equal((struct bytes){root, 32}, signed_root))
        return ra_fail_reason(error, RA_VERIFICATION_FAILED, "data-mismatch",
                              "o dossiê mudou depois da validação: devolva o caso");
    return true;
}

/* Protocol 6 refuses these as well; the agent should learn it before signing. */
static bool verifier_is_another(struct cli *cli, const struct identity *identity,
                                const struct signed_statement *validation, struct ra_error *error)
{
    (void)cli;
    char cpf[12];
    if (bytes_equal((struct bytes){identity_spki(identity), 32}, (struct bytes){validation->signer_spki, 32}))
        return ra_fail_reason(error, RA_RULE_REFUSED, "same-agent",
                              "quem validou não pode verificar: outro agente precisa assinar");
    if (!certificate_read_cpf(identity_certificate(identity), cpf, error))
        return false;
    const struct statement_people *people = &validation->statement->validation.people;
    for (size_t i = 0; i < people->count; i++)
        if (strcmp(people->items[i].cpf, cpf) == 0)
            return ra_fail_reason(error, RA_RULE_REFUSED, "agent-is-subject",
                                  "um agente não verifica um caso em que é parte");
    return true;
}

static bool fill_verification(const struct verification_case *about, struct statement *statement,
                              struct ra_error *error)
{
    struct statement_verification *verification = &statement->verification;
    const struct statement_validation *validation = &about->validation->statement->validation;
    memcpy(verification->validation, about->validation->digest, sizeof verification->validation);
    verification->waived = validation->waived;
    if (validation->binding.kind != PROFILE_BINDING_CODE || validation->binding.has_mail)
        return true;
    const char *key;
    if (!signing_text(about->facts, "mail_public_key", &key, error))
        return false;
    verification->has_mail = hex_decode(key, verification->mail, sizeof verification->mail);
    return verification->has_mail || ra_fail(error, RA_UPSTREAM, "falta a chave do código do e-mail");
}

static bool sign_verification(struct cli *cli, const char *order, struct verification_case *about,
                              json_t **result, struct ra_error *error)
{
    struct identity *identity = NULL;
    const struct statement *validated = about->validation->statement;
    int64_t life =
        validated->validation.binding.kind == PROFILE_BINDING_CODE ? SIGNING_CODE_LIFE_S : SIGNING_LIFE_S;
    struct statement statement = {.type = STATEMENT_VERIFICATION,
                                  .instance = validated->instance,
                                  .order = validated->order,
                                  .attempt = validated->attempt,
                                  .issued_at = (int64_t)clock_now(&cli->clock)};
    statement.not_after = statement.issued_at + life;
    struct bytes cms;
    return signing_identity(cli, &identity, error) &&
           verifier_is_another(cli, identity, about->validation, error) &&
           fill_verification(about, &statement, error) &&
           signing_sign(cli, identity, &statement, about->validation->content, STATEMENT_VALIDATION, &cms,
                        error) &&
           signing_post(cli, client_order_path(cli, order, "/verification"), cms, result, error);
}

bool approval_verify(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error)
{
    const char *order = arguments->positional[0];
    json_t *facts = NULL;
    struct verification_case about = {0};
    bool ok = client_json(cli, "GET", client_order_path(cli, order, "/verification"), NULL, &facts, error);
    about.facts = facts;
    ok = ok && judge_validation(cli, order, &about, error) && same_dossier(cli, &about, error) &&
         sign_verification(cli, order, &about, result, error);
    json_decref(facts);
    return ok;
}
