/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work instead of pictures. When more clicks on seats come in a minute than policy `rush_clicks_per_minute`
 * allows, each of them must bring a challenge of ours with either a number that makes SHA-256 begin with so
 * many zero bits (policy `rush_work_bits`; the page's script looks for it) or, for who has no script, an age
 * of `rush_wait_seconds`. A challenge is signed, bound to one order, valid for a quarter of an hour, and
 * counts once; nothing is stored until it is spent. Nobody reads distorted letters, no third party looks on.
 *
 *     challenge = "w1." issued_ms "." bits "." order "." random16 "." mac      (base64url HMAC-SHA-256)
 *     proof:      SHA-256(challenge "." nonce) begins with `bits` zero bits
 */
#ifndef AGENDA_AGENDA_WORK_H
#define AGENDA_AGENDA_WORK_H

#include "agenda/agenda.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { WORK_MINUTES = 15, WORK_NONCE_MAX = 32, WORK_CHALLENGE_SIZE = 160, RUSH_SECONDS = 60 };

/* --- the rate (thread-safe) --- */

/* Clicks of the last minute, second by second. */
struct rush {
    struct {
        _Atomic int64_t second;
        atomic_int clicks;
    } ring[RUSH_SECONDS];
};

/* Counts one click at `now_us` and gives how many there were in the minute that ends with it. */
int64_t rush_count(struct rush *rush, int64_t now_us);

/* --- the challenge (pure but for the key's MAC, which is the caller's) --- */

struct work_claim {
    int64_t issued_us;
    int bits;
    char order[ORDERS_CODE_SIZE];
    size_t signed_length; /* of the part before ".mac" */
};

/* Reads a challenge; false when it is none of this shape. Says nothing of its MAC. */
bool work_read(const char *challenge, struct work_claim *claim);

/* Leading zero bits of a digest. */
int work_zero_bits(const uint8_t digest[32]);

/* Does the nonce prove the work? */
bool work_is_proved(const char *challenge, const char *nonce, int bits);

/* "" when the claim is good for this order now, otherwise the reason word: "work-other-order",
 * "work-expired", "work-early" (no nonce and not waited yet), "work-wrong". */
const char *work_judge(const struct work_claim *claim, const char *challenge, const char *nonce,
                       const char *order_code, int64_t now_us, int64_t wait_s);

/* --- a request --- */

/* Counts the click; under attack a click without work, or with work that does not hold, is refused with
 * RA_WORK_NEEDED and a fresh challenge in the response. Whoever confirms what the order holds has worked
 * already. */
RA_MUST_CHECK bool work_check(struct http_request *request, struct http_response *response,
                              const struct order *order, const struct agenda_wish *wish,
                              struct ra_error *error);

#endif
