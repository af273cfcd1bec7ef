/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sets of rules that cases are being judged by, in memory: today's, read anew when the day or a row
 * changes, and a few older versions. A case that was signed is judged by the version it was signed under,
 * from its snapshot; an open one by today's.
 *
 * Ownership: a set given stays whole until the request's context is freed, whatever replaces it meanwhile.
 * Thread rules: any thread.
 */
#ifndef IDENTIFICATION_RULES_CACHE_H
#define IDENTIFICATION_RULES_CACHE_H

#include "http/http.h"
#include "identification/ruleset.h"
#include "orders/orders.h"

/* In force today in the office's zone. */
RA_MUST_CHECK bool rules_today(struct http_request *request, const struct ruleset **ruleset,
                               struct ra_error *error);

/* Those that this case is judged by. A version that nobody kept is RA_INTERNAL. */
RA_MUST_CHECK bool rules_of_case(struct http_request *request, const struct order *order,
                                 const struct ruleset **ruleset, struct ra_error *error);

/* Keeps the snapshot of today's set, so that its version can be judged by for ever. */
RA_MUST_CHECK bool rules_keep(struct http_request *request, const struct ruleset *ruleset,
                              struct ra_error *error);

/* Room start, stop, and the job that notices changed rows. */
RA_MUST_CHECK bool rules_cache_start(struct ra_app *app, struct db *db, struct ra_error *error);
void rules_cache_stop(struct ra_app *app);
struct job_run;
RA_MUST_CHECK bool rules_cache_refresh(struct job_run *run, struct ra_error *error);

#endif
