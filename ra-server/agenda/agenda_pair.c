/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_pair.h"

#include "agenda/agenda_internal.h"
#include "desk/desk.h"

#include <string.h>

/* --- which two --- */

static int preference(const struct pair_seat *first, const struct pair_seat *second, bool at_office)
{
    return (first->own ? 32 : 0) + (second->own ? 32 : 0) + (first->lane == second->lane ? 16 : 0) +
           (first->is_public != at_office ? 1 : 0) + (second->is_public != at_office ? 1 : 0);
}

/* Seats come in the order of start and lane, so that of equals the lower lane is met first. */
bool pair_choose(const struct pair_seat *seats, size_t count, bool at_office, size_t *first, size_t *second)
{
    int best = -1;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (seats[i].later || !seats[j].later || preference(&seats[i], &seats[j], at_office) <= best)
                continue;
            best = preference(&seats[i], &seats[j], at_office);
            *first = i;
            *second = j;
        }
    }
    return best >= 0;
}

/* --- which orders --- */

/* The office opens every case; a holder both of his own. */
static bool may_open(struct http_request *request, const char *code, struct ra_error *error)
{
    const char *token = http_text(request->body, "with_token");
    bool opened = false;
    if (request->listener == HTTP_OFFICE)
        return true;
    if (!orders_is_opened(request, token, code, &opened, error))
        return false;
    return opened || ra_fail_field(error, "with", "not-found", "Não há pedido seu com este código.");
}

static bool check_people(const struct agenda_pair *pair, struct ra_error *error)
{
    return strcmp(pair->first->subject->cpf, pair->second->subject->cpf) == 0 ||
           ra_fail_field(error, "with", "other-person",
                         "Os dois pedidos precisam ser da mesma pessoa para caber em uma visita.");
}

bool pair_load(struct http_request *request, bool *wanted, struct agenda_pair *pair, struct ra_error *error)
{
    char first[ORDERS_CODE_SIZE], second[ORDERS_CODE_SIZE];
    const char *with = http_text(request->body, "with");
    *wanted = with != NULL && with[0] != '\0';
    if (!*wanted)
        return true;
    if (!orders_code_normalise(http_path_parameter(request, "code"), first) ||
        !orders_code_normalise(with, second) || strcmp(first, second) == 0)
        return ra_fail_field(error, "with", "format", "Diga o código do outro pedido da visita.");
    if (!may_open(request, second, error))
        return false;
    bool in_order = strcmp(first, second) < 0;
    struct order **earlier = in_order ? &pair->first : &pair->second;
    struct order **later = in_order ? &pair->second : &pair->first;
    return orders_load_for_update(request, in_order ? first : second, earlier, error) &&
           orders_load_for_update(request, in_order ? second : first, later, error) &&
           check_people(pair, error);
}

/* --- taking two --- */

struct taking_two {
    struct agenda_wish wishes[2];
    struct order *orders[2];
    uint32_t skills[2];
    int64_t seats[2];
    int64_t until_us; /* of a hold */
    int offset_s;
};

/* Where the second half starts: at the end of the first. */
static bool next_start(struct http_request *request, int64_t start_us, int64_t *next_us)
{
    struct agenda_day *days[3];
    bool found = false;
    agenda_memory_days(agenda_memory_of(request->app), start_us / INT64_C(86400000000) - 1, 3, days);
    for (size_t i = 0; i < 3; i++) {
        const struct agenda_day_slot *slot = agenda_day_slot_at(days[i], start_us);
        if (slot != NULL)
            *next_us = slot->end_us;
        found = found || slot != NULL;
        agenda_day_release(days[i]);
    }
    return found;
}

static bool check_two(struct http_request *request, const struct agenda_pair *pair,
                      const struct agenda_wish *wish, struct taking_two *two, struct ra_error *error)
{
    *two = (struct taking_two){.orders = {pair->first, pair->second}, .wishes = {*wish, *wish}};
    if (!agenda_check_start(request, wish, &two->offset_s, error))
        return false;
    if (!next_start(request, wish->start_us, &two->wishes[1].start_us) ||
        !agenda_check_start(request, &two->wishes[1], &two->offset_s, error))
        return ra_fail_field(error, "start", "no-second",
                             "Depois deste horário não há outro seguido. Escolha um mais cedo.");
    for (size_t i = 0; i < 2; i++)
        if (!agenda_check_case(request, two->orders[i], wish, error) ||
            !agenda_skills_of(request, two->orders[i], &two->wishes[i], &two->skills[i], error))
            return false;
    return true;
}

