/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The public key: algorithm, size and exponent of DOC-ICP-01.01, and RSA moduli that can be factored.
 */
#include "pki/certificate/lint_internal.h"

enum { RSA_LEAST = 2048, RSA_HOLDER = 2048, RSA_A4 = 4096, UNCOMPRESSED = 0x04 };

struct rsa_key {
    struct bytes modulus; /* without the zero octet before it */
    struct bytes exponent;
};

static struct bytes without_sign(struct bytes integer)
{
    return integer.length > 1 && integer.data[0] == 0 ? (struct bytes){integer.data + 1, integer.length - 1}
                                                      : integer;
}

/* A positive INTEGER in its shortest form. */
static bool take_positive(struct der *cursor, struct bytes *number)
{
    struct der_element element;
    if (!der_take(cursor, DER_INTEGER, &element) || element.content.length == 0)
        return false;
    const uint8_t *at = element.content.data;
    size_t length = element.content.length;
    if (at[0] >= 0x80 || (at[0] == 0 && (length == 1 || at[1] < 0x80)))
        return false;
    *number = without_sign(element.content);
    return true;
}

static bool read_rsa(struct bytes parameters, struct bytes bits, struct rsa_key *key)
{
    static const uint8_t null[] = {DER_NULL, 0};
    struct der outer = der_over(parameters);
    struct der inner;
    if (!der_expect(&outer, (struct bytes){null, sizeof null}) || !der_done(&outer) || bits.length < 1 ||
        bits.data[0] != 0)
        return false;
    outer = der_over((struct bytes){bits.data + 1, bits.length - 1});
    return der_enter(&outer, DER_SEQUENCE, &inner) && der_done(&outer) &&
           take_positive(&inner, &key->modulus) && take_positive(&inner, &key->exponent) && der_done(&inner);
}

static unsigned bits_of(struct bytes number)
{
    unsigned bits = (unsigned)(8 * number.length);
    for (uint8_t top = number.data[0]; (top & 0x80) == 0 && bits > 0; top = (uint8_t)(top << 1))
        bits--;
    return bits;
}

static void lint_size(unsigned bits, enum subject_kind kind, uint32_t policy, struct findings *findings)
{
    bool listed = bits == RSA_HOLDER || bits == RSA_A4;
    if (bits < RSA_LEAST || (kind == SUBJECT_HOLDER && !listed)) {
        findings_add(findings, FINDING_RULE_KEY_SIZE, "A chave RSA tem %u bits; a norma admite %d%s.", bits,
                     RSA_HOLDER, kind == SUBJECT_HOLDER ? ", ou 4096 para A4" : " ou mais");
        return;
    }
    if (kind == SUBJECT_HOLDER && policy != 0 && (policy == POLICY_A4) != (bits == RSA_A4))
        findings_add(findings, FINDING_RULE_KEY_SIZE_POLICY, "A chave RSA tem %u bits; este tipo usa %d.",
                     bits, policy == POLICY_A4 ? RSA_A4 : RSA_HOLDER);
}

static bool lint_weakness(struct bytes modulus, const struct lint_about *about, struct findings *findings,
                          struct ra_error *error)
{
    enum weak_key weakness;
    if (!weak_key_find(modulus, about->weak_keys, &weakness))
        return ra_fail(error, RA_NO_MEMORY, "weak keys");
    switch (weakness) {
    case WEAK_KEY_NONE:
        return true;
    case WEAK_KEY_SMALL_FACTOR:
        findings_add(findings, FINDING_RULE_KEY_SMALL_FACTOR, "O módulo da chave tem um fator pequeno.");
        return true;
    case WEAK_KEY_ROCA:
        findings_add(findings, FINDING_RULE_KEY_ROCA,
                     "A chave tem a marca da biblioteca defeituosa de 2017 (ROCA) e pode ser fatorada.");
        return true;
    case WEAK_KEY_CLOSE_PRIMES:
        findings_add(findings, FINDING_RULE_KEY_CLOSE_PRIMES,
                     "Os primos da chave são próximos demais: o método de Fermat os acha.");
        return true;
    case WEAK_KEY_DEBIAN:
        findings_add(findings, FINDING_RULE_KEY_DEBIAN,
                     "A chave é uma das poucas que o OpenSSL do Debian podia fazer de 2006 a 2008.");
        return true;
    case WEAK_KEY_LISTED:
        findings_add(findings, FINDING_RULE_KEY_DEBIAN, "A chave está na lista de chaves fracas.");
        return true;
    }
    return true;
}

