/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/portal.h"

#include "app.h"
#include "audit/audit.h"
#include "issuance/inflight.h"
#include "issuance/issuance.h"
#include "issuance/issuance_state.h"
#include "issuance/issue.h"
#include "orders/orders.h"
#include "pki/certificate/bundle.h"

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <string.h>

enum { WAIT_MS = 15000 };

/* --- what waits --- */

bool portal_pending(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    json_t *items = json_array();
    if (!issuance_store_open(request->db, request->context, &rows, error)) {
        json_decref(items);
        return false;
    }
    for (size_t row = 0; row < db_row_count(rows); row++) {
        char since[32];
        clock_format_utc(row_time(rows, row, "requested_at"), since, sizeof since);
        json_array_append_new(
            items, json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "order", row_text(rows, row, "code"),
                             "product", row_text(rows, row, "product"), "attempt",
                             (json_int_t)row_int(rows, row, "attempt"), "state", row_text(rows, row, "state"),
                             "spki", row_text(rows, row, "spki"), "since", since));
    }
    http_reply(response, 200, json_pack("{s:o}", "items", items));
    return audit_record(request, AUDIT_REPORT_READ, NULL, json_pack("{s:s}", "report", "ac-pending"), NULL,
                        error);
}

/* --- to the portal --- */

static bool armoured(TALLOC_CTX *context, struct bytes der, struct bytes *pem, struct ra_error *error)
{
    BIO *output = BIO_new(BIO_s_mem());
    char *text = NULL;
    bool ok = output != NULL && der.length <= INT_MAX &&
              PEM_write_bio(output, PEM_STRING_X509_REQ, "", der.data, (long)der.length) > 0;
    long length = ok ? BIO_get_mem_data(output, &text) : 0;
    if (length > 0) {
        *pem = bytes_copy(context, text, (size_t)length);
    }
    BIO_free(output);
    return (length > 0 && pem->data != NULL) || ra_fail_crypto(error, "PKCS#10");
}

bool portal_request(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct issuance_row row;
    struct bytes pem = {NULL, 0};
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !issuance_store_find(request->db, request->context, order->id, order->attempt, &row, error)) {
        return false;
    }
    if (!row.found) {
        return ra_fail_reason(error, RA_CONFLICT, "no-request",
                              "O titular ainda não mandou a chave deste pedido.");
    }
    if (!armoured(request->context, row.csr, &pem, error) ||
        !audit_case_read(request, order, "ac_request", error)) {
        return false;
    }
    http_reply_bytes(response, 200, "application/x-pem-file", pem);
    return true;
}

/* --- from the portal --- */

struct answering {
    struct http_request *request;
    struct bytes file;
    json_t *items;
};

static bool key_digest(X509 *certificate, uint8_t digest[32])
{
    unsigned char *der = NULL;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    bool ok = length > 0 && sha256((struct bytes){der, (size_t)length}, digest);
    OPENSSL_free(der);
    return ok;
}

static const char *word_of(enum issue_end end)
{
    switch (end) {
    case ISSUE_ISSUED:
        return "issued";
    case ISSUE_PENDING:
        return "pending";
    }
    return "pending";
}

/* A certificate that is not the one approved does not stop those beside it in the file. */
static bool tell(const struct answering *answering, const char *code, bool done, enum issue_end end,
                 struct ra_error *error)
{
    if (!done && error->reason[0] == '\0') {
        return false; /* ours: nothing was decided about the certificate */
    }
    json_t *item = json_pack("{s:s, s:s, s:s}", "order", code, "state", done ? word_of(end) : "refused",
                             "reason", done ? "" : error->reason);
    *error = (struct ra_error){.code = RA_OK};
    return json_array_append_new(answering->items, item) == 0 || ra_fail(error, RA_NO_MEMORY, "answer");
}

static bool finish_one(const struct answering *answering, const struct db_rows *rows, struct ra_error *error)
{
    struct http_request *request = answering->request;
    struct issue_outcome outcome = {.end = ISSUE_PENDING};
    struct issuance_row row;
    struct order *order = NULL;
    if (!orders_load_by_id(request->context, request->db, row_int(rows, 0, "order_id"), false, &order,
                           error)) {
        return false;
    }
    const struct issue_case issue = {.app = request->app,
                                     .db = request->db,
                                     .context = request->context,
                                     .order = order,
                                     .attempt = row_int(rows, 0, "attempt"),
                                     .portal_answer = answering->file};
    struct inflight *inflight = issuance_inflight(request->app);
    if (!inflight_take(inflight, order->id, WAIT_MS)) {
        return ra_fail_reason(error, RA_UNAVAILABLE, "busy", "Este pedido já está sendo emitido.");
    }
    bool done = issuance_store_find(request->db, request->context, order->id, issue.attempt, &row, error) &&
                issue_run(&issue, &row, &outcome, error);
    inflight_release(inflight, order->id);
    return tell(answering, order->code, done, outcome.end, error);
}

static bool take_certificate(const struct answering *answering, X509 *certificate, struct ra_error *error)
{
    uint8_t digest[32];
    struct db_rows *rows = NULL;
    if (!key_digest(certificate, digest)) {
        return ra_fail_crypto(error, "key");
    }
    return issuance_store_open_by_key(answering->request->db, answering->request->context,
                                      (struct bytes){digest, sizeof digest}, &rows, error) &&
           (db_row_count(rows) == 0 || finish_one(answering, rows, error));
}

static bool take_all(const struct answering *answering, const STACK_OF(X509) *list, struct ra_error *error)
{
    for (int i = 0; i < sk_X509_num(list); i++) {
        if (!take_certificate(answering, sk_X509_value(list, i), error)) {
            return false;
        }
    }
    return json_array_size(answering->items) > 0 ||
           ra_fail_reason(error, RA_NOT_FOUND, "portal-no-order",
                          "Nenhum certificado deste arquivo é de um pedido que espera a AC.");
}

bool portal_answer(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct answering answering = {.request = request, .items = json_array()};
    const char *text = json_string_value(json_object_get(request->body, "file"));
    STACK_OF(X509) *list = NULL;
    bool ok = (answering.items != NULL || ra_fail(error, RA_NO_MEMORY, "answer")) &&
              ((text != NULL && base64_decode(request->context, text, strlen(text), &answering.file)) ||
               ra_fail_field(error, "file", "base64", "O arquivo deve vir em base64.")) &&
              bundle_read(answering.file, &list, error) && take_all(&answering, list, error);
    sk_X509_pop_free(list, X509_free);
    if (!ok) {
        json_decref(answering.items);
        return false;
    }
    http_reply(response, 200, json_pack("{s:o}", "items", answering.items));
    return true;
}