static bool read_seats(struct http_request *request, const struct db_rows *rows, struct pair_seat **seats,
                       struct ra_error *error)
{
    size_t count = db_row_count(rows);
    *seats = talloc_zero_array(request->context, struct pair_seat, (unsigned)count + 1);
    if (*seats == NULL)
        return ra_fail(error, RA_NO_MEMORY, "agenda");
    for (size_t i = 0; i < count; i++)
        (*seats)[i] = (struct pair_seat){
            .id = row_int(rows, i, "id"),
            .lane = (int)row_int(rows, i, "lane"),
            .later = row_bool(rows, i, "later"),
            .own = row_bool(rows, i, "own"),
            .is_public = row_bool(rows, i, "is_public"),
        };
    return true;
}

static bool two_taken(struct ra_error *error)
{
    return ra_fail(error, RA_SEAT_TAKEN, "Não há mais dois horários seguidos aqui. Escolha outro.");
}

/* Waits, holding no seat yet, for all that could serve, in the order of start and lane. */
static bool lock_two(struct http_request *request, struct taking_two *two, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct pair_seat *seats = NULL;
    size_t first = 0, second = 0;
    bool at_office = two->wishes[0].side == AGENDA_OFFICE;
    if (!agenda_store_wait_briefly(request->db, error))
        return false;
    if (!db_query(request->db, request->context, STATEMENT_AGENDA_PAIR_LOCK,
                  DB_VALUES(db_int(two->orders[0]->office_id), db_time(two->wishes[0].start_us),
                            db_time(two->wishes[1].start_us), db_time(request->now_us), db_bool(at_office),
                            db_int(two->orders[0]->id), db_int(two->orders[1]->id), db_int(two->skills[0]),
                            db_int(two->skills[1])),
                  &rows, error))
        return strcmp(error->reason, "lock-timeout") == 0 ? two_taken(error) : false;
    if (!read_seats(request, rows, &seats, error))
        return false;
    if (!pair_choose(seats, db_row_count(rows), at_office, &first, &second))
        return two_taken(error);
    two->seats[0] = seats[first].id;
    two->seats[1] = seats[second].id;
    return true;
}

/* --- booking --- */

static bool is_booked_so(const struct order *order, int64_t start_us)
{
    return agenda_is_live(order) && order->appointment->start_us == start_us;
}

static bool check_unbooked(const struct order *order, struct ra_error *error)
{
    return !agenda_is_live(order) ||
           ra_fail_reason(error, RA_CONFLICT, "already-booked",
                          "Um dos pedidos já tem horário marcado. Cancele-o para marcar os dois seguidos.");
}

static bool book_half(struct http_request *request, const struct taking_two *two, size_t half,
                      struct ra_error *error)
{
    struct agenda_taken taken;
    struct agenda_taking taking = {.act = AGENDA_ACT_BOOK,
                                   .order = two->orders[half],
                                   .wish = &two->wishes[half],
                                   .now_us = request->now_us};
    return agenda_new_uid(request, &taking.uid, error) &&
           agenda_store_take_locked(request->db, request->context, &taking, two->seats[half], &taken,
                                    error) &&
           agenda_finish_booking(request, two->orders[half], &taking, &taken, two->offset_s, error);
}

bool pair_book(struct http_request *request, struct agenda_pair *pair, const struct agenda_wish *wish,
               bool *created, struct ra_error *error)
{
    struct taking_two two;
    *created = false;
    if (!check_two(request, pair, wish, &two, error))
        return false;
    if (is_booked_so(pair->first, wish->start_us) && is_booked_so(pair->second, two.wishes[1].start_us))
        return true;
    *created = true;
    return desk_take_needs(request, pair->first, request->body, error) &&
           desk_take_needs(request, pair->second, request->body, error) &&
           check_unbooked(pair->first, error) && check_unbooked(pair->second, error) &&
           lock_two(request, &two, error) && book_half(request, &two, 0, error) &&
           book_half(request, &two, 1, error);
}

/* --- holding --- */

static bool hold_half(struct http_request *request, const struct taking_two *two, size_t half,
                      struct agenda_held *held, struct ra_error *error)
{
    struct agenda_taken taken;
    struct agenda_taking taking = {.act = AGENDA_ACT_HOLD,
                                   .order = two->orders[half],
                                   .wish = &two->wishes[half],
                                   .until_us = two->until_us,
                                   .now_us = request->now_us};
    return agenda_store_take_locked(request->db, request->context, &taking, two->seats[half], &taken,
                                    error) &&
           agenda_finish_hold(request, &taking, &taken, two->offset_s, held, error);
}

bool pair_hold(struct http_request *request, struct agenda_pair *pair, const struct agenda_wish *wish,
               struct agenda_held held[2], struct ra_error *error)
{
    struct taking_two two;
    return check_two(request, pair, wish, &two, error) && check_unbooked(pair->first, error) &&
           check_unbooked(pair->second, error) && agenda_hold_end(request, &two.until_us, error) &&
           lock_two(request, &two, error) && hold_half(request, &two, 0, &held[0], error) &&
           hold_half(request, &two, 1, &held[1], error);
}
