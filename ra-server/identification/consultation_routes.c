/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Questions as agents put them, and how they stand.
 */
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "identification/consultation.h"
#include "identification/consultation_internal.h"
#include "identification/identification_internal.h"
#include "identification/judged_case.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 30 };

static bool kind_of(const struct http_request *request, enum consultation_kind *kind)
{
    const char *word = http_text(request->body, "kind");
    return word != NULL && consultation_kind_find(word, kind);
}

bool consultation_to_ask(const struct http_request *request)
{
    enum consultation_kind kind = CONSULTATION_KIND_COUNT;
    return json_object_get(request->body, "result") == NULL && kind_of(request, &kind) &&
           consultation_status_of(request->app, kind).driver != CONSULTATION_MANUAL;
}

/* --- whom, and by which numbers --- */

static bool number_is_good(const char *text)
{
    size_t length = strlen(text);
    bool significant = length == 0;
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)text[i]) && strchr(" .-/", text[i]) == NULL)
            return false;
        significant = significant || isalnum((unsigned char)text[i]);
    }
    return significant && length <= NUMBER_MAX;
}

/* What stands on the licence: as the agent says, else as it was typed when the document was digitised.
 * Members as those of a consultation recorded by hand. */
static bool read_licence(struct http_request *request, const struct order *order, const char *person_id,
                         json_t *asked, struct ra_error *error)
{
    static const struct {
        const char *member;
        const char *column; /* NULL: not kept with the document */
    } numbers[] = {{"registration", "number"}, {"form_number", NULL}, {"via_seen", "via"}};
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_CONSULTATION_CNH_DOCUMENT,
                  DB_VALUES(db_int(order->id), db_text(person_id)), &rows, error))
        return false;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *member = numbers[i].member;
        const char *value = http_text(request->body, member);
        if (value == NULL && numbers[i].column != NULL && db_row_count(rows) > 0)
            value = row_text(rows, 0, numbers[i].column);
        if (value == NULL || value[0] == '\0')
            continue;
        if (!number_is_good(value))
            return ra_fail_field(error, member, "charset", "Use até 30 letras e algarismos.");
        if (json_object_set_new(asked, member, json_string(value)) != 0)
            return ra_fail(error, RA_NO_MEMORY, "question");
    }
    return json_object_get(asked, "registration") != NULL ||
           ra_fail_field(error, "registration", "missing",
                         "Digitalize a CNH com seu número de registro, ou informe-o.");
}

/* --- asking --- */

struct question_row {
    const char *id;
    bool fresh;
};

static bool write_question(struct http_request *request, const struct order *order,
                           enum consultation_kind kind, const char *person_id, const json_t *asked,
                           struct question_row *question, struct ra_error *error)
{
    struct db_rows *row = NULL;
    char *numbers = json_dumps(asked, JSON_COMPACT);
    bool done = numbers != NULL || ra_fail(error, RA_NO_MEMORY, "question");
    done =
        done && db_query(request->db, request->context, STATEMENT_CONSULTATION_ASK,
                         DB_VALUES(db_int(order->id), person_id[0] == '\0' ? db_null() : db_text(person_id),
                                   db_text(consultation_kind_word(kind)), db_text(numbers),
                                   db_text(actor_name(request)), db_text(actor_station(request)),
                                   db_time(request->now_us)),
                         &row, error);
    free(numbers);
    if (!done)
        return false;
    if (db_row_count(row) == 0)
        return ra_fail_reason(error, RA_CONFLICT, "consultation-under-way",
                              "Já há uma consulta em andamento com outros números; aguarde a resposta.");
    *question = (struct question_row){row_text(row, 0, "id"), row_bool(row, 0, "fresh")};
    return true;
}

static bool subject_of(struct http_request *request, const struct order *order, enum consultation_kind kind,
                       const char **person_id, json_t *asked, struct ra_error *error)
{
    struct judged_case judged;
    const struct engine_person *person = NULL;
    if (!judged_case_read(request, order, &judged, error) ||
        !judged_case_person(&judged, http_text(request->body, "person"),
                            consultation_roles(&judged, consultation_kind_word(kind)), &person, error))
        return false;
    *person_id = person->id;
    if ((person->role == RULES_ROLE_COMPANY) != (kind == CONSULTATION_CNPJ))
        return ra_fail_field(error, "person", "unknown", "Esta base não se consulta sobre esta pessoa.");
    return kind != CONSULTATION_CNH || read_licence(request, order, *person_id, asked, error);
}

