/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/statement_source.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Object ids of pg_type; fixed by PostgreSQL for built-in types. */
static const struct {
    const char *name;
    unsigned oid;
} types[] = {
    {"text", 25},          {"bigint", 20},  {"integer", 23},  {"smallint", 21},   {"boolean", 16},
    {"timestamptz", 1184}, {"date", 1082},  {"time", 1083},   {"bytea", 17},      {"uuid", 2950},
    {"jsonb", 3802},       {"double", 701}, {"text[]", 1009}, {"bigint[]", 1016}, {"uuid[]", 2951},
};

struct reader {
    TALLOC_CTX *context;
    const char *file;
    size_t line;
    struct statement_sources *sources;
    struct statement_source *current;
};

static bool refuse(const struct reader *reader, struct ra_error *error, const char *what)
{
    return ra_fail(error, RA_INVALID, "%s:%zu: %s", reader->file, reader->line, what);
}

static char *trimmed(TALLOC_CTX *context, const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)text[0])) {
        text++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    return talloc_strndup(context, text, length);
}

static bool is_word(const char *text)
{
    if (!(text[0] >= 'a' && text[0] <= 'z'))
        return false;
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static bool type_oid(const char *name, unsigned *oid)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(types[i].name, name) == 0) {
            *oid = types[i].oid;
            return true;
        }
    }
    return false;
}

/* Which $n occur outside quotes and comments; also finds a semicolon that ends the statement before its end.
 */
struct scan {
    uint64_t used; /* bit n-1 for $n; parameters beyond the limit set `beyond` */
    bool beyond;
    bool second_statement;
};

static const char *skip_quoted(const char *at, char quote)
{
    for (at++; *at != '\0'; at++) {
        if (*at == quote)
            return at + 1;
    }
    return at;
}

static const char *skip_comment(const char *at)
{
    const char *end = strchr(at, '\n');
    return end != NULL ? end : at + strlen(at);
}

static const char *scan_dollar(const char *at, struct scan *scan)
{
    char *end = NULL;
    unsigned long number = strtoul(at + 1, &end, 10);
    if (number >= 1 && number <= STATEMENT_VALUES_MAX)
        scan->used |= UINT64_C(1) << (number - 1);
    else
        scan->beyond = true;
    return end;
}

static struct scan scan_sql(const char *sql)
{
    struct scan scan = {0};
    bool ended = false;
    for (const char *at = sql; *at != '\0';) {
        if (at[0] == '-' && at[1] == '-') {
            at = skip_comment(at);
            continue;
        }
        if (ended && !isspace((unsigned char)*at))
            scan.second_statement = true;
        if (*at == '\'' || *at == '"') {
            at = skip_quoted(at, *at);
        } else if (*at == '$' && isdigit((unsigned char)at[1])) {
            at = scan_dollar(at, &scan);
        } else {
            ended = ended || *at == ';';
            at++;
        }
    }
    return scan;
}

static bool finish(struct reader *reader, struct ra_error *error)
{
    struct statement_source *statement = reader->current;
    if (statement == NULL)
        return true;
    char *sql = trimmed(reader->context, statement->sql, strlen(statement->sql));
    if (sql == NULL)
        return ra_fail(error, RA_NO_MEMORY, "statements");
    struct scan scan = scan_sql(sql);
    if (scan.second_statement)
        return ra_fail(error, RA_INVALID, "%s: %s: more than one statement under one name", statement->origin,
                       statement->name);
    size_t length = strlen(sql);
    if (length > 0 && sql[length - 1] == ';')
        sql[length - 1] = '\0';
    if (sql[0] == '\0')
        return ra_fail(error, RA_INVALID, "%s: %s has no SQL", statement->origin, statement->name);
    uint64_t wanted = statement->parameter_count == STATEMENT_VALUES_MAX
                          ? UINT64_MAX
                          : (UINT64_C(1) << statement->parameter_count) - 1;
    if (scan.beyond || scan.used != wanted)
        return ra_fail(error, RA_INVALID, "%s: %s declares %zu parameters, its SQL uses others",
                       statement->origin, statement->name, statement->parameter_count);
    statement->sql = sql;
    return true;
}

