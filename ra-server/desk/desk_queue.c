/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The day as the agents see it: who is being served, who waits in the order of calling, who is set aside, who
 * is still to come, what is over; the inbox of cases that wait for an
 * agent with nobody at the counter; and which agents are free.
 */
#include "agenda/agenda.h"
#include "catalog/catalog.h"
#include "catalog/local_time.h"
#include "day/day.h"
#include "desk/desk.h"
#include "desk/desk_act.h"
#include "pki/certificate/calendar.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_US INT64_C(60000000)

/* Groups of the list, in this order. */
enum group { GROUP_CALLED, GROUP_WAITING, GROUP_PARKED, GROUP_COMING, GROUP_OVER };

struct item {
    size_t row;
    enum group group;
    struct desk_waiting waiting; /* due, class and visit: for the order of calling */
    int64_t moment_us;
};

struct view {
    struct http_request *request;
    const struct catalog_office *office;
    const struct db_rows *rows;
    struct desk_classes classes;
    struct item *items;
    size_t count;
    int hour_ahead_minutes;
    int64_t promise_us;
};

static bool is(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

/* "issued", or what became of it; NULL before there is a certificate. */
static const char *certificate_of(const struct db_rows *rows, size_t row)
{
    const char *issuance = row_text(rows, row, "issuance_state");
    if (is(issuance, "revocation_requested") || is(issuance, "revoked"))
        return issuance;
    return is(issuance, "issued") || is(issuance, "delivered") ? "issued" : NULL;
}

/* What the agent reads first: where the case is. */
static const char *state_of(const struct db_rows *rows, size_t row)
{
    const char *attendance = row_text(rows, row, "attendance_state");
    const char *certificate = certificate_of(rows, row);
    if (certificate != NULL)
        return certificate;
    return is(attendance, "none") ? row_text(rows, row, "appointment_state") : attendance;
}

static enum group group_of(const char *state)
{
    if (is(state, "called"))
        return GROUP_CALLED;
    if (is(state, "waiting"))
        return GROUP_WAITING;
    if (is(state, "parked"))
        return GROUP_PARKED;
    return is(state, "booked") ? GROUP_COMING : GROUP_OVER;
}

static void read_item(const struct view *view, size_t row, struct item *item)
{
    const struct db_rows *rows = view->rows;
    const struct desk_class_row *class = desk_class_find(&view->classes, row_text(rows, row, "priority"));
    const bool came = !row_is_null(rows, row, "visit_id");
    *item = (struct item){
        .row = row,
        .group = group_of(state_of(rows, row)),
        .waiting = {.visit = row_int(rows, row, "visit_id"),
                    .class = class != NULL ? &class->class : NULL,
                    .due_us = came ? row_time(rows, row, "due_at") : row_time(rows, row, "start"),
                    .by_hour = row_bool(rows, row, "by_hour")}};
    item->moment_us = item->group == GROUP_WAITING ? desk_moment(&item->waiting, view->hour_ahead_minutes)
                                                   : row_time(rows, row, "start");
}

static int compare(const void *left, const void *right)
{
    const struct item *one = left;
    const struct item *other = right;
    if (one->group != other->group)
        return one->group < other->group ? -1 : 1;
    if (one->moment_us != other->moment_us)
        return one->moment_us < other->moment_us ? -1 : 1;
    if (one->waiting.due_us != other->waiting.due_us)
        return one->waiting.due_us < other->waiting.due_us ? -1 : 1;
    if (one->waiting.visit != other->waiting.visit)
        return one->waiting.visit < other->waiting.visit ? -1 : 1;
    return (one->row > other->row) - (one->row < other->row);
}

static json_t *local(const struct view *view, int64_t instant_us)
{
    char *text = local_time_rfc3339(view->request->context, instant_us, view->office->offset_s);
    return text == NULL ? NULL : json_string(text);
}

static void set_time(const struct view *view, json_t *item, const char *name, size_t row, const char *column)
{
    json_object_set_new(
        item, name,
        row_is_null(view->rows, row, column) ? json_null() : local(view, row_time(view->rows, row, column)));
}

/* How long somebody has waited, or waited until he was called; null for who has not come. */
static json_t *waited(const struct view *view, size_t row)
{
    const struct db_rows *rows = view->rows;
    if (row_is_null(rows, row, "checked_in_at"))
        return json_null();
    const int64_t until_us =
        row_is_null(rows, row, "called_at") ? view->request->now_us : row_time(rows, row, "called_at");
    return json_integer((json_int_t)desk_waited_s(row_time(rows, row, "checked_in_at"), until_us));
}

/* The promised hour ends with the certificate, and does not begin again when that is revoked. */
static json_t *deadline(const struct view *view, size_t row)
{
    const bool running =
        !row_is_null(view->rows, row, "finished_at") && certificate_of(view->rows, row) == NULL;
    return running ? local(view, row_time(view->rows, row, "finished_at") + view->promise_us) : json_null();
}

static json_t *visit_json(const struct view *view, const struct item *item)
{
    const struct db_rows *rows = view->rows;
    const size_t row = item->row;
    json_t *json = json_pack(
        "{s:b,s:o,s:I,s:s,s:s,s:s,s:s,s:s,s:s}", "walk_in", row_bool(rows, row, "walk_in") ? 1 : 0,
        "waited_s", waited(view, row), "calls", (json_int_t)row_int(rows, row, "calls"), "agent",
        row_text(rows, row, "agent"), "desk", row_text(rows, row, "desk"), "sentence",
        row_text(rows, row, "reason"), "parked_reason", row_text(rows, row, "parked_reason"), "reserved_for",
        row_text(rows, row, "reserved_for"), "reserved_desk", row_text(rows, row, "reserved_desk"));
    if (json == NULL)
        return NULL;
    set_time(view, json, "arrived", row, "checked_in_at");
    set_time(view, json, "called", row, "called_at");
    set_time(view, json, "finished", row, "finished_at");
    set_time(view, json, "parked_until", row, "parked_until");
    return json;
}

static json_t *item_json(const struct view *view, const struct item *item)
{
    const struct db_rows *rows = view->rows;
    const size_t row = item->row;
    json_t *json = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:o,s:o,s:o}", "order", row_text(rows, row, "code"), "ticket",
        row_text(rows, row, "ticket"), "name", row_text(rows, row, "name"), "product",
        row_text(rows, row, "product"), "mode", row_text(rows, row, "mode"), "state", state_of(rows, row),
        "priority", row_text(rows, row, "priority"), "email_confirmed",
        row_bool(rows, row, "email_confirmed") ? 1 : 0, "start", local(view, row_time(rows, row, "start")),
        "deadline", deadline(view, row), "needs", row_texts(rows, row, "needs"));
    const struct desk_class *class = item->waiting.class;
    json_t *visit = visit_json(view, item);
    if (json != NULL)
        json_object_set_new(json, "priority_text", json_string(class != NULL ? class->label : ""));
    if (json != NULL)
        json_object_set_new(json, "social_name", json_string(row_text(rows, row, "social_name")));
    if (json != NULL)
        json_object_update(json, visit);
    json_decref(visit);
    return json;
}

