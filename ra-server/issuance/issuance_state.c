/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/issuance_state.h"

#include "issuance/ac_carrier.h"
#include "issuance/certificate_out.h"
#include "issuance/emission_page.h"
#include "issuance/issue.h"
#include "issuance/mail_half.h"
#include "issuance/signer_client.h"
#include "log.h"
#include "notice/notice.h"
#include "orders/orders.h"

#include <stdatomic.h>
#include <string.h>

struct issuance_state {
    struct signer_client *signer;
    struct ac_carrier *carrier;
    struct inflight *inflight;
    X509_STORE *anchors;
    struct weak_key_list *weak_keys;  /* NULL: the office has no list */
    _Atomic int64_t patient_after_us; /* old requests are asked about from here on */
};

static struct issuance_state *state_of(const struct ra_app *app)
{
    return app->room_state[ROOM_ISSUANCE];
}

static int state_destructor(struct issuance_state *state)
{
    X509_STORE_free(state->anchors);
    return 0;
}

bool issuance_state_start(struct ra_app *app, struct db *db, struct ra_error *error)
{
    struct issuance_state *state = talloc_zero(NULL, struct issuance_state);
    if (state == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "issuance room");
    }
    talloc_set_destructor(state, state_destructor);
    app->room_state[ROOM_ISSUANCE] = state;
    state->signer = signer_client_new(state, app->config->signer_socket);
    state->inflight = inflight_new(state);
    if (state->signer == NULL || state->inflight == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "issuance room");
    }
    notice_set_secret_provider(mail_half_open);
    const struct ac_address address = {app->config->ac_url, app->config->ac_tls_ca,
                                       app->config->ac_tls_identity, app->config->ac_seconds};
    return ac_carrier_new(state, &address, app->config->production, &state->carrier, error) &&
           certificate_anchors(app->config->ac_anchors, &state->anchors, error) &&
           weak_key_list_load_if_there(state, app->config->weak_keys, &state->weak_keys, error) &&
           emission_page_record(app, db, error);
}

void issuance_state_stop(struct ra_app *app)
{
    talloc_free(app->room_state[ROOM_ISSUANCE]);
    app->room_state[ROOM_ISSUANCE] = NULL;
}

struct signer_client *signer_client_of(const struct ra_app *app)
{
    return state_of(app) != NULL ? state_of(app)->signer : NULL;
}

struct ac_carrier *ac_carrier_of(const struct ra_app *app)
{
    return state_of(app) != NULL ? state_of(app)->carrier : NULL;
}

struct inflight *issuance_inflight(const struct ra_app *app)
{
    return state_of(app)->inflight;
}

X509_STORE *issuance_anchors(const struct ra_app *app)
{
    return state_of(app)->anchors;
}

const struct weak_key_list *issuance_weak_keys(const struct ra_app *app)
{
    return state_of(app)->weak_keys;
}

/* --- resuming --- */

/* A young request is asked about at each run, an old one at every tenth or so: an AC that is away for a day
 * need not hear from us each time. */
static const int64_t young_us = 60000000;
static const int64_t patience_us = 30000000;

static bool is_due(struct issuance_state *state, const struct issuance_row *row, int64_t now_us)
{
    return now_us - row->requested_us < young_us || now_us >= atomic_load(&state->patient_after_us);
}

static bool is_open(const struct issuance_row *row)
{
    return strcmp(row->state, "intent") == 0 || strcmp(row->state, "sent") == 0 ||
           strcmp(row->state, "unknown") == 0;
}

static bool resume_one(struct job_run *run, int64_t order_id, int64_t attempt, struct ra_error *error)
{
    struct order *order = NULL;
    struct issuance_row row;
    struct issue_outcome outcome;
    if (!orders_load_by_id(run->context, run->db, order_id, false, &order, error) ||
        !issuance_store_find(run->db, run->context, order_id, attempt, &row, error)) {
        return false;
    }
    if (!is_open(&row) || !is_due(state_of(run->app), &row, run->now_us)) {
        return true;
    }
    const struct issue_case issue = {
        .app = run->app,
        .db = run->db,
        .context = run->context,
        .order = order,
        .attempt = attempt,
    };
    if (issue_run(&issue, &row, &outcome, error)) {
        return true;
    }
    return error->code != RA_SIGNER_UNAVAILABLE && error->code != RA_DATABASE;
}

bool issuance_resume_run(struct job_run *run, struct ra_error *error)
{
    struct issuance_state *state = state_of(run->app);
    const int64_t just_now_us = 2000000; /* whoever asked is still at it */
    struct db_rows *rows = NULL;
    if (!issuance_store_unresolved(run->db, run->context, run->now_us - just_now_us, run->now_us, &rows,
                                   error)) {
        return false;
    }
    bool well = true;
    for (size_t row = 0; well && row < db_row_count(rows) && !jobs_stopping(run->app->jobs); row++) {
        int64_t order_id = row_int(rows, row, "order_id");
        if (!inflight_take(state->inflight, order_id, 0)) {
            continue;
        }
        struct ra_error cause = {0};
        well = resume_one(run, order_id, row_int(rows, row, "attempt"), &cause);
        inflight_release(state->inflight, order_id);
        if (cause.code != RA_OK) {
            log_error("resume-refused", "issuance", &cause);
        }
    }
    if (run->now_us >= atomic_load(&state->patient_after_us)) {
        atomic_store(&state->patient_after_us, run->now_us + patience_us);
    }
    return true;
}
