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

struct db {
    PGconn *connection;
    const char *conninfo;
    const struct statement_table *table;
    unsigned statement_timeout_ms;
    bool prepared; /* false: statements run from their text (migrations, before the schema exists) */
    bool in_transaction;
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
