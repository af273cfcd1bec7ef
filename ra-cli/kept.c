/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/kept.h"

#include "pki/base/file.h"
#include "pki/trust/pkcs12.h"
#include "ra-cli/client.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <string.h>
#include <unistd.h>

enum { KEY_FILE_MAX = 16384, BEARER_SIZE = 128, SALT_SIZE = 16 };

/* --- the key --- */

const char *kept_key_path(struct cli *cli, const char *output)
{
    const char *path = talloc_asprintf(cli->context, "%s.key", output);
    return path != NULL ? path : output;
}

/* It may lie for days on a disk: protected as the holder's file will be. */
static X509_SIG *seal(EVP_PKEY *key, const char *passphrase)
{
    PKCS8_PRIV_KEY_INFO *bare = EVP_PKEY2PKCS8(key);
    X509_ALGOR *by =
        PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), PKCS12_ITERATIONS, NULL, SALT_SIZE, NULL, NID_hmacWithSHA256);
    X509_SIG *sealed =
        bare != NULL && by != NULL ? PKCS8_set0_pbe(passphrase, (int)strlen(passphrase), bare, by) : NULL;
    if (sealed == NULL)
        X509_ALGOR_free(by);
    PKCS8_PRIV_KEY_INFO_free(bare);
    return sealed;
}

static bool keep_key(const char *path, EVP_PKEY *key, const char *passphrase, struct ra_error *error)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *data = NULL;
    X509_SIG *sealed = seal(key, passphrase);
    bool ok = memory != NULL && sealed != NULL && PEM_write_bio_PKCS8(memory, sealed) == 1;
    long length = ok ? BIO_get_mem_data(memory, &data) : 0;
    ok = length > 0 ? file_write(path, (struct bytes){(const uint8_t *)data, (size_t)length}, 0600, error)
                    : ra_fail_crypto(error, "chave");
    X509_SIG_free(sealed);
    BIO_free(memory);
    return ok;
}

static bool load_key(struct cli *cli, const char *path, char *passphrase, EVP_PKEY **key,
                     struct ra_error *error)
{
    struct bytes file;
    if (!file_read(cli->context, path, KEY_FILE_MAX, &file, error))
        return false;
    BIO *memory = BIO_new_mem_buf(file.data, (int)file.length);
    *key = memory == NULL ? NULL : PEM_read_bio_PrivateKey(memory, NULL, NULL, passphrase);
    BIO_free(memory);
    if (*key == NULL) {
        ra_fail_crypto(error, "chave");
        return ra_fail(error, RA_INVALID, "%s é de uma tentativa anterior e não abre com esta senha", path);
    }
    return true;
}

bool kept_key(struct cli *cli, const char *path, char *passphrase, EVP_PKEY **key, struct ra_error *error)
{
    if (access(path, F_OK) == 0)
        return load_key(cli, path, passphrase, key, error);
    *key = EVP_RSA_gen(KEPT_KEY_BITS);
    if (*key == NULL)
        return ra_fail_crypto(error, "chave");
    return keep_key(path, *key, passphrase, error);
}

/* --- the order's token --- */

static const char *bearer_path(struct cli *cli, const struct cli_arguments *arguments, const char *order)
{
    const char *given = cli_option(arguments, "order-token"), *output = cli_option(arguments, "new-key");
    return given != NULL ? given
                         : talloc_asprintf(cli->context, "%s.token",
                                           output != NULL ? output : client_order_code(cli, order));
}

bool kept_bearer_keep(struct cli *cli, const struct cli_arguments *arguments, const char *order,
                      const char *bearer, const char **path, struct ra_error *error)
{
    *path = bearer_path(cli, arguments, order);
    const char *line = talloc_asprintf(cli->context, "%s\n", bearer);
    return *path == NULL || line == NULL ? ra_fail(error, RA_NO_MEMORY, "token")
                                         : file_write(*path, bytes_of_text(line), 0600, error);
}

bool kept_bearer_take(struct cli *cli, const struct cli_arguments *arguments, const char *order,
                      struct ra_error *error)
{
    char bearer[BEARER_SIZE] = "";
    const char *path = bearer_path(cli, arguments, order);
    if (path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "token");
    if (cli->identity_path != NULL ||
        (access(path, F_OK) != 0 && cli_option(arguments, "order-token") == NULL))
        return true;
    if (!cli_first_line(cli, path, bearer, sizeof bearer, error))
        return false;
    cli->bearer = talloc_strdup(cli->context, bearer);
    return cli->bearer != NULL || ra_fail(error, RA_NO_MEMORY, "token");
}
