/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/media.h"

#include "app.h"
#include "media/media_internal.h"

#include <string.h>

bool media_scene_read(struct http_request *request, struct media_scene *scene, struct ra_error *error)
{
    catalog_today(request->app, request->now_us, scene->day);
    return catalog_office(request->app, request->context, &scene->office, error);
}

static bool goes_into_a_token(const struct order *order)
{
    return strcmp(order->media, "token") == 0;
}

static bool may_be_absent(struct http_request *request, struct ra_error *error)
{
    const char *rule = "";
    if (!catalog_policy_text(request->app, request->context, request->now_us, "media_attestation", &rule,
                             error))
        return false;
    return strcmp(rule, "when_taken") == 0 ||
           ra_fail_reason(error, RA_RULE_REFUSED, "media-missing",
                          "Este certificado vai num token: pegue um do estoque para este pedido.");
}

bool media_attested(struct http_request *request, const struct order *order, struct media_piece *piece,
                    struct ra_error *error)
{
    struct media_scene scene;
    struct media_token token = {0};
    *piece = (struct media_piece){"", "", ""};
    if (!goes_into_a_token(order))
        return true;
    if (!media_scene_read(request, &scene, error) ||
        !media_store_of_order(request, order, scene.day, &token, error))
        return false;
    if (token.id == 0)
        return may_be_absent(request, error);
    if (!token.valid)
        return ra_fail_reason(error, RA_RULE_REFUSED, "media-homologation",
                              "A homologação deste modelo de token venceu: use outro.");
    *piece = (struct media_piece){token.model, token.serial, token.homologation};
    return true;
}

static bool is_issued(const struct order *order)
{
    return orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "issued") ||
           orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "delivered");
}

bool media_check_finish(struct http_request *request, const struct order *order, struct ra_error *error)
{
    struct media_token token = {0};
    struct media_scene scene;
    bool signed_for = false;
    if (!goes_into_a_token(order) || !is_issued(order))
        return true;
    if (!media_scene_read(request, &scene, error) ||
        !media_store_of_order(request, order, scene.day, &token, error) ||
        !media_receipt_exists(request, order, &signed_for, error))
        return false;
    return (token.id != 0 && token.state == MEDIA_DELIVERED && signed_for) ||
           ra_fail_reason(error, RA_RULE_REFUSED, "media-not-delivered",
                          "O certificado foi emitido num token que ainda não foi entregue com recibo.");
}
