/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Issue 5, "What bad input gets": truncated, oversized, recursive and empty DER, given to every reader of
 * foreign DER there is. Each takes its own sample of the fuzz corpus and refuses all that is made of it.
 */
#include "pki/base/file.h"
#include "pki/certificate/bundle.h"
#include "pki/certificate/csr.h"
#include "pki/certificate/lint.h"
#include "pki/certificate/reader.h"
#include "pki/cmp/cmp_message.h"
#include "pki/homolog-ca/ocsp_request.h"
#include "pki/trust/ocsp.h"
#include "pki/trust/pkcs12.h"
#include "pki/trust/signed.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <openssl/err.h>
#include <string.h>

static TALLOC_CTX *memory;
static struct ra_error error;

/* --- the readers --- */

static bool takes_request(struct bytes input)
{
    struct csr *csr = NULL;
    return csr_decode(memory, input, &csr, &error);
}

static bool takes_certificate(struct bytes input)
{
    X509 *certificate = NULL;
    bool taken = certificate_decode(input, &certificate, &error);
    X509_free(certificate);
    return taken;
}

static bool takes_bundle(struct bytes input)
{
    STACK_OF(X509) *list = NULL;
    bool taken = bundle_read(input, &list, &error);
    sk_X509_pop_free(list, X509_free);
    return taken;
}

static bool takes_crl(struct bytes input)
{
    STACK_OF(X509_CRL) *list = sk_X509_CRL_new_null();
    bool taken = signed_read_crl(input, list, &error);
    sk_X509_CRL_pop_free(list, X509_CRL_free);
    return taken;
}

/* A file that is none of the three, or one with a finding about its form: what is half a certificate is none.
 */
static bool takes_linted(struct bytes input)
{
    const struct lint_about about = {.now = 1830291875};
    struct lint_objects objects;
    struct findings *findings = findings_new(memory);
    return lint_open(memory, input, &objects, &error) && objects.count == 1 &&
           lint_object(&objects.items[0], &about, findings, &error) &&
           findings_find(findings, "encoding") == NULL;
}

/* Nobody is trusted: what has the right form is refused for that. */
static bool takes_statement(struct bytes input)
{
    const struct signed_trust nobody = {.now = 1830291875};
    struct signed_statement *result = NULL;
    enum signed_verdict verdict = signed_verify(memory, input, STATEMENT_REFUSAL, &nobody, &result, &error);
    return verdict == SIGNED_VALID || strcmp(error.reason, "statement-malformed") != 0;
}

static bool takes_message(struct bytes input)
{
    struct cmp_peek peek;
    return cmp_peek(input, &peek, &error);
}

/* Every field of it may be absent; without a key there is nothing to certify. */
static bool takes_template(struct bytes input)
{
    struct cmp_template template;
    if (!cmp_read_template(memory, input, &template, &error))
        return false;
    const unsigned char *at = template.public_key.data;
    X509_PUBKEY *key = d2i_X509_PUBKEY(NULL, &at, (long)template.public_key.length);
    X509_PUBKEY_free(key);
    return key != NULL;
}

static bool takes_ocsp_request(struct bytes input)
{
    OCSP_REQUEST *request = ocsp_request_read(input);
    OCSP_REQUEST_free(request);
    return request != NULL;
}

static bool takes_file(struct bytes input)
{
    EVP_PKEY *key = NULL;
    X509 *certificate = NULL;
    STACK_OF(X509) *chain = NULL;
    bool taken = pkcs12_read(input, "Senha boa 2026", &key, &certificate, &chain, &error);
    EVP_PKEY_free(key);
    X509_free(certificate);
    sk_X509_pop_free(chain, X509_free);
    return taken;
}

#define CORPUS "tests/fuzz/corpus/"

static const struct {
    const char *what;
    const char *sample;
    bool (*takes)(struct bytes input);
} READERS[] = {
    {"PKCS#10", CORPUS "csr/rsa2048.der", takes_request},
    {"certificate", CORPUS "certificate/person.der", takes_certificate},
    {"PKCS#7", CORPUS "certificate_bundle/chain.p7b", takes_bundle},
    {"CRL", CORPUS "lint/empty.crl", takes_crl},
    {"lint", CORPUS "certificate/person.der", takes_linted},
    {"CMS", CORPUS "trust_signed/guiche-refusal-v1", takes_statement},
    {"CMP", CORPUS "cmp_message/ip.der", takes_message},
    {"CertTemplate", CORPUS "cmp_message/template.der", takes_template},
    {"OCSP request", CORPUS "ocsp_request/one.der", takes_ocsp_request},
    {"PKCS#12", CORPUS "trust_pkcs12/aes.p12", takes_file},
};

enum { READER_COUNT = sizeof READERS / sizeof *READERS };

/* --- what they are given --- */

