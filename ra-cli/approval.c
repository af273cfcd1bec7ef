/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What agents sign: validation, verification, refusal, revocation. The content is built here, from facts, and
 * never taken ready-made from the server (protocol 2).
 */
#include "pki/base/file.h"
#include "pki/certificate/reader.h"
#include "pki/trust/emission_code.h"
#include "pki/trust/signed.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/csr.h"
#include "ra-cli/signing.h"
#include "ra-cli/slip.h"
#include "ra-cli/term.h"
#include "ra-cli/terminal.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, CODE_LIFE_S = 7 * DAY_S, ORDINARY_LIFE_S = DAY_S };

/* --- facts of the validation --- */

static bool data_of(const json_t *facts, struct certificate_data *data, struct ra_error *error)
{
    const json_t *object = json_object_get(facts, "data");
    bool ok = true;
#define X(member) ok = ok && signing_text(object, #member, &data->member, error);
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    return ok;
}

static bool people_of(struct cli *cli, const json_t *facts, struct statement_people *people,
                      struct ra_error *error)
{
    const json_t *list = json_object_get(facts, "people");
    size_t count = json_array_size(list);
    if (count == 0 || count > STATEMENT_PEOPLE_MAX)
        return ra_fail(error, RA_UPSTREAM, "número de pessoas inesperado");
    struct statement_person *items =
        talloc_zero_array(cli->context, struct statement_person, (unsigned)count);
    if (items == NULL)
        return ra_fail(error, RA_NO_MEMORY, "people");
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        const char *role;
        if (!signing_text(one, "cpf", &items[i].cpf, error) || !signing_text(one, "role", &role, error))
            return false;
        if (!statement_people_role_parse(role, &items[i].role))
            return ra_fail(error, RA_UPSTREAM, "papel desconhecido: %s", role);
    }
    *people = (struct statement_people){count, items};
    return true;
}

static bool waivers_of(struct cli *cli, const json_t *list, struct statement_waivers *waivers,
                       struct ra_error *error)
{
    size_t count = json_array_size(list);
    if (count > STATEMENT_WAIVERS_MAX)
        return ra_fail(error, RA_UPSTREAM, "dispensas demais");
    struct statement_waiver *items =
        talloc_zero_array(cli->context, struct statement_waiver, (unsigned)count + 1);
    if (items == NULL)
        return ra_fail(error, RA_NO_MEMORY, "waived");
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        if (!signing_text(one, "rule", &items[i].rule, error) ||
            !signing_text(one, "reason", &items[i].reason, error))
            return false;
    }
    *waivers = (struct statement_waivers){count, items};
    return true;
}

static bool profile_of(const json_t *facts, struct statement_validation *validation, struct ra_error *error)
{
    const json_t *profile = json_object_get(facts, "profile");
    const char *digest, *media;
    if (!signing_text(profile, "id", &validation->profile.id, error) ||
        !signing_text(profile, "digest", &digest, error) || !signing_text(profile, "media", &media, error))
        return false;
    validation->profile.term_months = json_integer_value(json_object_get(profile, "term_months"));
    if (!hex_decode(digest, validation->profile.digest, sizeof validation->profile.digest) ||
        !profile_media_parse(media, &validation->profile.media))
        return ra_fail(error, RA_UPSTREAM, "perfil malformado na resposta do servidor");
    return true;
}

static bool place_of(struct cli *cli, const json_t *facts, struct statement_validation *validation,
                     struct ra_error *error)
{
    const json_t *place = json_object_get(facts, "place");
    const char *kind, *method;
    if (!signing_text(place, "kind", &kind, error) || !signing_text(facts, "method", &method, error) ||
        !signing_text(place, "office", &validation->place.office, error) ||
        !signing_text(place, "ibge", &validation->place.ibge, error))
        return false;
    validation->place.station = cli->station;
    if (!statement_place_kind_parse(kind, &validation->place.kind) ||
        !identification_method_parse(method, &validation->method))
        return ra_fail(error, RA_UPSTREAM, "lugar ou método desconhecido");
    return true;
}

