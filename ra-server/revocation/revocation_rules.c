/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "revocation/revocation_rules.h"

#include <stddef.h>
#include <string.h>

enum { HOUR_S = 3600, LONGEST_PAUSE_S = 300 };

static const char *const lateness_words[] = {
#define X(id, word) [id] = word,
    REVOCATION_LATENESSES(X)
#undef X
};

enum revocation_lateness revocation_lateness(int64_t age_s, const struct revocation_limits *limits)
{
    if (age_s >= limits->hard_hours * HOUR_S)
        return REVOCATION_PAST_LIMIT;
    if (age_s >= limits->alarm_hours * HOUR_S)
        return REVOCATION_ALARM;
    return age_s >= limits->target_hours * HOUR_S ? REVOCATION_PAST_TARGET : REVOCATION_IN_TIME;
}

const char *revocation_lateness_word(enum revocation_lateness lateness)
{
    return lateness_words[lateness];
}

int64_t revocation_pause_s(int64_t looks)
{
    int64_t pause = 1;
    for (int64_t i = 0; i < looks && pause < LONGEST_PAUSE_S; i++)
        pause *= 2;
    return pause < LONGEST_PAUSE_S ? pause : LONGEST_PAUSE_S;
}

const char *revocation_reason_text(int64_t reason)
{
    static const struct {
        int64_t reason;
        const char *text;
    } texts[] = {
        {1, "A chave foi exposta: perda, roubo ou suspeita de que alguém a copiou"},
        {4, "O certificado foi ou vai ser trocado por outro"},
        {3, "Mudou um dado que está no certificado"},
        {5, "A empresa encerrou as atividades, ou o certificado não tem mais uso"},
        {9, "Perdi o direito de usar este certificado"},
        {0, "Outro motivo"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].reason == reason)
            return texts[i].text;
    return NULL;
}

bool revocation_word_is_dead(const char *reason)
{
    static const char *const dead[] = {"proof-revocation",      "proof-expired",         "revocation-key",
                                       "responsible-mismatch",  "certificate-revoked",   "order-mismatch",
                                       "certificate-malformed", "statement-certificate", "data-mismatch"};
    for (size_t i = 0; i < sizeof dead / sizeof *dead; i++)
        if (strcmp(dead[i], reason) == 0)
            return true;
    return false;
}
