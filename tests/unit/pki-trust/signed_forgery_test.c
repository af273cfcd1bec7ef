/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signed objects as somebody with an agent's key, or a hierarchy of his own, could make them by hand.
 */
#include "authority.h"
#include "check.h"
#include "pki/base/file.h"
#include "pki/trust/signed.h"
#include "sign_and_judge.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A CMS made by hand with OpenSSL, as somebody with an agent's key could make it. */
struct forgery {
    const char *oid; /* NULL: id-data */
    struct bytes content;
    unsigned flags;       /* of CMS_add1_signer */
    const EVP_MD *digest; /* NULL: SHA-256 */
    bool second_signer;
    bool detached;
    bool unsigned_attribute;
    bool extra_signed_attribute;
    X509 *stranger; /* put inside */
    X509_CRL *crl;  /* put inside */
};

static struct bytes forge(struct authority *authority, const struct forgery *forgery)
{
    unsigned char *der = NULL;
    const EVP_MD *digest = forgery->digest != NULL ? forgery->digest : EVP_sha256();
    unsigned flags = CMS_BINARY | (forgery->detached ? CMS_DETACHED : 0);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_PARTIAL);
    BIO *input = BIO_new_mem_buf(forgery->content.data, (int)forgery->content.length);
    if (forgery->oid != NULL) {
        ASN1_OBJECT *oid = OBJ_txt2obj(forgery->oid, 1);
        assert_int_equal(CMS_set1_eContentType(cms, oid), 1);
        ASN1_OBJECT_free(oid);
    }
    CMS_SignerInfo *signer = CMS_add1_signer(cms, authority->people[ALICE], authority->person_keys[ALICE],
                                             digest, forgery->flags | CMS_NOSMIMECAP);
    assert_non_null(signer);
    if (forgery->extra_signed_attribute)
        assert_int_equal(CMS_signed_add1_attr_by_txt(signer, "1.2.3.4", V_ASN1_OCTET_STRING, "x", 1), 1);
    if (forgery->second_signer)
        assert_non_null(CMS_add1_signer(cms, authority->people[BRUNO], authority->person_keys[BRUNO], digest,
                                        forgery->flags | CMS_NOSMIMECAP));
    assert_int_equal(CMS_add1_cert(cms, authority->issuing), 1);
    if (forgery->stranger != NULL)
        assert_int_equal(CMS_add1_cert(cms, forgery->stranger), 1);
    if (forgery->crl != NULL)
        assert_int_equal(CMS_add1_crl(cms, forgery->crl), 1);
    assert_int_equal(CMS_final(cms, input, NULL, flags), 1);
    if (forgery->unsigned_attribute)
        assert_int_equal(CMS_unsigned_add1_attr_by_txt(signer, "1.2.3.4", V_ASN1_OCTET_STRING, "x", 1), 1);
    int length = i2d_CMS_ContentInfo(cms, &der);
    assert_true(length > 0);
    struct bytes made = bytes_copy(authority, der, (size_t)length);
    OPENSSL_free(der);
    BIO_free(input);
    CMS_ContentInfo_free(cms);
    return made;
}

static struct forgery honest(struct authority *authority)
{
    return (struct forgery){.oid = statement_content_oid(STATEMENT_REFUSAL),
                            .content = sample_content(authority, STATEMENT_REFUSAL),
                            .flags = CMS_CADES};
}

static void hand_made_shapes_other_than_ours_are_refused(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct signed_statement *result = NULL;
    struct forgery forgery = honest(authority);
    /* The forger's tool can make a good one, so what follows fails for its own reason. */
    assert_int_equal(judge(authority, forge(authority, &forgery), STATEMENT_REFUSAL, &result, &error),
                     SIGNED_VALID);

    forgery.second_signer = true;
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    forgery = honest(authority);
    forgery.detached = true;
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    forgery = honest(authority);
    forgery.unsigned_attribute = true;
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    forgery = honest(authority);
    forgery.extra_signed_attribute = true;
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    forgery = honest(authority);
    forgery.digest = EVP_sha1();
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    forgery = honest(authority);
    forgery.digest = EVP_sha512();
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    forgery = honest(authority);
    forgery.flags = CMS_CADES | CMS_USE_KEYID;
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    forgery = honest(authority);
    forgery.flags = 0; /* no signingCertificateV2 */
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    forgery = honest(authority);
    forgery.flags =
        CMS_NOATTR; /* nothing signed but the content: a signature over attributes could be moved */
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    forgery = honest(authority);
    forgery.oid = NULL;
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    forgery = honest(authority);
    forgery.oid = "2.25.1234";
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-type");
    forgery = honest(authority);
    forgery.stranger = authority->people[CARLA];
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
}

