/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Renewal by the holder, with the present certificate (identification-rules 5.2; protocol 2, binding
 * `renewal`): the server says which way the norm gives; where it is the signature, the holder sees what the
 * new certificate will say and signs it together with the new key. Keys never leave this machine.
 */
#include "pki/base/file.h"
#include "pki/certificate/csr.h"
#include "pki/certificate/data.h"
#include "pki/trust/identity.h"
#include "pki/trust/key_signature.h"
#include "pki/trust/signed.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/signing.h"
#include "ra-cli/terminal.h"

#include <inttypes.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

enum { LIFE_S = 7 * 86400 };

static bool certificate_pem(struct cli *cli, X509 *certificate, const char **pem, struct ra_error *error)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *data = NULL;
    long length =
        memory != NULL && PEM_write_bio_X509(memory, certificate) == 1 ? BIO_get_mem_data(memory, &data) : 0;
    *pem = length > 0 ? talloc_strndup(cli->context, data, (size_t)length) : NULL;
    BIO_free(memory);
    return *pem != NULL || ra_fail_crypto(error, "certificado");
}

/* --- step one: the way --- */

static bool sign_start(struct cli *cli, const struct identity *identity, const char *instance, int64_t now,
                       struct bytes *signature, struct ra_error *error)
{
    struct key_message message = {.length = 0};
    struct bytes whole;
    char number[24];
    (void)snprintf(number, sizeof number, "%" PRId64, now);
    key_message_text(&message, "guiche-renewal-start-v1");
    key_message_text(&message, instance);
    key_message_text(&message, number);
    return key_message_bytes(&message, &whole, error) &&
           rsa_sign(cli->context, identity_key(identity), whole, signature, error);
}

static bool start(struct cli *cli, const struct identity *identity, const char *product, json_t **answer,
                  struct ra_error *error)
{
    const char *instance, *pem = NULL;
    struct bytes signature;
    json_t *facts = NULL, *body = NULL;
    bool ok = client_json(cli, "GET", "/api/revocation", NULL, &facts, error) &&
              signing_text(facts, "instance", &instance, error);
    int64_t now = json_integer_value(json_object_get(facts, "now"));
    ok = ok && sign_start(cli, identity, instance, now, &signature, error) &&
         certificate_pem(cli, identity_certificate(identity), &pem, error);
    if (ok)
        body = json_pack("{s:s,s:I,s:s,s:s*}", "certificate", pem, "issued_at", (json_int_t)now, "signature",
                         base64_encode(cli->context, signature), "product", product);
    ok = ok && client_json(cli, "POST", "/api/renewals", body, answer, error);
    json_decref(body);
    json_decref(facts);
    return ok;
}

/* --- step two: the words --- */

static bool data_of(const json_t *answer, struct certificate_data *data, struct ra_error *error)
{
    const json_t *object = json_object_get(answer, "data");
    bool ok = true;
#define X(member) ok = ok && signing_text(object, #member, &data->member, error);
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    return ok;
}

