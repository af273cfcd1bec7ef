/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The job of the waiting list: what lapsed ends, what is given back is offered to whoever came first.
 */
#include "agenda/agenda_internal.h"
#include "agenda/agenda_waiting.h"
#include "audit/audit.h"
#include "notice/notice.h"
#include "orders/tokens.h"

enum {
    BATCH = 200,         /* pairs of seat and order looked at in one run */
    NOTICE_MINUTES = 60, /* between the end of an offer and its seat: somebody has to get there */
};

struct offer {
    int64_t seat_id, start_us, waiting_id, order_id;
    int offset_s;
    const char *mode;
    int64_t until_us, public_from_us;
};

/* The seats of the session that the offer is of: its first stands in `offer`. */
struct offered {
    const struct db_rows *rows; /* id, lane, starts, ends, version in order of time */
    int64_t start_us;           /* the person's */
};

static bool tell_offered(struct http_request *request, const struct offer *offer,
                         const struct offered *offered, struct ra_error *error)
{
    for (size_t i = 0; i < db_row_count(offered->rows); i++)
        if (!agenda_tell_memory(request,
                                (struct agenda_change){row_int(offered->rows, i, "id"),
                                                       row_time(offered->rows, i, "starts"),
                                                       row_int(offered->rows, i, "version"), offer->until_us,
                                                       offer->public_from_us, false},
                                error))
            return false;
    return true;
}

static bool write_offer(struct http_request *request, const struct order *order, const struct offer *offer,
                        const struct offered *offered, struct ra_error *error)
{
    char token[TOKEN_SIZE], start[CLOCK_TEXT_SIZE];
    uint8_t hash[TOKEN_HASH_SIZE];
    clock_format_utc(offered->start_us, start, sizeof start);
    size_t last = db_row_count(offered->rows) - 1;
    return token_seat_offer(request->app, order->ref, request->now_us, offer->seat_id, order->subject->email,
                            token, error) &&
           token_hash(token, hash, error) &&
           db_exec(request->db, STATEMENT_OFFER_INSERT,
                   DB_VALUES(db_int(offer->waiting_id), db_int(order->id), db_int(offer->seat_id),
                             db_time(offered->start_us), db_time(request->now_us), db_time(offer->until_us),
                             db_bytes((struct bytes){hash, sizeof hash}),
                             db_int(row_int(offered->rows, 0, "lane")), db_time(offer->start_us),
                             db_time(row_time(offered->rows, last, "ends"))),
                   NULL, error) &&
           notice_enqueue(request, order, NOTICE_SEAT_OFFER,
                          json_pack("{s:s, s:I, s:I, s:I, s:i, s:I}", "mode", offer->mode, "seat",
                                    offer->seat_id, "offered_us", request->now_us, "start_us",
                                    offered->start_us, "offset_s", offer->offset_s, "until_us",
                                    offer->until_us),
                          error) &&
           audit_record(request, AUDIT_SEAT_OFFERED, order,
                        json_pack("{s:s, s:s}", "start", start, "office", order->office_code), NULL, error) &&
           tell_offered(request, offer, offered, error);
}

bool waiting_readdress(struct http_request *request, const struct order *order, struct ra_error *error)
{
    char token[TOKEN_SIZE];
    uint8_t hash[TOKEN_HASH_SIZE];
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_OFFER_OPEN, DB_VALUES(db_int(order->id)), &rows,
                  error))
        return false;
    if (db_row_count(rows) == 0)
        return true;
    return token_seat_offer(request->app, order->ref, row_time(rows, 0, "offered_at"),
                            row_int(rows, 0, "seat_id"), order->subject->email, token, error) &&
           token_hash(token, hash, error) &&
           db_exec(request->db, STATEMENT_OFFER_READDRESS,
                   DB_VALUES(db_int(row_int(rows, 0, "id")), db_bytes((struct bytes){hash, sizeof hash})),
                   NULL, error);
}

/* In the transaction. *made is false when somebody was faster or the seat does not suit: the next one of the
 * list is asked. */
