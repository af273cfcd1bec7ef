/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files are read to their end, whether or not they have a size to tell.
 */
#include "check.h"
#include "pki/base/file.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONG = 100000, TINY = 5 };

static uint8_t pattern[LONG];

struct pouring {
    int to;
    size_t length;
};

static void *pour(void *argument)
{
    const struct pouring *pouring = argument;
    bool poured = file_write_all(pouring->to, (struct bytes){pattern, pouring->length});
    close(pouring->to);
    return poured ? argument : NULL;
}

/* Through a pipe, as `ra-cli … --passphrase-file /dev/stdin` reads. */
static bool read_poured(TALLOC_CTX *context, size_t length, size_t limit, struct bytes *content,
                        struct ra_error *error)
{
    int ends[2];
    pthread_t thread;
    assert_int_equal(pipe(ends), 0);
    struct pouring pouring = {.to = ends[1], .length = length};
    assert_int_equal(pthread_create(&thread, NULL, pour, &pouring), 0);
    bool done = file_read_open(context, ends[0], "pipe", limit, content, error);
    char rest[4096];
    while (!done && read(ends[0], rest, sizeof rest) > 0)
        ;
    void *poured = NULL;
    assert_int_equal(pthread_join(thread, &poured), 0);
    assert_ptr_equal(poured, &pouring);
    close(ends[0]);
    return done;
}

static void expect_poured(TALLOC_CTX *context, size_t length, size_t limit)
{
    struct ra_error error = {0};
    struct bytes content;
    assert_true(read_poured(context, length, limit, &content, &error));
    assert_int_equal(content.length, length);
    assert_memory_equal(content.data, pattern, length);
    assert_int_equal(content.data[length], 0);
}

static void a_pipe_is_read_to_its_end(void **state)
{
    static const size_t lengths[] = {0, 1, 2, 4095, 4096, 4097, 8193, LONG};
    for (size_t at = 0; at < sizeof lengths / sizeof *lengths; at++) {
        expect_poured(*state, lengths[at], lengths[at]);
        expect_poured(*state, lengths[at], lengths[at] + 1);
        expect_poured(*state, lengths[at], 2 * LONG);
    }
}

static void beyond_the_limit_a_pipe_is_too_large(void **state)
{
    static const size_t lengths[] = {1, 2, 4096, 4097, LONG};
    for (size_t at = 0; at < sizeof lengths / sizeof *lengths; at++) {
        struct ra_error error = {0};
        struct bytes content;
        assert_false(read_poured(*state, lengths[at], lengths[at] - 1, &content, &error));
        assert_int_equal(error.code, RA_TOO_LARGE);
    }
}

static void a_file_is_read_whole_or_is_too_large(void **state)
{
    char path[] = "/tmp/file-test.XXXXXX";
    struct ra_error error = {0};
    struct bytes content;
    int made = mkstemp(path);
    assert_true(made >= 0);
    close(made);
    assert_true(file_write(path, (struct bytes){pattern, TINY}, 0600, &error));
    assert_true(file_read(*state, path, TINY, &content, &error));
    assert_int_equal(content.length, TINY);
    assert_memory_equal(content.data, pattern, TINY);
    assert_false(file_read(*state, path, TINY - 1, &content, &error));
    assert_int_equal(error.code, RA_TOO_LARGE);
    assert_int_equal(unlink(path), 0);
    assert_false(file_read(*state, path, TINY, &content, &error));
    assert_string_equal(error.reason, RA_FILE_UNREADABLE);
}

/* Files of the kernel say that they have no bytes. */
static void a_file_that_says_it_is_empty_is_read(void **state)
{
    struct ra_error error = {0};
    struct bytes content;
    assert_true(file_read(*state, "/proc/self/status", LONG, &content, &error));
    assert_true(content.length > 0);
}

static int setup(void **state)
{
    for (size_t at = 0; at < sizeof pattern; at++)
        pattern[at] = (uint8_t)next_number();
    *state = talloc_new(NULL);
    return 0;
}

static int teardown(void **state)
{
    talloc_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pipe_is_read_to_its_end),
        cmocka_unit_test(beyond_the_limit_a_pipe_is_too_large),
        cmocka_unit_test(a_file_is_read_whole_or_is_too_large),
        cmocka_unit_test(a_file_that_says_it_is_empty_is_read),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
