/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "pkcs11:…" as people write it (RFC 7512), parsed by p11-kit. A URI ends in histories, logs and process
 * lists: one that carries a PIN, or says where a PIN is kept, is refused.
 */
#ifndef PKI_TOKEN_TOKEN_URI_H
#define PKI_TOKEN_TOKEN_URI_H

#include "pki/base/error.h"

#include <stdbool.h>
#include <talloc.h>

enum { TOKEN_URI_MAX = 1024 };

struct token_uri;

/* Whether a text is meant as such a URI; nothing more is looked at. */
bool token_uri_is(const char *text);

/* On `context`. RA_INVALID, reasons "token-uri", "token-uri-pin". */
RA_MUST_CHECK bool token_uri_parse(TALLOC_CTX *context, const char *text, struct token_uri **uri,
                                   struct ra_error *error);

/* The module's file that the URI names; NULL: none. Borrowed. */
const char *token_uri_module(const struct token_uri *uri);

#endif
