/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"
#include "approval/office.h"
#include "approval/trust_state.h"
#include "audit/audit.h"
#include "day/day.h"
#include "day/day_internal.h"
#include "day/day_store.h"
#include "pki/base/bytes.h"

#include <string.h>

enum { NOTE_MAX = 2000, REASON_MAX = 500 };

bool day_text(struct http_request *request, const char *member, size_t longest, const char **text,
              struct ra_error *error)
{
    *text = http_text(request->body, member);
    if (*text == NULL || (*text)[strspn(*text, " \t\r\n")] == '\0')
        return ra_fail_field(error, member, "empty", "Escreva o texto.");
    if (strlen(*text) > longest)
        return ra_fail_field(error, member, "length", "O texto é longo demais.");
    for (const char *at = *text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' && *at != '\n')
            return ra_fail_field(error, member, "charset", "O texto não pode ter caracteres de controle.");
    return true;
}

/* --- the day and its closing --- */

static const char *office_name(const struct day_span *span)
{
    return span->office->code;
}

static bool counted_of(struct http_request *request, struct day_counted *counted, struct ra_error *error)
{
    const json_t *cash = json_object_get(request->body, "cash_cents");
    const char *reason = http_text(request->body, "reason");
    if (!json_is_integer(cash) || json_integer_value(cash) < 0)
        return ra_fail_field(error, "cash_cents", "number",
                             "Diga quanto há em dinheiro no caixa, em centavos.");
    *counted = (struct day_counted){json_integer_value(cash), reason == NULL ? "" : reason};
    if (counted->reason[0] != '\0' && !day_text(request, "reason", REASON_MAX, &counted->reason, error))
        return false;
    return strchr(counted->reason, '\n') == NULL ||
           ra_fail_field(error, "reason", "charset", "O motivo cabe numa linha.");
}

/* A figure in the query, for the text that the agent would sign. */
static bool day_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct day_span span;
    json_t *facts = NULL;
    if (!day_span(request, http_query(request, "date"), &span, error) ||
        !day_store_facts(request, &span, &facts, error))
        return false;
    if (!audit_record(request, AUDIT_REPORT_READ, NULL,
                      json_pack("{s:s, s:s}", "report", "day", "date", span.day), NULL, error)) {
        json_decref(facts);
        return false;
    }
    json_object_set_new(facts, "date", json_string(span.day));
    json_object_set_new(facts, "office", json_string(office_name(&span)));
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200, facts);
    return true;
}

/* The text as it would be signed now. */
static bool has_come(struct http_request *request, const struct day_span *span, struct ra_error *error)
{
    struct day_span today;
    return day_span(request, NULL, &today, error) &&
           (strcmp(span->day, today.day) <= 0 ||
            ra_fail_field(error, "date", "future", "Este dia ainda não chegou: feche-o quando terminar."));
}

static bool render(struct http_request *request, struct day_span *span, struct day_counted *counted,
                   char **text, int64_t *difference, struct ra_error *error)
{
    json_t *facts = NULL;
    *counted = (struct day_counted){.reason = ""};
    if (!day_span(request, http_text(request->body, "date"), span, error) ||
        !has_come(request, span, error) || !counted_of(request, counted, error) ||
        !day_store_facts(request, span, &facts, error))
        return false;
    if (day_is_closed(facts)) {
        json_decref(facts);
        return day_say_closed(error);
    }
    *difference = counted->cash_cents - day_recorded_cash(facts);
    *text = day_closing_text(request->context, office_name(span), span->day, office_caller(request)->name,
                             facts, counted);
    bool ok = *text != NULL ? day_may_close(facts, counted, error) : ra_fail(error, RA_NO_MEMORY, "day");
    json_decref(facts);
    return ok;
}

static bool draft_handler(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    struct day_span span;
    struct day_counted counted;
    char *text = NULL;
    int64_t difference = 0;
    if (!render(request, &span, &counted, &text, &difference, error) ||
        !audit_record(request, AUDIT_REPORT_READ, NULL,
                      json_pack("{s:s, s:s}", "report", "day-closing", "date", span.day), NULL, error))
        return false;
    http_reply(response, 200,
               json_pack("{s:s, s:s, s:I}", "date", span.day, "content", text, "difference_cents",
                         (json_int_t)difference));
    return true;
}

/* Signed by who asks, over exactly what stands now. */
static bool judge(struct http_request *request, const char *text, struct bytes *cms, struct ra_error *error)
{
    const char *content = http_text(request->body, "content"), *encoded = http_text(request->body, "cms");
    uint8_t signer[32], caller[32];
    if (content == NULL || encoded == NULL || !base64_decode(request->context, encoded, strlen(encoded), cms))
        return ra_fail_field(error, "cms", "base64", "Falta a assinatura do fechamento.");
    if (strcmp(content, text) != 0)
        return ra_fail_reason(error, RA_CONFLICT, "day-changed",
                              "O dia mudou enquanto você lia: confira e assine de novo.");
    if (!trust_verify_detached(request->app, *cms, bytes_of_text(text), (time_t)(request->now_us / 1000000),
                               signer, error))
        return false;
    if (!hex_decode(office_caller(request)->spki, caller, sizeof caller) ||
        !bytes_equal((struct bytes){caller, sizeof caller}, (struct bytes){signer, sizeof signer}))
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "signer-not-caller",
                              "Quem assinou não é quem pede o fechamento.");
    return true;
}

