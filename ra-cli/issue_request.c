/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/issue_request.h"

#include "pki/base/file.h"
#include "pki/certificate/reader.h"
#include "pki/trust/emission_code.h"
#include "pki/trust/holder_revocation.h"
#include "pki/trust/term.h"
#include "ra-cli/client.h"
#include "ra-cli/signing.h"
#include "ra-cli/term.h"
#include "ra-cli/terminal.h"

#include <openssl/crypto.h>
#include <string.h>
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

const char *issue_term_file(struct cli *cli, const struct cli_arguments *arguments)
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
        const char *file = issue_term_file(cli, arguments);
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

bool issue_request(struct cli *cli, const struct cli_arguments *arguments, const struct csr *csr,
                   EVP_PKEY *key, json_t **answer, X509 **certificate, struct ra_error *error)
{
    json_t *proofs = json_object();
    json_t *body = NULL;
    if (proofs == NULL || csr == NULL) {
        json_decref(proofs);
        return ra_fail(error, RA_NO_MEMORY, "json");
    }
    bool ok = make_body(cli, arguments, csr, key, proofs, &body, error) &&
              ask_until_issued(cli, arguments->positional[0], body, answer, error) &&
              read_answer(cli, *answer, csr, certificate, error);
    json_decref(body);
    json_decref(proofs);
    return ok;
}
