/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/rules_cache.h"

#include "app.h"
#include "catalog/catalog.h"
#include "db/db.h"
#include "identification/identification.h"
#include "jobs.h"

#include <pthread.h>
#include <string.h>

enum { OLDER_KEPT = 8 };

/* A set with the number of those who use it; the cache itself is one of them. */
struct entry {
    struct ruleset *ruleset;
    unsigned users;
};

struct cache {
    pthread_mutex_t lock;
    struct entry *today;
    struct entry *older[OLDER_KEPT];
    size_t next; /* place of the next older one */
};

/* What keeps a set alive for as long as a request. */
struct lease {
    struct cache *cache;
    struct entry *entry;
};

static struct cache *cache_of(struct ra_app *app)
{
    return app->room_state[ROOM_IDENTIFICATION];
}

/* With the lock held. */
static void leave(struct entry *entry)
{
    if (entry == NULL || --entry->users > 0)
        return;
    talloc_free(entry->ruleset);
    talloc_free(entry);
}

static int end_lease(struct lease *lease)
{
    pthread_mutex_lock(&lease->cache->lock);
    leave(lease->entry);
    pthread_mutex_unlock(&lease->cache->lock);
    return 0;
}

static struct entry *new_entry(struct ruleset *take_ruleset)
{
    struct entry *entry = talloc(NULL, struct entry);
    if (entry == NULL)
        talloc_free(take_ruleset);
    else
        *entry = (struct entry){take_ruleset, 1};
    return entry;
}

/* `entry` gets one more user, with the lock held; the lease gives it back. */
static bool lease_entry(struct http_request *request, struct cache *cache, struct entry *entry,
                        const struct ruleset **ruleset, struct ra_error *error)
{
    struct lease *lease = talloc(request->context, struct lease);
    if (lease == NULL)
        return ra_fail(error, RA_NO_MEMORY, "rules");
    entry->users++;
    *lease = (struct lease){cache, entry};
    talloc_set_destructor(lease, end_lease);
    *ruleset = entry->ruleset;
    return true;
}

/* --- reading --- */

static bool read_json(const json_t *snapshot, const char *version, struct entry **entry,
                      struct ra_error *error)
{
    struct ruleset *ruleset = NULL;
    if (!ruleset_read(NULL, snapshot, version, &ruleset, error))
        return false;
    *entry = new_entry(ruleset);
    return *entry != NULL || ra_fail(error, RA_NO_MEMORY, "rules");
}

static bool read_day(struct db *db, const char *day, struct entry **entry, struct ra_error *error)
{
    struct db_rows *row = NULL;
    TALLOC_CTX *context = talloc_new(NULL);
    if (context == NULL)
        return ra_fail(error, RA_NO_MEMORY, "rules");
    bool read = db_one(db, context, STATEMENT_IDENTIFICATION_RULES, DB_VALUES(db_text(day)), &row, error);
    json_t *snapshot = read ? row_json(row, 0, "rules") : NULL;
    read = read && read_json(snapshot, row_text(row, 0, "version"), entry, error);
    json_decref(snapshot);
    talloc_free(context);
    return read;
}

static bool read_version(struct http_request *request, const char *version, struct entry **entry,
                         struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_IDENTIFICATION_SNAPSHOT,
                  DB_VALUES(db_text(version)), &rows, error))
        return false;
    if (db_row_count(rows) != 1)
        return ra_fail(error, RA_INTERNAL, "no snapshot of the rules %s", version);
    json_t *snapshot = row_json(rows, 0, "rules");
    bool read = read_json(snapshot, version, entry, error);
    json_decref(snapshot);
    return read;
}

bool identification_rules_version_on(struct db *db, TALLOC_CTX *context, const char *day,
                                     const char **version, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(db, context, STATEMENT_IDENTIFICATION_RULES, DB_VALUES(db_text(day)), &row, error))
        return false;
    *version = row_text(row, 0, "version");
    return true;
}

/* --- today --- */

static void replace_today(struct cache *cache, struct entry *take_entry)
{
    pthread_mutex_lock(&cache->lock);
    leave(cache->today);
    cache->today = take_entry;
    pthread_mutex_unlock(&cache->lock);
}

static bool lease_today(struct http_request *request, const char *day, const struct ruleset **ruleset,
                        struct ra_error *error)
{
    struct cache *cache = cache_of(request->app);
    *ruleset = NULL;
    pthread_mutex_lock(&cache->lock);
    bool done = cache->today == NULL || strcmp(cache->today->ruleset->day, day) != 0 ||
                lease_entry(request, cache, cache->today, ruleset, error);
    pthread_mutex_unlock(&cache->lock);
    return done;
}

