/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_clicks.h"

#include "agenda/agenda_internal.h"

#include <string.h>

enum { INSTANT_MAX = 40 };

/* "%3A" in a form is one character; whatever else stands there is none of an instant. */
static char next_character(const uint8_t *at, size_t left, size_t *used)
{
    *used = 1;
    if (at[0] != '%' || left < 3)
        return (char)at[0];
    *used = 3;
    if (at[1] == '3' && (at[2] == 'A' || at[2] == 'a'))
        return ':';
    return at[1] == '2' && (at[2] == 'B' || at[2] == 'b') ? '+' : '%';
}

static bool read_instant(const uint8_t *at, size_t left, int64_t *start_us)
{
    char text[INSTANT_MAX + 1];
    size_t length = 0, used = 0;
    while (left > 0 && length < INSTANT_MAX) {
        char character = next_character(at, left, &used);
        if (strchr("0123456789:+-.TZtz", character) == NULL)
            break;
        text[length++] = character;
        at += used;
        left -= used;
    }
    text[length] = '\0';
    return length > 0 && clock_parse(text, start_us);
}

bool clicks_start_of(struct bytes body, int64_t *start_us)
{
    enum { READ_MAX = 4096 }; /* of a body from anybody; those of our pages have some hundred bytes */
    static const char name[] = "start";
    const size_t size = sizeof name - 1;
    body.length = body.length < READ_MAX ? body.length : READ_MAX;
    for (size_t at = 0; body.data != NULL && at + size < body.length; at++) {
        if (memcmp(body.data + at, name, size) != 0)
            continue;
        size_t value = at + size;
        while (value < body.length && value < at + size + 8 && strchr("\": =\t", body.data[value]) != NULL &&
               body.data[value] != '\0')
            value++;
        if (read_instant(body.data + value, body.length - value, start_us))
            return true;
    }
    return false;
}

static size_t place_of(int64_t start_us)
{
    return (size_t)((uint64_t)start_us / 60000000U % CLICKS_PLACES);
}

void clicks_add(struct agenda_clicks *clicks, int64_t start_us, int number)
{
    atomic_fetch_add_explicit(&clicks->waiting[place_of(start_us)], number, memory_order_relaxed);
}

int clicks_on(const struct agenda_clicks *clicks, int64_t start_us)
{
    return atomic_load_explicit(&clicks->waiting[place_of(start_us)], memory_order_relaxed);
}

int64_t agenda_click_arrived(struct ra_app *app, struct bytes body)
{
    int64_t start_us = 0;
    if (!clicks_start_of(body, &start_us) || start_us <= 0)
        return 0;
    clicks_add(agenda_clicks_of(app), start_us, 1);
    return start_us;
}

void agenda_click_left(struct ra_app *app, int64_t arrived)
{
    if (arrived > 0)
        clicks_add(agenda_clicks_of(app), arrived, -1);
}
