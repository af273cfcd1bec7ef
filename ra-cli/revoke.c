/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Revocation, as an agent (a signed statement, with the order of an AC or of a court where there is one) or
 * as the holder, who needs no account: by the certificate's key, by the password chosen at emission, or as
 * the person responsible for a company with an e-CPF. Password and key never leave this machine.
 */
#include "pki/base/file.h"
#include "pki/trust/holder_revocation.h"
#include "pki/trust/identity.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/signing.h"
#include "ra-cli/terminal.h"
#include "ra-cli/token.h"

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

enum { PAPER_MAX = 20 << 20, PASSWORD_SIZE = REVOCATION_PASSWORD_MAX + 2 };

static bool read_reason(const struct cli_arguments *arguments, int64_t *reason, struct ra_error *error)
{
    char *end = NULL;
    const char *text = cli_option(arguments, "reason");
    *reason = strtol(text, &end, 10);
    return (end != text && *end == '\0' && revocation_reason_is_offered(*reason)) ||
           ra_fail(error, RA_INVALID, "o motivo é um número: 0, 1, 3, 4, 5 ou 9");
}

/* --- the agent --- */

static const char *media_type_of(struct bytes file)
{
    return file.length > 4 && memcmp(file.data, "%PDF", 4) == 0      ? "application/pdf"
           : file.length > 4 && memcmp(file.data, "\x89PNG", 4) == 0 ? "image/png"
                                                                     : "image/jpeg";
}

/* The paper first: then the statement is one of two. */
static bool hand_in_order(struct cli *cli, const struct cli_arguments *arguments, struct ra_error *error)
{
    const char *by = cli_option(arguments, "order-of"), *paper = cli_option(arguments, "paper");
    struct bytes file;
    json_t *answer = NULL;
    if (by == NULL && paper == NULL)
        return true;
    if (by == NULL || paper == NULL)
        return ra_fail_reason(error, RA_BAD_REQUEST, "usage",
                              "a ordem de AC ou da justiça vem com os dois: --order-of e --paper");
    const char *suffix = talloc_asprintf(cli->context, "/revocation/order?by=%s", client_escape(cli, by));
    bool done = suffix != NULL && file_read(cli->context, paper, PAPER_MAX, &file, error) &&
                client_upload(cli, client_order_path(cli, arguments->positional[0], suffix),
                              media_type_of(file), file, &answer, error);
    json_decref(answer);
    return done;
}

static bool revoke_as_agent(struct cli *cli, const struct cli_arguments *arguments, int64_t reason,
                            json_t **result, struct ra_error *error)
{
    const char *order = arguments->positional[0];
    struct identity *identity = NULL;
    struct statement statement = {0};
    struct bytes cms;
    json_t *facts = NULL;
    bool ok = hand_in_order(cli, arguments, error) &&
              client_json(cli, "GET", client_order_path(cli, order, "/signing"), NULL, &facts, error) &&
              signing_head(cli, facts, STATEMENT_REVOCATION, SIGNING_LIFE_S, &statement, error) &&
              signing_text(facts, "serial", &statement.revocation.serial, error);
    if (ok && statement.revocation.serial[0] == '\0')
        ok = ra_fail_reason(error, RA_ILLEGAL_TRANSITION, "not-issued",
                            "Este pedido não tem certificado a revogar.");
    statement.revocation.reason = reason;
    ok =
        ok && signing_identity(cli, &identity, error) &&
        signing_sign(cli, identity, &statement, (struct bytes){NULL, 0}, STATEMENT_REVOCATION, &cms, error) &&
        signing_post(cli, client_order_path(cli, order, "/revocation"), cms, result, error);
    json_decref(facts);
    return ok;
}

/* --- the holder --- */

static bool read_password(struct cli *cli, const char *path, char password[PASSWORD_SIZE],
                          struct ra_error *error)
{
    if (path != NULL && strcmp(path, "-") != 0)
        return cli_first_line(cli, path, password, PASSWORD_SIZE, error);
    return terminal_secret("Senha de revogação: ", password, PASSWORD_SIZE) ||
           ra_fail(error, RA_INVALID, "sem terminal para perguntar a senha; use --password-file ARQUIVO");
}

