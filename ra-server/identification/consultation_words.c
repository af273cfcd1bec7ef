/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kinds, results and reasons of consultations in words: of the API, of the log, and for agents.
 */
#include "identification/consultation_answer.h"

#include <string.h>

static const struct {
    const char *word;
    const char *name;
} kinds[] = {
#define X(suffix, word, name) [CONSULTATION_##suffix] = {word, name},
    CONSULTATION_KINDS(X)
#undef X
};

static const struct {
    const char *word;
    const char *text;
} reasons[] = {
#define X(suffix, word, text) [CONSULTATION_REASON_##suffix] = {word, text},
    CONSULTATION_REASONS(X)
#undef X
};

bool consultation_kind_find(const char *word, enum consultation_kind *kind)
{
    for (unsigned i = 0; i < CONSULTATION_KIND_COUNT; i++) {
        if (strcmp(word, kinds[i].word) == 0) {
            *kind = (enum consultation_kind)i;
            return true;
        }
    }
    return false;
}

const char *consultation_kind_word(enum consultation_kind kind)
{
    return (unsigned)kind < CONSULTATION_KIND_COUNT ? kinds[kind].word : "";
}

const char *consultation_kind_name(enum consultation_kind kind)
{
    return (unsigned)kind < CONSULTATION_KIND_COUNT ? kinds[kind].name : "";
}

const char *consultation_result_word(enum consultation_result result)
{
    static const char *const words[] = {[CONSULTATION_OK] = "ok",
                                        [CONSULTATION_ALERT] = "alert",
                                        [CONSULTATION_NOT_FOUND] = "not_found",
                                        [CONSULTATION_CONFLICT] = "conflict",
                                        [CONSULTATION_UNAVAILABLE] = "unavailable"};
    return (unsigned)result < CONSULTATION_RESULT_COUNT ? words[result] : "unavailable";
}

const char *consultation_reason_word(enum consultation_reason reason)
{
    return (unsigned)reason < CONSULTATION_REASON_COUNT ? reasons[reason].word : "";
}

enum consultation_reason consultation_reason_find(const char *word)
{
    for (unsigned i = 0; i < CONSULTATION_REASON_COUNT; i++)
        if (strcmp(word, reasons[i].word) == 0)
            return (enum consultation_reason)i;
    return CONSULTATION_REASON_NONE;
}

const char *consultation_reason_text(enum consultation_reason reason)
{
    return (unsigned)reason < CONSULTATION_REASON_COUNT ? reasons[reason].text : "";
}
