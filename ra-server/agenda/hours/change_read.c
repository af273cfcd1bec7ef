/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/hours/change.h"
#include "agenda/hours/hours.h"
#include "agenda/hours/rrule.h"
#include "http/http.h"
#include "pki/base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANES_MAX = 20, REASON_MAX = 200, NAME_MAX_LENGTH = 120, SLOT_MIN = 5, SLOT_MAX = 240 };

static const struct {
    const char *word;
    const char *members; /* that it may have besides "kind", each between blanks */
} kinds[HOURS_CHANGE_KIND_COUNT] = {
    [HOURS_SERIES] = {"series", " weekdays rrule opens closes slot_minutes public_lanes internal_lanes "
                                "walk_in_lanes every_weeks from until "},
    [HOURS_SERIES_END] = {"series_end", " series last_day "},
    [HOURS_OPEN_DAY] = {"open_day", " day opens closes slot_minutes public_lanes internal_lanes "
                                    "walk_in_lanes reason "},
    [HOURS_CLOSE_DAY] = {"close_day", " day opens closes reason "},
    [HOURS_DAY_UNDO] = {"day_undo", " id "},
    [HOURS_HOLIDAY] = {"holiday", " day name law "},
    [HOURS_HOLIDAY_UNDO] = {"holiday_undo", " id "},
    [HOURS_CHOICE] = {"holiday_choice", " rule closes from reason "},
    [HOURS_ABSENCE] = {"absence", " agent starts ends reason "},
    [HOURS_ABSENCE_UNDO] = {"absence_undo", " id "},
    [HOURS_LANE] = {"lane", " lane agent skills from until "},
    [HOURS_IMPORT] = {"import", " calendar from slot_minutes public_lanes internal_lanes walk_in_lanes "},
};

const char *hours_change_word(enum hours_change_kind kind)
{
    return kind < HOURS_CHANGE_KIND_COUNT ? kinds[kind].word : "";
}

/* --- members --- */

static bool is_given(const json_t *body, const char *name)
{
    const json_t *value = json_object_get(body, name);
    return value != NULL && !json_is_null(value);
}

static bool missing(const char *name, struct ra_error *error)
{
    return ra_fail_field(error, name, "required", "Falta este dado.");
}

