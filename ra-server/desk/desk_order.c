/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/desk_order.h"

#include "catalog/local_time.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_US INT64_C(60000000)
#define SECOND_US INT64_C(1000000)

enum { NAMED_MAX = 3 }; /* tickets that a sentence names before it counts the rest */

static int ahead_minutes(const struct desk_waiting *waiting, int hour_ahead_minutes)
{
    return (waiting->class != NULL ? waiting->class->ahead_minutes : 0) +
           (waiting->by_hour ? hour_ahead_minutes : 0);
}

int64_t desk_moment(const struct desk_waiting *waiting, int hour_ahead_minutes)
{
    return waiting->due_us - ahead_minutes(waiting, hour_ahead_minutes) * MINUTE_US;
}

static int compare_numbers(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

int desk_compare(const struct desk_waiting *left, const struct desk_waiting *right, int hour_ahead_minutes)
{
    int order =
        compare_numbers(desk_moment(left, hour_ahead_minutes), desk_moment(right, hour_ahead_minutes));
    if (order == 0)
        order = compare_numbers(left->due_us, right->due_us);
    return order != 0 ? order : compare_numbers(left->visit, right->visit);
}

/* Insertion: qsort has no argument for the policy, and a waiting room is small. */
void desk_sort(struct desk_waiting *waiting, size_t count, int hour_ahead_minutes)
{
    for (size_t i = 1; i < count; i++) {
        struct desk_waiting one = waiting[i];
        size_t at = i;
        for (; at > 0 && desk_compare(&one, &waiting[at - 1], hour_ahead_minutes) < 0; at--)
            waiting[at] = waiting[at - 1];
        waiting[at] = one;
    }
}

/* --- the sentence --- */

/* Who would have gone first. By turn: those who came earlier and are called later; by choice: all before. */
static bool was_passed(const struct desk_waiting *called, const struct desk_waiting *other, bool by_choice,
                       int hour_ahead_minutes)
{
    if (by_choice)
        return desk_compare(other, called, hour_ahead_minutes) < 0;
    return other->due_us < called->due_us && desk_compare(called, other, hour_ahead_minutes) < 0;
}

/* "B007, B009, B010 e mais 2"; NULL: nobody was passed. */
static char *passed_text(TALLOC_CTX *context, const struct desk_waiting *called,
                         const struct desk_waiting *others, size_t count, bool by_choice,
                         int hour_ahead_minutes)
{
    char *text = NULL;
    size_t passed = 0;
    for (size_t i = 0; i < count; i++) {
        if (!was_passed(called, &others[i], by_choice, hour_ahead_minutes))
            continue;
        passed++;
        if (passed == 1)
            text = talloc_strdup(context, others[i].ticket);
        else if (passed <= NAMED_MAX && text != NULL)
            text = talloc_asprintf_append(text, ", %s", others[i].ticket);
    }
    if (passed > NAMED_MAX && text != NULL)
        text = talloc_asprintf_append(text, " e mais %zu", passed - NAMED_MAX);
    return text;
}

/* Somebody whose class is stronger came so much later that the class did not reach. */
static const struct desk_waiting *outlasted(const struct desk_waiting *called,
                                            const struct desk_waiting *others, size_t count,
                                            int hour_ahead_minutes)
{
    const int own = called->class != NULL ? called->class->ahead_minutes : 0;
    for (size_t i = 0; i < count; i++) {
        const struct desk_class *class = others[i].class;
        if (class != NULL && class->ahead_minutes > own &&
            desk_compare(called, &others[i], hour_ahead_minutes) < 0)
            return &others[i];
    }
    return NULL;
}

static char *reason_text(TALLOC_CTX *context, const struct desk_waiting *called)
{
    if (called->class != NULL)
        return talloc_asprintf(context, "%s, %s", called->class->label, called->class->law);
    const char *hour = local_time_hour_text(context, called->due_us, called->offset_s);
    return hour == NULL
               ? NULL
               : talloc_asprintf(context, called->by_hour ? "hora marcada, %s" : "chegada às %s", hour);
}

/* "4 h", "1 h 30", "45 min" */
static char *span_text(TALLOC_CTX *context, int minutes)
{
    if (minutes < 60)
        return talloc_asprintf(context, "%d min", minutes);
    return minutes % 60 == 0 ? talloc_asprintf(context, "%d h", minutes / 60)
                             : talloc_asprintf(context, "%d h %02d", minutes / 60, minutes % 60);
}

char *desk_call_sentence(TALLOC_CTX *context, const struct desk_waiting *called,
                         const struct desk_waiting *others, size_t count, bool by_choice,
                         int hour_ahead_minutes)
{
    const char *passed = passed_text(context, called, others, count, by_choice, hour_ahead_minutes);
    if (by_choice)
        return passed == NULL
                   ? talloc_asprintf(context, "%s chamado pelo agente", called->ticket)
                   : talloc_asprintf(context, "%s chamado pelo agente, antes de %s", called->ticket, passed);
    const char *reason = reason_text(context, called);
    if (reason == NULL)
        return NULL;
    if (passed != NULL)
        return talloc_asprintf(context, "%s antes de %s: %s", called->ticket, passed, reason);
    const struct desk_waiting *later = outlasted(called, others, count, hour_ahead_minutes);
    if (later != NULL)
        return talloc_asprintf(context, "%s antes de %s (%s): espera maior que a preferência, de %s",
                               called->ticket, later->ticket, later->class->label,
                               span_text(context, later->class->ahead_minutes));
    return talloc_asprintf(context, "%s na sua vez: %s", called->ticket, reason);
}

/* --- absence, place, wait --- */

int desk_calls_counted(const int64_t *made_us, size_t count, int minutes)
{
    int counted = 0;
    int64_t last_us = 0;
    for (size_t i = 0; i < count; i++) {
        if (counted > 0 && made_us[i] < last_us + minutes * MINUTE_US)
            continue;
        counted++;
        last_us = made_us[i];
    }
    return counted;
}

bool desk_hour_counts(int64_t hour_us, int64_t arrived_us, int late_minutes)
{
    return arrived_us <= hour_us + late_minutes * MINUTE_US;
}

int64_t desk_waited_s(int64_t since_us, int64_t now_us)
{
    return now_us > since_us ? (now_us - since_us) / SECOND_US : 0;
}
