/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people type of a document: lines of kind, number, issue, expiry and via. What is let in has a known
 * kind, real days in their order, a number of the kind's shape; what is not names its fields.
 */
#include "identification/evidence.h"
#include "pki/certificate/calendar.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TODAY "2026-11-24"

static const char rules[] =
    "{\"day\":\"" TODAY "\",\"rules\":[],\"facts\":[],\"policies\":{},\"kinds\":["
    "{\"kind\":\"cnh\",\"name\":\"CNH\",\"identity\":true,\"expiry\":\"consulted\","
    "\"number_pattern\":\"^[0-9]{9,11}$\",\"number_hint\":\"de 9 a 11 algarismos\"},"
    "{\"kind\":\"rg\",\"name\":\"RG\",\"identity\":true,\"expiry\":\"strict\",\"number_pattern\":\"\","
    "\"number_hint\":\"\"}]}";

static const struct ruleset *ruleset(void)
{
    static struct ruleset *read;
    struct ra_error error = {0};
    if (read == NULL) {
        json_t *snapshot = json_loads(rules, 0, NULL);
        if (!ruleset_read(NULL, snapshot, "fuzz", &read, &error))
            abort();
        json_decref(snapshot);
    }
    return read;
}

static void check_let_in(const struct engine_document *document)
{
    struct calendar_day day;
    const bool issued = document->issued_on[0] != '\0', expires = document->expires_on[0] != '\0';
    if ((issued && (calendar_parse(document->issued_on, &day) != CALENDAR_DAY ||
                    strcmp(document->issued_on, TODAY) > 0)) ||
        (expires && calendar_parse(document->expires_on, &day) != CALENDAR_DAY) ||
        (issued && expires && evidence_days_between(document->issued_on, document->expires_on) < 0))
        abort();
    if (document->kind[0] != '\0' &&
        (ruleset_kind(ruleset(), document->kind) == NULL || strlen(document->number) > 60))
        abort();
    if (strcmp(document->kind, "cnh") == 0 && document->number[0] != '\0' &&
        strspn(document->number, "0123456789") != strlen(document->number))
        abort();
    if (strlen(document->via) > 2)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *fields[5] = {"", "", "", "", ""};
    struct ra_error error = {0};
    char *text = malloc(size + 1), *rest = NULL;
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    rest = text;
    for (size_t i = 0; i < 5 && rest != NULL; i++)
        fields[i] = strsep(&rest, "\n");
    const struct engine_document document = {.person_id = "1",
                                             .item = "PFBR-01",
                                             .kind = fields[0],
                                             .number = fields[1],
                                             .issued_on = fields[2],
                                             .expires_on = fields[3],
                                             .via = fields[4]};
    if (evidence_document_fields(ruleset(), &document, TODAY, &error))
        check_let_in(&document);
    else if (error.code != RA_INVALID || error.field_count == 0)
        abort();
    free(text);
    return 0;
}
