/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Issue 5 part 9, OCSP (RFC 6960): what the homologation CA answers, and that the AR's side believes nothing
 * but an answer that the issuer stands for, about this certificate, of this moment. The clock stands 400 days
 * ahead of the machine's.
 */
#include "pki/base/file.h"
#include "pki/homolog-ca/certificate_builder.h"
#include "pki/homolog-ca/ocsp_responder.h"
#include "pki/trust/ocsp.h"
#include "tests/unit/pki-cmp/world.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <openssl/ocsp.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_S = 3600 };

static struct world world;
static struct ocsp_responder *responder;
static X509 *holder;

static X509 *tiss(void)
{
    return world.hierarchy.certificate[AUTHORITY_TISS];
}

static X509 *issue(void)
{
    struct cmp_certificate_request request = world_request(&world);
    struct cmp_outcome outcome;
    world_expect_granted(&world, &request, &outcome);
    X509 *certificate = X509_dup(outcome.certificate);
    cmp_outcome_clear(&outcome);
    return certificate;
}

static int make(void **state)
{
    (void)state;
    struct ra_error error = {0};
    world_make(&world);
    responder = ocsp_responder_new(world.memory, &world.registry, &error);
    assert_non_null(responder);
    holder = issue();
    return 0;
}

static int drop(void **state)
{
    (void)state;
    X509_free(holder);
    TALLOC_FREE(responder);
    world_free(&world);
    return 0;
}

static struct bytes ask(X509 *certificate, X509 *issuer)
{
    struct ra_error error = {0};
    struct bytes request;
    assert_true(ocsp_ask(world.memory, certificate, issuer, &request, &error));
    return request;
}

static struct bytes respond(struct bytes request)
{
    struct ra_error error = {0};
    struct bytes response;
    assert_true(ocsp_respond(responder, world.memory, request, &response, &error));
    return response;
}

static int status_of(struct bytes response)
{
    const unsigned char *at = response.data;
    OCSP_RESPONSE *read = d2i_OCSP_RESPONSE(NULL, &at, (long)response.length);
    assert_non_null(read);
    int status = OCSP_response_status(read);
    OCSP_RESPONSE_free(read);
    return status;
}

static STACK_OF(X509_CRL) *published_crls(void)
{
    struct ra_error error = {0};
    struct bytes der;
    STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
    char *path = store_path(world.memory, &world.store, "public/tiss.crl");
    assert_true(file_read(world.memory, path, 1 << 20, &der, &error) && signed_read_crl(der, crls, &error));
    return crls;
}

/* "valid", or the reason. */
static const char *judge_at(X509 *certificate, struct bytes answer, int64_t after_s, bool with_crls)
{
    static struct ra_error error;
    error = (struct ra_error){0};
    struct ocsp_question question = {.certificate = certificate,
                                     .issuer = tiss(),
                                     .crls = with_crls ? published_crls() : NULL,
                                     .now = clock_now(&world.clock) + after_s};
    enum signed_verdict verdict = ocsp_judge(&question, answer, &error);
    sk_X509_CRL_pop_free(question.crls, X509_CRL_free);
    assert_true((verdict == SIGNED_VALID) == (error.code == RA_OK));
    return verdict == SIGNED_VALID ? "valid" : error.reason;
}

static const char *judge(X509 *certificate, struct bytes answer)
{
    return judge_at(certificate, answer, 0, true);
}

static void certificates_name_the_responder_behind_the_chain(void **state)
{
    (void)state;
    char address[OCSP_URL_SIZE];
    assert_true(ocsp_address(holder, address));
    char *expected = talloc_asprintf(world.memory, "%s/ocsp", world.hierarchy.base_url);
    assert_string_equal(address, expected);
    AUTHORITY_INFO_ACCESS *list = X509_get_ext_d2i(holder, NID_info_access, NULL, NULL);
    assert_int_equal(sk_ACCESS_DESCRIPTION_num(list), 2);
    assert_int_equal(OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(list, 0)->method), NID_ad_ca_issuers);
    AUTHORITY_INFO_ACCESS_free(list);
    assert_false(ocsp_address(tiss(), address));
}

static void good_revoked_and_unknown(void **state)
{
    (void)state;
    struct ra_error error = {0};
    X509 *certificate = issue(), *stranger = X509_dup(holder);
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    assert_string_equal(judge(certificate, respond(ask(certificate, tiss()))), "valid");
    STACK_OF(X509_CRL) *before = published_crls();
    assert_true(revocation_add(&world.registry, certificate, CRL_REASON_KEY_COMPROMISE, &error));
    struct bytes answer = respond(ask(certificate, tiss()));
    assert_string_equal(judge(certificate, answer), "certificate-revoked");
    /* The CRL of a moment ago does not know it yet; the AC's word does. */
    struct ocsp_question question = {certificate, tiss(), before, clock_now(&world.clock)};
    assert_int_equal(ocsp_judge(&question, answer, &error), SIGNED_INVALID);
    assert_true(ASN1_INTEGER_set_uint64(serial, 4711) == 1 && X509_set_serialNumber(stranger, serial) == 1);
    assert_string_equal(judge(stranger, respond(ask(stranger, tiss()))), "ocsp-unknown");
    sk_X509_CRL_pop_free(before, X509_CRL_free);
    ASN1_INTEGER_free(serial);
    X509_free(stranger);
    X509_free(certificate);
}

