/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/rsa_key.h"

#include "pki/base/der.h"

#include <limits.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

/* Positive, in as few octets as there can be (X.690 8.3.2). */
static bool take_number(struct der *cursor, struct bytes *number)
{
    struct der_element element;
    if (!der_take(cursor, DER_INTEGER, &element))
        return false;
    const uint8_t *at = element.content.data;
    size_t length = element.content.length;
    if (length == 0 || (at[0] & 0x80) != 0 || (at[0] == 0 && (length == 1 || (at[1] & 0x80) == 0)))
        return false;
    *number = at[0] == 0 ? (struct bytes){at + 1, length - 1} : element.content;
    return true;
}

bool rsa_key_read(struct bytes spki, struct rsa_numbers *numbers)
{
    static const uint8_t algorithm[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                        0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    struct der outer = der_over(spki), fields, pair;
    struct der_element bits;
    if (!der_enter(&outer, DER_SEQUENCE, &fields) || !der_done(&outer) ||
        !der_expect(&fields, (struct bytes){algorithm, sizeof algorithm}) ||
        !der_take(&fields, DER_BIT_STRING, &bits) || !der_done(&fields) || bits.content.length < 2 ||
        bits.content.data[0] != 0) /* no unused bits */
        return false;
    struct der inside = der_over((struct bytes){bits.content.data + 1, bits.content.length - 1});
    return der_enter(&inside, DER_SEQUENCE, &pair) && der_done(&inside) &&
           take_number(&pair, &numbers->modulus) && take_number(&pair, &numbers->exponent) && der_done(&pair);
}

static EVP_PKEY *make_key(const BIGNUM *modulus, const BIGNUM *exponent)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *parameters = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    if (context == NULL || build == NULL ||
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) != 1 ||
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) != 1 ||
        (parameters = OSSL_PARAM_BLD_to_param(build)) == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(context);
    return key;
}

EVP_PKEY *rsa_key_public(struct bytes spki)
{
    struct rsa_numbers numbers;
    if (spki.length > INT_MAX || !rsa_key_read(spki, &numbers))
        return NULL;
    BIGNUM *modulus = BN_bin2bn(numbers.modulus.data, (int)numbers.modulus.length, NULL);
    BIGNUM *exponent = BN_bin2bn(numbers.exponent.data, (int)numbers.exponent.length, NULL);
    EVP_PKEY *key = modulus != NULL && exponent != NULL ? make_key(modulus, exponent) : NULL;
    BN_free(modulus);
    BN_free(exponent);
    return key;
}
