/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "authority.h"
#include "check.h"
#include "pki/trust/signed.h"
#include "sign_and_judge.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

static void a_signed_statement_of_each_type_verifies(void **state)
{
    struct authority *authority = *state;
    for (unsigned type = 0; type < STATEMENT_TYPE_COUNT; type++) {
        if (type == STATEMENT_ROSTER) /* carries no chain: it is judged as pinned */
            continue;
        struct ra_error error = {0};
        struct signed_statement *result = NULL;
        uint8_t digest[32];
        struct bytes cms = sign(authority, ALICE, (enum statement_type)type);
        if (judge(authority, cms, (enum statement_type)type, &result, &error) != SIGNED_VALID)
            fail_msg("%s: %s", error.reason, error.detail);
        assert_true(bytes_equal(result->content, sample_content(authority, (enum statement_type)type)));
        assert_int_equal(X509_cmp(result->signer, authority->people[ALICE]), 0);
        assert_memory_equal(result->signer_spki, identity_spki(authority->identities[ALICE]), 32);
        assert_true(sha256(cms, digest));
        assert_memory_equal(result->digest, digest, 32);
        assert_int_equal(result->statement->type, type);
        assert_string_equal(result->statement->order, sample_statement((enum statement_type)type).order);
        talloc_free(result);
    }
}

static void the_signature_is_cades_and_another_reader_accepts_it(void **state)
{
    struct authority *authority = *state;
    struct bytes cms = sign(authority, ALICE, STATEMENT_VALIDATION);
    const unsigned char *at = cms.data;
    CMS_ContentInfo *info = d2i_CMS_ContentInfo(NULL, &at, (long)cms.length);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_add_cert(store, authority->root);
    X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), TEST_NOW);
    assert_int_equal(CMS_verify(info, NULL, store, NULL, NULL, CMS_BINARY | CMS_CADES), 1);
    CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(info), 0);
    assert_int_equal(CMS_signed_get_attr_count(signer), 4);
    assert_true(CMS_signed_get_attr_by_NID(signer, NID_id_smime_aa_signingCertificateV2, -1) >= 0);
    /* signingTime is the caller's, not the machine's */
    const ASN1_TIME *time =
        CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(NID_pkcs9_signingTime), -1, V_ASN1_UTCTIME);
    assert_non_null(time);
    assert_int_equal(ASN1_TIME_cmp_time_t(time, TEST_NOW), 0);
    X509_STORE_free(store);
    CMS_ContentInfo_free(info);
}

static void no_flipped_byte_anywhere_ever_verifies(void **state)
{
    struct authority *authority = *state;
    struct bytes good = sign(authority, ALICE, STATEMENT_VERIFICATION);
    STACK_OF(X509_CRL) *crls = make_crls(authority, NULL);
    struct signed_trust trust = {.anchors = authority->anchors, .crls = crls, .now = TEST_NOW};
    uint8_t *changed = talloc_memdup(authority, good.data, good.length);
    static const uint8_t masks[] = {0x01, 0x20, 0x80};
    for (size_t at = 0; at < good.length; at++)
        for (size_t i = 0; i < sizeof masks; i++) {
            struct ra_error error = {0};
            struct signed_statement *result = NULL;
            changed[at] ^= masks[i];
            enum signed_verdict verdict = signed_verify(authority, (struct bytes){changed, good.length},
                                                        STATEMENT_VERIFICATION, &trust, &result, &error);
            if (verdict == SIGNED_VALID || result != NULL || error.code == RA_OK)
                fail_msg("byte %zu xor %02x passed", at, masks[i]);
            changed[at] ^= masks[i];
        }
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
}

static void no_truncation_and_no_trailing_byte_verifies(void **state)
{
    struct authority *authority = *state;
    struct bytes good = sign(authority, ALICE, STATEMENT_REFUSAL);
    for (size_t length = 0; length < good.length; length += 1 + length / 40)
        refuse_as(authority, (struct bytes){good.data, length}, STATEMENT_REFUSAL, "statement-malformed");
    uint8_t *longer = talloc_size(authority, good.length + 1);
    memcpy(longer, good.data, good.length);
    for (unsigned last = 0; last < 256; last += 5) {
        longer[good.length] = (uint8_t)last;
        refuse_as(authority, (struct bytes){longer, good.length + 1}, STATEMENT_REFUSAL,
                  "statement-malformed");
    }
    refuse_as(authority, (struct bytes){NULL, 0}, STATEMENT_REFUSAL, "statement-malformed");
}

