/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Renewal by the holder, with the present certificate (identification-rules 5.2; protocol 2, binding
 * `renewal`): the server says which way the norm gives; where it is the signature, the holder sees what the
 * new certificate will say and signs it together with the new key. Keys never leave this machine, nor the
 * token that they are in.
 */
#include "pki/base/file.h"
#include "pki/certificate/csr.h"
#include "pki/certificate/data.h"
#include "pki/trust/identity.h"
#include "pki/trust/key_signature.h"
#include "pki/trust/pkcs12.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/csr.h"
#include "ra-cli/kept.h"
#include "ra-cli/signing.h"
#include "ra-cli/terminal.h"
#include "ra-cli/token.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* What is known of the new key before it is made. */
struct promise {
    const char *place; /* where it is born, "software" or "token"; NULL when a CSR came from elsewhere */
    int type;          /* EVP_PKEY_RSA… */
    unsigned bits;     /* 0: as big as the product asks */
};

static json_t *promise_json(const struct promise *promise)
{
    return promise->bits == 0
               ? NULL
               : json_pack("{s:s,s:i}", "algorithm", promise->type == EVP_PKEY_RSA ? "rsa" : "other", "bits",
                           (int)promise->bits);
}

static bool start(struct cli *cli, const struct identity *identity, const char *product,
                  const struct promise *promise, json_t **answer, struct ra_error *error)
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
        body = json_pack("{s:s,s:I,s:s,s:s*,s:s*,s:o*}", "certificate", pem, "issued_at", (json_int_t)now,
                         "signature", base64_encode(cli->context, signature), "product", product, "key",
                         promise->place, "new_key", promise_json(promise));
    ok = ok && client_json(cli, "POST", "/api/renewals", body, answer, error);
    json_decref(body);
    json_decref(facts);
    return ok;
}

/* --- step two: the words --- */

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
        !signing_text(answer, "order", &wish.order, error) || !signing_data(answer, &data, error) ||
        !certificate_data_digest(&data, wish.renewal.data, error))
        return false;
    memcpy(wish.renewal.spki, csr->spki_digest, sizeof wish.renewal.spki);
    show_data(cli, &data);
    return signing_sign(cli, identity, &wish, (struct bytes){NULL, 0}, STATEMENT_RENEWAL, cms, error);
}

static bool send_wish(struct cli *cli, const json_t *answer, struct bytes cms, struct bytes spki,
                      json_t **result, struct ra_error *error)
{
    const char *order, *token;
    json_t *body = json_pack("{s:s,s:s}", "cms", base64_encode(cli->context, cms), "spki",
                             base64_encode(cli->context, spki));
    if (body == NULL)
        return ra_fail(error, RA_NO_MEMORY, "json");
    bool ok = signing_text(answer, "order", &order, error) && signing_text(answer, "token", &token, error);
    cli->bearer = ok ? token : NULL;
    ok = ok && client_json(cli, "POST", client_order_path(cli, order, "/renewal"), body, result, error);
    cli->bearer = NULL;
    json_decref(body);
    return ok;
}

/* --- the present certificate and the new key --- */

struct renewing {
    struct cli *cli;
    const struct cli_arguments *arguments;
    struct identity *identity; /* the present certificate */
    struct token *token;       /* where it is, NULL: in a file */
    const char *output;        /* --new-key */
    struct csr *csr;           /* --csr */
    struct promise promise;
    char passphrase[PKCS12_PASSPHRASE_MAX + 2];
    json_t *answer;
};

static bool open_present(struct renewing *renewing, struct ra_error *error)
{
    struct cli *cli = renewing->cli;
    const char *uri = cli_option(renewing->arguments, "token"),
               *file = cli_option(renewing->arguments, "key");
    if ((uri == NULL) == (file == NULL))
        return ra_fail(error, RA_INVALID, "diga o certificado atual: --key ARQUIVO.p12 ou --token pkcs11:…");
    if (file != NULL)
        return signing_identity_at(cli, file, cli_option(renewing->arguments, "passphrase-file"),
                                   &renewing->identity, error);
    return cli_token_open(cli, uri, TOKEN_READY, &renewing->token, error) &&
           cli_token_login(cli, renewing->token, error) &&
           token_identity(cli->context, renewing->token, &renewing->identity, error);
}

static bool read_csr(struct renewing *renewing, const char *path, struct ra_error *error)
{
    struct bytes file;
    if (!file_read(renewing->cli->context, path, CSR_MAX, &file, error) ||
        !csr_decode(renewing->cli->context, file, &renewing->csr, error))
        return false;
    renewing->promise = (struct promise){.type = renewing->csr->key_type, .bits = renewing->csr->key_bits};
    return true;
}

static bool read_bits(struct renewing *renewing, struct ra_error *error)
{
    const char *said = cli_option(renewing->arguments, "bits");
    renewing->promise = (struct promise){.place = "token", .type = EVP_PKEY_RSA};
    if (said == NULL)
        return true;
    renewing->promise.bits = strcmp(said, "4096") == 0 ? 4096 : 2048;
    return renewing->promise.bits == 4096 || strcmp(said, "2048") == 0 ||
           ra_fail_field(error, "bits", "choice", "O tamanho da chave é 2048, ou 4096 para A4.");
}

