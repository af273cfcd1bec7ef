/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The clocks of the revocations that are not done (rules 3.10): aimed at an hour, alarm, the norm's limit.
 */
#include "app.h"
#include "audit/audit.h"
#include "instant.h"
#include "log.h"
#include "metrics.h"
#include "notice/alarm.h"
#include "notice/notice.h"
#include "revocation/revocation_store.h"

#include <inttypes.h>
#include <stdio.h>

static void gauge(enum metric metric, int64_t value)
{
    metric_add(metric, value - metric_value(metric));
}

static enum log_level level_of(enum revocation_lateness lateness)
{
    return lateness >= REVOCATION_ALARM ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING;
}

static bool raise_alarm(struct job_run *run, const struct db_rows *rows, size_t row,
                        enum revocation_lateness lateness, struct ra_error *error)
{
    const char *serial = row_text(rows, row, "serial");
    const struct alarm alarm = {
        .code = "revocation-late",
        .about = talloc_asprintf(run->context, "%s/%s", serial, revocation_lateness_word(lateness)),
        .title = lateness == REVOCATION_PAST_LIMIT ? "uma revogação passou do prazo da norma"
                                                   : "uma revogação está demorando",
        .text = "O certificado ainda não está na LCR da AC. Veja em ra-cli revocations o que falta: a "
                "assinatura de "
                "um agente, a resposta da AC ou a publicação da LCR.",
        .order = row_text(rows, row, "code"),
        .detail = serial,
    };
    if (lateness < REVOCATION_ALARM)
        return true;
    return (alarm.about != NULL || ra_fail(error, RA_NO_MEMORY, "alarm")) &&
           alarm_raise(run->app, run->db, run->now_us, &alarm, error);
}

/* Told once for each step. */
static bool tell(struct job_run *run, const struct db_rows *rows, size_t row,
                 enum revocation_lateness lateness, struct ra_error *error)
{
    const struct audit_subject subject = {row_int(rows, row, "order_id"), row_text(rows, row, "ref"),
                                          row_text(rows, row, "code")};
    const char *word = revocation_lateness_word(lateness);
    log_event(level_of(lateness), "revocation-late", "{s:s, s:s, s:I}", "serial",
              row_text(rows, row, "serial"), "lateness", word, "age_s",
              (json_int_t)row_int(rows, row, "age_s"));
    if (!db_begin(run->db, error))
        return false;
    if (db_exec(run->db, STATEMENT_REVOCATION_SET_LATENESS,
                DB_VALUES(db_int(row_int(rows, row, "id")), db_int(lateness)), NULL, error) &&
        audit_record_system(
            run->app, run->db, run->now_us, AUDIT_REVOCATION_LATE, subject,
            json_pack("{s:s, s:s}", "serial", row_text(rows, row, "serial"), "lateness", word), NULL,
            error) &&
        raise_alarm(run, rows, row, lateness, error) && db_commit(run->db, error)) {
        jobs_wake(run->app->jobs, NOTICE_JOB);
        return true;
    }
    db_rollback(run->db);
    return false;
}

bool revocation_clocks(struct job_run *run, struct ra_error *error)
{
    struct revocation_limits limits;
    struct db_rows *rows = NULL;
    int64_t late[REVOCATION_PAST_LIMIT + 1] = {0};
    if (!revocation_limits_now(run->app, run->now_us, &limits, error) ||
        !db_query(run->db, run->context, STATEMENT_REVOCATION_CLOCKS, DB_VALUES(db_time(run->now_us)), &rows,
                  error))
        return false;
    for (size_t row = 0; row < db_row_count(rows); row++) {
        enum revocation_lateness lateness = revocation_lateness(row_int(rows, row, "age_s"), &limits);
        late[lateness]++;
        if ((int64_t)lateness > row_int(rows, row, "lateness") && !tell(run, rows, row, lateness, error))
            return false;
    }
    gauge(METRIC_REVOCATIONS_OPEN, (int64_t)db_row_count(rows));
    gauge(METRIC_REVOCATIONS_PAST_TARGET,
          late[REVOCATION_PAST_TARGET] + late[REVOCATION_ALARM] + late[REVOCATION_PAST_LIMIT]);
    gauge(METRIC_REVOCATIONS_ALARM, late[REVOCATION_ALARM] + late[REVOCATION_PAST_LIMIT]);
    gauge(METRIC_REVOCATIONS_PAST_LIMIT, late[REVOCATION_PAST_LIMIT]);
    return true;
}

/* --- for people and machines that watch --- */

static bool read_clocks(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t now_us,
                        struct revocation_limits *limits, struct db_rows **rows, struct ra_error *error)
{
    return revocation_limits_now(app, now_us, limits, error) &&
           db_query(db, context, STATEMENT_REVOCATION_CLOCKS, DB_VALUES(db_time(now_us)), rows, error);
}

enum health_state revocation_health(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                    size_t detail_size)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct revocation_limits limits;
    struct db_rows *rows = NULL;
    struct ra_error error = {0};
    enum health_state state = HEALTH_DEGRADED;
    if (read_clocks(app, db, scratch, clock_now_us(&app->clock), &limits, &rows, &error)) {
        int64_t oldest_s = db_row_count(rows) > 0 ? row_int(rows, 0, "age_s") : 0;
        enum revocation_lateness worst = revocation_lateness(oldest_s, &limits);
        json_object_set_new(facts, "open", json_integer((json_int_t)db_row_count(rows)));
        json_object_set_new(facts, "oldest_s", json_integer(oldest_s));
        json_object_set_new(facts, "lateness", json_string(revocation_lateness_word(worst)));
        (void)snprintf(detail, detail_size, "%zu open, the oldest for %" PRId64 " s: %s", db_row_count(rows),
                       oldest_s, revocation_lateness_word(worst));
        state = worst >= REVOCATION_ALARM ? HEALTH_DEGRADED : HEALTH_OK;
    }
    talloc_free(scratch);
    return state;
}

static json_t *clock_json(const struct db_rows *rows, size_t row, const struct revocation_limits *limits)
{
    int64_t age_s = row_int(rows, row, "age_s");
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:s, s:o, s:s, s:I, s:s, s:I}", "order", row_text(rows, row, "code"), "serial",
        row_text(rows, row, "serial"), "state",
        row_is_null(rows, row, "executed_at") ? row_text(rows, row, "issuance_state") : "executed",
        "requested", instant_of_row(rows, row, "requested_at"), "requested_by",
        row_text(rows, row, "requested_by"), "executed", instant_of_row(rows, row, "executed_at"),
        "authority", row_text(rows, row, "authority"), "age_s", (json_int_t)age_s, "lateness",
        revocation_lateness_word(revocation_lateness(age_s, limits)), "limit_s",
        (json_int_t)limits->hard_hours * 3600);
}

bool revocation_list_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct revocation_limits limits;
    struct db_rows *rows = NULL;
    json_t *list = NULL;
    if (!read_clocks(request->app, request->db, request->context, request->now_us, &limits, &rows, error) ||
        !audit_record(request, AUDIT_REPORT_READ, NULL, json_pack("{s:s}", "what", "revocations"), NULL,
                      error))
        return false;
    list = json_array();
    for (size_t row = 0; row < db_row_count(rows); row++)
        json_array_append_new(list, clock_json(rows, row, &limits));
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200, json_pack("{s:o}", "revocations", list));
    return true;
}
