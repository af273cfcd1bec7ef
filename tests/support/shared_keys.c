/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RSA keys for the unit programs: linked with --wrap=EVP_PKEY_Q_keygen, so that EVP_RSA_gen in a program and
 * in what it tests hands out keys of build/test-keys. A program never gets a key twice; programs share them,
 * because a key takes longer to make than most tests to run. Programs are run from the root of the sources,
 * several at once.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

EVP_PKEY *__real_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *library, const char *properties, const char *type, ...);
EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *library, const char *properties, const char *type, ...);

enum { BITS_STEP = 1024, LARGEST = 4 /* steps */ };
static atomic_uint handed_out[LARGEST + 1];

static EVP_PKEY *read_key(const char *path)
{
    FILE *file = fopen(path, "re");
    EVP_PKEY *key = file != NULL ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    if (file != NULL)
        (void)fclose(file);
    return key;
}

/* Whole or not at all. */
static void keep_key(const char *path, EVP_PKEY *key)
{
    char half[80];
    (void)snprintf(half, sizeof half, "%s.%d", path, (int)getpid());
    FILE *file = fopen(half, "we");
    if (file == NULL)
        return;
    bool written = PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;
    if (fclose(file) != 0 || !written || rename(half, path) != 0)
        (void)unlink(half);
}

static EVP_PKEY *shared_rsa(OSSL_LIB_CTX *library, const char *properties, size_t bits)
{
    char path[64];
    if (bits % BITS_STEP != 0 || bits / BITS_STEP > LARGEST)
        return __real_EVP_PKEY_Q_keygen(library, properties, "RSA", bits);
    (void)mkdir("build", 0777);
    (void)mkdir("build/test-keys", 0777);
    unsigned number = atomic_fetch_add(&handed_out[bits / BITS_STEP], 1);
    (void)snprintf(path, sizeof path, "build/test-keys/rsa%zu-%u.pem", bits, number);
    EVP_PKEY *key = read_key(path);
    if (key != NULL)
        return key;
    key = __real_EVP_PKEY_Q_keygen(library, properties, "RSA", bits);
    if (key != NULL)
        keep_key(path, key);
    return key;
}

EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *library, const char *properties, const char *type, ...)
{
    EVP_PKEY *key;
    va_list rest;
    va_start(rest, type);
    if (strcmp(type, "RSA") == 0)
        key = shared_rsa(library, properties, va_arg(rest, size_t));
    else if (strcmp(type, "EC") == 0)
        key = __real_EVP_PKEY_Q_keygen(library, properties, type, va_arg(rest, char *));
    else
        key = __real_EVP_PKEY_Q_keygen(library, properties, type);
    va_end(rest);
    return key;
}
