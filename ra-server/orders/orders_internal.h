/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the orders room share among themselves.
 */
#ifndef ORDERS_ORDERS_INTERNAL_H
#define ORDERS_ORDERS_INTERNAL_H

#include "catalog/catalog.h"
#include "db/db.h"
#include "http/http.h"
#include "orders/orders.h"
#include "orders/orders_form.h"
#include "orders/tokens.h"

#define ORDERS_COOKIE "guiche_pedido"

struct orders_state {
    uint8_t token_key[32];
};

/* --- store (orders_store.c) --- */

/* One row of the view order_case. */
RA_MUST_CHECK bool orders_from_row(TALLOC_CTX *context, const struct db_rows *rows, size_t row,
                                   struct order **order, struct ra_error *error);

struct orders_open_counts {
    int64_t cpf, cnpj, email, phone, address;
};

/* Counts the open orders that the limits look at, holding the locks that keep two counts apart. */
RA_MUST_CHECK bool orders_count_open(struct db *db, TALLOC_CTX *context, const struct order_form *form,
                                     const uint8_t address_hash[TOKEN_HASH_SIZE],
                                     struct orders_open_counts *counts, struct ra_error *error);

struct orders_new {
    const struct order_form *form;
    const struct catalog_product *product;
    const struct catalog_office *office;
    const char *code;
    const char *origin; /* "site" or "counter" */
    const char *actor;
    struct bytes address_hash; /* empty at the counter */
    int64_t at_us;
};

RA_MUST_CHECK bool orders_insert(struct db *db, TALLOC_CTX *context, const struct orders_new *new_order,
                                 struct ra_error *error);

/* "holder" on the public listener, the agent's name at the office. */
const char *orders_actor(const struct http_request *request);

/* --- creating (orders_create.c) --- */

/* From the request's body to the order in the database, with event, milestone and mail. */
RA_MUST_CHECK bool orders_create(struct http_request *request, struct order **order, struct ra_error *error);

/* A link that confirms the subject's address, by mail: at creation and again when asked for. */
RA_MUST_CHECK bool orders_send_confirmation(struct http_request *request, const struct order *order,
                                            struct ra_error *error);

/* --- the office's acts (orders_payment.c, orders_contact.c); handlers of orders_office.c's table --- */

bool orders_pay(struct http_request *request, struct http_response *response, struct ra_error *error);
bool orders_contact(struct http_request *request, struct http_response *response, struct ra_error *error);
bool orders_resend(struct http_request *request, struct http_response *response, struct ra_error *error);

/* --- access (orders_access.c) --- */

RA_MUST_CHECK bool orders_grant_bearer(struct http_request *request, const struct order *order,
                                       char token[TOKEN_SIZE], struct ra_error *error);

/* A new cookie that opens every order of this CPF and address; programs use the same token as bearer. */
RA_MUST_CHECK bool orders_grant_login(struct http_request *request, struct http_response *response,
                                      const char *cpf, const char *email, char token[TOKEN_SIZE],
                                      struct ra_error *error);
/* Codes of the orders that a token opens, the newest first; new reference. */
RA_MUST_CHECK bool orders_opened_by(struct http_request *request, const char *token, json_t **codes,
                                    struct ra_error *error);
RA_MUST_CHECK bool orders_close_session(struct http_request *request, struct http_response *response,
                                        struct ra_error *error);
/* Rows of order_case; RA_UNAUTHENTICATED without a cookie. */
RA_MUST_CHECK bool orders_of_session(struct http_request *request, struct db_rows **rows,
                                     struct ra_error *error);

/* --- views (orders_view.c) --- */

/* What the holder does next, and by when: [{"id","text","by"?,"by_text"?,"href"?,"link_text"?}]. */
json_t *orders_next_json(struct http_request *request, const struct order *order);

/* [{"kind","at","text"}], oldest first. */
RA_MUST_CHECK bool orders_timeline_json(struct http_request *request, const struct order *order,
                                        json_t **timeline, struct ra_error *error);

/* Renewed by the holder's signature, which stands for the meeting. */
bool orders_renewed_by_signature(const struct order *order);

/* Renewed so, or seen by video: nobody comes to the counter. */
bool orders_without_visit(const struct order *order);

/* An hour is still to be chosen. */
bool orders_may_book(const struct order *order);

/* --- the words of its page (orders_page.c) --- */

/* Page members for one order: formatted numbers, times, tags. */
void orders_add_page_texts(struct http_request *request, const struct order *order, json_t *model);

/* One word and its colour for where a case stands: {"label","tone"}. */
json_t *orders_tag_json(const struct order *order);

/* JSON Schema of orders_show_json (orders_routes.c). */
extern const char orders_show_schema[];

#endif
