/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/internal.h"
#include "log.h"
#include "metrics.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DEFAULT_TIMEOUT_MS = 5000, BACKOFF_FIRST_MS = 100, BACKOFF_DOUBLINGS = 8 };

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int close_connection(struct db *db)
{
    PQfinish(db->connection);
    return 0;
}

/* Notices ("… already exists, skipping") are no news to an operator who reads the log. */
static void ignore_notice(void *unused, const PGresult *result)
{
    (void)unused;
    (void)result;
}

/* Every statement is prepared and finds its rows by key, so one plan serves all its values; PostgreSQL would
 * make many of them anew each time, at several times the price of running them (docs/decisions/0081). */
static PGconn *open_connection(const struct db *db)
{
    char options[384];
    snprintf(options, sizeof options,
             "-c statement_timeout=%u -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000 "
             "-c timezone=UTC -c datestyle=ISO -c search_path=ra,public "
             "-c plan_cache_mode=force_generic_plan -c jit=off",
             db->statement_timeout_ms);
    const char *const keywords[] = {
        "dbname", "connect_timeout", "client_encoding", "keepalives_idle", "application_name", "options",
        NULL};
    const char *const values[] = {db->conninfo, "5", "UTF8", "60", "ra-server", options, NULL};
    return PQconnectdbParams(keywords, values, 1);
}

/* All of them in one pipeline: one round trip instead of hundreds for every connection of a start. */
static bool send_prepares(const struct db *db)
{
    if (PQenterPipelineMode(db->connection) != 1)
        return false;
    for (size_t i = 0; i < db->table->count; i++) {
        const struct statement_row *row = &db->table->rows[i];
        if (PQsendPrepare(db->connection, row->name, row->sql, (int)row->parameter_count,
                          row->parameter_types) != 1)
            return false;
    }
    return PQpipelineSync(db->connection) == 1;
}

/* The next statement's result; the NULL that ends it is taken too. */
static bool take_prepared(const struct db *db, const struct statement_row *row, struct ra_error *error)
{
    PGresult *result = PQgetResult(db->connection);
    bool prepared = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!prepared)
        ra_fail(error, RA_DATABASE, "statement %s (%s) does not fit the schema: %s", row->name, row->origin,
                result != NULL ? PQresultErrorMessage(result) : PQerrorMessage(db->connection));
    PQclear(result);
    return prepared && PQgetResult(db->connection) == NULL;
}

static bool prepare_all(struct db *db, struct ra_error *error)
{
    if (!send_prepares(db))
        return ra_fail(error, RA_DATABASE, "preparing: %s", PQerrorMessage(db->connection));
    for (size_t i = 0; i < db->table->count; i++) {
        if (!take_prepared(db, &db->table->rows[i], error))
            return false;
    }
    PGresult *end = PQgetResult(db->connection);
    bool done = PQresultStatus(end) == PGRES_PIPELINE_SYNC;
    PQclear(end);
    return (done && PQexitPipelineMode(db->connection) == 1) ||
           ra_fail(error, RA_DATABASE, "preparing: %s", PQerrorMessage(db->connection));
}

static bool connect_now(struct db *db, struct ra_error *error)
{
    PQfinish(db->connection);
    db->connection = open_connection(db);
    if (db->connection == NULL)
        return ra_fail(error, RA_NO_MEMORY, "database connection");
    if (PQstatus(db->connection) != CONNECTION_OK)
        return ra_fail(error, RA_DATABASE, "cannot connect: %s", PQerrorMessage(db->connection));
    PQsetNoticeReceiver(db->connection, ignore_notice, NULL);
    if (db->prepared && !prepare_all(db, error)) {
        PQfinish(db->connection);
        db->connection = NULL;
        return false;
    }
    return true;
}

bool db_open(TALLOC_CTX *context, const char *conninfo, const struct statement_table *table,
             unsigned statement_timeout_ms, bool prepare, struct db **db, struct ra_error *error)
{
    struct db *made = talloc_zero(context, struct db);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "database connection");
    made->conninfo = talloc_strdup(made, conninfo);
    made->table = table;
    made->prepared = prepare;
    made->statement_timeout_ms = statement_timeout_ms > 0 ? statement_timeout_ms : DEFAULT_TIMEOUT_MS;
    talloc_set_destructor(made, close_connection);
    if (made->conninfo == NULL || !connect_now(made, error)) {
        talloc_free(made);
        return error->code != RA_OK ? false : ra_fail(error, RA_NO_MEMORY, "database connection");
    }
    *db = made;
    return true;
}

bool db_connect(TALLOC_CTX *context, const char *conninfo, const struct statement_table *table,
                unsigned statement_timeout_ms, struct db **db, struct ra_error *error)
{
    return db_open(context, conninfo, table, statement_timeout_ms, true, db, error);
}

/* Doubles up to about 25 s; the low bits of the clock keep many workers from knocking together. */
static void back_off(struct db *db)
{
    unsigned doublings = db->failures < BACKOFF_DOUBLINGS ? db->failures : BACKOFF_DOUBLINGS;
    int64_t pause = (int64_t)BACKOFF_FIRST_MS << doublings;
    db->failures++;
    db->retry_at_ms = monotonic_ms() + pause + monotonic_ms() % 97;
}

