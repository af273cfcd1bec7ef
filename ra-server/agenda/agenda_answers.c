/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_answers.h"

#include "audit/audit.h"
#include "db/db.h"

#include <string.h>
#include <strings.h>

/* How far ahead of ours the clock of a holder's calendar may be. */
#define CLOCK_ERROR_US INT64_C(86400000000)

static const char *const words[] = {
#define X(id, word) [id] = word,
    AGENDA_ANSWERS(X)
#undef X
};

const char *agenda_answer_word(enum calendar_answer answer)
{
    return answer < AGENDA_ANSWER_COUNT ? words[answer] : "";
}

static bool is_one_person(const struct calendar_reply *reply, const char *email)
{
    return email[0] != '\0' && strcasecmp(reply->sender, email) == 0 &&
           strcasecmp(reply->attendee, email) == 0;
}

enum answer_verdict agenda_judge_answer(const struct calendar_reply *reply, const struct answer_case *known)
{
    if (!is_one_person(reply, known->email) || reply->stamp_us > known->now_us + CLOCK_ERROR_US)
        return ANSWER_NOT_BELIEVED;
    if (!known->booked || known->start_us <= known->now_us)
        return ANSWER_OVER;
    if (reply->sequence != known->sequence)
        return ANSWER_OUTDATED;
    if (!known->answered)
        return ANSWER_TAKEN;
    if (reply->stamp_us < known->last_stamp_us)
        return ANSWER_OUTDATED;
    bool said = reply->answer == known->last;
    bool same_wish = reply->answer != AGENDA_COUNTERED || reply->stamp_us == known->last_stamp_us;
    return said && same_wish ? ANSWER_REPEATED : ANSWER_TAKEN;
}

static enum calendar_answer answer_of(const char *word)
{
    for (size_t i = 0; i < AGENDA_ANSWER_COUNT; i++)
        if (strcmp(words[i], word) == 0)
            return (enum calendar_answer)i;
    return AGENDA_ANSWER_COUNT;
}

bool agenda_answer_case(struct http_request *request, const struct order *order, struct answer_case *known,
                        struct ra_error *error)
{
    const struct order_appointment *appointment = order->appointment;
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_CALENDAR_ANSWER_LAST,
                  DB_VALUES(db_int(appointment->id), db_int(appointment->sequence)), &rows, error))
        return false;
    bool answered = db_row_count(rows) > 0;
    *known = (struct answer_case){
        .sequence = appointment->sequence,
        .booked = strcmp(appointment->state, "booked") == 0,
        .start_us = appointment->start_us,
        .now_us = request->now_us,
        .answered = answered,
        .last = answered ? answer_of(row_text(rows, 0, "answer")) : AGENDA_ANSWER_COUNT,
        .last_stamp_us = answered ? row_time(rows, 0, "stamped_at") : 0,
    };
    return true;
}

bool agenda_record_answer(struct http_request *request, const struct order *order,
                          enum calendar_answer answer, const char *channel, int64_t stamp_us,
                          struct ra_error *error)
{
    const struct order_appointment *appointment = order->appointment;
    return db_exec(request->db, STATEMENT_CALENDAR_ANSWER_INSERT,
                   DB_VALUES(db_int(appointment->id), db_int(appointment->sequence),
                             db_text(agenda_answer_word(answer)), db_text(channel), db_time(stamp_us),
                             db_time(request->now_us)),
                   NULL, error) &&
           audit_record(request, AUDIT_APPT_ANSWERED, order,
                        json_pack("{s:I, s:i, s:s, s:s}", "appointment", appointment->id, "sequence",
                                  appointment->sequence, "answer", agenda_answer_word(answer), "channel",
                                  channel),
                        NULL, error);
}
