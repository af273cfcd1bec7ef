/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Documents in and out of a dossier.
 */
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "identification/evidence.h"
#include "identification/identification.h"
#include "identification/identification_internal.h"
#include "identification/judged_case.h"

#include <string.h>
#include <unistd.h>

bool document_keep(struct http_request *request, const struct order *order,
                   const struct store_document *document, int descriptor, const char **id,
                   struct ra_error *error)
{
    struct vault_key key;
    if (!store_dossier_key(request, order->id, &key, error))
        return false;
    bool ok = vault_put(request->app->config, &key, order->ref, document->sha256, descriptor, error) &&
              store_add_document(request, order, document, id, error);
    vault_wipe(&key);
    return ok;
}

static const char *query_or_empty(const struct http_request *request, const char *name)
{
    const char *value = http_query(request, name);
    return value == NULL ? "" : value;
}

static bool flag(const struct http_request *request, const char *name, bool otherwise)
{
    const char *value = query_or_empty(request, name);
    return value[0] == '\0' ? otherwise : strcmp(value, "1") == 0 || strcmp(value, "true") == 0;
}

static bool texts_fit(const struct store_document *document, struct ra_error *error)
{
    enum { ISSUER_MAX = 60 };
    if (strlen(document->issuer) > ISSUER_MAX)
        return ra_fail_field(error, "issuer", "length", "O órgão emissor tem no máximo 60 caracteres.");
    return strcmp(document->sides, "front") == 0 || strcmp(document->sides, "back") == 0 ||
           strcmp(document->sides, "both") == 0 ||
           ra_fail_field(error, "sides", "unknown", "Diga front, back ou both.");
}

static void describe(const struct http_request *request, bool by_agent, const char *media_type,
                     struct store_document *document)
{
    const char *sides = query_or_empty(request, "sides");
    *document = (struct store_document){.person_id = "",
                                        .media_type = media_type,
                                        .item = query_or_empty(request, "item"),
                                        .part = "sealed",
                                        .kind = query_or_empty(request, "kind"),
                                        .number = query_or_empty(request, "number"),
                                        .issued_on = query_or_empty(request, "issued"),
                                        .expires_on = query_or_empty(request, "expires"),
                                        .via = query_or_empty(request, "via"),
                                        .issuer = query_or_empty(request, "issuer"),
                                        .sides = sides[0] == '\0' ? "both" : sides,
                                        .photo = flag(request, "photo", true),
                                        .legible = flag(request, "legible", true),
                                        .original_seen = by_agent && flag(request, "original_seen", false),
                                        .agent = actor_name(request),
                                        .station = actor_station(request),
                                        .sha256 = request->raw_sha256,
                                        .size = (int64_t)request->raw_length};
}

/* For which item of which person. Evidence of a consultation hangs on no item of the checklist. */
static bool assign(const struct http_request *request, const struct judged_case *judged,
                   struct store_document *document, struct ra_error *error)
{
    const struct engine_document typed = {.kind = document->kind,
                                          .number = document->number,
                                          .issued_on = document->issued_on,
                                          .expires_on = document->expires_on,
                                          .via = document->via};
    const struct engine_item *item = NULL;
    bool ok = evidence_document_fields(judged->ruleset, &typed, judged->facts.day, error);
    ok = texts_fit(document, error) && ok;
    if (!ok || strcmp(document->kind, "evidence") == 0)
        return ok;
    struct ra_error absent = {0};
    if (!judged_case_item(judged, document->item, http_query(request, "person"), &item, &absent)) {
        if (absent.code == RA_NOT_FOUND)
            return ra_fail_field(error, "item", "unknown", "Este item não faz parte do caso.");
        *error = absent;
        return false;
    }
    document->person_id = item->person->id;
    return true;
}

/* What the agent compares with the person is collected by an agent (DOC-ICP-05.03 2.1), and one order does
 * not fill the vault. */
