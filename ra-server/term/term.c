/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "term/term.h"

#include "app.h"
#include "approval/approval.h"
#include "approval/office.h"
#include "approval/trust_state.h"
#include "catalog/catalog.h"
#include "http/template.h"
#include "identification/identification.h"
#include "issuance/reasons.h"
#include "pki/trust/term.h"
#include "term/term_internal.h"
#include "term/term_pdf.h"

#include <string.h>

/* --- making --- */

static bool render_text(struct http_request *request, const struct term_facts *facts, struct bytes *text,
                        struct ra_error *error)
{
    const char *name = talloc_asprintf(request->context, "term/%s", facts->version);
    json_t *model = term_model(facts);
    if (name == NULL || model == NULL) {
        json_decref(model);
        return ra_fail(error, RA_NO_MEMORY, "term");
    }
    bool done =
        template_render(request->app->templates, TEMPLATE_TEXT, name, model, request->context, text, error);
    json_decref(model);
    return done;
}

bool term_sheet_of(struct http_request *request, const struct catalog_office *office, const char *day,
                   struct bytes text, struct bytes *pdf, struct ra_error *error)
{
    struct term_blocks blocks;
    const struct term_sheet sheet = {
        .fonts = request->app->config->term_fonts, .author = office->legal_name, .day = day};
    return term_blocks_read(request->context, text, &blocks, error) &&
           term_pdf(request->context, &blocks, &sheet, pdf, error);
}

bool term_draft(struct http_request *request, const struct order *order, struct term *term,
                struct ra_error *error)
{
    struct catalog_office *office = NULL;
    char day[CATALOG_DAY_SIZE];
    struct term_facts facts = {.order = order, .agent = office_caller(request)->name, .day = day};
    catalog_today(request->app, request->now_us, day);
    if (!catalog_office(request->app, request->context, &office, error) ||
        !approval_instance(request, &facts.instance, error) ||
        !catalog_policy_text(request->app, request->context, request->now_us, "term_text", &facts.version,
                             error)) {
        return false;
    }
    facts.office = office;
    return render_text(request, &facts, &term->text, error) &&
           term_sheet_of(request, office, day, term->text, &term->pdf, error) &&
           (sha256(term->pdf, term->digest) || ra_fail_crypto(error, "term"));
}

/* --- in the annex --- */

bool term_has(struct http_request *request, const struct order *order, const char *kind, bool *has,
              struct ra_error *error)
{
    struct annex_file file;
    bool done = identification_annex_find(request, order, kind, &file, error);
    *has = done && file.found;
    return done;
}

bool term_file(struct http_request *request, const struct order *order, const char *kind,
               const char **media_type, struct bytes *content, struct ra_error *error)
{
    struct annex_file file;
    if (!identification_annex_find(request, order, kind, &file, error)) {
        return false;
    }
    if (!file.found) {
        return ra_fail_reason(error, RA_NOT_FOUND, "term-absent", "Este pedido não tem esta parte do termo.");
    }
    *media_type = file.media_type;
    return identification_annex_read(request, order, &file, content, error);
}

bool term_record(struct http_request *request, const struct order *order, enum audit_code code,
                 const uint8_t digest[32], struct ra_error *error)
{
    const char *hash = hex_encode(request->context, (struct bytes){digest, 32});
    return audit_record(request, code, order,
                        json_pack("{s:s, s:i}", "sha256", hash, "attempt", order->attempt), NULL, error);
}

/* --- at the validation --- */

/* The signer's words speak of statements; here they are about the term. */
static bool refuse_countersignature(struct ra_error *error)
{
    const struct ra_error cause = *error;
    if (cause.code != RA_STATEMENT_REFUSED) {
        return false;
    }
    return ra_fail_reason(error, cause.code, cause.reason, "Contra-assinatura do termo: %s", cause.detail);
}

static bool judge_countersignature(struct http_request *request,
                                   const struct term_countersigned *countersigned, struct ra_error *error)
{
    uint8_t signer[32];
    uint8_t caller[32];
    if (!trust_verify_detached(request->app, countersigned->cms, countersigned->term.pdf,
                               (time_t)(request->now_us / 1000000), signer, error)) {
        return refuse_countersignature(error);
    }
    if (!hex_decode(office_caller(request)->spki, caller, sizeof caller) ||
        !bytes_equal((struct bytes){caller, sizeof caller}, (struct bytes){signer, sizeof signer})) {
        (void)reason_fail(error, "signer-not-caller", NULL);
        return refuse_countersignature(error);
    }
    return true;
}

static bool may_be_absent(struct http_request *request, struct ra_error *error)
{
    const char *rule = "";
    if (!catalog_policy_text(request->app, request->context, request->now_us, "term_countersignature", &rule,
                             error)) {
        return false;
    }
    return strcmp(rule, "optional") == 0 ||
           term_refuse(error, "term-countersignature-missing",
                       "Falta a contra-assinatura do termo de titularidade por quem valida.");
}

bool term_read_countersigned(struct http_request *request, const struct order *order,
                             struct term_countersigned *countersigned, struct ra_error *error)
{
    const char *text = http_text(request->body, "term_countersignature");
    *countersigned = (struct term_countersigned){.given = false};
    if (text == NULL || text[0] == '\0') {
        return may_be_absent(request, error);
    }
    countersigned->given = true;
    if (!base64_decode(request->context, text, strlen(text), &countersigned->cms)) {
        return ra_fail_field(error, "term_countersignature", "base64",
                             "Envie a contra-assinatura do termo em base64.");
    }
    return term_draft(request, order, &countersigned->term, error) &&
           judge_countersignature(request, countersigned, error);
}

