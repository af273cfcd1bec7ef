/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/internal.h"
#include "pki/base/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OID_BYTEA = 17 };

struct db_value db_null(void)
{
    return (struct db_value){.type = DB_NULL};
}

struct db_value db_text(const char *text)
{
    return (struct db_value){.type = text != NULL ? DB_TEXT : DB_NULL, .text = text};
}

struct db_value db_int(int64_t number)
{
    return (struct db_value){.type = DB_INT, .number = number};
}

struct db_value db_bool(bool truth)
{
    return (struct db_value){.type = DB_BOOL, .number = truth};
}

struct db_value db_time(int64_t instant_us)
{
    return (struct db_value){.type = DB_TIME, .number = instant_us};
}

struct db_value db_bytes(struct bytes bytes)
{
    return (struct db_value){.type = DB_BYTES, .bytes = bytes};
}

struct db_value db_texts(const char *const *texts, size_t count)
{
    return (struct db_value){.type = DB_TEXTS, .texts = texts, .text_count = count};
}

/* --- values to libpq's three arrays --- */

struct encoded {
    const char *values[STATEMENT_VALUES_MAX];
    int lengths[STATEMENT_VALUES_MAX];
    int formats[STATEMENT_VALUES_MAX];
};

/* {"a","b \"c\""}: every element quoted, so none is read as NULL. */
static const char *array_text(TALLOC_CTX *context, const struct db_value *value)
{
    size_t size = 3; /* braces and NUL */
    for (size_t i = 0; i < value->text_count; i++)
        size += 2 * strlen(value->texts[i]) + 3; /* every character escaped, quotes, comma */
    char *text = talloc_size(context, size);
    if (text == NULL)
        return NULL;
    char *to = text;
    *to++ = '{';
    for (size_t i = 0; i < value->text_count; i++) {
        if (i > 0)
            *to++ = ',';
        *to++ = '"';
        for (const char *at = value->texts[i]; *at != '\0'; at++) {
            if (*at == '"' || *at == '\\')
                *to++ = '\\';
            *to++ = *at;
        }
        *to++ = '"';
    }
    *to++ = '}';
    *to = '\0';
    return text;
}

static const char *time_text(TALLOC_CTX *context, int64_t instant_us)
{
    char *text = talloc_size(context, CLOCK_TEXT_SIZE);
    if (text != NULL)
        clock_format_utc(instant_us, text, CLOCK_TEXT_SIZE);
    return text;
}

static bool encode_one(TALLOC_CTX *context, const struct db_value *value, struct encoded *encoded, size_t at)
{
    const char **slot = &encoded->values[at];
    switch (value->type) {
    case DB_NULL:
        *slot = NULL;
        return true;
    case DB_TEXT:
        *slot = value->text;
        break;
    case DB_INT:
        *slot = talloc_asprintf(context, "%" PRId64, value->number);
        break;
    case DB_BOOL:
        *slot = value->number != 0 ? "t" : "f";
        break;
    case DB_TIME:
        *slot = time_text(context, value->number);
        break;
    case DB_BYTES:
        /* libpq takes a NULL pointer for SQL null; no bytes at all are still bytes. */
        *slot = value->bytes.data != NULL ? (const char *)value->bytes.data : "";
        encoded->lengths[at] = (int)value->bytes.length;
        encoded->formats[at] = 1;
        break;
    case DB_TEXTS:
        *slot = array_text(context, value);
        break;
    }
    return *slot != NULL;
}