static void an_answer_is_about_one_certificate_and_one_moment(void **state)
{
    (void)state;
    X509 *other = issue();
    struct bytes answer = respond(ask(holder, tiss()));
    assert_string_equal(judge(other, answer), "ocsp-missing");
    assert_string_equal(judge_at(holder, answer, OCSP_LIFE_S + 1, true), "ocsp-expired");
    assert_string_equal(judge_at(holder, answer, -HOUR_S, true), "ocsp-expired");
    X509_free(other);
}

static void the_nonce_comes_back_and_another_one_is_no_answer(void **state)
{
    (void)state;
    struct bytes first = ask(holder, tiss()), second = ask(holder, tiss());
    assert_true(ocsp_answers(first, respond(first)));
    assert_false(ocsp_answers(first, respond(second)));
    assert_false(ocsp_answers(first, bytes_of_text("<html>")));
    assert_false(ocsp_answers(first, (struct bytes){NULL, 0}));
}

/* OCSP_CORPUS=FILE writes a sample for tests/fuzz: certificate, issuer, answer, one after the other. */
static void write_corpus(struct bytes answer)
{
    const char *path = getenv("OCSP_CORPUS");
    FILE *file = path != NULL ? fopen(path, "wb") : NULL;
    if (file == NULL)
        return;
    i2d_X509_fp(file, holder);
    i2d_X509_fp(file, tiss());
    fwrite(answer.data, 1, answer.length, file);
    fclose(file);
}

static void no_change_of_a_bit_makes_good_of_revoked(void **state)
{
    (void)state;
    struct ra_error error = {0};
    X509 *certificate = issue();
    write_corpus(respond(ask(holder, tiss())));
    assert_true(revocation_add(&world.registry, certificate, CRL_REASON_UNSPECIFIED, &error));
    struct bytes answer = respond(ask(certificate, tiss()));
    uint8_t *bent = talloc_memdup(world.memory, answer.data, answer.length);
    for (size_t at = 0; at < answer.length; at++) {
        bent[at] ^= (uint8_t)(1 << at % 8);
        assert_string_not_equal(judge(certificate, (struct bytes){bent, answer.length}), "valid");
        bent[at] = answer.data[at];
    }
    for (size_t length = 0; length < answer.length; length += 7)
        assert_string_equal(judge(certificate, (struct bytes){answer.data, length}), "ocsp-missing");
    uint8_t *longer = talloc_zero_size(world.memory, answer.length + 1);
    memcpy(longer, answer.data, answer.length);
    assert_string_equal(judge(certificate, (struct bytes){longer, answer.length + 1}), "ocsp-missing");
    X509_free(certificate);
}

/* "Good", signed by somebody. */
static struct bytes forge_with(X509 *signer, EVP_PKEY *key, const EVP_MD *digest, unsigned long flags)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    time_t now = clock_now(&world.clock);
    ASN1_TIME *from = ASN1_TIME_set(NULL, now), *until = ASN1_TIME_set(NULL, now + HOUR_S);
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), holder, tiss());
    assert_non_null(OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, from, until));
    assert_int_equal(OCSP_basic_sign(basic, signer, key, digest, NULL, flags), 1);
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    unsigned char *der = NULL;
    int length = i2d_OCSP_RESPONSE(response, &der);
    struct bytes forged = bytes_copy(world.memory, der, (size_t)length);
    OPENSSL_free(der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    return forged;
}

static struct bytes forge(X509 *signer, EVP_PKEY *key, const EVP_MD *digest)
{
    return forge_with(signer, key, digest, 0);
}

/* Borrowed from `*keep`, to be freed with it. */
static X509 *responder_certificate(OCSP_BASICRESP **keep)
{
    struct bytes answer = respond(ask(holder, tiss()));
    const unsigned char *at = answer.data;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)answer.length);
    *keep = OCSP_response_get1_basic(response);
    OCSP_RESPONSE_free(response);
    return sk_X509_value(OCSP_resp_get0_certs(*keep), 0);
}

static void only_the_issuer_and_whom_it_named_for_ocsp_are_believed(void **state)
{
    (void)state;
    const struct hierarchy *all = &world.hierarchy;
    assert_string_equal(judge(holder, forge(all->cmp_certificate, all->cmp_key, EVP_sha256())),
                        "ocsp-missing"); /* certified by the issuer, for something else */
    assert_string_equal(
        judge(holder, forge(all->certificate[AUTHORITY_TMUL], all->key[AUTHORITY_TMUL], EVP_sha256())),
        "ocsp-missing"); /* another AC */
    assert_string_equal(judge(holder, forge(holder, world.holder_key, EVP_sha256())), "ocsp-missing");
}

