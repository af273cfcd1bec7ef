/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/pki-certificate/fixtures.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

enum { DAY_S = 24 * 3600 };

/* The fictional holder of the golden encodings (certificate layout tests). */
const struct certificate_data fixture_person = {
    .name = "MARIA DO CARMO TESTE",
    .cpf = "12345678909",
    .birth_date = "1985-08-15",
    .email = "maria@exemplo.test.br",
    .nis = "12345678900",
    .rg = "12345678",
    .rg_issuer = "SSP",
    .rg_uf = "SP",
    .voter_id = "142501480248",
    .voter_zone = "123",
    .voter_section = "0456",
    .voter_city = "CAMPINAS",
    .voter_uf = "SP",
    .cei = "",
    .company_name = "",
    .cnpj = "",
    .company_uf = "",
    .company_city = "",
    .company_cei = "",
};

const struct certificate_data fixture_company = {
    .name = "MARIA DO CARMO TESTE",
    .cpf = "12345678909",
    .birth_date = "1985-08-15",
    .email = "contato@padaria.test.br",
    .nis = "",
    .rg = "",
    .rg_issuer = "",
    .rg_uf = "",
    .voter_id = "",
    .voter_zone = "",
    .voter_section = "",
    .voter_city = "",
    .voter_uf = "",
    .cei = "",
    .company_name = "PADARIA & CONFEITARIA TESTE LTDA",
    .cnpj = "12ABC34501DE35",
    .company_uf = "SP",
    .company_city = "CAMPINAS",
    .company_cei = "",
};

EVP_PKEY *fixture_rsa(unsigned bits, unsigned exponent)
{
    EVP_PKEY *key = NULL;
    BIGNUM *number = BN_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
    assert_non_null(number);
    assert_non_null(context);
    assert_int_equal(BN_set_word(number, exponent), 1);
    assert_int_equal(EVP_PKEY_keygen_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(context, (int)bits), 1);
    assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, number), 1);
    assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
    EVP_PKEY_CTX_free(context);
    BN_free(number);
    return key;
}

void set_extension(X509 *certificate, X509 *issuer, int nid, bool critical, const char *value)
{
    X509V3_CTX context;
    CONF *database = NCONF_new(NULL);
    int at = X509_get_ext_by_NID(certificate, nid, -1);
    if (at >= 0)
        X509_EXTENSION_free(X509_delete_ext(certificate, at));
    if (value != NULL) {
        X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
        X509V3_set_nconf(&context, database);
        X509_EXTENSION *extension = X509V3_EXT_nconf_nid(database, &context, nid, value);
        assert_non_null(extension);
        X509_EXTENSION_set_critical(extension, critical ? 1 : 0);
        assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
        X509_EXTENSION_free(extension);
    }
    NCONF_free(database);
}

static void set_validity(X509 *certificate, time_t from, time_t until)
{
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), from));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), until));
}

static void add_rdn(X509_NAME *name, int nid, const char *value)
{
    assert_int_equal(
        X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0), 1);
}

static X509 *make_authority(const char *common_name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key,
                            long serial)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_NAME_new();
    add_rdn(name, NID_countryName, "BR");
    add_rdn(name, NID_organizationName, "ICP-Brasil TESTE");
    add_rdn(name, NID_commonName, common_name);
    assert_int_equal(X509_set_version(certificate, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial), 1);
    assert_int_equal(X509_set_subject_name(certificate, name), 1);
    assert_int_equal(X509_set_issuer_name(certificate, issuer != NULL ? X509_get_subject_name(issuer) : name),
                     1);
    assert_int_equal(X509_set_pubkey(certificate, key), 1);
    set_validity(certificate, FIXTURE_NOW - 30 * DAY_S, FIXTURE_NOW + 800 * DAY_S);
    X509 *above = issuer != NULL ? issuer : certificate;
    set_extension(certificate, above, NID_subject_key_identifier, false, "hash");
    if (issuer != NULL)
        set_extension(certificate, above, NID_authority_key_identifier, false, "keyid:always");
    set_extension(certificate, above, NID_basic_constraints, true, "CA:TRUE");
    set_extension(certificate, above, NID_key_usage, true, "keyCertSign,cRLSign");
    set_extension(certificate, above, NID_certificate_policies, false,
                  issuer != NULL ? "2.16.76.1.2.1.999999,2.16.76.1.2.3.999999" : "2.16.76.1.1.999999");
    assert_true(X509_sign(certificate, issuer_key, EVP_sha512()) > 0);
    X509_NAME_free(name);
    return certificate;
}

