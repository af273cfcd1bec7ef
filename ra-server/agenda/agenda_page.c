/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_page.h"

#include "agenda/agenda_hold.h"
#include "agenda/agenda_internal.h"
#include "agenda/agenda_pair.h"
#include "agenda/agenda_waiting.h"
#include "catalog/local_time.h"
#include "catalog/page.h"
#include "desk/desk.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_DAYS = 7 }; /* a week with its closed days */

/* What a person may tell of herself: the law's classes and what she needs, with what was told before. */
static bool add_self_told(struct http_request *request, json_t *model, const struct order *order, bool moving,
                          struct ra_error *error)
{
    json_t *priorities = NULL, *needs = NULL;
    if (!desk_priorities(request, moving ? order->appointment->priority : "", &priorities, error))
        return false;
    page_set(model, "priorities", priorities);
    if (!desk_needs(request, order, &needs, error))
        return false;
    page_set(model, "needs", desk_needs_choices(needs));
    json_decref(needs);
    return true;
}

static json_t *slot_json(TALLOC_CTX *context, const struct agenda_slot *slot)
{
    return json_pack("{s:s, s:s, s:s}", "start", local_time_rfc3339(context, slot->start_us, slot->offset_s),
                     "time_text", local_time_hour_text(context, slot->start_us, slot->offset_s), "start_text",
                     local_time_long_text(context, slot->start_us, slot->offset_s));
}

static int64_t day_of(const struct agenda_slot *slot)
{
    struct local_time local = local_time_of(slot->start_us, slot->offset_s);
    return local_day_number(local.year, local.month, local.day);
}

/* "Terça-feira, 24 de novembro de 2026": the names of days begin with plain letters. */
static char *day_heading(TALLOC_CTX *context, const struct agenda_slot *slot)
{
    char *text = local_time_day_text(context, slot->start_us, slot->offset_s);
    if (text != NULL)
        text[0] = (char)toupper((unsigned char)text[0]);
    return text;
}

static json_t *day_json(TALLOC_CTX *context, const struct agenda_slot *slots, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, slot_json(context, &slots[i]));
    return json_pack("{s:s, s:s, s:o}", "day_text", day_heading(context, &slots[0]), "count_text",
                     count == 1 ? "1 horário livre" : talloc_asprintf(context, "%zu horários livres", count),
                     "slots", list);
}

/* Slots come in order of time: a day is a run of them. */
static json_t *days_json(TALLOC_CTX *context, const struct agenda_slot *slots, size_t count)
{
    json_t *days = json_array();
    for (size_t first = 0; first < count;) {
        size_t end = first + 1;
        while (end < count && day_of(&slots[end]) == day_of(&slots[first]))
            end++;
        json_array_append_new(days, day_json(context, slots + first, end - first));
        first = end;
    }
    return days;
}

struct window {
    int64_t today, first, last; /* last: end of the horizon */
};

static void read_window(struct http_request *request, const struct catalog_office *office,
                        struct window *window)
{
    struct local_time today = local_time_of(request->now_us, office->offset_s);
    const char *from = http_query(request, "from");
    char stamp[32];
    int64_t instant_us = 0;
    window->today = local_day_number(today.year, today.month, today.day);
    window->first = window->today;
    window->last = window->today + office->horizon_days;
    snprintf(stamp, sizeof stamp, "%.10sT00:00:00Z", from != NULL ? from : "");
    if (from != NULL && clock_parse(stamp, &instant_us))
        window->first = instant_us / INT64_C(86400000000);
    if (window->first < window->today || window->first > window->last)
        window->first = window->today;
}

/* --- at the office or by video --- */

struct ways {
    const char *mode; /* of the hours shown */
    bool in_person, video;
};

static bool is_open(struct http_request *request, const struct order *order, const char *mode)
{
    struct ra_error closed = {0}; /* why is said to whoever asks for it */
    return agenda_check_mode(request, mode, order->media, order->sold_in_person, order->sold_by_video,
                             &closed);
}