static void a_crl_inside_is_refused(void **state)
{
    struct authority *authority = *state;
    struct forgery forgery = honest(authority);
    forgery.crl = make_crl(authority->issuing, authority->issuing_key, TEST_NOW - 60, TEST_NOW + 60, NULL);
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    X509_CRL_free(forgery.crl);
}

static void well_signed_content_that_is_not_the_strict_json_is_refused(void **state)
{
    struct authority *authority = *state;
    struct forgery forgery = honest(authority);
    forgery.content = bytes_of_text("{\"typ\": \"guiche-refusal-v1\"}");
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
    forgery.content =
        sample_content(authority, STATEMENT_REVOCATION); /* another typ under this content type */
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-type");
    forgery.content = (struct bytes){(const uint8_t *)"", 0};
    refuse_as(authority, forge(authority, &forgery), STATEMENT_REFUSAL, "statement-malformed");
}

/* The signed attributes of one object under the content of another. */
static void content_of_one_under_the_signature_of_another_is_refused(void **state)
{
    struct authority *authority = *state;
    struct bytes cms = sign(authority, ALICE, STATEMENT_REVOCATION);
    uint8_t *copy = talloc_memdup(authority, cms.data, cms.length);
    uint8_t *serial = memmem(copy, cms.length, "00ab34", 6);
    assert_non_null(serial);
    memcpy(serial, "00ab35", 6);
    refuse_as(authority, (struct bytes){copy, cms.length}, STATEMENT_REVOCATION, "statement-signature");
}

/* Two certificates of one issuer and serial number: the one inside is judged, so the one inside must verify.
 */
static void the_certificate_that_is_judged_is_the_one_that_verifies(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct signed_statement *result = NULL;
    unsigned char *der = NULL;
    struct bytes content = sample_content(authority, STATEMENT_REFUSAL);
    struct certificate_recipe recipe = {.name = "MALLORY DE TESTE",
                                        .key = test_key(5),
                                        .issuer = authority->issuing,
                                        .issuer_key = authority->issuing_key,
                                        .key_usage = "critical,digitalSignature",
                                        .not_before = TEST_NOW - 60,
                                        .not_after = TEST_NOW + TEST_DAY,
                                        .serial = 100}; /* ALICE's */
    X509 *mallory = make_certificate(&recipe);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);
    ASN1_OBJECT *oid = OBJ_txt2obj(statement_content_oid(STATEMENT_REFUSAL), 1);
    BIO *input = BIO_new_mem_buf(content.data, (int)content.length);
    assert_int_equal(CMS_set1_eContentType(cms, oid), 1);
    assert_non_null(
        CMS_add1_signer(cms, mallory, recipe.key, EVP_sha256(), CMS_CADES | CMS_NOSMIMECAP | CMS_NOCERTS));
    assert_int_equal(CMS_add1_cert(cms, authority->people[ALICE]), 1);
    assert_int_equal(CMS_add1_cert(cms, authority->issuing), 1);
    assert_int_equal(CMS_final(cms, input, NULL, CMS_BINARY), 1);
    int length = i2d_CMS_ContentInfo(cms, &der);
    STACK_OF(X509_CRL) *crls = make_crls(authority, NULL);
    STACK_OF(X509) *untrusted = sk_X509_new_null();
    sk_X509_push(untrusted, mallory);
    struct signed_trust trust = {
        .anchors = authority->anchors, .untrusted = untrusted, .crls = crls, .now = TEST_NOW};
    assert_int_equal(signed_verify(authority, (struct bytes){der, (size_t)length}, STATEMENT_REFUSAL, &trust,
                                   &result, &error),
                     SIGNED_INVALID);
    assert_string_equal(error.reason, "statement-signature");
    sk_X509_free(untrusted);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    OPENSSL_free(der);
    BIO_free(input);
    ASN1_OBJECT_free(oid);
    CMS_ContentInfo_free(cms);
    X509_free(mallory);
}

