/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of rooms. Each room declares one constant `struct room <name>_room` (in <name>/<name>.h) and has
 * one line in rooms.c; main takes routes, jobs and health parts from here and knows no room by name.
 */
#ifndef RA_SERVER_ROOMS_H
#define RA_SERVER_ROOMS_H

#include "app.h"
#include "health.h"
#include "http/http.h"
#include "jobs.h"

struct room {
    const char *name;
    enum room_id id;
    const struct http_route *routes;
    size_t route_count;
    const struct job *jobs;
    size_t job_count;
    const struct health_part *health;
    size_t health_count;

    /* Both may be NULL. start runs once, in table order, before the listeners open: it may read the database
     * and store its state in app->room_state[id]; false stops the program with the error. stop runs in
     * reverse order after every worker and job has ended. */
    bool (*start)(struct ra_app *app, struct db *db, struct ra_error *error);
    void (*stop)(struct ra_app *app);
};

/* Ends with NULL. */
extern const struct room *const rooms[];

#endif
