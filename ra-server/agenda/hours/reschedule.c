/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/hours/reschedule.h"

#include "agenda/agenda_internal.h"
#include "agenda/hours/duration.h"
#include "agenda/hours/nearest.h"

char *reschedule_path(struct ra_app *app, TALLOC_CTX *context, const struct order *order,
                      struct ra_error *error)
{
    char token[TOKEN_SIZE];
    const struct order_appointment *appointment = order->appointment;
    if (!token_reschedule(app, order->ref, appointment->id, appointment->sequence, order->subject->email,
                          token, error))
        return NULL;
    char *path = talloc_asprintf(context, "%lld/%s", (long long)appointment->id, token);
    if (path == NULL)
        ra_fail(error, RA_NO_MEMORY, "reschedule");
    return path;
}

bool hours_nearest(struct ra_app *app, struct db *db, TALLOC_CTX *context, const struct order *order,
                   int64_t now_us, size_t most, struct agenda_slot **slots, size_t *count,
                   struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct duration duration;
    const struct order_appointment *appointment = order->appointment;
    const struct duration_part part = duration_part_of(order);
    if (!duration_of_visit(app, context, appointment->start_us, appointment->mode, &part, 1, &duration,
                           error))
        return false;
    const struct agenda_need need = duration_need(&duration);
    if (!db_query(db, context, STATEMENT_HOURS_NEAREST,
                  DB_VALUES(db_int(order->office_id), db_time(appointment->start_us), db_time(now_us),
                            db_int(need.skills), db_int((int64_t)most),
                            db_int((need.before_us + need.with_us) / 1000000)),
                  &rows, error))
        return false;
    *count = db_row_count(rows);
    *slots = talloc_array(context, struct agenda_slot, (unsigned)*count);
    for (size_t i = 0; *slots != NULL && i < *count; i++)
        (*slots)[i] = (struct agenda_slot){row_time(rows, i, "starts") + need.before_us,
                                           row_time(rows, i, "ends"), (int)row_int(rows, i, "offset_s"), 1};
    return *slots != NULL || ra_fail(error, RA_NO_MEMORY, "hours");
}

json_t *reschedule_message(struct ra_app *app, struct db *db, TALLOC_CTX *context, const struct order *order,
                           int64_t now_us, struct ra_error *error)
{
    struct agenda_slot *slots = NULL;
    size_t count = 0;
    if (!hours_nearest(app, db, context, order, now_us, RESCHEDULE_CHOICES, &slots, &count, error))
        return NULL;
    const struct order_appointment *appointment = order->appointment;
    json_t *choices = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(choices, json_pack("{s:I, s:i}", "start_us", (json_int_t)slots[i].start_us,
                                                 "offset_s", slots[i].offset_s));
    json_t *model =
        json_pack("{s:I, s:i, s:I, s:i, s:o}", "appointment_id", (json_int_t)appointment->id, "sequence",
                  appointment->sequence, "start_us", (json_int_t)appointment->start_us, "offset_s",
                  appointment->offset_s, "choices", choices);
    if (model == NULL)
        ra_fail(error, RA_NO_MEMORY, "reschedule");
    return model;
}