static bool read_text(const json_t *body, const char *name, size_t most, const char **text,
                      struct ra_error *error)
{
    const char *value = json_string_value(json_object_get(body, name));
    if (value == NULL || value[0] == '\0')
        return missing(name, error);
    for (const char *at = value; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            return ra_fail_field(error, name, "control", "Escreva numa linha só.");
    *text = value;
    return strlen(value) <= most || ra_fail_field(error, name, "too-long", "O texto é longo demais.");
}

static bool read_number(const json_t *body, const char *name, json_int_t least, json_int_t most, int *number,
                        struct ra_error *error)
{
    const json_t *value = json_object_get(body, name);
    if (!is_given(body, name))
        return true;
    if (!json_is_integer(value) || json_integer_value(value) < least || json_integer_value(value) > most) {
        char sentence[80];
        snprintf(sentence, sizeof sentence, "Escreva um número de %lld a %lld.", (long long)least,
                 (long long)most);
        return ra_fail_field(error, name, "range", sentence);
    }
    *number = (int)json_integer_value(value);
    return true;
}

static bool read_id(const json_t *body, int64_t *id, struct ra_error *error)
{
    int number = 0;
    if (!is_given(body, "id"))
        return missing("id", error);
    if (!read_number(body, "id", 1, INT32_MAX, &number, error))
        return false;
    *id = number;
    return true;
}

static bool read_day(const json_t *body, const char *name, int64_t today, int64_t *day,
                     struct ra_error *error)
{
    if (!is_given(body, name))
        return missing(name, error);
    if (!hours_day_number(json_string_value(json_object_get(body, name)), day))
        return ra_fail_field(error, name, "date", "Escreva o dia assim: AAAA-MM-DD.");
    return *day >= today || ra_fail_field(error, name, "past", "Este dia já passou.");
}

/* "HH:MM", also 24:00. */
static bool read_minute(const json_t *body, const char *name, int *minute, struct ra_error *error)
{
    const char *text = json_string_value(json_object_get(body, name));
    if (!is_given(body, name))
        return missing(name, error);
    if (text != NULL && strlen(text) == 5 && strspn(text, "0123456789") == 2 && text[2] == ':' &&
        strspn(text + 3, "0123456789") == 2) {
        int hours = (text[0] - '0') * 10 + text[1] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
        *minute = hours * 60 + minutes;
        if (minutes < 60 && *minute <= PLAN_DAY_MINUTES)
            return true;
    }
    return ra_fail_field(error, name, "time", "Escreva a hora assim: HH:MM.");
}

/* What closes at or before it opens closes on the next day. */
static bool read_times(const json_t *body, struct plan_span *span, struct ra_error *error)
{
    if (!read_minute(body, "opens", &span->opens, error) ||
        !read_minute(body, "closes", &span->closes, error))
        return false;
    if (span->opens == span->closes || span->opens == PLAN_DAY_MINUTES)
        return ra_fail_field(error, "closes", "empty", "O horário começa e termina na mesma hora.");
    if (span->closes < span->opens)
        span->closes += PLAN_DAY_MINUTES;
    return true;
}

static bool read_capacity(const json_t *body, struct plan_span *span, struct ra_error *error)
{
    span->slot_minutes = 20;
    span->lanes = (struct plan_lanes){2, 1, 0};
    if (!read_number(body, "slot_minutes", SLOT_MIN, SLOT_MAX, &span->slot_minutes, error) ||
        !read_number(body, "public_lanes", 0, LANES_MAX, &span->lanes.open, error) ||
        !read_number(body, "internal_lanes", 0, LANES_MAX, &span->lanes.internal, error) ||
        !read_number(body, "walk_in_lanes", 0, LANES_MAX, &span->lanes.walk_in, error))
        return false;
    return span->lanes.open + span->lanes.internal + span->lanes.walk_in > 0 ||
           ra_fail_field(error, "public_lanes", "none", "Um horário precisa de ao menos uma vaga.");
}

static bool read_span(const json_t *body, struct plan_span *span, struct ra_error *error)
{
    if (!read_times(body, span, error) || !read_capacity(body, span, error))
        return false;
    return span->closes - span->opens >= span->slot_minutes ||
           ra_fail_field(error, "closes", "short", "O horário é mais curto que um atendimento.");
}

/* --- kinds --- */

static bool read_weekdays(const json_t *body, unsigned *weekdays, struct ra_error *error)
{
    const json_t *list = json_object_get(body, "weekdays"), *value;
    size_t at;
    *weekdays = 0;
    json_array_foreach(list, at, value)
    {
        json_int_t weekday = json_integer_value(value);
        if (weekday < 1 || weekday > 7)
            return ra_fail_field(error, "weekdays", "range", "Os dias vão de 1 (segunda) a 7 (domingo).");
        *weekdays |= 1U << weekday;
    }
    return *weekdays != 0 || ra_fail_field(error, "weekdays", "required", "Escolha os dias da semana.");
}

static bool read_window(const json_t *body, int64_t today, struct hours_change *change,
                        struct ra_error *error)
{
    change->until = PLAN_NO_END;
    if (!read_day(body, "from", today, &change->from, error))
        return false;
    if (!is_given(body, "until"))
        return true;
    return read_day(body, "until", today, &change->until, error) &&
           (change->until >= change->from ||
            ra_fail_field(error, "until", "before", "O fim vem antes do começo."));
}

static bool read_repetition(const json_t *body, int offset_s, struct hours_change *change,
                            struct ra_error *error)
{
    struct rrule rule;
    const char *text = json_string_value(json_object_get(body, "rrule"));
    change->every_weeks = 1;
    if (text == NULL)
        return read_weekdays(body, &change->weekdays, error) &&
               read_number(body, "every_weeks", 1, PLAN_EVERY_WEEKS_MAX, &change->every_weeks, error);
    if (!rrule_read(text, offset_s, &rule, error))
        return false;
    change->weekdays = rule.weekdays;
    change->every_weeks = rule.every_weeks;
    if (rule.until != PLAN_NO_END)
        change->until = rule.until;
    return change->weekdays != 0 ||
           ra_fail_field(error, "rrule", "weekdays", "A regra não diz os dias: use BYDAY.");
}

static bool read_series(const json_t *body, int64_t today, int offset_s, struct hours_change *change,
                        struct ra_error *error)
{
    return read_window(body, today, change, error) && read_repetition(body, offset_s, change, error) &&
           (change->until >= change->from ||
            ra_fail_field(error, "until", "before", "O fim vem antes do começo.")) &&
           read_span(body, &change->span, error);
}

static bool read_close_day(const json_t *body, int64_t today, struct hours_change *change,
                           struct ra_error *error)
{
    change->whole_day = !is_given(body, "opens") && !is_given(body, "closes");
    return read_day(body, "day", today, &change->day, error) &&
           read_text(body, "reason", REASON_MAX, &change->reason, error) &&
           (change->whole_day || read_times(body, &change->span, error));
}

static bool read_choice(const json_t *body, int64_t today, struct hours_change *change,
                        struct ra_error *error)
{
    if (!read_text(body, "rule", 40, &change->rule, error) ||
        !read_text(body, "closes", 10, &change->closes, error) ||
        !read_day(body, "from", today, &change->from, error) ||
        !read_text(body, "reason", REASON_MAX, &change->reason, error))
        return false;
    return strcmp(change->closes, "day") == 0 || strcmp(change->closes, "morning") == 0 ||
           strcmp(change->closes, "none") == 0 ||
           ra_fail_field(error, "closes", "unknown",
                         "Escolha day (fecha o dia), morning (fecha até o meio-dia) ou none (abre).");
}

/* "2026-11-24" (from its start, or to its end) or "2026-11-24T08:00". */
static bool read_local(const json_t *body, const char *name, int64_t today, bool end,
                       char local[PLAN_LOCAL_SIZE], struct ra_error *error)
{
    const char *text = json_string_value(json_object_get(body, name));
    char day[CATALOG_DAY_SIZE];
    int64_t number = 0;
    int minute = end ? PLAN_DAY_MINUTES : 0;
    if (text == NULL)
        return missing(name, error);
    snprintf(day, sizeof day, "%.10s", text);
    json_t *time = json_pack("{s:s}", name, strlen(text) > 11 ? text + 11 : "");
    bool shaped = strlen(text) == 10 || (strlen(text) == 16 && text[10] == 'T');
    bool good = shaped && hours_day_number(day, &number) &&
                (strlen(text) == 10 || read_minute(time, name, &minute, error));
    json_decref(time);
    if (!good)
        return ra_fail_field(error, name, "format", "Escreva assim: AAAA-MM-DD ou AAAA-MM-DDTHH:MM.");
    plan_local_text(number * PLAN_DAY_MINUTES + minute, local);
    return number >= today || !end || ra_fail_field(error, name, "past", "Este dia já passou.");
}

static bool read_absence(const json_t *body, int64_t today, struct hours_change *change,
                         struct ra_error *error)
{
    change->starts = change->starts_text;
    change->ends = change->ends_text;
    return read_text(body, "agent", NAME_MAX_LENGTH, &change->agent, error) &&
           read_text(body, "reason", REASON_MAX, &change->reason, error) &&
           read_local(body, "starts", today, false, change->starts_text, error) &&
           read_local(body, "ends", today, true, change->ends_text, error) &&
           (strcmp(change->starts_text, change->ends_text) < 0 ||
            ra_fail_field(error, "ends", "before", "O fim vem antes do começo."));
}

static bool read_lane(const json_t *body, int64_t today, struct hours_change *change, struct ra_error *error)
{
    const json_t *skills = json_object_get(body, "skills"), *skill;
    const char *agent = json_string_value(json_object_get(body, "agent"));
    size_t at;
    if (!is_given(body, "lane"))
        return missing("lane", error);
    if (!json_is_array(skills))
        return missing("skills", error);
    json_array_foreach(skills, at, skill)
    {
        if (json_string_value(skill) == NULL || change->skill_count == HOURS_SKILLS_MAX)
            return ra_fail_field(error, "skills", "unknown", "Escolha habilidades da lista.");
        change->skills[change->skill_count++] = json_string_value(skill);
    }
    change->agent = agent != NULL ? agent : "";
    return read_number(body, "lane", 1, PLAN_LANES_MAX, &change->lane, error) &&
           (strlen(change->agent) <= NAME_MAX_LENGTH ||
            ra_fail_field(error, "agent", "too-long", "O texto é longo demais.")) &&
           read_window(body, today, change, error);
}

static bool read_import(const json_t *body, int64_t today, struct hours_change *change,
                        struct ra_error *error)
{
    change->calendar = json_string_value(json_object_get(body, "calendar"));
    if (change->calendar == NULL)
        return missing("calendar", error);
    return read_day(body, "from", today, &change->from, error) && read_capacity(body, &change->span, error);
}

static bool read_kind(const json_t *body, int64_t today, int offset_s, struct hours_change *change,
                      struct ra_error *error)
{
    switch (change->kind) {
    case HOURS_SERIES:
        return read_series(body, today, offset_s, change, error);
    case HOURS_SERIES_END:
        return read_text(body, "series", 40, &change->series, error) &&
               read_day(body, "last_day", today - 1, &change->until, error);
    case HOURS_OPEN_DAY:
        return read_day(body, "day", today, &change->day, error) && read_span(body, &change->span, error) &&
               read_text(body, "reason", REASON_MAX, &change->reason, error);
    case HOURS_CLOSE_DAY:
        return read_close_day(body, today, change, error);
    case HOURS_HOLIDAY:
        return read_day(body, "day", today, &change->day, error) &&
               read_text(body, "name", NAME_MAX_LENGTH, &change->name, error) &&
               read_text(body, "law", NAME_MAX_LENGTH, &change->law, error);
    case HOURS_DAY_UNDO:
    case HOURS_HOLIDAY_UNDO:
    case HOURS_ABSENCE_UNDO:
        return read_id(body, &change->id, error);
    case HOURS_CHOICE:
        return read_choice(body, today, change, error);
    case HOURS_ABSENCE:
        return read_absence(body, today, change, error);
    case HOURS_LANE:
        return read_lane(body, today, change, error);
    case HOURS_IMPORT:
        return read_import(body, today, change, error);
    case HOURS_CHANGE_KIND_COUNT:
    default:
        return ra_fail(error, RA_INTERNAL, "a change of no kind");
    }
}

static bool knows_members(const json_t *body, const char *members, struct ra_error *error)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)body, name, value)
    {
        char padded[44];
        snprintf(padded, sizeof padded, " %.40s ", name);
        if (strcmp(name, "kind") != 0 && strstr(members, padded) == NULL)
            return ra_fail_field(error, name, "unknown", "Esta mudança não tem este dado.");
    }
    return true;
}

