/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_pair.h"

#include "agenda/agenda_internal.h"
#include "desk/desk.h"

#include <string.h>

/* --- which orders --- */

/* The other order of the case's visit; NULL when it has none. */
static bool companion_code(struct http_request *request, const char *code, const char **other,
                           struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *other = NULL;
    if (!db_query(request->db, request->context, STATEMENT_AGENDA_COMPANION, DB_VALUES(db_text(code)), &rows,
                  error))
        return false;
    if (db_row_count(rows) > 0)
        *other = row_text(rows, 0, "code");
    return true;
}

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

bool agenda_load_by_code(struct http_request *request, const char *code, struct order **order,
                         struct ra_error *error)
{
    char own[ORDERS_CODE_SIZE];
    const char *other = NULL;
    struct order *earlier = NULL;
    if (orders_code_normalise(code, own) && !companion_code(request, own, &other, error))
        return false;
    if (other != NULL && strcmp(other, own) < 0 && !orders_load_for_update(request, other, &earlier, error))
        return false;
    return orders_load_for_update(request, code, order, error);
}

bool pair_of(struct http_request *request, struct order *order, bool *linked, struct agenda_pair *pair,
             struct ra_error *error)
{
    const char *code = NULL;
    struct order *other = NULL;
    *linked = false;
    if (!agenda_is_live(order))
        return true;
    if (!companion_code(request, order->code, &code, error))
        return false;
    if (code == NULL)
        return true;
    *linked = true;
    if (!orders_load_for_update(request, code, &other, error))
        return false;
    bool first = strcmp(order->code, other->code) < 0;
    *pair = (struct agenda_pair){first ? order : other, first ? other : order};
    return true;
}

bool pair_or_case(struct http_request *request, bool *two, struct agenda_pair *pair, struct order **order,
                  struct ra_error *error)
{
    if (!pair_load(request, two, pair, error))
        return false;
    return *two || (agenda_load_case(request, order, error) && pair_of(request, *order, two, pair, error));
}

bool pair_other(struct http_request *request, const struct order *order, struct order **other,
                struct ra_error *error)
{
    const char *code = NULL;
    *other = NULL;
    return companion_code(request, order->code, &code, error) &&
           (code == NULL || orders_load(request, code, other, error));
}

/* --- taking two --- */

struct taking_two {
    struct agenda_wish wishes[RUN_HALVES];
    struct agenda_taking takings[RUN_HALVES];
    struct order *orders[RUN_HALVES];
};

/* Where the second half starts: where the seats of the first end. */
static bool next_start(struct http_request *request, const struct agenda_session *session, int64_t *next_us)
{
    struct agenda_day *days[3];
    *next_us = 0;
    agenda_memory_days(agenda_memory_of(request->app), session->from_us / INT64_C(86400000000) - 1, 3, days);
    for (size_t i = 0; i < 3; i++) {
        const struct agenda_day_slot *slot = agenda_day_slot_at(days[i], session->from_us);
        if (slot != NULL)
            *next_us = agenda_slot_cover(days[i], slot, session->until_us - session->from_us);
        agenda_day_release(days[i]);
    }
    return *next_us != 0;
}

/* The first half's seats end exactly where the second's begin; so long the second one needs to be prepared,
 * it is too. */
static bool plan_second(struct http_request *request, struct taking_two *two, struct ra_error *error)
{
    int64_t next_us = 0;
    struct agenda_taking *first = &two->takings[0], *second = &two->takings[1];
    if (next_start(request, &first->session, &next_us)) {
        first->session.until_us = next_us;
        two->wishes[1].start_us = next_us;
        if (!agenda_session_of(request, second->order, second->wish, &second->session, error))
            return false;
        two->wishes[1].start_us += second->session.need.before_us;
        second->session.from_us += second->session.need.before_us;
        second->session.until_us += second->session.need.before_us;
        if (agenda_check_start(request, second->wish, &second->session, error))
            return true;
    }
    return ra_fail_field(error, "start", "no-second",
                         "Depois deste horário não há outro seguido. Escolha um mais cedo.");
}

static bool plan_two(struct http_request *request, const struct agenda_pair *pair,
                     const struct agenda_wish *wish, enum agenda_act act, struct taking_two *two,
                     struct ra_error *error)
{
    *two = (struct taking_two){.orders = {pair->first, pair->second}, .wishes = {*wish, *wish}};
    for (size_t i = 0; i < RUN_HALVES; i++) {
        two->takings[i] = (struct agenda_taking){
            .act = act, .order = two->orders[i], .wish = &two->wishes[i], .now_us = request->now_us};
        if (!agenda_check_case(request, two->orders[i], wish, error))
            return false;
    }
    struct agenda_session *first = &two->takings[0].session;
    return agenda_session_of(request, pair->first, wish, first, error) &&
           agenda_check_start(request, wish, first, error) && plan_second(request, two, error);
}

static bool lock_two(struct http_request *request, const struct taking_two *two,
                     const struct agenda_seats *freed, struct agenda_seats seats[RUN_HALVES],
                     struct ra_error *error)
{
    if (agenda_store_lock_runs(request->db, request->context, two->takings, RUN_HALVES, freed, seats, error))
        return true;
    return error->code == RA_SEAT_TAKEN
               ? ra_fail(error, RA_SEAT_TAKEN, "Não há mais dois horários seguidos aqui. Escolha outro.")
               : false;
}