static void a_statement_of_another_type_is_refused_by_its_content_type(void **state)
{
    struct authority *authority = *state;
    struct bytes cms = sign(authority, ALICE, STATEMENT_VERIFICATION);
    refuse_as(authority, cms, STATEMENT_VALIDATION, "statement-type");
    refuse_as(authority, cms, STATEMENT_REFUSAL, "statement-type");
    refuse_as(authority, cms, STATEMENT_ROSTER, "statement-type");
}

static void content_that_is_not_the_strict_json_is_never_signed(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct bytes cms;
    struct bytes content = sample_content(authority, STATEMENT_REFUSAL);
    content.length--;
    assert_false(signed_sign(authority, authority->identities[ALICE], STATEMENT_REFUSAL, content, TEST_NOW,
                             &cms, &error));
    assert_string_equal(error.reason, "statement-malformed");
    assert_null(cms.data);
    content.length++;
    assert_false(signed_sign(authority, authority->identities[ALICE], STATEMENT_REVOCATION, content, TEST_NOW,
                             &cms, &error));
    assert_string_equal(error.reason, "statement-type");
}

static void without_crls_nothing_can_be_told(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct signed_statement *result = NULL;
    struct bytes cms = sign(authority, ALICE, STATEMENT_REFUSAL);
    struct signed_trust trust = {.anchors = authority->anchors, .now = TEST_NOW};
    assert_int_equal(signed_verify(authority, cms, STATEMENT_REFUSAL, &trust, &result, &error),
                     SIGNED_CANNOT_TELL);
    assert_string_equal(error.reason, "crl-missing");
    assert_null(result);
}

/* Judges with the CRLs given (freed here), of root and issuing CA; NULL leaves one out. */
static const char *reason_with(struct authority *authority, X509_CRL *of_root, X509_CRL *of_issuing,
                               time_t now, enum signed_verdict expected)
{
    static struct ra_error error;
    struct signed_statement *result = NULL;
    STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
    if (of_root != NULL)
        sk_X509_CRL_push(crls, of_root);
    if (of_issuing != NULL)
        sk_X509_CRL_push(crls, of_issuing);
    struct signed_trust trust = {.anchors = authority->anchors, .crls = crls, .now = now};
    error = (struct ra_error){0};
    struct bytes cms = sign(authority, ALICE, STATEMENT_REFUSAL);
    enum signed_verdict verdict = signed_verify(authority, cms, STATEMENT_REFUSAL, &trust, &result, &error);
    if (verdict != expected)
        fail_msg("verdict %d (%s)", (int)verdict, error.reason);
    assert_true((verdict == SIGNED_VALID) == (result != NULL));
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    return error.reason;
}

static X509_CRL *crl_of_root(struct authority *authority, const X509 *revoked)
{
    return make_crl(authority->root, authority->root_key, TEST_NOW - 60, TEST_NOW + 60, revoked);
}

static X509_CRL *crl_of_issuing(struct authority *authority, time_t from, time_t until, const X509 *revoked)
{
    return make_crl(authority->issuing, authority->issuing_key, from, until, revoked);
}

static void crls_must_be_there_fresh_and_of_the_issuers(void **state)
{
    struct authority *authority = *state;
    const time_t now = TEST_NOW;
    X509 *alice = authority->people[ALICE];
    reason_with(authority, crl_of_root(authority, NULL), crl_of_issuing(authority, now - 60, now + 60, NULL),
                now, SIGNED_VALID);
    assert_string_equal(reason_with(authority, crl_of_root(authority, NULL), NULL, now, SIGNED_CANNOT_TELL),
                        "crl-missing");
    assert_string_equal(reason_with(authority, NULL, crl_of_issuing(authority, now - 60, now + 60, NULL), now,
                                    SIGNED_CANNOT_TELL),
                        "crl-missing");
    assert_string_equal(reason_with(authority, crl_of_root(authority, NULL),
                                    crl_of_issuing(authority, now - 60, now - 1, NULL), now,
                                    SIGNED_CANNOT_TELL),
                        "crl-expired");
    assert_string_equal(reason_with(authority, crl_of_root(authority, NULL),
                                    crl_of_issuing(authority, now + 600, now + 1200, NULL), now,
                                    SIGNED_CANNOT_TELL),
                        "crl-missing");
    /* Signed by somebody else's key. */
    /* Without an end it would be fresh for ever (RFC 5280 5.1.2.5: nextUpdate MUST be there). */
    assert_string_equal(reason_with(authority, crl_of_root(authority, NULL),
                                    crl_of_issuing(authority, now - 60, 0, NULL), now, SIGNED_CANNOT_TELL),
                        "crl-missing");
    X509_CRL *forged = make_crl(authority->issuing, authority->person_keys[CARLA], now - 60, now + 60, NULL);
    assert_string_equal(reason_with(authority, crl_of_root(authority, NULL), forged, now, SIGNED_CANNOT_TELL),
                        "crl-missing");
    assert_string_equal(reason_with(authority, crl_of_root(authority, NULL),
                                    crl_of_issuing(authority, now - 60, now + 60, alice), now,
                                    SIGNED_INVALID),
                        "certificate-revoked");
    assert_string_equal(reason_with(authority, crl_of_root(authority, authority->issuing),
                                    crl_of_issuing(authority, now - 60, now + 60, NULL), now, SIGNED_INVALID),
                        "certificate-revoked");
    /* Somebody else's revocation is not hers. */
    reason_with(authority, crl_of_root(authority, NULL),
                crl_of_issuing(authority, now - 60, now + 60, authority->people[BRUNO]), now, SIGNED_VALID);
}

