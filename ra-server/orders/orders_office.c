/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The office side of an order: what staff does for a walk-in or a caller. Every reading is an event.
 */
#include "approval/approval.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "catalog/local_time.h"
#include "desk/desk.h"
#include "identification/identification.h"
#include "issuance/mail_half.h"
#include "notice/notice.h"
#include "orders/orders_find.h"
#include "orders/orders_internal.h"
#include "renewal/replacement.h"
#include "term/term.h"

#include <string.h>

enum { NOTE_MAX = 2000, REFERENCE_MAX = 80 };

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

/* --- contact --- */

/* The address stands in the certificate: what was signed over the old one is void. */
static bool change_email(struct http_request *request, struct order *order, struct ra_error *error)
{
    return approval_void_attempt(request, order, "contact", error) &&
           db_exec(request->db, STATEMENT_ORDER_EMAIL_UNCONFIRM, DB_VALUES(db_int(order->id)), NULL, error) &&
           db_exec(request->db, STATEMENT_ORDER_LINKS_DROP, DB_VALUES(db_int(order->id)), NULL, error) &&
           db_exec(request->db, STATEMENT_ORDER_MAIL_READDRESS,
                   DB_VALUES(db_int(order->id), db_text(order->subject->email)), NULL, error) &&
           orders_send_confirmation(request, order, error);
}

static bool contact_handler(struct http_request *request, struct http_response *response,
                            struct ra_error *error)
{
    struct order *order = NULL;
    const char *email = NULL, *phone = NULL;
    if (!load_for_update(request, &order, error) ||
        !order_contact_read(request->context, request->body, &email, &phone, error))
        return false;
    if (order->closed_us != 0)
        return ra_fail_reason(error, RA_CONFLICT, "order-closed", "O pedido já foi encerrado.");
    struct order_person *person = order->subject;
    bool new_email = email != NULL && strcmp(email, person->email) != 0;
    json_t *personal = json_pack("{s:s, s:s}", "email_before", person->email, "phone_before", person->phone);
    person->email = email != NULL ? email : person->email;
    person->phone = phone != NULL ? phone : person->phone;
    json_object_set_new(personal, "email", json_string(person->email));
    json_object_set_new(personal, "phone", json_string(person->phone));
    order->email_confirmed = order->email_confirmed && !new_email;
    if (!audit_record(request, AUDIT_CONTACT_CHANGED, order,
                      json_pack("{s:b, s:b}", "email", new_email, "phone", phone != NULL), personal, error) ||
        !db_exec(request->db, STATEMENT_ORDER_CONTACT_UPDATE,
                 DB_VALUES(db_text(person->id), db_text(person->email), db_text(person->phone)), NULL,
                 error) ||
        (new_email && !change_email(request, order, error)) ||
        !identification_contact_changed(request, order, error))
        return false;
    http_reply(response, 200, orders_show_json(request, order));
    return true;
}

/* --- pay --- */

static const char *const payment_methods[] = {"pix", "card", "cash", "transfer", "voucher", NULL};

struct payment {
    const char *method;
    int64_t amount_cents;
    const char *reference;
};