X509 *fixture_certificate_signed(const struct world *world, const struct certificate_order *order,
                                 tweak *bend, EVP_PKEY *key, const EVP_MD *digest)
{
    struct ra_error error = {.code = RA_OK};
    X509_NAME *subject = NULL;
    STACK_OF(X509_EXTENSION) *extensions = NULL;
    X509 *certificate = X509_new();
    assert_true(subject_build_name(order, &subject, &error));
    assert_true(subject_build_extensions(order, &extensions, &error));
    assert_int_equal(X509_set_version(certificate, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 4711), 1);
    assert_int_equal(X509_set_subject_name(certificate, subject), 1);
    assert_int_equal(X509_set_issuer_name(certificate, X509_get_subject_name(world->issuer)), 1);
    assert_int_equal(X509_set_pubkey(certificate, world->holder_key), 1);
    set_validity(certificate, FIXTURE_NOW - 60, FIXTURE_NOW - 60 + 365 * DAY_S);
    for (int i = 0; i < sk_X509_EXTENSION_num(extensions); i++)
        assert_int_equal(X509_add_ext(certificate, sk_X509_EXTENSION_value(extensions, i), -1), 1);
    set_extension(certificate, world->issuer, NID_authority_key_identifier, false, "keyid:always");
    set_extension(certificate, world->issuer, NID_crl_distribution_points, false,
                  "URI:http://um.test.br/ac.crl,URI:http://dois.test.br/ac.crl");
    set_extension(certificate, world->issuer, NID_info_access, false,
                  "caIssuers;URI:http://um.test.br/ac.p7b");
    if (bend != NULL)
        bend(certificate, world);
    assert_true(X509_sign(certificate, key, digest) > 0);
    X509_NAME_free(subject);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    return certificate;
}

X509 *fixture_certificate(const struct world *world, const struct certificate_order *order, tweak *bend)
{
    return fixture_certificate_signed(world, order, bend, world->issuer_key, EVP_sha256());
}

struct bytes fixture_request(TALLOC_CTX *context, EVP_PKEY *key, const EVP_MD *digest, request_tweak *bend)
{
    unsigned char *der = NULL;
    X509_REQ *request = X509_REQ_new();
    assert_int_equal(X509_REQ_set_version(request, X509_REQ_VERSION_1), 1);
    assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
    if (bend != NULL)
        bend(request);
    assert_true(X509_REQ_sign(request, key, digest) > 0);
    int length = i2d_X509_REQ(request, &der);
    assert_true(length > 0);
    struct bytes copy = bytes_copy(context, der, (size_t)length);
    OPENSSL_free(der);
    X509_REQ_free(request);
    return copy;
}

struct bytes fixture_spki(TALLOC_CTX *context, EVP_PKEY *key)
{
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(key, &der);
    assert_true(length > 0);
    struct bytes copy = bytes_copy(context, der, (size_t)length);
    OPENSSL_free(der);
    return copy;
}

static struct certificate_profile *load(TALLOC_CTX *memory, const char *path)
{
    struct ra_error error = {.code = RA_OK};
    struct certificate_profile *profile = NULL;
    if (!profile_load(memory, path, &profile, &error))
        fail_msg("%s: %s", path, error.detail);
    return profile;
}

int world_setup(void **state)
{
    struct world *world = talloc_zero(NULL, struct world);
    world->memory = world;
    world->root_key = fixture_rsa(2048, 65537);
    world->issuer_key = fixture_rsa(2048, 65537);
    world->holder_key = fixture_rsa(2048, 65537);
    world->root = make_authority("AC Raiz de Teste", world->root_key, NULL, world->root_key, 1);
    world->issuer = make_authority("AC de Teste RFB v5", world->issuer_key, world->root, world->root_key, 2);
    world->anchors = X509_STORE_new();
    assert_int_equal(X509_STORE_add_cert(world->anchors, world->root), 1);
    world->person_profile = load(world, "pki/profiles/RFB_ECPF_A1.json");
    world->company_profile = load(world, "pki/profiles/RFB_ECNPJ_A1.json");
    world->person = (struct certificate_order){world->person_profile, &fixture_person, "11222333000181",
                                               IDENTIFICATION_IN_PERSON};
    world->company = (struct certificate_order){world->company_profile, &fixture_company, "11222333000181",
                                                IDENTIFICATION_VIDEO};
    *state = world;
    return 0;
}

int world_teardown(void **state)
{
    struct world *world = *state;
    X509_STORE_free(world->anchors);
    X509_free(world->issuer);
    X509_free(world->root);
    EVP_PKEY_free(world->holder_key);
    EVP_PKEY_free(world->issuer_key);
    EVP_PKEY_free(world->root_key);
    talloc_free(world);
    return 0;
}

EVP_PKEY *fixture_key_of_primes(const BIGNUM *p, const BIGNUM *q)
{
    EVP_PKEY *key = NULL;
    BN_CTX *context = BN_CTX_new();
    BIGNUM *n = BN_new(), *e = BN_new(), *d = BN_new(), *phi = BN_new(), *less_p = BN_dup(p),
           *less_q = BN_dup(q);
    assert_int_equal(BN_mul(n, p, q, context), 1);
    assert_int_equal(BN_set_word(e, 65537), 1);
    assert_int_equal(BN_sub_word(less_p, 1) == 1 && BN_sub_word(less_q, 1) == 1, 1);
    assert_int_equal(BN_mul(phi, less_p, less_q, context), 1);
    assert_non_null(BN_mod_inverse(d, e, phi, context));
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_D, d);
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(maker), 1);
    assert_int_equal(EVP_PKEY_fromdata(maker, &key, EVP_PKEY_KEYPAIR, parameters), 1);
    EVP_PKEY_CTX_free(maker);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    BN_free(n), BN_free(e), BN_free(d), BN_free(phi), BN_free(less_p), BN_free(less_q);
    BN_CTX_free(context);
    return key;
}
