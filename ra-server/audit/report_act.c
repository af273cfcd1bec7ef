/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/report_words.h"
#include "catalog/local_time.h"
#include "pki/base/clock.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

enum { SHOWN_OF_A_DIGEST = 12, EPOCH_MIN = 1000000000 };

/* A digest or a serial number is for programs; its beginning tells two apart. */
static bool is_hexadecimal(const char *text)
{
    return strlen(text) >= 32 && strspn(text, "0123456789abcdef-") == strlen(text);
}

static char *text_shown(TALLOC_CTX *context, const char *text, int offset_s)
{
    int64_t instant_us = 0;
    if (clock_parse(text, &instant_us)) {
        return local_time_short_text(context, instant_us, offset_s);
    }
    if (strlen(text) == strlen("2026-11-24") && text[4] == '-' && text[7] == '-') {
        return talloc_asprintf(context, "%.2s/%.2s/%.4s", text + 8, text + 5, text);
    }
    if (is_hexadecimal(text)) {
        return talloc_asprintf(context, "%.*s…", (int)SHOWN_OF_A_DIGEST, text);
    }
    return talloc_strdup(context, report_value(text));
}

static char *number_shown(TALLOC_CTX *context, const char *name, int64_t number, int offset_s)
{
    const size_t length = strlen(name);
    if (length > 6 && strcmp(name + length - 6, "_cents") == 0) {
        const int64_t cents = number < 0 ? -number : number;
        return talloc_asprintf(context, "%sR$ %" PRId64 ",%02d", number < 0 ? "-" : "", cents / 100,
                               (int)(cents % 100));
    }
    if (number >= EPOCH_MIN) {
        return local_time_short_text(context, number * 1000000, offset_s);
    }
    return talloc_asprintf(context, "%" PRId64, number);
}

static char *value_shown(TALLOC_CTX *context, const char *name, json_t *value, int offset_s);

static char *list_shown(TALLOC_CTX *context, const char *name, json_t *list, int offset_s)
{
    char *text = talloc_strdup(context, "");
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one)
    {
        char *shown = text == NULL ? NULL : value_shown(text, name, one, offset_s);
        if (shown == NULL) {
            return NULL;
        }
        text = talloc_asprintf_append_buffer(text, "%s%s", i > 0 ? " e " : "", shown);
    }
    return text;
}

static char *value_shown(TALLOC_CTX *context, const char *name, json_t *value, int offset_s)
{
    if (json_is_string(value)) {
        return text_shown(context, json_string_value(value), offset_s);
    }
    if (json_is_boolean(value)) {
        return talloc_strdup(context, json_is_true(value) ? "sim" : "não");
    }
    if (json_is_integer(value)) {
        return number_shown(context, name, json_integer_value(value), offset_s);
    }
    if (json_is_array(value)) {
        return list_shown(context, name, value, offset_s);
    }
    return talloc_strdup(context, "");
}

/* Adds "label: value"; what is empty says nothing. false when memory ran out. */
static bool add_member(char **line, const char *name, json_t *value, bool first, int offset_s)
{
    TALLOC_CTX *work = talloc_new(NULL);
    const char *shown = value_shown(work, name, value, offset_s);
    const bool made = shown != NULL;
    if (made && shown[0] != '\0') {
        *line =
            talloc_asprintf_append_buffer(*line, "%s%s: %s", first ? " · " : ", ", report_label(name), shown);
    }
    talloc_free(work);
    return made && *line != NULL;
}

char *report_act(TALLOC_CTX *context, const char *event, json_t *detail, int offset_s)
{
    char *line = talloc_strdup(context, report_event(event));
    const size_t bare = line == NULL ? 0 : strlen(line);
    const char *name;
    json_t *value;
    json_object_foreach(detail, name, value)
    {
        /* The sentence of a counter act says the act, save where another one was undone. */
        const bool said = strcmp(name, "act") == 0 && strcmp(event, "UNDONE") != 0;
        if (line == NULL || (!said && !add_member(&line, name, value, strlen(line) == bare, offset_s))) {
            return NULL;
        }
    }
    return line;
}
