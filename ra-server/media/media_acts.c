/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What happens to a token of the stock: received, taken to the desk for a case (or brought by its holder),
 * delivered, found defective, given back.
 */
#include "approval/approval.h"
#include "audit/audit.h"
#include "media/media_internal.h"

#include <string.h>

enum { NOTE_MAX = 200, RECEIVED_MAX = 500 };

/* --- one act --- */

static bool record_step(struct http_request *request, const struct media_step *step, struct ra_error *error)
{
    json_t *detail = json_pack("{s:s, s:s, s:s}", "act", media_act_word(step->act), "from",
                               media_state_word(step->token->state), "to", media_state_word(step->to));
    json_t *personal =
        json_pack("{s:s, s:s}", "serial", step->token->serial, "note", step->note == NULL ? "" : step->note);
    return media_store_step(request, step, error) &&
           audit_record(request, AUDIT_MEDIA_MOVED, step->order, detail, personal, error);
}

static json_t *step_json(const struct media_step *step, const char *next)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s}", "serial", step->token->serial, "model",
                     step->token->model, "homologation", step->token->homologation, "state",
                     media_state_word(step->to), "order", step->order == NULL ? "" : step->order->code,
                     "brought", step->act == MEDIA_BRING ? 1 : 0, "next", next);
}

static bool read_note(const struct http_request *request, bool required, const char **note,
                      struct ra_error *error)
{
    *note = http_text(request->body, "reason");
    if (*note == NULL)
        *note = "";
    if (strlen(*note) > NOTE_MAX || (required && (*note)[0] == '\0'))
        return ra_fail_field(error, "reason", "required", "Diga o motivo, em até 200 caracteres.");
    return true;
}

/* --- receive --- */

static bool find_model(struct http_request *request, const struct media_scene *scene, const char *id,
                       struct db_rows **model, struct ra_error *error)
{
    struct ra_error cause = {0};
    if (id == NULL || !media_store_model(request, id, scene->day, model, &cause))
        return cause.code != RA_OK && cause.code != RA_NOT_FOUND
                   ? ra_fail(error, cause.code, "%s", cause.detail)
                   : ra_fail_field(error, "model", "unknown",
                                   "Modelo desconhecido; veja os modelos homologados (ra-cli token models).");
    return row_bool(*model, 0, "valid") ||
           ra_fail_reason(error, RA_RULE_REFUSED, "media-homologation",
                          "A homologação deste modelo venceu; ele não pode mais ser usado.");
}

static bool receive_one(struct http_request *request, const struct media_scene *scene,
                        const struct db_rows *model, const json_t *item, const char *note,
                        struct ra_error *error)
{
    struct media_token token = {0};
    const char *serial = json_string_value(item);
    if (serial == NULL || !media_serial_valid(serial))
        return ra_fail_field(error, "serials", "serial", "Um número de série não tem a forma esperada.");
    const struct media_step step = {.token = &token, .act = MEDIA_RECEIVE, .to = MEDIA_STOCK, .note = note};
    return media_store_add(request, scene->office->id, model, serial, &token, error) &&
           record_step(request, &step, error);
}

static bool say_known(const json_t *serial, struct ra_error *error)
{
    if (strcmp(error->reason, "media_serial_once") != 0)
        return false;
    return ra_fail_reason(error, RA_CONFLICT, "media-serial-known", "O número de série %s já está no livro.",
                          json_string_value(serial));
}

bool media_receive_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct media_scene scene;
    struct db_rows *model = NULL;
    const char *note = NULL;
    const json_t *serials = json_object_get(request->body, "serials");
    const size_t count = json_array_size(serials);
    if (count == 0 || count > RECEIVED_MAX)
        return ra_fail_field(error, "serials", "required", "Diga de 1 a 500 números de série.");
    if (!read_note(request, false, &note, error) || !media_scene_read(request, &scene, error) ||
        !find_model(request, &scene, http_text(request->body, "model"), &model, error))
        return false;
    for (size_t at = 0; at < count; at++)
        if (!receive_one(request, &scene, model, json_array_get(serials, at), note, error))
            return say_known(json_array_get(serials, at), error);
    http_reply(response, 201,
               json_pack("{s:s, s:I, s:s}", "model", row_text(model, 0, "name"), "received",
                         (json_int_t)count, "state", media_state_word(MEDIA_STOCK)));
    return true;
}

/* --- take, and the holder's own --- */

/* A piece that is known, or one that its holder brings for the first time. */
static bool find_piece(struct http_request *request, const struct media_scene *scene, const char *own,
                       struct media_token *token, struct ra_error *error)
{
    struct db_rows *model = NULL;
    const char *serial = http_path_parameter(request, "serial");
    if (!media_serial_valid(serial))
        return ra_fail_field(error, "serial", "serial", "O número de série não tem a forma esperada.");
    if (!media_store_by_serial(request, scene->office->id, serial, scene->day, token, error))
        return false;
    if (token->id != 0)
        return true;
    if (own == NULL)
        return ra_fail_reason(error, RA_NOT_FOUND, "media-unknown", "Este token não está no livro.");
    return find_model(request, scene, own, &model, error) &&
           media_store_add(request, scene->office->id, model, serial, token, error);
}

