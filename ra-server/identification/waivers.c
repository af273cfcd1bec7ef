/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The auditor's register of waivers: who dispensed whom of what, why, and who confirmed it.
 */
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "identification/identification_internal.h"
#include "identification/identification_store.h"
#include "pki/base/clock.h"
#include "pki/certificate/calendar.h"

#include <string.h>

static bool read_day(const struct http_request *request, const char *name, const char *fallback,
                     const char **day, struct ra_error *error)
{
    struct calendar_day parsed;
    const char *given = http_query(request, name);
    *day = given == NULL || given[0] == '\0' ? fallback : given;
    return calendar_parse(*day, &parsed) == CALENDAR_DAY ||
           ra_fail_field(error, name, "date", "Informe o dia como AAAA-MM-DD.");
}

static json_t *waiver_json(const struct db_rows *rows, size_t row)
{
    char at[CLOCK_TEXT_SIZE];
    clock_format_utc(row_time(rows, row, "at"), at, sizeof at);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "at", at, "order", row_text(rows, row, "code"), "rule",
                     row_text(rows, row, "rule"), "reason", row_text(rows, row, "reason"), "agent",
                     row_text(rows, row, "actor"), "state", row_text(rows, row, "state"), "confirmed_by",
                     row_text(rows, row, "confirmed_by"));
}

bool waiver_register(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    char today[CATALOG_DAY_SIZE];
    const char *from = "", *to = "";
    struct catalog_office *office = NULL;
    struct db_rows *rows = NULL;
    catalog_today(request->app, request->now_us, today);
    if (!read_day(request, "from", "2000-01-01", &from, error) ||
        !read_day(request, "to", today, &to, error) ||
        !catalog_office(request->app, request->context, &office, error) ||
        !store_waiver_register(request, from, to, office->zone, &rows, error) ||
        !audit_record(request, AUDIT_REPORT_READ, NULL, json_pack("{s:s}", "what", "waivers"), NULL, error))
        return false;
    json_t *waivers = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(waivers, waiver_json(rows, i));
    http_reply(response, 200, json_pack("{s:s,s:s,s:o}", "from", from, "to", to, "waivers", waivers));
    return true;
}
