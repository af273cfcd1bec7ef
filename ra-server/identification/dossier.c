/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sealed part of a dossier as leaf texts and their Merkle root: what the statements bind (protocol 2).
 */
#include "identification/identification.h"
#include "identification/identification_store.h"
#include "identification/judged_case.h"
#include "pki/base/clock.h"
#include "pki/trust/merkle.h"

#include <stdlib.h>
#include <string.h>

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

static bool document_leaves(const struct judged_case *judged, struct leaves *leaves, json_t *documents,
                            struct ra_error *error)
{
    const struct db_rows *rows = judged->documents;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        const char *leaf = talloc_asprintf(
            leaves->context, "document|%s|%s|%s|%s|%s|%s|%s|%s|%s|%d|%s|%s|%d|%d|%s|%s",
            row_text(rows, i, "id"), escaped(leaves, rows, i, "item"), row_text(rows, i, "person"),
            row_text(rows, i, "sha256"), escaped(leaves, rows, i, "kind"), escaped(leaves, rows, i, "number"),
            row_text(rows, i, "issued_on"), row_text(rows, i, "expires_on"), escaped(leaves, rows, i, "via"),
            row_bool(rows, i, "original_seen"), row_text(rows, i, "person_id"),
            escaped(leaves, rows, i, "issuer"), row_bool(rows, i, "photo"), row_bool(rows, i, "legible"),
            row_text(rows, i, "sides"), row_text(rows, i, "copied_from"));
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

static bool consultation_leaves(const struct judged_case *judged, struct leaves *leaves,
                                struct ra_error *error)
{
    const struct db_rows *rows = judged->consultations;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        char at[CLOCK_TEXT_SIZE], consulted[CLOCK_TEXT_SIZE];
        clock_format_utc(row_time(rows, i, "at"), at, sizeof at);
        clock_format_utc(row_time(rows, i, "consulted_at"), consulted, sizeof consulted);
        const char *leaf = talloc_asprintf(
            leaves->context, "consultation|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s",
            escaped(leaves, rows, i, "kind"), row_text(rows, i, "person"), row_text(rows, i, "result"),
            escaped(leaves, rows, i, "base"), escaped(leaves, rows, i, "protocol"),
            row_text(rows, i, "evidence"), at, row_text(rows, i, "person_id"), consulted,
            escaped(leaves, rows, i, "registration"), escaped(leaves, rows, i, "form_number"),
            escaped(leaves, rows, i, "via_seen"));
        if (!add_leaf(leaves, leaf, error))
            return false;
    }
    return true;
}

static bool item_leaves(const struct judged_case *judged, struct leaves *leaves, struct ra_error *error)
{
    for (size_t i = 0; i < judged->verdict.item_count; i++) {
        const struct engine_item *item = &judged->verdict.items[i];
        const char *reason = dossier_escape(leaves->context, item->reason);
        const char *leaf = talloc_asprintf(
            leaves->context, "item|%s|%s|%s|%s|%s", item->rule->id, rules_role_word(item->person->role),
            engine_state_word(item->state), reason == NULL ? "" : reason, item->person->id);
        if (!add_leaf(leaves, leaf, error))
            return false;
    }
    return true;
}

/* What the rules were applied to: their version, and every answer that made them apply. */
static bool fact_leaves(const struct judged_case *judged, struct leaves *leaves, struct ra_error *error)
{
    if (!add_leaf(leaves, talloc_asprintf(leaves->context, "rules|%s", judged->ruleset->version), error))
        return false;
    for (size_t i = 0; i < judged->facts.answer_count; i++) {
        const struct engine_answer *answer = &judged->facts.answers[i];
        const char *leaf =
            talloc_asprintf(leaves->context, "fact|%s|%s|%s", answer->person_id, answer->key, answer->value);
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
    struct judged_case judged;
    if (!judged_case_read(request, order, &judged, error))
        return false;
    json_t *documents = json_array();
    json_t *texts = json_array();
    bool ok = fact_leaves(&judged, &leaves, error) && document_leaves(&judged, &leaves, documents, error) &&
              consultation_leaves(&judged, &leaves, error) && item_leaves(&judged, &leaves, error);
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