static void a_certificate_outside_its_validity_is_refused(void **state)
{
    struct authority *authority = *state;
    const time_t later = TEST_NOW + TEST_DAY * 366;
    assert_string_equal(
        reason_with(authority, make_crl(authority->root, authority->root_key, later - 60, later + 60, NULL),
                    crl_of_issuing(authority, later - 60, later + 60, NULL), later, SIGNED_INVALID),
        "statement-certificate");
    const time_t earlier = TEST_NOW - TEST_DAY * 2;
    assert_string_equal(
        reason_with(authority,
                    make_crl(authority->root, authority->root_key, earlier - 60, earlier + 60, NULL),
                    crl_of_issuing(authority, earlier - 60, earlier + 60, NULL), earlier, SIGNED_INVALID),
        "statement-certificate");
}

static void without_the_root_there_is_no_path(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct signed_statement *result = NULL;
    STACK_OF(X509_CRL) *crls = make_crls(authority, NULL);
    STACK_OF(X509) *others = sk_X509_new_null();
    struct signed_trust trust = {.anchors = others, .crls = crls, .now = TEST_NOW};
    struct bytes cms = sign(authority, ALICE, STATEMENT_REFUSAL);
    assert_int_equal(signed_verify(authority, cms, STATEMENT_REFUSAL, &trust, &result, &error),
                     SIGNED_INVALID);
    assert_string_equal(error.reason, "statement-certificate");
    /* An intermediate among the anchors does not become one. */
    sk_X509_push(others, authority->issuing);
    assert_int_equal(signed_verify(authority, cms, STATEMENT_REFUSAL, &trust, &result, &error),
                     SIGNED_INVALID);
    assert_string_equal(error.reason, "statement-certificate");
    sk_X509_free(others);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
}

static struct identity *identity_with(struct authority *authority, const struct certificate_recipe *recipe)
{
    struct ra_error error = {0};
    struct identity *identity = NULL;
    X509 *certificate = make_certificate(recipe);
    STACK_OF(X509) *others = sk_X509_new_null();
    sk_X509_push(others, authority->issuing);
    struct bytes pem = identity_pem(authority, recipe->key, certificate, others);
    assert_true(identity_parse(authority, pem, NULL, &identity, &error));
    sk_X509_free(others);
    X509_free(certificate);
    return identity;
}

static void certificates_that_may_not_sign_neither_sign_nor_verify(void **state)
{
    struct authority *authority = *state;
    struct bytes content = sample_content(authority, STATEMENT_REFUSAL);
    struct certificate_recipe recipes[3] = {subscriber(authority), subscriber(authority),
                                            subscriber(authority)};
    recipes[0].key_usage = "critical,keyEncipherment";
    recipes[1].key_usage = NULL;
    recipes[2].key = test_key(7); /* RSA 1024 */
    for (size_t i = 0; i < 3; i++) {
        struct ra_error error = {0};
        struct bytes cms;
        struct identity *identity = identity_with(authority, &recipes[i]);
        assert_false(signed_sign(authority, identity, STATEMENT_REFUSAL, content, TEST_NOW, &cms, &error));
        assert_string_equal(error.reason, "statement-certificate");
        STACK_OF(X509_CRL) *crls = make_crls(authority, NULL);
        STACK_OF(X509) *untrusted = sk_X509_new_null();
        sk_X509_push(untrusted, authority->issuing);
        struct signed_trust trust = {
            .anchors = authority->anchors, .untrusted = untrusted, .crls = crls, .now = TEST_NOW};
        assert_int_equal(signed_check_certificate(identity_certificate(identity), &trust, &error),
                         SIGNED_INVALID);
        assert_string_equal(error.reason, "statement-certificate");
        sk_X509_free(untrusted);
        sk_X509_CRL_pop_free(crls, X509_CRL_free);
    }
}

