/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/csr.h"

#include "pki/base/rsa_key.h"
#include "pki/certificate/armour.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>

enum { PUBLIC_EXPONENT = 65537 };

RA_PRINTF(3, 4)
static bool refuse(struct ra_error *error, const char *reason, const char *format, ...)
{
    char detail[sizeof error->detail];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    ERR_clear_error();
    return ra_fail_reason(error, RA_CSR_REFUSED, reason, "%s", detail);
}

static bool refuse_malformed(struct ra_error *error)
{
    return refuse(error, "csr-malformed",
                  "O pedido de certificado não pôde ser lido: envie um único CSR (PKCS#10), em PEM ou DER.");
}

static int csr_destroy(struct csr *csr)
{
    X509_REQ_free(csr->request);
    return 0;
}

static bool take_public_key(struct csr *csr, struct ra_error *error)
{
    X509_PUBKEY *key = X509_REQ_get_X509_PUBKEY(csr->request);
    unsigned char *spki = NULL;
    int length = key != NULL ? i2d_X509_PUBKEY(key, &spki) : 0;
    if (length <= 0)
        return refuse_malformed(error);
    csr->spki = bytes_copy(csr, spki, (size_t)length);
    OPENSSL_free(spki);
    if (csr->spki.data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "csr");
    if (!sha256(csr->spki, csr->spki_digest))
        return ra_fail_crypto(error, "SHA-256");
    /* NULL for algorithms this library does not know: csr_check refuses them by name. */
    EVP_PKEY *public_key = X509_PUBKEY_get0(key);
    csr->key_type = public_key != NULL ? EVP_PKEY_get_base_id(public_key) : EVP_PKEY_NONE;
    int bits = public_key != NULL ? EVP_PKEY_get_bits(public_key) : 0;
    csr->key_bits = bits > 0 ? (unsigned)bits : 0;
    ERR_clear_error();
    return true;
}

static bool decode(struct csr *csr, struct bytes input, struct ra_error *error)
{
    static const char *const labels[] = {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", NULL};
    if (input.length > CSR_MAX || !armour_open(csr, input, labels, &csr->der))
        return refuse_malformed(error);
    const unsigned char *at = csr->der.data;
    csr->request = d2i_X509_REQ(NULL, &at, (long)csr->der.length);
    if (csr->request == NULL || at != csr->der.data + csr->der.length ||
        X509_REQ_get_version(csr->request) != X509_REQ_VERSION_1)
        return refuse_malformed(error);
    return take_public_key(csr, error);
}

bool csr_decode(TALLOC_CTX *context, struct bytes input, struct csr **csr, struct ra_error *error)
{
    struct csr *decoded = talloc_zero(context, struct csr);
    *csr = NULL;
    if (decoded == NULL) {
        ra_fail(error, RA_NO_MEMORY, "csr");
        return false;
    }
    talloc_set_destructor(decoded, csr_destroy);
    if (!decode(decoded, input, error)) {
        talloc_free(decoded);
        return false;
    }
    *csr = decoded;
    return true;
}

static bool refuse_unverifiable(struct ra_error *error)
{
    return refuse(
        error, "csr-unverifiable",
        "O pedido usa um algoritmo que não se verifica aqui: não se sabe se é bom, e não é aceito.");
}

static bool check_type(int type, struct ra_error *error)
{
    if (type == EVP_PKEY_NONE)
        return refuse_unverifiable(error);
    return type == EVP_PKEY_RSA ||
           refuse(error, "csr-algorithm", "A chave do pedido precisa ser RSA; a deste é de outro tipo.");
}

static bool check_signature_algorithm(const struct csr *csr, struct ra_error *error)
{
    int signature = X509_REQ_get_signature_nid(csr->request);
    if (signature == NID_undef)
        return refuse_unverifiable(error);
    if (signature != NID_sha256WithRSAEncryption && signature != NID_sha384WithRSAEncryption &&
        signature != NID_sha512WithRSAEncryption)
        return refuse(error, "csr-algorithm",
                      "O pedido precisa ser assinado com RSA e SHA-256, SHA-384 ou SHA-512.");
    return true;
}

static bool check_size(unsigned bits, const struct certificate_profile *profile, struct ra_error *error)
{
    if (profile_key_bits_allowed(profile, bits))
        return true;
    return refuse(error, "csr-key-size",
                  "A chave do pedido tem %u bits; este certificado pede RSA de %u bits.", bits,
                  profile->key_bits[0]);
}

bool csr_check_key(int type, unsigned bits, const struct certificate_profile *profile, struct ra_error *error)
{
    return check_type(type, error) && check_size(bits, profile, error);
}

static bool check_exponent(EVP_PKEY *key, struct ra_error *error)
{
    BIGNUM *exponent = NULL;
    bool good = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
                BN_is_word(exponent, PUBLIC_EXPONENT) == 1;
    BN_free(exponent);
    return good || refuse(error, "csr-exponent", "O expoente público da chave precisa ser 65537.");
}

/* One key, one encoding: a journal that knows keys by their SPKI must not meet the same key in another dress.
 * The library would tell too, by encoding anew, at a hundred times the price. */
static bool check_encoding(const struct csr *csr, struct ra_error *error)
{
    struct rsa_numbers numbers;
    return rsa_key_read(csr->spki, &numbers) || refuse_malformed(error);
}

static bool check_weakness(EVP_PKEY *key, const struct weak_key_list *weak_keys, struct ra_error *error)
{
    uint8_t modulus[WEAK_KEY_MODULUS_MAX];
    enum weak_key weakness = WEAK_KEY_NONE;
    BIGNUM *number = NULL;
    bool read = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &number) == 1 &&
                BN_num_bytes(number) <= WEAK_KEY_MODULUS_MAX;
    int length = read ? BN_bn2bin(number, modulus) : 0;
    BN_free(number);
    if (length <= 0 || !weak_key_find((struct bytes){modulus, (size_t)length}, weak_keys, &weakness))
        return ra_fail_crypto(error, "weak keys");
    switch (weakness) {
    case WEAK_KEY_NONE:
        return true;
    case WEAK_KEY_SMALL_FACTOR:
        break;
    case WEAK_KEY_ROCA:
        return refuse(
            error, "csr-weak-key",
            "A chave foi feita por um token com o defeito ROCA e pode ser descoberta. Use outro token.");
    case WEAK_KEY_CLOSE_PRIMES:
        return refuse(
            error, "csr-weak-key",
            "A chave tem primos próximos demais e pode ser descoberta. Gere outra em outro programa.");
    case WEAK_KEY_DEBIAN:
        return refuse(
            error, "csr-weak-key",
            "A chave foi feita pelo OpenSSL defeituoso do Debian (2006 a 2008), que só podia fazer umas "
            "poucas, hoje conhecidas de todos. Gere outra num sistema atualizado.");
    case WEAK_KEY_LISTED:
        return refuse(
            error, "csr-weak-key",
            "A chave está na lista de chaves fracas conhecidas. Gere outra num sistema atualizado.");
    }
    return refuse(error, "csr-weak-key", "A chave tem um fator pequeno e pode ser descoberta. Gere outra.");
}