static bool sign_by_password(struct cli *cli, const struct cli_arguments *arguments,
                             const struct holder_revocation *about, json_t *proof, struct ra_error *error)
{
    char password[PASSWORD_SIZE] = "";
    uint8_t seed[ED25519_SEED_SIZE], signature[ED25519_SIGNATURE_SIZE];
    bool ok = read_password(cli, cli_option(arguments, "password-file"), password, error) &&
              revocation_password_seed(password, about->instance, about->order, seed, error) &&
              revocation_password_sign(seed, about, signature, error);
    OPENSSL_cleanse(password, sizeof password);
    OPENSSL_cleanse(seed, sizeof seed);
    const char *text = ok ? base64_encode(cli->context, (struct bytes){signature, sizeof signature}) : NULL;
    return ok && ((json_object_set_new(proof, "kind", json_string("password")) == 0 &&
                   json_object_set_new(proof, "signature", json_string(text)) == 0) ||
                  ra_fail(error, RA_NO_MEMORY, "json"));
}

static bool add_certificate(struct cli *cli, X509 *certificate, json_t *proof, struct ra_error *error)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *data = NULL;
    long length =
        memory != NULL && PEM_write_bio_X509(memory, certificate) == 1 ? BIO_get_mem_data(memory, &data) : 0;
    const char *pem = length > 0 ? talloc_strndup(cli->context, data, (size_t)length) : NULL;
    BIO_free(memory);
    return (pem != NULL && json_object_set_new(proof, "certificate", json_string(pem)) == 0) ||
           ra_fail_crypto(error, "certificado");
}

/* In a token the order's own key is known by its label; of several certificates the URI says which. */
static bool sign_in_token(struct cli *cli, const char *uri, const struct holder_revocation *about,
                          bool responsible, struct identity **identity, struct bytes *signature,
                          struct ra_error *error)
{
    struct token *token = NULL;
    EVP_PKEY *key = NULL;
    if (!cli_token_open(cli, uri, TOKEN_READY, &token, error) || !cli_token_login(cli, token, error))
        return false;
    if (!responsible && !token_find_key(token, cli_token_label(cli, about->order), &key, error))
        return false;
    bool done = (key != NULL || token_identity(cli->context, token, identity, error)) &&
                (holder_revocation_sign(cli->context, key != NULL ? key : identity_key(*identity), about,
                                        signature, error) ||
                 token_explain(token, error));
    EVP_PKEY_free(key);
    return done;
}

static bool sign_in_file(struct cli *cli, const struct cli_arguments *arguments,
                         const struct holder_revocation *about, struct identity **identity,
                         struct bytes *signature, struct ra_error *error)
{
    return signing_identity_at(cli, cli_option(arguments, "key"), cli_option(arguments, "passphrase-file"),
                               identity, error) &&
           holder_revocation_sign(cli->context, identity_key(*identity), about, signature, error);
}

static bool sign_by_key(struct cli *cli, const struct cli_arguments *arguments,
                        const struct holder_revocation *about, json_t *proof, struct ra_error *error)
{
    const bool responsible = cli_flag(arguments, "responsible");
    const char *uri = cli_option(arguments, "token");
    struct identity *identity = NULL;
    struct bytes signature;
    if (uri != NULL ? !sign_in_token(cli, uri, about, responsible, &identity, &signature, error)
                    : !sign_in_file(cli, arguments, about, &identity, &signature, error))
        return false;
    const char *text = base64_encode(cli->context, signature);
    bool ok = json_object_set_new(proof, "kind", json_string(responsible ? "responsible" : "key")) == 0 &&
              json_object_set_new(proof, "signature", json_string(text)) == 0;
    return ok ? !responsible || add_certificate(cli, identity_certificate(identity), proof, error)
              : ra_fail(error, RA_NO_MEMORY, "json");
}

