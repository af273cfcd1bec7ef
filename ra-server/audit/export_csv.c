/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/export_csv.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Column and where it stands in the leaf. */
static const struct {
    const char *group; /* NULL: at the top */
    const char *key;
} columns[] = {
    {NULL, "id"},        {NULL, "ts_utc"},  {NULL, "ts_local"},  {NULL, "event"},
    {"actor", "kind"},   {"actor", "spki"}, {"actor", "serial"}, {NULL, "station"},
    {"place", "office"}, {"place", "ibge"}, {"place", "kind"},   {NULL, "clock_offset_ms"},
    {NULL, "order"},     {NULL, "person"},  {NULL, "detail"},    {NULL, "commit"},
};

const char *export_csv_heading(void)
{
    return "n,id,ts_utc,ts_local,event,actor_kind,actor_spki,actor_serial,station,office,ibge,place_kind,"
           "clock_offset_ms,order,person,detail,commit\r\n";
}

static bool is_formula(const char *text)
{
    return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

static char *append_cell(char *line, const char *text, bool guard)
{
    line = talloc_strdup_append_buffer(line, guard && is_formula(text) ? ",\"'" : ",\"");
    for (const char *rest = text; line != NULL && *rest != '\0';) {
        size_t plain = strcspn(rest, "\"");
        line = talloc_strndup_append_buffer(line, rest, plain);
        rest += plain;
        if (line != NULL && *rest == '"') {
            line = talloc_strdup_append_buffer(line, "\"\"");
            rest++;
        }
    }
    return line != NULL ? talloc_strdup_append_buffer(line, "\"") : NULL;
}

static char *append_value(char *line, const json_t *value)
{
    if (json_is_string(value)) {
        return append_cell(line, json_string_value(value), true);
    }
    if (value == NULL || json_is_null(value)) {
        return append_cell(line, "", true);
    }
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
    if (text == NULL) {
        return NULL;
    }
    line = append_cell(line, text, !json_is_integer(value)); /* -120 is a number, not a formula */
    free(text);
    return line;
}

bool export_csv_line(TALLOC_CTX *context, uint64_t n, struct bytes leaf, char **line, struct ra_error *error)
{
    json_t *json = json_loadb((const char *)leaf.data, leaf.length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        return ra_fail(error, RA_INTERNAL, "leaf %" PRIu64 " is no JSON object", n);
    }
    char *text = talloc_asprintf(context, "%" PRIu64, n);
    for (size_t at = 0; text != NULL && at < sizeof columns / sizeof columns[0]; at++) {
        const json_t *group = columns[at].group != NULL ? json_object_get(json, columns[at].group) : json;
        text = append_value(text, json_object_get(group, columns[at].key));
    }
    text = text != NULL ? talloc_strdup_append_buffer(text, "\r\n") : NULL;
    json_decref(json);
    *line = text;
    return text != NULL || ra_fail(error, RA_NO_MEMORY, "csv");
}