/* Four attributes, but one of them twice instead of signingTime. */
static void a_doubled_attribute_is_refused(void **state)
{
    struct authority *authority = *state;
    static const uint8_t signing_time[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05};
    struct bytes cms = sign(authority, ALICE, STATEMENT_REVOCATION);
    uint8_t *copy = talloc_memdup(authority, cms.data, cms.length);
    uint8_t *at = memmem(copy, cms.length, signing_time, sizeof signing_time);
    assert_non_null(at);
    at[sizeof signing_time - 1] = 0x04; /* messageDigest */
    refuse_as(authority, (struct bytes){copy, cms.length}, STATEMENT_REVOCATION, "statement-malformed");
}

static void swap_neighbours(uint8_t *first, size_t length, size_t other_length)
{
    uint8_t swapped[4096];
    assert_true(length + other_length <= sizeof swapped);
    memcpy(swapped, first + length, other_length);
    memcpy(swapped + other_length, first, length);
    memcpy(first, swapped, length + other_length);
}

/* The library signs and verifies attributes in DER's order, in whatever order they stand. */
static void attributes_out_of_order_are_refused(void **state)
{
    struct authority *authority = *state;
    static const uint8_t content_type[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03};
    struct bytes cms = sign(authority, ALICE, STATEMENT_REVOCATION);
    uint8_t *copy = talloc_memdup(authority, cms.data, cms.length);
    uint8_t *first = memmem(copy, cms.length, content_type, sizeof content_type);
    assert_non_null(first);
    first -= 2;
    size_t length = (size_t)first[1] + 2;
    size_t other_length = (size_t)first[length + 1] + 2;
    assert_int_equal(first[0], 0x30);
    assert_int_equal(first[length], 0x30);
    swap_neighbours(first, length, other_length);
    refuse_as(authority, (struct bytes){copy, cms.length}, STATEMENT_REVOCATION, "statement-malformed");
}

static void certificates_out_of_order_are_refused(void **state)
{
    struct authority *authority = *state;
    struct bytes cms = sign(authority, ALICE, STATEMENT_REVOCATION);
    uint8_t *copy = talloc_memdup(authority, cms.data, cms.length);
    X509 *inside[2] = {authority->people[ALICE], authority->issuing};
    uint8_t *places[2];
    size_t lengths[2];
    for (int i = 0; i < 2; i++) {
        unsigned char *der = NULL;
        lengths[i] = (size_t)i2d_X509(inside[i], &der);
        places[i] = memmem(copy, cms.length, der, lengths[i]);
        assert_non_null(places[i]);
        OPENSSL_free(der);
    }
    int first = places[0] < places[1] ? 0 : 1;
    assert_ptr_equal(places[first] + lengths[first], places[1 - first]);
    swap_neighbours(places[first], lengths[first], lengths[1 - first]);
    refuse_as(authority, (struct bytes){copy, cms.length}, STATEMENT_REVOCATION, "statement-malformed");
}

/* A stranger with a hierarchy of the same names. */
static void write_pem(const char *folder, const char *name, EVP_PKEY *key, X509 *certificate)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    BIO *file = BIO_new_file(path, "w");
    assert_non_null(file);
    if (key != NULL)
        assert_int_equal(PEM_write_bio_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(PEM_write_bio_X509(file, certificate), 1);
    BIO_free(file);
}

static void run_openssl(const char *folder, const char *const words[])
{
    enum { MOST = 32 };
    char *arguments[MOST] = {NULL};
    int status = -1;
    for (size_t at = 0; words[at] != NULL && at + 1 < MOST; at++)
        arguments[at] = talloc_strdup(NULL, words[at]);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (chdir(folder) == 0)
            execvp("openssl", arguments);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    for (size_t at = 0; arguments[at] != NULL; at++)
        talloc_free(arguments[at]);
}

