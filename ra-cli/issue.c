/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a CSR, a new key or a key in a token to the certificate. Proofs are made here; codes never leave this
 * machine (protocol 3).
 */
#include "pki/base/file.h"
#include "pki/certificate/reader.h"
#include "pki/trust/emission_code.h"
#include "pki/trust/holder_revocation.h"
#include "pki/trust/pkcs12.h"
#include "pki/trust/signed.h"
#include "pki/trust/term.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/csr.h"
#include "ra-cli/kept.h"
#include "ra-cli/signing.h"
#include "ra-cli/term.h"
#include "ra-cli/terminal.h"
#include "ra-cli/token.h"

#include <openssl/crypto.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { POLL_LIMIT = 40 };

/* --- proofs --- */

static bool add_proof(struct cli *cli, const char *code, enum emission_half kind, const char *member,
                      const struct emission_case *about, json_t *proofs, struct ra_error *error)
{
    uint8_t half[EMISSION_HALF_SIZE];
    uint8_t proof[EMISSION_PROOF_SIZE];
    bool ok = emission_half_parse(code, half, error) && emission_prove(half, kind, about, proof, error);
    OPENSSL_cleanse(half, sizeof half);
    if (!ok)
        return false;
    char *text = base64_encode(cli->context, (struct bytes){proof, sizeof proof});
    if (text == NULL || json_object_set_new(proofs, member, json_string(text)) != 0)
        return ra_fail(error, RA_NO_MEMORY, "json");
    return true;
}

/* A code on the command line ends in the shell's history: "-" reads it from the terminal. */
static const char *code_option(struct cli *cli, const struct cli_arguments *arguments, const char *name,
                               const char *prompt)
{
    const char *code = cli_option(arguments, name);
    if (code == NULL || strcmp(code, "-") != 0)
        return code;
    char typed[EMISSION_INPUT_MAX + 2] = "";
    const char *copy = terminal_secret(prompt, typed, sizeof typed) ? talloc_strdup(cli->context, typed) : "";
    OPENSSL_cleanse(typed, sizeof typed);
    return copy;
}

/* The facts behind proofs and term; `codes` borrows from the document. */
static bool read_emission(struct cli *cli, const struct cli_arguments *arguments, json_t **emission,
                          uint8_t validation[32], struct term_codes *codes, struct ra_error *error)
{
    const char *digest;
    if (!client_json(cli, "GET", client_order_path(cli, arguments->positional[0], "/emission"), NULL,
                     emission, error) ||
        !signing_text(*emission, "instance", &codes->about.instance, error) ||
        !signing_text(*emission, "validation_sha256", &digest, error))
        return false;
    codes->about.order = client_order_code(cli, arguments->positional[0]);
    codes->about.validation = validation;
    return hex_decode(digest, validation, 32) ||
           ra_fail(error, RA_UPSTREAM, "resumo da validação malformado");
}

static bool make_proofs(struct cli *cli, const struct term_codes *codes, const struct csr *csr,
                        json_t *proofs, struct ra_error *error)
{
    struct emission_case about = codes->about;
    about.spki = csr->spki;
    return (codes->counter == NULL ||
            add_proof(cli, codes->counter, EMISSION_COUNTER, "counter", &about, proofs, error)) &&
           (codes->mail == NULL || add_proof(cli, codes->mail, EMISSION_MAIL, "mail", &about, proofs, error));
}

/* --- the term --- */

/* "marina.p12" has its term beside it in "marina-termo.pdf"; of a key in a token it is named by the order. */
static const char *term_file(struct cli *cli, const struct cli_arguments *arguments)
{
    const char *output = cli_option(arguments, "new-key");
    if (output == NULL)
        output = client_order_code(cli, arguments->positional[0]);
    size_t length = strlen(output);
    if (length > 4 && strcmp(output + length - 4, ".p12") == 0)
        length -= 4;
    return talloc_asprintf(cli->context, "%.*s-termo.pdf", (int)length, output);
}

static bool read_term_signature(struct cli *cli, const char *path, const char **signature,
                                struct ra_error *error)
{
    struct bytes file;
    if (!file_read(cli->context, path, TERM_SIGNATURE_MAX, &file, error))
        return false;
    *signature = base64_encode(cli->context, file);
    return *signature != NULL || ra_fail(error, RA_NO_MEMORY, "termo");
}

