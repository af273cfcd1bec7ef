/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "renewal/replacement_rules.h"

static const char *const words[] = {
#define X(id, word, text) [id] = word,
    REPLACEMENT_ANSWERS(X)
#undef X
};

static const char *const texts[] = {
#define X(id, word, text) [id] = text,
    REPLACEMENT_ANSWERS(X)
#undef X
};

enum replacement_answer replacement_of(const struct replacement_question *question)
{
    if (!question->issued)
        return REPLACEMENT_NONE;
    if (question->replaced)
        return REPLACEMENT_DONE;
    if (question->replaces)
        return REPLACEMENT_OF_ONE;
    if (question->days_since > question->limit_days || question->limit_days == 0)
        return REPLACEMENT_LATE;
    return question->revoked ? REPLACEMENT_FREE : REPLACEMENT_NOT_REVOKED;
}

const char *replacement_word(enum replacement_answer answer)
{
    return answer < REPLACEMENT_ANSWER_COUNT ? words[answer] : "";
}

const char *replacement_text(enum replacement_answer answer)
{
    return answer < REPLACEMENT_ANSWER_COUNT ? texts[answer] : "";
}
