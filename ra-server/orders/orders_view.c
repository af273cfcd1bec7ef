/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An order as JSON, with what has happened and what comes next; the words of its page are orders_page.c.
 */
#include "agenda/agenda.h"
#include "agenda/agenda_video.h"
#include "catalog/local_time.h"
#include "catalog/page.h"
#include "orders/orders_internal.h"

#include <string.h>

/* --- the contract's show --- */

static json_t *person_json(const struct order_person *person)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
                     "id", person->id, "social_name", person->social_name, "name", person->name, "cpf",
                     person->cpf, "birth_date", person->birth_date, "email", person->email, "phone",
                     person->phone, "nis", person->nis, "rg", person->rg, "rg_issuer", person->rg_issuer,
                     "rg_uf", person->rg_uf, "voter_id", person->voter_id, "voter_zone", person->voter_zone,
                     "voter_section", person->voter_section, "voter_city", person->voter_city, "voter_uf",
                     person->voter_uf, "cei", person->cei);
}

static json_t *company_json(const struct order *order)
{
    json_t *representatives = json_array();
    for (size_t i = 1; i < order->people_count; i++)
        json_array_append_new(representatives, person_json(&order->people[i]));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "cnpj", order->company->cnpj, "name",
                     order->company->name, "uf", order->company->uf, "city", order->company->city, "cei",
                     order->company->cei, "representatives", representatives);
}

static json_t *states_json(const struct order *order)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "order", order->states[ORDERS_MACHINE_ORDER], "appointment",
                     order->states[ORDERS_MACHINE_APPOINTMENT], "attendance",
                     order->states[ORDERS_MACHINE_ATTENDANCE], "identification",
                     order->states[ORDERS_MACHINE_IDENTIFICATION], "issuance",
                     order->states[ORDERS_MACHINE_ISSUANCE]);
}

static void set_time(json_t *json, const char *name, int64_t instant_us)
{
    char text[CLOCK_TEXT_SIZE];
    clock_format_utc(instant_us, text, sizeof text);
    json_object_set_new(json, name, json_string(text));
}

/* With the room, where it is held by video. */
static json_t *appointment_json(struct http_request *request, const struct order *order)
{
    struct ra_error ignored = {0};
    const char *room = "";
    json_t *json = agenda_appointment_json(request->context, order);
    if (agenda_video_room(request->app, request->context, order->appointment->mode, order->appointment->uid,
                          &room, &ignored) &&
        room[0] != '\0')
        json_object_set_new(json, "join_url", json_string(room));
    return json;
}

json_t *orders_show_json(struct http_request *request, const struct order *order)
{
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:o, s:o, s:b, s:i, s:s, s:s}", "order",
                             order->code, "product", order->product_id, "product_name", order->product_name,
                             "media", order->media, "validity_months", order->validity_months, "price_cents",
                             order->price_cents, "holder", person_json(order->subject), "states",
                             states_json(order), "email_confirmed", order->email_confirmed, "attempt",
                             order->attempt, "origin", order->origin, "rules", order->rules_version);
    if (json == NULL)
        return NULL;
    set_time(json, "created_at", order->created_us);
    if (!order->email_confirmed)
        json_object_set_new(json, "email_notice", json_string("e-mail não confirmado"));
    if (order->company != NULL)
        json_object_set_new(json, "company", company_json(order));
    if (order->serial[0] != '\0')
        json_object_set_new(json, "serial", json_string(order->serial));
    if (order->appointment != NULL)
        json_object_set_new(json, "appointment", appointment_json(request, order));
    return json;
}

/* --- timeline --- */

/* What a milestone says to the holder. */
static const char *milestone_text(const char *kind)
{
    static const struct {
        const char *kind;
        const char *text;
    } texts[] = {
        {"ordered", "Pedido feito"},
        {"booked", "Horário marcado"},
        {"moved", "Horário mudado"},
        {"cancelled", "Horário cancelado"},
        {"confirmed", "Presença confirmada"},
        {"email_confirmed", "E-mail confirmado"},
        {"paid", "Pagamento recebido"},
        {"checked_in", "Chegada ao atendimento"},
        {"called", "Chamada para o atendimento"},
        {"parked", "Atendimento em espera"},
        {"no_show", "Não compareceu"},
        {"finished", "Atendimento concluído"},
        {"undone", "Um passo foi desfeito"},
        {"validated", "Identidade conferida pelo primeiro agente"},
        {"verified", "Identidade confirmada pelo segundo agente"},
        {"returned", "Devolvido para correção"},
        {"refused", "Pedido encerrado sem emissão"},
        {"new_attempt", "Identificação refeita"},
        {"csr_received", "Pedido de emissão recebido"},
        {"issued", "Certificado emitido"},
        {"delivered", "Certificado entregue"},
        {"paused", "Prazo em pausa"},
        {"resumed", "Prazo retomado"},
        {"revocation_requested", "Revogação pedida"},
        {"revoked", "Certificado revogado"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i].kind, kind) == 0)
            return texts[i].text;
    return kind;
}

