/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The closing of the day: what the ledger says is in the house, what was found there, and the difference.
 */
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "media/media_internal.h"
#include "pki/base/clock.h"
#include "pki/certificate/calendar.h"

#include <string.h>

enum { COUNTED_MAX = 5000 };

struct closing {
    struct media_figures opening, closing, now;
    struct media_moves moves;
    bool today;
    struct db_rows *count;
};

static json_t *figures_json(const struct media_figures *figures)
{
    json_t *json = json_object();
    for (unsigned state = MEDIA_STOCK; state < MEDIA_STATE_COUNT; state++)
        json_object_set_new(json, media_state_word((enum media_state)state),
                            json_integer(figures->of[state]));
    return json;
}

static json_t *acts_json(const struct media_moves *moves)
{
    json_t *json = json_object();
    for (unsigned act = 0; act < MEDIA_ACT_COUNT; act++)
        json_object_set_new(json, media_act_word((enum media_act)act), json_integer(moves->by_act[act]));
    return json;
}

static bool ledger_holds(const struct closing *closing)
{
    return !closing->today || media_same_figures(&closing->closing, &closing->now);
}

static bool was_counted(const struct closing *closing)
{
    return db_row_count(closing->count) > 0;
}

static bool count_agrees(const struct closing *closing, json_t *missing, json_t *unexpected)
{
    return was_counted(closing) && json_array_size(missing) == 0 && json_array_size(unexpected) == 0 &&
           row_int(closing->count, 0, "later") == 0;
}

/* What keeps the day from being closed, for people; "" when nothing does. */
static const char *obstacle(const struct closing *closing, json_t *missing, json_t *unexpected)
{
    if (!ledger_holds(closing))
        return "O livro não soma com a situação dos tokens: avise o administrador.";
    if (!was_counted(closing))
        return "Os tokens ainda não foram contados hoje.";
    if (json_array_size(missing) > 0 || json_array_size(unexpected) > 0)
        return "A contagem não bate com o livro.";
    if (row_int(closing->count, 0, "later") > 0)
        return "Houve movimento depois da contagem: conte de novo.";
    return "";
}

static json_t *count_json(const struct closing *closing, json_t *missing, json_t *unexpected)
{
    char at[CLOCK_TEXT_SIZE];
    if (!was_counted(closing))
        return json_null();
    clock_format_utc(row_time(closing->count, 0, "at"), at, sizeof at);
    return json_pack("{s:s, s:s, s:s, s:o, s:O, s:O, s:I}", "agent", row_text(closing->count, 0, "agent"),
                     "station", row_text(closing->count, 0, "station"), "at", at, "counted",
                     row_texts(closing->count, 0, "counted"), "missing", missing, "unexpected", unexpected,
                     "moves_after", (json_int_t)row_int(closing->count, 0, "later"));
}

static json_t *balance_json(const char *day, const struct closing *closing)
{
    json_t *missing = was_counted(closing) ? row_texts(closing->count, 0, "missing") : json_array();
    json_t *unexpected = was_counted(closing) ? row_texts(closing->count, 0, "unexpected") : json_array();
    json_t *json = json_pack("{s:s, s:o, s:o, s:o, s:b, s:o, s:b, s:s}", "day", day, "opening",
                             figures_json(&closing->opening), "acts", acts_json(&closing->moves), "closing",
                             figures_json(&closing->closing), "ledger", ledger_holds(closing) ? 1 : 0,
                             "count", count_json(closing, missing, unexpected), "balanced",
                             ledger_holds(closing) && count_agrees(closing, missing, unexpected) ? 1 : 0,
                             "obstacle", obstacle(closing, missing, unexpected));
    json_decref(missing);
    json_decref(unexpected);
    return json;
}

static bool read_closing(struct http_request *request, const struct catalog_office *office, const char *day,
                         const char *today, struct closing *closing, struct ra_error *error)
{
    struct media_moves before;
    *closing = (struct closing){.today = strcmp(day, today) == 0};
    if (!media_store_moves(request, office, day, true, &before, error) ||
        !media_store_moves(request, office, day, false, &closing->moves, error) ||
        !media_store_figures(request, office->id, &closing->now, error) ||
        !media_store_count(request, office->id, day, &closing->count, error))
        return false;
    media_apply(&closing->opening, &before);
    closing->closing = closing->opening;
    media_apply(&closing->closing, &closing->moves);
    return true;
}

static bool reply_balance(struct http_request *request, struct http_response *response,
                          const struct media_scene *scene, const char *day, int status,
                          struct ra_error *error)
{
    struct closing closing;
    if (!read_closing(request, scene->office, day, scene->day, &closing, error))
        return false;
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, status, balance_json(day, &closing));
    return true;
}

bool media_balance_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct media_scene scene;
    struct calendar_day parsed;
    const char *asked = http_query(request, "date");
    if (!media_scene_read(request, &scene, error))
        return false;
    if (asked != NULL && calendar_parse(asked, &parsed) != CALENDAR_DAY)
        return ra_fail_field(error, "date", "date", "Use uma data que existe, como 2026-11-24.");
    return audit_record(request, AUDIT_REPORT_READ, NULL, json_pack("{s:s}", "what", "media_balance"), NULL,
                        error) &&
           reply_balance(request, response, &scene, asked == NULL ? scene.day : asked, 200, error);
}

static bool read_counted(const json_t *counted, struct ra_error *error)
{
    size_t index;
    json_t *item;
    if (!json_is_array(counted) || json_array_size(counted) > COUNTED_MAX)
        return ra_fail_field(error, "serials", "required", "Diga os números de série contados, um a um.");
    json_array_foreach(counted, index, item)
    {
        if (!json_is_string(item) || !media_serial_valid(json_string_value(item)))
            return ra_fail_field(error, "serials", "serial", "Um número de série não tem a forma esperada.");
    }
    return true;
}

bool media_count_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct media_scene scene;
    json_t *expected = NULL, *missing = NULL, *unexpected = NULL;
    const json_t *counted = json_object_get(request->body, "serials");
    if (!read_counted(counted, error) || !media_scene_read(request, &scene, error) ||
        !media_store_in_house(request, scene.office->id, &expected, error))
        return false;
    bool done =
        media_compare(counted, expected, &missing, &unexpected, error) &&
        media_store_add_count(request, scene.office->id, scene.day, counted, missing, unexpected, error) &&
        audit_record(request, AUDIT_MEDIA_COUNTED, NULL,
                     json_pack("{s:s, s:I, s:I, s:I}", "day", scene.day, "counted",
                               (json_int_t)json_array_size(counted), "missing",
                               (json_int_t)json_array_size(missing), "unexpected",
                               (json_int_t)json_array_size(unexpected)),
                     NULL, error) &&
        reply_balance(request, response, &scene, scene.day, 201, error);
    json_decref(expected);
    json_decref(missing);
    json_decref(unexpected);
    return done;
}