static json_t *items_json(const struct view *view)
{
    json_t *items = json_array();
    for (size_t i = 0; i < view->count; i++)
        json_array_append_new(items, item_json(view, &view->items[i]));
    return items;
}

static json_t *waiting_case_json(const struct view *view, const struct db_rows *rows, size_t row)
{
    const char *kind = row_text(rows, row, "kind");
    json_t *since = local(view, row_time(rows, row, "since"));
    json_t *item = json_pack("{s:s,s:s,s:s,s:s,s:s,s:O}", "order", row_text(rows, row, "code"), "name",
                             row_text(rows, row, "name"), "social_name", row_text(rows, row, "social_name"),
                             "product", row_text(rows, row, "product"), "kind", kind, "since", since);
    if (item != NULL && is(kind, "second_agent")) {
        json_object_set_new(item, "validated_by", json_string(row_text(rows, row, "validated_by")));
        json_object_set(item, "validated_at", since);
    }
    json_decref(since);
    return item;
}

static json_t *inbox_json(const struct view *view, const struct db_rows *rows)
{
    json_t *inbox = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(inbox, waiting_case_json(view, rows, i));
    return inbox;
}

/* Every agent of the roster, and whom he has before him. */
static json_t *agents_json(const struct view *view, const struct db_rows *busy)
{
    json_t *names = office_agents(view->request->app, view->request->now_us);
    json_t *agents = json_array();
    size_t index;
    json_t *name;
    json_array_foreach(names, index, name)
    {
        json_t *agent = json_pack("{s:O,s:b}", "name", name, "free", 1);
        for (size_t i = 0; agent != NULL && i < db_row_count(busy); i++) {
            if (!is(row_text(busy, i, "agent"), json_string_value(name)))
                continue;
            json_object_set_new(agent, "free", json_false());
            json_object_set_new(agent, "ticket", json_string(row_text(busy, i, "ticket")));
            json_object_set_new(agent, "order", json_string(row_text(busy, i, "code")));
            json_object_set_new(agent, "desk", json_string(row_text(busy, i, "desk")));
        }
        json_array_append_new(agents, agent);
    }
    json_decref(names);
    return agents;
}

