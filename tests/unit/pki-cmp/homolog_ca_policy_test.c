/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the CA refuses to certify, revocation, CRLs and the hierarchy; asked through the AR's client, in one
 * process.
 */
#include "pki/cmp/cmp_message.h"
#include "tests/unit/pki-cmp/world.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <openssl/conf.h>
#include <openssl/x509v3.h>
#include <string.h>

static struct world world;

static int make_world(void **state)
{
    (void)state;
    world_make(&world);
    return 0;
}

static int drop_world(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

/* Every test starts with an honest carrier and a plain server. */
static int calm_down(void **state)
{
    (void)state;
    world.fault = CARRIER_HONEST;
    world.verdict = CMP_CHECK_ACCEPTED;
    world_restart(&world, (struct cmp_server_options){.confirm_seconds = 600});
    return 0;
}

/* --- templates the AC refuses --- */

static void expect_template_refused(const struct cmp_certificate_request *request, const char *why)
{
    struct cmp_outcome outcome;
    struct ra_error error;
    int before = world_count_issued(&world);
    assert_true(world_ask(&world, request, &outcome, &error));
    assert_int_equal(outcome.result, CMP_REFUSED);
    if (strstr(outcome.status_text, why) == NULL)
        fail_msg("expected «%s», got «%s»", why, outcome.status_text);
    assert_int_equal(world_count_issued(&world), before);
}

static void refuses_keys_that_are_not_rsa_2048(void **state)
{
    (void)state;
    struct {
        EVP_PKEY *key;
    } keys[] = {{EVP_RSA_gen(1024)}, {EVP_RSA_gen(3072)}, {EVP_EC_gen("P-256")}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_non_null(keys[i].key);
        struct cmp_certificate_request request = world_request(&world);
        request.public_key = keys[i].key;
        expect_template_refused(&request, "RSA of the size");
        EVP_PKEY_free(keys[i].key);
    }
}

static void refuses_terms_beyond_the_policy(void **state)
{
    (void)state;
    static const int DAYS[] = {-1, 0, 400, 4000};
    for (size_t i = 0; i < sizeof DAYS / sizeof *DAYS; i++) {
        struct cmp_certificate_request request = world_request(&world);
        request.not_after = request.not_before + (time_t)DAYS[i] * 86400;
        expect_template_refused(&request, "validity");
    }
}

/* The template with one extension changed by text. */
static STACK_OF(X509_EXTENSION) *with_extension(int nid, const char *value)
{
    STACK_OF(X509_EXTENSION) *copy =
        sk_X509_EXTENSION_deep_copy(world.extensions, X509_EXTENSION_dup, X509_EXTENSION_free);
    int at = X509v3_get_ext_by_NID(copy, nid, -1);
    if (at >= 0)
        X509_EXTENSION_free(sk_X509_EXTENSION_delete(copy, at));
    if (value != NULL) {
        X509V3_CTX context;
        X509V3_set_ctx(&context, world.ra_certificate, world.ra_certificate, NULL, NULL, 0);
        CONF *no_sections = NCONF_new(NULL);
        X509V3_set_nconf(&context, no_sections);
        X509_EXTENSION *made = X509V3_EXT_nconf_nid(no_sections, &context, nid, value);
        NCONF_free(no_sections);
        assert_non_null(made);
        sk_X509_EXTENSION_push(copy, made);
    }
    return copy;
}

static void refuses_extensions_that_are_not_a_holders(void **state)
{
    (void)state;
    static const struct {
        int nid;
        const char *value;
        const char *why;
    } CASES[] = {
        {NID_basic_constraints, "CA:TRUE", "basicConstraints"},
        {NID_basic_constraints, "critical,CA:TRUE,pathlen:0", "basicConstraints"},
        {NID_key_usage, "critical,digitalSignature,keyCertSign", "keyUsage"},
        {NID_key_usage, "critical,cRLSign", "keyUsage"},
        {NID_key_usage, "digitalSignature", "critical"},
        {NID_key_usage, NULL, "required"},
        {NID_ext_key_usage, "cmcRA", "extendedKeyUsage"},
        {NID_ext_key_usage, "clientAuth,codeSigning", "extendedKeyUsage"},
        {NID_ext_key_usage, NULL, "required"},
        {NID_subject_alt_name, "DNS:exemplo.test", "subjectAltName"},
        {NID_subject_alt_name, "email:a@exemplo.test,URI:http://exemplo.test/", "subjectAltName"},
        {NID_subject_alt_name, NULL, "required"},
        {NID_certificate_policies, NULL, "required"},
        {NID_certificate_policies, "2.16.76.1.2.1.40", "certificatePolicies"},
        {NID_certificate_policies, "2.16.76.1.2.1.999999,2.16.76.1.2.3.999999", "certificatePolicies"},
        {NID_certificate_policies, "2.16.76.1.2.201.999999", "certificatePolicies"},
        {NID_crl_distribution_points, "URI:http://exemplo.test/a.crl", "may not ask"},
        {NID_authority_key_identifier, "keyid:always", "may not ask"},
        {NID_subject_key_identifier, "hash", "may not ask"},
        {NID_netscape_comment, "olá", "may not ask"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        STACK_OF(X509_EXTENSION) *extensions = with_extension(CASES[i].nid, CASES[i].value);
        struct cmp_certificate_request request = world_request(&world);
        request.extensions = extensions;
        expect_template_refused(&request, CASES[i].why);
        sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    }
}

/* OpenSSL's client drops doubles by itself, so the policy is asked directly. */
static void refuses_an_extension_given_twice(void **state)
{
    (void)state;
    STACK_OF(X509_EXTENSION) *extensions =
        sk_X509_EXTENSION_deep_copy(world.extensions, X509_EXTENSION_dup, X509_EXTENSION_free);
    unsigned char *spki = NULL;
    int length = i2d_PUBKEY(world.holder_key, &spki);
    struct issuance_request request = {.subject = world.subject,
                                       .extensions = extensions,
                                       .public_key = {spki, (size_t)length},
                                       .term_s = 365LL * 86400};
    X509 *made = NULL;
    enum authority_id issuer;
    struct ra_error error = {0};
    assert_true(
        issuance_make(&world.hierarchy, &world.clock, &request, CORRUPTION_NONE, &made, &issuer, &error));
    assert_int_equal(issuer, AUTHORITY_TISS);
    X509_free(made);
    sk_X509_EXTENSION_push(extensions, X509_EXTENSION_dup(sk_X509_EXTENSION_value(extensions, 0)));
    assert_false(
        issuance_make(&world.hierarchy, &world.clock, &request, CORRUPTION_NONE, &made, &issuer, &error));
    assert_null(made);
    assert_non_null(strstr(error.detail, "twice"));
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    OPENSSL_free(spki);
}

static void asks_the_issuer_it_names(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    request.issuer = X509_get_subject_name(world.hierarchy.certificate[AUTHORITY_TMUL]);
    world_expect_granted(&world, &request, &outcome);
    assert_int_equal(X509_NAME_cmp(X509_get_issuer_name(outcome.certificate), request.issuer), 0);
    cmp_outcome_clear(&outcome);
    request = world_request(&world);
    request.issuer = X509_get_subject_name(world.hierarchy.certificate[AUTHORITY_TR5]);
    expect_template_refused(&request, "issuer");
}

/* --- revocation --- */

static void rr_puts_the_serial_on_the_crl(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome issued, revoked;
    struct ra_error error = {0};
    world_expect_granted(&world, &request, &issued);
    struct cmp_authority authority = world_authority(&world);
    uint8_t transaction[CMP_TRANSACTION_SIZE];
    assert_true(random_bytes(transaction, sizeof transaction));
    for (int i = 0; i < 2; i++) { /* asking again is fine */
        world.carried = 0;
        assert_true(cmp_revoke(&authority, transaction, issued.certificate, 1, &revoked, &error));
        assert_int_equal(revoked.result, CMP_GRANTED);
        assert_int_equal(world.body_types[0], CMP_BODY_RR);
    }
    int reason = -1;
    assert_true(world_crl_holds(&world, issued.certificate, &reason));
    assert_int_equal(reason, 1);
    cmp_outcome_clear(&issued);
    cmp_outcome_clear(&revoked);
}

static void rr_without_answer_is_unknown(void **state)
{
    (void)state;
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome issued, revoked;
    struct ra_error error = {0};
    world_expect_granted(&world, &request, &issued);
    struct cmp_authority authority = world_authority(&world);
    world.fault = CARRIER_ALTERS_ANSWER;
    world.fault_from = 1;
    world.carried = 0;
    assert_false(cmp_revoke(&authority, request.transaction, issued.certificate, 0, &revoked, &error));
    assert_int_equal(revoked.result, CMP_UNKNOWN);
    cmp_outcome_clear(&issued);
}

static void rr_refuses_hold_and_strangers(void **state)
{
    (void)state;
    struct cmp_authority authority = world_authority(&world);
    struct cmp_outcome outcome;
    struct ra_error error = {0};
    uint8_t transaction[CMP_TRANSACTION_SIZE] = {7};
    X509 *not_over_cmp = world.ra_certificate;
    assert_false(cmp_revoke(&authority, transaction, not_over_cmp, 6, &outcome, &error));
    assert_string_equal(error.reason, "revocation-reason");
    world.carried = 0;
    assert_true(cmp_revoke(&authority, transaction, not_over_cmp, 1, &outcome, &error));
    assert_int_equal(outcome.result, CMP_REFUSED);
    assert_false(world_crl_holds(&world, not_over_cmp, NULL));
}

static void crls_are_renewed_at_half_life(void **state)
{
    (void)state;
    struct ra_error error = {0};
    char *path = store_path(world.memory, &world.store, "public/tmul.crl");
    int64_t numbers[3] = {0};
    for (int i = 0; i < 3; i++) {
        assert_true(cmp_server_tick(world.server, &error));
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        X509_CRL *crl = d2i_X509_CRL_fp(file, NULL);
        fclose(file);
        ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
        assert_int_equal(ASN1_INTEGER_get_int64(&numbers[i], number), 1);
        ASN1_INTEGER_free(number);
        X509_CRL_free(crl);
        if (i == 1)
            world.clock.offset_s += 3 * 3600 + 1;
    }
    assert_int_equal(numbers[1], numbers[0]);
    assert_int_equal(numbers[2], numbers[1] + 1);
}

static void init_again_changes_no_certificate(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct hierarchy again;
    assert_true(hierarchy_init(&world.store, &world.clock, "http://localhost:1", 2048, &error));
    assert_true(hierarchy_load(&world.store, &again, &error));
    for (int i = 0; i < AUTHORITY_COUNT; i++)
        assert_int_equal(X509_cmp(again.certificate[i], world.hierarchy.certificate[i]), 0);
    hierarchy_clear(&again);
}

#define TEST(name) cmocka_unit_test_setup(name, calm_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refuses_keys_that_are_not_rsa_2048),
        TEST(refuses_terms_beyond_the_policy),
        TEST(refuses_extensions_that_are_not_a_holders),
        TEST(refuses_an_extension_given_twice),
        TEST(asks_the_issuer_it_names),
        TEST(rr_puts_the_serial_on_the_crl),
        TEST(rr_without_answer_is_unknown),
        TEST(rr_refuses_hold_and_strangers),
        TEST(crls_are_renewed_at_half_life),
        TEST(init_again_changes_no_certificate),
    };
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