/* From a file that another program made, or by the key at hand; a mere CSR signs nothing. */
static bool sign_term(struct cli *cli, const struct cli_arguments *arguments, const json_t *emission,
                      const struct term_codes *codes, EVP_PKEY *key, json_t *body, struct ra_error *error)
{
    const char *path = cli_option(arguments, "term-signature");
    const json_t *term = json_object_get(emission, "term");
    const char *signature = NULL;
    if (path != NULL) {
        if (!read_term_signature(cli, path, &signature, error))
            return false;
    } else if (key != NULL && term != NULL) {
        const char *file = term_file(cli, arguments);
        if (file == NULL)
            return ra_fail(error, RA_NO_MEMORY, "termo");
        if (!term_accept(cli, arguments->positional[0], term, codes, key, file, &signature, error))
            return false;
    }
    return signature == NULL || json_object_set_new(body, "term_signature", json_string(signature)) == 0 ||
           ra_fail(error, RA_NO_MEMORY, "json");
}

/* --- the revocation password --- */

/* Asked where there is somebody to answer; it may be left out. */
static bool choose_password(struct cli *cli, const struct cli_arguments *arguments, char *password,
                            size_t size, struct ra_error *error)
{
    const char *path = cli_option(arguments, "revocation-password-file");
    if (path != NULL)
        return cli_first_line(cli, path, password, size, error) && revocation_password_check(password, error);
    if (cli->json ||
        !terminal_secret(cli_option(arguments, "new-key") != NULL
                             ? "Senha de revogação, outra que não a do arquivo (Enter: nenhuma): "
                             : "Senha de revogação, para pedir a revogação sem a chave (Enter: nenhuma): ",
                         password, size))
        return true;
    char again[REVOCATION_PASSWORD_MAX + 2] = "";
    bool same =
        password[0] == '\0' || (terminal_secret("Repita a senha de revogação: ", again, sizeof again) &&
                                strcmp(password, again) == 0);
    OPENSSL_cleanse(again, sizeof again);
    if (!same)
        return ra_fail(error, RA_INVALID, "as senhas não são iguais");
    return password[0] == '\0' || revocation_password_check(password, error);
}

static bool register_password(struct cli *cli, const char *password, const struct emission_case *about,
                              EVP_PKEY *key, json_t *body, struct ra_error *error)
{
    uint8_t seed[ED25519_SEED_SIZE], public_key[ED25519_KEY_SIZE];
    struct bytes registration;
    bool ok = revocation_password_seed(password, about->instance, about->order, seed, error) &&
              ed25519_public(seed, public_key, error) &&
              revocation_key_register(cli->context, key, about->instance, about->order, public_key,
                                      &registration, error);
    OPENSSL_cleanse(seed, sizeof seed);
    if (!ok)
        return false;
    const char *half = base64_encode(cli->context, (struct bytes){public_key, sizeof public_key});
    const char *signature = base64_encode(cli->context, registration);
    json_t *member = json_pack("{s:s,s:s}", "public_key", half, "signature", signature);
    return json_object_set_new(body, "revocation_key", member) == 0 || ra_fail(error, RA_NO_MEMORY, "json");
}

/* Only the key of the certificate can register it: a mere CSR has none here. */
static bool add_password(struct cli *cli, const struct cli_arguments *arguments,
                         const struct emission_case *about, EVP_PKEY *key, json_t *body,
                         struct ra_error *error)
{
    char password[REVOCATION_PASSWORD_MAX + 2] = "";
    bool ok =
        key == NULL || (choose_password(cli, arguments, password, sizeof password, error) &&
                        (password[0] == '\0' || register_password(cli, password, about, key, body, error)));
    OPENSSL_cleanse(password, sizeof password);
    return ok;
}

/* --- asking --- */

/* The same request again is safe: the same key gets the same certificate. So waiting is asking again. */
static bool ask_until_issued(struct cli *cli, const char *order, const json_t *body, json_t **answer,
                             struct ra_error *error)
{
    for (int tries = 0; tries < POLL_LIMIT; tries++) {
        if (!client_json(cli, "POST", client_order_path(cli, order, "/csr"), body, answer, error))
            return false;
        if (json_object_get(*answer, "certificate") != NULL)
            return true;
        json_int_t pause = json_integer_value(json_object_get(*answer, "retry_after_s"));
        if (tries == 0)
            fputs(
                "ra-cli: a AC ainda não respondeu; esperando (Ctrl-C pode parar: repita o comando depois)\n",
                stderr);
        json_decref(*answer);
        *answer = NULL;
        sleep(pause < 1 ? 1 : pause > 5 ? 5 : (unsigned)pause);
    }
    return ra_fail(error, RA_TIMEOUT, "a AC ainda não respondeu; repita o mesmo comando mais tarde");
}

