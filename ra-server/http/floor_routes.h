/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the floor itself serves: /healthz, /metrics, /openapi.json, and the job that forgets old idempotency
 * keys.
 */
#ifndef HTTP_FLOOR_ROUTES_H
#define HTTP_FLOOR_ROUTES_H

#include "health.h"
#include "http/router.h"
#include "jobs.h"

extern const struct http_route floor_routes[];
extern const size_t floor_route_count;

extern const struct job floor_sweep_job;

/* The parts that /healthz asks besides the database; the array is borrowed. Before the server starts. */
void floor_set_health_parts(const struct health_part *const *parts, size_t count);

/* The documents that /openapi.json serves; takes the references. NULL frees them. */
void floor_set_openapi(json_t *take_public, json_t *take_office);

#endif