static bool day_asked(struct http_request *request, char day[CATALOG_DAY_SIZE], struct ra_error *error)
{
    const char *asked = http_query(request, "date");
    struct calendar_day parsed;
    if (asked == NULL) {
        catalog_today(request->app, request->now_us, day);
        return true;
    }
    if (calendar_parse(asked, &parsed) != CALENDAR_DAY)
        return ra_fail_field(error, "date", "date", "Use uma data que existe, como 2026-11-24.");
    memcpy(day, asked, CATALOG_DAY_SIZE);
    return true;
}

static bool load_view(struct http_request *request, const char *day, struct view *view,
                      struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct db_rows *rows = NULL;
    int64_t promise_minutes = 0, hour_ahead = 0;
    if (!catalog_office(request->app, request->context, &office, error) ||
        !catalog_policy_number(request->app, request->now_us, "promise_minutes", &promise_minutes, error) ||
        !catalog_policy_number(request->app, request->now_us, "queue_hour_ahead_minutes", &hour_ahead,
                               error) ||
        !desk_store_classes(request, day, &view->classes, error) ||
        !db_query(request->db, request->context, STATEMENT_DESK_QUEUE,
                  DB_VALUES(db_int(office->id), db_text(day), db_text(office->zone)), &rows, error))
        return false;
    *view = (struct view){.request = request,
                          .office = office,
                          .rows = rows,
                          .classes = view->classes,
                          .count = db_row_count(rows),
                          .hour_ahead_minutes = (int)hour_ahead,
                          .promise_us = promise_minutes * MINUTE_US};
    view->items = talloc_zero_array(request->context, struct item, (unsigned)view->count + 1);
    if (view->items == NULL)
        return ra_fail(error, RA_NO_MEMORY, "queue");
    for (size_t i = 0; i < view->count; i++)
        read_item(view, i, &view->items[i]);
    qsort(view->items, view->count, sizeof *view->items, compare);
    return true;
}

bool desk_queue(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct view view;
    struct db_rows *inbox = NULL, *busy = NULL;
    char day[CATALOG_DAY_SIZE];
    json_t *warnings = NULL;
    if (!day_asked(request, day, error) || !load_view(request, day, &view, error) ||
        !db_query(request->db, request->context, STATEMENT_DESK_INBOX, DB_VALUES(db_int(view.office->id)),
                  &inbox, error) ||
        !db_query(request->db, request->context, STATEMENT_DESK_AGENTS_BUSY,
                  DB_VALUES(db_int(view.office->id)), &busy, error) ||
        !audit_record(request, AUDIT_QUEUE_READ, NULL, json_pack("{s:s}", "date", day), NULL, error) ||
        !agenda_warnings(request, day, &warnings, error))
        return false;
    json_t *answer =
        json_pack("{s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "date", day, "agent", office_caller(request)->name, "now",
                  local(&view, request->now_us), "items", items_json(&view), "inbox",
                  inbox_json(&view, inbox), "agents", agents_json(&view, busy), "warnings", warnings);
    http_reply(response, 200, answer);
    return day_add_board(request, answer, error);
}
