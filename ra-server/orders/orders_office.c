/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The office side of an order: what staff does for a walk-in or a caller. Every reading is an event.
 */
#include "approval/office.h"
#include "audit/audit.h"
#include "catalog/local_time.h"
#include "desk/desk.h"
#include "identification/identification.h"
#include "orders/orders_find.h"
#include "orders/orders_internal.h"
#include "renewal/replacement.h"
#include "term/term.h"

#include <string.h>

enum { NOTE_MAX = 2000 };

static bool load_for_update(struct http_request *request, struct order **order, struct ra_error *error)
{
    return orders_load_for_update(request, http_path_parameter(request, "code"), order, error);
}

/* --- new, show --- */

static bool new_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    if (!orders_create(request, &order, error))
        return false;
    http_reply(response, 201,
               json_pack("{s:s, s:s, s:o}", "order", order->code, "state",
                         order->states[ORDERS_MACHINE_ORDER], "next", orders_next_json(request, order)));
    return true;
}

static bool notes_json(struct http_request *request, const struct order *order, json_t **notes,
                       struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_ORDER_NOTES, DB_VALUES(db_int(order->id)), &rows,
                  error))
        return false;
    *notes = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++) {
        char at[CLOCK_TEXT_SIZE];
        clock_format_utc(row_time(rows, i, "at"), at, sizeof at);
        json_array_append_new(*notes, json_pack("{s:s, s:s, s:s}", "text", row_text(rows, i, "text"), "agent",
                                                row_text(rows, i, "agent"), "at", at));
    }
    return true;
}

/* The checklist's required items that nobody has accepted or waived yet. */
static bool missing_json(struct http_request *request, const struct order *order, json_t **missing,
                         struct ra_error *error)
{
    json_t *checklist = NULL, *item;
    size_t index;
    if (!identification_checklist(request, order, &checklist, error))
        return false;
    *missing = json_array();
    json_array_foreach(json_object_get(checklist, "items"), index, item)
    {
        const char *state = json_string_value(json_object_get(item, "state"));
        bool done = state != NULL && (strcmp(state, "accepted") == 0 || strcmp(state, "waived") == 0);
        if (json_is_true(json_object_get(item, "required")) && !done)
            json_array_append(*missing, item);
    }
    json_decref(checklist);
    return true;
}

static bool show_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    json_t *timeline = NULL, *notes = NULL, *missing = NULL, *term = NULL, *needs = NULL, *origin = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !audit_case_read(request, order, "show", error) || !missing_json(request, order, &missing, error) ||
        !orders_timeline_json(request, order, &timeline, error) ||
        !notes_json(request, order, &notes, error) || !term_state_json(request, order, &term, error) ||
        !desk_needs(request, order, &needs, error) || !replacement_origin(request, order, &origin, error)) {
        json_decref(missing);
        json_decref(timeline);
        json_decref(notes);
        return false;
    }
    json_t *model = orders_show_json(request, order);
    json_object_set_new(model, "next", orders_next_json(request, order));
    json_object_set_new(model, "timeline", timeline);
    json_object_set_new(model, "notes", notes);
    json_object_set_new(model, "missing", missing);
    json_object_set_new(model, "needs", needs);
    if (origin != NULL)
        json_object_set_new(model, "origin", origin);
    if (term != NULL)
        json_object_set_new(model, "term", term);
    http_reply(response, 200, model);
    return true;
}

/* --- find --- */

static json_t *found_json(const struct order *order)
{
    json_t *entry = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}}", "order", order->code, "product",
        order->product_id, "product_name", order->product_name, "name", order->subject->name, "cpf",
        order->subject->cpf, "states", "order", order->states[ORDERS_MACHINE_ORDER], "appointment",
        order->states[ORDERS_MACHINE_APPOINTMENT], "attendance", order->states[ORDERS_MACHINE_ATTENDANCE],
        "identification", order->states[ORDERS_MACHINE_IDENTIFICATION], "issuance",
        order->states[ORDERS_MACHINE_ISSUANCE]);
    if (order->company != NULL) {
        json_object_set_new(entry, "company", json_string(order->company->name));
        json_object_set_new(entry, "cnpj", json_string(order->company->cnpj));
    }
    if (order->appointment != NULL && order->appointment->seat_id != 0) {
        TALLOC_CTX *scratch = talloc_new(NULL);
        json_object_set_new(entry, "start",
                            json_string(local_time_rfc3339(scratch, order->appointment->start_us,
                                                           order->appointment->offset_s)));
        talloc_free(scratch);
    }
    return entry;
}

