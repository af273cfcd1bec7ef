/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The auditor: exports, their verification without a server, proofs of single cases.
 */
#include "pki/base/file.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"

static bool save(const char *output, struct bytes content, json_t **result, struct ra_error *error)
{
    if (!file_write(output, content, 0600, error))
        return false;
    *result = json_pack("{s:s,s:I}", "file", output, "size", (json_int_t)content.length);
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

bool audit_export(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    const char *format = cli_option(arguments, "format");
    const char *path = talloc_asprintf(cli->context, "/api/office/audit/export?from=%s&to=%s&format=%s",
                                       client_escape(cli, cli_option(arguments, "from")),
                                       client_escape(cli, cli_option(arguments, "to")),
                                       format == NULL ? "jsonl" : client_escape(cli, format));
    struct bytes content;
    return client_download(cli, path, &content, error) &&
           save(cli_option(arguments, "o"), content, result, error);
}

bool audit_prove(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    const char *path = talloc_asprintf(cli->context, "/api/office/audit/prove/%s",
                                       client_escape(cli, client_order_code(cli, arguments->positional[0])));
    struct bytes content;
    return client_download(cli, path, &content, error) &&
           save(cli_option(arguments, "o"), content, result, error);
}
