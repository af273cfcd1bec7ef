/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * DOC-ICP-05 4.1 c: the holder's signature on the term, and the agent's detached one.
 */
#include "authority.h"
#include "check.h"
#include "pki/trust/emission_code.h"
#include "pki/trust/signed.h"
#include "pki/trust/term.h"

#include <jansson.h>
#include <openssl/cms.h>
#include <openssl/x509.h>
#include <string.h>

/* pki/vectors/term-signature.json is also what the emission page is tested against; it was made by another
 * implementation. */
static json_t *load_vectors(void)
{
    json_t *document = json_load_file("pki/vectors/term-signature.json", JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    return document;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    assert_non_null(text);
    return text;
}

static void bytes_of_hex(const json_t *object, const char *name, uint8_t *output, size_t size)
{
    assert_true(hex_decode(text_of(object, name), output, size));
}

static EVP_PKEY *vector_key(TALLOC_CTX *context, const json_t *document)
{
    struct bytes der;
    const char *text = text_of(document, "pkcs8");
    assert_true(base64_decode(context, text, strlen(text), &der));
    const unsigned char *at = der.data;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)der.length);
    assert_non_null(key);
    return key;
}

static void the_shared_vectors_hold_both_ways(void **state)
{
    (void)state;
    TALLOC_CTX *context = talloc_new(NULL);
    json_t *document = load_vectors();
    EVP_PKEY *key = vector_key(context, document);
    size_t index;
    json_t *vector;
    assert_int_equal(json_array_size(json_object_get(document, "signatures")), 3);
    json_array_foreach(json_object_get(document, "signatures"), index, vector)
    {
        struct ra_error error = {0};
        uint8_t digest[32];
        uint8_t expected[256];
        struct bytes made;
        bytes_of_hex(vector, "pdf_sha256", digest, sizeof digest);
        bytes_of_hex(vector, "signature", expected, sizeof expected);
        assert_true(term_verify(key, digest, (struct bytes){expected, sizeof expected}, &error));
        assert_true(term_sign(context, key, digest, &made, &error));
        assert_true(bytes_equal(made, (struct bytes){expected, sizeof expected}));
    }
    EVP_PKEY_free(key);
    json_decref(document);
    talloc_free(context);
}

static void the_shared_proofs_of_reading_hold_both_ways(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum emission_half kind;
    } halves[] = {{"counter", EMISSION_COUNTER}, {"mail", EMISSION_MAIL}};
    json_t *document = load_vectors();
    const json_t *reading = json_object_get(document, "reading");
    uint8_t validation[32];
    bytes_of_hex(reading, "validation_sha256", validation, sizeof validation);
    const struct emission_case about = {.instance = text_of(reading, "instance"),
                                        .order = text_of(reading, "order"),
                                        .validation = validation,
                                        .spki = bytes_of_text(TERM_READING)};
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
        struct ra_error error = {0};
        const json_t *vector = json_object_get(reading, halves[i].name);
        uint8_t half[EMISSION_HALF_SIZE];
        uint8_t expected[EMISSION_PROOF_SIZE];
        uint8_t made[EMISSION_PROOF_SIZE];
        uint8_t key[EMISSION_KEY_SIZE];
        bytes_of_hex(vector, "half", half, sizeof half);
        bytes_of_hex(vector, "proof", expected, sizeof expected);
        assert_true(emission_prove(half, halves[i].kind, &about, made, &error));
        assert_memory_equal(made, expected, sizeof made);
        assert_true(emission_public_key(half, halves[i].kind, about.instance, about.order, key, &error));
        assert_true(emission_verify(key, halves[i].kind, &about, (struct bytes){made, sizeof made}, &error));
    }
    json_decref(document);
}

static void refused(EVP_PKEY *key, const uint8_t digest[32], struct bytes signature)
{
    struct ra_error error = {0};
    assert_false(term_verify(key, digest, signature, &error));
    assert_int_equal(error.code, RA_RULE_REFUSED);
    assert_string_equal(error.reason, "term-signature-invalid");
    assert_string_equal(error.source, "DOC-ICP-05 4.1 c (Res. 211/2024)");
}

static void another_term_another_key_and_other_bytes_are_refused(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct bytes good;
    uint8_t digest[32] = {1, 2, 3};
    uint8_t changed[256];
    assert_true(term_sign(authority, test_key(0), digest, &good, &error));
    assert_int_equal(good.length, sizeof changed);
    refused(test_key(1), digest, good);
    digest[31] ^= 1;
    refused(test_key(0), digest, good);
    digest[31] ^= 1;
    for (size_t at = 0; at < sizeof changed; at += 15) {
        memcpy(changed, good.data, sizeof changed);
        changed[at] ^= 1;
        refused(test_key(0), digest, (struct bytes){changed, sizeof changed});
    }
    refused(test_key(0), digest, (struct bytes){good.data, good.length - 1});
    refused(test_key(0), digest, (struct bytes){NULL, 0});
}

/* --- the agent's --- */

static const char term_bytes[] = "%PDF-1.5 um termo";

static struct bytes countersign(struct authority *authority, enum person who)
{
    struct ra_error error = {0};
    struct bytes cms;
    if (!signed_sign_detached(authority, authority->identities[who], bytes_of_text(term_bytes), TEST_NOW,
                              &cms, &error))
        fail_msg("%s", error.detail);
    return cms;
}

