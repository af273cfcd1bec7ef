/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "http/framing.h"

#include <stdlib.h>
#include <string.h>

static void add(struct framing *framing, const char *name, const char *value)
{
    framing_header(framing, name, strlen(name), value, strlen(value));
}

static struct framing ordinary(void)
{
    struct framing framing = {0};
    add(&framing, "Host", "localhost:8080");
    add(&framing, "Accept", "text/html");
    return framing;
}

static bool passes(const struct framing *framing, struct ra_error *error)
{
    return framing_check(framing, "HTTP/1.1", "/pedido?x=1", error);
}

static void takes_an_ordinary_request(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct framing framing = ordinary();
    add(&framing, "Content-Length", "120");
    assert_done(passes(&framing, &error));
    assert_true(framing_has_body(&framing));
    assert_int_equal(framing.length, 120);
    struct framing chunked = ordinary();
    add(&chunked, "transfer-encoding", "Chunked");
    assert_done(passes(&chunked, &error));
    assert_true(framing_has_body(&chunked));
    struct framing empty = ordinary();
    add(&empty, "Content-Length", "0");
    assert_false(framing_has_body(&empty));
}

static void refuses_two_readings(void **state)
{
    (void)state;
    static const char *const pairs[][4] = {
        {"Content-Length", "5", "Content-Length", "6"},
        {"Content-Length", "5", "content-length", "5"},
        {"Content-Length", "5", "Transfer-Encoding", "chunked"},
        {"Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"},
        {"Transfer-Encoding", "xchunked", "X", "y"},
        {"Transfer-Encoding", "gzip, chunked", "X", "y"},
        {"Transfer-Encoding", "", "X", "y"},
        {"Host", "other", "X", "y"},
        {"Content-Length", "+5", "X", "y"},
        {"Content-Length", "", "X", "y"},
        {"Content-Length", "5 ", "X", "y"},
        {"Content-Length", "5,5", "X", "y"},
        {"Content-Length", "0x5", "X", "y"},
        {"Content-Length", "99999999999999999999", "X", "y"},
        {"Content-Length ", "5", "X", "y"},
        {"X-Client-Cert", "a", "x-client-cert", "b"},
        {"Authorization", "Bearer a", "Authorization", "Bearer b"},
        {"X y", "5", "X", "y"},
        {"X",
         "a\x01"
         "b",
         "X", "y"},
        {"X", "a\rb", "X", "y"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct ra_error error = {0};
        struct framing framing = ordinary();
        add(&framing, pairs[i][0], pairs[i][1]);
        add(&framing, pairs[i][2], pairs[i][3]);
        assert_refused(passes(&framing, &error), RA_BAD_REQUEST);
    }
}

static void refuses_octets_that_have_no_place(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct framing framing = ordinary();
    framing_header(&framing, "X", 1, "a\0b", 3);
    assert_refused(passes(&framing, &error), RA_BAD_REQUEST);
    framing = ordinary();
    framing_header(&framing, "X\0", 2, "a", 1);
    assert_refused(passes(&framing, &error), RA_BAD_REQUEST);
    static const char *const uris[] = {"",          "pedido", "http://x/", "/a b", "/a\x7f",
                                       "/\xC3\xA7", "/a#b",   "/a\"b",     "/\x01"};
    framing = ordinary();
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++)
        assert_refused(framing_check(&framing, "HTTP/1.1", uris[i], &error), RA_BAD_REQUEST);
}

static void refuses_other_versions_and_no_host(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct framing framing = ordinary();
    assert_refused(framing_check(&framing, "HTTP/2.0", "/", &error), RA_BAD_REQUEST);
    assert_refused(framing_check(&framing, "", "/", &error), RA_BAD_REQUEST);
    struct framing none = {0};
    assert_refused(passes(&none, &error), RA_BAD_REQUEST);
    struct framing empty = {0};
    add(&empty, "Host", "");
    assert_refused(passes(&empty, &error), RA_BAD_REQUEST);
}

static void bounds_address_and_header(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct framing framing = ordinary();
    char *uri = malloc(FRAMING_URI_MAX + 2);
    assert_non_null(uri);
    memset(uri, 'a', FRAMING_URI_MAX + 1);
    uri[0] = '/';
    uri[FRAMING_URI_MAX + 1] = '\0';
    assert_refused(framing_check(&framing, "HTTP/1.1", uri, &error), RA_URI_TOO_LONG);
    uri[FRAMING_URI_MAX] = '\0';
    assert_done(framing_check(&framing, "HTTP/1.1", uri, &error));
    free(uri);
    for (int i = 0; i < FRAMING_HEADERS_MAX; i++)
        add(&framing, "X", "y");
    assert_refused(passes(&framing, &error), RA_HEADER_TOO_LARGE);
    framing = ordinary();
    framing.bytes = FRAMING_HEADER_MAX;
    add(&framing, "X", "y");
    assert_refused(passes(&framing, &error), RA_HEADER_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_an_ordinary_request),
        cmocka_unit_test(refuses_two_readings),
        cmocka_unit_test(refuses_octets_that_have_no_place),
        cmocka_unit_test(refuses_other_versions_and_no_host),
        cmocka_unit_test(bounds_address_and_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