static bool encode(TALLOC_CTX *context, const struct statement_row *row, const struct db_value *values,
                   size_t count, struct encoded *encoded, struct ra_error *error)
{
    if (count != row->parameter_count || count > STATEMENT_VALUES_MAX)
        return ra_fail(error, RA_INTERNAL, "%s takes %zu values, %zu given", row->name, row->parameter_count,
                       count);
    for (size_t i = 0; i < count; i++) {
        bool bytes = values[i].type == DB_BYTES;
        if (values[i].type != DB_NULL && bytes != (row->parameter_types[i] == OID_BYTEA))
            return ra_fail(error, RA_INTERNAL, "%s: value %zu is of another type than declared", row->name,
                           i + 1);
        if (bytes && values[i].bytes.length > INT32_MAX)
            return ra_fail(error, RA_TOO_LARGE, "%s: value %zu", row->name, i + 1);
        if (!encode_one(context, &values[i], encoded, i))
            return ra_fail(error, RA_NO_MEMORY, "%s", row->name);
    }
    return true;
}

/* --- errors --- */

static bool state_is(const char *state, const char *wanted)
{
    return strcmp(state, wanted) == 0;
}

static bool map_state(const char *state, const char *constraint, const char *what, const char *message,
                      struct ra_error *error)
{
    if (state_is(state, "23505") || state_is(state, "23P01"))
        return ra_fail_reason(error, RA_CONFLICT, constraint, "%s", "");
    if (state_is(state, "40001"))
        return ra_fail_reason(error, RA_CONFLICT, "serialization", "%s", "");
    if (state_is(state, "40P01"))
        return ra_fail_reason(error, RA_CONFLICT, "deadlock", "%s", "");
    if (state_is(state, "55P03"))
        return ra_fail_reason(error, RA_UNAVAILABLE, "lock-timeout", "%s", "");
    if (state_is(state, "57014"))
        return ra_fail(error, RA_TIMEOUT, "%s", "");
    if (state_is(state, "GU001"))
        return ra_fail_reason(error, RA_ILLEGAL_TRANSITION, constraint, "%s", "");
    if (strncmp(state, "22", 2) == 0)
        return ra_fail_reason(error, RA_BAD_REQUEST, state, "%s", "");
    if (strncmp(state, "08", 2) == 0 || strncmp(state, "53", 2) == 0 || strncmp(state, "57P", 3) == 0)
        return ra_fail_reason(error, RA_DATABASE, state, "%s", "");
    return ra_fail_reason(error, RA_INTERNAL, constraint[0] != '\0' ? constraint : state, "%s: %s", what,
                          message);
}

/* The message texts of the server never reach a person: they may quote a value. Only for our own mistakes the
 * primary message, which names objects, goes into the detail for the log. */
bool db_map_failure(struct db *db, const PGresult *result, const char *what, struct ra_error *error)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (state == NULL) /* made by libpq itself: the connection broke */
        return ra_fail_reason(error, RA_DATABASE, "connection", "%s",
                              PQstatus(db->connection) == CONNECTION_OK ? PQerrorMessage(db->connection)
                                                                        : "");
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    return map_state(state, constraint != NULL ? constraint : "", what, message != NULL ? message : "",
                     error);
}

/* --- running --- */

static PGresult *run(struct db *db, const struct statement_row *row, const struct encoded *encoded)
{
    int count = (int)row->parameter_count;
    if (db->prepared)
        return PQexecPrepared(db->connection, row->name, count, encoded->values, encoded->lengths,
                              encoded->formats, 0);
    return PQexecParams(db->connection, row->sql, count, row->parameter_types, encoded->values,
                        encoded->lengths, encoded->formats, 0);
}

/* NULL, with the error set, for a number that is no statement. */
static const struct statement_row *find_row(const struct db *db, enum db_statement statement,
                                            struct ra_error *error)
{
    if ((size_t)statement < db->table->count)
        return &db->table->rows[statement];
    ra_fail(error, RA_INTERNAL, "no statement %d", (int)statement);
    return NULL;
}

static bool send(struct db *db, const struct statement_row *row, const struct encoded *encoded,
                 struct ra_error *error)
{
    return db_send(db, row->name, (int)row->parameter_count, encoded->values, encoded->lengths,
                   encoded->formats, error);
}

