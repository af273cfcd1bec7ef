/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/consultation_base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PEMS "certificate = c.pem\nkey = k.pem\nca = r.pem\n"

static void test_values_and_defaults(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct consultation_base *base = NULL;
    assert_true(consultation_base_parse(NULL, CONSULTATION_CPF, "cpf.conf",
                                        "# base\nurl = https://base.example/cpf\n" PEMS "timeout_ms = 700\n",
                                        "bases", &base, &error));
    assert_string_equal(base->url, "https://base.example/cpf");
    assert_string_equal(base->name, "Receita Federal (CPF)");
    assert_string_equal(base->certificate, "bases/c.pem");
    assert_string_equal(base->key, "bases/k.pem");
    assert_int_equal(base->timeout_ms, 700);
    assert_int_equal(base->in_flight, 4);
    assert_int_equal(consultation_base_breaker(base).threshold, 5);
    assert_int_equal(consultation_base_breaker(base).cooldown_us, 30000000);
    talloc_free(base);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *told;
    } files[] = {
        {"", "url is required"},
        {"url = https://base.example/\n", "certificate, key and ca"},
        {"url = https://base.example/\ncertificate = c.pem\nkey = k.pem\n", "certificate, key and ca"},
        {"url = http://base.example/\n" PEMS, "loopback"},
        {"url = http://127.0.0.1.example/\n" PEMS, "loopback"},
        {"url = http://127.0.0.1@base.example/\n" PEMS, "without user"},
        {"url = https://eu:senha@base.example/\n" PEMS, "without user"},
        {"url = https://base.example/#x\n" PEMS, "fragment"},
        {"url = ftp://127.0.0.1/\n" PEMS, "loopback"},
        {"url = file:///etc/hosts\n" PEMS, "url"},
        {"url = base.example\n" PEMS, "url"},
        {"url = https://base.example/\n" PEMS "timeout_ms = 0\n", "timeout_ms"},
        {"url = https://base.example/\n" PEMS "retries = muitas\n", "retries"},
        {"url = https://base.example/\n" PEMS "in_flight = 33\n", "in_flight"},
        {"url = https://base.example/\n" PEMS "senha = 1\n", "unknown key senha"},
        {"url = https://base.example/\nurl = https://base.example/\n" PEMS, "given twice"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct ra_error error = {0};
        struct consultation_base *base = NULL;
        if (consultation_base_parse(NULL, CONSULTATION_CPF, "cpf.conf", files[i].text, "bases", &base,
                                    &error))
            fail_msg("taken: %s", files[i].text);
        if (strstr(error.detail, files[i].told) == NULL)
            fail_msg("%s: %s", files[i].text, error.detail);
        assert_null(base);
    }
}

static void test_plain_http_on_loopback(void **state)
{
    (void)state;
    static const char *const urls[] = {"url = http://127.0.0.1:8000/x\n", "url = http://[::1]:8000/x\n",
                                       "url = http://localhost:8000/x\n"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct ra_error error = {0};
        struct consultation_base *base = NULL;
        assert_true(
            consultation_base_parse(NULL, CONSULTATION_CNH, "cnh.conf", urls[i], "bases", &base, &error));
        assert_string_equal(base->certificate, "");
        talloc_free(base);
    }
}

static void write_file(const char *folder, const char *name, const char *text, mode_t mode)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void remove_file(const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

/* No file: people ask. A file that does not hold, or names files that cannot be used: nobody does. */
static void test_drivers(void **state)
{
    (void)state;
    char folder[] = "/tmp/bases-XXXXXX";
    struct consultation_base *base = NULL;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(consultation_base_load(context, CONSULTATION_CPF, "/nowhere/at/all", &base, &error),
                     CONSULTATION_MANUAL);
    assert_int_equal(consultation_base_load(context, CONSULTATION_CPF, folder, &base, &error),
                     CONSULTATION_MANUAL);
    write_file(folder, "cpf.conf", "url = https://base.example/\n" PEMS, 0600);
    assert_int_equal(consultation_base_load(context, CONSULTATION_CPF, folder, &base, &error),
                     CONSULTATION_BROKEN);
    assert_non_null(strstr(error.detail, "c.pem cannot be read"));
    write_file(folder, "c.pem", "c", 0644);
    write_file(folder, "r.pem", "r", 0644);
    write_file(folder, "k.pem", "k", 0644);
    error = (struct ra_error){0};
    assert_int_equal(consultation_base_load(context, CONSULTATION_CPF, folder, &base, &error),
                     CONSULTATION_BROKEN);
    assert_non_null(strstr(error.detail, "open to others"));
    assert_null(base);
    write_file(folder, "k.pem", "k", 0600);
    assert_int_equal(consultation_base_load(context, CONSULTATION_CPF, folder, &base, &error),
                     CONSULTATION_HTTP);
    struct consultation_base *again = NULL;
    assert_int_equal(consultation_base_load(context, CONSULTATION_CPF, folder, &again, &error),
                     CONSULTATION_HTTP);
    assert_true(consultation_base_equal(base, again));
    again->retries++;
    assert_false(consultation_base_equal(base, again));
    assert_int_equal(consultation_base_load(context, CONSULTATION_CNH, folder, &base, &error),
                     CONSULTATION_MANUAL);
    static const char *const names[] = {"cpf.conf", "c.pem", "r.pem", "k.pem"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove_file(folder, names[i]);
    rmdir(folder);
    talloc_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_defaults),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_plain_http_on_loopback),
        cmocka_unit_test(test_drivers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