static bool media_of(const json_t *facts, struct statement_validation *validation, struct ra_error *error)
{
    const json_t *media = json_object_get(facts, "media");
    return signing_text(media, "model", &validation->media.model, error) &&
           signing_text(media, "serial", &validation->media.serial, error) &&
           signing_text(media, "homologation", &validation->media.homologation, error);
}

static bool validation_of(struct cli *cli, const json_t *facts, struct statement_validation *validation,
                          struct ra_error *error)
{
    return profile_of(facts, validation, error) && data_of(facts, &validation->data, error) &&
           people_of(cli, facts, &validation->people, error) && place_of(cli, facts, validation, error) &&
           signing_text(facts, "rules", &validation->rules, error) &&
           waivers_of(cli, json_object_get(facts, "waived"), &validation->waived, error) &&
           media_of(facts, validation, error) &&
           signing_dossier(cli, json_object_get(facts, "dossier"), validation->dossier, error);
}

/* --- validate --- */

/* What the CSR is checked against before anybody signs for its key: the signer checks it again, too late for
 * the person at the counter. */
static void key_sizes_of(const json_t *facts, struct certificate_profile *profile)
{
    const json_t *bits = json_object_get(json_object_get(facts, "profile"), "key_bits");
    *profile = (struct certificate_profile){.id = NULL};
    for (size_t i = 0; i < json_array_size(bits) && i < PROFILE_KEY_SIZES_MAX; i++)
        profile->key_bits[profile->key_bits_count++] = (unsigned)json_integer_value(json_array_get(bits, i));
}

static bool bind_to_csr(struct cli *cli, const struct cli_arguments *arguments, const json_t *facts,
                        struct statement_binding *binding, struct ra_error *error)
{
    const char *path = cli_option(arguments, "bind-csr");
    struct weak_key_list *weak_keys = NULL;
    struct bytes file;
    struct csr *csr = NULL;
    struct certificate_profile profile;
    key_sizes_of(facts, &profile);
    if (!csr_weak_keys(cli, arguments, &weak_keys, error) ||
        !file_read(cli->context, path, CSR_MAX, &file, error) ||
        !csr_accept(cli->context, file, &profile, weak_keys, &csr, error))
        return false;
    binding->kind = PROFILE_BINDING_SPKI;
    memcpy(binding->spki, csr->spki_digest, sizeof binding->spki);
    return true;
}

static bool is_alone(const json_t *object)
{
    return json_integer_value(json_object_get(object, "agents")) == 1;
}

/* Where no second agent signs, the mail half's key stands in this statement. */
static bool bind_mail_half(const json_t *facts, struct statement_binding *binding, struct ra_error *error)
{
    const char *key;
    if (!is_alone(facts))
        return true;
    if (!signing_text(facts, "mail_public_key", &key, error))
        return false;
    binding->has_mail = hex_decode(key, binding->mail, sizeof binding->mail);
    return binding->has_mail || ra_fail(error, RA_UPSTREAM, "falta a chave do código do e-mail");
}

/* The counter half is born here and is never sent: only its public key is. */
static bool bind_to_code(const struct statement *statement, char code[EMISSION_TEXT_SIZE],
                         struct statement_binding *binding, struct ra_error *error)
{
    uint8_t half[EMISSION_HALF_SIZE];
    bool ok =
        emission_half_make(half, error) && emission_public_key(half, EMISSION_COUNTER, statement->instance,
                                                               statement->order, binding->counter, error);
    if (ok)
        emission_half_format(half, code);
    OPENSSL_cleanse(half, sizeof half);
    binding->kind = PROFILE_BINDING_CODE;
    return ok;
}

/* A renewal: what the holder signed with the present certificate is what binds the key. */
static bool bind_to_renewal(struct cli *cli, const json_t *facts, struct statement_binding *binding,
                            struct ra_error *error)
{
    binding->kind = PROFILE_BINDING_RENEWAL;
    return signing_bytes(cli, facts, "renewal_cms", &binding->cms, error);
}

static bool is_renewal(const json_t *facts)
{
    const char *method = json_string_value(json_object_get(facts, "method"));
    return method != NULL && strcmp(method, "renewal") == 0;
}

