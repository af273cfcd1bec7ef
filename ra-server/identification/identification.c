/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checklist and dossier of a case, as other rooms and the routes see them.
 */
#include "identification/identification.h"

#include "catalog/catalog.h"
#include "identification/identification_internal.h"
#include "identification/identification_store.h"
#include "pki/base/clock.h"
#include "pki/trust/merkle.h"

#include <stdlib.h>
#include <string.h>

/* --- checklist --- */

static bool satisfied(const char *state)
{
    return strcmp(state, "accepted") == 0 || strcmp(state, "waived") == 0;
}

static json_t *item_json(const struct db_rows *rows, size_t row)
{
    json_t *item =
        json_pack("{s:s,s:s,s:s,s:o,s:s,s:s,s:b,s:s}", "id", row_text(rows, row, "id"), "person",
                  row_text(rows, row, "person"), "kind", row_text(rows, row, "kind"), "alternatives",
                  row_texts(rows, row, "alternatives"), "text", row_text(rows, row, "text_agent"), "source",
                  row_text(rows, row, "source"), "required", row_bool(rows, row, "required") ? 1 : 0, "state",
                  row_text(rows, row, "state"));
    if (item == NULL)
        return NULL;
    const char *consult = row_text(rows, row, "consult");
    const char *reason = row_text(rows, row, "reason");
    if ((consult[0] != '\0' && json_object_set_new(item, "consult", json_string(consult)) != 0) ||
        (reason[0] != '\0' && json_object_set_new(item, "reason", json_string(reason)) != 0) ||
        json_object_set_new(item, "waivable", json_boolean(row_bool(rows, row, "waivable"))) != 0) {
        json_decref(item);
        return NULL;
    }
    return item;
}

static bool items_today(struct http_request *request, const struct order *order, struct db_rows **rows,
                        struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    catalog_today(request->app, request->now_us, day);
    return store_items(request, order, day, rows, error);
}

bool identification_checklist(struct http_request *request, const struct order *order, json_t **checklist,
                              struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!items_today(request, order, &rows, error))
        return false;
    bool complete = true;
    json_t *items = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++) {
        if (row_bool(rows, i, "required") && !satisfied(row_text(rows, i, "state")))
            complete = false;
        if (json_array_append_new(items, item_json(rows, i)) != 0) {
            json_decref(items);
            return ra_fail(error, RA_NO_MEMORY, "checklist");
        }
    }
    *checklist =
        json_pack("{s:s,s:o,s:b}", "order", order->code, "items", items, "complete", complete ? 1 : 0);
    return *checklist != NULL || ra_fail(error, RA_NO_MEMORY, "checklist");
}

bool identification_require_complete(struct http_request *request, const struct order *order,
                                     struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!items_today(request, order, &rows, error))
        return false;
    char *missing = NULL;
    const char *source = "";
    for (size_t i = 0; i < db_row_count(rows); i++) {
        if (!row_bool(rows, i, "required") || satisfied(row_text(rows, i, "state")))
            continue;
        missing = missing == NULL ? talloc_strdup(request->context, row_text(rows, i, "id"))
                                  : talloc_asprintf_append(missing, ", %s", row_text(rows, i, "id"));
        source = row_text(rows, i, "source");
        if (missing == NULL)
            return ra_fail(error, RA_NO_MEMORY, "checklist");
    }
    if (missing == NULL)
        return true;
    ra_fail_reason(error, RA_RULE_REFUSED, "checklist-incomplete", "Ainda falta aceitar: %s.", missing);
    snprintf(error->source, sizeof error->source, "%s", source);
    return false;
}

bool identification_waivers(struct http_request *request, const struct order *order, json_t **waivers,
                            struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!items_today(request, order, &rows, error))
        return false;
    *waivers = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++) {
        if (strcmp(row_text(rows, i, "state"), "waived") != 0)
            continue;
        if (json_array_append_new(*waivers, json_pack("{s:s,s:s}", "rule", row_text(rows, i, "id"), "reason",
                                                      row_text(rows, i, "reason"))) != 0) {
            json_decref(*waivers);
            return ra_fail(error, RA_NO_MEMORY, "waivers");
        }
    }
    return *waivers != NULL || ra_fail(error, RA_NO_MEMORY, "waivers");
}

/* --- dossier --- */

/* The separator, backslash and control characters as \xx: two different dossiers never give the same leaf. */
static char *dossier_escape(TALLOC_CTX *context, const char *text)
{
    char *escaped = talloc_size(context, strlen(text) * 3 + 1);
    size_t length = 0;
    if (escaped == NULL)
        return NULL;
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '|' || c == '\\' || c < 0x20 || c == 0x7F) {
            static const char digits[] = "0123456789abcdef";
            escaped[length++] = '\\';
            escaped[length++] = digits[c >> 4];
            escaped[length++] = digits[c & 15];
        } else {
            escaped[length++] = (char)c;
        }
    }
    escaped[length] = '\0';
    return escaped;
}

struct leaves {
    TALLOC_CTX *context;
    const char **texts;
    size_t count;
};

