/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/findings.h"

#include "pki/certificate/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct findings *findings_new(TALLOC_CTX *context)
{
    return talloc_zero(context, struct findings);
}

/* snprintf may have stopped inside a character. */
static void drop_cut_character(char *text)
{
    struct bytes bytes = bytes_of_text(text);
    uint32_t point;
    for (size_t at = 0, size; at < bytes.length; at += size) {
        size = utf8_next(bytes, at, &point);
        if (size == 0) {
            text[at] = '\0';
            return;
        }
    }
}

void findings_add(struct findings *findings, enum finding_severity severity, const char *code,
                  const char *source, const char *format, ...)
{
    va_list arguments;
    if (findings->count == FINDINGS_MAX) {
        findings->overflow = true;
        return;
    }
    struct finding *item = &findings->items[findings->count++];
    item->code = code;
    item->severity = severity;
    item->source = source;
    va_start(arguments, format);
    vsnprintf(item->detail, sizeof item->detail, format, arguments);
    va_end(arguments);
    drop_cut_character(item->detail);
}

bool findings_have_error(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].severity == FINDING_ERROR)
            return true;
    return findings->overflow;
}

const struct finding *findings_find(const struct findings *findings, const char *code)
{
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->items[i].code, code) == 0)
            return &findings->items[i];
    return NULL;
}

const char *finding_severity_word(enum finding_severity severity)
{
    switch (severity) {
    case FINDING_INFO:
        return "info";
    case FINDING_WARNING:
        return "warning";
    case FINDING_ERROR:
        return "error";
    default:
        return "error";
    }
}
