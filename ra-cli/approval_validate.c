/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first agent: what the case says becomes the content of a validation, shown and signed here. It is built
 * from facts and never taken ready-made from the server (protocol 2).
 */
#include "pki/base/file.h"
#include "pki/trust/emission_code.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/csr.h"
#include "ra-cli/signing.h"
#include "ra-cli/slip.h"
#include "ra-cli/term.h"
#include "ra-cli/terminal.h"

#include <openssl/crypto.h>
#include <string.h>

/* --- facts of the validation --- */

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
    return profile_of(facts, validation, error) && signing_data(facts, &validation->data, error) &&
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

static bool is_method(const json_t *facts, const char *wanted)
{
    const char *method = json_string_value(json_object_get(facts, "method"));
    return method != NULL && strcmp(method, wanted) == 0;
}

static bool is_renewal(const json_t *facts)
{
    return is_method(facts, "renewal");
}

static bool is_by_video(const json_t *facts)
{
    return is_method(facts, "video");
}

static bool bind_key(struct cli *cli, const struct cli_arguments *arguments, const json_t *facts,
                     struct statement *statement, char code[EMISSION_TEXT_SIZE], struct ra_error *error)
{
    struct statement_binding *binding = &statement->validation.binding;
    if (is_renewal(facts))
        return bind_to_renewal(cli, facts, binding, error);
    if (is_by_video(facts) && cli_option(arguments, "bind-csr") == NULL)
        return ra_fail_reason(
            error, RA_RULE_REFUSED, "binding-not-allowed",
            "Por vídeo não há código do papel: o titular faz a chave antes e lê a impressão "
            "digital dela. Confira-a e valide com o CSR dele (--bind-csr ARQUIVO).");
    return cli_option(arguments, "bind-csr") != NULL
               ? bind_to_csr(cli, arguments, facts, binding, error)
               : bind_to_code(statement, code, binding, error) && bind_mail_half(facts, binding, error);
}

static int64_t life_of(const char *csr, const json_t *facts)
{
    return csr != NULL || is_renewal(facts) ? SIGNING_LIFE_S : SIGNING_CODE_LIFE_S;
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