static bool bind_key(struct cli *cli, const struct cli_arguments *arguments, const json_t *facts,
                     struct statement *statement, char code[EMISSION_TEXT_SIZE], struct ra_error *error)
{
    struct statement_binding *binding = &statement->validation.binding;
    if (is_renewal(facts))
        return bind_to_renewal(cli, facts, binding, error);
    return cli_option(arguments, "bind-csr") != NULL
               ? bind_to_csr(cli, arguments, facts, binding, error)
               : bind_to_code(statement, code, binding, error) && bind_mail_half(facts, binding, error);
}

static int64_t life_of(const char *csr, const json_t *facts)
{
    return csr != NULL || is_renewal(facts) ? ORDINARY_LIFE_S : CODE_LIFE_S;
}

/* Said before the agent signs: nobody looks after her. */
static void say_alone(const struct cli *cli, const json_t *facts)
{
    if (cli->json || !is_alone(facts))
        return;
    const char *rule = json_string_value(json_object_get(facts, "agents_rule"));
    const char *source = json_string_value(json_object_get(facts, "agents_source"));
    FILE *out = cli_reading(cli, stdout);
    fputs(
        is_renewal(facts)
            ? "Renovação: o titular assinou com o certificado atual. Este caso não tem segundo agente.\n"
            : "Este caso não precisa de segundo agente: o PSBio confirmou cada pessoa e nenhum dado mudou.\n",
        out);
    fputs("Ninguém confere depois de você. Regra: ", out);
    terminal_text(out, rule == NULL ? "" : rule);
    fputs(" (", out);
    terminal_text(out, source == NULL ? "" : source);
    fputs(")\n\n", out);
}

static bool post_validation(struct cli *cli, const char *order, struct bytes cms,
                            const char *countersignature, json_t **answer, struct ra_error *error)
{
    char *text = base64_encode(cli->context, cms);
    json_t *body =
        text == NULL ? NULL : json_pack("{s:s,s:s}", "cms", text, "term_countersignature", countersignature);
    if (body == NULL)
        return ra_fail(error, RA_NO_MEMORY, "json");
    bool ok = client_json(cli, "POST", client_order_path(cli, order, "/validation"), body, answer, error);
    json_decref(body);
    return ok;
}

/* What the agent answers "sim" to is both the statement and the term shown before it. */
static bool sign_and_post_validation(struct cli *cli, const struct cli_arguments *arguments,
                                     const struct statement *statement, struct bytes term, json_t **answer,
                                     struct ra_error *error)
{
    const char *order = arguments->positional[0];
    struct identity *identity = NULL;
    const char *countersignature = NULL;
    struct bytes cms;
    return signing_identity(cli, &identity, error) &&
           signing_sign(cli, identity, statement, (struct bytes){NULL, 0}, STATEMENT_VALIDATION, &cms,
                        error) &&
           term_countersign(cli, identity, term, &countersignature, error) &&
           post_validation(cli, order, cms, countersignature, answer, error);
}

bool approval_validate(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                       struct ra_error *error)
{
    const char *order = arguments->positional[0];
    const char *csr = cli_option(arguments, "bind-csr");
    char code[EMISSION_TEXT_SIZE] = "";
    struct statement statement = {0};
    json_t *facts = NULL, *answer = NULL;
    FILE *slip = NULL;
    struct bytes term = {NULL, 0};
    bool ok = slip_open(cli_option(arguments, "slip-device"), &slip, error) &&
              client_json(cli, "GET", client_order_path(cli, order, "/validation"), NULL, &facts, error) &&
              signing_head(cli, facts, STATEMENT_VALIDATION, life_of(csr, facts), &statement, error) &&
              term_fetch_draft(cli, order, cli_option(arguments, "term"), &term, error) &&
              validation_of(cli, facts, &statement.validation, error) &&
              bind_key(cli, arguments, facts, &statement, code, error);
    if (ok)
        say_alone(cli, facts);
    ok = ok && sign_and_post_validation(cli, arguments, &statement, term, &answer, error);
    if (ok && code[0] != '\0')
        json_object_set_new(answer, "emission_code", json_string(code));
    if (ok && code[0] != '\0' && slip != NULL)
        slip_print(slip, json_string_value(json_object_get(answer, "emission_page")), code, is_alone(answer));
    if (ok)
        *result = json_incref(answer);
    OPENSSL_cleanse(code, sizeof code);
    if (slip != NULL)
        fclose(slip);
    json_decref(facts);
    json_decref(answer);
    return ok;
}