static bool read_payment(const json_t *body, const struct order *order, struct payment *payment,
                         struct ra_error *error)
{
    const json_t *amount = json_object_get(body, "amount_cents");
    bool known = false;
    payment->method = http_text(body, "method");
    payment->reference = http_text(body, "reference");
    payment->amount_cents = amount != NULL ? json_integer_value(amount) : order->price_cents;
    if (payment->reference == NULL)
        payment->reference = "";
    for (size_t i = 0; payment->method != NULL && payment_methods[i] != NULL; i++)
        known = known || strcmp(payment_methods[i], payment->method) == 0;
    bool good = known || ra_fail_field(error, "method", "unknown",
                                       "Formas de pagamento: pix, card, cash, transfer ou voucher.");
    if (payment->amount_cents != order->price_cents)
        good =
            ra_fail_field(error, "amount_cents", "mismatch", "O valor recebido difere do preço do pedido.");
    if (strnlen(payment->reference, REFERENCE_MAX + 1) > REFERENCE_MAX)
        good = ra_fail_field(error, "reference", "length", "A referência tem no máximo 80 caracteres.");
    for (const char *at = payment->reference; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            return ra_fail_field(error, "reference", "charset",
                                 "A referência não pode ter caracteres de controle.");
    return good;
}

/* A voucher pays once. */
static bool check_voucher(struct http_request *request, const struct payment *payment, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (strcmp(payment->method, "voucher") != 0)
        return true;
    if (payment->reference[0] == '\0')
        return ra_fail_field(error, "reference", "required", "Diga o número do voucher.");
    if (!db_one(request->db, request->context, STATEMENT_ORDER_VOUCHER_LOCK,
                DB_VALUES(db_text(payment->reference)), &row, error) ||
        !db_one(request->db, request->context, STATEMENT_ORDER_VOUCHER_USED,
                DB_VALUES(db_text(payment->reference)), &row, error))
        return false;
    return !row_bool(row, 0, "used") ||
           ra_fail_reason(error, RA_CONFLICT, "voucher-used", "Este voucher já pagou outro pedido.");
}

static bool pay_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct payment payment;
    struct db_rows *row = NULL;
    if (!load_for_update(request, &order, error) || !read_payment(request->body, order, &payment, error))
        return false;
    if (orders_in_state(order, ORDERS_MACHINE_ORDER, "paid"))
        return ra_fail_reason(error, RA_CONFLICT, "already-paid",
                              "O pagamento deste pedido já foi registrado.");
    if (!check_voucher(request, &payment, error) ||
        !orders_set_state(request, order, ORDERS_MACHINE_ORDER, "paid", error) ||
        !db_one(request->db, request->context, STATEMENT_ORDER_PAYMENT_INSERT,
                DB_VALUES(db_int(order->id), db_text(payment.method), db_int(payment.amount_cents),
                          db_text(orders_actor(request)), db_time(request->now_us),
                          db_text(payment.reference)),
                &row, error) ||
        !orders_milestone(request, order, "paid", payment.method, error) ||
        !audit_record(request, AUDIT_PAYMENT_RECORDED, order,
                      json_pack("{s:s, s:I}", "method", payment.method, "amount_cents", payment.amount_cents),
                      json_pack("{s:s}", "reference", payment.reference), error))
        return false;
    http_reply(response, 200,
               json_pack("{s:s, s:s, s:I}", "order", order->code, "state", "paid", "payment",
                         row_int(row, 0, "id")));
    return true;
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

/* --- resend --- */

static bool resend_confirmation(struct http_request *request, const struct order *order,
                                struct ra_error *error)
{
    if (order->email_confirmed)
        return ra_fail_reason(error, RA_CONFLICT, "already-confirmed", "O e-mail já está confirmado.");
    return orders_send_confirmation(request, order, error);
}

static bool resend_invitation(struct http_request *request, const struct order *order, struct ra_error *error)
{
    if (!orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked"))
        return ra_fail_reason(error, RA_CONFLICT, "not-booked", "Não há horário marcado.");
    return notice_enqueue(request, order, NOTICE_BOOKED, NULL, error);
}

static bool resend_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    static const struct {
        const char *what;
        bool (*send)(struct http_request *request, const struct order *order, struct ra_error *error);
    } mails[] = {
        {"confirmation", resend_confirmation},
        {"invitation", resend_invitation},
        {"emission", mail_half_send},
    };
    struct order *order = NULL;
    const char *what = http_text(request->body, "what");
    for (size_t i = 0; what != NULL && i < sizeof mails / sizeof mails[0]; i++) {
        if (strcmp(mails[i].what, what) != 0)
            continue;
        if (!load_for_update(request, &order, error) || !mails[i].send(request, order, error) ||
            !audit_record(request, AUDIT_NOTICE_RESENT, order, json_pack("{s:s}", "what", what), NULL, error))
            return false;
        http_reply(response, 200, json_pack("{s:s, s:s}", "order", order->code, "sent", what));
        return true;
    }
    return ra_fail_field(error, "what", "unknown", "Use confirmation, invitation ou emission.");
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
        .handler = contact_handler,
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
        .handler = pay_handler,
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
        .handler = resend_handler,
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