/* The instance and the time are the server's to say: a lie there only makes the proof fail. */
static bool read_facts(struct cli *cli, json_t **facts, struct holder_revocation *about,
                       struct ra_error *error)
{
    if (!client_json(cli, "GET", "/api/revocation", NULL, facts, error) ||
        !signing_text(*facts, "instance", &about->instance, error))
        return false;
    about->issued_at = json_integer_value(json_object_get(*facts, "now"));
    return about->issued_at > 0 || ra_fail(error, RA_UPSTREAM, "o servidor não disse que horas são");
}

static bool confirm(const struct cli *cli)
{
    return cli->yes || cli->json || terminal_confirm("A revogação não pode ser desfeita. Revogar?");
}

static bool revoke_as_holder(struct cli *cli, const struct cli_arguments *arguments, int64_t reason,
                             json_t **result, struct ra_error *error)
{
    const char *order = arguments->positional[0];
    struct holder_revocation about = {.order = client_order_code(cli, order), .reason = reason};
    const bool by_key = cli_flag(arguments, "key") || cli_flag(arguments, "token");
    json_t *facts = NULL, *proof = json_object();
    if (!confirm(cli)) {
        json_decref(proof);
        return ra_fail(error, RA_FORBIDDEN, "nada foi pedido");
    }
    bool ok = read_facts(cli, &facts, &about, error) &&
              (by_key ? sign_by_key(cli, arguments, &about, proof, error)
                      : sign_by_password(cli, arguments, &about, proof, error));
    json_t *body = ok ? json_pack("{s:I,s:{s:I}}", "reason", (json_int_t)reason, "proof", "issued_at",
                                  (json_int_t)about.issued_at)
                      : NULL;
    ok = ok && json_object_update(json_object_get(body, "proof"), proof) == 0 &&
         client_json(cli, "POST", client_order_path(cli, order, "/revocation"), body, result, error);
    json_decref(body);
    json_decref(proof);
    json_decref(facts);
    return ok;
}

bool revoke_certificate(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                        struct ra_error *error)
{
    int64_t reason = 0;
    if (!read_reason(arguments, &reason, error))
        return false;
    return cli->identity_path != NULL ? revoke_as_agent(cli, arguments, reason, result, error)
                                      : revoke_as_holder(cli, arguments, reason, result, error);
}

void revoke_render_renewals(const json_t *result, FILE *out)
{
    const json_t *codes = json_object_get(result, "renewals");
    size_t index;
    json_t *code;
    json_array_foreach(codes, index, code)
    {
        fputs(index == 0 ? "Renovações assinadas com este certificado, que terminam com ele: " : ", ", out);
        terminal_text(out, json_string_value(code));
    }
    if (json_array_size(codes) > 0)
        fputc('\n', out);
}

void render_revoked(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const char *state = json_string_value(json_object_get(result, "state"));
    if (state != NULL && strcmp(state, "awaiting_second") == 0)
        fputs("Assinado. Este motivo precisa de um segundo agente.\n", out);
    else if (state != NULL && strcmp(state, "revoked") == 0)
        fputs("Este certificado já está revogado.\n", out);
    else
        fputs("Revogação pedida. Ela termina quando o certificado aparece na lista de revogados da AC.\n",
              out);
    revoke_render_renewals(result, out);
}

/* --- what comes after a loss --- */

bool replace_certificate(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                         struct ra_error *error)
{
    return client_json(cli, "POST", client_order_path(cli, arguments->positional[0], "/replacement"), NULL,
                       result, error);
}

void render_replaced(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const char *order = json_string_value(json_object_get(result, "order"));
    const char *why = json_string_value(json_object_get(result, "why"));
    fputs("Substituição sem custo. Pedido novo: ", out);
    terminal_text(out, order != NULL ? order : "-");
    fputc('\n', out);
    terminal_text(out, why != NULL ? why : "");
    fputc('\n', out);
}

bool revocation_list(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error)
{
    (void)arguments;
    return client_json(cli, "GET", "/api/office/revocations", NULL, result, error);
}
