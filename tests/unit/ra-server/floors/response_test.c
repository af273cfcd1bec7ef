/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "http/internal.h"

#include <string.h>

static int setup(void **state)
{
    struct http_response *response = talloc_zero(NULL, struct http_response);
    *response = (struct http_response){.context = response, .status = 200, .fd = -1, .secure_cookies = true};
    *state = response;
    return 0;
}

static int teardown(void **state)
{
    struct http_response *response = *state;
    json_decref(response->model);
    talloc_free(response);
    return 0;
}

static void headers_that_would_split_the_answer_are_left_out(void **state)
{
    struct http_response *response = *state;
    http_set_header(response, "Location", "/pedido/ABC");
    http_set_header(response, "X-One", "a\r\nSet-Cookie: x=y");
    http_set_header(response, "X-Two", "a\nb");
    http_set_header(response, "X-Three", "a\x7f");
    assert_int_equal(response->headers.count, 1);
    assert_string_equal(response_header(response, "location"), "/pedido/ABC");
}

static void cookies_carry_their_guards(void **state)
{
    struct http_response *response = *state;
    http_set_cookie(response, "guiche", "token", 0);
    assert_string_equal(response_header(response, "Set-Cookie"),
                        "guiche=token; Path=/; HttpOnly; SameSite=Strict; Secure");
    http_set_cookie(response, "guiche", "a; Domain=evil", 0);
    assert_int_equal(response->headers.count, 1);
    http_clear_cookie(response, "guiche");
    assert_non_null(strstr(response->headers.items[1].value, "guiche=; "));
    assert_non_null(strstr(response->headers.items[1].value, "Max-Age=0"));
}

static void only_pages_redirect(void **state)
{
    struct http_response *response = *state;
    struct http_request request = {.face = HTTP_FACE_API};
    http_reply(response, 201, json_pack("{s:i}", "a", 1));
    http_see_other(&request, response, "/x");
    assert_int_equal(response->status, 201);
    request.face = HTTP_FACE_PAGE;
    http_see_other(&request, response, "/x");
    assert_int_equal(response->status, 303);
    assert_int_equal(response->content, HTTP_CONTENT_NONE);
}

static void texts_of_a_body_are_found_by_dots(void **state)
{
    (void)state;
    json_t *body = json_pack("{s:{s:s, s:i}, s:s}", "holder", "cpf", "1", "age", 7, "product", "x");
    assert_string_equal(http_text(body, "holder.cpf"), "1");
    assert_string_equal(http_text(body, "product"), "x");
    assert_null(http_text(body, "holder"));
    assert_null(http_text(body, "holder.age"));
    assert_null(http_text(body, "holder.cpf.x"));
    assert_null(http_text(body, "product.x"));
    assert_null(http_text(NULL, "product"));
    json_decref(body);
}

static void the_bearer_is_found_in_its_header(void **state)
{
    (void)state;
    static const char *const samples[][2] = {{"Bearer abc", "abc"},
                                             {"bearer  abc", "abc"},
                                             {"Basic abc", NULL},
                                             {"Bearer ", NULL},
                                             {"Bearer", NULL}};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct http_pair pair = {"authorization", samples[i][0]};
        struct http_request request = {.headers = {&pair, 1}};
        const char *token = http_bearer(&request);
        if (samples[i][1] == NULL)
            assert_null(token);
        else
            assert_string_equal(token, samples[i][1]);
    }
}

#define with_response(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_response(headers_that_would_split_the_answer_are_left_out),
        with_response(cookies_carry_their_guards),
        with_response(only_pages_redirect),
        cmocka_unit_test(texts_of_a_body_are_found_by_dots),
        cmocka_unit_test(the_bearer_is_found_in_its_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
