/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "http/parse.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state)
{
    *state = talloc_new(NULL);
    return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

/* The form as compact JSON with sorted keys; NULL when it was refused. */
static const char *form(TALLOC_CTX *context, const char *body)
{
    struct ra_error error = {0};
    json_t *object = NULL;
    if (!parse_form(context, bytes_of_text(body), &object, &error)) {
        assert_int_equal(error.code, RA_BAD_REQUEST);
        return NULL;
    }
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    char *copy = talloc_strdup(context, text);
    free(text);
    json_decref(object);
    return copy;
}

static void forms_become_json(void **state)
{
    static const char *const samples[][2] = {
        {"", "{}"},
        {"a=1&b=two+words", "{\"a\":\"1\",\"b\":\"two words\"}"},
        {"holder.name=Jo%C3%A3o&holder.cpf=1&product=ecpf-a1",
         "{\"holder\":{\"cpf\":\"1\",\"name\":\"João\"},\"product\":\"ecpf-a1\"}"},
        {"p.0.cpf=a&p.0.name=x&p.2.cpf=b&p.10.cpf=c",
         "{\"p\":[{\"cpf\":\"a\",\"name\":\"x\"},{\"cpf\":\"b\"},{\"cpf\":\"c\"}]}"},
        {"t.1=b&t.0=a", "{\"t\":[\"a\",\"b\"]}"},
        {"t.1=b&t.x=a", "{\"t\":{\"1\":\"b\",\"x\":\"a\"}}"},
        {"empty=&flag", "{\"empty\":\"\",\"flag\":\"\"}"},
        {"note=a%0D%0Ab", "{\"note\":\"a\\r\\nb\"}"},
        {"&&a=1&", "{\"a\":\"1\"}"},
        {"a=1%3D2%262", "{\"a\":\"1=2&2\"}"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        assert_string_equal(form(*state, samples[i][0]), samples[i][1]);
}

static void forms_refuse_the_ambiguous_and_the_malformed(void **state)
{
    static const char *const samples[] = {
        "a=1&a=2",     "a=1&a.b=2", "a.b=1&a=2", "a.b=1&a.b.c=2", "a%00=1",   "a=%00",
        "a=%1B[31m",   "a=%",       "a=%4",      "a=%zz",         "a=%C3",    "a=%FF",
        "=1",          ".a=1",      "a.=1",      "a..b=1",        "a%20b=1",  "a.b.c.d.e.f.g.h=1",
        "a=%ED%A0%80", "a=%C0%AF",  "0=x",       "a[]=1",         "%C3%A7=1", "a=%7F",
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        assert_null(form(*state, samples[i]));
}

static void forms_are_bounded(void **state)
{
    char *body = talloc_strdup(*state, "");
    for (int i = 0; i <= PARSE_FIELDS_MAX; i++)
        body = talloc_asprintf_append(body, "f%d=1&", i);
    assert_null(form(*state, body));
}

static void queries_become_pairs(void **state)
{
    struct ra_error error = {0};
    struct http_pairs pairs = {0};
    assert_done(parse_query(*state, "product=ecpf-a1&from=2026-11-23&q=a+b%20c", &pairs, &error));
    assert_int_equal(pairs.count, 3);
    assert_string_equal(pairs_find(&pairs, "q"), "a b c");
    assert_null(pairs_find(&pairs, "days"));
    assert_refused(parse_query(*state, "a=1&a=1", &(struct http_pairs){0}, &error), RA_BAD_REQUEST);
    assert_refused(parse_query(*state, "a=%0A", &(struct http_pairs){0}, &error), RA_BAD_REQUEST);
}

static bool json(struct bytes body)
{
    struct ra_error error = {0};
    json_t *object = NULL;
    bool parsed = parse_json(body, &object, &error);
    if (!parsed)
        assert_int_equal(error.code, RA_BAD_JSON);
    json_decref(object);
    return parsed;
}

static void json_is_strict(void **state)
{
    (void)state;
    assert_true(json(bytes_of_text("{\"a\":[1,{\"b\":\"[[[[{{{{\"}]}")));
    static const char *const refused[] = {"",
                                          "[]",
                                          "1",
                                          "null",
                                          "{",
                                          "{\"a\":1,\"a\":2}",
                                          "{\"a\":1}x",
                                          "{'a':1}",
                                          "{\"a\":\"\\u0000\"}",
                                          "{\"a\":\"\xFF\"}",
                                          "{\"a\":1e999}",
                                          "{\"a\":01}"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(json(bytes_of_text(refused[i])));
    assert_false(json((struct bytes){(const uint8_t *)"{\"a\":1}\0", 8}));
}

static void json_nested_a_hundred_thousand_deep_is_refused(void **state)
{
    static const size_t depth = 100000;
    uint8_t *deep = talloc_size(*state, 2 * depth + 16);
    memcpy(deep, "{\"a\":", 5);
    memset(deep + 5, '[', depth);
    memset(deep + 5 + depth, ']', depth);
    deep[5 + 2 * depth] = '}';
    assert_false(json((struct bytes){deep, 2 * depth + 6}));
    char *wide = talloc_strdup(*state, "{\"a\":[1");
    char *many = talloc_size(*state, 2 * PARSE_JSON_VALUES_MAX + 1);
    for (size_t i = 0; i < PARSE_JSON_VALUES_MAX; i++)
        memcpy(many + 2 * i, ",1", 3);
    wide = talloc_asprintf_append(wide, "%s]}", many);
    assert_false(json(bytes_of_text(wide)));
}

static void cookies_keep_what_is_a_cookie(void **state)
{
    struct ra_error error = {0};
    struct http_pairs pairs = {0};
    assert_done(parse_cookies(*state, "guiche=abc; other=\"q\"; =x; novalue; a b=1; theme=dark;guiche=second",
                              &pairs, &error));
    assert_string_equal(pairs_find(&pairs, "guiche"), "abc");
    assert_string_equal(pairs_find(&pairs, "theme"), "dark");
    assert_null(pairs_find(&pairs, "other"));
    assert_int_equal(pairs.count, 2);
}

static void media_types_lose_their_parameters(void **state)
{
    assert_string_equal(parse_media_type(*state, "Application/JSON; charset=utf-8"), "application/json");
    assert_string_equal(parse_media_type(*state, ""), "");
}

static void utf8_is_told_from_the_rest(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(is_utf8(bad[i], strlen(bad[i])));
    assert_true(is_utf8("aç€😀", strlen("aç€😀")));
}

/* A self-signed certificate as nginx passes it on: PEM, percent-encoded. */
static char *escaped_certificate(TALLOC_CTX *context)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    BIO *output = BIO_new(BIO_s_mem());
    assert_non_null(key);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(certificate), 0));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(certificate), 3600));
    assert_int_equal(X509_set_pubkey(certificate, key), 1);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509(output, certificate), 1);
    char *pem = NULL;
    long length = BIO_get_mem_data(output, &pem);
    char *escaped = talloc_strdup(context, "");
    for (long i = 0; i < length; i++)
        escaped = talloc_asprintf_append(escaped, "%%%02X", (unsigned)(unsigned char)pem[i]);
    BIO_free(output);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return escaped;
}

static void reads_the_fronts_certificate(void **state)
{
    struct ra_error error = {0};
    struct bytes der = {0};
    assert_done(parse_client_certificate(*state, escaped_certificate(*state), &der, &error));
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    assert_non_null(certificate);
    X509_free(certificate);
    assert_refused(parse_client_certificate(*state, "nothing", &der, &error), RA_UNAUTHENTICATED);
    assert_refused(parse_client_certificate(*state, "%0", &der, &error), RA_UNAUTHENTICATED);
}

#define with_context(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_context(forms_become_json),
        with_context(forms_refuse_the_ambiguous_and_the_malformed),
        with_context(forms_are_bounded),
        with_context(queries_become_pairs),
        with_context(json_is_strict),
        with_context(json_nested_a_hundred_thousand_deep_is_refused),
        with_context(cookies_keep_what_is_a_cookie),
        with_context(media_types_lose_their_parameters),
        with_context(utf8_is_told_from_the_rest),
        with_context(reads_the_fronts_certificate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
