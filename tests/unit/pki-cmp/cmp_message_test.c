/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The strict reader against hand-made DER and against what OpenSSL writes.
 */
#include "pki/cmp/cmp_message.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */
#include <openssl/crmf.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

enum { LONGEST = 256 };

/* "30 03 02 01 02" to bytes. */
static struct bytes from_hex(uint8_t buffer[LONGEST], const char *text)
{
    char digits[2 * LONGEST + 1];
    size_t count = 0;
    for (; *text != '\0'; text++)
        if (*text != ' ')
            digits[count++] = *text;
    digits[count] = '\0';
    assert_true(hex_decode(digits, buffer, count / 2));
    return (struct bytes){buffer, count / 2};
}

/* pvno 2, sender and recipient as empty directoryName, transactionID "abc", body error (23) with an empty
 * SEQUENCE. */
#define HEADER "02 01 02 a4 02 30 00 a4 02 30 00 a4 05 04 03 61 62 63"
#define WHOLE  "30 18 30 12 " HEADER " b7 02 30 00"

static void peeks_at_header_and_body(void **state)
{
    (void)state;
    uint8_t buffer[LONGEST];
    struct cmp_peek peek;
    struct ra_error error = {0};
    assert_true(cmp_peek(from_hex(buffer, WHOLE), &peek, &error));
    assert_int_equal(peek.body_type, CMP_BODY_ERROR);
    assert_int_equal(peek.transaction.length, 3);
    assert_memory_equal(peek.transaction.data, "abc", 3);
    assert_int_equal(peek.body.length, 2);
}

static void refuses_messages_that_are_not_der(void **state)
{
    (void)state;
    static const char *const CASES[] = {
        "",                                               /* nothing */
        "30",                                             /* cut in the tag */
        "30 18",                                          /* cut in the content */
        WHOLE " 00",                                      /* trailing byte */
        "30 80 30 12 " HEADER " b7 02 30 00 00 00",       /* indefinite length */
        "30 81 18 30 12 " HEADER " b7 02 30 00",          /* length not shortest */
        "30 82 00 18 30 12 " HEADER " b7 02 30 00",       /* leading zero in length */
        "30 84 00 00 00 18 30 12 " HEADER " b7 02 30 00", /* four octets of length */
        "31 18 30 12 " HEADER " b7 02 30 00",             /* SET */
        "30 18 30 12 " HEADER " 37 02 30 00",             /* body not context tagged */
        "30 18 30 12 " HEADER " bf 02 30 00",             /* high tag number */
        "30 14 30 12 " HEADER,                            /* no body */
        "30 18 30 12 02 01 02 a4 02 30 00 a4 02 30 00 a4 05 02 03 61 62 63 b7 02 30 00", /* id not OCTET
                                                                                            STRING */
        "30 18 30 12 02 01 02 a4 02 30 00 a4 02 30 00 a4 05 04 02 61 62 63 b7 02 30 00", /* more in the
                                                                                            wrapper */
        "30 18 30 12 02 01 02 a4 02 30 00 a4 02 30 00 a9 05 04 03 61 62 63 b7 02 30 00", /* unknown field [9]
                                                                                          */
        "30 1d 30 17 " HEADER " a4 03 04 01 61 b7 02 30 00", /* transactionID twice */
        "30 1d 30 17 " HEADER " a1 03 04 01 61 b7 02 30 00", /* fields out of order */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        uint8_t buffer[LONGEST];
        struct cmp_peek peek;
        struct ra_error error = {0};
        if (cmp_peek(from_hex(buffer, CASES[i]), &peek, &error))
            fail_msg("accepted: %s", CASES[i]);
        assert_int_equal(error.code, RA_BAD_REQUEST);
        assert_string_equal(error.reason, "malformed");
    }
}

/* A certificate of our own and the message around it: header, body, protection [0], extraCerts [1]. */
static X509 *make_certificate(void)
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *made = X509_new();
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(made), 7), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(made), 0));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(made), 86400));
    assert_int_equal(X509_set_pubkey(made, key), 1);
    assert_true(X509_sign(made, key, EVP_sha256()) > 0);
    EVP_PKEY_free(key);
    return made;
}

static size_t put(uint8_t *to, uint8_t tag, const uint8_t *content, size_t length)
{
    const uint8_t header[] = {tag, 0x82, (uint8_t)(length >> 8), (uint8_t)length};
    memcpy(to, header, sizeof header);
    memmove(to + sizeof header, content, length);
    return sizeof header + length;
}