static bool read_output(struct renewing *renewing, struct ra_error *error)
{
    renewing->promise = (struct promise){.place = "software", .type = EVP_PKEY_RSA, .bits = KEPT_KEY_BITS};
    if (access(renewing->output, F_OK) == 0)
        return ra_fail(error, RA_CONFLICT, "%s já existe", renewing->output);
    return cli_new_passphrase(renewing->cli, cli_option(renewing->arguments, "new-passphrase-file"),
                              renewing->passphrase, sizeof renewing->passphrase, error);
}

/* What can be asked or refused is, before there is an order. */
static bool prepare(struct renewing *renewing, struct ra_error *error)
{
    const char *csr = cli_option(renewing->arguments, "csr");
    renewing->output = cli_option(renewing->arguments, "new-key");
    if ((csr != NULL && renewing->output != NULL) ||
        (csr == NULL && renewing->output == NULL && renewing->token == NULL))
        return ra_fail(
            error, RA_INVALID,
            "diga a chave nova: --new-key SAIDA.p12, --csr ARQUIVO, ou --token para que nasça nele");
    if (csr != NULL)
        return read_csr(renewing, csr, error);
    return renewing->output != NULL ? read_output(renewing, error) : read_bits(renewing, error);
}

/* As big as said, or as the product asks. */
static bool key_in_token(struct renewing *renewing, const char *order, EVP_PKEY **key, struct ra_error *error)
{
    const json_t *sizes = json_object_get(renewing->answer, "key_bits");
    const json_int_t usual = json_integer_value(json_array_get(sizes, 0));
    const unsigned bits = renewing->promise.bits != 0 ? renewing->promise.bits : usual == 4096 ? 4096 : 2048;
    fputs("Criando a chave nova no token; pode levar um minuto.\n", stderr);
    return token_make_key(renewing->token, cli_token_label(renewing->cli, order), bits, key, error);
}

static bool new_csr(struct renewing *renewing, const char *order, struct csr **csr, struct ra_error *error)
{
    struct cli *cli = renewing->cli;
    EVP_PKEY *key = NULL;
    if (renewing->csr != NULL) {
        *csr = renewing->csr;
        return true;
    }
    bool ok = renewing->output != NULL
                  ? kept_key(cli, kept_key_path(cli, renewing->output), renewing->passphrase, &key, error)
                  : key_in_token(renewing, order, &key, error);
    ok = ok && (csr_of_key(cli, key, csr, error) || (renewing->token != NULL && renewing->output == NULL &&
                                                     token_explain(renewing->token, error)));
    EVP_PKEY_free(key);
    return ok;
}

static bool renew_online(struct renewing *renewing, json_t **result, struct ra_error *error)
{
    struct cli *cli = renewing->cli;
    const json_t *answer = renewing->answer;
    const char *order, *bearer, *kept = NULL;
    struct csr *csr = NULL;
    struct bytes cms = {NULL, 0};
    json_t *sent = NULL;
    bool ok = signing_text(answer, "order", &order, error) && signing_text(answer, "token", &bearer, error) &&
              new_csr(renewing, order, &csr, error) &&
              (sign_wish(cli, renewing->identity, answer, csr, &cms, error) ||
               (renewing->token != NULL && token_explain(renewing->token, error))) &&
              send_wish(cli, answer, cms, csr->spki, &sent, error) &&
              (cli_flag(renewing->arguments, "csr") ||
               kept_bearer_keep(cli, renewing->arguments, order, bearer, &kept, error));
    json_decref(sent);
    if (!ok)
        return false;
    *result = json_pack("{s:s,s:O,s:O,s:O,s:O,s:s*,s:s*}", "path", "ONLINE", "rule",
                        json_object_get(answer, "rule"), "order", json_object_get(answer, "order"), "token",
                        json_object_get(answer, "token"), "waived", json_object_get(answer, "waived"),
                        "place", renewing->promise.place, "order_token", kept);
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

bool renew_certificate(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                       struct ra_error *error)
{
    struct renewing renewing = {.cli = cli, .arguments = arguments};
    const char *path = NULL;
    bool ok = open_present(&renewing, error) && prepare(&renewing, error) &&
              start(cli, renewing.identity, cli_option(arguments, "product"), &renewing.promise,
                    &renewing.answer, error) &&
              signing_text(renewing.answer, "path", &path, error);
    if (ok && strcmp(path, "ONLINE") == 0)
        ok = renew_online(&renewing, result, error);
    else if (ok)
        *result = json_incref(renewing.answer);
    OPENSSL_cleanse(renewing.passphrase, sizeof renewing.passphrase);
    json_decref(renewing.answer);
    return ok;
}

/* The command that comes after the agent's statement. */
static const char *next_words(const char *place)
{
    return place == NULL                    ? " --csr ARQUIVO (o mesmo)\n"
           : strcmp(place, "software") == 0 ? " --new-key SAIDA.p12 (o mesmo)\n"
                                            : " --token pkcs11:… (o mesmo)\n";
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
        fputs(next_words(json_string_value(json_object_get(result, "place"))), out);
        return;
    }
    fputs("Este certificado não se renova por assinatura. ", out);
    terminal_text(out, why != NULL ? why : "");
    fputs(path != NULL && strcmp(path, "VIDEO") == 0 ? "\nO caminho é a videoconferência: "
                                                     : "\nO caminho é o atendimento presencial: ",
          out);
    fputs("faça um pedido novo no site (ou peça ao balcão) e marque o horário. O certificado atual continua "
          "valendo até vencer.\n",
          out);
}
