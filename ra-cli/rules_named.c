/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Products and retention: policies under names of their own. What is read and proposed is what `admin rules`
 * reads and proposes, so that there is one way to change them (docs/decisions/0051).
 */
#include "ra-cli/commands.h"

#include <string.h>

static bool keep_keys(const char *prefix, json_t *result)
{
    json_t *rows = json_object_get(result, "rows");
    for (size_t at = json_array_size(rows); at-- > 0;) {
        const char *key = json_string_value(json_object_get(json_array_get(rows, at), "key"));
        if (key == NULL || strncmp(key, prefix, strlen(prefix)) != 0)
            json_array_remove(rows, at);
    }
    return true;
}

bool products_list(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    return rules_list(cli, arguments, result, error) && keep_keys("product_", *result);
}

bool retention_list(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                    struct ra_error *error)
{
    return rules_list(cli, arguments, result, error) && keep_keys("retention_", *result);
}

/* As rules_propose, of `key` and `value`. */
static bool propose(struct cli *cli, const struct cli_arguments *arguments, const char *key,
                    const char *value, json_t **result, struct ra_error *error)
{
    struct cli_arguments named = *arguments;
    if (key == NULL)
        return ra_fail(error, RA_NO_MEMORY, "key");
    named.positional[0] = key;
    named.positional[1] = value;
    named.positional_count = 2;
    return rules_propose(cli, &named, result, error);
}

bool products_propose(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                      struct ra_error *error)
{
    const char *what = arguments->positional[1];
    if (strcmp(what, "price_cents") != 0 && strcmp(what, "on_sale") != 0)
        return ra_fail(error, RA_INVALID,
                       "de um produto mudam price_cents (centavos) e on_sale (true ou false)");
    char *key = talloc_asprintf(cli->context, "product_%s_%s", what, arguments->positional[0]);
    for (char *at = key; at != NULL && *at != '\0'; at++)
        if (*at == '-')
            *at = '_';
    return propose(cli, arguments, key, arguments->positional[2], result, error);
}

bool retention_propose(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                       struct ra_error *error)
{
    const char *what = arguments->positional[0];
    if (strcmp(what, "dossier") != 0 && strcmp(what, "audit") != 0)
        return ra_fail(error, RA_INVALID, "a guarda é de dossier ou de audit, em anos");
    return propose(cli, arguments, talloc_asprintf(cli->context, "retention_%s_years", what),
                   arguments->positional[1], result, error);
}
