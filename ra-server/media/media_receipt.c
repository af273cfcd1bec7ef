/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The receipt of a token: who got which piece, with its serial and the certificate inside. Signed with the
 * new key itself, or by hand on paper. The same case and day give the same bytes, as of the term.
 */
#include "pki/trust/media_receipt.h"

#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "http/template.h"
#include "identification/identification.h"
#include "issuance/issuance.h"
#include "media/media_internal.h"
#include "term/term.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define KIND_PDF       "media_receipt"
#define KIND_SIGNATURE "media_receipt_signature"
#define KIND_PAPER     "media_receipt_paper"

static const char *day_text(TALLOC_CTX *context, const char day[CATALOG_DAY_SIZE])
{
    const char *text = talloc_asprintf(context, "%.2s/%.2s/%.4s", day + 8, day + 5, day);
    return text == NULL ? "" : text;
}

static json_t *receipt_model(struct http_request *request, const struct order *order,
                             const struct media_token *token, const struct media_scene *scene)
{
    json_t *model =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "order", order->code, "product",
                  order->product_name, "name", order->subject->name, "model", token->model, "token_serial",
                  token->serial, "homologation", token->homologation, "serial", order->serial, "day",
                  day_text(request->context, scene->day), "agent", office_caller(request)->name, "brought",
                  token->brought ? 1 : 0);
    json_t *office = json_pack("{s:s, s:s, s:s}", "name", scene->office->legal_name, "city",
                               scene->office->city, "uf", scene->office->uf);
    if (model != NULL && order->company != NULL)
        json_object_set_new(
            model, "company",
            json_pack("{s:s, s:s}", "name", order->company->name, "cnpj", order->company->cnpj));
    if (json_object_set_new(model, "ra", office) == 0)
        return model;
    json_decref(model);
    return NULL;
}

static bool make_pdf(struct http_request *request, const struct order *order, const struct media_token *token,
                     struct bytes *pdf, struct ra_error *error)
{
    struct media_scene scene;
    struct bytes text = {NULL, 0};
    if (!media_scene_read(request, &scene, error))
        return false;
    json_t *model = receipt_model(request, order, token, &scene);
    if (model == NULL)
        return ra_fail(error, RA_NO_MEMORY, "receipt");
    bool done = template_render(request->app->templates, TEMPLATE_TEXT, "media/recibo", model,
                                request->context, &text, error) &&
                term_sheet_of(request, scene.office, scene.day, text, pdf, error);
    json_decref(model);
    return done;
}

/* The case with the piece that lies on the desk for it, and a certificate inside. */
static bool find_piece(struct http_request *request, const struct order *order, struct media_token *token,
                       struct ra_error *error)
{
    struct media_scene scene;
    if (!media_scene_read(request, &scene, error) ||
        !media_store_of_order(request, order, scene.day, token, error))
        return false;
    return token->id != 0 ||
           ra_fail_reason(error, RA_CONFLICT, "media-missing", "Não há token na mesa para este pedido.");
}

bool media_receipt_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct media_token token = {0};
    struct bytes pdf = {NULL, 0};
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !find_piece(request, order, &token, error) || !make_pdf(request, order, &token, &pdf, error) ||
        !audit_case_read(request, order, "media_receipt", error))
        return false;
    char name[64];
    (void)snprintf(name, sizeof name, "recibo-%s.pdf", order->code);
    http_set_attachment(response, name);
    http_set_header(response, "Cache-Control", "no-store");
    http_reply_bytes(response, 200, "application/pdf", pdf);
    return true;
}

static bool record_receipt(struct http_request *request, const struct order *order, const char *how,
                           const uint8_t digest[32], struct ra_error *error)
{
    const char *hash = hex_encode(request->context, (struct bytes){digest, 32});
    return audit_record(request, AUDIT_MEDIA_RECEIPT, order,
                        json_pack("{s:s, s:s, s:i}", "how", how, "sha256", hash, "attempt", order->attempt),
                        NULL, error);
}

bool media_receipt_paper_post(struct http_request *request, struct http_response *response,
                              struct ra_error *error)
{
    struct order *order = NULL;
    struct media_token token = {0};
    const char *media_type = NULL;
    /* Looking into the file takes its time: the case is asked before, and locked only after it. */
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !identification_upload_inspect(request, &media_type, error) ||
        !orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !find_piece(request, order, &token, error) ||
        !identification_annex_add_upload(request, order, KIND_PAPER, media_type, error) ||
        !record_receipt(request, order, "paper", request->raw_sha256, error))
        return false;
    http_reply(
        response, 201,
        json_pack("{s:s, s:s, s:s}", "order", order->code, "serial", token.serial, "receipt", "paper"));
    return true;
}

static bool has(struct http_request *request, const struct order *order, const char *kind, bool *found,
                struct ra_error *error)
{
    struct annex_file file;
    bool done = identification_annex_find(request, order, kind, &file, error);
    *found = done && file.found;
    return done;
}

bool media_receipt_exists(struct http_request *request, const struct order *order, bool *exists,
                          struct ra_error *error)
{
    return has(request, order, KIND_SIGNATURE, exists, error) &&
           (*exists || has(request, order, KIND_PAPER, exists, error));
}

/* By the key of the certificate that was issued: only the token can have made it. */
static bool check_signature(struct http_request *request, const struct order *order, const uint8_t digest[32],
                            struct bytes signature, struct ra_error *error)
{
    struct bytes der = {NULL, 0};
    if (!issuance_certificate(request->db, request->context, order->id, order->attempt, &der, error))
        return false;
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    bool good = certificate != NULL
                    ? media_receipt_verify(X509_get0_pubkey(certificate), digest, signature, error)
                    : ra_fail_crypto(error, "receipt");
    X509_free(certificate);
    return good;
}

static bool keep_signed(struct http_request *request, const struct order *order,
                        const struct media_token *token, const char *text, struct ra_error *error)
{
    struct bytes signature = {NULL, 0}, pdf = {NULL, 0};
    uint8_t digest[32];
    if (!base64_decode(request->context, text, strlen(text), &signature))
        return ra_fail_field(error, "receipt_signature", "base64", "Envie a assinatura em base64.");
    return make_pdf(request, order, token, &pdf, error) &&
           (sha256(pdf, digest) || ra_fail_crypto(error, "receipt")) &&
           check_signature(request, order, digest, signature, error) &&
           identification_annex_add(request, order, KIND_PDF, "application/pdf", pdf, error) &&
           identification_annex_add(request, order, KIND_SIGNATURE, "application/octet-stream", signature,
                                    error) &&
           record_receipt(request, order, "key", digest, error);
}

bool media_receipt_require(struct http_request *request, const struct order *order,
                           const struct media_token *token, struct ra_error *error)
{
    const char *signature = http_text(request->body, "receipt_signature");
    bool on_paper = false;
    if (signature != NULL && signature[0] != '\0')
        return keep_signed(request, order, token, signature, error);
    if (!has(request, order, KIND_PAPER, &on_paper, error))
        return false;
    return on_paper || ra_fail_reason(error, RA_RULE_REFUSED, "media-receipt-missing",
                                      "Falta o recibo: assinado com a chave do token, ou no papel.");
}
