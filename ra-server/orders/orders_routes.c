/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The public side of an order: asking for it, seeing it.
 */
#include "agenda/agenda_hold.h"
#include "agenda/agenda_video.h"
#include "catalog/local_time.h"
#include "catalog/page.h"
#include "identification/identification.h"
#include "orders/orders_internal.h"
#include "renewal/replacement.h"
#include "term/term.h"

#include <string.h>

/* --- POST /api/orders and /pedido/novo --- */

static bool create_handler(struct http_request *request, struct http_response *response,
                           struct ra_error *error)
{
    struct order *order = NULL;
    char token[TOKEN_SIZE];
    if (!orders_create(request, &order, error))
        return false;
    if (page_is_wanted(request)) {
        if (!orders_grant_session(request, response, order, error))
            return false;
        http_see_other(request, response,
                       talloc_asprintf(request->context, "/pedido/%s/agenda", order->code));
        return true;
    }
    if (!orders_grant_bearer(request, order, token, error))
        return false;
    http_reply(response, 201,
               json_pack("{s:s, s:s, s:s, s:o}", "order", order->code, "token", token, "state",
                         order->states[ORDERS_MACHINE_ORDER], "next", orders_next_json(request, order)));
    http_set_header(response, "Location", talloc_asprintf(request->context, "/api/orders/%s", order->code));
    return true;
}

/* What a representative may be, with what was chosen before the form came back. */
static json_t *quality_choices(const struct http_request *request)
{
    static const struct {
        const char *value, *label;
    } qualities[] = {{"parent", "Mãe ou pai"}, {"guardian", "Tutor"}, {"curator", "Curador"}};
    const json_t *given = json_array_get(json_object_get(request->body, "representatives"), 0);
    const char *chosen = json_string_value(json_object_get(given, "as"));
    json_t *choices = json_array();
    for (size_t i = 0; i < sizeof qualities / sizeof *qualities; i++)
        json_array_append_new(choices, json_pack("{s:s, s:s, s:b}", "value", qualities[i].value, "label",
                                                 qualities[i].label, "selected",
                                                 chosen != NULL && strcmp(chosen, qualities[i].value) == 0));
    return choices;
}

static bool says(const json_t *object, const char *const *names)
{
    for (; *names != NULL; names++) {
        const char *text = json_string_value(json_object_get(object, *names));
        if (text != NULL && text[0] != '\0')
            return true;
    }
    return false;
}

/* The parts that few need stay folded until something was written in them. */
static void unfold(const struct http_request *request, json_t *model)
{
    static const char *const numbers[] = {"nis",           "rg",         "rg_issuer", "rg_uf",
                                          "cei",           "voter_id",   "voter_uf",  "voter_zone",
                                          "voter_section", "voter_city", NULL};
    static const char *const company_numbers[] = {"cei", NULL};
    static const char *const people[] = {"as", "name", "cpf", "birth_date", "email", "phone", NULL};
    const json_t *body = request->body;
    page_set(model, "numbers_said",
             json_boolean(says(json_object_get(body, "holder"), numbers) ||
                          says(json_object_get(body, "company"), company_numbers)));
    page_set(model, "representative_said",
             json_boolean(says(json_array_get(json_object_get(body, "representatives"), 0), people)));
}

/* What the form shows: the product that the query (first view) or the form (shown again) names. */
static bool form_model(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    char today[CATALOG_DAY_SIZE];
    struct catalog_product *product = NULL;
    const char *id = http_query(request, "product");
    if (id == NULL)
        id = http_text(request->body, "product");
    catalog_today(request->app, request->now_us, today);
    if (id == NULL)
        return ra_fail(error, RA_NOT_FOUND, "Escolha primeiro o certificado na página inicial.");
    struct ra_error why = {0};
    if (!catalog_product_on(request->app, request->context, id, today, &product, &why))
        return ra_fail(error, RA_RULE_REFUSED, "%s",
                       why.field_count > 0 ? why.fields[0].message
                                           : "Este certificado não está à venda hoje.");
    json_t *model = json_pack("{s:{s:s, s:s, s:s, s:s, s:s}, s:b}", "product", "id", product->id, "name",
                              product->name, "notice", product->notice, "price_text",
                              catalog_price_text(request->context, product->price_cents), "validity_text",
                              catalog_validity_text(request->context, product->validity_months), "is_company",
                              strcmp(product->holder, "pj") == 0);
    bool video = false;
    if (!agenda_video_open(request->app, request->now_us, &video, error)) {
        json_decref(model);
        return false;
    }
    page_set(model, "video", json_boolean(video && product->video));
    page_set(model, "qualities", quality_choices(request));
    unfold(request, model);
    http_reply(response, 200,
               page_frame(model, talloc_asprintf(request->context, "Pedido de %s", product->name)));
    return true;
}

