/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The revocation room's own statements of SQL, and what its files share. No other room includes this.
 */
#ifndef REVOCATION_REVOCATION_STORE_H
#define REVOCATION_REVOCATION_STORE_H

#include "db/db.h"
#include "jobs.h"
#include "revocation/revocation.h"
#include "revocation/revocation_rules.h"

/* One clock that runs; texts on the context that read it. */
struct revocation_ticket {
    int64_t id;
    int64_t order_id;
    int64_t attempt;
    const char *serial;
    bool by_authority;
    bool executed;
    int64_t looks;
};

/* The holder's word as it is kept; bytes on the context that read it. */
struct revocation_word {
    int64_t id;
    enum holder_revocation_kind kind;
    int64_t reason;
    int64_t issued_at; /* Unix seconds */
    struct bytes signature;
    struct bytes responsible; /* DER; empty but for the responsible person's */
};

RA_MUST_CHECK bool revocation_store_words(struct db *db, TALLOC_CTX *context, int64_t order_id,
                                          int64_t attempt, struct revocation_word **words, size_t *count,
                                          struct ra_error *error);

/* `*added` false: it was said before. */
RA_MUST_CHECK bool revocation_store_add_word(struct db *db, int64_t order_id, int64_t attempt,
                                             const struct revocation_word *word, int64_t now_us, bool *added,
                                             struct ra_error *error);

/* Empty bytes where no password was chosen. */
RA_MUST_CHECK bool revocation_store_key(struct db *db, TALLOC_CTX *context, int64_t order_id, int64_t attempt,
                                        struct revocation_key *key, struct ra_error *error);

RA_MUST_CHECK bool revocation_limits_now(struct ra_app *app, int64_t now_us, struct revocation_limits *limits,
                                         struct ra_error *error);

/* --- the job's parts --- */

/* What the AC's CRL says of the serial; the rest only where it was seen. `crl` on the run's context. */
struct revocation_sight {
    bool seen;
    struct bytes crl;
    int reason;
};

/* Looks for the serial in the AC's CRL. (revocation_watch.c) */
RA_MUST_CHECK bool revocation_watch(struct job_run *run, const struct revocation_ticket *ticket,
                                    struct revocation_sight *sight, struct ra_error *error);

/* Writes the end into the open transaction: CRL and term in the dossier, states, event, notice.
 * (revocation_paper.c) */
RA_MUST_CHECK bool revocation_close(struct job_run *run, const struct revocation_ticket *ticket,
                                    struct bytes crl, struct ra_error *error);

/* Marks and tells what grew late, and counts for the metrics. (revocation_clock.c) */
RA_MUST_CHECK bool revocation_clocks(struct job_run *run, struct ra_error *error);

bool revocation_run(struct job_run *run, struct ra_error *error); /* revocation_job.c */

/* --- routes --- */

http_handler revocation_word_post;  /* revocation_word.c */
http_handler revocation_order_post; /* revocation_routes.c */
http_handler revocation_list_get;   /* revocation_clock.c */

/* For /healthz (revocation_clock.c). */
enum health_state revocation_health(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                    size_t detail_size);

#endif
