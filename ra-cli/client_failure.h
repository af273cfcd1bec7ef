/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Why a request did not reach the server, in Portuguese.
 */
#ifndef RA_CLI_CLIENT_FAILURE_H
#define RA_CLI_CLIENT_FAILURE_H

#include "ra-cli/cli.h"

/* `code` is a CURLcode that is not CURLE_OK. RA_UNAVAILABLE; where the identity or --ca is no such file, as
 * ra_fail_file says what cannot be read. Returns false. */
bool client_failed(const struct cli *cli, int code, struct ra_error *error);

#endif
