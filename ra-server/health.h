/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of /healthz. A room registers parts in its table (rooms.h); each is asked on a worker thread and
 * must answer within a second.
 */
#ifndef RA_SERVER_HEALTH_H
#define RA_SERVER_HEALTH_H

#include "app.h"

#include <jansson.h>
#include <stddef.h>

struct db;

enum health_state {
    HEALTH_OK,
    HEALTH_DEGRADED, /* part of the service does not work; the rest does */
    HEALTH_FAILING,  /* the service does not work: /healthz answers 503 */
};

struct health_part {
    const char *name; /* "signer" */
    /* `detail`: one line for the operator, no personal data; `facts`: an object to add named values to, for
     * machines. Both are shown on loopback only. */
    enum health_state (*check)(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                               size_t detail_size);
};

#endif
