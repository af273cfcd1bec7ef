/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What booking, moving, holding and cancelling have in common.
 */
#include "agenda/agenda_internal.h"
#include "agenda/agenda_waiting.h"
#include "pki/base/bytes.h"

#include <string.h>

/* --- memory after the commit --- */

static void tell_memory(struct ra_app *app, void *argument)
{
    const struct agenda_change *change = argument;
    agenda_memory_apply(agenda_memory_of(app), change);
}

bool agenda_tell_memory(struct http_request *request, struct agenda_change change, struct ra_error *error)
{
    struct agenda_change *kept = talloc_memdup(request->context, &change, sizeof change);
    if (kept == NULL)
        return ra_fail(error, RA_NO_MEMORY, "agenda");
    return http_after_commit(request, tell_memory, kept, error);
}

bool agenda_tell_memory_all(struct http_request *request, const struct agenda_change *changes, size_t count,
                            struct ra_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!agenda_tell_memory(request, changes[i], error))
            return false;
    return true;
}

/* --- what may be wished --- */

bool agenda_is_live(const struct order *order)
{
    return order->appointment != NULL && order->appointment->seat_id != 0;
}

bool agenda_is_as_wished(const struct order *order, const struct agenda_wish *wish)
{
    return agenda_is_live(order) && order->appointment->start_us == wish->start_us &&
           strcmp(order->appointment->mode, wish->mode) == 0;
}

bool agenda_check_case(struct http_request *request, const struct order *order,
                       const struct agenda_wish *wish, struct ra_error *error)
{
    if (order->closed_us != 0)
        return ra_fail_reason(error, RA_CONFLICT, "order-closed", "O pedido já foi encerrado.");
    return agenda_check_mode(request, wish->mode, order->media, order->sold_in_person, order->sold_by_video,
                             error);
}

/* Has the order done less since this hour yesterday than the policy allows? `counting` gives "done". */
static bool is_within(struct http_request *request, const struct order *order, const char *policy,
                      enum db_statement counting, bool *within, struct ra_error *error)
{
    int64_t most = 0;
    struct db_rows *row = NULL;
    if (!catalog_policy_number(request->app, request->now_us, policy, &most, error) ||
        !db_one(request->db, request->context, counting,
                DB_VALUES(db_int(order->id), db_time(request->now_us - INT64_C(86400000000))), &row, error))
        return false;
    *within = row_int(row, 0, "done") < most;
    return true;
}

/* Each change withholds what was given back from everybody and mails an address that nobody need have
 * confirmed: without a bound one order could empty the agenda or fill a stranger's mailbox. */
bool agenda_check_changes(struct http_request *request, const struct order *order, struct ra_error *error)
{
    bool within = false;
    if (request->listener != HTTP_PUBLIC || orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "none"))
        return true;
    if (!is_within(request, order, "appointment_changes_per_day", STATEMENT_AGENDA_CHANGES, &within, error))
        return false;
    return within || ra_fail_reason(error, RA_CONFLICT, "too-many-changes",
                                    "Este pedido já mudou de horário vezes demais em um dia. Espere até "
                                    "amanhã, ou ligue para nós.");
}

/* Each click leaves its events in the log, for good. */
bool agenda_check_clicks(struct http_request *request, const struct order *order, struct ra_error *error)
{
    bool within = false;
    if (request->listener != HTTP_PUBLIC)
        return true;
    if (!is_within(request, order, "agenda_clicks_per_day", STATEMENT_AGENDA_CLICKS, &within, error))
        return false;
    return within || ra_fail_reason(error, RA_CONFLICT, "too-many-clicks",
                                    "Este pedido já guardou ou pediu horários vezes demais em um dia. Espere "
                                    "até amanhã, ou ligue para nós.");
}

/* --- giving back --- */

bool agenda_release_time(struct http_request *request, int64_t *public_from_us, struct ra_error *error)
{
    int64_t least = 0, most = 0;
    uint32_t drawn = 0;
    if (!catalog_policy_number(request->app, request->now_us, "release_delay_minutes_min", &least, error) ||
        !catalog_policy_number(request->app, request->now_us, "release_delay_minutes_max", &most, error))
        return false;
    if (!random_bytes((uint8_t *)&drawn, sizeof drawn))
        return ra_fail_crypto(error, "random bytes");
    *public_from_us = request->now_us + agenda_release_delay_us(least, most, drawn);
    return true;
}

/* A move frees the old ones first, unseen by anybody until the commit: an order never has two sessions. */
bool agenda_free(struct http_request *request, const struct order *order, const struct agenda_freeing *how,
                 struct agenda_seats *freed, struct ra_error *error)
{
    struct agenda_change *changes = NULL;
    size_t before = freed->count;
    return agenda_store_free(request->db, request->context, order, how, freed, &changes, error) &&
           agenda_tell_memory_all(request, changes, freed->count - before, error);
}

bool agenda_give_back(struct http_request *request, const struct order *order, struct agenda_seats *freed,
                      struct ra_error *error)
{
    struct agenda_freeing how = {0};
    return agenda_release_time(request, &how.public_from_us, error) &&
           agenda_free(request, order, &how, freed, error) && waiting_wake(request, error);
}
