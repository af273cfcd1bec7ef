/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "renewal/renewal_key.h"

#include "pki/base/bytes.h"
#include "pki/certificate/csr.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

enum { SPKI_TEXT_MAX = 4096 }; /* base64 of more than RSA 16384 */

bool renewal_key_check_promise(const json_t *body, const struct certificate_profile *profile,
                               struct ra_error *error)
{
    const json_t *promise = json_object_get(body, "new_key"), *bits = json_object_get(promise, "bits");
    const char *algorithm = http_text(promise, "algorithm");
    if (promise == NULL)
        return true;
    const json_int_t size = json_integer_value(bits);
    if (algorithm == NULL || !json_is_integer(bits) || size <= 0 || size > INT_MAX)
        return ra_fail_field(error, "new_key", "shape", "Diga o algoritmo e os bits da chave nova.");
    return csr_check_key(strcmp(algorithm, "rsa") == 0 ? EVP_PKEY_RSA : EVP_PKEY_EC, (unsigned)size, profile,
                         error);
}

static bool check_public_key(struct bytes der, const struct certificate_profile *profile,
                             struct ra_error *error)
{
    const unsigned char *at = der.data;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)der.length);
    const bool whole = key == NULL || at == der.data + der.length;
    const int type = key != NULL ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
    const int bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;
    EVP_PKEY_free(key);
    ERR_clear_error();
    return (whole || ra_fail_field(error, "spki", "shape", "A chave pública não pôde ser lida.")) &&
           csr_check_key(type, bits > 0 ? (unsigned)bits : 0, profile, error);
}

bool renewal_key_check_signed(struct http_request *request, const uint8_t signed_digest[32],
                              const struct certificate_profile *profile, struct ra_error *error)
{
    const char *text = http_text(request->body, "spki");
    struct bytes der = {NULL, 0};
    uint8_t digest[32];
    if (text == NULL || strlen(text) > SPKI_TEXT_MAX ||
        !base64_decode(request->context, text, strlen(text), &der) || der.length == 0)
        return ra_fail_field(error, "spki", "base64", "Mande a chave pública nova, em DER e base64.");
    if (!sha256(der, digest))
        return ra_fail_crypto(error, "SHA-256");
    return (CRYPTO_memcmp(digest, signed_digest, sizeof digest) == 0 ||
            ra_fail_reason(error, RA_STATEMENT_REFUSED, "renewal-mismatch",
                           "A chave que veio não é a que foi assinada.")) &&
           check_public_key(der, profile, error);
}

json_t *renewal_key_bits_json(const struct certificate_profile *profile)
{
    json_t *sizes = json_array();
    for (size_t i = 0; i < profile->key_bits_count; i++)
        json_array_append_new(sizes, json_integer(profile->key_bits[i]));
    return sizes;
}
