/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the terminal to the page of a case: its address, and the agent's certificate as browsers import it.
 */
#include "pki/base/file.h"
#include "pki/token/token_uri.h"
#include "pki/trust/pkcs12.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/signing.h"

#include <openssl/crypto.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

static bool has_display(void)
{
    const char *x11 = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    return (x11 != NULL && x11[0] != '\0') || (wayland != NULL && wayland[0] != '\0');
}

/* xdg-open hands the address on and ends; its noise does not belong in our answer. */
static bool open_browser(const char *address)
{
    char *arguments[] = {(char *)(uintptr_t) "xdg-open", (char *)(uintptr_t)address, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    if (!has_display() || posix_spawn_file_actions_init(&actions) != 0)
        return false;
    bool ok = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO) == 0 &&
              posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    return ok;
}

bool office_open(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    const char *code = client_escape(cli, client_order_code(cli, arguments->positional[0]));
    const char *address = talloc_asprintf(cli->context, "%s/caso/%s", cli->server, code);
    if (address == NULL)
        return ra_fail(error, RA_NO_MEMORY, "open");
    const bool opened = cli_flag(arguments, "browser") && open_browser(address);
    *result = json_pack("{s:s,s:b}", "address", address, "opened", opened);
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

void render_open(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    fprintf(out, "%s\n", json_string_value(json_object_get(result, "address")));
}

bool identity_export(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error)
{
    const char *output = arguments->positional[0];
    struct identity *identity = NULL;
    char name[PKCS12_NAME_SIZE];
    struct bytes file;
    char passphrase[PKCS12_PASSPHRASE_MAX + 2] = "";
    if (access(output, F_OK) == 0)
        return ra_fail(error, RA_CONFLICT, "%s já existe", output);
    if (token_uri_is(cli->identity_path))
        return ra_fail_reason(error, RA_INVALID, "token-identity",
                              "A chave desta identidade está num token, e não sai dele.");
    bool ok = signing_identity(cli, &identity, error) &&
              pkcs12_friendly_name(identity_certificate(identity), name, error) &&
              cli_new_passphrase(cli, cli_option(arguments, "passphrase-file"), passphrase, sizeof passphrase,
                                 error);
    if (ok) {
        const struct pkcs12_parts parts = {.key = identity_key(identity),
                                           .certificate = identity_certificate(identity),
                                           .chain = identity_chain(identity),
                                           .friendly_name = name};
        ok = pkcs12_write(cli->context, &parts, PKCS12_AES, passphrase, &file, error) &&
             file_write(output, file, 0600, error);
    }
    OPENSSL_cleanse(passphrase, sizeof passphrase);
    if (ok)
        *result = json_pack("{s:s}", "file", output);
    return ok && (*result != NULL || ra_fail(error, RA_NO_MEMORY, "json"));
}
