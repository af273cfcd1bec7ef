/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/self_watch.h"

#include "audit/audit.h"
#include "audit/audit_state.h"
#include "audit/log_reader.h"
#include "audit/sequencer.h"
#include "issuance/signer_client.h"
#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const int64_t step_us = 1000000;
static const int64_t hour_us = INT64_C(3600) * 1000000;
static const int64_t day_us = INT64_C(86400) * 1000000;

/* --- the clock --- */

int64_t clock_step_ms(struct clock_sample before, struct clock_sample now)
{
    int64_t step = (now.wall_us - before.wall_us) - (now.steady_us - before.steady_us);
    return step >= step_us || step <= -step_us ? step / 1000 : 0;
}

/* A machine that slept goes on by both clocks. */
static int64_t steady_now_us(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_BOOTTIME, &at);
    return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

/* Both clocks within a tenth of a second; a thread that was kept waiting in between has no sample. */
static bool take_sample(const struct ra_clock *clock, struct clock_sample *sample)
{
    const int64_t before_us = steady_now_us();
    sample->wall_us = clock_now_us(clock);
    sample->steady_us = steady_now_us();
    return sample->steady_us - before_us < 100000;
}

static const struct audit_subject nobody = {0, "", ""};

static bool record(struct job_run *run, enum audit_code code, json_t *take_detail, struct ra_error *error)
{
    if (!db_begin(run->db, error)) {
        json_decref(take_detail);
        return false;
    }
    if (audit_record_system(run->app, run->db, run->now_us, code, nobody, take_detail, NULL, error) &&
        db_commit(run->db, error)) {
        return true;
    }
    db_rollback(run->db);
    return false;
}

bool self_watch_clock(struct job_run *run, struct self_watch *watch, struct ra_error *error)
{
    struct clock_sample now;
    const struct clock_sample before = watch->last;
    if (!take_sample(&run->app->clock, &now)) {
        return true;
    }
    const int64_t step_ms = before.steady_us == 0 ? 0 : clock_step_ms(before, now);
    if (step_ms != 0) {
        log_event(LOG_LEVEL_WARNING, "clock-adjusted", "{s:I}", "ms", (json_int_t)step_ms);
        if (!record(run, AUDIT_CLOCK_ADJUSTED, json_pack("{s:I}", "ms", (json_int_t)step_ms), error)) {
            return false; /* and seen again at the next look */
        }
    }
    watch->last = now;
    return true;
}

/* --- the log --- */

/* First what was found, then the event: whoever keeps the row from being written hides nothing. */
static bool tell(struct job_run *run, struct self_watch *watch, const struct log_reading *reading,
                 struct ra_error *error)
{
    const char *finding = log_finding_word(reading->finding);
    atomic_store(&watch->checked_leaves, reading->leaves);
    atomic_store(&watch->finding, reading->finding);
    atomic_store(&watch->altered, reading->altered);
    if (reading->finding != LOG_INTACT) {
        log_event(LOG_LEVEL_ERROR, "log-altered", "{s:I, s:I, s:s}", "leaves", (json_int_t)reading->leaves,
                  "altered", (json_int_t)reading->altered, "finding", finding);
    }
    if (reading->leaves == 0 && reading->finding == LOG_INTACT) {
        return true;
    }
    return record(run, AUDIT_LOG_VERIFIED,
                  json_pack("{s:I, s:b, s:I, s:s}", "size", (json_int_t)reading->leaves, "intact",
                            reading->finding == LOG_INTACT, "altered", (json_int_t)reading->altered,
                            "finding", finding),
                  error);
}

bool self_watch_log(struct job_run *run, struct self_watch *watch, const struct log_signer *signer,
                    int64_t now_us, struct ra_error *error)
{
    struct log_reading reading;
    watch->next_check_us = now_us + hour_us;
    if (!log_check(run, signer, &reading, error)) {
        atomic_store(&watch->failed, true);
        return false;
    }
    if (!reading.whole) {
        return true;
    }
    atomic_store(&watch->failed, false);
    atomic_store(&watch->read_us, now_us);
    if (!tell(run, watch, &reading, error)) {
        return false;
    }
    watch->next_check_us = now_us + day_us;
    return true;
}

/* A signer that does not answer is asked again at the next look: nothing was read for it. */
static bool watch_log(struct job_run *run, struct self_watch *watch, struct ra_error *error)
{
    struct log_signer signer;
    const int64_t now_us = steady_now_us();
    if (atomic_load(&watch->since_us) == 0) {
        atomic_store(&watch->since_us, now_us);
    }
    return now_us < watch->next_check_us || (sequencer_signer(signer_client_of(run->app), &signer, error) &&
                                             self_watch_log(run, watch, &signer, now_us, error));
}

bool self_watch_run(struct job_run *run, struct ra_error *error)
{
    struct self_watch *watch = &((struct audit_state *)run->app->room_state[ROOM_AUDIT])->watch;
    const bool clock_done = self_watch_clock(run, watch, error);
    return watch_log(run, watch, error) && clock_done;
}

/* --- what /healthz says --- */

static bool is_unread(const struct self_watch *watch, int64_t now_us, char *detail, size_t detail_size)
{
    const int64_t since_us = atomic_load(&watch->since_us);
    const int64_t read_us = atomic_load(&watch->read_us);
    const int64_t hours = (now_us - (read_us != 0 ? read_us : since_us)) / hour_us;
    if (read_us == 0 && atomic_load(&watch->failed)) {
        (void)snprintf(detail, detail_size, "the log could not be read since the server started");
        return true;
    }
    if (since_us == 0 || hours < SELF_WATCH_STALE_HOURS) {
        return false;
    }
    (void)snprintf(detail, detail_size, "the log was not read to its end for %" PRId64 " hours", hours);
    return true;
}

enum health_state self_watch_health(const struct self_watch *watch, int64_t now_us, bool has_log,
                                    char *detail, size_t detail_size)
{
    switch ((enum log_finding)atomic_load(&watch->finding)) {
    case LOG_LEAVES_ALTERED:
        (void)snprintf(detail, detail_size, "%" PRId64 " leaves are not what was signed",
                       atomic_load(&watch->altered));
        return HEALTH_DEGRADED;
    case LOG_ROOT_DIFFERS:
        (void)snprintf(detail, detail_size, "the leaves do not make the root that was signed");
        return HEALTH_DEGRADED;
    case LOG_NOTE_UNVERIFIED:
        (void)snprintf(detail, detail_size, "the newest checkpoint is not signed by the signer's key");
        return HEALTH_DEGRADED;
    case LOG_INTACT:
    default:
        return has_log && is_unread(watch, now_us, detail, detail_size) ? HEALTH_DEGRADED : HEALTH_OK;
    }
}

enum health_state log_content_health(struct ra_app *app, struct db *db, json_t *facts, char *detail,
                                     size_t detail_size)
{
    const struct self_watch *watch = &((struct audit_state *)app->room_state[ROOM_AUDIT])->watch;
    struct ra_error error = {0};
    uint64_t size = 0;
    /* A database that does not answer is told of by the part `log`; here it stands for a log. */
    const bool has_log = !log_size(db, &size, &error) || size > 0;
    json_object_set_new(facts, "checked_leaves", json_integer(atomic_load(&watch->checked_leaves)));
    return self_watch_health(watch, steady_now_us(), has_log, detail, detail_size);
}
