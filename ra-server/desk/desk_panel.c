/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The panel of the waiting room: ticket and desk of the last calls, nobody's name, code or class. Open to
 * everybody (docs/decisions/0027).
 */
#include "catalog/catalog.h"
#include "catalog/local_time.h"
#include "catalog/page.h"
#include "desk/desk_act.h"

#include <string.h>

enum { PANEL_CALLS = 6 };

static json_t *call_json(struct http_request *request, const struct db_rows *rows, size_t row, int offset_s)
{
    const int64_t at_us = row_time(rows, row, "at");
    const char *desk = row_text(rows, row, "desk");
    const char *text = desk[0] == '\0' ? "Balcão"
                       : desk[strspn(desk, "0123456789")] == '\0'
                           ? talloc_asprintf(request->context, "Guichê %s", desk)
                           : desk;
    return json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:b}", "id", (json_int_t)row_int(rows, row, "id"), "ticket",
                     row_text(rows, row, "ticket"), "desk", desk, "desk_text", text, "at",
                     local_time_rfc3339(request->context, at_us, offset_s), "at_text",
                     local_time_hour_text(request->context, at_us, offset_s), "newest", row == 0 ? 1 : 0);
}

bool desk_panel(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct db_rows *rows = NULL;
    char day[CATALOG_DAY_SIZE];
    catalog_today(request->app, request->now_us, day);
    if (!catalog_office(request->app, request->context, &office, error) ||
        !db_query(request->db, request->context, STATEMENT_DESK_PANEL,
                  DB_VALUES(db_int(office->id), db_text(day), db_int(PANEL_CALLS)), &rows, error))
        return false;
    json_t *calls = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(calls, call_json(request, rows, i, office->offset_s));
    json_t *model =
        json_pack("{s:s,s:s,s:s,s:o}", "office", office->name, "now",
                  local_time_rfc3339(request->context, request->now_us, office->offset_s), "now_text",
                  local_time_hour_text(request->context, request->now_us, office->offset_s), "calls", calls);
    if (page_is_wanted(request)) {
        page_set(model, "has_calls", json_boolean(db_row_count(rows) > 0));
        page_frame(model, "Painel de chamadas");
    }
    http_reply(response, 200, model);
    return true;
}
