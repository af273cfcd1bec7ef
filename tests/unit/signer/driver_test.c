/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ways to an AC other than `ir`: PKCS#10 by CMP, and a portal to which people carry files. The portal is
 * played with a certificate that the homologation AC made before, over CMP, for the same approval.
 */
#include "tests/unit/signer/office.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <string.h>

#define ORDER "ABCD1234EFG5"

static struct office office;
static struct bytes made;  /* DER of the certificate for the honest draft */
static struct bytes other; /* of one with another e-mail address for the same key */

static json_t *request(const char *email)
{
    struct draft draft;
    office_draft(&office, ORDER, 1, &draft);
    if (email != NULL)
        draft.validation.validation.data.email = email;
    return office_request(&draft);
}

static struct bytes certificate_of(json_t *take_answer)
{
    struct bytes der;
    const char *text = answer_text(take_answer, "certificate");
    assert_string_equal(answer_text(take_answer, "type"), "issued");
    assert_true(base64_decode(office.memory, text, strlen(text), &der));
    json_decref(take_answer);
    return der;
}

static int make(void **state)
{
    (void)state;
    office_make(&office);
    made = certificate_of(office_send(&office, request(NULL)));
    office_reset(&office);
    other = certificate_of(office_send(&office, request("outra@exemplo.test")));
    return 0;
}

static int clean(void **state)
{
    (void)state;
    office_free(&office);
    return 0;
}

static int reset(void **state)
{
    (void)state;
    office.settings->ac_driver = AC_DRIVER_CMP;
    office.settings->cmp_form = CMP_FORM_IR;
    office_reset(&office);
    return 0;
}

static json_t *resume(struct bytes answer)
{
    json_t *message = json_pack("{s:s,s:s,s:i}", "type", "resume", "order", ORDER, "attempt", 1);
    if (answer.length > 0)
        json_object_set_new(message, "answer", office_base64(answer));
    return message;
}

static struct bytes encode(PKCS7 *bundle)
{
    unsigned char *der = NULL;
    int length = i2d_PKCS7(bundle, &der);
    assert_true(length > 0);
    struct bytes copy = bytes_copy(office.memory, der, (size_t)length);
    OPENSSL_free(der);
    return copy;
}

/* A .p7b as a portal gives it: the chain first, then the certificate. */
static struct bytes bundle_with(struct bytes certificate)
{
    PKCS7 *bundle = PKCS7_new();
    assert_int_equal(PKCS7_set_type(bundle, NID_pkcs7_signed), 1);
    assert_int_equal(PKCS7_content_new(bundle, NID_pkcs7_data), 1);
    for (int i = 0; i < sk_X509_num(office.settings->ac_known); i++)
        assert_int_equal(PKCS7_add_certificate(bundle, sk_X509_value(office.settings->ac_known, i)), 1);
    if (certificate.length > 0) {
        const unsigned char *at = certificate.data;
        X509 *decoded = d2i_X509(NULL, &at, (long)certificate.length);
        assert_int_equal(PKCS7_add_certificate(bundle, decoded), 1);
        X509_free(decoded);
    }
    struct bytes encoded = encode(bundle);
    PKCS7_free(bundle);
    return encoded;
}

static struct bytes in_pem(const char *name, struct bytes der)
{
    BIO *output = BIO_new(BIO_s_mem());
    char *text = NULL;
    assert_true(PEM_write_bio(output, name, "", der.data, (long)der.length) > 0);
    long length = BIO_get_mem_data(output, &text);
    struct bytes copy = bytes_copy(office.memory, text, (size_t)length);
    BIO_free(output);
    return copy;
}

static void start_by_portal(void)
{
    office.settings->ac_driver = AC_DRIVER_PORTAL;
    json_t *answer = office_send(&office, request(NULL));
    assert_string_equal(answer_text(answer, "type"), "pending");
    assert_string_equal(answer_text(answer, "state"), "sent");
    assert_int_equal(office.line.carried, 0);
    json_decref(answer);
}

static void expect_issued(struct bytes file)
{
    struct bytes got = certificate_of(office_send(&office, resume(file)));
    assert_true(bytes_equal(got, made));
    assert_int_equal(office.line.carried, 0);
}

static void issue_5_portal_waits_until_the_file_of_its_key_comes(void **state)
{
    (void)state;
    start_by_portal();
    office_expect(&office, resume((struct bytes){NULL, 0}), "pending");
    office_expect_refused(&office, resume(bytes_of_text("<html>erro</html>")), "bundle-malformed");
    office_expect_refused(&office, resume(bundle_with((struct bytes){NULL, 0})), "portal-no-certificate");
    office_restart(&office);
    office_expect(&office, resume((struct bytes){NULL, 0}), "pending");
    expect_issued(bundle_with(made));
    /* Issued once; another file changes nothing any more. */
    expect_issued(bundle_with(other));
}

