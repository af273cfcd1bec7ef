/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pass phrase of a protected identity: TLS and signatures need the same one, and people type it once.
 */
#include "pki/base/file.h"
#include "ra-cli/cli.h"
#include "ra-cli/terminal.h"

#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

enum { IDENTITY_FILE_LIMIT = 262144 };

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcasecmp(text + length - tail, end) == 0;
}

bool cli_identity_is_protected(const struct cli *cli)
{
    struct ra_error error = {0};
    struct bytes file;
    if (ends_with(cli->identity_path, ".p12") || ends_with(cli->identity_path, ".pfx"))
        return true;
    TALLOC_CTX *context = talloc_new(NULL);
    bool protected = file_read(context, cli->identity_path, IDENTITY_FILE_LIMIT, &file, &error) &&
                     memmem(file.data, file.length, "ENCRYPTED", 9) != NULL;
    talloc_free(context);
    return protected;
}

bool cli_identity_passphrase(struct cli *cli, char *buffer, size_t size)
{
    if (cli->passphrase == NULL) {
        char typed[CLI_PASSPHRASE_SIZE] = "";
        bool read = terminal_secret("Senha da identidade: ", typed, sizeof typed);
        cli->passphrase = read ? OPENSSL_strdup(typed) : NULL;
        OPENSSL_cleanse(typed, sizeof typed);
    }
    if (cli->passphrase == NULL || strlen(cli->passphrase) >= size)
        return false;
    memcpy(buffer, cli->passphrase, strlen(cli->passphrase) + 1);
    return true;
}
