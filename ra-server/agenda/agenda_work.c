/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_work.h"

#include "agenda/agenda_hold.h"
#include "agenda/agenda_internal.h"
#include "orders/tokens.h"
#include "pki/base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the rate --- */

/* A second's place is taken over by the first click of a later second; two that do so at once lose a click at
 * most, which is nothing at the rates that matter. */
int64_t rush_count(struct rush *rush, int64_t now_us)
{
    int64_t second = now_us / 1000000;
    size_t at = (size_t)((uint64_t)second % RUSH_SECONDS);
    int64_t known = atomic_load(&rush->ring[at].second);
    if (known != second && atomic_compare_exchange_strong(&rush->ring[at].second, &known, second))
        atomic_store(&rush->ring[at].clicks, 0);
    atomic_fetch_add(&rush->ring[at].clicks, 1);
    int64_t clicks = 0;
    for (size_t i = 0; i < RUSH_SECONDS; i++) {
        int64_t age = second - atomic_load(&rush->ring[i].second);
        if (age >= 0 && age < RUSH_SECONDS)
            clicks += atomic_load(&rush->ring[i].clicks);
    }
    return clicks;
}

/* --- the challenge --- */

/* Digits up to the next point; false when there are none, too many, or another character. */
static bool read_number(const char **at, int most_digits, int64_t *number)
{
    size_t length = strspn(*at, "0123456789");
    if (length == 0 || length > (size_t)most_digits || (*at)[length] != '.')
        return false;
    *number = strtoll(*at, NULL, 10);
    *at += length + 1;
    return true;
}

bool work_read(const char *challenge, struct work_claim *claim)
{
    const char *at = challenge;
    int64_t issued_ms = 0, bits = 0;
    if (strlen(challenge) >= WORK_CHALLENGE_SIZE || strncmp(at, "w1.", 3) != 0)
        return false;
    at += 3;
    if (!read_number(&at, 15, &issued_ms) || !read_number(&at, 2, &bits) || bits > 63)
        return false;
    size_t order = strcspn(at, "."), random = 0, mac = 0;
    if (order != ORDERS_CODE_LENGTH || at[order] != '.')
        return false;
    *claim = (struct work_claim){.issued_us = issued_ms * 1000, .bits = (int)bits};
    memcpy(claim->order, at, order);
    at += order + 1;
    random = strspn(at, "0123456789abcdef");
    mac = random == 16 && at[random] == '.' ? strlen(at + random + 1) : 0;
    claim->signed_length = (size_t)(at + random - challenge);
    return mac == TOKEN_SIZE - 1;
}

int work_zero_bits(const uint8_t digest[32])
{
    int bits = 0;
    for (size_t i = 0; i < 32; i++) {
        if (digest[i] == 0) {
            bits += 8;
            continue;
        }
        for (uint8_t mask = 0x80; (digest[i] & mask) == 0; mask = (uint8_t)(mask >> 1))
            bits++;
        break;
    }
    return bits;
}

bool work_is_proved(const char *challenge, const char *nonce, int bits)
{
    char text[WORK_CHALLENGE_SIZE + WORK_NONCE_MAX + 2];
    uint8_t digest[32];
    if (strlen(nonce) > WORK_NONCE_MAX || strlen(challenge) >= WORK_CHALLENGE_SIZE)
        return false;
    snprintf(text, sizeof text, "%s.%s", challenge, nonce);
    return sha256(bytes_of_text(text), digest) && work_zero_bits(digest) >= bits;
}

const char *work_judge(const struct work_claim *claim, const char *challenge, const char *nonce,
                       const char *order_code, int64_t now_us, int64_t wait_s)
{
    int64_t age_us = now_us - claim->issued_us;
    if (strcmp(claim->order, order_code) != 0)
        return "work-other-order";
    if (age_us < -INT64_C(1000) || age_us > WORK_MINUTES * INT64_C(60000000))
        return "work-expired";
    if (nonce[0] == '\0')
        return age_us >= wait_s * INT64_C(1000000) ? "" : "work-early";
    return work_is_proved(challenge, nonce, claim->bits) ? "" : "work-wrong";
}

/* --- a request --- */

static bool make_challenge(struct http_request *request, const struct order *order, int64_t bits,
                           const char **challenge, struct ra_error *error)
{
    uint8_t raw[8];
    char mac[TOKEN_SIZE];
    if (!random_bytes(raw, sizeof raw))
        return ra_fail_crypto(error, "random bytes");
    char *hex = hex_encode(request->context, (struct bytes){raw, sizeof raw});
    char *text = hex == NULL
                     ? NULL
                     : talloc_asprintf(request->context, "w1.%lld.%d.%s.%s",
                                       (long long)(request->now_us / 1000), (int)bits, order->code, hex);
    if (text == NULL)
        return ra_fail(error, RA_NO_MEMORY, "work");
    if (!token_work_mac(request->app, text, mac, error))
        return false;
    *challenge = talloc_asprintf(request->context, "%s.%s", text, mac);
    return *challenge != NULL || ra_fail(error, RA_NO_MEMORY, "work");
}

