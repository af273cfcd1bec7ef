/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random tokens and tokens derived from a key of the server. Derived ones need not be stored anywhere in
 * clear: the mail that carries one makes it again at the moment of sending, from facts that are no secret and
 * the key file $keys_dir/tokens.key, which is outside the database. Only SHA-256 hashes of tokens are stored.
 *
 * Thread rules: the key is read once at start and constant afterwards.
 */
#ifndef ORDERS_TOKENS_H
#define ORDERS_TOKENS_H

#include "app.h"
#include "pki/base/error.h"

#include <stdint.h>

enum {
    TOKEN_SIZE = 44,      /* 32 bytes as 43 characters of base64url, and the NUL */
    TOKEN_HASH_SIZE = 32, /* bytes */
    LOGIN_CODE_SIZE = 7,  /* six digits and the NUL */
};

/* Reads the key, or makes it (mode 0600) where there is none. `key` has 32 bytes. */
RA_MUST_CHECK bool tokens_load_key(const struct config *config, uint8_t key[32], struct ra_error *error);

/* A fresh random token. */
RA_MUST_CHECK bool token_random(char token[TOKEN_SIZE], struct ra_error *error);

/* What is stored of a token. */
RA_MUST_CHECK bool token_hash(const char *token, uint8_t hash[TOKEN_HASH_SIZE], struct ra_error *error);

/* The token in the link that confirms an address: of this order (its ref), asked for at this instant. */
RA_MUST_CHECK bool token_confirmation(struct ra_app *app, const char *ref, int64_t at_us, const char *email,
                                      char token[TOKEN_SIZE], struct ra_error *error);

/* The token in the links of a mail about an appointment (its UID), asked for at this instant. */
RA_MUST_CHECK bool token_appointment(struct ra_app *app, const char *uid, int64_t at_us, const char *email,
                                     char token[TOKEN_SIZE], struct ra_error *error);

/* The token in the address of a calendar feed: of an office, or of an agent's key there (`owner`, "" for the
 * office itself). Another generation is another token. */
RA_MUST_CHECK bool token_feed(struct ra_app *app, const char *office_code, const char *owner,
                              int64_t generation, char token[TOKEN_SIZE], struct ra_error *error);

/* The name of the room in which the session of this appointment (its UID) is held by video. */
RA_MUST_CHECK bool token_video_room(struct ra_app *app, const char *uid, char token[TOKEN_SIZE],
                                    struct ra_error *error);

/* The token in the link of an offer: of that seat, to this order, made at this instant, mailed to this
 * address. */
RA_MUST_CHECK bool token_seat_offer(struct ra_app *app, const char *ref, int64_t at_us, int64_t seat_id,
                                    const char *email, char token[TOKEN_SIZE], struct ra_error *error);

/* The MAC of a challenge (agenda/agenda_work.h), and a comparison that takes the same time whatever differs.
 */
RA_MUST_CHECK bool token_work_mac(struct ra_app *app, const char *text, char mac[TOKEN_SIZE],
                                  struct ra_error *error);
bool token_equal(const char *left, const char *right);

/* The token in the links to somebody whose hour is gone: of this appointment of the order (its ref), as it
 * stands at this SEQUENCE, mailed to this address. */
RA_MUST_CHECK bool token_reschedule(struct ra_app *app, const char *ref, int64_t appointment_id, int sequence,
                                    const char *email, char token[TOKEN_SIZE], struct ra_error *error);

/* The one-time code for a log-in, and what is stored of a code: keyed, because six digits are soon tried. */
RA_MUST_CHECK bool token_login_code(struct ra_app *app, const char *cpf, const char *email, int64_t at_us,
                                    char code[LOGIN_CODE_SIZE], struct ra_error *error);
RA_MUST_CHECK bool token_login_hash(struct ra_app *app, const char *cpf, const char *code,
                                    uint8_t hash[TOKEN_HASH_SIZE], struct ra_error *error);

/* A peer's address as it is kept for the limit of open orders: not readable, the same for the same address.
 */
RA_MUST_CHECK bool token_address_hash(struct ra_app *app, const char *peer, uint8_t hash[TOKEN_HASH_SIZE],
                                      struct ra_error *error);

#endif