static void a_client_certificate_is_judged_by_the_same_path(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    STACK_OF(X509_CRL) *crls = make_crls(authority, authority->people[BRUNO]);
    STACK_OF(X509) *untrusted = sk_X509_new_null();
    sk_X509_push(untrusted, authority->issuing);
    struct signed_trust trust = {
        .anchors = authority->anchors, .untrusted = untrusted, .crls = crls, .now = TEST_NOW};
    assert_int_equal(signed_check_certificate(authority->people[ALICE], &trust, &error), SIGNED_VALID);
    assert_int_equal(signed_check_certificate(authority->people[BRUNO], &trust, &error), SIGNED_INVALID);
    assert_string_equal(error.reason, "certificate-revoked");
    trust.untrusted = NULL;
    assert_int_equal(signed_check_certificate(authority->people[ALICE], &trust, &error), SIGNED_INVALID);
    assert_string_equal(error.reason, "statement-certificate");
    trust.untrusted = untrusted;
    trust.crls = NULL;
    assert_int_equal(signed_check_certificate(authority->people[ALICE], &trust, &error), SIGNED_CANNOT_TELL);
    sk_X509_free(untrusted);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
}

static void pinned_signers_pass_and_nobody_else(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct signed_statement *result = NULL;
    STACK_OF(X509) *pinned = sk_X509_new_null();
    struct bytes cms = sign(authority, CARLA, STATEMENT_ROSTER);
    assert_int_equal(
        signed_verify_pinned(authority, cms, STATEMENT_ROSTER, pinned, TEST_NOW, &result, &error),
        SIGNED_INVALID);
    assert_int_equal(signed_verify_pinned(authority, cms, STATEMENT_ROSTER, NULL, TEST_NOW, &result, &error),
                     SIGNED_INVALID);
    sk_X509_push(pinned, authority->people[CARLA]);
    error = (struct ra_error){0};
    assert_int_equal(
        signed_verify_pinned(authority, cms, STATEMENT_ROSTER, pinned, TEST_NOW, &result, &error),
        SIGNED_VALID);
    assert_memory_equal(result->signer_spki, identity_spki(authority->identities[CARLA]), 32);
    assert_int_equal(signed_verify_pinned(authority, cms, STATEMENT_ROSTER, pinned, TEST_NOW + TEST_DAY * 366,
                                          &result, &error),
                     SIGNED_INVALID);
    assert_string_equal(error.reason, "statement-certificate");
    assert_int_equal(signed_verify_pinned(authority, sign(authority, BRUNO, STATEMENT_ROSTER),
                                          STATEMENT_ROSTER, pinned, TEST_NOW, &result, &error),
                     SIGNED_INVALID);
    assert_string_equal(error.reason, "statement-certificate");
    /* Whoever issued an administrator's certificate is no administrator, even when pinned by mistake. */
    STACK_OF(X509) *authorities = sk_X509_new_null();
    sk_X509_push(authorities, authority->issuing);
    assert_int_equal(
        signed_verify_pinned(authority, cms, STATEMENT_ROSTER, authorities, TEST_NOW, &result, &error),
        SIGNED_INVALID);
    sk_X509_free(authorities);
    sk_X509_free(pinned);
}

static void no_flipped_byte_of_a_pinned_object_verifies(void **state)
{
    struct authority *authority = *state;
    struct bytes good = sign(authority, CARLA, STATEMENT_ROSTER);
    STACK_OF(X509) *pinned = sk_X509_new_null();
    sk_X509_push(pinned, authority->people[CARLA]);
    uint8_t *changed = talloc_memdup(authority, good.data, good.length);
    for (size_t at = 0; at < good.length; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            struct ra_error error = {0};
            struct signed_statement *result = NULL;
            changed[at] ^= (uint8_t)(1U << bit);
            if (signed_verify_pinned(authority, (struct bytes){changed, good.length}, STATEMENT_ROSTER,
                                     pinned, TEST_NOW, &result, &error) == SIGNED_VALID)
                fail_msg("byte %zu bit %u passed", at, bit);
            changed[at] ^= (uint8_t)(1U << bit);
        }
    sk_X509_free(pinned);
}