static bool run_alone(struct db *db, const struct statement_row *row, const struct encoded *encoded,
                      PGresult **result, struct ra_error *error)
{
    *result = run(db, row, encoded);
    ExecStatusType status = PQresultStatus(*result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return true;
    db_map_failure(db, *result, row->name, error);
    PQclear(*result);
    *result = NULL;
    return false;
}

/* What is sent together, for the retry of a transaction that has not begun. */
typedef bool sender(struct db *db, const void *what, struct ra_error *error);

/* Sends and takes the last `wanted` answers; a second time, on another connection, only where the server had
 * not heard of the transaction yet. */
static bool send_and_collect(struct db *db, sender *send_all, const void *what, PGresult **results,
                             size_t wanted, struct ra_error *error)
{
    struct ra_error first = {0};
    if (send_all(db, what, &first) && db_collect(db, results, wanted, &first))
        return true;
    db_drop(db);
    if (db_begins_anew(db))
        return db_ensure(db, error) && send_all(db, what, error) && db_collect(db, results, wanted, error);
    *error = first;
    return false;
}

struct one_statement {
    const struct statement_row *row;
    const struct encoded *encoded;
};

static bool send_one(struct db *db, const void *what, struct ra_error *error)
{
    const struct one_statement *one = what;
    return send(db, one->row, one->encoded, error);
}

static bool run_in_line(struct db *db, const struct statement_row *row, const struct encoded *encoded,
                        PGresult **result, struct ra_error *error)
{
    const struct one_statement one = {row, encoded};
    return send_and_collect(db, send_one, &one, result, 1, error);
}

/* The result, in `*result` the caller's to clear; NULL on failure. */
static bool execute(struct db *db, enum db_statement statement, const struct db_value *values, size_t count,
                    PGresult **result, struct ra_error *error)
{
    const struct statement_row *row = find_row(db, statement, error);
    if (row == NULL || !db_ensure(db, error))
        return false;
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct encoded encoded = {0};
    bool done = (scratch != NULL || ra_fail(error, RA_NO_MEMORY, "%s", row->name)) &&
                encode(scratch, row, values, count, &encoded, error);
    const bool in_line = db->begin_due || db->sent_count > 0;
    done = done && (in_line ? run_in_line : run_alone)(db, row, &encoded, result, error);
    talloc_free(scratch);
    return done;
}

bool db_query(struct db *db, TALLOC_CTX *context, enum db_statement statement, const struct db_value *values,
              size_t count, struct db_rows **rows, struct ra_error *error)
{
    PGresult *result = NULL;
    if (!execute(db, statement, values, count, &result, error))
        return false;
    *rows = db_rows_new(context, db, db->table->rows[statement].name, result);
    return *rows != NULL || ra_fail(error, RA_NO_MEMORY, "rows");
}

/* --- several at once --- */

static bool send_values(struct db *db, enum db_statement statement, const struct db_value *values,
                        size_t count, struct ra_error *error)
{
    const struct statement_row *row = find_row(db, statement, error);
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct encoded encoded = {0};
    bool done = row != NULL && (scratch != NULL || ra_fail(error, RA_NO_MEMORY, "%s", row->name)) &&
                encode(scratch, row, values, count, &encoded, error) && send(db, row, &encoded, error);
    talloc_free(scratch);
    return done;
}

struct several_readings {
    const struct db_reading *items;
    size_t count;
};

static bool send_several(struct db *db, const void *what, struct ra_error *error)
{
    const struct several_readings *several = what;
    for (size_t i = 0; i < several->count; i++) {
        const struct db_reading *one = &several->items[i];
        if (!send_values(db, one->statement, one->values, one->count, error))
            return false;
    }
    return true;
}

bool db_query_all(struct db *db, TALLOC_CTX *context, const struct db_reading *readings, size_t count,
                  struct ra_error *error)
{
    PGresult *results[DB_SENT_MAX] = {NULL};
    if (count >= DB_SENT_MAX)
        return ra_fail(error, RA_INTERNAL, "%zu readings at once", count);
    const struct several_readings several = {readings, count};
    if (!db_ensure(db, error) || !send_and_collect(db, send_several, &several, results, count, error))
        return false;
    bool done = true;
    for (size_t i = 0; i < count; i++) {
        *readings[i].rows = db_rows_new(context, db, db->table->rows[readings[i].statement].name, results[i]);
        done = done && *readings[i].rows != NULL;
    }
    return done || ra_fail(error, RA_NO_MEMORY, "rows");
}

bool db_exec_later(struct db *db, enum db_statement statement, const struct db_value *values, size_t count,
                   struct ra_error *error)
{
    enum { MOST = DB_SENT_MAX / 2 }; /* leaves room for what follows */
    if (!db->prepared || !db->in_transaction || db->begin_due)
        return db_exec(db, statement, values, count, NULL, error);
    if (!db_ensure(db, error) || (db->sent_count >= MOST && !db_collect(db, NULL, 0, error)))
        return false;
    if (send_values(db, statement, values, count, error))
        return true;
    db_drop(db);
    return false;
}

bool db_one(struct db *db, TALLOC_CTX *context, enum db_statement statement, const struct db_value *values,
            size_t count, struct db_rows **row, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(db, context, statement, values, count, &rows, error))
        return false;
    if (db_row_count(rows) == 1) {
        *row = rows;
        return true;
    }
    bool none = db_row_count(rows) == 0;
    talloc_free(rows);
    return none ? ra_fail(error, RA_NOT_FOUND, "%s", "")
                : ra_fail(error, RA_INTERNAL, "%s: more than one row", db->table->rows[statement].name);
}

