/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An order as the words of its page.
 */
#include "catalog/local_time.h"
#include "catalog/page.h"
#include "orders/orders_internal.h"

#include <string.h>

static char *masked(TALLOC_CTX *context, const char *digits, const char *mask)
{
    char *text = talloc_strdup(context, mask);
    for (char *at = text; at != NULL && *at != '\0'; at++)
        if (*at == '#' && *digits != '\0')
            *at = *digits++;
    return text;
}

static json_t *tag(const char *label, const char *tone)
{
    return json_pack("{s:s, s:s}", "label", label, "tone", tone);
}

json_t *orders_tag_json(const struct order *order)
{
    const char *issuance = order->states[ORDERS_MACHINE_ISSUANCE];
    if (strcmp(issuance, "revoked") == 0)
        return tag("Revogado", "danger");
    if (strcmp(issuance, "issued") == 0 || strcmp(issuance, "delivered") == 0 ||
        strcmp(issuance, "revocation_requested") == 0)
        return tag("Emitido", "success");
    if (orders_in_state(order, ORDERS_MACHINE_ORDER, "cancelled") ||
        orders_in_state(order, ORDERS_MACHINE_ORDER, "refunded"))
        return tag("Cancelado", "warning");
    if (orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "refused"))
        return tag("Encerrado sem emissão", "danger");
    if (order->renewal_ended)
        return tag("Renovação encerrada", "danger");
    if (strcmp(issuance, "ready") == 0)
        return tag("Pronto para emitir", "success");
    return tag("Em andamento", "info");
}

static json_t *payment_tag(const struct order *order)
{
    const char *money = order->states[ORDERS_MACHINE_ORDER];
    if (strcmp(money, "paid") == 0)
        return tag("pago", "success");
    if (strcmp(money, "refunded") == 0)
        return tag("devolvido", "warning");
    return tag(orders_without_visit(order) ? "a pagar" : "a pagar no balcão", "warning");
}

static void add_appointment_texts(struct http_request *request, const struct order *order, json_t *model)
{
    struct catalog_office *office = NULL;
    struct ra_error ignored = {0};
    json_t *appointment = json_object_get(model, "appointment");
    if (!orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked")) {
        json_object_del(model, "appointment");
        return;
    }
    page_set_text(
        appointment, "start_text",
        local_time_long_text(request->context, order->appointment->start_us, order->appointment->offset_s));
    if (catalog_office(request->app, request->context, &office, &ignored))
        page_set_text(
            appointment, "office_text",
            talloc_asprintf(request->context, "%s: %s, %s", office->name, office->address, office->district));
}

/* Why there is no hour to show. */
static const char *no_hour_text(const struct order *order)
{
    const struct {
        bool holds;
        const char *text;
    } cases[] = {
        {orders_in_state(order, ORDERS_MACHINE_ATTENDANCE, "waiting") ||
             orders_in_state(order, ORDERS_MACHINE_ATTENDANCE, "parked"),
         "Você já chegou: aguarde ser chamado ao balcão."},
        {orders_in_state(order, ORDERS_MACHINE_ATTENDANCE, "called"), "Você está em atendimento."},
        {orders_renewed_by_signature(order), "A sua assinatura vale pelo atendimento: você não precisa vir."},
        {orders_in_state(order, ORDERS_MACHINE_ATTENDANCE, "finished"), "O atendimento já foi feito."},
        {order->closed_us != 0, "O pedido está encerrado: não há mais horário a marcar."},
        {orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "missed"),
         "O horário marcado passou. O pedido continua valendo: escolha outro."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cases[i].holds)
            return cases[i].text;
    return "Nenhum horário marcado.";
}

void orders_add_page_texts(struct http_request *request, const struct order *order, json_t *model)
{
    TALLOC_CTX *context = request->context;
    json_t *holder = json_object_get(model, "holder");
    json_t *company = json_object_get(model, "company");
    const char *product_notice = "";
    struct ra_error ignored = {0};
    if (!catalog_notice(request->app, context, order->product_id, &product_notice, &ignored))
        product_notice = "";
    page_set_text(model, "order", order->code);
    page_set(model, "product",
             json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", order->product_id, "notice", product_notice, "name",
                       order->product_name, "price_text", catalog_price_text(context, order->price_cents),
                       "validity_text", catalog_validity_text(context, order->validity_months)));
    page_set_text(holder, "role_text", order->company != NULL ? "Responsável" : "Titular");
    page_set_text(holder, "cpf", masked(context, order->subject->cpf, "###.###.###-##"));
    if (order->company != NULL)
        page_set_text(company, "cnpj", masked(context, order->company->cnpj, "##.###.###/####-##"));
    page_set(model, "email",
             json_pack("{s:s, s:s, s:s}", "address", order->subject->email, "label",
                       order->email_confirmed ? "confirmado" : "e-mail não confirmado", "tone",
                       order->email_confirmed ? "success" : "warning"));
    page_set(model, "payment", payment_tag(order));
    page_set_text(model, "hour_text", no_hour_text(order));
    page_set(model, "may_book", json_boolean(orders_may_book(order)));
    page_set(model, "may_claim",
             json_boolean(orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "issued") ||
                          orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "delivered") ||
                          orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "revocation_requested")));
    page_set(model, "has_next", json_boolean(json_array_size(json_object_get(model, "next")) > 0));
    add_appointment_texts(request, order, model);
    page_frame(model, "Seu pedido");
}
