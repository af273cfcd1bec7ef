/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "renewal/certificates.h"

#include "app.h"
#include "approval/approval.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "catalog/page.h"
#include "db/db.h"
#include "instant.h"
#include "orders/orders.h"
#include "orders/tokens.h"
#include "renewal/possession.h"

#include <string.h>

/* --- the list --- */

/* "valid", "expired", "revoking" or "revoked". */
static const char *state_of(const struct db_rows *rows, size_t row, int64_t now_us)
{
    const char *state = row_text(rows, row, "issuance_state");
    if (strcmp(state, "revoked") == 0)
        return "revoked";
    if (strcmp(state, "revocation_requested") == 0)
        return "revoking";
    return !row_is_null(rows, row, "until_at") && row_time(rows, row, "until_at") <= now_us ? "expired"
                                                                                            : "valid";
}

static void add_texts(struct http_request *request, const struct db_rows *rows, size_t row, const char *state,
                      json_t *one)
{
    static const struct {
        const char *state, *label, *tone;
    } tags[] = {{"valid", "Válido", "success"},
                {"expired", "Vencido", "warning"},
                {"revoking", "Revogação pedida", "warning"},
                {"revoked", "Revogado", "danger"}};
    char day[CATALOG_DAY_SIZE];
    for (size_t at = 0; at < sizeof tags / sizeof *tags; at++)
        if (strcmp(tags[at].state, state) == 0) {
            json_object_set_new(one, "label", json_string(tags[at].label));
            json_object_set_new(one, "tone", json_string(tags[at].tone));
        }
    json_object_set_new(one, "valid", json_boolean(strcmp(state, "valid") == 0));
    if (row_is_null(rows, row, "until_at"))
        return;
    catalog_today(request->app, row_time(rows, row, "until_at"), day);
    json_object_set_new(one, "until_text", json_sprintf("%.2s/%.2s/%.4s", day + 8, day + 5, day));
}

static json_t *list_json(struct http_request *request, const struct db_rows *rows)
{
    json_t *list = json_array();
    for (size_t row = 0; row < db_row_count(rows); row++) {
        const char *state = state_of(rows, row, request->now_us);
        if (row_text(rows, row, "serial")[0] == '\0')
            continue;
        json_t *one =
            json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s}", "order", row_text(rows, row, "code"), "product",
                      row_text(rows, row, "product_name"), "media", row_text(rows, row, "media"), "serial",
                      row_text(rows, row, "serial"), "from", instant_of_row(rows, row, "from_at"), "until",
                      instant_of_row(rows, row, "until_at"), "state", state);
        if (page_is_wanted(request))
            add_texts(request, rows, row, state, one);
        json_array_append_new(list, one);
    }
    return list;
}

/* --- by session --- */

static bool opened_rows(struct http_request *request, struct db_rows **rows, struct ra_error *error)
{
    uint8_t hash[TOKEN_HASH_SIZE];
    return orders_access_hash(request, hash, error) &&
           db_query(request->db, request->context, STATEMENT_CERTIFICATES_OF_ACCESS,
                    DB_VALUES(db_bytes((struct bytes){hash, sizeof hash}), db_time(request->now_us)), rows,
                    error) &&
           (db_row_count(*rows) > 0 ||
            ra_fail(error, RA_UNAUTHENTICATED,
                    "Entre com o CPF e o código do e-mail para ver os seus certificados."));
}

/* Whoever is not in yet is asked for the CPF; the file of a certificate does as well. */
static bool ask(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    const char *instance = "";
    if (!approval_instance(request, &instance, error))
        return false;
    http_reply(response, 200,
               page_frame(json_pack("{s:b, s:s, s:I}", "asking", 1, "instance", instance, "now",
                                    (json_int_t)(request->now_us / 1000000)),
                          "Meus certificados"));
    return true;
}

bool certificates_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    http_set_header(response, "Cache-Control", "no-store");
    if (!opened_rows(request, &rows, error)) {
        if (!page_is_wanted(request) || error->code != RA_UNAUTHENTICATED)
            return false;
        *error = (struct ra_error){0};
        return ask(request, response, error);
    }
    json_t *list = list_json(request, rows);
    if (!audit_record(request, AUDIT_CERTIFICATES_SHOWN, NULL,
                      json_pack("{s:s, s:I}", "by", "session", "count", (json_int_t)json_array_size(list)),
                      NULL, error)) {
        json_decref(list);
        return false;
    }
    json_t *model = json_pack("{s:o}", "certificates", list);
    http_reply(response, 200, page_is_wanted(request) ? page_frame(model, "Meus certificados") : model);
    return true;
}

/* --- by signature --- */

static bool refuse(struct ra_error *error)
{
    return ra_fail_reason(
        error, RA_PROOF_REFUSED, "proof-certificates",
        "Este certificado não abre a lista: não foi emitido aqui, não vale mais, ou o pedido "
        "não foi assinado agora com ele, ou já foi usado.");
}

static bool show_signed(struct http_request *request, struct http_response *response,
                        const struct db_rows *signer, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    struct order *order = NULL;
    if (!orders_load_by_id(request->context, request->db, row_int(signer, 0, "id"), false, &order, error) ||
        !db_query(request->db, request->context, STATEMENT_CERTIFICATES_OF_PERSON,
                  DB_VALUES(db_text(row_text(signer, 0, "cpf")), db_text(row_text(signer, 0, "cnpj"))), &rows,
                  error))
        return false;
    json_t *list = list_json(request, rows);
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200, json_pack("{s:O}", "certificates", list));
    bool done = audit_record(
        request, AUDIT_CERTIFICATES_SHOWN, order,
        json_pack("{s:s, s:I}", "by", "signature", "count", (json_int_t)json_array_size(list)), NULL, error);
    json_decref(list);
    return done;
}

bool certificates_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    X509 *certificate = NULL;
    struct bytes der = {NULL, 0};
    struct db_rows *signer = NULL;
    struct possession possession;
    bool first = false;
    bool done = possession_certificate(request, &certificate, &der, error) &&
                possession_check(request, "guiche-certificates-v1", certificate, &possession, error) &&
                db_query(request->db, request->context, STATEMENT_CERTIFICATES_SIGNER,
                         DB_VALUES(db_bytes(der), db_time(request->now_us)), &signer, error) &&
                ((possession.holds && db_row_count(signer) == 1) || refuse(error)) &&
                possession_spend(request, &possession, &first, error) && (first || refuse(error)) &&
                show_signed(request, response, signer, error);
    X509_free(certificate);
    return done;
}
