/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "http/origin.h"

struct sample {
    const char *site; /* Sec-Fetch-Site */
    const char *origin;
    const char *referer;
    bool page; /* passes on the page face */
    bool api;  /* passes on the API face */
};

static struct http_pair cookies[] = {{"guiche_pedido", "segredo"}};

static bool judged(const struct sample *sample, enum http_face face, enum http_method method)
{
    struct ra_error error = {0};
    struct http_pair pairs[4] = {{"host", "ar.example:8080"}};
    size_t count = 1;
    if (sample->site != NULL)
        pairs[count++] = (struct http_pair){"sec-fetch-site", sample->site};
    if (sample->origin != NULL)
        pairs[count++] = (struct http_pair){"origin", sample->origin};
    if (sample->referer != NULL)
        pairs[count++] = (struct http_pair){"referer", sample->referer};
    struct http_request request = {.method = method,
                                   .face = face,
                                   .listener = HTTP_PUBLIC,
                                   .headers = {pairs, count},
                                   .cookies = {cookies, 1}};
    return origin_is_ours(&request, &error);
}

static void believes_only_our_own_pages(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"same-origin", NULL, NULL, true, true},
        {"cross-site", "http://ar.example:8080", NULL, false, false},
        {"same-site", NULL, NULL, false, false},
        {"none", NULL, NULL, false, false},
        {NULL, "http://ar.example:8080", NULL, true, true},
        {NULL, "https://AR.example:8080", NULL, true, true},
        {NULL, "http://ar.example", NULL, false, false},
        {NULL, "http://ar.example:8080.evil.example", NULL, false, false},
        {NULL, "http://evil.example/ar.example:8080", NULL, false, false},
        {NULL, "null", NULL, false, false},
        {NULL, "null", "http://ar.example:8080/pedido", false, false},
        {NULL, NULL, "http://ar.example:8080/pedido", true, true},
        {NULL, NULL, "http://evil.example/?http://ar.example:8080/", false, false},
        {NULL, NULL, NULL, false, true},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        assert_int_equal(judged(&samples[i], HTTP_FACE_PAGE, HTTP_POST), samples[i].page);
        assert_int_equal(judged(&samples[i], HTTP_FACE_API, HTTP_DELETE), samples[i].api);
        assert_true(judged(&samples[i], HTTP_FACE_PAGE, HTTP_GET));
    }
}

/* The link of a mail, posted by a program: no cookie, no certificate, nothing to misuse. */
static void lets_a_bare_program_post(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct http_pair host[] = {{"host", "ar.example:8080"}, {"origin", "http://evil.example"}};
    struct http_request request = {
        .method = HTTP_POST, .face = HTTP_FACE_PAGE, .listener = HTTP_PUBLIC, .headers = {host, 1}};
    assert_true(origin_is_ours(&request, &error));
    request.listener = HTTP_OFFICE; /* a certificate is sent whoever asks */
    assert_false(origin_is_ours(&request, &error));
    request.listener = HTTP_PUBLIC;
    request.headers.count = 2; /* another page, said by the browser */
    assert_false(origin_is_ours(&request, &error));
}

/* A reading is an act in the agent's name. */
static void a_foreign_page_makes_no_agent_read(void **state)
{
    (void)state;
    static const struct {
        enum http_listener listener;
        enum http_face face;
        const char *site, *mode;
        bool passes;
    } samples[] = {
        {HTTP_OFFICE, HTTP_FACE_API, "same-origin", "cors", true},
        {HTTP_OFFICE, HTTP_FACE_API, "none", "navigate", true},
        {HTTP_OFFICE, HTTP_FACE_API, "cross-site", "no-cors", false},
        {HTTP_OFFICE, HTTP_FACE_API, "same-site", "no-cors", false},
        {HTTP_OFFICE, HTTP_FACE_API, "cross-site", "navigate", false},
        {HTTP_OFFICE, HTTP_FACE_PAGE, "cross-site", "navigate", true},
        {HTTP_OFFICE, HTTP_FACE_PAGE, "cross-site", "no-cors", false},
        {HTTP_PUBLIC, HTTP_FACE_API, "cross-site", "no-cors", true},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct ra_error error = {0};
        struct http_pair pairs[] = {{"host", "ar.example:8081"},
                                    {"sec-fetch-site", samples[i].site},
                                    {"sec-fetch-mode", samples[i].mode}};
        const struct http_request request = {.method = HTTP_GET,
                                             .face = samples[i].face,
                                             .listener = samples[i].listener,
                                             .headers = {pairs, 3}};
        assert_int_equal(origin_is_ours(&request, &error), samples[i].passes);
    }
    const struct http_request program = {.method = HTTP_GET, .face = HTTP_FACE_API, .listener = HTTP_OFFICE};
    struct ra_error error = {0};
    assert_true(origin_is_ours(&program, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(believes_only_our_own_pages),
                                       cmocka_unit_test(a_foreign_page_makes_no_agent_read),
                                       cmocka_unit_test(lets_a_bare_program_post)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
