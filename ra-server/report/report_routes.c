/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "db/db.h"
#include "instant.h"
#include "pki/base/clock.h"
#include "pki/certificate/calendar.h"
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)
#define DAY_US    (86400 * SECOND_US)

/* Midnight of a day in the office's zone. */
static bool day_start(const char *day, int offset_s, int64_t *instant_us)
{
    char text[CLOCK_TEXT_SIZE];
    snprintf(text, sizeof text, "%.10sT00:00:00Z", day);
    if (!clock_parse(text, instant_us))
        return false;
    *instant_us -= (int64_t)offset_s * SECOND_US;
    return true;
}

static bool bound(struct http_request *request, const char *name, const char *today, int offset_s,
                  int64_t *instant_us, struct ra_error *error)
{
    const char *day = http_query(request, name);
    struct calendar_day parsed;
    if (day == NULL || day[0] == '\0')
        day = today;
    if (calendar_parse(day, &parsed) != CALENDAR_DAY || !day_start(day, offset_s, instant_us))
        return ra_fail_field(error, name, "date", "Use uma data que existe, como 2026-11-24.");
    return true;
}

static json_t *span(const struct db_rows *rows, size_t row, const char *from)
{
    if (row_is_null(rows, row, from) || row_is_null(rows, row, "issued_at"))
        return json_null();
    return json_integer((row_time(rows, row, "issued_at") - row_time(rows, row, from)) / SECOND_US);
}

static int ascending(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

struct measured {
    int64_t *values; /* seconds from finish to certificate */
    size_t count;
    size_t late; /* still without certificate, and past the promise */
};

/* A case that nobody served yet breaches the promise as well: it is not hidden by having no end. */
static void measure(struct measured *measured, const struct db_rows *rows, size_t row, int64_t now_us,
                    int64_t promise_s)
{
    int64_t finished = row_time(rows, row, "finished_at");
    if (!row_is_null(rows, row, "issued_at"))
        measured->values[measured->count++] = (row_time(rows, row, "issued_at") - finished) / SECOND_US;
    else if ((now_us - finished) / SECOND_US > promise_s)
        measured->late++;
}

static json_t *order_json(const struct db_rows *rows, size_t row)
{
    return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o}", "order", row_text(rows, row, "code"), "product",
                     row_text(rows, row, "product"), "issuance", row_text(rows, row, "issuance_state"),
                     "finished_at", instant_of_row(rows, row, "finished_at"), "signed_at",
                     instant_of_row(rows, row, "signed_at"), "issued_at",
                     instant_of_row(rows, row, "issued_at"), "finish_to_certificate_s",
                     span(rows, row, "finished_at"), "statement_to_certificate_s",
                     span(rows, row, "signed_at"), "pauses", row_json(rows, row, "pauses"));
}

static json_t *percentile_json(const struct measured *measured, unsigned percent)
{
    return measured->count == 0 ? json_null()
                                : json_integer(report_percentile(measured->values, measured->count, percent));
}

static bool reply(struct http_request *request, struct http_response *response, const struct db_rows *rows,
                  const char *today, int64_t promise_s, struct ra_error *error)
{
    struct measured measured = {
        .values = talloc_array(request->context, int64_t, (unsigned)db_row_count(rows) + 1)};
    json_t *orders = json_array();
    if (measured.values == NULL) {
        json_decref(orders);
        return ra_fail(error, RA_NO_MEMORY, "clock");
    }
    for (size_t i = 0; i < db_row_count(rows); i++) {
        measure(&measured, rows, i, request->now_us, promise_s);
        json_array_append_new(orders, order_json(rows, i));
    }
    qsort(measured.values, measured.count, sizeof *measured.values, ascending);
    size_t breaches = report_breaches(measured.values, measured.count, promise_s) + measured.late;
    http_reply(response, 200,
               json_pack("{s:s,s:I,s:o,s:o,s:o,s:o,s:I}", "today", today, "promise_s", (json_int_t)promise_s,
                         "orders", orders, "p50_s", percentile_json(&measured, 50), "p95_s",
                         percentile_json(&measured, 95), "p99_s", percentile_json(&measured, 99), "breaches",
                         (json_int_t)breaches));
    return true;
}

static bool clock_of_the_hour(struct http_request *request, struct http_response *response,
                              struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct db_rows *rows = NULL;
    char today[CATALOG_DAY_SIZE];
    int64_t from = 0, to = 0, promise_minutes = 0;
    catalog_today(request->app, request->now_us, today);
    if (!catalog_office(request->app, request->context, &office, error) ||
        !catalog_policy_number(request->app, request->now_us, "promise_minutes", &promise_minutes, error) ||
        !bound(request, "from", today, office->offset_s, &from, error) ||
        !bound(request, "to", today, office->offset_s, &to, error))
        return false;
    if (to < from)
        return ra_fail_field(error, "to", "order", "O fim vem antes do começo.");
    if (!db_query(request->db, request->context, STATEMENT_REPORT_CLOCK,
                  DB_VALUES(db_time(from), db_time(to + DAY_US)), &rows, error) ||
        !audit_record(request, AUDIT_REPORT_READ, NULL, json_pack("{s:s}", "report", "clock"), NULL, error))
        return false;
    return reply(request, response, rows, today, promise_minutes * 60, error);
}

#define CLOCK_SCHEMA                                                                                         \
    "{\"type\":\"object\",\"required\":[\"orders\",\"p50_s\",\"p95_s\",\"p99_s\",\"breaches\"],"             \
    "\"properties\":{\"orders\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},\"p50_s\":{\"type\":"   \
    "[\"integer\",\"null\"]},\"p95_s\":{\"type\":[\"integer\",\"null\"]},\"p99_s\":{\"type\":[\"integer\","  \
    "\"null\"]},\"breaches\":{\"type\":\"integer\"}}}"

static const struct http_parameter clock_parameters[] = {
    {"from", false, "{\"type\":\"string\",\"format\":\"date\"}", "primeiro dia; hoje quando falta"},
    {"to", false, "{\"type\":\"string\",\"format\":\"date\"}", "último dia; hoje quando falta"},
    {NULL, false, NULL, NULL}};

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/clock",
     .authorize = office_authorize_any,
     .handler = clock_of_the_hour,
     .operation = "clockShow",
     .summary = "O relógio da hora prometida",
     .query = clock_parameters,
     .response_schema = CLOCK_SCHEMA,
     .statuses = {200, 401, 403, 422}},
};

const struct room report_room = {
    .name = "report", .id = ROOM_REPORT, .routes = routes, .route_count = sizeof routes / sizeof *routes};
