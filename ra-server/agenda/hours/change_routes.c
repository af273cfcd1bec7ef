/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calendar as staff reads it, and changes of it: first shown with whom they hit, then made.
 */
#include "agenda/hours/change_routes.h"

#include "agenda/agenda_internal.h"
#include "agenda/hours/availability.h"
#include "agenda/hours/change.h"
#include "agenda/hours/day.h"
#include "agenda/hours/hours.h"
#include "approval/office.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "catalog/local_time.h"
#include "notice/notice.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_LIMIT = 512 * 1024, DIGEST_LENGTH = 64 };

/* --- one change --- */

struct making {
    struct http_request *request;
    const json_t *content; /* of the body */
    struct hours_change change;
    struct hours_author author;
    int64_t id; /* 0: a preview */
    struct hours_effect effect;
    char digest[DIGEST_LENGTH + 1];
};

/* An absence is of somebody who is there otherwise. */
static bool check_agent(struct http_request *request, const char *agent, struct ra_error *error)
{
    json_t *names = trust_agents(request->app, (time_t)(request->now_us / 1000000));
    const json_t *name;
    bool known = false;
    size_t at;
    json_array_foreach(names, at, name) known = known || strcmp(json_string_value(name), agent) == 0;
    json_decref(names);
    return known || ra_fail_field(error, "agent", "unknown",
                                  "Não há agente com este nome no quadro. Escreva como em ra-cli agenda.");
}

static bool check_change(struct http_request *request, const struct hours_change *change,
                         struct ra_error *error)
{
    bool of_an_agent =
        change->kind == HOURS_ABSENCE || (change->kind == HOURS_LANE && change->agent[0] != '\0');
    return !of_an_agent || check_agent(request, change->agent, error);
}

static bool read_making(struct http_request *request, struct making *making, struct ra_error *error)
{
    struct hours_horizon horizon;
    *making = (struct making){.request = request, .content = json_object_get(request->body, "change")};
    if (!json_is_object(making->content))
        return ra_fail_field(error, "change", "required", "Falta a mudança.");
    if (!hours_horizon(request->app, request->context, request->now_us, &horizon, error) ||
        !hours_change_read(making->content, horizon.first, horizon.office->offset_s, &making->change,
                           error) ||
        !check_change(request, &making->change, error))
        return false;
    making->author = (struct hours_author){
        .office_id = horizon.office->id,
        .zone = horizon.office->zone,
        .agent = office_caller(request)->name,
        .now_us = request->now_us,
        .today = horizon.first,
    };
    return true;
}

/* The row of the change comes first: what it hits refers to it. */
static bool note_change(struct making *making, const char *digest, struct ra_error *error)
{
    struct http_request *request = making->request;
    const struct office_caller *caller = office_caller(request);
    struct db_rows *row = NULL;
    char *content = json_dumps(making->content, JSON_COMPACT | JSON_SORT_KEYS);
    if (content == NULL)
        return ra_fail(error, RA_NO_MEMORY, "change");
    bool done = db_one(request->db, request->context, STATEMENT_HOURS_CHANGE_ADD,
                       DB_VALUES(db_int(making->author.office_id), db_text(content), db_text(digest),
                                 db_text(caller->name), db_text(caller->station), db_time(request->now_us)),
                       &row, error);
    free(content);
    if (done)
        making->id = row_int(row, 0, "id");
    return done;
}

static bool write_rows(struct making *making, struct ra_error *error)
{
    struct http_request *request = making->request;
    if (making->change.kind == HOURS_IMPORT)
        return availability_import(request->app, request->db, request->context, &making->author,
                                   &making->change, error);
    return hours_change_write(request->db, request->context, &making->author, &making->change, error);
}

/* Makes the change in the open transaction, with everything that follows from it. */
static bool make(struct making *making, const char *digest, struct ra_error *error)
{
    struct http_request *request = making->request;
    if (!db_exec(request->db, STATEMENT_HOURS_LOCK, DB_NO_VALUES, NULL, error) ||
        (digest != NULL && !note_change(making, digest, error)) || !write_rows(making, error) ||
        !hours_publish(request->app, request->db, request->context, request->now_us, making->id,
                       &making->effect, error))
        return false;
    return hours_change_digest(making->content, making->effect.hits, making->digest, error);
}

