/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The end of a revocation: the CRL that holds the serial and the term of revocation go into the dossier
 * (rules 3.4), the case moves, the holder is told.
 */
#include "app.h"
#include "approval/approval.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "catalog/local_time.h"
#include "http/template.h"
#include "identification/identification.h"
#include "notice/notice.h"
#include "revocation/revocation_store.h"
#include "term/term_pdf.h"

#include <string.h>

/* Texts of the term of revocation, so far one: another text is another file. */
#define REVOCATION_TERM "term/revogacao-1"

struct closing {
    struct http_request request; /* the program's own */
    const struct revocation_ticket *ticket;
    struct order *order;
    struct catalog_office *office;
    struct db_rows *row; /* the clock's */
    const char *crl_digest;
    char day[CATALOG_DAY_SIZE];
};

static const char *basis_text(const struct closing *closing)
{
    const char *authority = row_text(closing->row, 0, "authority");
    if (strcmp(authority, "ac") == 0)
        return "ordem da Autoridade Certificadora, executada por dois agentes de registro";
    if (strcmp(authority, "court") == 0)
        return "ordem judicial, executada por dois agentes de registro";
    return strcmp(row_text(closing->row, 0, "requested_by"), "holder") == 0
               ? "pedido do titular ou do responsável, provado com a chave ou a senha de revogação"
               : "declaração assinada da Autoridade de Registro";
}

static const char *when(const struct closing *closing, int64_t instant_us)
{
    const char *text = local_time_short_text(closing->request.context, instant_us, closing->office->offset_s);
    return text != NULL ? text : "";
}

static json_t *term_model_of(const struct closing *closing, const char *instance)
{
    const struct order *order = closing->order;
    int64_t reason = row_int(closing->row, 0, "reason");
    const char *why = revocation_reason_text(reason);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:{s:s}}", "order",
                     order->code, "product", order->product_name, "instance", instance, "serial",
                     closing->ticket->serial, "holder",
                     order->company != NULL ? order->company->name : order->subject->name, "basis",
                     basis_text(closing), "reason", why != NULL ? why : "", "code", (json_int_t)reason,
                     "requested", when(closing, row_time(closing->row, 0, "requested_at")), "executed",
                     when(closing, row_time(closing->row, 0, "executed_at")), "seen",
                     when(closing, closing->request.now_us), "crl", closing->crl_digest, "ra", "name",
                     closing->office->legal_name);
}

static bool render_term(struct closing *closing, struct bytes *pdf, struct ra_error *error)
{
    struct http_request *request = &closing->request;
    struct bytes text = {NULL, 0};
    struct term_blocks blocks;
    const char *instance = "";
    const struct term_sheet sheet = {.fonts = request->app->config->term_fonts,
                                     .author = closing->office->legal_name,
                                     .day = closing->day};
    if (!approval_instance(request, &instance, error))
        return false;
    json_t *model = term_model_of(closing, instance);
    bool done = model != NULL ? template_render(request->app->templates, TEMPLATE_TEXT, REVOCATION_TERM,
                                                model, request->context, &text, error)
                              : ra_fail(error, RA_NO_MEMORY, "term of revocation");
    json_decref(model);
    return done && term_blocks_read(request->context, text, &blocks, error) &&
           term_pdf(request->context, &blocks, &sheet, pdf, error);
}

static bool keep_papers(struct closing *closing, struct bytes crl, struct ra_error *error)
{
    struct bytes pdf = {NULL, 0};
    return identification_annex_add(&closing->request, closing->order, "revocation_crl",
                                    "application/pkix-crl", crl, error) &&
           render_term(closing, &pdf, error) &&
           identification_annex_add(&closing->request, closing->order, "revocation_term", "application/pdf",
                                    pdf, error);
}

static bool move_case(struct closing *closing, struct bytes digest, struct ra_error *error)
{
    struct http_request *request = &closing->request;
    struct order *order = closing->order;
    const struct audit_subject subject = {order->id, order->ref, order->code};
    return db_exec(request->db, STATEMENT_REVOCATION_SEEN,
                   DB_VALUES(db_int(closing->ticket->id), db_time(request->now_us), db_bytes(digest)), NULL,
                   error) &&
           orders_set_state_by_system(request->db, request->now_us, order, ORDERS_MACHINE_ISSUANCE, "revoked",
                                      error) &&
           orders_milestone_by_system(request->db, request->now_us, order, "revoked", order->serial, error) &&
           audit_record_system(
               request->app, request->db, request->now_us, AUDIT_REVOCATION_SEEN, subject,
               json_pack("{s:s, s:s}", "serial", closing->ticket->serial, "crl", closing->crl_digest), NULL,
               error) &&
           notice_enqueue_by_system(request->db, request->context, request->now_us, order,
                                    NOTICE_CERTIFICATE_REVOKED,
                                    json_pack("{s:s}", "serial", closing->ticket->serial), error);
}

bool revocation_close(struct job_run *run, const struct revocation_ticket *ticket, struct bytes crl,
                      struct ra_error *error)
{
    uint8_t digest[32];
    struct closing closing = {.request = http_program_request(run->context, run->app, run->db, run->now_us),
                              .ticket = ticket};
    if (!sha256(crl, digest))
        return ra_fail_crypto(error, "CRL");
    closing.crl_digest = hex_encode(run->context, (struct bytes){digest, sizeof digest});
    catalog_today(run->app, run->now_us, closing.day);
    return (closing.crl_digest != NULL || ra_fail(error, RA_NO_MEMORY, "CRL")) &&
           orders_load_by_id(run->context, run->db, ticket->order_id, true, &closing.order, error) &&
           catalog_office(run->app, run->context, &closing.office, error) &&
           db_one(run->db, run->context, STATEMENT_REVOCATION_OF_ORDER,
                  DB_VALUES(db_int(ticket->order_id), db_int(ticket->attempt)), &closing.row, error) &&
           keep_papers(&closing, crl, error) &&
           move_case(&closing, (struct bytes){digest, sizeof digest}, error);
}