/* Marks the appointments of both as one visit. */
static bool join(struct http_request *request, const struct taking_two *two, struct ra_error *error)
{
    return db_exec(
        request->db, STATEMENT_AGENDA_JOIN_VISIT,
        DB_VALUES(db_int(two->orders[0]->appointment->id), db_int(two->orders[1]->appointment->id)), NULL,
        error);
}

static bool take_needs(struct http_request *request, const struct agenda_pair *pair, struct ra_error *error)
{
    return desk_take_needs(request, pair->first, request->body, error) &&
           desk_take_needs(request, pair->second, request->body, error);
}

/* --- booking --- */

static bool is_booked_so(const struct taking_two *two)
{
    bool so = true;
    for (size_t i = 0; i < RUN_HALVES; i++)
        so = so && agenda_is_as_wished(two->orders[i], &two->wishes[i]);
    return so;
}

static bool is_booked(const struct order *order)
{
    return agenda_is_live(order) && orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked");
}

static bool check_changes(struct http_request *request, const struct agenda_pair *pair,
                          struct ra_error *error)
{
    return agenda_check_changes(request, pair->first, error) &&
           agenda_check_changes(request, pair->second, error);
}

bool pair_is_booked(const struct agenda_pair *pair)
{
    return is_booked(pair->first) && is_booked(pair->second);
}

static bool check_unbooked(const struct agenda_pair *pair, struct ra_error *error)
{
    return (!agenda_is_live(pair->first) && !agenda_is_live(pair->second)) ||
           ra_fail_reason(error, RA_CONFLICT, "already-booked",
                          "Um dos pedidos já tem horário marcado. Cancele-o para marcar os dois seguidos.");
}

bool pair_book(struct http_request *request, struct agenda_pair *pair, const struct agenda_wish *wish,
               bool *created, struct ra_error *error)
{
    struct taking_two two;
    struct agenda_taken taken;
    struct agenda_seats seats[RUN_HALVES];
    const struct agenda_seats none = {0};
    *created = false;
    if (!plan_two(request, pair, wish, AGENDA_ACT_BOOK, &two, error))
        return false;
    if (is_booked_so(&two))
        return true;
    *created = true;
    if (!take_needs(request, pair, error) || !check_unbooked(pair, error) ||
        !check_changes(request, pair, error) || !lock_two(request, &two, &none, seats, error))
        return false;
    for (size_t i = 0; i < RUN_HALVES; i++)
        if (!agenda_new_uid(request, &two.takings[i].uid, error) ||
            !agenda_store_take_locked(request->db, request->context, &two.takings[i], &seats[i], &taken,
                                      error) ||
            !agenda_finish_booking(request, two.orders[i], &two.takings[i], &taken, error))
            return false;
    return join(request, &two, error);
}

/* --- moving --- */

bool pair_move(struct http_request *request, struct agenda_pair *pair, const struct agenda_wish *wish,
               struct ra_error *error)
{
    struct taking_two two;
    struct agenda_taken taken;
    struct agenda_seats freed = {0}, seats[RUN_HALVES];
    if (!plan_two(request, pair, wish, AGENDA_ACT_MOVE, &two, error))
        return false;
    if (is_booked_so(&two))
        return true;
    if (!pair_is_booked(pair))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked",
                              "Os dois pedidos precisam ter horário marcado para mudar juntos.");
    if (!check_changes(request, pair, error))
        return false;
    for (size_t i = 0; i < RUN_HALVES; i++) {
        two.takings[i].appointment_id = two.orders[i]->appointment->id;
        if (!agenda_give_back(request, two.orders[i], &freed, error))
            return false;
    }
    if (!lock_two(request, &two, &freed, seats, error))
        return false;
    for (size_t i = 0; i < RUN_HALVES; i++)
        if (!agenda_store_take_locked(request->db, request->context, &two.takings[i], &seats[i], &taken,
                                      error) ||
            !agenda_finish_move(request, two.orders[i], &two.takings[i], &taken, error))
            return false;
    return join(request, &two, error);
}

/* --- holding --- */

bool pair_hold(struct http_request *request, struct agenda_pair *pair, const struct agenda_wish *wish,
               struct agenda_held held[2], struct ra_error *error)
{
    struct taking_two two;
    struct agenda_taken taken;
    struct agenda_seats seats[RUN_HALVES];
    const struct agenda_seats none = {0};
    int64_t until_us = 0;
    if (!plan_two(request, pair, wish, AGENDA_ACT_HOLD, &two, error) ||
        (!pair_is_booked(pair) && !check_unbooked(pair, error)) ||
        !agenda_check_clicks(request, pair->first, error) ||
        !agenda_check_clicks(request, pair->second, error) || !agenda_hold_end(request, &until_us, error) ||
        !lock_two(request, &two, &none, seats, error))
        return false;
    for (size_t i = 0; i < RUN_HALVES; i++) {
        two.takings[i].until_us = until_us;
        if (!agenda_store_take_locked(request->db, request->context, &two.takings[i], &seats[i], &taken,
                                      error) ||
            !agenda_finish_hold(request, &two.takings[i], &taken, &held[i], error))
            return false;
    }
    return true;
}