bool csr_check(const struct csr *csr, const struct certificate_profile *profile,
               const struct weak_key_list *weak_keys, struct ra_error *error)
{
    if (!check_type(csr->key_type, error) || !check_signature_algorithm(csr, error) ||
        !check_size(csr->key_bits, profile, error))
        return false;
    EVP_PKEY *key = X509_REQ_get0_pubkey(csr->request);
    if (key == NULL)
        return refuse_malformed(error);
    if (!check_exponent(key, error) || !check_encoding(csr, error) || !check_weakness(key, weak_keys, error))
        return false;
    if (X509_REQ_get_attr_by_NID(csr->request, NID_pkcs9_challengePassword, -1) >= 0)
        return refuse(error, "csr-malformed",
                      "O pedido traz uma senha (challengePassword) à vista. Gere outro sem ela.");
    if (X509_REQ_verify(csr->request, key) != 1)
        return refuse(error, "csr-signature",
                      "A assinatura do pedido não confere com a chave que ele traz. Gere outro pedido.");
    return true;
}

/* --- the modulus --- */

/* NIST SP 800-56B 6.4.2.1 asks for no factor below 752; those up to 167 are looked for with ROCA's. */
static bool has_small_factor(const BIGNUM *modulus)
{
    enum { FIRST = 173, LAST = 751 };
    for (BN_ULONG divisor = FIRST; divisor <= LAST; divisor += 2) /* what is no prime does no harm */
        if (BN_mod_word(modulus, divisor) == 0)
            return true;
    return false;
}

/* Fermat to the base 2 with the modulus and what may share a factor with the result: where the modulus is a
 * prime p or a power of it, p - 1 divides modulus - 1, so p divides 2^(modulus - 1) - 1 (SP 800-56B asks for
 * a modulus that is neither). A product of two primes made at random has no factor in common with it. */
static bool is_product(const BIGNUM *modulus, BN_CTX *context, bool *product)
{
    BN_MONT_CTX *montgomery = BN_MONT_CTX_new();
    BIGNUM *exponent = BN_CTX_get(context);
    BIGNUM *power = BN_CTX_get(context);
    BIGNUM *inverse = BN_CTX_get(context);
    bool done = montgomery != NULL && inverse != NULL && BN_copy(exponent, modulus) != NULL &&
                BN_sub_word(exponent, 1) == 1 && BN_MONT_CTX_set(montgomery, modulus, context) == 1 &&
                BN_mod_exp_mont_word(power, 2, exponent, modulus, context, montgomery) == 1 &&
                BN_sub_word(power, 1) == 1;
    BN_MONT_CTX_free(montgomery);
    if (!done)
        return false;
    ERR_set_mark();
    *product = BN_mod_inverse(inverse, power, modulus, context) != NULL;
    done = *product || ERR_GET_REASON(ERR_peek_last_error()) == BN_R_NO_INVERSE;
    ERR_pop_to_mark();
    return done;
}

static bool check_modulus(EVP_PKEY *key, struct ra_error *error)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *modulus = NULL;
    bool product = false;
    if (context != NULL)
        BN_CTX_start(context);
    bool done = context != NULL && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1 &&
                is_product(modulus, context, &product);
    product = product && !has_small_factor(modulus);
    BN_free(modulus);
    if (context != NULL)
        BN_CTX_end(context);
    BN_CTX_free(context);
    if (!done)
        return ra_fail_crypto(error, "modulus");
    return product ||
           refuse(error, "csr-malformed", "A chave do pedido não é uma chave RSA bem formada. Gere outra.");
}

bool csr_accept(TALLOC_CTX *context, struct bytes input, const struct certificate_profile *profile,
                const struct weak_key_list *weak_keys, struct csr **csr, struct ra_error *error)
{
    if (!csr_decode(context, input, csr, error))
        return false;
    if (csr_check(*csr, profile, weak_keys, error) &&
        check_modulus(X509_REQ_get0_pubkey((*csr)->request), error))
        return true;
    talloc_free(*csr);
    *csr = NULL;
    return false;
}
