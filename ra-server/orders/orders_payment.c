/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is paid at the counter.
 */
#include "audit/audit.h"
#include "orders/orders_internal.h"

#include <string.h>

enum { REFERENCE_MAX = 80 };

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

/* A voucher pays once, however its number is typed: letters small or large, spaces and hyphens. */
static bool check_voucher(struct http_request *request, const struct payment *payment, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (strcmp(payment->method, "voucher") != 0)
        return true;
    if (payment->reference[strspn(payment->reference, " -")] == '\0')
        return ra_fail_field(error, "reference", "required", "Diga o número do voucher.");
    if (!db_one(request->db, request->context, STATEMENT_ORDER_VOUCHER_LOCK,
                DB_VALUES(db_text(payment->reference)), &row, error) ||
        !db_one(request->db, request->context, STATEMENT_ORDER_VOUCHER_USED,
                DB_VALUES(db_text(payment->reference)), &row, error))
        return false;
    return !row_bool(row, 0, "used") ||
           ra_fail_reason(error, RA_CONFLICT, "voucher-used", "Este voucher já pagou outro pedido.");
}

bool orders_pay(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct payment payment;
    struct db_rows *row = NULL;
    if (!orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !read_payment(request->body, order, &payment, error))
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