static void the_certificates_that_come_along_are_split_off(void **state)
{
    (void)state;
    uint8_t buffer[LONGEST], certificate[2048], list[2048], whole[4096], message[4096];
    uint8_t *at = certificate;
    struct ra_error error = {0};
    struct bytes bare = {NULL, 0}, inner = from_hex(buffer, WHOLE " a0 03 03 01 00");
    STACK_OF(X509) *extra = NULL;
    X509 *made = make_certificate();
    const int size = i2d_X509(made, &at);
    assert_true(size > 0 && size < 1500);
    size_t length = put(list, 0x30, certificate, (size_t)size);
    memcpy(whole, inner.data + 2, inner.length - 2);
    size_t total = inner.length - 2 + put(whole + inner.length - 2, 0xa1, list, length);
    struct bytes input = {message, put(message, 0x30, whole, total)};

    TALLOC_CTX *memory = talloc_new(NULL);
    assert_true(cmp_split(memory, input, &bare, &extra, &error));
    assert_int_equal(sk_X509_num(extra), 1);
    assert_int_equal(X509_cmp(sk_X509_value(extra, 0), made), 0);
    assert_int_equal(bare.length, inner.length);
    assert_memory_equal(bare.data + 2, inner.data + 2, inner.length - 2);
    assert_int_equal(bare.data[1], inner.length - 2);
    sk_X509_pop_free(extra, X509_free);

    message[input.length - (size_t)size] ^= 0x01; /* no certificate any more */
    assert_false(cmp_split(memory, input, &bare, &extra, &error));
    assert_null(extra);
    talloc_free(memory);
    X509_free(made);
}

/* The body of an ip is [1] as well. */
static void a_body_is_not_taken_for_certificates(void **state)
{
    (void)state;
    uint8_t buffer[LONGEST];
    struct ra_error error = {0};
    struct bytes bare = {NULL, 0}, input = from_hex(buffer, "30 18 30 12 " HEADER " a1 02 30 00");
    STACK_OF(X509) *extra = NULL;
    TALLOC_CTX *memory = talloc_new(NULL);
    assert_true(cmp_split(memory, input, &bare, &extra, &error));
    assert_null(extra);
    assert_true(bytes_equal(bare, input));
    talloc_free(memory);
}

static void transaction_may_be_absent(void **state)
{
    (void)state;
    uint8_t buffer[LONGEST];
    struct cmp_peek peek;
    struct ra_error error = {0};
    assert_true(cmp_peek(from_hex(buffer, "30 11 30 0b 02 01 02 a4 02 30 00 a4 02 30 00 b3 02 05 00"), &peek,
                         &error));
    assert_int_equal(peek.transaction.length, 0);
    assert_int_equal(peek.body_type, CMP_BODY_PKICONF);
}

static struct bytes encode_template(TALLOC_CTX *memory, EVP_PKEY *key)
{
    OSSL_CRMF_MSG *message = OSSL_CRMF_MSG_new();
    OSSL_CRMF_CERTTEMPLATE *template = OSSL_CRMF_MSG_get0_tmpl(message);
    X509_NAME *name = X509_NAME_new();
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"X", -1, -1, 0), 1);
    assert_int_equal(OSSL_CRMF_CERTTEMPLATE_fill(template, key, name, NULL, NULL), 1);
    ASN1_TIME *before = ASN1_TIME_set(NULL, 1700000000), *after = ASN1_TIME_set(NULL, 2600000000);
    assert_int_equal(OSSL_CRMF_MSG_set0_validity(message, before, after), 1);
    unsigned char *der = NULL;
    int length = i2d_OSSL_CRMF_CERTTEMPLATE(template, &der);
    assert_true(length > 0);
    struct bytes encoded = bytes_copy(memory, der, (size_t)length);
    OPENSSL_free(der);
    X509_NAME_free(name);
    OSSL_CRMF_MSG_free(message);
    return encoded;
}

static void finds_key_and_validity_in_every_length_form(void **state)
{
    (void)state;
    EVP_PKEY *keys[] = {EVP_EC_gen("P-256"), EVP_RSA_gen(1024), EVP_RSA_gen(2048)};
    TALLOC_CTX *memory = talloc_new(NULL);
    for (size_t i = 0; i < 3; i++) {
        struct cmp_template template;
        struct ra_error error = {0};
        assert_true(cmp_read_template(memory, encode_template(memory, keys[i]), &template, &error));
        unsigned char *der = NULL;
        int length = i2d_PUBKEY(keys[i], &der);
        assert_int_equal(template.public_key.length, length);
        assert_memory_equal(template.public_key.data, der, (size_t)length);
        assert_int_equal(template.not_before_us, 1700000000LL * 1000000);
        assert_int_equal(template.not_after_us, 2600000000LL * 1000000); /* GeneralizedTime: after 2049 */
        OPENSSL_free(der);
        EVP_PKEY_free(keys[i]);
    }
    talloc_free(memory);
}

