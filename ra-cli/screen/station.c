/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The identity and the refusals as the screen's worker needs them.
 */
#include "ra-cli/client.h"
#include "ra-cli/screen/transport_internal.h"
#include "ra-cli/signing.h"

#include <openssl/crypto.h>
#include <string.h>

bool transport_identity(struct cli *cli, struct identity **identity, struct ra_error *error)
{
    return signing_identity(cli, identity, error);
}

void transport_forget(struct cli *cli)
{
    client_disconnect(cli);
    if (cli->passphrase != NULL)
        OPENSSL_clear_free(cli->passphrase, strlen(cli->passphrase));
    cli->passphrase = NULL;
}

const char *transport_problem(struct cli *cli, const struct ra_error *error)
{
    const char *detail = error->detail[0] != '\0' ? error->detail : ra_error_info(error->code)->sentence;
    char *line = talloc_strdup(cli->context, detail);
    for (size_t i = 0; line != NULL && i < error->field_count; i++)
        line = talloc_asprintf_append(line, " · %s: %s", error->fields[i].field, error->fields[i].message);
    return line == NULL ? detail : line;
}