static bool make_body(struct cli *cli, const struct cli_arguments *arguments, const struct csr *csr,
                      EVP_PKEY *key, json_t *proofs, json_t **body, struct ra_error *error)
{
    const char *pem = NULL;
    uint8_t validation[32] = {0};
    json_t *emission = NULL;
    struct term_codes codes = {.counter = code_option(cli, arguments, "code", "Código do papel: "),
                               .mail = code_option(cli, arguments, "mail-code", "Código do e-mail: ")};
    /* Bound by the key's fingerprint, a mere CSR needs nothing of the case. */
    bool needed = key != NULL || codes.counter != NULL || codes.mail != NULL;
    bool ok = csr_pem(cli, csr->request, &pem, error) &&
              (!needed || read_emission(cli, arguments, &emission, validation, &codes, error)) &&
              make_proofs(cli, &codes, csr, proofs, error);
    if (ok) {
        *body = json_pack("{s:s,s:O}", "csr", pem, "proofs", proofs);
        ok = *body != NULL || ra_fail(error, RA_NO_MEMORY, "json");
    }
    ok = ok && sign_term(cli, arguments, emission, &codes, key, *body, error) &&
         add_password(cli, arguments, &codes.about, key, *body, error);
    json_decref(emission);
    return ok;
}

/* `key` is the private key when it is here; NULL for a CSR that somebody else made. */
static bool request_certificate(struct cli *cli, const struct cli_arguments *arguments, const struct csr *csr,
                                EVP_PKEY *key, json_t **answer, struct ra_error *error)
{
    json_t *proofs = json_object();
    json_t *body = NULL;
    if (proofs == NULL || csr == NULL) {
        json_decref(proofs);
        return ra_fail(error, RA_NO_MEMORY, "json");
    }
    bool ok = make_body(cli, arguments, csr, key, proofs, &body, error) &&
              ask_until_issued(cli, arguments->positional[0], body, answer, error);
    json_decref(body);
    json_decref(proofs);
    return ok;
}

/* What came back must be for the key that asked. */
static bool read_answer(struct cli *cli, json_t *answer, const struct csr *csr, X509 **certificate,
                        struct ra_error *error)
{
    const char *pem;
    struct certificate_reading *reading = NULL;
    if (!signing_text(answer, "certificate", &pem, error) ||
        !certificate_decode(bytes_of_text(pem), certificate, error))
        return false;
    if (!certificate_read(cli->context, *certificate, &reading, error))
        return false;
    if (!bytes_equal(reading->spki, csr->spki))
        return ra_fail_reason(error, RA_VERIFICATION_FAILED, "certificate-mismatch",
                              "o certificado recebido não é desta chave");
    json_object_set_new(answer, "serial", json_string(reading->serial));
    return true;
}

static bool issue_for_csr(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                          struct ra_error *error)
{
    struct bytes file;
    struct csr *csr = NULL;
    X509 *certificate = NULL;
    bool ok = file_read(cli->context, cli_option(arguments, "csr"), CSR_MAX, &file, error) &&
              csr_decode(cli->context, file, &csr, error) &&
              request_certificate(cli, arguments, csr, NULL, result, error) &&
              read_answer(cli, *result, csr, &certificate, error);
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
              request_certificate(cli, arguments, csr, key, result, error) &&
              read_answer(cli, *result, csr, &certificate, error) &&
              write_file_of_holder(cli, output, key, certificate, *result, passphrase, error);
    if (ok) {
        unlink(kept);
        json_object_set_new(*result, "file", json_string(output));
        if (access(term_file(cli, arguments), F_OK) == 0)
            json_object_set_new(*result, "term", json_string(term_file(cli, arguments)));
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
              request_certificate(cli, arguments, csr, key, result, error) &&
              read_answer(cli, *result, csr, &certificate, error);
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