bool db_exec(struct db *db, enum db_statement statement, const struct db_value *values, size_t count,
             int64_t *affected, struct ra_error *error)
{
    PGresult *result = NULL;
    if (!execute(db, statement, values, count, &result, error))
        return false;
    if (affected != NULL)
        *affected = strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return true;
}

static bool each_result(struct db *db, const char *name, db_each_row *each, void *argument,
                        struct ra_error *error)
{
    bool done = true;
    for (PGresult *result; (result = PQgetResult(db->connection)) != NULL;) {
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
            PQclear(result); /* the end; one more NULL follows */
            continue;
        }
        if (status != PGRES_SINGLE_TUPLE) {
            done = db_map_failure(db, result, name, error);
            PQclear(result); /* an end too */
            continue;
        }
        struct db_rows *row = db_rows_new(NULL, db, name, result);
        bool go_on = row != NULL ? each(row, argument, error) : ra_fail(error, RA_NO_MEMORY, "rows");
        talloc_free(row);
        if (!go_on) {
            /* A cancel request may come late and hit the next statement; reading out the rest may take for
             * ever. */
            db_abandon(db);
            return false;
        }
    }
    return done;
}

/* libpq would read the first statement of the next pipeline row by row too. */
static void leave_row_mode(struct db *db)
{
    if (db->connection != NULL)
        PQclear(PQexec(db->connection, ""));
}

bool db_each(struct db *db, enum db_statement statement, const struct db_value *values, size_t count,
             db_each_row *each, void *argument, struct ra_error *error)
{
    const struct statement_row *row = find_row(db, statement, error);
    if (row == NULL || !db_ensure(db, error) || !db_settle(db, error))
        return false;
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct encoded encoded = {0};
    bool done = scratch != NULL || ra_fail(error, RA_NO_MEMORY, "%s", row->name);
    done = done && encode(scratch, row, values, count, &encoded, error);
    if (done && (PQsendQueryPrepared(db->connection, row->name, (int)count, encoded.values, encoded.lengths,
                                     encoded.formats, 0) != 1 ||
                 PQsetSingleRowMode(db->connection) != 1))
        done = db_map_failure(db, NULL, row->name, error);
    done = done && each_result(db, row->name, each, argument, error);
    talloc_free(scratch);
    leave_row_mode(db);
    return done;
}
