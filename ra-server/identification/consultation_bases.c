/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bases while the program runs: their files, read again every few seconds, and how each stands.
 */
#include "app.h"
#include "identification/consultation_internal.h"
#include "log.h"
#include "metrics.h"

#include <curl/curl.h>
#include <string.h>
#include <time.h>

enum { READ_AGAIN_US = 1000000 };

struct bases {
    struct consultation_asker askers[CONSULTATION_KIND_COUNT];
    pthread_mutex_t lock;
    struct consultation_status shown[CONSULTATION_KIND_COUNT]; /* under lock */
};

static struct bases *bases_of(const struct ra_app *app)
{
    return app->room_state[ROOM_CONSULTATION];
}

int64_t consultation_monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct consultation_asker *consultation_asker_of(const struct ra_app *app, enum consultation_kind kind)
{
    return &bases_of(app)->askers[kind];
}

/* --- files --- */

static void tell_change(const struct consultation_asker *asker)
{
    static const char *const words[] = {
        [CONSULTATION_MANUAL] = "manual", [CONSULTATION_HTTP] = "http", [CONSULTATION_BROKEN] = "broken"};
    bool broken = asker->driver == CONSULTATION_BROKEN;
    log_event(broken ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "consultation-base", "{s:s, s:s, s:s}", "kind",
              consultation_kind_word(asker->kind), "driver", words[asker->driver], "detail", asker->problem);
}

static bool same(const struct consultation_asker *asker, enum consultation_driver driver,
                 const struct consultation_base *base, const char *problem)
{
    if (driver != asker->driver || strcmp(problem, asker->problem) != 0)
        return false;
    return base == NULL || consultation_base_equal(base, asker->base);
}

void consultation_refresh(const struct ra_app *app, struct consultation_asker *asker)
{
    int64_t now = consultation_monotonic_us();
    if (asker->read_at_us != 0 && now - asker->read_at_us < READ_AGAIN_US)
        return;
    asker->read_at_us = now;
    struct consultation_base *base = NULL;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    if (context == NULL)
        return;
    enum consultation_driver driver =
        consultation_base_load(context, asker->kind, app->config->bases_dir, &base, &error);
    if (!same(asker, driver, base, error.detail)) {
        /* The parent is one for all jobs, and talloc keeps its children in a list. */
        pthread_mutex_lock(&bases_of(app)->lock);
        talloc_free(asker->base);
        asker->base = talloc_reparent(context, bases_of(app), base);
        pthread_mutex_unlock(&bases_of(app)->lock);
        asker->driver = driver;
        asker->since_us = clock_now_us(&app->clock);
        asker->breaker = (struct breaker){.era = asker->breaker.era + 1};
        snprintf(asker->problem, sizeof asker->problem, "%s", error.detail);
        tell_change(asker);
    }
    talloc_free(context);
}

/* --- how they stand --- */

static const enum metric open_gauges[] = {
#define X(suffix, word, name) [CONSULTATION_##suffix] = METRIC_BASE_OPEN_##suffix,
    CONSULTATION_KINDS(X)
#undef X
};

void consultation_publish(struct ra_app *app, const struct consultation_asker *asker)
{
    struct bases *bases = bases_of(app);
    struct consultation_status status = {.driver = asker->driver,
                                         .since_us = asker->since_us,
                                         .breaker = asker->breaker.state,
                                         .under_way = consultation_carrier_under_way(asker->carrier)};
    memcpy(status.problem, asker->problem, sizeof status.problem);
    pthread_mutex_lock(&bases->lock);
    bool was_closed = bases->shown[asker->kind].breaker == BREAKER_CLOSED;
    bases->shown[asker->kind] = status;
    pthread_mutex_unlock(&bases->lock);
    bool is_closed = status.breaker == BREAKER_CLOSED;
    if (is_closed != was_closed)
        metric_add(open_gauges[asker->kind], is_closed ? -1 : 1);
}

struct consultation_status consultation_status_of(const struct ra_app *app, enum consultation_kind kind)
{
    struct bases *bases = bases_of(app);
    pthread_mutex_lock(&bases->lock);
    struct consultation_status status = bases->shown[kind];
    pthread_mutex_unlock(&bases->lock);
    return status;
}

/* --- start and end --- */

bool consultation_bases_start(struct ra_app *app, struct db *db, struct ra_error *error)
{
    (void)db;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return ra_fail(error, RA_INTERNAL, "libcurl does not start");
    struct bases *bases = talloc_zero(NULL, struct bases);
    if (bases == NULL || pthread_mutex_init(&bases->lock, NULL) != 0) {
        talloc_free(bases);
        return ra_fail(error, RA_NO_MEMORY, "bases");
    }
    app->room_state[ROOM_CONSULTATION] = bases;
    for (unsigned i = 0; i < CONSULTATION_KIND_COUNT; i++) {
        struct consultation_asker *asker = &bases->askers[i];
        asker->kind = (enum consultation_kind)i;
        if (!consultation_carrier_new(bases, &asker->carrier, error)) {
            consultation_bases_stop(app);
            return false;
        }
        consultation_refresh(app, asker);
        consultation_publish(app, asker);
    }
    return true;
}

void consultation_bases_stop(struct ra_app *app)
{
    struct bases *bases = bases_of(app);
    if (bases == NULL)
        return;
    pthread_mutex_destroy(&bases->lock);
    talloc_free(bases);
    app->room_state[ROOM_CONSULTATION] = NULL;
}
