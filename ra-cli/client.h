/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The API client: HTTPS with the agent's certificate (office) or plain loopback HTTP/HTTPS (public), JSON in
 * and out. Answers that are problem documents become errors and are kept in cli->problem. What changes
 * something carries an Idempotency-Key of its own: sent again after a cut, it is done once.
 */
#ifndef RA_CLI_CLIENT_H
#define RA_CLI_CLIENT_H

#include "pki/base/bytes.h"
#include "ra-cli/cli.h"

/* Once per process, before the first request and after the last. */
RA_MUST_CHECK bool client_start(struct ra_error *error);
void client_stop(void);

/* Closes the connection that requests of this cli keep open, and with it the identity's key in memory. */
void client_disconnect(struct cli *cli);

/* Sends `body` (borrowed; NULL: none) and yields the JSON answer (caller's reference). RA_UNAVAILABLE when
 * the server cannot be reached; the problem's own code otherwise. */
RA_MUST_CHECK bool client_json(struct cli *cli, const char *method, const char *path, const json_t *body,
                               json_t **answer, struct ra_error *error);

/* Sends raw bytes of `media_type`; JSON answer. */
RA_MUST_CHECK bool client_upload(struct cli *cli, const char *path, const char *media_type,
                                 struct bytes content, json_t **answer, struct ra_error *error);

/* GET of bytes (documents) on cli->context. */
RA_MUST_CHECK bool client_download(struct cli *cli, const char *path, struct bytes *content,
                                   struct ra_error *error);

/* GET into a file of the caller's, as it comes; a failure leaves no file behind. */
RA_MUST_CHECK bool client_download_file(struct cli *cli, const char *path, const char *output, size_t *size,
                                        struct ra_error *error);

/* The same, and {"file", "size"} of it. RA_NO_MEMORY where `path` is NULL. */
RA_MUST_CHECK bool client_save(struct cli *cli, const char *path, const char *output, json_t **result,
                               struct ra_error *error);

/* What happens on a stream of server-sent events. */
struct client_stream {
    void *state;
    void (*heard)(void *state);    /* a whole event came, or the stream began */
    bool (*must_end)(void *state); /* asked at least once a second */
};

/* Stays on a text/event-stream until it ends, must_end says so (true), or it fails (false). */
RA_MUST_CHECK bool client_listen(struct cli *cli, const char *path, const struct client_stream *stream,
                                 struct ra_error *error);

/* An order code as people type it, in its one form: upper case, no hyphens or blanks, O as 0, I and L as 1.
 */
const char *client_order_code(struct cli *cli, const char *typed);

/* "/api/office/orders/CODE/suffix" (or the public "/api/orders/…" without an identity), the code
 * percent-encoded. */
const char *client_order_path(struct cli *cli, const char *order, const char *suffix);

/* Percent-encoded for a path or query, on cli->context. */
const char *client_escape(struct cli *cli, const char *text);

/* People read the office's hour (moment.h): asks for its zone until it was told once. Nothing under --json or
 * without an identity; an office that does not say leaves the station's. From one thread of a program. */
void client_office_hour(struct cli *cli);

#endif
