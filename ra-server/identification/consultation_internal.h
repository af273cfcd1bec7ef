/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the consultation files of the identification room share.
 */
#ifndef IDENTIFICATION_CONSULTATION_INTERNAL_H
#define IDENTIFICATION_CONSULTATION_INTERNAL_H

#include "db/db.h"
#include "identification/consultation_base.h"
#include "identification/consultation_carrier.h"
#include "jobs.h"
#include "orders/orders.h"

#include <pthread.h>

/* A row of consultation_request. Texts hang on the same context as the struct. */
struct consultation_request {
    const char *id;
    int64_t order_id;
    enum consultation_kind kind;
    const char *person_id;                        /* "": the company */
    const char *registration, *form_number, *via; /* as read off the licence; "" */
    int attempts;
    enum consultation_reason last_failure;
    const char *agent, *station;
    unsigned era; /* of the breaker, once it is sent */
};

/* --- state of the bases (consultation_bases.c) --- */

/* How a base stands, as requests and /healthz see it. */
struct consultation_status {
    enum consultation_driver driver;
    int64_t since_us;  /* instance clock: these settings hold since then; 0 never changed */
    char problem[320]; /* of a BROKEN file */
    enum breaker_state breaker;
    size_t under_way;
};

/* One base. All but `status` belongs to the thread of its job. */
struct consultation_asker {
    enum consultation_kind kind;
    enum consultation_driver driver;
    struct consultation_base *base; /* HTTP alone */
    struct consultation_carrier *carrier;
    struct breaker breaker;
    bool released; /* what an earlier program left under way is due again */
    int64_t since_us;
    int64_t read_at_us;  /* monotonic: the file was last read */
    int64_t retry_at_us; /* monotonic: somebody is asked again then; 0 nobody */
    char problem[320];
};

RA_MUST_CHECK bool consultation_bases_start(struct ra_app *app, struct db *db, struct ra_error *error);
void consultation_bases_stop(struct ra_app *app);

struct consultation_asker *consultation_asker_of(const struct ra_app *app, enum consultation_kind kind);

/* Reads the file again when that was not done for a while. Changed settings start with a closed breaker. */
void consultation_refresh(const struct ra_app *app, struct consultation_asker *asker);

/* Publishes how the base stands. By its job alone. */
void consultation_publish(struct ra_app *app, const struct consultation_asker *asker);

/* From any thread. */
struct consultation_status consultation_status_of(const struct ra_app *app, enum consultation_kind kind);

/* CLOCK_MONOTONIC in microseconds: pauses and time limits, not the time of day. */
int64_t consultation_monotonic_us(void);

/* --- what is asked and what came of it (consultation_record.c) --- */

/* The question as the order stands now; strings borrowed from both. RA_NOT_FOUND when the person is no longer
 * of the case. */
RA_MUST_CHECK bool consultation_question(const struct consultation_request *asked, const struct order *order,
                                         struct consultation_question *question, struct ra_error *error);

/* What the job has in hand at the end of one question. */
struct consultation_ending {
    const struct consultation_request *asked;
    const char *base;                 /* its name */
    enum consultation_reason failure; /* NONE: `answer` is to be judged */
    struct bytes answer;              /* kept as evidence when not empty */
    int64_t fresh_us;
};

/* Judges and records in one transaction of its own. *reason is what the base is to be held for (NONE: it
 * answered). A question that has ended already changes nothing. */
RA_MUST_CHECK bool consultation_record(struct job_run *run, const struct consultation_ending *ending,
                                       enum consultation_reason *reason, struct ra_error *error);

/* --- jobs (consultation_jobs.c) --- */

extern const struct job consultation_jobs[CONSULTATION_KIND_COUNT];

#endif