/* The way asked for, the one of the appointment, or the usual one: the first that is open. */
static struct ways find_ways(struct http_request *request, const struct order *order)
{
    const char *asked =
        request->method == HTTP_GET ? http_query(request, "mode") : http_text(request->body, "mode");
    struct ways ways = {.in_person = is_open(request, order, "in_person"),
                        .video = is_open(request, order, "video")};
    if (asked == NULL || !agenda_mode_known(asked))
        asked = agenda_is_live(order) ? order->appointment->mode : "in_person";
    const bool video = ways.video && (strcmp(asked, "video") == 0 || !ways.in_person);
    ways.mode = video ? "video" : "in_person";
    return ways;
}

/* A choice only where there is one. */
static void add_ways(json_t *model, const struct ways *ways)
{
    const bool video = strcmp(ways->mode, "video") == 0;
    if (!ways->in_person || !ways->video)
        return;
    page_set(model, "ways",
             json_pack("[{s:s, s:s, s:b}, {s:s, s:s, s:b}]", "text", "Na sede", "href", "?mode=in_person",
                       "chosen", !video, "text", "Por vídeo", "href", "?mode=video", "chosen", video));
    page_set(model, "has_ways", json_true());
}

/* Without a horizon's day to turn to there is no link. */
static void add_pager(TALLOC_CTX *context, json_t *model, const struct window *window, const char *mode)
{
    char day[CATALOG_DAY_SIZE];
    int64_t next = window->first + PAGE_DAYS;
    int64_t previous = window->first - PAGE_DAYS;
    if (next <= window->last) {
        catalog_day_of(next * INT64_C(86400000000), 0, day);
        page_set_text(model, "next_href", talloc_asprintf(context, "?from=%s&mode=%s", day, mode));
    }
    if (window->first > window->today) {
        catalog_day_of((previous > window->today ? previous : window->today) * INT64_C(86400000000), 0, day);
        page_set_text(model, "previous_href", talloc_asprintf(context, "?from=%s&mode=%s", day, mode));
    }
}

bool agenda_add_case(struct http_request *request, json_t *model, const struct order *order, const char *mode,
                     struct ra_error *error)
{
    struct catalog_office *office = NULL;
    TALLOC_CTX *context = request->context;
    if (!catalog_office(request->app, context, &office, error))
        return false;
    bool moving = orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked");
    page_set_text(model, "order", order->code);
    page_set(model, "product", json_pack("{s:s, s:s}", "id", order->product_id, "name", order->product_name));
    page_set(model, "office",
             json_pack("{s:s, s:s, s:s}", "name", office->name, "address", office->address, "district",
                       office->district));
    page_set_text(model, "mode", mode);
    page_set(model, "by_video", json_boolean(strcmp(mode, "video") == 0));
    page_set(model, "moving", json_boolean(moving));
    if (moving)
        page_set(model, "current",
                 json_pack("{s:s, s:b}", "start_text",
                           local_time_long_text(context, order->appointment->start_us,
                                                order->appointment->offset_s),
                           "by_video", strcmp(order->appointment->mode, "video") == 0));
    page_frame(model, moving ? "Mudar o horário" : "Escolher o horário");
    return add_self_told(request, model, order, moving, error);
}

/* "24/11/2026" of the last day. */
static char *short_day(TALLOC_CTX *context, const json_t *waiting)
{
    const char *day = json_string_value(json_object_get(waiting, "until"));
    if (day == NULL || strlen(day) != 10)
        return talloc_strdup(context, "");
    return talloc_asprintf(context, "%.2s/%.2s/%.4s", day + 8, day + 5, day);
}

/* Besides a time: another order of the same visit, and the list. Whoever waits sees the place; whoever does
 * not may join until a day, at first the one he has already. */
