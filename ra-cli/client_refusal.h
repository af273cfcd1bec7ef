/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the server said no with: a problem document (RFC 9457) becomes an error for people and for programs.
 */
#ifndef RA_CLI_CLIENT_REFUSAL_H
#define RA_CLI_CLIENT_REFUSAL_H

#include "pki/base/bytes.h"
#include "ra-cli/cli.h"

/* `status` is not of the 200s. The document is kept in cli->problem, its fields and the hours that it offers
 * instead in *error; without one there is the status alone. Returns false. */
bool client_refused(struct cli *cli, long status, struct bytes document, struct ra_error *error);

#endif