/* What the digest stands for, before anybody signs it. */
static void show_data(const struct cli *cli, const struct certificate_data *data)
{
    if (cli->json)
        return;
    fputs("\nO certificado novo dirá:\n", stderr);
#define X(member)                                                                                            \
    if (data->member[0] != '\0') {                                                                           \
        fputs("  " #member ": ", stderr);                                                                    \
        terminal_text(stderr, data->member);                                                                 \
        fputc('\n', stderr);                                                                                 \
    }
    CERTIFICATE_DATA_FIELDS(X)
#undef X
}

static bool sign_wish(struct cli *cli, const struct identity *identity, const json_t *answer,
                      const struct csr *csr, struct bytes *cms, struct ra_error *error)
{
    struct certificate_data data;
    struct statement wish = {.type = STATEMENT_RENEWAL, .issued_at = (int64_t)clock_now(&cli->clock)};
    wish.not_after = wish.issued_at + LIFE_S;
    wish.attempt = json_integer_value(json_object_get(answer, "attempt"));
    if (!signing_text(answer, "instance", &wish.instance, error) ||
        !signing_text(answer, "order", &wish.order, error) || !data_of(answer, &data, error) ||
        !certificate_data_digest(&data, wish.renewal.data, error))
        return false;
    memcpy(wish.renewal.spki, csr->spki_digest, sizeof wish.renewal.spki);
    show_data(cli, &data);
    return signing_sign(cli, identity, &wish, (struct bytes){NULL, 0}, STATEMENT_RENEWAL, cms, error);
}

static bool send_wish(struct cli *cli, const json_t *answer, struct bytes cms, json_t **result,
                      struct ra_error *error)
{
    const char *order, *token, *text = base64_encode(cli->context, cms);
    json_t *body = text != NULL ? json_pack("{s:s}", "cms", text) : NULL;
    if (body == NULL)
        return ra_fail(error, RA_NO_MEMORY, "json");
    bool ok = signing_text(answer, "order", &order, error) && signing_text(answer, "token", &token, error);
    cli->bearer = ok ? token : NULL;
    ok = ok && client_json(cli, "POST", client_order_path(cli, order, "/renewal"), body, result, error);
    cli->bearer = NULL;
    json_decref(body);
    return ok;
}

static bool renew_online(struct cli *cli, const struct identity *identity, const json_t *answer,
                         const struct csr *csr, json_t **result, struct ra_error *error)
{
    struct bytes cms;
    json_t *sent = NULL;
    bool ok = sign_wish(cli, identity, answer, csr, &cms, error) && send_wish(cli, answer, cms, &sent, error);
    json_decref(sent);
    if (!ok)
        return false;
    *result = json_pack("{s:s,s:O,s:O,s:O,s:O}", "path", "ONLINE", "rule", json_object_get(answer, "rule"),
                        "order", json_object_get(answer, "order"), "token", json_object_get(answer, "token"),
                        "waived", json_object_get(answer, "waived"));
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

bool renew_certificate(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                       struct ra_error *error)
{
    struct bytes file;
    struct csr *csr = NULL;
    struct identity *identity = NULL;
    json_t *answer = NULL;
    const char *path = NULL;
    bool ok = file_read(cli->context, cli_option(arguments, "csr"), CSR_MAX, &file, error) &&
              csr_decode(cli->context, file, &csr, error) &&
              signing_identity_at(cli, cli_option(arguments, "key"), cli_option(arguments, "passphrase-file"),
                                  &identity, error) &&
              start(cli, identity, cli_option(arguments, "product"), &answer, error) &&
              signing_text(answer, "path", &path, error);
    if (ok && strcmp(path, "ONLINE") == 0)
        ok = renew_online(cli, identity, answer, csr, result, error);
    else if (ok)
        *result = json_incref(answer);
    json_decref(answer);
    return ok;
}

void render_renewed(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const char *path = json_string_value(json_object_get(result, "path"));
    const char *order = json_string_value(json_object_get(result, "order"));
    const char *why = json_string_value(json_object_get(result, "why"));
    if (path != NULL && strcmp(path, "ONLINE") == 0) {
        fputs("Renovação assinada. Pedido novo: ", out);
        terminal_text(out, order != NULL ? order : "-");
        fputs("\nUm agente confere as bases e assina; depois emita com:\n  ra-cli issue ", out);
        terminal_text(out, order != NULL ? order : "-");
        fputs(" --csr ARQUIVO (o mesmo)\n", out);
        return;
    }
    fputs("Este certificado não se renova por assinatura. ", out);
    terminal_text(out, why != NULL ? why : "");
    fputs(path != NULL && strcmp(path, "VIDEO") == 0 ? "\nO caminho é a videoconferência.\n"
                                                     : "\nO caminho é o atendimento presencial.\n",
          out);
}
