/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "renewal/renewal_rules.h"

#include <string.h>

static const char *const reason_rules[] = {
#define X(id, rule, text) [id] = rule,
    RENEWAL_REASONS(X)
#undef X
};

static const char *const reason_texts[] = {
#define X(id, rule, text) [id] = text,
    RENEWAL_REASONS(X)
#undef X
};

const char *renewal_reason_rule(enum renewal_reason reason)
{
    return reason < RENEWAL_REASON_COUNT ? reason_rules[reason] : "";
}

const char *renewal_reason_text(enum renewal_reason reason)
{
    return reason < RENEWAL_REASON_COUNT ? reason_texts[reason] : "";
}

const char *renewal_path_word(enum renewal_path path)
{
    static const char *const words[] = {
        [RENEWAL_ONLINE] = "ONLINE", [RENEWAL_VIDEO] = "VIDEO", [RENEWAL_IN_PERSON] = "IN_PERSON"};
    return words[path];
}

/* What stands in the way of a signature, the gravest first. */
static enum renewal_reason obstacle(const struct renewal_question *question)
{
    if (!question->issued_here)
        return RENEWAL_REASON_ELSEWHERE;
    if (question->revoked || question->expires_in_s <= 0)
        return RENEWAL_REASON_EXPIRED;
    if (question->renewed)
        return RENEWAL_REASON_DONE;
    if (!question->same_holder)
        return RENEWAL_REASON_HOLDER;
    if (question->seal)
        return RENEWAL_REASON_SEAL;
    if (question->level == 0 || question->level < question->lowest_level)
        return RENEWAL_REASON_LEVEL;
    if (question->wanted_level == 0 || question->wanted_level > question->level)
        return RENEWAL_REASON_HIGHER;
    if (!question->biometrics)
        return RENEWAL_REASON_BIOMETRICS;
    return question->expires_in_s > question->window_s ? RENEWAL_REASON_EARLY : RENEWAL_REASON_NONE;
}

struct renewal_answer renewal_path_of(const struct renewal_question *question)
{
    const enum renewal_reason reason = obstacle(question);
    if (reason == RENEWAL_REASON_NONE)
        return (struct renewal_answer){RENEWAL_ONLINE, reason, question->company ? "REN-03" : "REN-02"};
    return (struct renewal_answer){question->video_possible ? RENEWAL_VIDEO : RENEWAL_IN_PERSON, reason,
                                   renewal_reason_rule(reason)};
}

bool renewal_waives(const char *kind, bool of_company)
{
    return !of_company &&
           (strcmp(kind, "document") == 0 || strcmp(kind, "biometric") == 0 || strcmp(kind, "presence") == 0);
}

const char *renewal_waiver_text(const char *rule)
{
    if (strcmp(rule, "REN-02") == 0)
        return "REN-02: pedido assinado com certificado A3 válido do mesmo titular, com biometria já "
               "coletada "
               "(DOC-ICP-05.02 2.1.6)";
    if (strcmp(rule, "REN-03") == 0)
        return "REN-03: pedido assinado com certificado A3 válido da mesma empresa e do mesmo responsável, "
               "com "
               "biometria já coletada (DOC-ICP-05.02 2.1.7 a)";
    return "";
}