static json_t *making_json(const struct making *making)
{
    json_t *model = json_pack("{s:b, s:s, s:I, s:I, s:O}", "applied", making->id != 0, "digest",
                              making->digest, "added", (json_int_t)making->effect.added, "dropped",
                              (json_int_t)making->effect.dropped, "hits", making->effect.hits);
    if (making->id != 0)
        json_object_set_new(model, "change", json_integer(making->id));
    return model;
}

/* The preview is the change itself, undone. */
static bool preview(struct making *making, struct http_response *response, struct ra_error *error)
{
    if (!make(making, NULL, error))
        return false;
    http_reply(response, 200, making_json(making));
    db_rollback(making->request->db);
    return db_begin(making->request->db, error);
}

static void wake(struct ra_app *app, void *argument)
{
    (void)argument;
    jobs_wake(app->jobs, "agenda");
    jobs_wake(app->jobs, NOTICE_JOB);
}

static int64_t count_of(const json_t *hits, const char *outcome)
{
    const json_t *hit;
    size_t at;
    int64_t count = 0;
    json_array_foreach(hits, at, hit) count +=
        strcmp(json_string_value(json_object_get(hit, "outcome")), outcome) == 0 ? 1 : 0;
    return count;
}

static bool record(struct making *making, struct ra_error *error)
{
    const json_t *hits = making->effect.hits;
    json_t *detail = json_pack(
        "{s:s, s:I, s:s, s:I, s:I, s:I, s:I}", "kind", hours_change_word(making->change.kind), "change",
        (json_int_t)making->id, "digest", making->digest, "same_time",
        (json_int_t)count_of(hits, "same_time"), "reserve", (json_int_t)count_of(hits, "reserve"), "message",
        (json_int_t)count_of(hits, "message"), "call", (json_int_t)count_of(hits, "call"));
    json_t *personal =
        making->change.agent != NULL ? json_pack("{s:s}", "agent", making->change.agent) : NULL;
    return audit_record(making->request, AUDIT_AGENDA_CHANGED, NULL, detail, personal, error);
}

static bool apply(struct making *making, const char *digest, struct http_response *response,
                  struct ra_error *error)
{
    if (!make(making, digest, error))
        return false;
    if (strcmp(digest, making->digest) != 0) {
        making->id = 0;
        http_reply(response, 409, json_pack("{s:o}", "preview", making_json(making)));
        return ra_fail_reason(error, RA_CONFLICT, "preview-changed",
                              "A agenda mudou desde a prévia: veja de novo quem a mudança atinge.");
    }
    http_reply(response, 201, making_json(making));
    return record(making, error) && http_after_commit(making->request, wake, NULL, error);
}

static bool change_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct making making;
    const char *digest = http_text(request->body, "digest");
    if (!read_making(request, &making, error))
        return false;
    if (digest != NULL &&
        (strlen(digest) != DIGEST_LENGTH || strspn(digest, "0123456789abcdef") != DIGEST_LENGTH))
        return ra_fail_field(error, "digest", "format", "O resumo é o da prévia, 64 dígitos hexadecimais.");
    bool done = digest == NULL ? preview(&making, response, error) : apply(&making, digest, response, error);
    json_decref(making.effect.hits);
    return done;
}

/* --- the calendar as it is --- */

static bool hours_handler(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    json_t *model = NULL;
    if (!hours_calendar_json(request, &model, error))
        return false;
    http_reply(response, 200, model);
    return true;
}

static bool export_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct bytes text;
    if (!availability_export(request->app, request->db, request->context, request->now_us, &text, error) ||
        !audit_record(request, AUDIT_EXPORT_MADE, NULL, json_pack("{s:s}", "what", "agenda"), NULL, error))
        return false;
    http_reply_bytes(response, 200, "text/calendar; charset=utf-8; component=vavailability", text);
    http_set_attachment(response, "agenda.ics");
    return true;
}

static bool day_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    json_t *model = NULL;
    if (!hours_asked_day(request, day, error) || !hours_day_json(request, day, &model, error))
        return false;
    http_reply(response, 200, model);
    return audit_record(request, AUDIT_QUEUE_READ, NULL,
                        json_pack("{s:s, s:s}", "date", day, "what", "agenda"), NULL, error);
}

static bool conflicts_handler(struct http_request *request, struct http_response *response,
                              struct ra_error *error)
{
    json_t *model = NULL;
    if (!hours_conflicts_json(request, &model, error))
        return false;
    http_reply(response, 200, model);
    return audit_record(request, AUDIT_QUEUE_READ, NULL, json_pack("{s:s}", "what", "conflicts"), NULL,
                        error);
}

