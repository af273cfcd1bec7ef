/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the whole program shares while it runs: configuration, clock, and the slots where rooms keep their
 * long-lived state. Built by main before any thread starts and torn down after all have ended; in between the
 * struct itself is constant, and each room guards its own state.
 */
#ifndef RA_SERVER_APP_H
#define RA_SERVER_APP_H

#include "config/config.h"
#include "pki/base/clock.h"

struct events;
struct http_request;
struct jobs;
struct templates;

enum room_id {
    ROOM_CATALOG,
    ROOM_ORDERS,
    ROOM_AGENDA,
    ROOM_DESK,
    ROOM_IDENTIFICATION,
    ROOM_APPROVAL,
    ROOM_ISSUANCE,
    ROOM_AUDIT,
    ROOM_NOTICE,
    ROOM_REPORT,
    ROOM_DOSSIER,
    ROOM_CONSULTATION, /* the bases that the identification room asks */
    ROOM_TERM,
    ROOM_FRAUD,
    ROOM_MEDIA,
    ROOM_DAY,
    ROOM_REVOCATION,
    ROOM_RENEWAL,
    ROOM_COUNT
};

struct ra_app {
    const struct config *config;
    struct ra_clock clock;
    const struct templates *templates; /* http/template.h; also for the texts of mails */
    struct jobs *jobs;                 /* jobs.h: jobs_wake(app->jobs, "name") */
    struct events *events;             /* http/events.h: news for open screens */
    /* Asked after each route's authorize whether the caller may do the operation at all (the authorisation
     * matrix). Without it nothing is served. */
    bool (*permit)(struct http_request *request, struct ra_error *error);
    void *room_state[ROOM_COUNT]; /* what a room's start() made; NULL for rooms without state */
};

#endif
