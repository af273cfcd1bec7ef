/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of db/ share. Nobody else includes this.
 */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include "db/db.h"

#include <libpq-fe.h>

struct db_after {
    db_committed *run;
    void *argument; /* its child */
    struct db_after *next;
};

enum { DB_SENT_MAX = 24 };

struct db {
    PGconn *connection;
    const char *conninfo;
    const struct statement_table *table;
    unsigned statement_timeout_ms;
    bool prepared; /* false: statements run from their text (migrations, before the schema exists) */
    bool in_transaction;
    bool begin_due; /* in a transaction that the server has not heard of yet */
    const char
        *sent[DB_SENT_MAX]; /* names of the statements whose answers are due; pipeline mode while any */
    size_t sent_count;
    struct db_after *after; /* what runs once this transaction is committed */
    bool misread;
    char misread_at[128];
    unsigned failures;   /* of connecting, in a row */
    int64_t retry_at_ms; /* monotonic; before it no attempt is made */
};

/* As db_connect; `prepare` false leaves the statements unprepared. */
RA_MUST_CHECK bool db_open(TALLOC_CTX *context, const char *conninfo, const struct statement_table *table,
                           unsigned statement_timeout_ms, bool prepare, struct db **db,
                           struct ra_error *error);

/* Connects anew where the connection is broken and no transaction is open. */
RA_MUST_CHECK bool db_ensure(struct db *db, struct ra_error *error);

/* --- pipeline.c --- */

/* Sends a prepared statement, behind the begin that is due. After a failure only db_drop is left. */
RA_MUST_CHECK bool db_send(struct db *db, const char *name, int count, const char *const *values,
                           const int *lengths, const int *formats, struct ra_error *error);

/* Waits for the answers to all that was sent. The last `wanted` of them are the caller's; the first failure
 * is everybody's, and there are none then. */
RA_MUST_CHECK bool db_collect(struct db *db, PGresult **results, size_t wanted, struct ra_error *error);

/* The same, and the commit behind them. */
RA_MUST_CHECK bool db_collect_and_commit(struct db *db, struct ra_error *error);

/* The same for those who want to hear nothing any more. */
void db_drop(struct db *db);

/* Nothing is due any more: neither the begin nor an answer. */
RA_MUST_CHECK bool db_settle(struct db *db, struct ra_error *error);

/* The connection broke before the transaction began: db_ensure may make it anew. */
bool db_begins_anew(const struct db *db);

/* Gives a connection up on which answers may still be on their way; db_ensure makes it anew. */
void db_abandon(struct db *db);

/* A command of ours without parameters ("begin"); its tag must be `expected`. */
RA_MUST_CHECK bool db_command(struct db *db, const char *command, const char *expected,
                              struct ra_error *error);

/* A whole script of several commands (a migration). A script must leave the transaction open. */
RA_MUST_CHECK bool db_script(struct db *db, const char *script, struct ra_error *error);

/* Maps a failed result (or, NULL, the connection's state); `what` names the statement. Returns false. */
bool db_map_failure(struct db *db, const PGresult *result, const char *what, struct ra_error *error);

/* A result that becomes rows; takes `result` on every path. */
struct db_rows *db_rows_new(TALLOC_CTX *context, struct db *db, const char *statement, PGresult *take_result);

#endif
