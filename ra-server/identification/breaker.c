/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/breaker.h"

static void enter(struct breaker *breaker, enum breaker_state state)
{
    breaker->state = state;
    breaker->failures = 0;
    breaker->era++;
}

bool breaker_admit(struct breaker *breaker, int64_t now_us, unsigned *era)
{
    bool admitted = breaker->state == BREAKER_CLOSED;
    if (breaker->state == BREAKER_OPEN && now_us >= breaker->open_until_us) {
        enter(breaker, BREAKER_HALF_OPEN);
        admitted = true;
    }
    *era = breaker->era;
    return admitted;
}

void breaker_success(struct breaker *breaker, unsigned era)
{
    if (era != breaker->era)
        return;
    breaker->failures = 0;
    breaker->openings = 0;
    if (breaker->state != BREAKER_CLOSED)
        enter(breaker, BREAKER_CLOSED);
}

static int64_t pause_of(const struct breaker *breaker, const struct breaker_settings *settings)
{
    unsigned doublings = breaker->openings < BREAKER_DOUBLINGS ? breaker->openings : BREAKER_DOUBLINGS;
    return settings->cooldown_us * (INT64_C(1) << doublings);
}

void breaker_failure(struct breaker *breaker, const struct breaker_settings *settings, int64_t now_us,
                     unsigned era)
{
    if (era != breaker->era)
        return;
    breaker->failures++;
    if (breaker->state == BREAKER_CLOSED && breaker->failures < settings->threshold)
        return;
    breaker->open_until_us = now_us + pause_of(breaker, settings);
    breaker->openings++;
    enter(breaker, BREAKER_OPEN);
}

void breaker_abandon(struct breaker *breaker, unsigned era)
{
    if (era == breaker->era && breaker->state == BREAKER_HALF_OPEN)
        enter(breaker, BREAKER_OPEN);
}

const char *breaker_state_word(enum breaker_state state)
{
    switch (state) {
    case BREAKER_CLOSED:
        return "closed";
    case BREAKER_OPEN:
        return "open";
    case BREAKER_HALF_OPEN:
        return "half-open";
    }
    return "open";
}
