/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/media_rules.h"

#include <string.h>

enum { SERIAL_MAX = 40 };

static const char *const state_words[] = {
#define X(id, word) [id] = word,
    MEDIA_STATES(X)
#undef X
};

static const char *const act_words[] = {
#define X(id, word) [id] = word,
    MEDIA_ACTS(X)
#undef X
};

static const char *const where[MEDIA_STATE_COUNT] = {
    [MEDIA_NEW] = "ainda não foi recebido", [MEDIA_STOCK] = "está no estoque",
    [MEDIA_DESK] = "está na mesa",          [MEDIA_DELIVERED] = "já foi entregue ao titular",
    [MEDIA_DEFECTIVE] = "está com defeito", [MEDIA_RETURNED] = "já saiu do estoque",
};

const char *media_state_word(enum media_state state)
{
    return state < MEDIA_STATE_COUNT ? state_words[state] : "";
}

const char *media_act_word(enum media_act act)
{
    return act < MEDIA_ACT_COUNT ? act_words[act] : "";
}

static bool find(const char *const *words, size_t count, const char *word, unsigned *at)
{
    for (*at = 0; *at < count; (*at)++)
        if (word != NULL && strcmp(words[*at], word) == 0)
            return true;
    return false;
}

bool media_state_parse(const char *word, enum media_state *state)
{
    unsigned at;
    if (!find(state_words, MEDIA_STATE_COUNT, word, &at))
        return false;
    *state = (enum media_state)at;
    return true;
}

bool media_act_parse(const char *word, enum media_act *act)
{
    unsigned at;
    if (!find(act_words, MEDIA_ACT_COUNT, word, &at))
        return false;
    *act = (enum media_act)at;
    return true;
}

static enum media_state after_return(enum media_state state, bool brought)
{
    switch (state) {
    case MEDIA_DESK:
        return brought ? MEDIA_DELIVERED : MEDIA_STOCK;
    case MEDIA_STOCK:
    case MEDIA_DELIVERED:
    case MEDIA_DEFECTIVE:
        return MEDIA_RETURNED;
    case MEDIA_NEW:
    case MEDIA_RETURNED:
    case MEDIA_STATE_COUNT:
        break;
    }
    return MEDIA_STATE_COUNT;
}

/* MEDIA_STATE_COUNT: the act does not fit. */
static enum media_state led_to(enum media_act act, enum media_state state, bool brought)
{
    const enum media_state nowhere = MEDIA_STATE_COUNT;
    switch (act) {
    case MEDIA_RECEIVE:
        return state == MEDIA_NEW ? MEDIA_STOCK : nowhere;
    case MEDIA_TAKE:
        return state == MEDIA_STOCK ? MEDIA_DESK : nowhere;
    case MEDIA_BRING:
        return state == MEDIA_NEW || state == MEDIA_DELIVERED ? MEDIA_DESK : nowhere;
    case MEDIA_DELIVER:
        return state == MEDIA_DESK ? MEDIA_DELIVERED : nowhere;
    case MEDIA_DEFECTIVE_ACT:
        return state == MEDIA_STOCK || state == MEDIA_DESK || state == MEDIA_DELIVERED ? MEDIA_DEFECTIVE
                                                                                       : nowhere;
    case MEDIA_RETURN:
        return after_return(state, brought);
    case MEDIA_ACT_COUNT:
        break;
    }
    return nowhere;
}

bool media_next(enum media_act act, enum media_state state, bool brought, enum media_state *next,
                struct ra_error *error)
{
    *next = led_to(act, state, brought);
    if (*next != MEDIA_STATE_COUNT)
        return true;
    return ra_fail_reason(error, RA_CONFLICT, "media-state", "Este token %s.",
                          state < MEDIA_STATE_COUNT ? where[state] : "não se conhece");
}

bool media_serial_valid(const char *serial)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = strnlen(serial, SERIAL_MAX + 1);
    return length > 0 && length <= SERIAL_MAX && strspn(serial, letters) == length &&
           strchr("._-", serial[0]) == NULL;
}

void media_apply(struct media_figures *figures, const struct media_moves *moves)
{
    for (size_t from = 0; from < MEDIA_STATE_COUNT; from++)
        for (size_t to = 0; to < MEDIA_STATE_COUNT; to++) {
            figures->of[from] -= moves->between[from][to];
            figures->of[to] += moves->between[from][to];
        }
    figures->of[MEDIA_NEW] = 0; /* nowhere before it comes: not a place to count */
}

bool media_same_figures(const struct media_figures *left, const struct media_figures *right)
{
    for (size_t state = 0; state < MEDIA_STATE_COUNT; state++)
        if (left->of[state] != right->of[state])
            return false;
    return true;
}

static bool holds(const json_t *list, const char *text)
{
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item)
    {
        const char *other = json_string_value(item);
        if (other != NULL && strcmp(other, text) == 0)
            return true;
    }
    return false;
}

/* Those of `these` that `those` has not, each once. NULL when memory ran out. */
static json_t *alone(const json_t *these, const json_t *those)
{
    json_t *result = json_array();
    size_t index;
    json_t *item;
    json_array_foreach(these, index, item)
    {
        const char *text = json_string_value(item);
        if (text == NULL || holds(those, text) || holds(result, text))
            continue;
        if (json_array_append(result, item) != 0) {
            json_decref(result);
            return NULL;
        }
    }
    return result;
}

bool media_compare(const json_t *counted, const json_t *expected, json_t **missing, json_t **unexpected,
                   struct ra_error *error)
{
    *missing = alone(expected, counted);
    *unexpected = alone(counted, expected);
    if (*missing != NULL && *unexpected != NULL)
        return true;
    json_decref(*missing);
    json_decref(*unexpected);
    *missing = *unexpected = NULL;
    return ra_fail(error, RA_NO_MEMORY, "media");
}