static bool append_found(struct http_request *request, const struct db_rows *rows, json_t *found,
                         json_t *refs, struct ra_error *error)
{
    for (size_t i = 0; i < db_row_count(rows); i++) {
        struct order *order = NULL;
        bool known = false;
        size_t index;
        json_t *ref;
        if (!orders_from_row(request->context, rows, i, &order, error))
            return false;
        json_array_foreach(refs, index, ref) known = known || strcmp(json_string_value(ref), order->ref) == 0;
        if (known)
            continue;
        json_array_append_new(refs, json_string(order->ref));
        json_array_append_new(found, found_json(order));
    }
    return true;
}

static bool search(struct http_request *request, const struct orders_search *search, json_t *found,
                   json_t *refs, struct ra_error *error)
{
    static const enum db_statement statements[ORDERS_SEARCH_COUNT] = {
        [ORDERS_SEARCH_CODE] = STATEMENT_ORDER_BY_CODE,
        [ORDERS_SEARCH_CPF] = STATEMENT_ORDER_FIND_BY_CPF,
        [ORDERS_SEARCH_CNPJ] = STATEMENT_ORDER_FIND_BY_CNPJ,
        [ORDERS_SEARCH_PHONE] = STATEMENT_ORDER_FIND_BY_PHONE,
        [ORDERS_SEARCH_SERIAL] = STATEMENT_ORDER_FIND_BY_SERIAL,
        [ORDERS_SEARCH_NAME] = STATEMENT_ORDER_FIND_BY_NAME,
    };
    for (size_t i = 0; i < ORDERS_SEARCH_COUNT; i++) {
        struct db_rows *rows = NULL;
        if (search->terms[i][0] == '\0')
            continue;
        if (!db_query(request->db, request->context, statements[i], DB_VALUES(db_text(search->terms[i])),
                      &rows, error) ||
            !append_found(request, rows, found, refs, error))
            return false;
    }
    return true;
}

static bool find_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct orders_search terms;
    const char *text = http_query(request, "q");
    if (text == NULL || !orders_search_read(text, &terms))
        return ra_fail_field(
            error, "q", "format",
            "Procure por código, CPF, CNPJ, telefone, número de série ou nome (três letras ou mais).");
    json_t *found = json_array();
    json_t *refs = json_array();
    bool done = search(request, &terms, found, refs, error);
    json_t *detail = json_pack("{s:i, s:o}", "found", (int)json_array_size(found), "cases", refs);
    if (!done) {
        json_decref(detail);
        json_decref(found);
        return false;
    }
    http_reply(response, 200, json_pack("{s:o}", "items", found));
    return audit_record(request, AUDIT_CASES_SEARCHED, NULL, detail, json_pack("{s:s}", "text", text), error);
}

/* --- note --- */

/* Characters, not bytes, as the table counts them. */
static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        if (((unsigned char)*text & 0xC0) != 0x80)
            count++;
    return count;
}