/* --- GET /api/orders/{code} and /pedido/{code} --- */

/* Who holds an hour has chosen it: what is left is to confirm it. */
static void confirm_instead(json_t *steps, TALLOC_CTX *context, const struct order *order, const json_t *hold)
{
    size_t index;
    json_t *step;
    json_array_foreach(steps, index, step)
    {
        if (strcmp(json_string_value(json_object_get(step, "id")), "book") != 0)
            continue;
        const char *start = json_string_value(json_object_get(hold, "start_text"));
        page_set_text(step, "id", "confirm-hour");
        page_set_text(step, "text",
                      talloc_asprintf(context, "Confirme o horário que está guardado: %s.", start));
        page_set_text(step, "href", talloc_asprintf(context, "/pedido/%s/agenda/confirmar", order->code));
        page_set_text(step, "link_text", "Confirmar o horário");
        json_object_set(step, "by", json_object_get(hold, "held_until"));
    }
}

static bool show_model(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    json_t *timeline = NULL, *term = NULL, *corrections = NULL, *offer = NULL, *hold = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !identification_corrections(request, order, &corrections, error) ||
        !term_state_json(request, order, &term, error) || !replacement_offer(request, order, &offer, error) ||
        !agenda_hold_json(request, order, &hold, error) ||
        !orders_timeline_json(request, order, &timeline, error)) {
        json_decref(hold);
        json_decref(corrections);
        json_decref(offer);
        json_decref(term);
        return false;
    }
    json_t *model = orders_show_json(request, order);
    if (term != NULL)
        json_object_set_new(model, "term", term);
    if (offer != NULL)
        json_object_set_new(model, "replacement", offer);
    json_object_set_new(model, "state", json_string(order->states[ORDERS_MACHINE_ORDER]));
    json_t *next = orders_next_json(request, order);
    if (hold != NULL) {
        confirm_instead(next, request->context, order, hold);
        json_object_set_new(model, "hold", hold);
    }
    json_object_set_new(model, "next", next);
    json_object_set_new(model, "timeline", timeline);
    json_object_set_new(model, "has_corrections", json_boolean(json_array_size(corrections) > 0));
    json_object_set_new(model, "corrections", corrections);
    if (page_is_wanted(request))
        orders_add_page_texts(request, order, model);
    http_reply(response, 200, model);
    return true;
}

/* --- GET /pedidos, POST /sair --- */

static bool list_handler(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!orders_of_session(request, &rows, error))
        return false;
    json_t *list = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++) {
        struct order *order = NULL;
        if (!orders_from_row(request->context, rows, i, &order, error)) {
            json_decref(list);
            return false;
        }
        json_t *entry = orders_tag_json(order);
        json_object_set_new(entry, "order", json_string(order->code));
        json_object_set_new(entry, "product_name", json_string(order->product_name));
        if (orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked"))
            page_set_text(entry, "start_text",
                          local_time_long_text(request->context, order->appointment->start_us,
                                               order->appointment->offset_s));
        json_array_append_new(list, entry);
    }
    http_reply(response, 200, page_frame(json_pack("{s:o}", "orders", list), "Seus pedidos"));
    return true;
}

static bool leave_handler(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    if (!orders_close_session(request, response, error))
        return false;
    http_see_other(request, response, "/");
    return true;
}

/* --- table --- */

#define TEXT "{\"type\":\"string\"}"
#define PERSON_SCHEMA                                                                                        \
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"name\",\"cpf\",\"birth_date\","     \
    "\"email\",\"phone\"],\"properties\":{\"name\":" TEXT ",\"cpf\":" TEXT                                   \
    ",\"birth_date\":{\"type\":\"string\",\"format\":\"date\"},\"email\":" TEXT ",\"phone\":" TEXT           \
    ",\"nis\":" TEXT ",\"rg\":" TEXT ",\"rg_issuer\":" TEXT ",\"rg_uf\":" TEXT ",\"voter_id\":" TEXT         \
    ",\"voter_zone\":" TEXT ",\"voter_section\":" TEXT ",\"voter_city\":" TEXT ",\"voter_uf\":" TEXT         \
    ",\"cei\":" TEXT ",\"social_name\":" TEXT "}}"
#define COMPANY_SCHEMA                                                                                       \
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"cnpj\",\"name\",\"uf\",\"city\"],"  \
    "\"properties\":{\"cnpj\":" TEXT ",\"name\":" TEXT ",\"uf\":" TEXT ",\"city\":" TEXT ",\"cei\":" TEXT    \
    ",\"representatives\":{\"type\":\"array\",\"maxItems\":10,\"items\":{\"type\":\"object\","               \
    "\"additionalProperties\":false,\"required\":[\"name\",\"cpf\",\"birth_date\"],\"properties\":{"         \
    "\"name\":" TEXT ",\"cpf\":" TEXT ",\"birth_date\":{\"type\":\"string\",\"format\":\"date\"},"           \
    "\"email\":" TEXT ",\"phone\":" TEXT "}}}}}"