static void wake(struct ra_app *app, void *argument)
{
    jobs_wake(app->jobs, argument);
}

/* The question is an act of the agent's, the answer one of the program's. */
static bool tell_asked(struct http_request *request, const struct order *order, enum consultation_kind kind,
                       const char *person_id, const struct question_row *question, struct ra_error *error)
{
    if (!question->fresh)
        return true;
    json_t *detail = json_pack("{s:s,s:s,s:s}", "kind", consultation_kind_word(kind), "request", question->id,
                               "state", "asking");
    if (detail != NULL && person_id[0] != '\0')
        json_object_set_new(detail, "person", json_string(person_id));
    char *job = talloc_strdup(request->context, consultation_jobs[kind].name);
    return audit_record(request, AUDIT_CONSULTED, order, detail, NULL, error) &&
           (job != NULL || ra_fail(error, RA_NO_MEMORY, "job")) &&
           http_after_commit(request, wake, job, error);
}

bool consultation_ask(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    enum consultation_kind kind = CONSULTATION_KIND_COUNT;
    const char *person_id = "";
    struct question_row question = {NULL, false};
    if (!kind_of(request, &kind))
        return ra_fail_field(error, "kind", "unknown", "Consulta desconhecida.");
    json_t *asked = json_object();
    bool done = orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) &&
                (order->closed_us == 0 ||
                 ra_fail_reason(error, RA_CONFLICT, "case-ended",
                                "O caso foi encerrado: nenhuma base é mais consultada por ele.")) &&
                subject_of(request, order, kind, &person_id, asked, error) &&
                write_question(request, order, kind, person_id, asked, &question, error) &&
                tell_asked(request, order, kind, person_id, &question, error);
    json_decref(asked);
    if (!done)
        return false;
    const char *poll =
        talloc_asprintf(request->context, "/api/office/orders/%s/consultations/%s", order->code, question.id);
    http_reply(response, 202,
               json_pack("{s:s,s:s,s:s,s:s,s:i,s:s}", "id", question.id, "order", order->code, "kind",
                         consultation_kind_word(kind), "state", "asking", "retry_after_s", 1, "poll", poll));
    return true;
}

/* --- how it stands --- */

static bool set(json_t *model, const char *name, json_t *value)
{
    return json_object_set_new(model, name, value) == 0;
}

static json_t *time_json(const struct db_rows *row, const char *column)
{
    char at[CLOCK_TEXT_SIZE];
    clock_format_utc(row_time(row, 0, column), at, sizeof at);
    return json_string(at);
}

static bool set_ending(json_t *model, const struct db_rows *row)
{
    const char *reason = row_text(row, 0, "reason");
    bool done = set(model, "result", json_string(row_text(row, 0, "result"))) &&
                set(model, "base", json_string(row_text(row, 0, "base"))) &&
                set(model, "protocol", json_string(row_text(row, 0, "protocol"))) &&
                set(model, "facts", row_json(row, 0, "facts")) &&
                set(model, "recorded", json_boolean(row_bool(row, 0, "recorded"))) &&
                set(model, "done_at", time_json(row, "done_at"));
    if (done && reason[0] != '\0')
        done = set(model, "reason", json_string(reason)) &&
               set(model, "detail", json_string(consultation_reason_text(consultation_reason_find(reason))));
    if (done && !row_is_null(row, 0, "done_at") && row_text(row, 0, "evidence")[0] != '\0')
        done = set(model, "document", json_string(row_text(row, 0, "evidence_id"))) &&
               set(model, "evidence", json_string(row_text(row, 0, "evidence")));
    return done;
}