/* Another program that writes DER orders the certificates as we ask for: nobody needs ours to sign. */
static void what_openssl_cms_signs_is_accepted(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct signed_statement *result = NULL;
    struct bytes content = sample_content(authority, STATEMENT_REFUSAL), cms;
    char folder[] = "/tmp/openssl-cms.XXXXXX", path[128];
    const char *type = statement_content_oid(STATEMENT_REFUSAL);
    const char *const words[] = {"openssl",   "cms",         "-sign",    "-binary", "-nodetach",
                                 "-cades",    "-nosmimecap", "-md",      "sha256",  "-econtent_type",
                                 type,        "-in",         "content",  "-signer", "signer",
                                 "-certfile", "issuing",     "-outform", "DER",     "-out",
                                 "signed",    NULL};
    static const char *const names[] = {"content", "signer", "issuing", "signed"};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/content", folder);
    assert_true(file_write(path, content, 0600, &error));
    write_pem(folder, "issuing", NULL, authority->issuing);
    for (int who = 0; who < PEOPLE; who++) {
        write_pem(folder, "signer", authority->person_keys[who], authority->people[who]);
        run_openssl(folder, words);
        snprintf(path, sizeof path, "%s/signed", folder);
        assert_true(file_read(authority, path, 65536, &cms, &error));
        assert_int_equal(judge(authority, cms, STATEMENT_REFUSAL, &result, &error), SIGNED_VALID);
        talloc_free(result);
        result = NULL;
    }
    for (size_t at = 0; at < sizeof names / sizeof *names; at++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[at]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

static void a_look_alike_hierarchy_is_refused(void **state)
{
    struct authority *authority = *state;
    struct ra_error error = {0};
    struct signed_statement *result = NULL;
    struct bytes cms;
    struct certificate_recipe fake_issuing = {.name = "AC de Teste",
                                              .key = test_key(6),
                                              .issuer = authority->root,
                                              .issuer_key = test_key(6),
                                              .key_usage = "critical,keyCertSign,cRLSign",
                                              .authority = true,
                                              .not_before = TEST_NOW - 86400,
                                              .not_after = TEST_NOW + 86400,
                                              .serial = 2};
    X509 *issuing = make_certificate(&fake_issuing);
    struct certificate_recipe recipe = subscriber(authority);
    recipe.name = "ALICE DE TESTE";
    recipe.issuer = issuing;
    recipe.issuer_key = test_key(6);
    recipe.serial = 100;
    X509 *alice = make_certificate(&recipe);
    STACK_OF(X509) *others = sk_X509_new_null();
    sk_X509_push(others, issuing);
    struct bytes pem = identity_pem(authority, recipe.key, alice, others);
    struct identity *identity = NULL;
    assert_true(identity_parse(authority, pem, NULL, &identity, &error));
    assert_true(signed_sign(authority, identity, STATEMENT_REFUSAL,
                            sample_content(authority, STATEMENT_REFUSAL), TEST_NOW, &cms, &error));
    assert_int_equal(judge(authority, cms, STATEMENT_REFUSAL, &result, &error), SIGNED_INVALID);
    sk_X509_free(others);
    X509_free(alice);
    X509_free(issuing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hand_made_shapes_other_than_ours_are_refused),
        cmocka_unit_test(a_crl_inside_is_refused),
        cmocka_unit_test(well_signed_content_that_is_not_the_strict_json_is_refused),
        cmocka_unit_test(content_of_one_under_the_signature_of_another_is_refused),
        cmocka_unit_test(the_certificate_that_is_judged_is_the_one_that_verifies),
        cmocka_unit_test(a_doubled_attribute_is_refused),
        cmocka_unit_test(attributes_out_of_order_are_refused),
        cmocka_unit_test(certificates_out_of_order_are_refused),
        cmocka_unit_test(what_openssl_cms_signs_is_accepted),
        cmocka_unit_test(a_look_alike_hierarchy_is_refused),
    };
    return cmocka_run_group_tests(tests, authority_setup, authority_teardown);
}
