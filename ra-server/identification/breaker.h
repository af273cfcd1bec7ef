/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The circuit breaker of one official base: after so many failures in a row nobody waits for it any more;
 * after a pause a single question goes through, and its outcome decides. Each opening that follows without a
 * success in between doubles the pause, up to BREAKER_DOUBLINGS times; there is no chance in it.
 *
 *   closed    everything goes through; failures in a row are counted
 *   open      nothing goes through until the pause is over
 *   half-open one question is under way; everything else is turned away
 *
 * A pure state machine: the time is passed in (any clock that only grows), and whoever owns it guards it.
 */
#ifndef IDENTIFICATION_BREAKER_H
#define IDENTIFICATION_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

enum { BREAKER_DOUBLINGS = 4 };

/* All zeros is a closed one. */
struct breaker {
    enum breaker_state state;
    unsigned failures; /* in a row, while closed */
    unsigned openings; /* in a row, without a success in between */
    unsigned era;      /* counts the changes of state: what was sent in an older one decides nothing */
    int64_t open_until_us;
};

struct breaker_settings {
    unsigned threshold;  /* failures in a row that open it, at least 1 */
    int64_t cooldown_us; /* first pause */
};

/* May a question go out now? When the pause is over the first one to ask becomes the trial. Whoever got true
 * tells with the same *era how it ended: breaker_success, breaker_failure or breaker_abandon. */
bool breaker_admit(struct breaker *breaker, int64_t now_us, unsigned *era);

/* The base answered. */
void breaker_success(struct breaker *breaker, unsigned era);

void breaker_failure(struct breaker *breaker, const struct breaker_settings *settings, int64_t now_us,
                     unsigned era);

/* The question was given up by us: nothing was learnt. A trial leaves the breaker open, its pause over. */
void breaker_abandon(struct breaker *breaker, unsigned era);

/* "closed", "open", "half-open". */
const char *breaker_state_word(enum breaker_state state);

#endif
