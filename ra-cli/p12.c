/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "Meu computador diz que a senha está errada": the same key and certificates in the old protection, from the
 * holder's own file, on the holder's own machine.
 */
#include "pki/base/file.h"
#include "pki/trust/pkcs12.h"
#include "ra-cli/commands.h"
#include "ra-cli/terminal.h"

#include <openssl/crypto.h>
#include <string.h>
#include <unistd.h>

/* As it was when the file was made: judged by whether it opens, not by today's rules. */
static bool ask(struct cli *cli, const char *path, char passphrase[PKCS12_PASSPHRASE_MAX + 2],
                struct ra_error *error)
{
    if (path == NULL)
        return terminal_secret("Senha do arquivo .p12: ", passphrase, PKCS12_PASSPHRASE_MAX + 2) ||
               ra_fail(error, RA_INVALID,
                       "sem terminal para perguntar a senha; use --passphrase-file ARQUIVO");
    return cli_first_line(cli, path, passphrase, PKCS12_PASSPHRASE_MAX + 2, error);
}

static bool convert(struct cli *cli, struct bytes file, const char *output, const char *passphrase,
                    struct ra_error *error)
{
    char name[PKCS12_NAME_SIZE];
    struct bytes made = {NULL, 0};
    struct pkcs12_parts parts = {.friendly_name = name};
    if (!pkcs12_read(file, passphrase, &parts.key, &parts.certificate, &parts.chain, error))
        return false;
    bool done = pkcs12_friendly_name(parts.certificate, name, error) &&
                pkcs12_write(cli->context, &parts, PKCS12_COMPATIBLE, passphrase, &made, error) &&
                file_write(output, made, 0600, error) &&
                file_read(cli->context, output, PKCS12_FILE_MAX, &made, error) &&
                pkcs12_opens(made, passphrase, &parts, error);
    EVP_PKEY_free(parts.key);
    X509_free(parts.certificate);
    sk_X509_pop_free(parts.chain, X509_free);
    return done;
}

bool p12_compatible(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    const char *output = arguments->positional[1];
    char passphrase[PKCS12_PASSPHRASE_MAX + 2] = "";
    struct bytes file = {NULL, 0};
    if (access(output, F_OK) == 0)
        return ra_fail(error, RA_CONFLICT, "%s já existe", output);
    bool ok = file_read(cli->context, arguments->positional[0], PKCS12_FILE_MAX, &file, error) &&
              ask(cli, cli_option(arguments, "passphrase-file"), passphrase, error) &&
              convert(cli, file, output, passphrase, error);
    OPENSSL_cleanse(passphrase, sizeof passphrase);
    if (ok)
        *result = json_pack("{s:s}", "file", output);
    return ok && (*result != NULL || ra_fail(error, RA_NO_MEMORY, "json"));
}

void render_p12(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const char *file = json_string_value(json_object_get(result, "file"));
    fputs("Arquivo compatível: ", out);
    terminal_text(out, file == NULL ? "" : file);
    fputs("\nA proteção dele é mais antiga e mais fraca. Use-o só para instalar no programa que recusou a "
          "senha, "
          "apague-o depois e guarde como cópia o arquivo normal.\n",
          out);
}
