/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One request before it goes: its address and headers, and the identity that signs the handshake. What
 * client.c and client_events.c share.
 */
#ifndef RA_CLI_CLIENT_REQUEST_H
#define RA_CLI_CLIENT_REQUEST_H

#include "pki/base/bytes.h"
#include "ra-cli/cli.h"

#include <curl/curl.h>

enum { CLIENT_KEY_SIZE = 33 };

/* It may be sent more than once. Everything is borrowed until it was answered. */
struct client_request {
    const char *method, *path;
    const char *media_type; /* of the body; NULL without one */
    const char *accepts;    /* a media type asked for before JSON; NULL: JSON alone */
    struct bytes body;
    char key[CLIENT_KEY_SIZE]; /* Idempotency-Key; "" for what changes nothing */
};

/* Makes `handle`, fresh or reset, ready for the request, but for what becomes of the answer. `headers` are
 * the caller's to free once it was sent, also on failure. false: libcurl did not take it. */
RA_MUST_CHECK bool client_request_set(struct cli *cli, CURL *handle, const struct client_request *request,
                                      struct curl_slist **headers);

#endif