static const char create_schema[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"product\",\"holder\"],"
    "\"properties\":{"
    "\"product\":" TEXT ",\"holder\":" PERSON_SCHEMA ",\"company\":" COMPANY_SCHEMA
    ",\"representatives\":{\"type\":\"array\",\"maxItems\":10,\"items\":{\"type\":\"object\","
    "\"additionalProperties\":false,\"required\":[\"name\",\"cpf\",\"birth_date\",\"as\"],\"properties\":{"
    "\"name\":" TEXT ",\"cpf\":" TEXT ",\"birth_date\":{\"type\":\"string\",\"format\":\"date\"},"
    "\"email\":" TEXT ",\"phone\":" TEXT
    ",\"as\":{\"type\":\"string\",\"enum\":[\"parent\",\"guardian\",\"curator\"]}}}}}}";

static const char created_schema[] =
    "{\"type\":\"object\",\"required\":[\"order\",\"token\",\"state\",\"next\"],\"properties\":{"
    "\"order\":" TEXT ",\"token\":" TEXT ",\"state\":" TEXT
    ",\"next\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
    "\"required\":[\"id\",\"text\"],\"properties\":{\"id\":" TEXT ",\"text\":" TEXT ",\"by\":" TEXT "}}}}}";

const char orders_show_schema[] =
    "{\"type\":\"object\",\"required\":[\"order\",\"product\",\"holder\",\"states\"],\"properties\":{"
    "\"order\":" TEXT ",\"product\":" TEXT ",\"product_name\":" TEXT ",\"state\":" TEXT
    ",\"holder\":{\"type\":\"object\"},\"company\":{\"type\":\"object\"},\"states\":{\"type\":\"object\","
    "\"required\":[\"order\",\"appointment\",\"attendance\",\"identification\",\"issuance\"],\"properties\":{"
    "\"order\":" TEXT ",\"appointment\":" TEXT ",\"attendance\":" TEXT ",\"identification\":" TEXT
    ",\"issuance\":" TEXT "}},\"email_confirmed\":{\"type\":\"boolean\"},\"serial\":" TEXT
    ",\"appointment\":{\"type\":\"object\"},\"next\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
    "\"hold\":{\"type\":\"object\",\"properties\":{\"start\":" TEXT ",\"held_until\":" TEXT "}},"
    "\"replacement\":{\"type\":\"object\",\"properties\":{\"may_ask\":{\"type\":\"boolean\"},\"until\":" TEXT
    "}},"
    "\"timeline\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"kind\",\"at\",\"text\"]}"
    "}}}";

static const struct http_parameter form_query[] = {
    {"product", true, NULL, "Certificado escolhido na página inicial."},
    {NULL, false, NULL, NULL},
};

static const struct http_route routes[] = {
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/orders",
        .page_path = "/pedido/novo",
        .page_template = "pedido-novo",
        .authorize = http_anyone,
        .handler = create_handler,
        .form_model = form_model,
        .body = HTTP_BODY_JSON,
        .transaction = HTTP_WRAPPED,
        .operation = "orderCreate",
        .summary = "Pede um certificado.",
        .request_schema = create_schema,
        .response_schema = created_schema,
        .statuses = {201, 422, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .page_path = "/pedido/novo",
        .page_template = "pedido-novo",
        .authorize = http_anyone,
        .handler = form_model,
        .transaction = HTTP_OWN,
        .operation = "orderForm",
        .summary = "O formulário do pedido.",
        .query = form_query,
        .statuses = {200, 404, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .api_path = "/api/orders/{code}",
        .page_path = "/pedido/{code}",
        .page_template = "pedido",
        .authorize = orders_authorize_holder,
        .handler = show_model,
        .transaction = HTTP_WRAPPED,
        .operation = "orderShow",
        .summary = "Como está o pedido, o que fazer agora e até quando.",
        .response_schema = orders_show_schema,
        .statuses = {200, 401, 404, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .page_path = "/pedidos",
        .page_template = "pedidos",
        .authorize = http_anyone,
        .handler = list_handler,
        .transaction = HTTP_OWN,
        .operation = "orderList",
        .summary = "Os pedidos que esta sessão abre.",
        .statuses = {200, 401, 0},
    },
    {
        .method = HTTP_POST,
        .listeners = HTTP_PUBLIC,
        .page_path = "/sair",
        .authorize = http_anyone,
        .handler = leave_handler,
        .body = HTTP_BODY_NONE,
        .transaction = HTTP_OWN,
        .operation = "sessionClose",
        .summary = "Fecha a sessão.",
        .statuses = {303, 0},
    },
};

const struct room orders_public_room = {
    .name = "orders-public",
    .id = ROOM_ORDERS,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
};