static bool lint_rsa(struct bytes parameters, struct bytes bits, const struct lint_about *about,
                     enum subject_kind kind, uint32_t policy, unsigned *rsa_bits, struct findings *findings,
                     struct ra_error *error)
{
    struct rsa_key key;
    if (!read_rsa(parameters, bits, &key)) {
        findings_add(findings, FINDING_RULE_KEY_FORM, "A chave RSA está malformada.");
        return true;
    }
    *rsa_bits = bits_of(key.modulus);
    lint_size(*rsa_bits, kind, policy, findings);
    if (key.exponent.length != 3 || key.exponent.data[0] != 1 || key.exponent.data[1] != 0 ||
        key.exponent.data[2] != 1)
        findings_add(findings, FINDING_RULE_KEY_EXPONENT, "O expoente público da chave não é 65537.");
    return lint_weakness(key.modulus, about, findings, error);
}

/* brainpoolP256r1 for holders, brainpoolP512r1 for ACs; NIST's curves are not in the list. */
static void lint_curve(struct bytes parameters, struct bytes bits, enum subject_kind kind,
                       struct findings *findings)
{
    struct der cursor = der_over(parameters);
    struct der_element curve;
    if (!der_take(&cursor, DER_OID, &curve) || !der_done(&cursor)) {
        findings_add(findings, FINDING_RULE_KEY_FORM, "A curva da chave não tem nome.");
        return;
    }
    int wanted = kind == SUBJECT_AUTHORITY ? OID_BRAINPOOL_P512R1 : OID_BRAINPOOL_P256R1;
    size_t coordinate = kind == SUBJECT_AUTHORITY ? 64 : 32;
    char name[OID_TEXT_SIZE];
    oid_text(curve.content, name);
    if (oid_known(curve.content) != wanted)
        findings_add(findings, FINDING_RULE_KEY_ALGORITHM, "A curva %s não é das que a ICP-Brasil admite.",
                     name);
    else if (bits.length != 2 + 2 * coordinate || bits.data[0] != 0 || bits.data[1] != UNCOMPRESSED)
        findings_add(findings, FINDING_RULE_KEY_FORM, "O ponto da chave não está inteiro.");
}

/* RFC 8410: no parameters, a fixed number of octets. */
static void lint_edwards(struct bytes parameters, struct bytes bits, size_t octets, struct findings *findings)
{
    if (parameters.length > 0 || bits.length != octets + 1 || bits.data[0] != 0)
        findings_add(findings, FINDING_RULE_KEY_FORM, "A chave não tem o tamanho do seu algoritmo.");
}

bool lint_key(struct bytes spki, const struct lint_about *about, enum subject_kind kind, uint32_t policy,
              unsigned *rsa_bits, struct findings *findings, struct ra_error *error)
{
    struct der outer = der_over(spki);
    struct der fields;
    struct der_element algorithm, bits;
    struct bytes type, parameters;
    char name[OID_TEXT_SIZE];
    *rsa_bits = 0;
    if (!der_enter(&outer, DER_SEQUENCE, &fields) || !der_take(&fields, DER_SEQUENCE, &algorithm) ||
        !der_take(&fields, DER_BIT_STRING, &bits) || !der_done(&fields) ||
        !algorithm_view_open(algorithm.whole, &type, &parameters)) {
        findings_add(findings, FINDING_RULE_KEY_FORM, "A chave pública não pôde ser lida.");
        return true;
    }
    oid_text(type, name);
    switch (oid_known(type)) {
    case OID_RSA:
        return lint_rsa(parameters, bits.content, about, kind, policy, rsa_bits, findings, error);
    case OID_EC:
        lint_curve(parameters, bits.content, kind, findings);
        return true;
    case OID_ED25519:
    case OID_X25519:
        lint_edwards(parameters, bits.content, 32, findings);
        return true;
    case OID_ED448:
        lint_edwards(parameters, bits.content, 57, findings);
        return true;
    case OID_DSA:
        findings_add(findings, FINDING_RULE_KEY_ALGORITHM, "A ICP-Brasil não admite chaves DSA.");
        return true;
    default:
        findings_add(findings, FINDING_RULE_KEY_UNVERIFIABLE,
                     "A chave é de um algoritmo (%s) que não se examina aqui: não se sabe se é boa.", name);
        return true;
    }
}