/* A case that one agent confirmed says in the detail by which rule (approval/agents.h). */
static const char *step_text(const char *kind, const char *detail)
{
    bool alone = strcmp(kind, "verified") == 0 && detail[0] != '\0';
    return alone ? "Identidade confirmada; um agente bastou" : milestone_text(kind);
}

static bool zone_offset(struct http_request *request, int *offset_s, struct ra_error *error)
{
    struct catalog_office *office = NULL;
    if (!catalog_office(request->app, request->context, &office, error))
        return false;
    *offset_s = office->offset_s;
    return true;
}

bool orders_timeline_json(struct http_request *request, const struct order *order, json_t **timeline,
                          struct ra_error *error)
{
    struct db_rows *rows = NULL;
    int offset_s = 0;
    bool at_office = request->listener == HTTP_OFFICE;
    if (!zone_offset(request, &offset_s, error) ||
        !db_query(request->db, request->context, STATEMENT_ORDER_TIMELINE, DB_VALUES(db_int(order->id)),
                  &rows, error))
        return false;
    *timeline = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++) {
        const char *kind = row_text(rows, i, "kind");
        int64_t at_us = row_time(rows, i, "at");
        const char *detail = row_text(rows, i, "detail");
        json_t *entry = json_pack("{s:s, s:s}", "kind", kind, "text", step_text(kind, detail));
        set_time(entry, "at", at_us);
        if (page_is_wanted(request))
            page_set_text(entry, "at_text", local_time_short_text(request->context, at_us, offset_s));
        if (at_office) {
            json_object_set_new(entry, "actor", json_string(row_text(rows, i, "actor")));
            json_object_set_new(entry, "detail", json_string(detail));
        }
        json_array_append_new(*timeline, entry);
    }
    return true;
}

/* --- what to do next --- */

static void add_step(json_t *steps, const char *id, const char *text, const char *href, const char *link_text)
{
    json_t *step = json_pack("{s:s, s:s}", "id", id, "text", text);
    if (href != NULL) {
        json_object_set_new(step, "href", json_string(href));
        json_object_set_new(step, "link_text", json_string(link_text));
    }
    json_array_append_new(steps, step);
}

static void add_deadline(json_t *steps, TALLOC_CTX *context, int64_t by_us, int offset_s)
{
    json_t *step = json_array_get(steps, json_array_size(steps) - 1);
    json_object_set_new(step, "by", json_string(local_time_rfc3339(context, by_us, offset_s)));
}

bool orders_renewed_by_signature(const struct order *order)
{
    return orders_method(order) == IDENTIFICATION_RENEWAL;
}

bool orders_without_visit(const struct order *order)
{
    return orders_renewed_by_signature(order) ||
           (orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked") &&
            strcmp(order->appointment->mode, "video") == 0);
}

static const char pay_from_afar[] = "Falta o pagamento: combine com o atendimento como pagar, sem vir.";

bool orders_may_book(const struct order *order)
{
    return order->closed_us == 0 && !orders_renewed_by_signature(order) &&
           !orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked") &&
           !orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "kept");
}

static void add_attendance_steps(TALLOC_CTX *context, const struct order *order, json_t *steps)
{
    if (orders_may_book(order))
        add_step(steps, "book", "Escolha o dia e a hora do atendimento.",
                 talloc_asprintf(context, "/pedido/%s/agenda", order->code), "Ver os horários");
    if (orders_in_state(order, ORDERS_MACHINE_APPOINTMENT, "booked")) {
        const struct order_appointment *appointment = order->appointment;
        const bool by_video = strcmp(appointment->mode, "video") == 0;
        add_step(steps, "attend",
                 talloc_asprintf(context, "%s: %s.",
                                 by_video ? "Entre na sala de vídeo, com os documentos originais à mão"
                                          : "Venha ao atendimento, com os documentos originais",
                                 local_time_long_text(context, appointment->start_us, appointment->offset_s)),
                 talloc_asprintf(context, "/checklist?product=%s", order->product_id),
                 by_video ? "Ver o que ter à mão" : "Ver o que levar");
        add_deadline(steps, context, appointment->start_us, appointment->offset_s);
    }
    if (orders_in_state(order, ORDERS_MACHINE_ORDER, "awaiting_payment"))
        add_step(steps, "pay",
                 orders_without_visit(order) ? pay_from_afar : "Pague no balcão, no dia do atendimento.",
                 NULL, NULL);
}