bool rules_today(struct http_request *request, const struct ruleset **ruleset, struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    struct entry *entry = NULL;
    catalog_today(request->app, request->now_us, day);
    if (!lease_today(request, day, ruleset, error))
        return false;
    if (*ruleset != NULL)
        return true;
    if (!read_day(request->db, day, &entry, error))
        return false;
    replace_today(cache_of(request->app), entry);
    return lease_today(request, day, ruleset, error) &&
           (*ruleset != NULL || ra_fail(error, RA_UNAVAILABLE, "rules"));
}

/* --- the version of a case --- */

/* With the lock held: the place of a version, or NULL. */
static struct entry *find_older(const struct cache *cache, const char *version)
{
    if (cache->today != NULL && strcmp(cache->today->ruleset->version, version) == 0)
        return cache->today;
    for (size_t i = 0; i < OLDER_KEPT; i++)
        if (cache->older[i] != NULL && strcmp(cache->older[i]->ruleset->version, version) == 0)
            return cache->older[i];
    return NULL;
}

static bool lease_version(struct http_request *request, const char *version, const struct ruleset **ruleset,
                          struct ra_error *error)
{
    struct cache *cache = cache_of(request->app);
    *ruleset = NULL;
    pthread_mutex_lock(&cache->lock);
    struct entry *entry = find_older(cache, version);
    bool done = entry == NULL || lease_entry(request, cache, entry, ruleset, error);
    pthread_mutex_unlock(&cache->lock);
    return done;
}

static void add_older(struct cache *cache, struct entry *take_entry)
{
    pthread_mutex_lock(&cache->lock);
    leave(cache->older[cache->next]);
    cache->older[cache->next] = take_entry;
    cache->next = (cache->next + 1) % OLDER_KEPT;
    pthread_mutex_unlock(&cache->lock);
}

/* Between the first signature and the end nothing is judged by newer rules than those that were signed. */
static bool is_signed(const struct order *order)
{
    return orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "validated") ||
           orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "verified");
}

bool rules_of_case(struct http_request *request, const struct order *order, const struct ruleset **ruleset,
                   struct ra_error *error)
{
    struct entry *entry = NULL;
    if (!is_signed(order) || order->rules_version[0] == '\0')
        return rules_today(request, ruleset, error);
    if (!lease_version(request, order->rules_version, ruleset, error))
        return false;
    if (*ruleset != NULL)
        return true;
    if (!read_version(request, order->rules_version, &entry, error))
        return false;
    add_older(cache_of(request->app), entry);
    return lease_version(request, order->rules_version, ruleset, error) &&
           (*ruleset != NULL || ra_fail(error, RA_UNAVAILABLE, "rules"));
}

bool rules_keep(struct http_request *request, const struct ruleset *ruleset, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(request->db, request->context, STATEMENT_IDENTIFICATION_RULES,
                DB_VALUES(db_text(ruleset->day)), &row, error))
        return false;
    if (strcmp(row_text(row, 0, "version"), ruleset->version) != 0)
        return ra_fail_reason(error, RA_CONFLICT, "rules-changed",
                              "As regras mudaram agora há pouco: confira a lista de novo.");
    return db_exec(
        request->db, STATEMENT_IDENTIFICATION_KEEP_SNAPSHOT,
        DB_VALUES(db_text(ruleset->version), db_text(row_text(row, 0, "rules")), db_time(request->now_us)),
        NULL, error);
}

/* --- life --- */

static bool refresh(struct ra_app *app, struct db *db, int64_t now_us, struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    struct entry *entry = NULL;
    catalog_today(app, now_us, day);
    if (!read_day(db, day, &entry, error))
        return false;
    replace_today(cache_of(app), entry);
    return true;
}

bool rules_cache_refresh(struct job_run *run, struct ra_error *error)
{
    return refresh(run->app, run->db, run->now_us, error);
}

bool rules_cache_start(struct ra_app *app, struct db *db, struct ra_error *error)
{
    struct cache *cache = talloc_zero(NULL, struct cache);
    if (cache == NULL || pthread_mutex_init(&cache->lock, NULL) != 0) {
        talloc_free(cache);
        return ra_fail(error, RA_NO_MEMORY, "rules");
    }
    app->room_state[ROOM_IDENTIFICATION] = cache;
    return refresh(app, db, clock_now_us(&app->clock), error);
}

void rules_cache_stop(struct ra_app *app)
{
    struct cache *cache = cache_of(app);
    if (cache == NULL)
        return;
    leave(cache->today);
    for (size_t i = 0; i < OLDER_KEPT; i++)
        leave(cache->older[i]);
    pthread_mutex_destroy(&cache->lock);
    talloc_free(cache);
    app->room_state[ROOM_IDENTIFICATION] = NULL;
}
