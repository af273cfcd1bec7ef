/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Talks to ra-signer over its SOCK_SEQPACKET socket: one JSON object a packet, at most SIGNER_PACKET_MAX
 * bytes; a longer one, of at most SIGNER_MESSAGE_MAX, lies in a sealed file beside its packet
 * (pki/base/long_message.h). Connections are kept and used again; one that the signer closed (it was started
 * anew) is replaced and the request said again, which is safe: what was done is answered again or refused,
 * never done twice.
 *
 * Thread rules: any number of threads.
 */
#ifndef ISSUANCE_SIGNER_CLIENT_H
#define ISSUANCE_SIGNER_CLIENT_H

#include "app.h"
#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <jansson.h>

enum { SIGNER_PACKET_MAX = 131072, SIGNER_MESSAGE_MAX = 16 << 20, SIGNER_ANSWER_SECONDS = 20 };

struct signer_client;

/* Connects nothing yet. `path` is borrowed for life. On `context`; freeing it closes the connections. */
struct signer_client *signer_client_new(TALLOC_CTX *context, const char *path);

/* The program's client; NULL before the issuance room started. */
struct signer_client *signer_client_of(const struct ra_app *app);

/* Carries a sealed message to the AC and brings the answer (on `context`). */
typedef bool signer_carry(void *argument, TALLOC_CTX *context, struct bytes message, struct bytes *answer,
                          struct ra_error *error);

/* Sends `request` (taken) and returns the signer's last word on it, an object with a text "type", whatever it
 * says
 * ("refused" too): a new reference. `carry` may be NULL where the request never leads to the AC.
 * RA_SIGNER_UNAVAILABLE when there is no signer or it does not answer in time. */
RA_MUST_CHECK bool signer_ask(struct signer_client *client, json_t *take_request, signer_carry *carry,
                              void *argument, json_t **answer, struct ra_error *error);

/* The answer's type is the one expected; a refusal becomes the error of its reason (reasons.h), anything else
 * RA_SIGNER_UNAVAILABLE. */
RA_MUST_CHECK bool signer_expect(const json_t *answer, const char *type, struct ra_error *error);

/* Base64 members of answers and requests. */
RA_MUST_CHECK bool signer_bytes(TALLOC_CTX *context, const json_t *object, const char *key,
                                struct bytes *bytes, struct ra_error *error);
json_t *signer_base64(struct bytes bytes); /* new reference; NULL when memory ran out */

/* {"type":"status",…}, new reference. */
RA_MUST_CHECK bool signer_status(struct signer_client *client, json_t **status, struct ra_error *error);

#endif
