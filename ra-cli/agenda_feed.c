/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The secret address at which a calendar program reads the agenda.
 */
#include "ra-cli/client.h"
#include "ra-cli/commands.h"

#include <string.h>

bool agenda_feed(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    const char *act = arguments->positional[0];
    const char *of = cli_flag(arguments, "office") ? "office" : "agent";
    if (strcmp(act, "show") == 0)
        return client_json(cli, "GET", talloc_asprintf(cli->context, "/api/office/agenda/feed?of=%s", of),
                           NULL, result, error);
    if (strcmp(act, "rotate") != 0)
        return ra_fail(error, RA_BAD_REQUEST, "diga show ou rotate");
    json_t *body = json_pack("{s:s}", "of", of);
    bool done = client_json(cli, "POST", "/api/office/agenda/feed", body, result, error);
    json_decref(body);
    return done;
}
