/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/option_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    void *target;
    const char *name;
    const struct option_row *rows;
    size_t count;
    const char *const *folder;
    size_t line;
    char *values[OPTION_ROWS_MAX]; /* as written; NULL: not given */
};

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

static bool parse_line(struct parser *parser, const char *line, size_t length, struct ra_error *error)
{
    char *whole = trimmed(parser->target, line, length);
    if (whole == NULL)
        return ra_fail(error, RA_NO_MEMORY, "config");
    if (whole[0] == '\0' || whole[0] == '#')
        return true;
    const char *equals = strchr(whole, '=');
    if (equals == NULL)
        return ra_fail(error, RA_INVALID, "%s:%zu: expected key = value", parser->name, parser->line);
    char *key = trimmed(parser->target, whole, (size_t)(equals - whole));
    char *value = trimmed(parser->target, equals + 1, strlen(equals + 1));
    if (key == NULL || value == NULL)
        return ra_fail(error, RA_NO_MEMORY, "config");
    for (size_t i = 0; i < parser->count; i++) {
        if (strcmp(parser->rows[i].name, key) != 0)
            continue;
        if (parser->values[i] != NULL)
            return ra_fail(error, RA_INVALID, "%s:%zu: %s is given twice", parser->name, parser->line, key);
        parser->values[i] = value;
        return true;
    }
    return ra_fail(error, RA_INVALID, "%s:%zu: unknown key %s (--help lists them)", parser->name,
                   parser->line, key);
}

static bool parse_number(const struct option_row *row, const char *value, int64_t *number,
                         struct ra_error *error)
{
    char *end = NULL;
    errno = 0;
    long long parsed = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || parsed < row->minimum || parsed > row->maximum)
        return ra_fail(error, RA_INVALID, "%s: %s is not a number from %lld to %lld", row->name, value,
                       (long long)row->minimum, (long long)row->maximum);
    *number = parsed;
    return true;
}

static bool parse_flag(const struct option_row *row, const char *value, bool *flag, struct ra_error *error)
{
    *flag = strcmp(value, "yes") == 0;
    if (!*flag && strcmp(value, "no") != 0)
        return ra_fail(error, RA_INVALID, "%s: say yes or no, not %s", row->name, value);
    return true;
}

static const char *whole_path(const struct parser *parser, const char *value)
{
    if (value[0] == '/' || value[0] == '\0')
        return value;
    return talloc_asprintf(parser->target, "%s/%s", *parser->folder, value);
}

static bool store(const struct parser *parser, const struct option_row *row, const char *value,
                  struct ra_error *error)
{
    void *slot = (char *)parser->target + row->offset;
    switch (row->kind) {
    case OPTION_text:
        *(const char **)slot = value;
        return true;
    case OPTION_path:
        *(const char **)slot = whole_path(parser, value);
        return *(const char **)slot != NULL || ra_fail(error, RA_NO_MEMORY, "config");
    case OPTION_number:
        return parse_number(row, value, slot, error);
    case OPTION_flag:
        return parse_flag(row, value, slot, error);
    }
    return ra_fail(error, RA_INTERNAL, "config: option of no kind");
}

static bool store_all(const struct parser *parser, struct ra_error *error)
{
    for (size_t i = 0; i < parser->count; i++) {
        const struct option_row *row = &parser->rows[i];
        const char *value = parser->values[i];
        if (value == NULL && row->fallback == NULL)
            return ra_fail(error, RA_INVALID, "%s: %s is required", parser->name, row->name);
        if (value != NULL && value[0] == '\0' && row->kind == OPTION_path)
            return ra_fail(error, RA_INVALID, "%s: %s needs a path", parser->name, row->name);
        if (value == NULL)
            value = talloc_strdup(parser->target, row->fallback);
        if (value == NULL)
            return ra_fail(error, RA_NO_MEMORY, "config");
        if (!store(parser, row, value, error))
            return false;
    }
    return true;
}

bool option_file_parse(void *target, const char *name, const char *text, const struct option_row *rows,
                       size_t count, const char *const *folder, struct ra_error *error)
{
    struct parser parser = {.target = target, .name = name, .rows = rows, .count = count, .folder = folder};
    if (count > OPTION_ROWS_MAX)
        return ra_fail(error, RA_INTERNAL, "%s: too many options", name);
    for (const char *at = text; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        parser.line++;
        if (!parse_line(&parser, at, length, error))
            return false;
        at += length + (at[length] == '\n' ? 1 : 0);
    }
    return store_all(&parser, error);
}
