/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_run.h"

/* The run of a half that begins with the seat `first`; false when it breaks off. */
static bool follow(const struct run_seat *seats, size_t count, const struct run_span *span, size_t first,
                   struct run *run)
{
    const struct run_seat *last = &seats[first];
    run->count = 0;
    run->seats[run->count++] = first;
    for (size_t i = first + 1; i < count && last->end_us < span->until_us; i++) {
        if (seats[i].half != last->half || seats[i].lane != last->lane || seats[i].start_us != last->end_us)
            continue;
        if (run->count == RUN_SEATS_MAX)
            return false;
        run->seats[run->count++] = i;
        last = &seats[i];
    }
    return last->end_us >= span->until_us;
}

static int merit(const struct run_seat *seats, const struct run *run, bool at_office)
{
    bool own = true;
    for (size_t i = 0; i < run->count; i++)
        own = own && seats[run->seats[i]].own;
    return (own ? 32 : 0) + (seats[run->seats[0]].is_public != at_office ? 1 : 0);
}

static bool begins(const struct run_seat *seat, const struct run_span *spans, int half)
{
    return seat->half == half && seat->start_us == spans[half].from_us;
}

/* Of equals the lower lane is met first. */
static bool choose_one(const struct run_seat *seats, size_t count, const struct run_span *spans,
                       bool at_office, struct run *best)
{
    int best_merit = -1;
    for (size_t i = 0; i < count; i++) {
        struct run run;
        if (!begins(&seats[i], spans, 0) || !follow(seats, count, &spans[0], i, &run) ||
            merit(seats, &run, at_office) <= best_merit)
            continue;
        best_merit = merit(seats, &run, at_office);
        *best = run;
    }
    return best_merit >= 0;
}

static bool choose_two(const struct run_seat *seats, size_t count, const struct run_span *spans,
                       bool at_office, struct run best[RUN_HALVES])
{
    int best_merit = -1;
    for (size_t i = 0; i < count; i++) {
        struct run first, second;
        if (!begins(&seats[i], spans, 0) || !follow(seats, count, &spans[0], i, &first))
            continue;
        for (size_t j = 0; j < count; j++) {
            if (!begins(&seats[j], spans, 1) || !follow(seats, count, &spans[1], j, &second))
                continue;
            int both = merit(seats, &first, at_office) + merit(seats, &second, at_office) +
                       (seats[i].lane == seats[j].lane ? 16 : 0);
            if (both <= best_merit)
                continue;
            best_merit = both;
            best[0] = first;
            best[1] = second;
        }
    }
    return best_merit >= 0;
}

bool run_choose(const struct run_seat *seats, size_t count, const struct run_span *spans, size_t halves,
                bool at_office, struct run runs[RUN_HALVES])
{
    return halves == RUN_HALVES ? choose_two(seats, count, spans, at_office, runs)
                                : choose_one(seats, count, spans, at_office, &runs[0]);
}
