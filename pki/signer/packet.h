/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages over the signer's socket: one SOCK_SEQPACKET packet is one JSON object of at most PACKET_MAX
 * bytes; a longer one, of at most PACKET_LONG_MAX, comes in a sealed file beside it (long_message.h), since
 * the lists of revoked certificates of a large AC have megabytes. Duplicate members, NUL, bad UTF-8 and deep
 * nesting are refused by the parser.
 */
#ifndef PKI_SIGNER_PACKET_H
#define PKI_SIGNER_PACKET_H

#include "pki/base/error.h"

#include <jansson.h>

enum { PACKET_MAX = 128 << 10, PACKET_LONG_MAX = 16 << 20 };

enum packet_result {
    PACKET_MESSAGE,
    PACKET_MALFORMED, /* too long, or no strict JSON object: error set */
    PACKET_CLOSED,    /* the peer left, kept silent for too long, or the socket failed */
};

/* Room for whole packets and a limit on silence, for one connected socket. */
RA_MUST_CHECK bool packet_prepare(int socket, struct ra_error *error);

/* Waits up to `seconds` for one message. *message is the caller's to json_decref. */
RA_MUST_CHECK enum packet_result packet_receive(int socket, int seconds, json_t **message,
                                                struct ra_error *error);

/* Sends one message; takes the reference. A NULL message (json_pack ran out of memory) fails. */
RA_MUST_CHECK bool packet_send(int socket, json_t *message, struct ra_error *error);

#endif
