/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Statements that are sent before the answer to those ahead of them has come (libpq's pipeline mode): a
 * transaction's begin with its first statement, writes that nobody waits for with what comes next.
 */
#include "db/internal.h"

#include <string.h>

void db_abandon(struct db *db)
{
    PQfinish(db->connection);
    db->connection = NULL;
    db->sent_count = 0;
}

bool db_send(struct db *db, const char *name, int count, const char *const *values, const int *lengths,
             const int *formats, struct ra_error *error)
{
    bool sent = true;
    if (db->sent_count >= DB_SENT_MAX - 1)
        return ra_fail(error, RA_INTERNAL, "%s: too many statements without an answer", name);
    if (db->sent_count == 0) {
        sent = PQenterPipelineMode(db->connection) == 1;
        if (sent && db->begin_due) {
            sent = PQsendQueryParams(db->connection, "BEGIN", 0, NULL, NULL, NULL, NULL, 0) == 1;
            db->sent[db->sent_count++] = "begin";
        }
    }
    sent = sent && PQsendQueryPrepared(db->connection, name, count, values, lengths, formats, 0) == 1;
    db->sent[db->sent_count++] = name;
    return sent || db_map_failure(db, NULL, name, error);
}

/* The next statement's result and the NULL that ends it; NULL when there is more or nothing. */
static PGresult *take_one(const struct db *db)
{
    PGresult *result = PQgetResult(db->connection);
    PGresult *more = PQgetResult(db->connection);
    if (more == NULL)
        return result;
    PQclear(more);
    PQclear(result);
    return NULL;
}

/* What is left of a pipeline, up to its end. */
static bool take_end(const struct db *db)
{
    for (bool nothing = false;;) {
        PGresult *result = PQgetResult(db->connection);
        ExecStatusType status = PQresultStatus(result);
        bool broken = result == NULL && (nothing || PQstatus(db->connection) != CONNECTION_OK);
        nothing = result == NULL;
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC)
            return PQexitPipelineMode(db->connection) == 1;
        if (broken)
            return false;
    }
}

static bool take_answers(struct db *db, size_t count, PGresult **results, size_t wanted,
                         struct ra_error *error)
{
    for (size_t i = 0; i < count; i++) {
        PGresult *result = take_one(db);
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
            db_map_failure(db, result, db->sent[i], error);
            PQclear(result);
            return false;
        }
        db->begin_due = false; /* whatever was sent, it stood first */
        if (i + wanted >= count)
            results[i + wanted - count] = result;
        else
            PQclear(result);
    }
    return true;
}

bool db_collect(struct db *db, PGresult **results, size_t wanted, struct ra_error *error)
{
    const size_t count = db->sent_count;
    for (size_t i = 0; i < wanted; i++)
        results[i] = NULL;
    db->sent_count = 0;
    bool synced = PQpipelineSync(db->connection) == 1;
    bool done = synced && take_answers(db, count, results, wanted, error);
    bool ended = synced && take_end(db);
    if (!ended) {
        if (done || !synced)
            ra_fail_reason(error, RA_DATABASE, "connection", "%s", "");
        db_abandon(db);
    }
    for (size_t i = 0; i < wanted && !(done && ended); i++) {
        PQclear(results[i]);
        results[i] = NULL;
    }
    return done && ended;
}

bool db_collect_and_commit(struct db *db, struct ra_error *error)
{
    PGresult *result = NULL;
    if (PQsendQueryParams(db->connection, "COMMIT", 0, NULL, NULL, NULL, NULL, 0) != 1) {
        db_abandon(db);
        return ra_fail_reason(error, RA_DATABASE, "connection", "%s", "");
    }
    db->sent[db->sent_count++] = "commit";
    if (!db_collect(db, &result, 1, error))
        return false;
    bool done = strcmp(PQcmdStatus(result), "COMMIT") == 0 ||
                ra_fail(error, RA_INTERNAL, "commit ended as %s", PQcmdStatus(result));
    PQclear(result);
    return done;
}

void db_drop(struct db *db)
{
    struct ra_error ignored = {0};
    if (db->sent_count > 0)
        (void)!db_collect(db, NULL, 0, &ignored);
}

bool db_settle(struct db *db, struct ra_error *error)
{
    if (db->sent_count > 0)
        return db_collect(db, NULL, 0, error);
    if (!db->begin_due)
        return true;
    struct ra_error first = {0};
    if (!db_command(db, "begin", "BEGIN", &first)) {
        if (!db_begins_anew(db)) {
            *error = first;
            return false;
        }
        if (!db_ensure(db, error) || !db_command(db, "begin", "BEGIN", error))
            return false;
    }
    db->begin_due = false;
    return true;
}

/* A server that restarted is noticed by the first statement of a transaction, where trying again repeats
 * nothing. */
bool db_begins_anew(const struct db *db)
{
    return db->begin_due && PQstatus(db->connection) != CONNECTION_OK;
}