static bool start(struct reader *reader, const char *name, struct ra_error *error)
{
    if (!finish(reader, error))
        return false;
    struct statement_sources *sources = reader->sources;
    for (size_t i = 0; i < sources->count; i++) {
        if (strcmp(sources->items[i].name, name) == 0)
            return ra_fail(error, RA_INVALID, "%s:%zu: the name %s was used at %s already", reader->file,
                           reader->line, name, sources->items[i].origin);
    }
    if (!is_word(name))
        return refuse(reader, error, "a name is a lower-case word: letters, digits and _");
    sources->items = talloc_realloc(reader->context, sources->items, struct statement_source,
                                    (unsigned)sources->count + 1);
    if (sources->items == NULL)
        return ra_fail(error, RA_NO_MEMORY, "statements");
    reader->current = &sources->items[sources->count++];
    *reader->current = (struct statement_source){
        .name = talloc_strdup(reader->context, name),
        .sql = talloc_strdup(reader->context, ""),
        .origin = talloc_asprintf(reader->context, "%s:%zu", reader->file, reader->line),
    };
    if (reader->current->name == NULL || reader->current->sql == NULL || reader->current->origin == NULL)
        return ra_fail(error, RA_NO_MEMORY, "statements");
    return true;
}

/* "code text": a word that names it and a type. */
static bool add_parameter(struct reader *reader, const char *text, struct ra_error *error)
{
    struct statement_source *statement = reader->current;
    const char *space = strpbrk(text, " \t");
    if (space == NULL)
        return refuse(reader, error, "a parameter is a name and a type");
    char *name = trimmed(reader->context, text, (size_t)(space - text));
    char *type = trimmed(reader->context, space, strlen(space));
    if (name == NULL || type == NULL)
        return ra_fail(error, RA_NO_MEMORY, "statements");
    if (!is_word(name))
        return refuse(reader, error, "a parameter's name is a lower-case word");
    if (statement->parameter_count == STATEMENT_VALUES_MAX)
        return refuse(reader, error, "too many parameters");
    if (!type_oid(type, &statement->types[statement->parameter_count]))
        return refuse(reader, error, "unknown type (db/db.h lists them)");
    statement->parameter_count++;
    return true;
}

static bool add_parameters(struct reader *reader, const char *list, struct ra_error *error)
{
    if (reader->current == NULL || reader->current->sql[0] != '\0')
        return refuse(reader, error, "-- params: stands between -- name: and the SQL");
    while (*list != '\0') {
        size_t length = strcspn(list, ",");
        char *one = trimmed(reader->context, list, length);
        if (one == NULL)
            return ra_fail(error, RA_NO_MEMORY, "statements");
        if (one[0] != '\0' && !add_parameter(reader, one, error))
            return false;
        list += length + (list[length] == ',' ? 1 : 0);
    }
    return true;
}

static bool add_sql(struct reader *reader, const char *line, struct ra_error *error)
{
    bool comment = strncmp(line, "--", 2) == 0;
    if (reader->current == NULL)
        return comment || line[0] == '\0' || refuse(reader, error, "SQL before the first -- name:");
    if (comment || (line[0] == '\0' && reader->current->sql[0] == '\0'))
        return true;
    reader->current->sql = talloc_asprintf_append(reader->current->sql, "%s\n", line);
    return reader->current->sql != NULL || ra_fail(error, RA_NO_MEMORY, "statements");
}

static bool read_line(struct reader *reader, const char *line, struct ra_error *error)
{
    static const char name_mark[] = "-- name:";
    static const char parameter_mark[] = "-- params:";
    if (strncmp(line, name_mark, sizeof name_mark - 1) == 0) {
        const char *rest = line + sizeof name_mark - 1;
        char *name = trimmed(reader->context, rest, strlen(rest));
        return name != NULL ? start(reader, name, error) : ra_fail(error, RA_NO_MEMORY, "statements");
    }
    if (strncmp(line, parameter_mark, sizeof parameter_mark - 1) == 0)
        return add_parameters(reader, line + sizeof parameter_mark - 1, error);
    return add_sql(reader, line, error);
}

bool statement_source_read(TALLOC_CTX *context, const char *file, const char *text,
                           struct statement_sources *sources, struct ra_error *error)
{
    struct reader reader = {.context = context, .file = file, .sources = sources};
    for (const char *at = text; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        size_t kept = length;
        while (kept > 0 && isspace((unsigned char)at[kept - 1]))
            kept--;
        char *line = talloc_strndup(context, at, kept);
        if (line == NULL)
            return ra_fail(error, RA_NO_MEMORY, "statements");
        reader.line++;
        if (!read_line(&reader, line, error))
            return false;
        at += length + (at[length] == '\n' ? 1 : 0);
    }
    return finish(&reader, error);
}