static bool try_offer(struct http_request *request, const struct offer *offer, bool *made,
                      struct ra_error *error)
{
    struct order *order = NULL;
    struct db_rows *rows = NULL;
    struct agenda_session session;
    struct agenda_wish wish = {.start_us = offer->start_us, .mode = offer->mode, .priority = ""};
    *made = false;
    if (!orders_load_by_id(request->context, request->db, offer->order_id, true, &order, error) ||
        !agenda_session_of(request, order, &wish, &session, error) ||
        !db_query(request->db, request->context, STATEMENT_OFFER_HOLD,
                  DB_VALUES(db_int(offer->seat_id), db_int(order->id), db_time(request->now_us),
                            db_time(offer->until_us), db_time(offer->public_from_us),
                            db_int(session.need.skills),
                            db_time(offer->start_us + session.need.before_us + session.need.with_us)),
                  &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return true;
    *made = true;
    const struct offered offered = {rows, offer->start_us + session.need.before_us};
    return write_offer(request, order, offer, &offered, error);
}

static bool make_offer(struct job_run *run, struct offer *offer, bool *made, struct ra_error *error)
{
    struct http_request request = http_program_request(run->context, run->app, run->db, run->now_us);
    int64_t minutes = 0;
    if (!catalog_policy_number(run->app, run->now_us, "waiting_offer_minutes", &minutes, error) ||
        !agenda_release_time(&request, &offer->public_from_us, error))
        return false;
    offer->until_us = run->now_us + minutes * INT64_C(60000000);
    offer->public_from_us += minutes * INT64_C(60000000);
    if (!db_begin(run->db, error))
        return false;
    bool done = try_offer(&request, offer, made, error) && (!*made || db_commit(run->db, error));
    db_rollback(run->db);
    if (!done)
        return false;
    if (*made)
        http_program_committed(&request);
    return true;
}

static bool seen(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static bool make_offers(struct job_run *run, const struct db_rows *rows, struct ra_error *error)
{
    int64_t seats[BATCH], people[BATCH];
    size_t count = 0;
    for (size_t i = 0; i < db_row_count(rows) && !jobs_stopping(run->app->jobs); i++) {
        struct offer offer = {
            .seat_id = row_int(rows, i, "seat_id"),
            .start_us = row_time(rows, i, "starts"),
            .waiting_id = row_int(rows, i, "waiting_id"),
            .order_id = row_int(rows, i, "order_id"),
            .offset_s = (int)row_int(rows, i, "offset_s"),
            .mode = row_text(rows, i, "mode"),
        };
        bool made = false;
        if (seen(seats, count, offer.seat_id) || seen(people, count, offer.order_id))
            continue;
        if (!make_offer(run, &offer, &made, error))
            return false;
        if (!made)
            continue;
        seats[count] = offer.seat_id;
        people[count++] = offer.order_id;
    }
    run->again = db_row_count(rows) == BATCH && count > 0;
    return true;
}

static bool pass_over(struct job_run *run, struct ra_error *error)
{
    int64_t most = 0;
    struct db_rows *rows = NULL;
    if (!catalog_policy_number(run->app, run->now_us, "waiting_offers_missed", &most, error) ||
        !db_exec(run->db, STATEMENT_OFFERS_END, DB_VALUES(db_time(run->now_us)), NULL, error) ||
        !db_query(run->db, run->context, STATEMENT_WAITING_PASS_OVER,
                  DB_VALUES(db_time(run->now_us), db_int(most)), &rows, error))
        return false;
    struct http_request request = http_program_request(run->context, run->app, run->db, run->now_us);
    for (size_t i = 0; i < db_row_count(rows); i++) {
        struct order *order = NULL;
        if (!orders_load_by_id(run->context, run->db, row_int(rows, i, "order_id"), false, &order, error) ||
            !audit_record(&request, AUDIT_WAITING_LEFT, order, json_pack("{s:s}", "outcome", "passed"), NULL,
                          error))
            return false;
    }
    return true;
}

bool waiting_run(struct job_run *run, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct db_rows *rows = NULL;
    int64_t earliest_us = run->now_us + NOTICE_MINUTES * INT64_C(60000000);
    if (!catalog_office(run->app, run->context, &office, error) || !db_begin(run->db, error))
        return false;
    bool ended = pass_over(run, error) && db_commit(run->db, error);
    db_rollback(run->db);
    return ended &&
           db_query(run->db, run->context, STATEMENT_OFFERS_DUE,
                    DB_VALUES(db_int(office->id), db_time(run->now_us), db_time(earliest_us), db_int(BATCH)),
                    &rows, error) &&
           make_offers(run, rows, error);
}
