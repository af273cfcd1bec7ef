/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The term on its way to people: the draft that the agent countersigns, the term that was countersigned, and
 * the paper that came back signed.
 *
 * The PDF carries the whole CPF, and the order's code stands on paper: so the term opens by the bearer token
 * or the cookie, or by proofs of both halves of the emission code. Who has both could emit the certificate,
 * which says the same.
 */
#include "app.h"
#include "approval/approval.h"
#include "approval/office.h"
#include "identification/identification.h"
#include "issuance/emission.h"
#include "pki/trust/term.h"
#include "term/term_internal.h"

#include <string.h>

static const struct {
    const char *part;
    const char *kind;
    const char *file_name;
} parts[] = {
    {"pdf", TERM_KIND_PDF, "termo-%s.pdf"},
    {"text", TERM_KIND_TEXT, "termo-%s.txt"},
    {"countersignature", TERM_KIND_COUNTERSIGNATURE, "termo-%s.p7s"},
    {"signature", TERM_KIND_SIGNATURE, "termo-%s.sig"},
    {"paper", TERM_KIND_PAPER, "termo-%s-papel"},
};
enum { PARTS = sizeof parts / sizeof parts[0] };

static bool find_part(const struct http_request *request, size_t *at, struct ra_error *error)
{
    const char *wanted = http_query(request, "part");
    for (*at = 0; *at < PARTS; (*at)++) {
        if (strcmp(wanted != NULL ? wanted : "pdf", parts[*at].part) == 0) {
            return true;
        }
    }
    return ra_fail_field(error, "part", "unknown",
                         "Partes do termo: pdf, text, countersignature, signature, paper.");
}

static void reply_file(struct http_request *request, struct http_response *response,
                       const struct order *order, const char *file_name, const char *media_type,
                       struct bytes content)
{
    const char *slot = strstr(file_name, "%s");
    char *name = talloc_asprintf(request->context, "%.*s%s%s", (int)(slot - file_name), file_name,
                                 order->code, slot + 2);
    http_set_attachment(response, name != NULL ? name : order->code);
    http_set_header(response, "Cache-Control", "no-store");
    http_reply_bytes(response, 200, media_type, content);
}

static bool record_shown(struct http_request *request, const struct order *order, const char *part,
                         struct ra_error *error)
{
    return audit_record(request, AUDIT_TERM_SHOWN, order,
                        json_pack("{s:s, s:i}", "part", part, "attempt", order->attempt), NULL, error);
}

static bool term_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct bytes content;
    const char *media_type = NULL;
    size_t at = 0;
    if (!find_part(request, &at, error) ||
        !orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !term_file(request, order, parts[at].kind, &media_type, &content, error) ||
        !record_shown(request, order, parts[at].part, error)) {
        return false;
    }
    reply_file(request, response, order, parts[at].file_name, media_type, content);
    return true;
}

static bool draft_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct term term;
    const char *part = http_query(request, "part");
    const bool text = part != NULL && strcmp(part, "text") == 0;
    if (part != NULL && !text && strcmp(part, "pdf") != 0)
        return ra_fail_field(error, "part", "unknown", "Partes do rascunho: pdf, text.");
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !term_draft(request, order, &term, error) || !record_shown(request, order, "draft", error)) {
        return false;
    }
    if (text)
        reply_file(request, response, order, "termo-%s.txt", "text/plain; charset=utf-8", term.text);
    else
        reply_file(request, response, order, "termo-%s.pdf", "application/pdf", term.pdf);
    return true;
}

/* --- by both halves of the emission code --- */

static bool check_proofs(struct http_request *request, const struct order *order, struct ra_error *error)
{
    struct approval_pair pair = {0};
    struct emission_proofs proofs = {0};
    return emission_read_proofs(request->context, request->body, &proofs, error) &&
           approval_pair_load(request->app, request->db, request->context,
                              (time_t)(request->now_us / 1000000), order->id, order->attempt, &pair, error) &&
           emission_check_proofs(&pair, bytes_of_text(TERM_READING), &proofs, error);
}

static bool term_read(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct bytes pdf;
    struct bytes text;
    const char *media_type = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !check_proofs(request, order, error) ||
        !term_file(request, order, TERM_KIND_PDF, &media_type, &pdf, error) ||
        !term_file(request, order, TERM_KIND_TEXT, &media_type, &text, error) ||
        !record_shown(request, order, "pdf", error)) {
        return false;
    }
    const char *encoded = base64_encode(request->context, pdf);
    http_set_header(response, "Cache-Control", "no-store");
    http_reply(response, 200,
               encoded == NULL
                   ? NULL
                   : json_pack("{s:s, s:s%}", "pdf", encoded, "text", (const char *)text.data, text.length));
    return true;
}

/* --- the paper --- */