static bool add_leaf(struct leaves *leaves, const char *text, struct ra_error *error)
{
    const char **longer =
        talloc_realloc(leaves->context, leaves->texts, const char *, (unsigned)leaves->count + 1);
    if (text == NULL || longer == NULL)
        return ra_fail(error, RA_NO_MEMORY, "dossier");
    leaves->texts = longer;
    leaves->texts[leaves->count++] = text;
    return true;
}

static const char *escaped(struct leaves *leaves, const struct db_rows *rows, size_t row, const char *column)
{
    const char *text = dossier_escape(leaves->context, row_text(rows, row, column));
    return text == NULL ? "" : text;
}

static bool document_leaves(struct http_request *request, const struct order *order, struct leaves *leaves,
                            json_t *documents, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!store_documents(request, order, "sealed", &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        const char *leaf = talloc_asprintf(
            leaves->context, "document|%s|%s|%s|%s|%s|%s|%s|%s|%s|%d", row_text(rows, i, "id"),
            escaped(leaves, rows, i, "item"), row_text(rows, i, "person"), row_text(rows, i, "sha256"),
            escaped(leaves, rows, i, "kind"), escaped(leaves, rows, i, "number"),
            row_text(rows, i, "issued_on"), row_text(rows, i, "expires_on"), escaped(leaves, rows, i, "via"),
            row_bool(rows, i, "original_seen"));
        json_t *document = json_pack("{s:s,s:s,s:s,s:I,s:s}", "id", row_text(rows, i, "id"), "item",
                                     row_text(rows, i, "item"), "sha256", row_text(rows, i, "sha256"), "size",
                                     (json_int_t)row_int(rows, i, "size_bytes"), "media_type",
                                     row_text(rows, i, "media_type"));
        if (json_array_append_new(documents, document) != 0)
            return ra_fail(error, RA_NO_MEMORY, "dossier");
        if (!add_leaf(leaves, leaf, error))
            return false;
    }
    return true;
}

static bool consultation_leaves(struct http_request *request, const struct order *order,
                                struct leaves *leaves, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!store_consultations(request, order, &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        char at[CLOCK_TEXT_SIZE];
        clock_format_utc(row_time(rows, i, "at"), at, sizeof at);
        const char *leaf = talloc_asprintf(
            leaves->context, "consultation|%s|%s|%s|%s|%s|%s|%s", escaped(leaves, rows, i, "kind"),
            row_text(rows, i, "person"), row_text(rows, i, "result"), escaped(leaves, rows, i, "base"),
            escaped(leaves, rows, i, "protocol"), row_text(rows, i, "evidence"), at);
        if (!add_leaf(leaves, leaf, error))
            return false;
    }
    return true;
}

static bool item_leaves(struct http_request *request, const struct order *order, struct leaves *leaves,
                        struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!items_today(request, order, &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        const char *leaf = talloc_asprintf(leaves->context, "item|%s|%s|%s|%s", row_text(rows, i, "id"),
                                           row_text(rows, i, "person"), row_text(rows, i, "state"),
                                           escaped(leaves, rows, i, "reason"));
        if (!add_leaf(leaves, leaf, error))
            return false;
    }
    return true;
}

static int by_bytes(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool root_of(struct leaves *leaves, uint8_t root[32], struct ra_error *error)
{
    struct bytes *texts = talloc_array(leaves->context, struct bytes, (unsigned)leaves->count + 1);
    struct merkle_hash hash;
    if (texts == NULL)
        return ra_fail(error, RA_NO_MEMORY, "dossier");
    for (size_t i = 0; i < leaves->count; i++)
        texts[i] = bytes_of_text(leaves->texts[i]);
    if (!merkle_root_of(texts, leaves->count, &hash, error))
        return false;
    memcpy(root, hash.bytes, sizeof hash.bytes);
    return true;
}

bool identification_dossier(struct http_request *request, const struct order *order, json_t **dossier,
                            uint8_t root[32], struct ra_error *error)
{
    struct leaves leaves = {.context = request->context};
    json_t *documents = json_array();
    json_t *texts = json_array();
    bool ok = document_leaves(request, order, &leaves, documents, error) &&
              consultation_leaves(request, order, &leaves, error) &&
              item_leaves(request, order, &leaves, error);
    if (ok && leaves.count > 1)
        qsort(leaves.texts, leaves.count, sizeof *leaves.texts, by_bytes);
    ok = ok && root_of(&leaves, root, error);
    for (size_t i = 0; ok && i < leaves.count; i++)
        ok = json_array_append_new(texts, json_string(leaves.texts[i])) == 0 ||
             ra_fail(error, RA_NO_MEMORY, "dossier");
    const char *hex = ok ? hex_encode(request->context, (struct bytes){root, 32}) : NULL;
    *dossier = ok ? json_pack("{s:s,s:O,s:O}", "root", hex, "leaves", texts, "documents", documents) : NULL;
    json_decref(documents);
    json_decref(texts);
    return ok && (*dossier != NULL || ra_fail(error, RA_NO_MEMORY, "dossier"));
}