static enum signed_verdict judge(struct authority *authority, struct bytes cms, struct bytes content,
                                 const X509 *revoked, uint8_t signer[32], struct ra_error *error)
{
    STACK_OF(X509_CRL) *crls = make_crls(authority, revoked);
    const struct signed_trust trust = {.anchors = authority->anchors, .crls = crls, .now = TEST_NOW};
    enum signed_verdict verdict = signed_verify_detached(cms, content, &trust, signer, error);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    return verdict;
}

static void judged_as(struct authority *authority, struct bytes cms, struct bytes content,
                      const X509 *revoked, const char *reason)
{
    struct ra_error error = {0};
    uint8_t signer[32];
    assert_int_equal(judge(authority, cms, content, revoked, signer, &error), SIGNED_INVALID);
    assert_string_equal(error.reason, reason);
}

static void the_countersignature_verifies_and_names_its_agent(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    uint8_t signer[32];
    struct bytes cms = countersign(authority, BRUNO);
    assert_int_equal(judge(authority, cms, bytes_of_text(term_bytes), NULL, signer, &error), SIGNED_VALID);
    assert_memory_equal(signer, identity_spki(authority->identities[BRUNO]), 32);
}

static void any_cades_reader_takes_it(void **state)
{
    struct authority *authority = *state;
    struct bytes cms = countersign(authority, ALICE);
    const unsigned char *at = cms.data;
    CMS_ContentInfo *info = d2i_CMS_ContentInfo(NULL, &at, (long)cms.length);
    BIO *content = BIO_new_mem_buf(term_bytes, (int)strlen(term_bytes));
    X509_STORE *store = X509_STORE_new();
    X509_STORE_add_cert(store, authority->root);
    X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), TEST_NOW);
    assert_int_equal(CMS_is_detached(info), 1);
    assert_int_equal(CMS_verify(info, NULL, store, content, NULL, CMS_BINARY | CMS_CADES), 1);
    X509_STORE_free(store);
    BIO_free(content);
    CMS_ContentInfo_free(info);
}

static void other_content_and_a_revoked_agent_are_refused(void **state)
{
    struct authority *authority = *state;
    struct bytes cms = countersign(authority, ALICE);
    judged_as(authority, cms, bytes_of_text("%PDF-1.5 outro termo"), NULL, "statement-signature");
    judged_as(authority, cms, (struct bytes){NULL, 0}, NULL, "statement-signature");
    judged_as(authority, cms, bytes_of_text(term_bytes), authority->people[ALICE], "certificate-revoked");
}

static void no_flipped_byte_of_the_countersignature_verifies(void **state)
{
    struct authority *authority = *state;
    struct bytes good = countersign(authority, ALICE);
    STACK_OF(X509_CRL) *crls = make_crls(authority, NULL);
    const struct signed_trust trust = {.anchors = authority->anchors, .crls = crls, .now = TEST_NOW};
    uint8_t *changed = talloc_memdup(authority, good.data, good.length);
    for (size_t at = 0; at < good.length; at++) {
        struct ra_error error = {0};
        uint8_t signer[32];
        changed[at] ^= 0x01;
        if (signed_verify_detached((struct bytes){changed, good.length}, bytes_of_text(term_bytes), &trust,
                                   signer, &error) == SIGNED_VALID)
            fail_msg("byte %zu passed", at);
        changed[at] ^= 0x01;
    }
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
}

/* An agent who countersigns a term has signed no statement, whatever the term's bytes are. */
static void a_countersignature_is_no_statement_and_a_statement_none(void **state)
{
    struct authority *authority = *state;
    STACK_OF(X509_CRL) *crls = make_crls(authority, NULL);
    const struct signed_trust trust = {.anchors = authority->anchors, .crls = crls, .now = TEST_NOW};
    struct bytes content = sample_content(authority, STATEMENT_VALIDATION);
    struct bytes detached, attached;
    struct signed_statement *result = NULL;
    struct ra_error error = {0};
    assert_true(
        signed_sign_detached(authority, authority->identities[ALICE], content, TEST_NOW, &detached, &error));
    assert_true(signed_sign(authority, authority->identities[ALICE], STATEMENT_VALIDATION, content, TEST_NOW,
                            &attached, &error));
    assert_int_equal(signed_verify(authority, detached, STATEMENT_VALIDATION, &trust, &result, &error),
                     SIGNED_INVALID);
    assert_string_equal(error.reason, "statement-malformed");
    judged_as(authority, attached, content, NULL, "statement-malformed");
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shared_vectors_hold_both_ways),
        cmocka_unit_test(the_shared_proofs_of_reading_hold_both_ways),
        cmocka_unit_test(another_term_another_key_and_other_bytes_are_refused),
        cmocka_unit_test(the_countersignature_verifies_and_names_its_agent),
        cmocka_unit_test(any_cades_reader_takes_it),
        cmocka_unit_test(other_content_and_a_revoked_agent_are_refused),
        cmocka_unit_test(no_flipped_byte_of_the_countersignature_verifies),
        cmocka_unit_test(a_countersignature_is_no_statement_and_a_statement_none),
    };
    return cmocka_run_group_tests(tests, authority_setup, authority_teardown);
}
