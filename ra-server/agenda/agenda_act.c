/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What booking, moving, holding and cancelling have in common.
 */
#include "agenda/agenda_internal.h"
#include "agenda/hours/duration.h"
#include "desk/desk.h"
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

bool agenda_check_case(struct http_request *request, const struct order *order,
                       const struct agenda_wish *wish, struct ra_error *error)
{
    if (order->closed_us != 0)
        return ra_fail_reason(error, RA_CONFLICT, "order-closed", "O pedido já foi encerrado.");
    return agenda_check_mode(request, wish->mode, order->media, order->sold_in_person, order->sold_by_video,
                             error);
}

/* Memory knows every seat there is, so a start outside the opening hours costs no transaction its time. Gives
 * the zone's offset on that day. */
static bool start_exists(struct http_request *request, int64_t start_us, int *offset_s)
{
    struct agenda_day *days[3];
    bool found = false;
    agenda_memory_days(agenda_memory_of(request->app), start_us / INT64_C(86400000000) - 1, 3, days);
    for (size_t i = 0; i < 3; i++) {
        if (agenda_day_slot_at(days[i], start_us) != NULL) {
            found = true;
            *offset_s = days[i]->offset_s;
        }
        agenda_day_release(days[i]);
    }
    return found;
}

bool agenda_check_start(struct http_request *request, const struct agenda_wish *wish, int *offset_s,
                        struct ra_error *error)
{
    if (!desk_priority_check(request, wish->priority, error))
        return false;
    if (wish->start_us <= request->now_us)
        return ra_fail_field(error, "start", "past", "Este horário já passou. Escolha outro.");
    return start_exists(request, wish->start_us, offset_s) ||
           ra_fail_field(error, "start", "no-slot", "Não há atendimento neste horário. Escolha um da lista.");
}

bool agenda_skills_of(struct http_request *request, const struct order *order, const struct agenda_wish *wish,
                      uint32_t *skills, struct ra_error *error)
{
    struct duration duration;
    const struct duration_part part = duration_part_of(order);
    if (!duration_of_visit(request->app, request->context, wish->start_us, wish->mode, &part, 1, &duration,
                           error))
        return false;
    *skills = duration.skills;
    return true;
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