static void refuses_templates_that_are_not_der(void **state)
{
    (void)state;
    static const char *const CASES[] = {
        "",
        "30 05 a6 03 30 00",                                              /* cut */
        "30 02 02 00",                                                    /* universal tag */
        "30 02 aa 00",                                                    /* field [10] */
        "30 0e a6 05 30 00 03 01 00 a6 05 30 00 03 01 00",                /* publicKey twice */
        "30 0b a6 05 30 00 03 01 00 a5 02 30 00",                         /* out of order */
        "30 04 a6 02 30 00",                                              /* no BIT STRING */
        "30 09 a6 07 30 00 03 01 00 05 00",                               /* more behind the key */
        "30 06 a4 04 a0 02 05 00",                                        /* validity without a time */
        "30 13 a4 11 a0 0f 17 0d 32 36 31 33 30 31 30 30 30 30 30 30 5a", /* month 13 */
        "30 13 a4 11 a0 0f 18 0d 32 36 30 31 30 31 30 30 30 30 30 30 5a", /* UTCTime text in GeneralizedTime
                                                                           */
        "30 13 a4 11 a2 0f 17 0d 32 36 30 31 30 31 30 30 30 30 30 30 5a", /* validity [2] */
    };
    TALLOC_CTX *memory = talloc_new(NULL);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        uint8_t buffer[LONGEST];
        struct cmp_template template;
        struct ra_error error = {0};
        if (cmp_read_template(memory, from_hex(buffer, CASES[i]), &template, &error))
            fail_msg("accepted: %s", CASES[i]);
    }
    talloc_free(memory);
}

static int reason_of(const char *body, int body_type, bool *ok)
{
    uint8_t buffer[LONGEST];
    struct cmp_peek peek = {.body_type = body_type, .body = from_hex(buffer, body)};
    struct ra_error error = {0};
    int reason = -1;
    *ok = cmp_read_revocation_reason(&peek, &reason, &error);
    return reason;
}

static void reads_the_revocation_reason(void **state)
{
    (void)state;
    bool ok;
    assert_int_equal(reason_of("30 04 30 02 30 00", CMP_BODY_RR, &ok), 0);
    assert_true(ok);
    assert_int_equal(
        reason_of("30 12 30 10 30 00 30 0c 30 0a 06 03 55 1d 15 04 03 0a 01 04", CMP_BODY_RR, &ok), 4);
    assert_true(ok);
    reason_of("30 04 30 02 30 00", CMP_BODY_IR, &ok);
    assert_false(ok);
    reason_of("30 08 30 02 30 00 30 02 30 00", CMP_BODY_RR, &ok); /* two RevDetails */
    assert_false(ok);
    reason_of("30 12 30 10 30 00 30 0c 30 0a 06 03 55 1d 15 04 03 0a 01 0b", CMP_BODY_RR,
              &ok); /* reason 11 */
    assert_false(ok);
    reason_of("30 12 30 10 30 00 30 0c 30 0a 06 03 55 1d 15 04 03 02 01 04", CMP_BODY_RR, &ok); /* INTEGER */
    assert_false(ok);
}

/* Equal certificates are kept both: whoever holds one of them holds that one. */
static void keeps_each_certificate_once_and_equal_ones_too(void **state)
{
    (void)state;
    struct ra_error error = {0};
    STACK_OF(X509) *kept = NULL, *more = sk_X509_new_null();
    X509 *first = X509_new(), *equal = X509_new();
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(first), 7), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(equal), 7), 1);
    assert_true(cmp_keep(&kept, NULL, &error));
    assert_true(sk_X509_push(more, first) == 1 && sk_X509_push(more, first) == 2 &&
                sk_X509_push(more, equal) == 3);
    assert_true(cmp_keep(&kept, more, &error));
    assert_true(cmp_keep(&kept, more, &error));
    sk_X509_free(more);
    X509_free(first);
    X509_free(equal);
    assert_int_equal(sk_X509_num(kept), 2);
    assert_ptr_equal(sk_X509_value(kept, 0), first); /* not gone with its first owner */
    assert_ptr_equal(sk_X509_value(kept, 1), equal);
    assert_int_equal(ASN1_INTEGER_get(X509_get0_serialNumber(sk_X509_value(kept, 1))), 7);
    sk_X509_pop_free(kept, X509_free);
}

static void keeps_no_more_than_a_conversation_needs(void **state)
{
    (void)state;
    struct ra_error error = {0};
    STACK_OF(X509) *kept = NULL, *more = sk_X509_new_null();
    for (int i = 0; i <= CMP_KEPT_MAX; i++)
        assert_int_equal(sk_X509_push(more, X509_new()), i + 1);
    assert_false(cmp_keep(&kept, more, &error));
    assert_int_equal(sk_X509_num(kept), CMP_KEPT_MAX);
    sk_X509_pop_free(more, X509_free);
    sk_X509_pop_free(kept, X509_free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peeks_at_header_and_body),
        cmocka_unit_test(refuses_messages_that_are_not_der),
        cmocka_unit_test(the_certificates_that_come_along_are_split_off),
        cmocka_unit_test(a_body_is_not_taken_for_certificates),
        cmocka_unit_test(transaction_may_be_absent),
        cmocka_unit_test(finds_key_and_validity_in_every_length_form),
        cmocka_unit_test(refuses_templates_that_are_not_der),
        cmocka_unit_test(reads_the_revocation_reason),
        cmocka_unit_test(keeps_each_certificate_once_and_equal_ones_too),
        cmocka_unit_test(keeps_no_more_than_a_conversation_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
