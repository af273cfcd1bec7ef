/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/term.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

static const char prefix[] = "guiche-term-v1"; /* its NUL is the 00 between */

enum { MESSAGE_SIZE = sizeof prefix + 32 };

static void build_message(const uint8_t pdf_digest[32], uint8_t message[MESSAGE_SIZE])
{
    memcpy(message, prefix, sizeof prefix);
    memcpy(message + sizeof prefix, pdf_digest, 32);
}

bool term_sign(TALLOC_CTX *context, EVP_PKEY *key, const uint8_t pdf_digest[32], struct bytes *signature,
               struct ra_error *error)
{
    uint8_t message[MESSAGE_SIZE];
    uint8_t made[TERM_SIGNATURE_MAX];
    size_t length = sizeof made;
    build_message(pdf_digest, message);
    EVP_MD_CTX *signing = EVP_MD_CTX_new();
    bool done = signing != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
                EVP_DigestSignInit(signing, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSign(signing, made, &length, message, sizeof message) == 1;
    EVP_MD_CTX_free(signing);
    if (!done)
        return ra_fail_crypto(error, "term signature");
    *signature = bytes_copy(context, made, length);
    return signature->data != NULL || ra_fail(error, RA_NO_MEMORY, "term signature");
}

bool term_verify(EVP_PKEY *key, const uint8_t pdf_digest[32], struct bytes signature, struct ra_error *error)
{
    uint8_t message[MESSAGE_SIZE];
    build_message(pdf_digest, message);
    EVP_MD_CTX *verifying = EVP_MD_CTX_new();
    bool good = verifying != NULL && signature.length > 0 && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
                EVP_DigestVerifyInit(verifying, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(verifying, signature.data, signature.length, message, sizeof message) == 1;
    EVP_MD_CTX_free(verifying);
    ERR_clear_error();
    return good || term_refuse(error, "term-signature-invalid",
                               "A assinatura do termo de titularidade não confere com a chave do pedido.");
}

bool term_refuse(struct ra_error *error, const char *reason, const char *detail)
{
    (void)ra_fail_reason(error, RA_RULE_REFUSED, reason, "%s", detail);
    (void)snprintf(error->source, sizeof error->source, "%s", "DOC-ICP-05 4.1 c (Res. 211/2024)");
    return false;
}
