/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The visit: each verb of the counter is one POST.
 */
#include "ra-cli/client.h"
#include "ra-cli/commands.h"

static bool act(struct cli *cli, const char *order, const char *verb, json_t **result, struct ra_error *error)
{
    return client_json(cli, "POST", client_order_path(cli, order, verb), NULL, result, error);
}

bool counter_checkin(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error)
{
    const char *priority = cli_option(arguments, "priority");
    const char *person = cli_option(arguments, "person");
    json_t *body = json_pack("{s:b,s:s,s:s}", "walk_in", cli_flag(arguments, "walk-in") ? 1 : 0, "priority",
                             priority == NULL ? "" : priority, "person", person == NULL ? "" : person);
    if (body == NULL)
        return ra_fail(error, RA_NO_MEMORY, "json");
    bool ok = client_json(cli, "POST", client_order_path(cli, arguments->positional[0], "/checkin"), body,
                          result, error);
    json_decref(body);
    return ok;
}

bool counter_call(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    if (arguments->positional_count == 0)
        return client_json(cli, "POST", "/api/office/call", NULL, result, error);
    return act(cli, arguments->positional[0], "/call", result, error);
}

bool counter_park(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    return act(cli, arguments->positional[0], "/park", result, error);
}

bool counter_noshow(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    return act(cli, arguments->positional[0], "/noshow", result, error);
}

bool counter_finish(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    return act(cli, arguments->positional[0], "/finish", result, error);
}

bool counter_undo(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    return act(cli, arguments->positional[0], "/undo", result, error);
}