static bool close_handler(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    struct day_span span;
    struct day_counted counted;
    struct bytes cms;
    char *text = NULL;
    int64_t difference = 0;
    uint8_t digest[32];
    if (!render(request, &span, &counted, &text, &difference, error) || !judge(request, text, &cms, error) ||
        !day_store_close(request, &span, bytes_of_text(text), cms, difference, counted.reason, error))
        return false;
    const char *hex = sha256(bytes_of_text(text), digest)
                          ? hex_encode(request->context, (struct bytes){digest, sizeof digest})
                          : NULL;
    if (hex == NULL)
        return ra_fail_crypto(error, "day");
    if (!audit_record(request, AUDIT_DAY_CLOSED, NULL,
                      json_pack("{s:s, s:I, s:s}", "date", span.day, "difference_cents",
                                (json_int_t)difference, "content", hex),
                      NULL, error))
        return false;
    http_reply(response, 201,
               json_pack("{s:s, s:I, s:s}", "date", span.day, "difference_cents", (json_int_t)difference,
                         "sha256", hex));
    return true;
}

static bool reopen_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct day_span span;
    const char *reason = NULL;
    if (!day_text(request, "reason", REASON_MAX, &reason, error) ||
        !day_span(request, http_text(request->body, "date"), &span, error) ||
        !day_store_reopen(request, &span, reason, error) ||
        !audit_record(request, AUDIT_DAY_REOPENED, NULL, json_pack("{s:s}", "date", span.day),
                      json_pack("{s:s}", "reason", reason), error))
        return false;
    http_reply(response, 201, json_pack("{s:s}", "date", span.day));
    return true;
}