static void add_renewal_steps(const struct order *order, json_t *steps)
{
    if (orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "open"))
        add_step(
            steps, "wait-agent",
            order->company != NULL
                ? "Aguarde: um agente confere as bases e os documentos da empresa e assina; você não "
                  "precisa vir. O aviso chega por e-mail."
                : "Aguarde: um agente confere as bases e assina; você não precisa vir. O aviso chega por "
                  "e-mail.",
            NULL, NULL);
    if (orders_in_state(order, ORDERS_MACHINE_ORDER, "awaiting_payment"))
        add_step(steps, "pay", pay_from_afar, NULL, NULL);
}

static void add_open_steps(TALLOC_CTX *context, const struct order *order, json_t *steps)
{
    if (orders_renewed_by_signature(order))
        add_renewal_steps(order, steps);
    else if (orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "open"))
        add_attendance_steps(context, order, steps);
}

/* The key was bound by its fingerprint: there is no code, and only where the key is can the certificate be
 * made (protocol 2). */
static const char *key_came_first(const struct order *order)
{
    if (orders_method(order) == IDENTIFICATION_VIDEO)
        return "Termine a emissão onde você fez a chave cuja impressão digital leu ao agente, no mesmo "
               "computador e navegador: por vídeo não há código a digitar.";
    if (strcmp(order->media, "token") == 0)
        return "O certificado é gravado no token, no próprio atendimento.";
    return "Termine a emissão onde está a chave que você trouxe ao atendimento: não há código a digitar.";
}

static void add_identification_steps(TALLOC_CTX *context, const struct order *order, json_t *steps)
{
    const char *identification = order->states[ORDERS_MACHINE_IDENTIFICATION];
    if (strcmp(identification, "suspended") == 0)
        add_step(steps, "regularise", "Regularize a divergência que o agente apontou e volte ao atendimento.",
                 NULL, NULL);
    else if (strcmp(identification, "returned") == 0)
        add_step(steps, "correct", "Falta corrigir um ponto da identificação. Aguarde: o agente chama você.",
                 NULL, NULL);
    else if (strcmp(identification, "validated") == 0)
        add_step(steps, "wait-second-agent", "Aguarde a conferência do segundo agente.", NULL, NULL);
    else if (strcmp(identification, "verified") != 0 ||
             !orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "ready"))
        return;
    else if (orders_renewed_by_signature(order))
        add_step(steps, "emit",
                 "Termine a renovação: abra a página dela com o arquivo de espera que você guardou, ou use o "
                 "ra-cli com que assinou.",
                 "/renovar", "Terminar a renovação");
    else if (order->emitted_by_code)
        add_step(steps, "emit", "Emita o certificado com o código do papel e o código do e-mail.",
                 talloc_asprintf(context, "/emitir/%s", order->code), "Emitir agora");
    else
        add_step(steps, "emit", key_came_first(order), NULL, NULL);
}

static void add_issuance_steps(const struct order *order, json_t *steps)
{
    const char *issuance = order->states[ORDERS_MACHINE_ISSUANCE];
    if (strcmp(issuance, "requested") == 0 || strcmp(issuance, "unknown") == 0)
        add_step(steps, "wait-authority", "Aguarde: a autoridade certificadora está emitindo.", NULL, NULL);
    else if (strcmp(issuance, "failed") == 0)
        add_step(steps, "call", "A emissão não deu certo. Fale com o atendimento.", NULL, NULL);
    else if (strcmp(issuance, "issued") == 0 || strcmp(issuance, "delivered") == 0)
        add_step(steps, "keep",
                 strcmp(order->media, "token") == 0
                     ? "Guarde o token, e não conte a ninguém o PIN e o PUK."
                     : "Guarde o arquivo do certificado e a senha em lugar seguro.",
                 NULL, NULL);
}

/* Pure but for memory: everything comes from the order. */
json_t *orders_next_json(struct http_request *request, const struct order *order)
{
    json_t *steps = json_array();
    const char *money = order->states[ORDERS_MACHINE_ORDER];
    if (strcmp(money, "cancelled") == 0 || strcmp(money, "refunded") == 0)
        return steps;
    if (orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "refused")) {
        add_step(steps, "call", "O pedido foi encerrado sem emissão. Fale com o atendimento.", NULL, NULL);
        return steps;
    }
    if (order->renewal_ended) {
        add_step(steps, "renewal-ended",
                 "A renovação terminou sem certificado: o certificado que a assinou foi revogado. Faça um "
                 "pedido novo; a identificação é a da primeira vez. Sobre o que pagou, fale com o "
                 "atendimento.",
                 "/", "Fazer um pedido novo");
        return steps;
    }
    if (!order->email_confirmed && order->closed_us == 0)
        add_step(steps, "confirm-email", "Confirme o seu e-mail pelo botão da mensagem que mandamos.", NULL,
                 NULL);
    if (order->closed_us == 0)
        add_open_steps(request->context, order, steps);
    add_identification_steps(request->context, order, steps);
    add_issuance_steps(order, steps);
    return steps;
}
