/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules of the media room: which act leads where, and how a count is held against the ledger. Pure.
 */
#ifndef MEDIA_MEDIA_RULES_H
#define MEDIA_MEDIA_RULES_H

#include "pki/base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

/* X(identifier, "word") */
#define MEDIA_STATES(X)                                                                                      \
    X(MEDIA_NEW, "new") /* only before it is received */                                                     \
    X(MEDIA_STOCK, "stock")                                                                                  \
    X(MEDIA_DESK, "desk")                                                                                    \
    X(MEDIA_DELIVERED, "delivered")                                                                          \
    X(MEDIA_DEFECTIVE, "defective")                                                                          \
    X(MEDIA_RETURNED, "returned")

enum media_state {
#define X(id, word) id,
    MEDIA_STATES(X)
#undef X
        MEDIA_STATE_COUNT
};

#define MEDIA_ACTS(X)                                                                                        \
    X(MEDIA_RECEIVE, "receive") /* from the supplier into the stock */                                       \
    X(MEDIA_TAKE, "take")       /* out of the stock, for one case */                                         \
    X(MEDIA_BRING, "bring")     /* the holder's own comes to the desk */                                     \
    X(MEDIA_DELIVER, "deliver")                                                                              \
    X(MEDIA_DEFECTIVE_ACT, "defective")                                                                      \
    X(MEDIA_RETURN, "return") /* unused back from the desk; or out of the house for good */

enum media_act {
#define X(id, word) id,
    MEDIA_ACTS(X)
#undef X
        MEDIA_ACT_COUNT
};

const char *media_state_word(enum media_state state);
const char *media_act_word(enum media_act act);
RA_MUST_CHECK bool media_state_parse(const char *word, enum media_state *state);
RA_MUST_CHECK bool media_act_parse(const char *word, enum media_act *act);

/* Where an act leads from a state; `brought`: the piece is the holder's own. RA_CONFLICT, reason
 * "media-state", with the sentence that says where the piece is. */
RA_MUST_CHECK bool media_next(enum media_act act, enum media_state state, bool brought,
                              enum media_state *next, struct ra_error *error);

/* As printed on a piece: 1 to 40 letters, digits, '.', '_', '-', beginning with a letter or digit. */
bool media_serial_valid(const char *serial);

/* How many pieces are in each state. */
struct media_figures {
    int64_t of[MEDIA_STATE_COUNT];
};

/* Acts of a day, or of every day before it: how many led from where to where, how many of each kind. */
struct media_moves {
    int64_t between[MEDIA_STATE_COUNT][MEDIA_STATE_COUNT];
    int64_t by_act[MEDIA_ACT_COUNT];
};

/* The figures after these acts. */
void media_apply(struct media_figures *figures, const struct media_moves *moves);

bool media_same_figures(const struct media_figures *left, const struct media_figures *right);

/* What a count found, against the serials that the ledger says are in the house. Both arrays of JSON texts;
 * the results are new references: `missing` in the ledger alone, `unexpected` in the count alone. A serial
 * counted twice is counted once. */
RA_MUST_CHECK bool media_compare(const json_t *counted, const json_t *expected, json_t **missing,
                                 json_t **unexpected, struct ra_error *error);

#endif