static void lists_of_certificates_are_read_strictly(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    STACK_OF(X509) *read = NULL;
    struct bytes two = identity_pem(authority, NULL, authority->root, authority->anchors);
    assert_true(signed_read_certificates(two, &read, &error));
    assert_int_equal(sk_X509_num(read), 2);
    sk_X509_pop_free(read, X509_free);
    struct bytes with_key = identity_pem(authority, test_key(0), authority->root, NULL);
    assert_false(signed_read_certificates(with_key, &read, &error));
    assert_null(read);
    assert_false(signed_read_certificates((struct bytes){NULL, 0}, &read, &error));
    assert_false(signed_read_certificates(bytes_of_text("nothing here"), &read, &error));
    two.length -= 40;
    assert_false(signed_read_certificates(two, &read, &error));
}

static void crls_are_read_strictly(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    unsigned char *der = NULL;
    X509_CRL *crl = crl_of_root(authority, NULL);
    int length = i2d_X509_CRL(crl, &der);
    STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
    assert_true(signed_read_crl((struct bytes){der, (size_t)length}, crls, &error));
    assert_int_equal(sk_X509_CRL_num(crls), 1);
    assert_false(signed_read_crl((struct bytes){der, (size_t)length - 1}, crls, &error));
    assert_false(signed_read_crl((struct bytes){NULL, 0}, crls, &error));
    uint8_t *longer = talloc_zero_size(authority, (size_t)length + 1);
    memcpy(longer, der, (size_t)length);
    assert_false(signed_read_crl((struct bytes){longer, (size_t)length + 1}, crls, &error));
    assert_int_equal(sk_X509_CRL_num(crls), 1);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    X509_CRL_free(crl);
    OPENSSL_free(der);
}

/* The instant is the statement's own; who asks later, or has no CRL of that time, still learns the path. */
static void what_was_signed_long_ago_is_judged_at_its_own_instant(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct signed_statement *result = NULL;
    STACK_OF(X509) *chain = NULL;
    struct signed_trust trust = {.anchors = authority->anchors, .now = TEST_NOW + TEST_DAY * 4000};
    struct bytes cms = sign(authority, ALICE, STATEMENT_REFUSAL);
    assert_int_equal(
        signed_verify_archived(authority, cms, STATEMENT_REFUSAL, &trust, &result, &chain, &error),
        SIGNED_VALID);
    assert_int_equal(result->statement->issued_at, TEST_NOW);
    assert_int_equal(sk_X509_num(chain), 3);
    assert_int_equal(X509_cmp(sk_X509_value(chain, 0), authority->people[ALICE]), 0);
    assert_int_equal(X509_cmp(sk_X509_value(chain, 2), authority->root), 0);
    sk_X509_pop_free(chain, X509_free);

    trust.anchors = NULL;
    assert_int_equal(
        signed_verify_archived(authority, cms, STATEMENT_REFUSAL, &trust, &result, &chain, &error),
        SIGNED_INVALID);
    assert_string_equal(error.reason, "statement-certificate");
    assert_null(result);
    assert_null(chain);
    assert_int_equal(
        signed_verify_archived(authority, cms, STATEMENT_ROSTER, &trust, &result, &chain, &error),
        SIGNED_INVALID);
    assert_null(chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signed_statement_of_each_type_verifies),
        cmocka_unit_test(the_signature_is_cades_and_another_reader_accepts_it),
        cmocka_unit_test(no_flipped_byte_anywhere_ever_verifies),
        cmocka_unit_test(no_truncation_and_no_trailing_byte_verifies),
        cmocka_unit_test(a_statement_of_another_type_is_refused_by_its_content_type),
        cmocka_unit_test(content_that_is_not_the_strict_json_is_never_signed),
        cmocka_unit_test(without_crls_nothing_can_be_told),
        cmocka_unit_test(crls_must_be_there_fresh_and_of_the_issuers),
        cmocka_unit_test(a_certificate_outside_its_validity_is_refused),
        cmocka_unit_test(without_the_root_there_is_no_path),
        cmocka_unit_test(certificates_that_may_not_sign_neither_sign_nor_verify),
        cmocka_unit_test(a_client_certificate_is_judged_by_the_same_path),
        cmocka_unit_test(pinned_signers_pass_and_nobody_else),
        cmocka_unit_test(no_flipped_byte_of_a_pinned_object_verifies),
        cmocka_unit_test(lists_of_certificates_are_read_strictly),
        cmocka_unit_test(crls_are_read_strictly),
        cmocka_unit_test(what_was_signed_long_ago_is_judged_at_its_own_instant),
    };
    return cmocka_run_group_tests(tests, authority_setup, authority_teardown);
}
