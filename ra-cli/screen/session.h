/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model and the transport together, without a face: what both faces do between two keys.
 */
#ifndef RA_CLI_SCREEN_SESSION_H
#define RA_CLI_SCREEN_SESSION_H

#include "ra-cli/screen/model.h"
#include "ra-cli/screen/transport.h"

struct session {
    struct cli *cli;
    struct screen_model *model;
    struct transport *transport;
    bool changed;       /* the server said so, and it was not read again yet */
    int64_t read_at_us; /* when the queue was last asked for because of it */
    bool reading;       /* a question waits for the model's verdict */
};

RA_MUST_CHECK bool session_begin(struct cli *cli, struct session *session, struct ra_error *error);
void session_end(struct session *session);

/* Takes what came, hands out what is wanted. true: something changed on the model. */
bool session_step(struct session *session);

#endif
