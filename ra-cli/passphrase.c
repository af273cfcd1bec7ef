/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pass phrases: of a protected identity, which TLS and signatures both need and people type once; and of a
 * new file.
 */
#include "pki/base/file.h"
#include "pki/trust/pkcs12.h"
#include "pki/trust/secret_file.h"
#include "ra-cli/cli.h"
#include "ra-cli/terminal.h"

#include <openssl/crypto.h>
#include <stdio.h>
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
        bool read = cli->host != NULL ? cli->host->secret(cli->host->state, typed, sizeof typed)
                                      : terminal_secret("Senha da identidade: ", typed, sizeof typed);
        cli->passphrase = read ? OPENSSL_strdup(typed) : NULL;
        OPENSSL_cleanse(typed, sizeof typed);
    }
    if (cli->passphrase == NULL || strlen(cli->passphrase) >= size)
        return false;
    memcpy(buffer, cli->passphrase, strlen(cli->passphrase) + 1);
    return true;
}

/* Shown on the terminal alone, never on stdout: to be written down, and typed once. */
static bool suggest(char *passphrase, size_t size, struct ra_error *error)
{
    char made[PKCS12_SUGGESTED_SIZE];
    if (size < sizeof made || !pkcs12_suggest_passphrase(made, error))
        return false;
    FILE *terminal = fopen("/dev/tty", "we");
    if (terminal != NULL) {
        fprintf(terminal, "Senha sugerida, para anotar: %s\n", made);
        fclose(terminal);
        memcpy(passphrase, made, sizeof made);
    }
    OPENSSL_cleanse(made, sizeof made);
    return terminal != NULL || ra_fail_errno(error, "/dev/tty");
}

bool cli_first_line(struct cli *cli, const char *path, char *buffer, size_t size, struct ra_error *error)
{
    TALLOC_CTX *memory = talloc_new(cli->context);
    struct bytes file;
    bool ok = secret_file_read(memory, path, 4 * size, &file, error);
    size_t length = ok ? strcspn((const char *)file.data, "\r\n") : 0;
    if (ok && length >= size)
        ok = ra_fail(error, RA_INVALID, "a primeira linha de %s é longa demais", path);
    if (ok) {
        memcpy(buffer, file.data, length);
        buffer[length] = '\0';
    }
    talloc_free(memory);
    return ok;
}

bool cli_new_passphrase(struct cli *cli, const char *path, char *passphrase, size_t size,
                        struct ra_error *error)
{
    if (path != NULL)
        return cli_first_line(cli, path, passphrase, size, error) &&
               pkcs12_check_passphrase(passphrase, error);
    char again[PKCS12_PASSPHRASE_MAX + 2] = "";
    bool ok =
        terminal_secret("Senha do arquivo .p12 (8 ou mais caracteres; Enter sugere uma): ", passphrase, size);
    if (ok && passphrase[0] == '\0' && !suggest(passphrase, size, error))
        return false;
    ok = ok && terminal_secret("Repita a senha: ", again, sizeof again);
    if (!ok)
        ra_fail(error, RA_INVALID, "sem terminal para perguntar a senha; use --passphrase-file ARQUIVO");
    else if (strcmp(passphrase, again) != 0)
        ok = ra_fail(error, RA_INVALID, "as senhas não são iguais");
    OPENSSL_cleanse(again, sizeof again);
    return ok && pkcs12_check_passphrase(passphrase, error);
}