static bool paper_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    bool exists = false;
    bool is_signed = false;
    const char *media_type = NULL;
    json_t *state = NULL;
    /* Looking into the file takes its time: the case is asked before, and locked only after it. */
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !identification_upload_inspect(request, &media_type, error) ||
        !orders_load_for_update(request, http_path_parameter(request, "code"), &order, error) ||
        !term_has(request, order, TERM_KIND_PDF, &exists, error) ||
        !term_has(request, order, TERM_KIND_SIGNATURE, &is_signed, error)) {
        return false;
    }
    if (!exists) {
        return ra_fail_reason(error, RA_CONFLICT, "term-absent",
                              "Este pedido ainda não tem termo a assinar.");
    }
    if (is_signed) {
        return ra_fail_reason(error, RA_CONFLICT, "term-signed",
                              "O titular já assinou o termo com a chave nova.");
    }
    if (!identification_annex_add_upload(request, order, TERM_KIND_PAPER, media_type, error) ||
        !term_record(request, order, AUDIT_TERM_SIGNED, request->raw_sha256, error) ||
        !term_state_json(request, order, &state, error)) {
        return false;
    }
    http_reply(response, 201, state);
    return true;
}

/* --- the room --- */

static const struct http_parameter part_parameters[] = {
    {"part", false, "{\"enum\":[\"pdf\",\"text\",\"countersignature\",\"signature\",\"paper\"]}",
     "qual arquivo do termo; sem ela, o PDF"},
    {0},
};

static const struct http_parameter draft_parameters[] = {
    {"part", false, "{\"enum\":[\"pdf\",\"text\"]}",
     "o PDF que se contra-assina, ou o texto dele; sem ela, o PDF"},
    {0},
};

static const char proofs_schema[] =
    "{\"type\":\"object\",\"required\":[\"proofs\"],\"properties\":{\"proofs\":{\"type\":\"object\","
    "\"required\":[\"counter\",\"mail\"],\"properties\":{\"counter\":{\"type\":\"string\"},"
    "\"mail\":{\"type\":\"string\"}}}}}";
static const char read_schema[] =
    "{\"type\":\"object\",\"required\":[\"pdf\",\"text\"],\"properties\":{\"pdf\":{\"type\":\"string\","
    "\"contentEncoding\":\"base64\"},\"text\":{\"type\":\"string\"}}}";
static const char state_schema[] =
    "{\"type\":\"object\",\"required\":[\"state\",\"text\",\"sha256\"],\"properties\":{\"state\":{\"enum\":["
    "\"awaiting_holder\",\"signed\",\"paper_pending\",\"paper\"]},\"text\":{\"type\":\"string\"},"
    "\"sha256\":{\"type\":\"string\"}}}";

static const struct http_route routes[] = {
    {.method = HTTP_GET,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/orders/{code}/term",
     .authorize = orders_authorize_holder,
     .handler = term_get,
     .operation = "term",
     .summary = "O termo de titularidade em vigor e suas assinaturas",
     .query = part_parameters,
     .response_type = "application/pdf",
     .statuses = {200, 401, 404, 422}},
    {.method = HTTP_POST,
     .listeners = HTTP_PUBLIC,
     .api_path = "/api/orders/{code}/term",
     .authorize = http_anyone,
     .handler = term_read,
     .body = HTTP_BODY_JSON,
     .operation = "termRead",
     .summary = "O termo, para quem prova que tem as duas metades do código de emissão",
     .request_schema = proofs_schema,
     .response_schema = read_schema,
     .statuses = {200, 404, 409, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/term",
     .authorize = office_authorize_any,
     .handler = term_get,
     .operation = "officeTerm",
     .summary = "O termo de titularidade em vigor e suas assinaturas",
     .query = part_parameters,
     .response_type = "application/pdf",
     .statuses = {200, 404, 422}},
    {.method = HTTP_GET,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/term/draft",
     .authorize = office_authorize_agent,
     .handler = draft_get,
     .operation = "officeTermDraft",
     .summary = "O termo que a validação de hoje por este agente contra-assina",
     .query = draft_parameters,
     .response_type = "application/pdf",
     .statuses = {200, 404, 422}},
    {.method = HTTP_POST,
     .listeners = HTTP_OFFICE,
     .api_path = "/api/office/orders/{code}/term/paper",
     .authorize = office_authorize_agent,
     .handler = paper_post,
     .body = HTTP_BODY_RAW,
     .body_limit = IDENTIFICATION_DOCUMENT_MAX,
     .operation = "officeTermPaper",
     .summary = "O termo assinado à mão, digitalizado",
     .response_schema = state_schema,
     .statuses = {201, 404, 409, 415}},
};

const struct room term_room = {
    .name = "term",
    .id = ROOM_TERM,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
};
