/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mail half at rest (protocol 3): opens under its key, for its order and attempt, and in no other way.
 */
#include "floors/check.h"
#include "issuance/half_seal.h"
#include "pki/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[32];
static const uint8_t half[EMISSION_HALF_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

static void write_key(uint8_t fill, size_t length)
{
    struct ra_error error = {0};
    uint8_t key[64];
    char path[64];
    memset(key, fill, sizeof key);
    snprintf(path, sizeof path, "%s/mail-half.key", folder);
    assert_done(file_write(path, (struct bytes){key, length}, 0600, &error));
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/ra-half.XXXXXX");
    assert_non_null(mkdtemp(folder));
    write_key(0x11, 32);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "%s/mail-half.key", folder);
    unlink(path);
    rmdir(folder);
    return 0;
}

static struct bytes seal(TALLOC_CTX *context)
{
    struct ra_error error = {0};
    struct bytes sealed;
    assert_done(half_seal(context, folder, half, 42, 3, &sealed, &error));
    return sealed;
}

static void a_half_comes_back(void **state)
{
    (void)state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    uint8_t opened[EMISSION_HALF_SIZE];
    struct bytes sealed = seal(context);
    assert_done(half_open(folder, sealed, 42, 3, opened, &error));
    assert_memory_equal(opened, half, sizeof half);
    assert_null(memmem(sealed.data, sealed.length, half, sizeof half));
    assert_false(bytes_equal(sealed, seal(context)));
    talloc_free(context);
}

static void moved_to_another_order_or_attempt_it_opens_nothing(void **state)
{
    (void)state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    uint8_t opened[EMISSION_HALF_SIZE];
    struct bytes sealed = seal(context);
    assert_refused(half_open(folder, sealed, 43, 3, opened, &error), RA_VERIFICATION_FAILED);
    assert_refused(half_open(folder, sealed, 42, 4, opened, &error), RA_VERIFICATION_FAILED);
    talloc_free(context);
}

static void every_byte_counts(void **state)
{
    (void)state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    uint8_t opened[EMISSION_HALF_SIZE];
    struct bytes sealed = seal(context);
    uint8_t *changed = talloc_memdup(context, sealed.data, sealed.length);
    for (size_t at = 0; at < sealed.length; at++) {
        changed[at] ^= 1;
        assert_refused(half_open(folder, (struct bytes){changed, sealed.length}, 42, 3, opened, &error),
                       RA_VERIFICATION_FAILED);
        changed[at] ^= 1;
    }
    assert_refused(half_open(folder, (struct bytes){changed, sealed.length - 1}, 42, 3, opened, &error),
                   RA_VERIFICATION_FAILED);
    talloc_free(context);
}

static void a_copy_of_the_database_without_the_key_file_is_worth_nothing(void **state)
{
    (void)state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    uint8_t opened[EMISSION_HALF_SIZE];
    struct bytes sealed = seal(context);
    write_key(0x22, 32);
    assert_refused(half_open(folder, sealed, 42, 3, opened, &error), RA_VERIFICATION_FAILED);
    write_key(0x11, 31);
    assert_refused(half_open(folder, sealed, 42, 3, opened, &error), RA_IO);
    write_key(0x11, 33);
    assert_false(half_open(folder, sealed, 42, 3, opened, &error));
    error = (struct ra_error){0};
    assert_refused(half_open("/nonexistent", sealed, 42, 3, opened, &error), RA_IO);
    write_key(0x11, 32);
    assert_done(half_open(folder, sealed, 42, 3, opened, &error));
    talloc_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_half_comes_back),
        cmocka_unit_test(moved_to_another_order_or_attempt_it_opens_nothing),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(a_copy_of_the_database_without_the_key_file_is_worth_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