void render_validated(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const char *code = json_string_value(json_object_get(result, "emission_code"));
    const char *page = json_string_value(json_object_get(result, "emission_page"));
    fputs(is_alone(result) ? "Validação assinada. Um agente basta neste caso: o titular já pode emitir.\n"
                           : "Validação assinada. O caso espera o segundo agente.\n",
          out);
    if (code != NULL)
        slip_print(out, page == NULL ? "" : page, code, is_alone(result));
}

/* --- verify --- */

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
    return statement_check_time(statement, now, CODE_LIFE_S, error) &&
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
    int64_t life = validated->validation.binding.kind == PROFILE_BINDING_CODE ? CODE_LIFE_S : ORDINARY_LIFE_S;
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
           signing_post(cli, order, "/verification", cms, result, error);
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

/* --- return, refuse --- */

/* "ITEM=MOTIVO" or "ITEM@PESSOA=MOTIVO". */
static json_t *item_to_correct(struct cli *cli, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return NULL;
    char *item = talloc_strndup(cli->context, text, (size_t)(equals - text));
    char *person = item == NULL ? NULL : strchr(item, '@');
    if (person != NULL)
        *person++ = '\0';
    return json_pack("{s:s,s:s,s:s}", "item", item, "person", person == NULL ? "" : person, "reason",
                     equals + 1);
}

static bool items_to_correct(struct cli *cli, const struct cli_arguments *arguments, json_t *body,
                             struct ra_error *error)
{
    json_t *items = json_array();
    for (size_t i = 0; cli_option_at(arguments, "item", i) != NULL; i++) {
        json_t *item = item_to_correct(cli, cli_option_at(arguments, "item", i));
        if (json_array_append_new(items, item) != 0) {
            json_decref(items);
            return ra_fail(error, RA_INVALID,
                           "escreva o item a corrigir como ITEM=MOTIVO ou ITEM@PESSOA=MOTIVO");
        }
    }
    return json_object_set_new(body, "items", items) == 0 || ra_fail(error, RA_NO_MEMORY, "json");
}

bool approval_return(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error)
{
    json_t *body = json_pack("{s:s}", "reason", cli_option(arguments, "reason"));
    if (body == NULL)
        return ra_fail(error, RA_INVALID, "o motivo não é texto válido");
    if (!items_to_correct(cli, arguments, body, error)) {
        json_decref(body);
        return false;
    }
    bool ok = client_json(cli, "POST", client_order_path(cli, arguments->positional[0], "/return"), body,
                          result, error);
    json_decref(body);
    return ok;
}

static bool sign_short(struct cli *cli, const char *order, struct statement *statement, const char *suffix,
                       json_t **result, struct ra_error *error)
{
    struct identity *identity = NULL;
    struct bytes cms;
    return signing_identity(cli, &identity, error) &&
           signing_sign(cli, identity, statement, (struct bytes){NULL, 0}, statement->type, &cms, error) &&
           signing_post(cli, order, suffix, cms, result, error);
}

bool approval_refuse(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error)
{
    const char *order = arguments->positional[0];
    json_t *facts = NULL;
    struct statement statement = {0};
    bool ok = client_json(cli, "GET", client_order_path(cli, order, "/signing"), NULL, &facts, error) &&
              signing_head(cli, facts, STATEMENT_REFUSAL, ORDINARY_LIFE_S, &statement, error);
    statement.refusal.reason = cli_option(arguments, "reason");
    ok = ok && sign_short(cli, order, &statement, "/refusal", result, error);
    json_decref(facts);
    return ok;
}
