/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a CSR, a new key or a key in a token to the certificate, and where each is kept.
 */
#include "pki/base/file.h"
#include "pki/trust/pkcs12.h"
#include "pki/trust/signed.h"
#include "ra-cli/commands.h"
#include "ra-cli/csr.h"
#include "ra-cli/issue_request.h"
#include "ra-cli/kept.h"
#include "ra-cli/signing.h"
#include "ra-cli/terminal.h"
#include "ra-cli/token.h"

#include <openssl/crypto.h>
#include <unistd.h>

static bool issue_for_csr(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                          struct ra_error *error)
{
    struct bytes file;
    struct csr *csr = NULL;
    X509 *certificate = NULL;
    bool ok = file_read(cli->context, cli_option(arguments, "csr"), CSR_MAX, &file, error) &&
              csr_decode(cli->context, file, &csr, error) &&
              issue_request(cli, arguments, csr, NULL, result, &certificate, error);
    X509_free(certificate);
    return ok;
}

/* --- a new key on this machine --- */

/* Read again from the disk, and opened as any program would: a file that does not open is found out now. */
static bool write_file_of_holder(struct cli *cli, const char *output, EVP_PKEY *key, X509 *certificate,
                                 const json_t *answer, const char *passphrase, struct ra_error *error)
{
    STACK_OF(X509) *chain = NULL;
    char name[PKCS12_NAME_SIZE];
    struct bytes file = {NULL, 0};
    const char *pem;
    bool ok = signing_text(answer, "chain", &pem, error) &&
              signed_read_certificates(bytes_of_text(pem), &chain, error) &&
              pkcs12_friendly_name(certificate, name, error);
    if (ok) {
        const struct pkcs12_parts parts = {
            .key = key, .certificate = certificate, .chain = chain, .friendly_name = name};
        ok = pkcs12_write(cli->context, &parts, PKCS12_AES, passphrase, &file, error) &&
             file_write(output, file, 0600, error) &&
             file_read(cli->context, output, PKCS12_FILE_MAX, &file, error) &&
             pkcs12_opens(file, passphrase, &parts, error);
    }
    sk_X509_pop_free(chain, X509_free);
    return ok;
}

static bool issue_new_key(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                          struct ra_error *error)
{
    const char *output = cli_option(arguments, "new-key");
    const char *kept = kept_key_path(cli, output);
    char passphrase[PKCS12_PASSPHRASE_MAX + 2] = "";
    EVP_PKEY *key = NULL;
    X509 *certificate = NULL;
    struct csr *csr = NULL;
    if (access(output, F_OK) == 0)
        return ra_fail(error, RA_CONFLICT, "%s já existe", output);
    bool ok = cli_new_passphrase(cli, cli_option(arguments, "passphrase-file"), passphrase, sizeof passphrase,
                                 error) &&
              kept_key(cli, kept, passphrase, &key, error) && csr_of_key(cli, key, &csr, error) &&
              issue_request(cli, arguments, csr, key, result, &certificate, error) &&
              write_file_of_holder(cli, output, key, certificate, *result, passphrase, error);
    if (ok) {
        unlink(kept);
        json_object_set_new(*result, "file", json_string(output));
        if (access(issue_term_file(cli, arguments), F_OK) == 0)
            json_object_set_new(*result, "term", json_string(issue_term_file(cli, arguments)));
    }
    OPENSSL_cleanse(passphrase, sizeof passphrase);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return ok;
}

/* --- a key in a token --- */

static bool write_to_token(struct cli *cli, struct token *token, const char *label, X509 *certificate,
                           json_t *answer, struct ra_error *error)
{
    STACK_OF(X509) *chain = NULL;
    const char *pem;
    (void)cli;
    bool ok = signing_text(answer, "chain", &pem, error) &&
              signed_read_certificates(bytes_of_text(pem), &chain, error) &&
              token_write_certificates(token, label, certificate, chain, error) &&
              token_prove(token, label, certificate, error);
    sk_X509_pop_free(chain, X509_free);
    if (ok) {
        const struct token_facts *facts = token_facts(token);
        json_object_set_new(answer, "token",
                            json_pack("{s:s, s:s, s:s, s:b}", "label", facts->label, "model", facts->model,
                                      "serial", facts->serial, "proved", 1));
    }
    return ok;
}

static bool open_token_of(struct cli *cli, const struct cli_arguments *arguments, struct token **token,
                          EVP_PKEY **key, struct ra_error *error)
{
    const char *order = arguments->positional[0];
    if (!cli_token_open(cli, cli_option(arguments, "token"), TOKEN_READY, token, error) ||
        !cli_token_is_attested(cli, order, *token, error) || !cli_token_login(cli, *token, error) ||
        !token_find_key(*token, cli_token_label(cli, order), key, error))
        return false;
    return *key != NULL ||
           ra_fail_reason(error, RA_CONFLICT, "token-without-key",
                          "A chave deste pedido não está neste token; ela é criada com ra-cli "
                          "token csr, antes da validação.");
}

/* Pulled out at whatever step, the token goes on with the same command: the key is in it, the same key gets
 * the same certificate, and what is written already is left. */
static bool issue_to_token(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                           struct ra_error *error)
{
    struct token *token = NULL;
    EVP_PKEY *key = NULL;
    struct csr *csr = NULL;
    X509 *certificate = NULL;
    if (!open_token_of(cli, arguments, &token, &key, error))
        return false;
    bool ok = csr_of_key(cli, key, &csr, error) &&
              issue_request(cli, arguments, csr, key, result, &certificate, error);
    if (!ok)
        (void)token_explain(token, error);
    ok = ok && write_to_token(cli, token, cli_token_label(cli, arguments->positional[0]), certificate,
                              *result, error);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return ok;
}

bool issue_certificate(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                       struct ra_error *error)
{
    const bool csr = cli_flag(arguments, "csr"), new_key = cli_flag(arguments, "new-key"),
               token = cli_flag(arguments, "token");
    if ((int)csr + (int)new_key + (int)token != 1)
        return ra_fail(error, RA_INVALID,
                       "diga a chave: --csr ARQUIVO, --new-key SAIDA.p12 ou --token pkcs11:…");
    if (!kept_bearer_take(cli, arguments, arguments->positional[0], error))
        return false;
    return csr       ? issue_for_csr(cli, arguments, result, error)
           : new_key ? issue_new_key(cli, arguments, result, error)
                     : issue_to_token(cli, arguments, result, error);
}

void render_issued(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const char *file = json_string_value(json_object_get(result, "file"));
    const char *serial = json_string_value(json_object_get(result, "serial"));
    fprintf(out, "Certificado emitido, número de série %s.\n", serial == NULL ? "-" : serial);
    if (file != NULL) {
        fputs("Arquivo: ", out);
        terminal_text(out, file);
        fputs(" (aberto de novo e conferido; guarde uma cópia e a senha, que ninguém mais tem)\n"
              "Se um programa disser que a senha está errada: ra-cli p12 compatible ARQUIVO SAIDA\n",
              out);
        return;
    }
    if (json_object_get(result, "token") != NULL) {
        fputs("Certificado e cadeia estão no token; a chave assinou um desafio, e ele conferiu.\n", out);
        return;
    }
    const char *certificate = json_string_value(json_object_get(result, "certificate"));
    const char *chain = json_string_value(json_object_get(result, "chain"));
    fputs(certificate == NULL ? "" : certificate, out);
    fputs(chain == NULL ? "" : chain, out);
}