static bool note_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    const char *text = http_text(request->body, "text");
    if (text == NULL || text[strspn(text, " \t\r\n")] == '\0')
        return ra_fail_field(error, "text", "empty", "Escreva a anotação.");
    if (characters(text) > NOTE_MAX)
        return ra_fail_field(error, "text", "length", "A anotação tem no máximo 2000 caracteres.");
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' && *at != '\n' && *at != '\t')
            return ra_fail_field(error, "text", "charset", "A anotação não pode ter caracteres de controle.");
    if (!load_for_update(request, &order, error) ||
        !db_exec(request->db, STATEMENT_ORDER_NOTE_INSERT,
                 DB_VALUES(db_int(order->id), db_text(text), db_text(orders_actor(request)),
                           db_time(request->now_us)),
                 NULL, error) ||
        !audit_record(request, AUDIT_NOTE_ADDED, order, json_object(), json_pack("{s:s}", "text", text),
                      error))
        return false;
    http_reply(response, 201, json_pack("{s:s}", "order", order->code));
    return true;
}

/* --- table --- */

static const struct http_parameter find_query[] = {
    {"q", true, NULL, "Código, CPF, CNPJ, telefone, número de série ou parte do nome."},
    {NULL, false, NULL, NULL},
};

#define OBJECT(properties) "{\"type\":\"object\",\"properties\":{" properties "}}"
#define TEXT(name)         "\"" name "\":{\"type\":\"string\"}"

static const struct http_route routes[] = {
    {
        .method = HTTP_POST,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/orders",
        .authorize = office_authorize_agent,
        .handler = new_handler,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "officeOrderCreate",
        .summary = "Abre um pedido no balcão; o corpo é o mesmo do site.",
        .request_schema =
            OBJECT(TEXT("product") ",\"holder\":{\"type\":\"object\"},\"company\":{\"type\":\"object\"}"),
        .response_schema = OBJECT(TEXT("order") "," TEXT("state") ",\"next\":{\"type\":\"array\"}"),
        .statuses = {201, 422, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/orders/{code}",
        .authorize = office_authorize_any,
        .handler = show_handler,
        .transaction = HTTP_WRAPPED,
        .operation = "officeOrderShow",
        .summary = "O caso; a leitura fica registrada.",
        .response_schema = orders_show_schema,
        .statuses = {200, 404, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/find",
        .authorize = office_authorize_any,
        .handler = find_handler,
        .transaction = HTTP_WRAPPED,
        .operation = "officeFind",
        .summary = "Procura casos; a procura fica registrada.",
        .query = find_query,
        .response_schema = OBJECT("\"orders\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"),
        .statuses = {200, 422, 0},
    },
    {
        .method = HTTP_PUT,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/orders/{code}/contact",
        .authorize = office_authorize_agent,
        .handler = orders_contact,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "officeOrderContact",
        .summary = "Troca e-mail ou telefone; outro e-mail anula o que foi assinado.",
        .request_schema = OBJECT(TEXT("email") "," TEXT("phone")),
        .response_schema = orders_show_schema,
        .statuses = {200, 404, 409, 422, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/orders/{code}/pay",
        .authorize = office_authorize_agent,
        .handler = orders_pay,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "officeOrderPay",
        .summary = "Registra o pagamento no balcão.",
        .request_schema =
            OBJECT(TEXT("method") ",\"amount_cents\":{\"type\":\"integer\"}," TEXT("reference")),
        .response_schema = OBJECT(TEXT("order") "," TEXT("state") ",\"payment\":{\"type\":\"integer\"}"),
        .statuses = {200, 404, 409, 422, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/orders/{code}/note",
        .authorize = office_authorize_agent,
        .handler = note_handler,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "officeOrderNote",
        .summary = "Acrescenta uma anotação.",
        .request_schema = OBJECT(TEXT("text")),
        .response_schema = OBJECT(TEXT("order")),
        .statuses = {201, 404, 422, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_OFFICE,
        .api_path = "/api/office/orders/{code}/resend",
        .authorize = office_authorize_agent,
        .handler = orders_resend,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "officeOrderResend",
        .summary = "Manda de novo: confirmação do e-mail, convite ou link de emissão.",
        .request_schema = OBJECT(TEXT("what")),
        .response_schema = OBJECT(TEXT("order") "," TEXT("sent")),
        .statuses = {200, 404, 409, 422, 0},
    },
};

const struct room orders_office_room = {
    .name = "orders-office",
    .id = ROOM_ORDERS,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
};
