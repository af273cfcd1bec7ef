/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which seats a session takes: as many as it lasts, one right after the other on one lane. A visit of two
 * orders is two such runs, the second where the first one ends. Pure functions.
 */
#ifndef AGENDA_AGENDA_RUN_H
#define AGENDA_AGENDA_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RUN_HALVES = 2, RUN_SEATS_MAX = 100 };

/* A seat that could serve. */
struct run_seat {
    int64_t id;
    int lane;
    int64_t start_us, end_us;
    int half; /* of the visit: 0, 1 */
    bool own; /* held for its order already */
    bool is_public;
};

/* From when until when a session needs seats. */
struct run_span {
    int64_t from_us, until_us;
};

/* A run: indexes into the seats, in order of time. */
struct run {
    size_t seats[RUN_SEATS_MAX];
    size_t count;
};

/* The runs that suit best, one for each half: what is held already, one lane rather than two, then
 * (`at_office`) internal seats before public ones or the other way round, then the lower lane. `seats` come
 * in the order of start and lane. false when a half has none. */
bool run_choose(const struct run_seat *seats, size_t count, const struct run_span *spans, size_t halves,
                bool at_office, struct run runs[RUN_HALVES]);

#endif