static bool add_choices(struct http_request *request, json_t *model, const struct order *order,
                        struct ra_error *error)
{
    json_t *waiting = NULL, *companions = NULL, *hold = NULL;
    struct catalog_office *office = NULL;
    struct window window;
    char today[CATALOG_DAY_SIZE], last[CATALOG_DAY_SIZE], until[CATALOG_DAY_SIZE];
    if (!catalog_office(request->app, request->context, &office, error) ||
        !agenda_hold_json(request, order, &hold, error))
        return false;
    if (hold != NULL)
        page_set(model, "hold", hold);
    if (!waiting_json(request, order, &waiting, error))
        return false;
    read_window(request, office, &window);
    catalog_day_of(window.today * INT64_C(86400000000), 0, today);
    catalog_day_of(window.last * INT64_C(86400000000), 0, last);
    if (agenda_is_live(order))
        catalog_day_of(order->appointment->start_us, order->appointment->offset_s, until);
    page_set(model, "waiting_list", json_true());
    if (!agenda_is_live(order) && !orders_companions(request, order, &companions, error))
        return false;
    page_set(model, "has_companions", json_boolean(json_array_size(companions) > 0));
    page_set(model, "companions", companions != NULL ? companions : json_array());
    page_set(model, "may_wait", json_boolean(waiting == NULL));
    page_set(model, "wait_form",
             json_pack("{s:s, s:s, s:s}", "first", today, "last", last, "until",
                       agenda_is_live(order) ? until : last));
    if (waiting != NULL) {
        page_set_text(waiting, "until_text", short_day(request->context, waiting));
        page_set(model, "waiting", waiting);
    }
    return true;
}

/* What the case's visit takes; two orders that are one visit move together. */
static bool find_search(struct http_request *request, const struct order *order, const char *mode,
                        struct agenda_search *search, struct ra_error *error)
{
    struct order *other = NULL;
    if (agenda_is_live(order) && !pair_other(request, order, &other, error))
        return false;
    bool first = other == NULL || strcmp(order->code, other->code) < 0;
    const struct order *orders[2] = {first ? order : other, first ? other : order};
    *search = (struct agenda_search){.side = AGENDA_PUBLIC};
    search->halves = agenda_needs_of(request, orders, mode, request->now_us, search->needs);
    return true;
}

/* The hour one has already is no choice. */
static size_t leave_own_out(const struct order *order, const char *mode, struct agenda_slot *slots,
                            size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct agenda_wish same = {.start_us = slots[i].start_us, .mode = mode};
        if (!agenda_is_as_wished(order, &same))
            slots[kept++] = slots[i];
    }
    return kept;
}

bool agenda_page_of(struct http_request *request, struct http_response *response, const struct order *order,
                    const struct agenda_page_way *way, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct agenda_slot *slots = NULL;
    struct agenda_search search;
    struct window window;
    const struct ways ways = find_ways(request, order);
    size_t count = 0;
    if (!catalog_office(request->app, request->context, &office, error))
        return false;
    read_window(request, office, &window);
    if (!find_search(request, order, ways.mode, &search, error) ||
        !agenda_free_slots(request->app, request->context, request->now_us, window.first, PAGE_DAYS, &search,
                           &slots, &count, error))
        return false;
    count = leave_own_out(order, ways.mode, slots, count);
    json_t *model = json_pack("{s:o}", "days", days_json(request->context, slots, count));
    if (!agenda_add_case(request, model, order, ways.mode, error)) {
        json_decref(model);
        return false;
    }
    add_ways(model, &ways);
    add_pager(request->context, model, &window, ways.mode);
    page_set_text(model, "action", way->action);
    page_set_text(model, "send", way->send);
    page_set_text(model, "back", way->back);
    http_reply(response, 200, model);
    return true;
}

bool agenda_page_model(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error))
        return false;
    const struct agenda_page_way way = {
        .action = talloc_asprintf(request->context, "/pedido/%s/agenda", order->code),
        .send = "Guardar este horário",
        .back = talloc_asprintf(request->context, "/pedido/%s", order->code),
    };
    return agenda_page_of(request, response, order, &way, error) &&
           add_choices(request, response->model, order, error);
}