bool term_keep_countersigned(struct http_request *request, const struct order *order,
                             const struct term_countersigned *countersigned, struct ra_error *error)
{
    const struct term *term = &countersigned->term;
    return !countersigned->given ||
           (identification_annex_add(request, order, TERM_KIND_PDF, "application/pdf", term->pdf, error) &&
            identification_annex_add(request, order, TERM_KIND_TEXT, "text/plain", term->text, error) &&
            identification_annex_add(request, order, TERM_KIND_COUNTERSIGNATURE,
                                     "application/pkcs7-signature", countersigned->cms, error) &&
            term_record(request, order, AUDIT_TERM_COUNTERSIGNED, term->digest, error));
}

/* --- at the emission --- */

/* A request that brings no signature comes from a program that makes none: the way `csr`. */
static bool check_absent(struct http_request *request, const struct annex_file *term, struct ra_error *error)
{
    json_t *policy = NULL;
    if (!catalog_policy(request->app, request->now_us, "term_signature", &policy, error)) {
        return false;
    }
    const char *rule = json_string_value(json_object_get(policy, "csr"));
    bool due = term->found && (rule == NULL || strcmp(rule, "required") == 0);
    json_decref(policy);
    return !due ||
           term_refuse(error, "term-signature-missing", "Falta a assinatura do termo de titularidade.");
}

bool term_check_signature(struct http_request *request, const struct order *order, EVP_PKEY *key,
                          struct bytes signature, struct ra_error *error)
{
    struct annex_file term;
    if (!identification_annex_find(request, order, TERM_KIND_PDF, &term, error)) {
        return false;
    }
    if (signature.length == 0) {
        return check_absent(request, &term, error);
    }
    if (!term.found) {
        return term_refuse(error, "term-absent", "Este pedido não tem termo de titularidade a assinar.");
    }
    return term_verify(key, term.sha256, signature, error);
}

bool term_keep_signature(struct http_request *request, const struct order *order, struct bytes signature,
                         struct ra_error *error)
{
    uint8_t digest[32];
    if (signature.length == 0) {
        return true;
    }
    return (sha256(signature, digest) || ra_fail_crypto(error, "term")) &&
           identification_annex_add(request, order, TERM_KIND_SIGNATURE, "application/octet-stream",
                                    signature, error) &&
           term_record(request, order, AUDIT_TERM_SIGNED, digest, error);
}

/* --- showing --- */

static bool read_title(struct http_request *request, const struct order *order, const char **title,
                       struct ra_error *error)
{
    struct bytes text = {NULL, 0};
    struct term_blocks blocks;
    const char *media_type = NULL;
    if (!term_file(request, order, TERM_KIND_TEXT, &media_type, &text, error) ||
        !term_blocks_read(request->context, text, &blocks, error)) {
        return false;
    }
    *title = term_blocks_first(&blocks, TERM_TITLE);
    return true;
}

bool term_emission_json(struct http_request *request, const struct order *order, json_t **json,
                        struct ra_error *error)
{
    struct annex_file term;
    const char *title = "";
    *json = NULL;
    if (!identification_annex_find(request, order, TERM_KIND_PDF, &term, error)) {
        return false;
    }
    if (!term.found) {
        return true;
    }
    if (!read_title(request, order, &title, error)) {
        return false;
    }
    const char *digest = hex_encode(request->context, (struct bytes){term.sha256, sizeof term.sha256});
    *json = digest == NULL ? NULL : json_pack("{s:s, s:s}", "sha256", digest, "title", title);
    return *json != NULL || ra_fail(error, RA_NO_MEMORY, "term");
}

struct term_state {
    const char *word;
    const char *text;
};

static struct term_state state_of(const struct order *order, bool is_signed, bool on_paper)
{
    bool asked = !orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "none") &&
                 !orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "ready");
    if (is_signed) {
        return (struct term_state){"signed", "termo: assinado pelo titular com a chave nova"};
    }
    if (on_paper) {
        return (struct term_state){"paper", "termo: assinado no papel"};
    }
    return asked ? (struct term_state){"paper_pending", "termo: assinatura no papel pendente"}
                 : (struct term_state){"awaiting_holder", "termo: aguarda a assinatura do titular"};
}

bool term_state_json(struct http_request *request, const struct order *order, json_t **json,
                     struct ra_error *error)
{
    struct annex_file term;
    bool is_signed = false;
    bool on_paper = false;
    *json = NULL;
    if (!identification_annex_find(request, order, TERM_KIND_PDF, &term, error) ||
        !term_has(request, order, TERM_KIND_SIGNATURE, &is_signed, error) ||
        !term_has(request, order, TERM_KIND_PAPER, &on_paper, error)) {
        return false;
    }
    if (!term.found) {
        return true;
    }
    const struct term_state state = state_of(order, is_signed, on_paper);
    const char *digest = hex_encode(request->context, (struct bytes){term.sha256, sizeof term.sha256});
    *json = digest == NULL
                ? NULL
                : json_pack("{s:s, s:s, s:s}", "state", state.word, "text", state.text, "sha256", digest);
    return *json != NULL || ra_fail(error, RA_NO_MEMORY, "term");
}
