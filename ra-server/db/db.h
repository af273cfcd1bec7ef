/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The database as the rooms see it: named statements of sql/queries with typed values in and rows with typed
 * columns out. This folder alone includes libpq; there is no way to run a text of SQL from a room.
 *
 * A statement is written in sql/queries/<room>.sql:
 *
 *     -- name: order_by_code
 *     -- params: code text, at timestamptz
 *     -- A comment that says why, if need be.
 *     select id, state from orders where code = $1 and created_at <= $2;
 *
 * and called as STATEMENT_ORDER_BY_CODE (db/statements.h, made by the build). Types: text, bigint, integer,
 * smallint, boolean, timestamptz, date, time, bytea, uuid, jsonb, double, and text[], bigint[], uuid[].
 *
 * SQLSTATE becomes an error of the one table:
 *   23505, 23P01   RA_CONFLICT, reason = name of the constraint
 *   40001, 40P01   RA_CONFLICT, reason = "serialization" | "deadlock" (a WRAPPED route is tried again by
 * itself) 55P03          RA_UNAVAILABLE, reason = "lock-timeout" 57014          RA_TIMEOUT 22xxx
 * RA_BAD_REQUEST (a malformed uuid or date that got this far) GU001          RA_ILLEGAL_TRANSITION, reason =
 * "machine:from:to" connection     RA_DATABASE; the connection is made anew, with back-off, at the next begin
 * or statement anything else  RA_INTERNAL, reason = constraint name or SQLSTATE
 *
 * Thread rules: a struct db belongs to one thread at a time. Ownership: rows hang on the context given.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "db/statements.h"
#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <talloc.h>

struct db;
struct db_rows;

enum db_type { DB_NULL, DB_TEXT, DB_INT, DB_BOOL, DB_TIME, DB_BYTES, DB_TEXTS };

/* One value for one $n. Made by the functions below; what it points at is borrowed until the call returns. */
struct db_value {
    enum db_type type;
    int64_t number; /* DB_INT, DB_BOOL (0, 1), DB_TIME (microseconds since the epoch, UTC) */
    const char *text;
    struct bytes bytes;
    const char *const *texts;
    size_t text_count;
};

struct db_value db_null(void);
struct db_value db_text(const char *text); /* also uuid, date, jsonb text; NULL is SQL null */
struct db_value db_int(int64_t number);
struct db_value db_bool(bool truth);
struct db_value db_time(int64_t instant_us);
struct db_value db_bytes(struct bytes bytes);                     /* sent as binary; only for bytea */
struct db_value db_texts(const char *const *texts, size_t count); /* text[], uuid[], bigint[] */

/* The two arguments `values, count`: db_exec(db, STATEMENT_X, DB_VALUES(db_text(code), db_int(3)), …). */
#define DB_VALUES(...)                                                                                       \
    (const struct db_value[]){__VA_ARGS__},                                                                  \
        sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_NO_VALUES NULL, 0

/* --- statements --- */

/* Any number of rows. `*rows` hangs on `context`. */
RA_MUST_CHECK bool db_query(struct db *db, TALLOC_CTX *context, enum db_statement statement,
                            const struct db_value *values, size_t count, struct db_rows **rows,
                            struct ra_error *error);

/* One of several readings that go together; `rows` as in db_query. */
struct db_reading {
    enum db_statement statement;
    const struct db_value *values;
    size_t count;
    struct db_rows **rows;
};

/* Several statements whose answers do not depend on each other, in one round trip. All of them are answered,
 * or none: the first that fails fails all, and an open transaction can then only be rolled back. */
RA_MUST_CHECK bool db_query_all(struct db *db, TALLOC_CTX *context, const struct db_reading *readings,
                                size_t count, struct ra_error *error);

/* Exactly one row: none is RA_NOT_FOUND (the caller may want to set a better detail), more is RA_INTERNAL. */
RA_MUST_CHECK bool db_one(struct db *db, TALLOC_CTX *context, enum db_statement statement,
                          const struct db_value *values, size_t count, struct db_rows **row,
                          struct ra_error *error);