/* The last closing as it was signed: content and signature. */
static bool closing_handler(struct http_request *request, struct http_response *response,
                            struct ra_error *error)
{
    struct day_span span;
    struct db_rows *rows = NULL;
    if (!day_span(request, http_query(request, "date"), &span, error) ||
        !day_store_closing(request, &span, &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return ra_fail(error, RA_NOT_FOUND, "Este dia não foi fechado.");
    struct bytes content = row_bytes(rows, 0, "content");
    const char *cms = base64_encode(request->context, row_bytes(rows, 0, "cms"));
    if (cms == NULL ||
        !audit_record(request, AUDIT_REPORT_READ, NULL,
                      json_pack("{s:s, s:s}", "report", "day-closing", "date", span.day), NULL, error))
        return cms != NULL ? false : ra_fail(error, RA_NO_MEMORY, "day");
    http_reply(response, 200,
               json_pack("{s:s, s:s%, s:s, s:s, s:b}", "date", span.day, "content",
                         (const char *)content.data, content.length, "cms", cms, "agent",
                         row_text(rows, 0, "agent"), "reopened", row_bool(rows, 0, "reopened")));
    return true;
}

/* --- the note of the shift --- */

static bool handover_handler(struct http_request *request, struct http_response *response,
                             struct ra_error *error)
{
    struct day_span span;
    const char *text = NULL;
    if (!day_text(request, "text", NOTE_MAX, &text, error) || !day_span(request, NULL, &span, error) ||
        !day_store_handover(request, span.office->id, text, error) ||
        !audit_record(request, AUDIT_HANDOVER, NULL, json_object(), json_pack("{s:s}", "text", text), error))
        return false;
    http_reply(response, 201, json_pack("{s:s}", "date", span.day));
    return true;
}

/* --- papers --- */

/* What the receipt says of the money. */
static bool add_payment(struct http_request *request, const struct order *order, json_t *answer,
                        struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!day_store_paid(request, order, &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return ra_fail_reason(error, RA_CONFLICT, "not-paid", "Não há pagamento a comprovar.");
    json_object_set_new(answer, "method", json_string(row_text(rows, 0, "method")));
    json_object_set_new(answer, "amount_cents", json_integer(row_int(rows, 0, "amount_cents")));
    json_object_set_new(answer, "reference", json_string(row_text(rows, 0, "reference")));
    return true;
}

static bool print_handler(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    struct order *order = NULL;
    struct day_span span;
    const char *what = http_text(request->body, "what");
    int copy = 0;
    if (what == NULL ||
        (strcmp(what, "ticket") != 0 && strcmp(what, "missing") != 0 && strcmp(what, "receipt") != 0))
        return ra_fail_field(error, "what", "unknown", "Imprimem-se ticket, missing ou receipt.");
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !day_span(request, NULL, &span, error))
        return false;
    json_t *answer = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "order", order->code, "what", what, "name",
                               order->subject->name, "product", order->product_name, "office",
                               span.office->name, "phone", span.office->phone);
    bool ok = (strcmp(what, "receipt") != 0 || add_payment(request, order, answer, error)) &&
              day_store_print(request, order, what, &copy, error) &&
              audit_record(request, AUDIT_PRINTED, order, json_pack("{s:s, s:i}", "what", what, "copy", copy),
                           NULL, error);
    if (!ok) {
        json_decref(answer);
        return false;
    }
    json_object_set_new(answer, "copy", json_integer(copy));
    http_reply(response, 201, answer);
    return true;
}

/* --- routes --- */

#define TEXT(name)      "\"" name "\":{\"type\":\"string\"}"
#define NUMBER(name)    "\"" name "\":{\"type\":\"integer\"}"
#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"
#define COUNTED         TEXT("date") "," NUMBER("cash_cents") "," TEXT("reason")

static const struct http_parameter date_parameters[] = {
    {"date", false, "{\"type\":\"string\",\"format\":\"date\"}", "dia; hoje quando falta"},
    {NULL, false, NULL, NULL}};

#define DAY_POST(path, function, word, text, request_is, response_is, ...)                                   \
    {                                                                                                        \
        .method = HTTP_POST, .listeners = HTTP_OFFICE, .api_path = path,                                     \
        .authorize = office_authorize_agent, .handler = function, .body = HTTP_BODY_JSON,                    \
        .transaction = HTTP_WRAPPED, .operation = word, .summary = text, .request_schema = request_is,       \
        .response_schema = response_is, .statuses = {                                                        \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/day",
     .authorize = office_authorize_any,
     .handler = day_handler,
     .operation = "dayShow",
     .summary = "O dia: o que está aberto, o dinheiro, os e-mails que voltaram, o dia seguinte",
     .query = date_parameters,
     .response_schema = OBJECT(TEXT("date") ",\"open\":{\"type\":\"array\"},\"money\":{\"type\":\"array\"}"),
     .statuses = {200, 401, 403, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/day/closing",
     .authorize = office_authorize_any,
     .handler = closing_handler,
     .operation = "dayClosing",
     .summary = "O último fechamento do dia, com a assinatura",
     .query = date_parameters,
     .response_schema = OBJECT(TEXT("date") "," TEXT("content") "," TEXT("cms") "," TEXT(
         "agent") ",\"reopened\":{\"type\":\"boolean\"}"),
     .statuses = {200, 401, 403, 404, 422}},
    DAY_POST("/api/office/day/draft", draft_handler, "dayDraft", "O fechamento como seria assinado agora",
             OBJECT(COUNTED), OBJECT(TEXT("date") "," TEXT("content") "," NUMBER("difference_cents")), 200,
             401, 403, 422),
    DAY_POST("/api/office/day/closing", close_handler, "dayClose", "Fecha o dia, assinado",
             OBJECT(COUNTED "," TEXT("content") "," TEXT("cms")),
             OBJECT(TEXT("date") "," NUMBER("difference_cents") "," TEXT("sha256")), 201, 401, 403, 409, 422),
    DAY_POST("/api/office/day/reopening", reopen_handler, "dayReopen",
             "Reabre um dia fechado, com o motivo; os dois atos ficam",
             OBJECT(TEXT("date") "," TEXT("reason")), OBJECT(TEXT("date")), 201, 401, 403, 409, 422),
    DAY_POST("/api/office/day/handover", handover_handler, "dayHandover", "Deixa a nota da passagem de turno",
             OBJECT(TEXT("text")), OBJECT(TEXT("date")), 201, 401, 403, 422),
    DAY_POST("/api/office/outage", outage_start, "outageStart",
             "Registra a queda da AC ou de uma base e avisa quem está marcado", OBJECT(TEXT("what")),
             OBJECT(TEXT("what") "," NUMBER("told") ",\"in_hand\":{\"type\":\"array\"}"), 201, 401, 403, 409,
             422),
    DAY_POST("/api/office/outage/end", outage_end, "outageEnd", "Registra o fim da queda",
             OBJECT(TEXT("what")), OBJECT(TEXT("what")), 200, 401, 403, 409, 422),
    DAY_POST("/api/office/orders/{code}/print", print_handler, "printPaper",
             "Registra um papel que vai à impressora, e diz que via é", OBJECT(TEXT("what")),
             OBJECT(TEXT("order") "," TEXT("what") "," NUMBER("copy")), 201, 401, 403, 404, 409, 422),
};

const struct room day_room = {
    .name = "day", .id = ROOM_DAY, .routes = routes, .route_count = sizeof routes / sizeof *routes};