static bool is_ours(struct http_request *request, const char *challenge, const struct work_claim *claim,
                    bool *ours, struct ra_error *error)
{
    char mac[TOKEN_SIZE];
    char *text = talloc_strndup(request->context, challenge, claim->signed_length);
    if (text == NULL)
        return ra_fail(error, RA_NO_MEMORY, "work");
    if (!token_work_mac(request->app, text, mac, error))
        return false;
    *ours = token_equal(mac, challenge + claim->signed_length + 1);
    return true;
}

/* In the transaction of the click: where the seat was taken, the work is not spent. */
static bool spend(struct http_request *request, const char *challenge, const struct work_claim *claim,
                  bool *first, struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    int64_t spent = 0;
    int64_t expires_us = claim->issued_us + WORK_MINUTES * INT64_C(60000000);
    if (!token_hash(challenge, hash, error) ||
        !db_exec(request->db, STATEMENT_WORK_SPEND,
                 DB_VALUES(db_bytes((struct bytes){hash, sizeof hash}), db_time(expires_us),
                           db_time(request->now_us)),
                 &spent, error))
        return false;
    *first = spent > 0;
    return true;
}

/* The reason why what was brought does not do; "" when it does. */
static bool judge(struct http_request *request, const struct order *order, int64_t wait_s,
                  const char **reason, struct ra_error *error)
{
    const char *challenge = http_text(request->body, "work");
    const char *nonce = http_text(request->body, "nonce");
    struct work_claim claim;
    bool good = false;
    *reason = "work-missing";
    if (challenge == NULL || challenge[0] == '\0')
        return true;
    *reason = "work-forged";
    if (!work_read(challenge, &claim))
        return true;
    if (!is_ours(request, challenge, &claim, &good, error))
        return false;
    if (!good)
        return true;
    *reason = work_judge(&claim, challenge, nonce != NULL ? nonce : "", order->code, request->now_us, wait_s);
    if ((*reason)[0] != '\0')
        return true;
    if (!spend(request, challenge, &claim, &good, error))
        return false;
    if (!good)
        *reason = "work-spent";
    return true;
}

static bool ask_for_work(struct http_request *request, struct http_response *response,
                         const struct order *order, int64_t wait_s, const char *reason,
                         struct ra_error *error)
{
    int64_t bits = 0;
    const char *challenge = NULL;
    char seconds[24];
    if (!catalog_policy_number(request->app, request->now_us, "rush_work_bits", &bits, error) ||
        !make_challenge(request, order, bits, &challenge, error))
        return false;
    http_reply(response, 429,
               json_pack("{s:{s:s, s:I, s:I, s:s}}", "work", "challenge", challenge, "bits", bits, "wait_s",
                         wait_s, "algorithm", "sha-256"));
    snprintf(seconds, sizeof seconds, "%lld", (long long)wait_s);
    http_set_header(response, "Retry-After", seconds);
    return ra_fail_reason(error, RA_WORK_NEEDED, reason, "%s", "");
}

static bool holds_it(struct http_request *request, const struct order *order, const struct agenda_wish *wish,
                     bool *holds, struct ra_error *error)
{
    struct agenda_held held = {0};
    if (!agenda_own_hold(request, order, holds, &held, error))
        return false;
    *holds = *holds && held.from_us <= wish->start_us && wish->start_us < held.end_us;
    return true;
}

bool work_check(struct http_request *request, struct http_response *response, const struct order *order,
                const struct agenda_wish *wish, struct ra_error *error)
{
    int64_t most = 0, wait_s = 0;
    bool holds = false;
    const char *reason = "";
    if (wish->side == AGENDA_OFFICE)
        return true;
    int64_t clicks = rush_count(agenda_rush_of(request->app), request->now_us);
    if (!catalog_policy_number(request->app, request->now_us, "rush_clicks_per_minute", &most, error))
        return false;
    if (clicks <= most)
        return true;
    if (!holds_it(request, order, wish, &holds, error) ||
        !catalog_policy_number(request->app, request->now_us, "rush_wait_seconds", &wait_s, error))
        return false;
    if (holds)
        return true;
    if (!judge(request, order, wait_s, &reason, error))
        return false;
    return reason[0] == '\0' || ask_for_work(request, response, order, wait_s, reason, error);
}
