/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_session.h"

#include "agenda/agenda_internal.h"
#include "agenda/hours/duration.h"
#include "desk/desk.h"

bool agenda_session_of(struct http_request *request, const struct order *order,
                       const struct agenda_wish *wish, struct agenda_session *session, struct ra_error *error)
{
    const struct duration_part part = duration_part_of(order);
    struct duration duration;
    if (!duration_of_visit(request->app, request->context, wish->start_us, wish->mode, &part, 1, &duration,
                           error))
        return false;
    *session = (struct agenda_session){.need = duration_need(&duration)};
    session->from_us = wish->start_us - session->need.before_us;
    session->until_us = wish->start_us + session->need.with_us;
    return true;
}

/* Memory knows every seat there is, so a start outside the opening hours costs no transaction its time. */
static bool start_exists(struct http_request *request, struct agenda_session *session)
{
    struct agenda_day *days[3];
    bool found = false;
    agenda_memory_days(agenda_memory_of(request->app), session->from_us / INT64_C(86400000000) - 1, 3, days);
    for (size_t i = 0; i < 3; i++) {
        const struct agenda_day_slot *slot = agenda_day_slot_at(days[i], session->from_us);
        if (slot != NULL && agenda_slot_cover(days[i], slot, session->until_us - session->from_us) != 0) {
            found = true;
            session->offset_s = days[i]->offset_s;
            session->one_seat = session->need.before_us == 0 && slot->end_us >= session->until_us;
        }
        agenda_day_release(days[i]);
    }
    return found;
}

bool agenda_check_start(struct http_request *request, const struct agenda_wish *wish,
                        struct agenda_session *session, struct ra_error *error)
{
    if (!desk_priority_check(request, wish->priority, error))
        return false;
    if (session->from_us <= request->now_us)
        return ra_fail_field(error, "start", "past", "Este horário já passou. Escolha outro.");
    return start_exists(request, session) ||
           ra_fail_field(error, "start", "no-slot", "Não há atendimento neste horário. Escolha um da lista.");
}

size_t agenda_needs_of(struct http_request *request, const struct order *const orders[2], const char *mode,
                       int64_t start_us, struct agenda_need needs[2])
{
    size_t count = 0;
    for (size_t i = 0; i < 2 && orders[i] != NULL; i++) {
        const struct agenda_wish wish = {.start_us = start_us, .mode = mode};
        struct agenda_session session = {0};
        struct ra_error ignored = {0}; /* what is looked up so is refused at the click with its reason */
        if (!agenda_session_of(request, orders[i], &wish, &session, &ignored))
            session = (struct agenda_session){0};
        needs[count++] = session.need;
    }
    return count;
}
