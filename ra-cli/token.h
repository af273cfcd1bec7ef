/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tokens at the counter: finding one, and letting its holder in. PIN and PUK are typed by the holder on the
 * terminal without echo, go to the module and are wiped; `--json`, files and options cannot carry them.
 */
#ifndef RA_CLI_TOKEN_H
#define RA_CLI_TOKEN_H

#include "pki/token/token.h"
#include "ra-cli/cli.h"

/* The token of a URI, by the module of $RA_PKCS11_MODULE, of the URI, or of the machine's p11-kit. On
 * cli->context. */
RA_MUST_CHECK bool cli_token_open(struct cli *cli, const char *uri, enum token_state wanted,
                                  struct token **token, struct ra_error *error);

/* Asks for the PIN until it is right, saying what the token tells of the tries left. Stops after two wrong
 * ones on a token that tells nothing; the last try is never made without a yes typed for it, --yes or not
 * (RA_CONFLICT, reason "token-last-try"). */
RA_MUST_CHECK bool cli_token_login(struct cli *cli, struct token *token, struct ra_error *error);

/* The caller's own identity in a token (--identity pkcs11:…), opened once for TLS and statements. Borrowed
 * from cli. */
RA_MUST_CHECK bool cli_token_identity(struct cli *cli, struct identity **identity, struct ra_error *error);

/* How a case's key is called in its token: "guiche PEDIDO", on cli->context. */
const char *cli_token_label(struct cli *cli, const char *order);

/* The piece in the reader is the one that lies on the desk for this order (office only). RA_CONFLICT, reason
 * "token-other". */
RA_MUST_CHECK bool cli_token_is_attested(struct cli *cli, const char *order, const struct token *token,
                                         struct ra_error *error);

#endif
