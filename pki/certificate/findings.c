/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/findings.h"

#include "pki/certificate/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct finding_row rows[FINDING_RULE_COUNT] = {
#define X(id, code, severity, norm, item)                                                                    \
    [FINDING_RULE_##id] = {code, FINDING_##severity, norm, item, norm " " item},
    FINDING_RULES(X)
#undef X
#define X(member)                                                                                            \
    [FINDING_RULE_DATA_##                                                                                    \
        member] = {"data-" #member, FINDING_ERROR, ORDER, "dados do titular", ORDER " dados do titular"},
        CERTIFICATE_DATA_FIELDS(X)
#undef X
};

const struct finding_row *finding_row(enum finding_rule rule)
{
    return &rows[rule];
}

/* The items need no zeros: only the first `count` are ever read. */
struct findings *findings_new(TALLOC_CTX *context)
{
    struct findings *findings = talloc(context, struct findings);
    if (findings != NULL)
        findings_clear(findings);
    return findings;
}

void findings_clear(struct findings *findings)
{
    findings->count = 0;
    findings->overflow = false;
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

void findings_add(struct findings *findings, enum finding_rule rule, const char *format, ...)
{
    va_list arguments;
    if (findings->count == FINDINGS_MAX) {
        findings->overflow = true;
        return;
    }
    struct finding *item = &findings->items[findings->count++];
    item->rule = rule;
    item->code = rows[rule].code;
    item->severity = rows[rule].severity;
    item->source = rows[rule].source;
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