static bool takes(size_t reader, struct bytes input)
{
    error = (struct ra_error){0};
    bool taken = READERS[reader].takes(input);
    ERR_clear_error();
    return taken;
}

static void refused(size_t reader, struct bytes input, const char *how)
{
    if (takes(reader, input))
        fail_msg("%s takes what is %s (%zu bytes)", READERS[reader].what, how, input.length);
}

static void all_refuse(struct bytes input, const char *how)
{
    for (size_t reader = 0; reader < READER_COUNT; reader++)
        refused(reader, input, how);
}

static struct bytes sample_of(size_t reader)
{
    struct bytes sample;
    assert_true(file_read(memory, READERS[reader].sample, 1 << 16, &sample, &error));
    return sample;
}

static void every_reader_takes_its_sample(void **state)
{
    (void)state;
    for (size_t reader = 0; reader < READER_COUNT; reader++)
        if (!takes(reader, sample_of(reader)))
            fail_msg("%s: %s %s", READERS[reader].what, error.reason, error.detail);
}

static void empty_der_is_refused(void **state)
{
    (void)state;
    static const uint8_t hollow[] = {0x30, 0x00}, endless[] = {0x30, 0x80},
                         closed[] = {0x30, 0x80, 0x00, 0x00};
    all_refuse((struct bytes){(const uint8_t *)"", 0}, "empty");
    all_refuse((struct bytes){hollow, 1}, "a tag alone");
    all_refuse((struct bytes){hollow, sizeof hollow}, "an empty SEQUENCE");
    all_refuse((struct bytes){endless, sizeof endless}, "begun without an end");
    all_refuse((struct bytes){closed, sizeof closed}, "empty, of indefinite length");
}

/* At every length; what follows the end is no part of it either. */
static void truncated_der_is_refused(void **state)
{
    (void)state;
    for (size_t reader = 0; reader < READER_COUNT; reader++) {
        const struct bytes sample = sample_of(reader);
        const size_t step = sample.length / 400 + 1;
        for (size_t length = 1; length < sample.length; length += step)
            refused(reader, (struct bytes){sample.data, length}, "truncated");
        refused(reader, (struct bytes){sample.data, sample.length - 1}, "truncated by one");
        uint8_t *longer = talloc_zero_size(memory, sample.length + 1);
        memcpy(longer, sample.data, sample.length);
        refused(reader, (struct bytes){longer, sample.length + 1}, "followed by a byte");
    }
}

static void oversized_der_is_refused(void **state)
{
    (void)state;
    enum { MUCH = 8 << 20 };
    static const uint8_t claims[][6] = {{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff},
                                        {0x30, 0x84, 0xff, 0xff, 0xff, 0xff},
                                        {0x30, 0x83, 0xff, 0xff, 0xff, 0x02}};
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
        all_refuse((struct bytes){claims[i], sizeof claims[i]}, "said to be longer than it is");
    uint8_t *huge = talloc_zero_size(memory, MUCH);
    const uint8_t head[] = {0x30, 0x83, 0x7f, 0xff, 0xfb};
    memcpy(huge, head, sizeof head);
    all_refuse((struct bytes){huge, MUCH}, "as long as it says, and huge");
}

/* Tags within tags, deeper than any stack: with lengths that fit, without lengths, and in pieces of a string.
 */
static void recursive_der_is_refused(void **state)
{
    (void)state;
    enum { DEPTH = 50000, ROOM = 6 * DEPTH };
    static const uint8_t TAGS[] = {0x30, 0x31, 0xa0, 0x24};
    uint8_t *room = talloc_size(memory, ROOM);
    for (size_t i = 0; i < sizeof TAGS; i++) {
        for (size_t at = 0; at < 2 * (size_t)DEPTH; at += 2) {
            room[at] = TAGS[i];
            room[at + 1] = 0x80;
        }
        all_refuse((struct bytes){room, 2 * (size_t)DEPTH}, "endlessly nested");
        size_t start = ROOM, inside = 0;
        for (int depth = 0; depth < DEPTH && start >= 5; depth++) {
            const uint8_t head[] = {TAGS[i], 0x83, (uint8_t)(inside >> 16), (uint8_t)(inside >> 8),
                                    (uint8_t)inside};
            start -= sizeof head;
            memcpy(room + start, head, sizeof head);
            inside += sizeof head;
        }
        room[start] = 0x30;
        all_refuse((struct bytes){room + start, inside}, "deeply nested");
    }
}

static int make(void **state)
{
    (void)state;
    memory = talloc_new(NULL);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    talloc_free(memory);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean)
    const struct CMUnitTest tests[] = {
        TEST(every_reader_takes_its_sample), TEST(empty_der_is_refused),     TEST(truncated_der_is_refused),
        TEST(oversized_der_is_refused),      TEST(recursive_der_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
