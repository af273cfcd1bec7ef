/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pure part of the room: how late a revocation is, when to look again, what the reasons are called.
 */
#ifndef REVOCATION_REVOCATION_RULES_H
#define REVOCATION_REVOCATION_RULES_H

#include "pki/base/error.h"

#include <stdint.h>

/* Policy rows, in hours (rules 3.10): what is aimed at, what raises an alarm, what the norm allows at most.
 */
struct revocation_limits {
    int64_t target_hours;
    int64_t alarm_hours;
    int64_t hard_hours;
};

/* X(identifier, "word") */
#define REVOCATION_LATENESSES(X)                                                                             \
    X(REVOCATION_IN_TIME, "in_time")                                                                         \
    X(REVOCATION_PAST_TARGET, "past_target")                                                                 \
    X(REVOCATION_ALARM, "alarm")                                                                             \
    X(REVOCATION_PAST_LIMIT, "past_limit")

enum revocation_lateness {
#define X(id, word) id,
    REVOCATION_LATENESSES(X)
#undef X
};

/* `age_s` since the first request was received. */
enum revocation_lateness revocation_lateness(int64_t age_s, const struct revocation_limits *limits);
const char *revocation_lateness_word(enum revocation_lateness lateness);

/* Seconds until the next look, after so many in vain: a second at first, five minutes at the most, so that a
 * CRL is seen soon after it is published and an AC that is away is not pressed. */
int64_t revocation_pause_s(int64_t looks);

/* "A chave foi exposta…": what people choose from; NULL for a reason that is not offered. */
const char *revocation_reason_text(int64_t reason);

/* What the signer said of a holder's word ends it for good; anything else may pass later (a CRL that is
 * missing, an AC that is away). */
bool revocation_word_is_dead(const char *reason);

#endif