/* --- the table --- */

#define CHANGE_SCHEMA                                                                                        \
    "{\"type\":\"object\",\"required\":[\"change\"],\"properties\":{\"change\":{\"type\":\"object\","        \
    "\"required\":[\"kind\"]},\"digest\":{\"type\":\"string\"}}}"
#define EFFECT_SCHEMA                                                                                        \
    "{\"type\":\"object\",\"required\":[\"applied\",\"digest\",\"hits\"],\"properties\":{\"applied\":{"      \
    "\"type\":\"boolean\"},\"digest\":{\"type\":\"string\"},\"hits\":{\"type\":\"array\",\"items\":{"        \
    "\"type\":\"object\",\"required\":[\"appointment\",\"order\",\"start\",\"outcome\"]}}}}"

static const struct http_parameter day_query[] = {
    {"date", false, "{\"type\":\"string\",\"format\":\"date\"}", "Dia; hoje quando falta."},
    {NULL, false, NULL, NULL},
};

#define LIST(name) "\"" name "\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"
#define HOURS_SCHEMA                                                                                         \
    "{\"type\":\"object\",\"required\":[\"office\",\"zone\",\"series\",\"exceptions\",\"holidays\"],"        \
    "\"properties\":{"                                                                                       \
    "\"office\":{\"type\":\"string\"},\"zone\":{\"type\":\"string\"},\"horizon_last\":{\"type\":\"string\"}" \
    "," LIST("series") "," LIST("exceptions") "," LIST("holidays") "," LIST("absences") "," LIST(            \
        "lanes") "," LIST("skills") "}}"
#define CONFLICTS_SCHEMA "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{" LIST("items") "}}"
#define DAY_SCHEMA                                                                                           \
    "{\"type\":\"object\",\"required\":[\"date\",\"open\",\"slots\",\"appointments\"],\"properties\":{"      \
    "\"date\":{"                                                                                             \
    "\"type\":\"string\"},\"open\":{\"type\":\"boolean\"},\"agents_may_sign\":{\"type\":\"integer\"},"       \
    "\"warnings\":{"                                                                                         \
    "\"type\":\"array\"}," LIST("agents") "," LIST("holidays") "," LIST("slots") "," LIST(                   \
        "appointments") "}}"

#define READING(path, function, word, text, schema)                                                          \
    {                                                                                                        \
        .method = HTTP_GET, .listeners = HTTP_OFFICE, .api_path = path, .authorize = office_authorize_any,   \
        .handler = function, .operation = word, .summary = text, .response_schema = schema, .statuses = {    \
            200,                                                                                             \
            0                                                                                                \
        }                                                                                                    \
    }

static const struct http_route routes[] = {
    READING("/api/office/agenda/hours", hours_handler, "officeHours",
            "Horários, exceções, feriados, ausências e guichês da agenda.", HOURS_SCHEMA),
    READING("/api/office/agenda/conflicts", conflicts_handler, "officeConflicts",
            "Quem perdeu o horário e ainda não escolheu outro, e a quem telefonar.", CONFLICTS_SCHEMA),
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/agenda",
        .authorize = office_authorize_any,
        .handler = day_handler,
        .operation = "officeAgendaDay",
        .summary = "O dia: vagas, marcados, agentes e avisos.",
        .query = day_query,
        .response_schema = DAY_SCHEMA,
        .statuses = {200, 422, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/agenda/calendar.ics",
        .authorize = office_authorize_any,
        .handler = export_handler,
        .operation = "officeAgendaExport",
        .summary = "O horário de atendimento em iCalendar (VAVAILABILITY, RFC 7953).",
        .response_type = "text/calendar",
        .statuses = {200, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/agenda/changes",
        .authorize = office_authorize_agent_or_admin,
        .handler = change_handler,
        .body = HTTP_BODY_JSON,
        .body_limit = BODY_LIMIT,
        .operation = "officeAgendaChange",
        .summary = "Muda a agenda. Sem `digest`, só a prévia: quem a mudança atinge. Com o da prévia, vale.",
        .request_schema = CHANGE_SCHEMA,
        .response_schema = EFFECT_SCHEMA,
        .statuses = {200, 201, 404, 409, 422, 0},
    },
};

const struct room agenda_hours_room = {
    .name = "agenda-hours",
    .id = ROOM_AGENDA,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
};