bool hours_change_read(const json_t *body, int64_t today, int offset_s, struct hours_change *change,
                       struct ra_error *error)
{
    const char *kind = json_string_value(json_object_get(body, "kind"));
    *change = (struct hours_change){.kind = HOURS_CHANGE_KIND_COUNT};
    for (size_t i = 0; kind != NULL && i < HOURS_CHANGE_KIND_COUNT; i++)
        if (strcmp(kinds[i].word, kind) == 0)
            change->kind = (enum hours_change_kind)i;
    if (change->kind == HOURS_CHANGE_KIND_COUNT)
        return ra_fail_field(error, "kind", "unknown", "Esta mudança não existe.");
    return knows_members(body, kinds[change->kind].members, error) &&
           read_kind(body, today, offset_s, change, error);
}

bool hours_change_digest(const json_t *content, const json_t *hits, char digest[65], struct ra_error *error)
{
    uint8_t hash[32] = {0};
    json_t *bound = json_array();
    const json_t *hit;
    size_t at;
    json_array_foreach(hits, at, hit) json_array_append_new(
        bound, json_pack("{s:O, s:O, s:O}", "appointment", json_object_get(hit, "appointment"), "start",
                         json_object_get(hit, "start"), "outcome", json_object_get(hit, "outcome")));
    json_t *whole = json_pack("{s:O, s:o}", "change", content, "hits", bound);
    char *text = whole != NULL ? json_dumps(whole, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(whole);
    bool done = text == NULL                         ? ra_fail(error, RA_NO_MEMORY, "digest")
                : !sha256(bytes_of_text(text), hash) ? ra_fail_crypto(error, "SHA-256")
                                                     : true;
    free(text);
    for (size_t i = 0; done && i < sizeof hash; i++)
        snprintf(digest + 2 * i, 3, "%02x", hash[i]);
    return done;
}
