/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What must outlive a command, because an agent or an AC comes in between: the new key of a file that is not
 * made yet, and the token of a renewal's order. Both are files of their owner alone (0600).
 */
#ifndef RA_CLI_KEPT_H
#define RA_CLI_KEPT_H

#include "ra-cli/cli.h"

#include <openssl/evp.h>

enum { KEPT_KEY_BITS = 2048 }; /* RSA: every certificate that may lie in a file has this size */

/* SAIDA.p12 has its key in SAIDA.p12.key until it is made. On cli->context. */
const char *kept_key_path(struct cli *cli, const char *output);

/* The key of that file, or a new one that is on disk, encrypted, before anybody is asked for anything: if the
 * answer is lost, the same command goes on with it. EVP_PKEY_free. */
RA_MUST_CHECK bool kept_key(struct cli *cli, const char *path, char *passphrase, EVP_PKEY **key,
                            struct ra_error *error);

/* The bearer token of a renewal's order, in the file of --order-token, or SAIDA.p12.token, or PEDIDO.token.
 */
RA_MUST_CHECK bool kept_bearer_keep(struct cli *cli, const struct cli_arguments *arguments, const char *order,
                                    const char *bearer, const char **path, struct ra_error *error);

/* Sets cli->bearer for a holder without an identity; nothing where there is no such file. */
RA_MUST_CHECK bool kept_bearer_take(struct cli *cli, const struct cli_arguments *arguments, const char *order,
                                    struct ra_error *error);

#endif