static bool consultation_show(struct http_request *request, struct http_response *response,
                              struct ra_error *error)
{
    struct order *order = NULL;
    struct db_rows *row = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !db_one(request->db, request->context, STATEMENT_CONSULTATION_REQUEST_SHOW,
                DB_VALUES(db_text(http_path_parameter(request, "id")), db_int(order->id)), &row, error))
        return false;
    bool ended = strcmp(row_text(row, 0, "state"), "done") == 0;
    /* While it is under way there is nothing of the case to read. */
    if (ended && !audit_case_read(request, order, "consultation", error))
        return false;
    json_t *model = json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:o}", "id", row_text(row, 0, "id"), "order",
                              order->code, "kind", row_text(row, 0, "kind"), "person",
                              row_text(row, 0, "person"), "state", row_text(row, 0, "state"), "attempts",
                              (int)row_int(row, 0, "attempts"), "asked_at", time_json(row, "asked_at"));
    if (model != NULL && ended && !set_ending(model, row)) {
        json_decref(model);
        return ra_fail(error, RA_NO_MEMORY, "consultation");
    }
    http_reply(response, 200, model);
    return true;
}

#define SHOW_SCHEMA                                                                                          \
    "{\"type\":\"object\",\"required\":[\"id\",\"order\",\"kind\",\"person\",\"state\",\"asked_at\"],"       \
    "\"properties\":{\"id\":{\"type\":\"string\",\"format\":\"uuid\"},\"order\":{\"type\":\"string\"},"      \
    "\"kind\":{\"type\":\"string\"},\"person\":{\"type\":\"string\"},\"state\":{\"enum\":[\"asking\","       \
    "\"done\"]},\"attempts\":{\"type\":\"integer\"},\"result\":{\"enum\":[\"ok\",\"alert\",\"not_found\","   \
    "\"conflict\",\"unavailable\"]},\"reason\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"},"      \
    "\"base\":{\"type\":\"string\"},\"protocol\":{\"type\":\"string\"},\"facts\":{\"type\":\"object\"},"     \
    "\"recorded\":{\"type\":\"boolean\"},\"document\":{\"type\":\"string\"},\"evidence\":{\"type\":"         \
    "\"string\"},\"asked_at\":{\"type\":\"string\"},\"done_at\":{\"type\":\"string\"}}}"

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/consultations/{id}",
     .authorize = office_authorize_any,
     .handler = consultation_show,
     .operation = "consultationShow",
     .summary = "Uma consulta feita pelo sistema: em andamento ou o resultado",
     .response_schema = SHOW_SCHEMA,
     .statuses = {200, 401, 403, 404}},
};

/* --- health --- */

static enum health_state check_base(const struct ra_app *app, enum consultation_kind kind, json_t *facts,
                                    char *detail, size_t detail_size)
{
    const struct consultation_status status = consultation_status_of(app, kind);
    char since[CLOCK_TEXT_SIZE];
    clock_format_utc(status.since_us, since, sizeof since);
    if (status.since_us != 0)
        json_object_set_new(facts, "since", json_string(since));
    switch (status.driver) {
    case CONSULTATION_MANUAL:
        json_object_set_new(facts, "driver", json_string("manual"));
        return HEALTH_OK;
    case CONSULTATION_BROKEN:
        snprintf(detail, detail_size, "%s", status.problem);
        return HEALTH_DEGRADED;
    case CONSULTATION_HTTP:
        json_object_set_new(facts, "driver", json_string("http"));
        json_object_set_new(facts, "breaker", json_string(breaker_state_word(status.breaker)));
        json_object_set_new(facts, "under_way", json_integer((json_int_t)status.under_way));
        return status.breaker == BREAKER_CLOSED ? HEALTH_OK : HEALTH_DEGRADED;
    }
    return HEALTH_DEGRADED;
}

#define X(suffix, word, name)                                                                                \
    static enum health_state check_##suffix(struct ra_app *app, struct db *db, json_t *facts, char *detail,  \
                                            size_t detail_size)                                              \
    {                                                                                                        \
        (void)db;                                                                                            \
        return check_base(app, CONSULTATION_##suffix, facts, detail, detail_size);                           \
    }
CONSULTATION_KINDS(X)
#undef X

static const struct health_part health[] = {
#define X(suffix, word, base) {"base-" word, check_##suffix},
    CONSULTATION_KINDS(X)
#undef X
};

const struct room consultation_room = {.name = "consultation",
                                       .id = ROOM_CONSULTATION,
                                       .routes = routes,
                                       .route_count = sizeof routes / sizeof *routes,
                                       .jobs = consultation_jobs,
                                       .job_count = CONSULTATION_KIND_COUNT,
                                       .health = health,
                                       .health_count = sizeof health / sizeof *health,
                                       .start = consultation_bases_start,
                                       .stop = consultation_bases_stop};
