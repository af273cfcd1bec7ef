/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whose turn it is, and the sentence that says why. Pure.
 *
 * Each ticket has a moment from which it counts as come (desk_moment): its hour or its arrival, moved earlier
 * by what the law's class, or having booked, gives it. The earliest is next. The moment never changes while
 * one waits, so the order of two people never turns round, nobody needs to be aged, and the bound is plain:
 *
 *   who came more than the highest ahead_minutes later never passes anybody.
 *
 * Lei 10.048/2000 (art. 1º, as Lei 14.626/2023 leaves it) and Lei 10.741/2003 (art. 3º § 2º) give the order
 * of the classes; the minutes are rows (priority_class, policies queue_*), dated and marked.
 */
#ifndef DESK_ORDER_H
#define DESK_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

/* A row of priority_class. */
struct desk_class {
    const char *name; /* "80+" */
    int ahead_minutes;
    const char *label; /* as the sentence calls it: "80+", "gestante" */
    const char *law;   /* as the sentence cites it */
};

struct desk_waiting {
    int64_t visit;
    const char *ticket;             /* "A014" */
    const struct desk_class *class; /* NULL: none */
    int64_t due_us;                 /* the hour booked, or the arrival */
    bool by_hour;                   /* due_us is the hour booked, and counts as such */
    int offset_s;                   /* of the office's zone, for the sentence */
};

/* When it counts as come: microseconds since the epoch. */
int64_t desk_moment(const struct desk_waiting *waiting, int hour_ahead_minutes);

/* Negative when `left` is called before `right`; 0 only for one and the same visit. */
int desk_compare(const struct desk_waiting *left, const struct desk_waiting *right, int hour_ahead_minutes);

/* Into the order of calling. */
void desk_sort(struct desk_waiting *waiting, size_t count, int hour_ahead_minutes);

/* "A014 antes de B007: 80+, Lei 10.741, art. 3º § 2º": whom the call passed and why. `others` are the rest of
 * those waiting; `by_choice`: the agent named the ticket. On `context`, NULL when memory ran out. */
char *desk_call_sentence(TALLOC_CTX *context, const struct desk_waiting *called,
                         const struct desk_waiting *others, size_t count, bool by_choice,
                         int hour_ahead_minutes);

/* Of the calls made, in their order, those that count for an absence: each at least `minutes` after the one
 * counted before it. A call by a clock that stepped back counts for nothing. */
int desk_calls_counted(const int64_t *made_us, size_t count, int minutes);

/* Where one stands in line: the hour booked while not more than `late_minutes` past it, else the arrival. */
bool desk_hour_counts(int64_t hour_us, int64_t arrived_us, int late_minutes);

/* Time waited, never negative: a clock that stepped back shows nothing. */
int64_t desk_waited_s(int64_t since_us, int64_t now_us);

#endif