static void issue_5_portal_takes_every_form_of_file(void **state)
{
    (void)state;
    const struct bytes files[] = {made, in_pem("CERTIFICATE", made), in_pem("PKCS7", bundle_with(made))};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        reset(state);
        start_by_portal();
        expect_issued(files[i]);
    }
}

static void issue_5_portal_another_certificate_for_the_key_is_a_mismatch(void **state)
{
    (void)state;
    start_by_portal();
    office_expect_refused(&office, resume(bundle_with(other)), "certificate-mismatch");
    office_expect_refused(&office, resume(bundle_with(made)), "certificate-mismatch");
}

/* The approved key, in a certificate that no AC signed: its last byte is another. */
static void a_stranger_who_has_the_request_cannot_end_the_attempt(void **state)
{
    (void)state;
    start_by_portal();
    uint8_t *forged = talloc_memdup(office.memory, made.data, made.length);
    assert_non_null(forged);
    forged[made.length - 1] ^= 1;
    const struct bytes file = {forged, made.length};
    office_expect_refused(&office, resume(file), "portal-no-certificate");
    office_expect_refused(&office, resume(bundle_with(file)), "portal-no-certificate");
    expect_issued(bundle_with(made));
}

static void issue_5_portal_a_truncated_file_is_no_file(void **state)
{
    (void)state;
    start_by_portal();
    struct bytes whole = bundle_with(made);
    for (size_t length = 1; length < whole.length; length += 97)
        office_expect_refused(&office, resume((struct bytes){whole.data, length}), "bundle-malformed");
    expect_issued(whole);
}

/* PKCS#10 by the holder's key with the subject and the extensions of a certificate, without those that an AC
 * adds of its own. */
static json_t *csr_like(struct bytes der)
{
    static const int OWN[] = {NID_authority_key_identifier, NID_crl_distribution_points, NID_info_access};
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_deep_copy(
        X509_get0_extensions(certificate), X509_EXTENSION_dup, X509_EXTENSION_free);
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
        X509_EXTENSION_free(X509v3_delete_ext(extensions, X509v3_get_ext_by_NID(extensions, OWN[i], -1)));
    X509_REQ *csr = X509_REQ_new();
    assert_int_equal(X509_REQ_set_subject_name(csr, X509_get_subject_name(certificate)), 1);
    assert_int_equal(X509_REQ_set_pubkey(csr, office.holder_key), 1);
    assert_int_equal(X509_REQ_add_extensions(csr, extensions), 1);
    assert_true(X509_REQ_sign(csr, office.holder_key, EVP_sha256()) > 0);
    unsigned char *encoded = NULL;
    int length = i2d_X509_REQ(csr, &encoded);
    json_t *text = office_base64((struct bytes){encoded, (size_t)length});
    OPENSSL_free(encoded);
    X509_REQ_free(csr);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_free(certificate);
    return text;
}

static json_t *request_with(json_t *take_csr)
{
    json_t *message = request(NULL);
    assert_int_equal(json_object_set_new(message, "csr", take_csr), 0);
    return message;
}

static void issue_5_p10cr_takes_the_holders_request_as_it_is(void **state)
{
    (void)state;
    office.settings->cmp_form = CMP_FORM_P10CR;
    office.line.loses_answer_from = 1;
    office_expect(&office, request_with(csr_like(made)), "pending");
    /* After a restart it is asked with the very same request, which the journal kept. */
    office.line = (struct office_line){.carried = 0};
    office_restart(&office);
    certificate_of(office_send(&office, resume((struct bytes){NULL, 0})));
}

static void issue_5_p10cr_what_the_holder_wrote_is_judged_like_all_else(void **state)
{
    (void)state;
    office.settings->cmp_form = CMP_FORM_P10CR;
    int revoked = office_count_revoked(&office);
    office_expect_refused(&office, request_with(csr_like(other)), "certificate-mismatch");
    assert_int_equal(office_count_revoked(&office), revoked + 1);
    /* Nothing of a certificate in it: the AC has nothing to make. */
    reset(state);
    office.settings->cmp_form = CMP_FORM_P10CR;
    office_expect_refused(&office, request(NULL), "ac-refused");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, reset)
    const struct CMUnitTest tests[] = {
        TEST(issue_5_portal_waits_until_the_file_of_its_key_comes),
        TEST(issue_5_portal_takes_every_form_of_file),
        TEST(issue_5_portal_another_certificate_for_the_key_is_a_mismatch),
        TEST(a_stranger_who_has_the_request_cannot_end_the_attempt),
        TEST(issue_5_portal_a_truncated_file_is_no_file),
        TEST(issue_5_p10cr_takes_the_holders_request_as_it_is),
        TEST(issue_5_p10cr_what_the_holder_wrote_is_judged_like_all_else),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
