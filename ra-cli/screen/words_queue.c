/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/clock.h"
#include "ra-cli/screen/words_view.h"
#include "ra-cli/words.h"

#include <string.h>

enum { US = 1000000, MINUTE_S = 60 };

const char *queue_mark(const char *state)
{
    static const struct {
        const char *state, *mark;
    } marks[] = {{"called", "▶"}, {"waiting", "●"},  {"parked", "‖"},  {"booked", "○"},
                 {"issued", "★"}, {"finished", "✓"}, {"no_show", "✗"}, {"revoked", "✗"}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strcmp(marks[i].state, state) == 0)
            return marks[i].mark;
    return "·";
}

const char *hour_left(TALLOC_CTX *context, const char *deadline, int64_t now_s)
{
    int64_t instant_us = 0;
    if (deadline[0] == '\0' || !clock_parse(deadline, &instant_us))
        return "";
    int64_t left = instant_us / US - now_s;
    const char *word = left < 0 ? "ATRASO" : "faltam";
    left = left < 0 ? -left : left;
    if (left >= 3600)
        return words_or_nothing(talloc_asprintf(context, "%s %lldh%02lld", word, (long long)left / 3600,
                                                (long long)left / 60 % 60));
    return words_or_nothing(
        talloc_asprintf(context, "%s %lld:%02lld", word, (long long)left / 60, (long long)left % 60));
}

/* --- where somebody of the queue stands --- */

/* The parts of a line, put together by what stands between them. */
struct parts {
    char *text;
    const char *between;
};

static void add(struct parts *parts, const char *part)
{
    if (part[0] != '\0' && parts->text != NULL)
        parts->text =
            talloc_asprintf_append(parts->text, "%s%s", parts->text[0] == '\0' ? "" : parts->between, part);
}

/* As the office counts it, and what has passed since it was asked. */
static int64_t waited_minutes(const struct screen_model *model, const json_t *item)
{
    int64_t asked_us = 0;
    int64_t waited_s = json_integer_value(json_object_get(item, "waited_s"));
    if (clock_parse(screen_member(model->queue, "now"), &asked_us) && asked_us / US < model->now_s)
        waited_s += model->now_s - asked_us / US;
    return waited_s / MINUTE_S;
}

/* The state; since when somebody waits, or who serves, by the first name. */
static const char *state_text(TALLOC_CTX *context, const struct screen_model *model, const json_t *item)
{
    const char *state = screen_member(item, "state"), *word = words_state(state);
    const char *agent = screen_member(item, "agent");
    const int64_t minutes = strcmp(state, "waiting") == 0 ? waited_minutes(model, item) : 0;
    if (strcmp(state, "called") == 0 && agent[0] != '\0')
        return words_or_nothing(
            talloc_asprintf(context, "%s com %.*s", word, (int)strcspn(agent, " "), agent));
    return minutes < 1
               ? word
               : words_or_nothing(talloc_asprintf(context, "%s há %lld min", word, (long long)minutes));
}

/* What whoever calls should know of the person. */
static void add_person(struct parts *parts, const json_t *item)
{
    size_t index;
    json_t *need;
    add(parts, words_state(screen_member(item, "priority")));
    if (strcmp(screen_member(item, "mode"), "video") == 0)
        add(parts, "por vídeo");
    json_array_foreach(json_object_get(item, "needs"), index, need)
        add(parts, words_state(json_string_value(need)));
}

const char *words_standing(TALLOC_CTX *context, const struct screen_model *model, const json_t *item,
                           const char *between, bool person_first)
{
    struct parts parts = {talloc_strdup(context, ""), between};
    if (person_first)
        add_person(&parts, item);
    add(&parts, state_text(context, model, item));
    if (strcmp(screen_member(item, "state"), "parked") == 0)
        add(&parts, words_state(screen_member(item, "parked_reason")));
    if (!person_first)
        add_person(&parts, item);
    return words_or_nothing(parts.text);
}

/* --- what the shift must know --- */

const char *words_notice(TALLOC_CTX *context, const json_t *queue, size_t at)
{
    const char *down = words_list(context, json_object_get(queue, "outages"));
    const size_t outages = down[0] != '\0' ? 1 : 0;
    if (at < outages)
        return words_or_nothing(talloc_asprintf(context, "! FORA DO AR: %s (W quando voltar)", down));
    const json_t *warning = json_array_get(json_object_get(queue, "warnings"), at - outages);
    return warning == NULL
               ? NULL
               : words_or_nothing(talloc_asprintf(context, "! %s", screen_member(warning, "text")));
}

const char *words_handover(TALLOC_CTX *context, const json_t *queue)
{
    const json_t *note = json_object_get(queue, "handover");
    if (!json_is_object(note))
        return "";
    return words_or_nothing(talloc_asprintf(context, "Passagem, de %s: %s", screen_member(note, "agent"),
                                            screen_member(note, "text")));
}