/* RFC 6960 4.2.2.2: the issuer needs nobody's word for its own, and need not send its certificate along. */
static void the_issuer_itself_is_believed(void **state)
{
    (void)state;
    EVP_PKEY *key = world.hierarchy.key[AUTHORITY_TISS];
    assert_string_equal(judge(holder, forge(tiss(), key, EVP_sha256())), "valid");
    assert_string_equal(judge(holder, forge_with(tiss(), key, EVP_sha256(), OCSP_NOCERTS)), "valid");
    assert_string_equal(judge(holder, forge_with(tiss(), key, EVP_sha256(), OCSP_RESPID_KEY)), "valid");
    assert_string_equal(judge(holder, forge(tiss(), key, EVP_sha1())), "ocsp-missing");
}

static void sha_1_proves_nothing(void **state)
{
    (void)state;
    struct ra_error error = {0};
    EVP_PKEY *key = NULL;
    OCSP_BASICRESP *keep = NULL;
    X509 *named = responder_certificate(&keep);
    char *path = store_path(world.memory, &world.store, "keys/ocsp.pem");
    assert_true(store_read_key(path, &key, &error));
    assert_string_equal(judge(holder, forge(named, key, EVP_sha256())), "valid");
    assert_string_equal(judge(holder, forge(named, key, EVP_sha1())), "ocsp-missing");
    EVP_PKEY_free(key);
    OCSP_BASICRESP_free(keep);
}

static void requests_that_cannot_be_answered_are_answered_so(void **state)
{
    (void)state;
    X509 *root = world.hierarchy.certificate[AUTHORITY_TR5];
    assert_int_equal(status_of(respond(bytes_of_text("rubbish"))), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
    assert_int_equal(status_of(respond((struct bytes){NULL, 0})), OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
    assert_int_equal(status_of(respond(ask(world.hierarchy.certificate[AUTHORITY_TRFB], root))),
                     OCSP_RESPONSE_STATUS_UNAUTHORIZED);
    static unsigned char nonce[40] = {1};
    for (int length = 0; length <= 40; length += 8) {
        OCSP_REQUEST *request = OCSP_REQUEST_new();
        unsigned char *der = NULL;
        OCSP_request_add0_id(request, OCSP_cert_to_id(EVP_sha256(), holder, tiss()));
        if (length > 0)
            OCSP_request_add1_nonce(request, nonce, length);
        int size = i2d_OCSP_REQUEST(request, &der);
        assert_int_equal(status_of(respond((struct bytes){der, (size_t)size})),
                         length <= 32 ? OCSP_RESPONSE_STATUS_SUCCESSFUL
                                      : OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
        OPENSSL_free(der);
        OCSP_REQUEST_free(request);
    }
}

/* What OCSPSigning without ocsp-nocheck means (RFC 6960 4.2.2.2.1): the issuer's CRL is asked about it. */
static void a_responder_without_nocheck_is_looked_for_in_the_crl(void **state)
{
    (void)state;
    struct ra_error error = {0};
    X509 *named = NULL;
    time_t now = clock_now(&world.clock);
    X509_NAME *name = X509_NAME_new();
    assert_true(name_add(name, "CN", "OCSP de Teste 2", &error) &&
                builder_begin(X509_get_subject_name(tiss()), name, world.other_key, now - HOUR_S,
                              now + HOUR_S, &named, &error) &&
                builder_add_text(named, tiss(), NID_key_usage, "critical,digitalSignature", &error) &&
                builder_add_text(named, tiss(), NID_ext_key_usage, "OCSPSigning", &error));
    assert_true(X509_sign(named, world.hierarchy.key[AUTHORITY_TISS], EVP_sha256()) > 0);
    struct bytes good = forge(named, world.other_key, EVP_sha256());
    assert_string_equal(judge(holder, good), "valid");
    assert_string_equal(judge_at(holder, good, 0, false), "ocsp-missing");
    assert_true(revocation_add(&world.registry, named, CRL_REASON_KEY_COMPROMISE, &error));
    assert_string_equal(judge(holder, good), "ocsp-missing");
    X509_NAME_free(name);
    X509_free(named);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates_name_the_responder_behind_the_chain),
        cmocka_unit_test(good_revoked_and_unknown),
        cmocka_unit_test(an_answer_is_about_one_certificate_and_one_moment),
        cmocka_unit_test(the_nonce_comes_back_and_another_one_is_no_answer),
        cmocka_unit_test(no_change_of_a_bit_makes_good_of_revoked),
        cmocka_unit_test(only_the_issuer_and_whom_it_named_for_ocsp_are_believed),
        cmocka_unit_test(the_issuer_itself_is_believed),
        cmocka_unit_test(sha_1_proves_nothing),
        cmocka_unit_test(requests_that_cannot_be_answered_are_answered_so),
        cmocka_unit_test(a_responder_without_nocheck_is_looked_for_in_the_crl),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
