/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/vault.h"
#include "pki/base/file.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char ref[] = "0b9bb1a2-3b7c-4e8e-9a53-d3f0c1b0a001";
static char folder[] = "/tmp/guiche-vault.XXXXXX";
static struct config config;

static int make_folder(void **state)
{
    (void)state;
    static char keys[64];
    char path[128];
    uint8_t master[32] = {7};
    struct ra_error error = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(keys, sizeof keys, "%s", folder);
    snprintf(path, sizeof path, "%s/dossier-master.key", folder);
    assert_true(file_write(path, (struct bytes){master, sizeof master}, 0600, &error));
    config = (struct config){.keys_dir = keys, .dossier_dir = keys};
    return 0;
}

static int temporary(void)
{
    char path[] = "/tmp/guiche-vault-file.XXXXXX";
    int descriptor = mkostemp(path, O_CLOEXEC);
    assert_true(descriptor >= 0);
    unlink(path);
    return descriptor;
}

static void digest_of(size_t size, uint8_t digest[32])
{
    memset(digest, 0, 32);
    memcpy(digest, &size, sizeof size);
}

static void put(const struct vault_key *key, size_t size, const uint8_t digest[32])
{
    struct ra_error error = {0};
    int input = temporary();
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(i * 31 >> 3);
        assert_int_equal(write(input, &byte, 1), 1);
    }
    assert_true(vault_put(&config, key, ref, digest, input, &error));
    close(input);
}

/* Sizes at the edges of a chunk: the final tag must sit on the last one alone. */
static void test_round_trip(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 17, 65535, 65536, 65537, 131072, 200000};
    struct vault_key key, opened;
    uint8_t wrapped[VAULT_WRAPPED_SIZE];
    struct ra_error error = {0};
    assert_true(vault_make_key(&config, &key, wrapped, &error));
    assert_true(vault_open_key(&config, (struct bytes){wrapped, sizeof wrapped}, &opened, &error));
    assert_memory_equal(key.bytes, opened.bytes, sizeof key.bytes);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t digest[32];
        digest_of(sizes[i], digest);
        put(&key, sizes[i], digest);
        int output = temporary();
        assert_true(vault_get(&config, &opened, ref, digest, output, &error));
        assert_int_equal(lseek(output, 0, SEEK_END), sizes[i]);
        uint8_t last = 0;
        assert_int_equal(pread(output, &last, 1, (off_t)sizes[i] - 1), 1);
        assert_int_equal(last, (uint8_t)((sizes[i] - 1) * 31 >> 3));
        close(output);
    }
}

static void stored_path(const uint8_t digest[32], char *path, size_t size)
{
    int used = snprintf(path, size, "%s/%s/", folder, ref);
    for (size_t i = 0; i < 32; i++)
        snprintf(path + used + 2 * i, size - (size_t)used - 2 * i, "%02x", digest[i]);
}

static void test_damage_is_noticed(void **state)
{
    (void)state;
    enum { SIZE = 70000 };
    struct vault_key key;
    uint8_t wrapped[VAULT_WRAPPED_SIZE], digest[32], byte = 0;
    struct ra_error error = {0};
    char path[256];
    assert_true(vault_make_key(&config, &key, wrapped, &error));
    digest_of(SIZE, digest);
    put(&key, SIZE, digest);
    stored_path(digest, path, sizeof path);
    int output = temporary();

    int stored = open(path, O_RDWR | O_CLOEXEC);
    assert_true(stored >= 0);
    assert_int_equal(pread(stored, &byte, 1, 66000), 1);
    byte ^= 1;
    assert_int_equal(pwrite(stored, &byte, 1, 66000), 1);
    assert_false(vault_get(&config, &key, ref, digest, output, &error)); /* a changed byte */
    byte ^= 1;
    assert_int_equal(pwrite(stored, &byte, 1, 66000), 1);
    assert_true(vault_get(&config, &key, ref, digest, output, &error));
    assert_int_equal(ftruncate(stored, 24 + 65536 + 17), 0);
    assert_false(vault_get(&config, &key, ref, digest, output, &error)); /* cut at a chunk's end */
    close(stored);
    close(output);

    struct vault_key other;
    assert_true(vault_make_key(&config, &other, wrapped, &error));
    wrapped[40] ^= 1;
    assert_false(vault_open_key(&config, (struct bytes){wrapped, sizeof wrapped}, &other, &error));
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static int remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_damage_is_noticed),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
