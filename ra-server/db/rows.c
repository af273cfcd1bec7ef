/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/internal.h"
#include "log.h"
#include "pki/base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct db_rows {
    PGresult *result;
    struct db *db;
    TALLOC_CTX *decoded; /* bytes made from the text form; hangs on the rows */
    char statement[64];
};

static int clear_result(struct db_rows *rows)
{
    PQclear(rows->result);
    return 0;
}

struct db_rows *db_rows_new(TALLOC_CTX *context, struct db *db, const char *statement, PGresult *take_result)
{
    struct db_rows *rows = talloc_zero(context, struct db_rows);
    TALLOC_CTX *decoded = talloc_new(rows);
    if (rows == NULL || decoded == NULL) {
        talloc_free(rows);
        PQclear(take_result);
        return NULL;
    }
    rows->result = take_result;
    rows->db = db;
    rows->decoded = decoded;
    snprintf(rows->statement, sizeof rows->statement, "%s", statement);
    talloc_set_destructor(rows, clear_result);
    return rows;
}

size_t db_row_count(const struct db_rows *rows)
{
    return (size_t)PQntuples(rows->result);
}

static void misread(const struct db_rows *rows, const char *column, const char *why)
{
    rows->db->misread = true;
    snprintf(rows->db->misread_at, sizeof rows->db->misread_at, "%s.%s: %s", rows->statement, column, why);
    log_event(LOG_LEVEL_ERROR, "misread", "{s:s, s:s, s:s}", "statement", rows->statement, "column", column,
              "why", why);
}

/* The text of a cell, NULL for SQL null or a cell that is not there. */
static const char *cell(const struct db_rows *rows, size_t row, const char *column)
{
    int number = PQfnumber(rows->result, column);
    if (number < 0) {
        misread(rows, column, "no such column");
        return NULL;
    }
    if (row >= db_row_count(rows)) {
        misread(rows, column, "no such row");
        return NULL;
    }
    return PQgetisnull(rows->result, (int)row, number) ? NULL : PQgetvalue(rows->result, (int)row, number);
}

bool row_is_null(const struct db_rows *rows, size_t row, const char *column)
{
    return cell(rows, row, column) == NULL;
}

const char *row_text(const struct db_rows *rows, size_t row, const char *column)
{
    const char *text = cell(rows, row, column);
    return text != NULL ? text : "";
}

int64_t row_int(const struct db_rows *rows, size_t row, const char *column)
{
    const char *text = cell(rows, row, column);
    if (text == NULL)
        return 0;
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0') {
        misread(rows, column, "not an integer");
        return 0;
    }
    return number;
}

bool row_bool(const struct db_rows *rows, size_t row, const char *column)
{
    const char *text = cell(rows, row, column);
    if (text != NULL && strcmp(text, "t") != 0 && strcmp(text, "f") != 0)
        misread(rows, column, "not a boolean");
    return text != NULL && text[0] == 't';
}

/* "2026-11-23 14:05:06.123456+00" (ISO, UTC session) is RFC 3339 but for two characters. */
int64_t row_time(const struct db_rows *rows, size_t row, const char *column)
{
    const char *text = cell(rows, row, column);
    if (text == NULL)
        return 0;
    char copy[48];
    size_t length = strlen(text);
    int64_t instant = 0;
    bool shaped =
        length < sizeof copy - 4 && length > 13 && text[10] == ' ' && strcmp(text + length - 3, "+00") == 0;
    if (shaped) {
        snprintf(copy, sizeof copy, "%.10sT%.*sZ", text, (int)(length - 14), text + 11);
        shaped = clock_parse(copy, &instant);
    }
    if (!shaped)
        misread(rows, column, "not a timestamptz");
    return shaped ? instant : 0;
}

struct bytes row_bytes(const struct db_rows *rows, size_t row, const char *column)
{
    const char *text = cell(rows, row, column);
    if (text == NULL)
        return (struct bytes){0};
    size_t digits = strlen(text) >= 2 ? strlen(text) - 2 : 1;
    uint8_t *data = talloc_size(rows->decoded, digits / 2 + 1);
    if (data == NULL || strncmp(text, "\\x", 2) != 0 || digits % 2 != 0 ||
        !hex_decode(text + 2, data, digits / 2)) {
        misread(rows, column, "not bytes");
        return (struct bytes){0};
    }
    return (struct bytes){data, digits / 2};
}

json_t *row_json(const struct db_rows *rows, size_t row, const char *column)
{
    const char *text = cell(rows, row, column);
    if (text == NULL)
        return json_null();
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (value == NULL) {
        misread(rows, column, "not JSON");
        return json_null();
    }
    return value;
}

/* One element of an array's text form from `*at`; moves behind it. NULL when it is malformed. */
static json_t *array_element(const char **at, char *scratch)
{
    size_t length = 0;
    bool quoted = **at == '"';
    if (quoted)
        (*at)++;
    while (**at != '\0' && (quoted ? **at != '"' : **at != ',' && **at != '}')) {
        if (**at == '\\')
            (*at)++;
        if (**at == '\0')
            return NULL;
        scratch[length++] = *(*at)++;
    }
    if (quoted && *(*at)++ != '"')
        return NULL;
    if (!quoted && length == 4 && strncmp(scratch, "NULL", 4) == 0)
        return json_null();
    return json_stringn(scratch, length);
}

static bool array_elements(const char *text, char *scratch, json_t *array)
{
    if (*text++ != '{')
        return false;
    if (strcmp(text, "}") == 0)
        return true;
    for (;;) {
        json_t *element = array_element(&text, scratch);
        if (element == NULL || json_array_append_new(array, element) != 0)
            return false;
        if (strcmp(text, "}") == 0)
            return true;
        if (*text++ != ',')
            return false;
    }
}

json_t *row_texts(const struct db_rows *rows, size_t row, const char *column)
{
    const char *text = cell(rows, row, column);
    json_t *array = json_array();
    if (text == NULL || array == NULL)
        return array;
    char *scratch = malloc(strlen(text) + 1);
    if (scratch == NULL || !array_elements(text, scratch, array))
        misread(rows, column, "not a one-dimensional array");
    free(scratch);
    return array;
}