bool db_ensure(struct db *db, struct ra_error *error)
{
    if (db->connection != NULL && PQstatus(db->connection) == CONNECTION_OK)
        return true;
    if (db->in_transaction && !db->begin_due)
        return ra_fail(error, RA_DATABASE, "the connection was lost inside a transaction");
    if (monotonic_ms() < db->retry_at_ms)
        return ra_fail(error, RA_DATABASE, "waiting before connecting again");
    metric_add(METRIC_DB_RECONNECTS, 1);
    if (!connect_now(db, error)) {
        back_off(db);
        log_error("database-reconnect-failed", "", error);
        return false;
    }
    db->failures = 0;
    return true;
}

bool db_command(struct db *db, const char *command, const char *expected, struct ra_error *error)
{
    PGresult *result = PQexec(db->connection, command);
    bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!done)
        db_map_failure(db, result, command, error);
    else if (strcmp(PQcmdStatus(result), expected) != 0)
        done = ra_fail(error, RA_INTERNAL, "%s ended as %s", command, PQcmdStatus(result));
    PQclear(result);
    return done;
}

bool db_script(struct db *db, const char *script, struct ra_error *error)
{
    PGresult *result = PQexec(db->connection, script);
    ExecStatusType status = PQresultStatus(result);
    bool done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
    if (!done)
        ra_fail(error, RA_DATABASE, "%s", PQerrorMessage(db->connection));
    else if (PQtransactionStatus(db->connection) != PQTRANS_INTRANS)
        done = ra_fail(error, RA_DATABASE, "a script must not end the transaction it runs in");
    PQclear(result);
    return done;
}

bool db_after_commit(struct db *db, db_committed *run, void *take_argument, struct ra_error *error)
{
    struct db_after *made = db->in_transaction ? talloc_zero(db, struct db_after) : NULL;
    if (made == NULL) {
        talloc_free(take_argument);
        return db->in_transaction ? ra_fail(error, RA_NO_MEMORY, "after commit")
                                  : ra_fail(error, RA_INTERNAL, "no transaction to wait for");
    }
    made->run = run;
    made->argument = talloc_steal(made, take_argument);
    struct db_after **end = &db->after;
    while (*end != NULL)
        end = &(*end)->next;
    *end = made;
    return true;
}

static void end_of_transaction(struct db *db, bool committed)
{
    struct db_after *next = NULL;
    for (struct db_after *after = db->after; after != NULL; after = next) {
        next = after->next;
        if (committed)
            after->run(after->argument);
        talloc_free(after);
    }
    db->after = NULL;
}

bool db_begin(struct db *db, struct ra_error *error)
{
    if (db->in_transaction)
        return ra_fail(error, RA_INTERNAL, "a transaction is open already");
    db->misread = false;
    if (!db_ensure(db, error))
        return false;
    db->in_transaction = true;
    db->begin_due = true; /* goes with the first statement */
    if (db->prepared || db_settle(db, error))
        return true;
    db->in_transaction = db->begin_due = false;
    return false;
}

bool db_reads_were_sound(struct db *db, struct ra_error *error)
{
    if (!db->misread)
        return true;
    db->misread = false;
    return ra_fail(error, RA_INTERNAL, "misread: %s", db->misread_at);
}

static void roll_back(struct db *db)
{
    struct ra_error error = {0};
    if (PQstatus(db->connection) == CONNECTION_OK && !db_command(db, "rollback", "ROLLBACK", &error))
        log_error("rollback-failed", "", &error);
}

/* With the answers that are still due. PostgreSQL answers ROLLBACK to the commit of a failed transaction: the
 * tag tells. */
static bool commit(struct db *db, struct ra_error *error)
{
    if (db->begin_due) /* nothing was done */
        return true;
    if (db->sent_count == 0)
        return db_command(db, "commit", "COMMIT", error);
    if (db_collect_and_commit(db, error))
        return true;
    if (PQtransactionStatus(db->connection) != PQTRANS_IDLE)
        roll_back(db);
    return false;
}

bool db_commit(struct db *db, struct ra_error *error)
{
    if (!db->in_transaction)
        return ra_fail(error, RA_INTERNAL, "no transaction to commit");
    if (!db_reads_were_sound(db, error)) {
        db_rollback(db);
        return false;
    }
    bool committed = commit(db, error);
    db->in_transaction = db->begin_due = false;
    end_of_transaction(db, committed);
    return committed;
}

void db_rollback(struct db *db)
{
    if (!db->in_transaction)
        return;
    db_drop(db);
    db->in_transaction = false;
    end_of_transaction(db, false);
    if (!db->begin_due)
        roll_back(db);
    db->begin_due = false;
}

bool db_in_transaction(const struct db *db)
{
    return db->in_transaction;
}

bool db_can_commit(struct db *db, struct ra_error *error)
{
    if (!db->in_transaction || (db->sent_count > 0 && !db_collect(db, NULL, 0, error)))
        return false;
    return db->begin_due || PQtransactionStatus(db->connection) == PQTRANS_INTRANS;
}