static bool check_taking(const struct order *order, const struct media_token *token, struct ra_error *error)
{
    if (strcmp(order->media, "token") != 0)
        return ra_fail_reason(error, RA_RULE_REFUSED, "media-not-for-product",
                              "O produto deste pedido não vai em token.");
    return token->valid || ra_fail_reason(error, RA_RULE_REFUSED, "media-homologation",
                                          "A homologação deste modelo de token venceu: use outro.");
}

/* Another piece than the one that was attested makes what was signed void. */
bool media_take_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct media_scene scene;
    struct media_token token = {0}, former = {0};
    struct order *order = NULL;
    const char *own = http_text(request->body, "own");
    const char *code = http_text(request->body, "order");
    struct media_step step = {.token = &token, .act = own == NULL ? MEDIA_TAKE : MEDIA_BRING, .note = ""};
    if (code == NULL)
        return ra_fail_field(error, "order", "required", "Diga o pedido para o qual o token vai.");
    if (!media_scene_read(request, &scene, error) || !find_piece(request, &scene, own, &token, error) ||
        !media_next(step.act, token.state, token.brought, &step.to, error) ||
        !orders_load_for_update(request, code, &order, error) || !check_taking(order, &token, error) ||
        !media_store_of_order(request, order, scene.day, &former, error))
        return false;
    if (former.id != 0)
        return ra_fail_reason(error, RA_CONFLICT, "media-taken",
                              "Este pedido já tem o token %s; devolva-o ou registre o defeito primeiro.",
                              former.serial);
    step.order = order;
    if (!approval_void_attempt(request, order, "media", error) || !record_step(request, &step, error))
        return false;
    http_reply(response, 200, step_json(&step, "csr"));
    return true;
}

/* --- deliver, defective, return --- */

/* The piece, and the case that it is with, locked (NULL: none). */
static bool begin_step(struct http_request *request, struct media_token *token, struct media_step *step,
                       struct order **order, struct ra_error *error)
{
    struct media_scene scene;
    *order = NULL;
    step->token = token;
    if (!media_scene_read(request, &scene, error) || !find_piece(request, &scene, NULL, token, error) ||
        !media_next(step->act, token->state, token->brought, &step->to, error))
        return false;
    if (token->code[0] == '\0')
        return true;
    if (!orders_load_for_update(request, token->code, order, error))
        return false;
    step->order = *order;
    return true;
}

bool media_deliver_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct media_token token = {0};
    struct order *order = NULL;
    struct media_step step = {.act = MEDIA_DELIVER, .note = ""};
    const char *code = http_text(request->body, "order");
    if (!begin_step(request, &token, &step, &order, error))
        return false;
    if (order == NULL || code == NULL || strcmp(code, order->code) != 0)
        return ra_fail_reason(error, RA_CONFLICT, "media-other-order", "Este token está na mesa para %s.",
                              order == NULL ? "nenhum pedido" : "outro pedido");
    if (!media_receipt_require(request, order, &token, error) || !record_step(request, &step, error))
        return false;
    http_reply(response, 200, step_json(&step, "finish"));
    return true;
}

static bool in_issuance(const struct order *order, const char *state)
{
    return orders_in_state(order, ORDERS_MACHINE_ISSUANCE, state);
}

static bool may_start_over(const struct order *order)
{
    return order != NULL && !approval_certificate_asked_for(order) &&
           !orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "refused") &&
           !orders_in_state(order, ORDERS_MACHINE_ORDER, "cancelled");
}

/* What comes after a spoiled token: the next one and a new attempt, or, once there is a certificate inside,
 * its revocation. */
static const char *after_defect(const struct order *order)
{
    if (order == NULL)
        return "none";
    if (may_start_over(order))
        return "take";
    if (in_issuance(order, "requested") || in_issuance(order, "unknown"))
        return "ask_ac";
    return in_issuance(order, "issued") || in_issuance(order, "delivered") ? "revoke" : "none";
}

bool media_defective_post(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    struct media_token token = {0};
    struct order *order = NULL;
    struct media_step step = {.act = MEDIA_DEFECTIVE_ACT};
    if (!read_note(request, true, &step.note, error) || !begin_step(request, &token, &step, &order, error))
        return false;
    const char *next = after_defect(order);
    if (may_start_over(order) && !approval_void_attempt(request, order, "media", error))
        return false;
    if (!record_step(request, &step, error))
        return false;
    json_t *answer = step_json(&step, next);
    if (order != NULL)
        json_object_set_new(answer, "attempt", json_integer(order->attempt));
    http_reply(response, 200, answer);
    return true;
}

bool media_return_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct media_token token = {0};
    struct order *order = NULL;
    struct media_step step = {.act = MEDIA_RETURN};
    if (!read_note(request, false, &step.note, error) || !begin_step(request, &token, &step, &order, error))
        return false;
    if (token.state == MEDIA_DESK && order != NULL && approval_certificate_asked_for(order))
        return ra_fail_reason(error, RA_CONFLICT, "media-in-use",
                              "Há um certificado pedido para a chave deste token: entregue-o, ou registre o "
                              "defeito.");
    if (token.state == MEDIA_DESK && may_start_over(order) &&
        !approval_void_attempt(request, order, "media", error))
        return false;
    if (!record_step(request, &step, error))
        return false;
    http_reply(response, 200, step_json(&step, "none"));
    return true;
}
