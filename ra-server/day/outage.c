/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The AC or a base is down: written down, told by mail to those who are still expected today, and answered
 * with the cases in hand, which the agent's program sets aside one by one, as if each had been.
 */
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "day/day_internal.h"
#include "day/day_store.h"
#include "notice/notice.h"

enum { WHAT_MAX = 40 };

static bool tell(struct http_request *request, const struct day_span *span, const char *what, size_t *told,
                 struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!day_store_expected(request, span, &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        struct order *order = NULL;
        if (!orders_load_by_id(request->context, request->db, row_int(rows, i, "order_id"), false, &order,
                               error) ||
            !notice_enqueue(request, order, NOTICE_OUTAGE, json_pack("{s:s}", "what", what), error))
            return false;
    }
    *told = db_row_count(rows);
    return true;
}

static json_t *codes(const struct db_rows *rows)
{
    json_t *list = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(list, json_string(row_text(rows, i, "code")));
    return list;
}

static bool begin(struct http_request *request, struct day_span *span, const char **what, int64_t *open,
                  struct ra_error *error)
{
    return day_text(request, "what", WHAT_MAX, what, error) && day_span(request, NULL, span, error) &&
           day_store_open_outage(request, span->office->id, *what, open, error);
}

bool outage_start(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct day_span span;
    struct db_rows *in_hand = NULL;
    const char *what = NULL;
    int64_t open = 0;
    size_t told = 0;
    if (!begin(request, &span, &what, &open, error))
        return false;
    if (open != 0)
        return ra_fail_reason(error, RA_CONFLICT, "already-down", "Esta queda já está registrada.");
    if (!day_store_add_outage(request, span.office->id, what, error) ||
        !tell(request, &span, what, &told, error) ||
        !day_store_in_hand(request, span.office->id, &in_hand, error) ||
        !audit_record(request, AUDIT_OUTAGE, NULL,
                      json_pack("{s:s, s:s, s:I}", "what", what, "state", "down", "told", (json_int_t)told),
                      NULL, error))
        return false;
    http_reply(
        response, 201,
        json_pack("{s:s, s:I, s:o}", "what", what, "told", (json_int_t)told, "in_hand", codes(in_hand)));
    return true;
}

bool outage_end(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct day_span span;
    const char *what = NULL;
    int64_t open = 0;
    if (!begin(request, &span, &what, &open, error))
        return false;
    if (open == 0)
        return ra_fail_reason(error, RA_CONFLICT, "not-down", "Não há queda aberta com esse nome.");
    if (!day_store_end_outage(request, open, error) ||
        !audit_record(request, AUDIT_OUTAGE, NULL, json_pack("{s:s, s:s}", "what", what, "state", "up"), NULL,
                      error))
        return false;
    http_reply(response, 200, json_pack("{s:s}", "what", what));
    return true;
}