static bool may_come_from_holder(const struct judged_case *judged, const struct store_document *document,
                                 struct ra_error *error)
{
    enum { SENT_MAX = 40, SENT_BYTES_MAX = 100 << 20 };
    size_t sent = 0;
    int64_t bytes = document->size;
    if (strcmp(document->kind, "face") == 0 || strcmp(document->kind, "fingerprint") == 0)
        return ra_fail_field(error, "kind", "collected", "Face e digitais são colhidas no atendimento.");
    for (size_t i = 0; i < db_row_count(judged->documents); i++) {
        if (strcmp(row_text(judged->documents, i, "agent"), "holder") != 0)
            continue;
        sent++;
        bytes += row_int(judged->documents, i, "size_bytes");
    }
    return (sent < SENT_MAX && bytes <= SENT_BYTES_MAX) ||
           ra_fail_reason(error, RA_RULE_REFUSED, "too-many-documents",
                          "Este pedido já recebeu arquivos demais. Traga os outros no atendimento.");
}

static bool add(struct http_request *request, struct http_response *response, bool by_agent,
                struct ra_error *error)
{
    struct order *order = NULL;
    struct judged_case judged;
    struct store_document document;
    struct inspection inspection;
    const char *id = NULL;
    /* Looking into the file takes its time: the case is asked before, and locked only after it. */
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !upload_inspect(request->raw_fd, request->raw_length, &inspection, error) ||
        !open_for_change(request, "document", &order, error) ||
        !judged_case_read(request, order, &judged, error))
        return false;
    describe(request, by_agent, inspection.media_type, &document);
    if (!assign(request, &judged, &document, error) ||
        (!by_agent && !may_come_from_holder(&judged, &document, error)) ||
        !document_keep(request, order, &document, request->raw_fd, &id, error))
        return false;
    const char *digest = hex_encode(request->context, (struct bytes){request->raw_sha256, 32});
    json_t *detail =
        json_pack("{s:s,s:s,s:s,s:s,s:b}", "document", id, "item", document.item, "sha256", digest, "kind",
                  document.kind, "original_seen", document.original_seen ? 1 : 0);
    if (!audit_record(request, AUDIT_DOC_PRESENTED, order, detail, NULL, error))
        return false;
    http_reply(response, 201,
               json_pack("{s:s,s:s,s:s,s:I}", "document", id, "sha256", digest, "media_type",
                         inspection.media_type, "size", (json_int_t)request->raw_length));
    return true;
}

bool document_add(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    return add(request, response, true, error);
}

bool document_add_by_holder(struct http_request *request, struct http_response *response,
                            struct ra_error *error)
{
    return add(request, response, false, error);
}

/* Shown inside the case's page where a browser can show it. Whatever the bytes try, no script of theirs runs:
 * a PDF is drawn by the browser's own viewer, which a sandbox would keep out. */
static void set_disposition(const struct http_request *request, struct http_response *response,
                            const char *id, const char *media_type)
{
    const bool pdf = strcmp(media_type, "application/pdf") == 0;
    const bool image = strcmp(media_type, "image/jpeg") == 0 || strcmp(media_type, "image/png") == 0;
    if (!flag(request, "inline", false) || (!pdf && !image)) {
        http_set_attachment(response, id);
        return;
    }
    http_set_header(response, "Content-Disposition", "inline");
    http_set_header(
        response, "Content-Security-Policy",
        pdf ? "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; "
              "form-action 'none'; frame-ancestors 'self'"
            : "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; "
              "form-action 'none'; frame-ancestors 'self'");
}

bool document_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct db_rows *row = NULL;
    struct order *order = NULL;
    struct vault_key key;
    int output = -1;
    const char *id = http_path_parameter(request, "id");
    if (!store_document(request, id, &row, error) ||
        !orders_load(request, row_text(row, 0, "code"), &order, error) ||
        !store_dossier_key(request, order->id, &key, error))
        return false;
    bool ok =
        http_temporary_file(request, &output, error) &&
        vault_get(request->app->config, &key, order->ref, row_bytes(row, 0, "sha256").data, output, error) &&
        audit_record(request, AUDIT_DOC_READ, order, json_pack("{s:s}", "document", id), NULL, error);
    vault_wipe(&key);
    if (ok && lseek(output, 0, SEEK_SET) != 0)
        ok = ra_fail_errno(error, "dossier");
    if (!ok) {
        if (output >= 0)
            close(output);
        return false;
    }
    set_disposition(request, response, id, row_text(row, 0, "media_type"));
    http_set_header(response, "Cache-Control", "no-store");
    http_reply_file(response, 200, row_text(row, 0, "media_type"), output,
                    (uint64_t)row_int(row, 0, "size_bytes"));
    return true;
}
