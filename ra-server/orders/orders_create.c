/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/audit.h"
#include "identification/identification.h"
#include "notice/notice.h"
#include "orders/orders_internal.h"

#include <stdio.h>
#include <string.h>

static bool read_form(struct http_request *request, const struct catalog_product *product, const char *today,
                      struct order_form *form, struct ra_error *error)
{
    int64_t minimum_age = 0;
    enum certificate_holder holder =
        strcmp(product->holder, "pj") == 0 ? CERTIFICATE_HOLDER_COMPANY : CERTIFICATE_HOLDER_PERSON;
    if (!catalog_policy_number(request->app, request->now_us, "minimum_age_years", &minimum_age, error))
        return false;
    return order_form_read(request->context, request->body, holder, today, (int)minimum_age, form, error);
}

struct limit {
    const char *policy;
    const char *field;
    int64_t open;
    const char *sentence;
};

static bool check_limit(struct http_request *request, const struct limit *limit, struct ra_error *error)
{
    int64_t most = 0;
    if (!catalog_policy_number(request->app, request->now_us, limit->policy, &most, error))
        return false;
    if (limit->open < most)
        return true;
    ra_fail_reason(error, RA_RULE_REFUSED, "open-orders", "%s", limit->sentence);
    snprintf(error->source, sizeof error->source, "limite de pedidos abertos (%s)", limit->policy);
    return limit->field == NULL ? false : ra_fail_field(error, limit->field, "open-orders", limit->sentence);
}

/* The office orders for people at its counter: the address there says nothing. */
static bool check_limits(struct http_request *request, const struct order_form *form,
                         const uint8_t address_hash[TOKEN_HASH_SIZE], struct ra_error *error)
{
    struct orders_open_counts open;
    if (!orders_count_open(request->db, request->context, form, address_hash, &open, error))
        return false;
    const struct limit limits[] = {
        {"open_orders_per_cpf", "holder.cpf", open.cpf,
         "Este CPF já tem pedidos abertos demais. Conclua ou cancele um deles, ou ligue para nós."},
        {"open_orders_per_cnpj", "company.cnpj", form->holder == CERTIFICATE_HOLDER_COMPANY ? open.cnpj : 0,
         "Este CNPJ já tem pedidos abertos demais. Conclua ou cancele um deles, ou ligue para nós."},
        {"open_orders_per_email", "holder.email", open.email,
         "Este e-mail já está em pedidos abertos demais. Use outro, ou ligue para nós."},
        {"open_orders_per_phone", "holder.phone", open.phone,
         "Este telefone já está em pedidos abertos demais. Use outro, ou ligue para nós."},
        {"open_orders_per_address", NULL, request->listener == HTTP_OFFICE ? 0 : open.address,
         "Já há pedidos abertos demais a partir da sua rede. Conclua um deles, ou ligue para nós."},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (!check_limit(request, &limits[i], error))
            return false;
    return true;
}

static bool fill_codes(struct http_request *request, struct orders_new *new_order, struct ra_error *error)
{
    char *code = talloc_size(request->context, ORDERS_CODE_SIZE);
    if (code == NULL)
        return ra_fail(error, RA_NO_MEMORY, "order");
    new_order->code = code;
    return orders_code_generate(code, error);
}

static bool created_event(struct http_request *request, const struct order *order, struct ra_error *error)
{
    struct certificate_data data;
    orders_certificate_data(order, &data);
    json_t *detail = json_pack("{s:s, s:s, s:s}", "product", order->product_id, "office", order->office_code,
                               "origin", order->origin);
    json_t *personal = json_object();
#define X(member) json_object_set_new(personal, #member, json_string(data.member));
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    json_object_set_new(personal, "phone", json_string(order->subject->phone));
    if (order->subject->social_name[0] != '\0')
        json_object_set_new(personal, "social_name", json_string(order->subject->social_name));
    return audit_record(request, AUDIT_REQUEST_CREATED, order, detail, personal, error);
}

/* In what quality each represents goes into the case with the order, so that nobody is asked again. */
static bool note_qualities(struct http_request *request, const struct order *order,
                           const struct order_form *form, struct ra_error *error)
{
    for (size_t i = 0; i < form->representative_count; i++)
        if (form->representatives[i].as[0] != '\0' &&
            !identification_represents(request, order, form->representatives[i].cpf,
                                       form->representatives[i].as, error))
            return false;
    return true;
}

static bool new_confirmation(struct http_request *request, const struct order *order, int64_t at_us,
                             struct ra_error *error)
{
    char token[TOKEN_SIZE];
    uint8_t hash[TOKEN_HASH_SIZE];
    return token_confirmation(request->app, order->ref, at_us, order->subject->email, token, error) &&
           token_hash(token, hash, error) &&
           db_exec(request->db, STATEMENT_ORDER_CONFIRMATION_INSERT,
                   DB_VALUES(db_bytes((struct bytes){hash, sizeof hash}), db_int(order->id),
                             db_text(order->subject->email), db_time(at_us)),
                   NULL, error);
}

bool orders_send_confirmation(struct http_request *request, const struct order *order, struct ra_error *error)
{
    return new_confirmation(request, order, request->now_us, error) &&
           notice_enqueue(request, order, NOTICE_ORDER_CREATED,
                          json_pack("{s:I}", "asked_us", request->now_us), error);
}

bool orders_create(struct http_request *request, struct order **order, struct ra_error *error)
{
    struct order_form form;
    struct catalog_product *product = NULL;
    struct catalog_office *office = NULL;
    uint8_t address_hash[TOKEN_HASH_SIZE];
    char today[CATALOG_DAY_SIZE];
    bool at_office = request->listener == HTTP_OFFICE;
    catalog_today(request->app, request->now_us, today);
    if (!catalog_product_on(request->app, request->context, http_text(request->body, "product"), today,
                            &product, error) ||
        !read_form(request, product, today, &form, error) ||
        !catalog_office(request->app, request->context, &office, error) ||
        !token_address_hash(request->app, request->peer, address_hash, error) ||
        !check_limits(request, &form, address_hash, error))
        return false;
    struct orders_new new_order = {
        .form = &form,
        .product = product,
        .office = office,
        .origin = at_office ? "counter" : "site",
        .actor = orders_actor(request),
        .address_hash =
            at_office ? (struct bytes){NULL, 0} : (struct bytes){address_hash, sizeof address_hash},
        .at_us = request->now_us,
    };
    return fill_codes(request, &new_order, error) &&
           orders_insert(request->db, request->context, &new_order, error) &&
           orders_load(request, new_order.code, order, error) &&
           note_qualities(request, *order, &form, error) && created_event(request, *order, error) &&
           orders_send_confirmation(request, *order, error);
}
