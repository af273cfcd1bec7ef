/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an agent does with a case that cannot go on: gives it back to be corrected, or signs its refusal.
 */
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/signing.h"

#include <string.h>

/* "ITEM=MOTIVO" or "ITEM@PESSOA=MOTIVO". */
static json_t *item_to_correct(struct cli *cli, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return NULL;
    char *item = talloc_strndup(cli->context, text, (size_t)(equals - text));
    char *person = item == NULL ? NULL : strchr(item, '@');
    if (person != NULL)
        *person++ = '\0';
    return json_pack("{s:s,s:s,s:s}", "item", item, "person", person == NULL ? "" : person, "reason",
                     equals + 1);
}

static bool items_to_correct(struct cli *cli, const struct cli_arguments *arguments, json_t *body,
                             struct ra_error *error)
{
    json_t *items = json_array();
    for (size_t i = 0; cli_option_at(arguments, "item", i) != NULL; i++) {
        json_t *item = item_to_correct(cli, cli_option_at(arguments, "item", i));
        if (json_array_append_new(items, item) != 0) {
            json_decref(items);
            return ra_fail(error, RA_INVALID,
                           "escreva o item a corrigir como ITEM=MOTIVO ou ITEM@PESSOA=MOTIVO");
        }
    }
    return json_object_set_new(body, "items", items) == 0 || ra_fail(error, RA_NO_MEMORY, "json");
}

bool approval_return(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error)
{
    json_t *body = json_pack("{s:s}", "reason", cli_option(arguments, "reason"));
    if (body == NULL)
        return ra_fail(error, RA_INVALID, "o motivo não é texto válido");
    if (!items_to_correct(cli, arguments, body, error)) {
        json_decref(body);
        return false;
    }
    bool ok = client_json(cli, "POST", client_order_path(cli, arguments->positional[0], "/return"), body,
                          result, error);
    json_decref(body);
    return ok;
}

bool approval_refuse(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error)
{
    const char *order = arguments->positional[0];
    json_t *facts = NULL;
    struct statement statement = {0};
    struct identity *identity = NULL;
    struct bytes cms;
    bool ok = client_json(cli, "GET", client_order_path(cli, order, "/signing"), NULL, &facts, error) &&
              signing_head(cli, facts, STATEMENT_REFUSAL, SIGNING_LIFE_S, &statement, error);
    statement.refusal.reason = cli_option(arguments, "reason");
    ok = ok && signing_identity(cli, &identity, error) &&
         signing_sign(cli, identity, &statement, (struct bytes){NULL, 0}, STATEMENT_REFUSAL, &cms, error) &&
         signing_post(cli, client_order_path(cli, order, "/refusal"), cms, result, error);
    json_decref(facts);
    return ok;
}