/* A statement without interest in rows; `affected` (may be NULL) gets the number of rows changed. */
RA_MUST_CHECK bool db_exec(struct db *db, enum db_statement statement, const struct db_value *values,
                           size_t count, int64_t *affected, struct ra_error *error);

/* A write that goes with the next statement or the commit, whose failure is then this one's: one round trip
 * less for what nobody reads the outcome of. Its values are sent before it returns. Outside a transaction it
 * is db_exec. */
RA_MUST_CHECK bool db_exec_later(struct db *db, enum db_statement statement, const struct db_value *values,
                                 size_t count, struct ra_error *error);

/* Long results row by row, constant memory: `each` gets a one-row result that dies when it returns; it must
 * not use `db`. false from it ends the reading and is passed on; that costs the connection, so an open
 * transaction is lost (only db_rollback is left) and the next begin or statement connects anew. */
typedef bool db_each_row(struct db_rows *row, void *argument, struct ra_error *error);
RA_MUST_CHECK bool db_each(struct db *db, enum db_statement statement, const struct db_value *values,
                           size_t count, db_each_row *each, void *argument, struct ra_error *error);

/* --- transactions (a WRAPPED route, http/http.h, has one open already) --- */

/* The server hears of it with the first statement; a transaction without any costs nothing. */
RA_MUST_CHECK bool db_begin(struct db *db, struct ra_error *error);
RA_MUST_CHECK bool db_commit(struct db *db, struct ra_error *error);
void db_rollback(struct db *db); /* no open transaction: does nothing */
bool db_in_transaction(const struct db *db);

/* Runs `run` on this thread right after the open transaction was committed, in the order asked for; never
 * when it was not. `argument` is talloc'd, taken, and freed afterwards. Nothing it does can change the
 * outcome. */
typedef void db_committed(void *argument);
RA_MUST_CHECK bool db_after_commit(struct db *db, db_committed *run, void *take_argument,
                                   struct ra_error *error);

/* A transaction is open and no statement of it failed: a commit can keep what it wrote. After a failed
 * statement PostgreSQL only rolls back, and the statement's error is the one to tell: `*error` is set when it
 * was a write of db_exec_later, of which nobody has heard yet, and left alone otherwise. */
bool db_can_commit(struct db *db, struct ra_error *error);

/* false (RA_INTERNAL) when a row getter was misused since the last begin or check; see the getters below. */
RA_MUST_CHECK bool db_reads_were_sound(struct db *db, struct ra_error *error);

/* --- rows --- */

size_t db_row_count(const struct db_rows *rows);

/* Typed getters by column name. SQL null gives "", 0, false, {NULL, 0}, JSON null; ask row_is_null where that
 * matters. A column that the statement does not have, or a text that is not of the type asked for, is a
 * mistake in our code: the getter gives the same empty value, logs it, and the transaction can no longer be
 * committed (RA_INTERNAL). Texts and bytes live as long as the rows. */
bool row_is_null(const struct db_rows *rows, size_t row, const char *column);
const char *row_text(const struct db_rows *rows, size_t row, const char *column);
int64_t row_int(const struct db_rows *rows, size_t row, const char *column);
bool row_bool(const struct db_rows *rows, size_t row, const char *column);
int64_t row_time(const struct db_rows *rows, size_t row,
                 const char *column); /* microseconds since the epoch */
struct bytes row_bytes(const struct db_rows *rows, size_t row, const char *column);
json_t *row_json(const struct db_rows *rows, size_t row, const char *column); /* new reference; jsonb, json */
json_t *row_texts(const struct db_rows *rows, size_t row, const char *column); /* text[]: new JSON array */

/* --- connections (main, jobs and tests) --- */

/* Connects with `conninfo` (libpq's), sets the session rules and prepares every statement of `table`
 * (`statement_table` outside tests). `statement_timeout_ms` 0 = the default of 5 s. A statement that does not
 * fit the schema fails with its name in the detail. Freed with talloc_free. */
RA_MUST_CHECK bool db_connect(TALLOC_CTX *context, const char *conninfo, const struct statement_table *table,
                              unsigned statement_timeout_ms, struct db **db, struct ra_error *error);

#endif
