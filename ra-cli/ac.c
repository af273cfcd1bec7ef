/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An AC with a portal: what waits for it, the PKCS#10 to take there, the file it gave.
 */
#include "pki/base/file.h"
#include "pki/certificate/bundle.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/terminal.h"

#include <string.h>

bool ac_pending(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    (void)arguments;
    return client_json(cli, "GET", "/api/office/ac/pending", NULL, result, error);
}

void render_ac_pending(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    size_t index;
    json_t *one;
    const json_t *items = json_object_get(result, "items");
    if (json_array_size(items) == 0)
        fputs("Nada espera pela AC.\n", out);
    json_array_foreach(items, index, one)
    {
        terminal_column(out, text(one, "order"), 14);
        terminal_column(out, text(one, "since"), 28);
        terminal_text(out, text(one, "product"));
        fputc('\n', out);
    }
}

bool ac_request(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    const char *path = client_order_path(cli, arguments->positional[0], "/ac-request");
    return client_save(cli, path, cli_option(arguments, "o"), result, error);
}

bool ac_answer(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
               struct ra_error *error)
{
    struct bytes file;
    if (!file_read(cli->context, arguments->positional[0], BUNDLE_MAX, &file, error))
        return false;
    const char *encoded = base64_encode(cli->context, file);
    if (encoded == NULL)
        return ra_fail(error, RA_NO_MEMORY, "base64");
    json_t *body = json_pack("{s:s}", "file", encoded);
    bool done = client_json(cli, "POST", "/api/office/ac/answers", body, result, error);
    json_decref(body);
    return done;
}

void render_ac_answer(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    size_t index;
    json_t *one;
    json_array_foreach(json_object_get(result, "items"), index, one)
    {
        const char *state = text(one, "state");
        terminal_column(out, text(one, "order"), 14);
        fputs(strcmp(state, "issued") == 0 ? "emitido" : "não aceito: ", out);
        if (strcmp(state, "issued") != 0)
            terminal_text(out, text(one, "reason")[0] != '\0' ? text(one, "reason") : state);
        fputc('\n', out);
    }
}
