/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dossier.json: what the leaves cover, and what is known besides.
 */
#include "app.h"
#include "dossier/dossier_export.h"
#include "pki/base/clock.h"

#include <stdio.h>
#include <string.h>

size_t dossier_first_row(const struct db_rows *documents, size_t row)
{
    struct bytes digest = row_bytes(documents, row, "sha256");
    size_t first = 0;
    while (first < row && !bytes_equal(row_bytes(documents, first, "sha256"), digest)) {
        first++;
    }
    return first;
}

void dossier_document_name(const struct dossier_packing *packing, size_t row, char name[DOSSIER_NAME_SIZE])
{
    size_t first = dossier_first_row(packing->documents, row);
    char *digest = hex_encode(NULL, row_bytes(packing->documents, first, "sha256"));
    (void)snprintf(name, DOSSIER_NAME_SIZE, "%s%s.%s", dossier_file_name(DOSSIER_DOCUMENT),
                   digest != NULL ? digest : "",
                   dossier_extension(row_text(packing->documents, first, "media_type")));
    talloc_free(digest);
}

static json_t *document_json(const struct dossier_packing *packing, size_t row)
{
    static const char *const texts[] = {"id",         "item",   "part",   "person",    "kind",
                                        "media_type", "number", "issuer", "issued_on", "expires_on",
                                        "via",        "sides",  "agent",  "station"};
    const struct db_rows *rows = packing->documents;
    char name[DOSSIER_NAME_SIZE];
    char at[CLOCK_TEXT_SIZE];
    dossier_document_name(packing, row, name);
    clock_format_utc(row_time(rows, row, "at"), at, sizeof at);
    char *digest = hex_encode(NULL, row_bytes(rows, row, "sha256"));
    json_t *document =
        json_pack("{s:s, s:s, s:I, s:I, s:b, s:b, s:b, s:s}", "sha256", digest != NULL ? digest : "", "file",
                  name, "size", (json_int_t)row_int(rows, row, "size_bytes"), "attempt",
                  (json_int_t)row_int(rows, row, "attempt"), "original_seen",
                  row_bool(rows, row, "original_seen") ? 1 : 0, "photo", row_bool(rows, row, "photo") ? 1 : 0,
                  "legible", row_bool(rows, row, "legible") ? 1 : 0, "at", at);
    talloc_free(digest);
    for (size_t each = 0; each < sizeof texts / sizeof texts[0]; each++) {
        if (json_object_set_new(document, texts[each], json_string(row_text(rows, row, texts[each]))) != 0) {
            json_decref(document);
            return NULL;
        }
    }
    return document;
}

static json_t *statement_json(const struct dossier_packing *packing, size_t row)
{
    const struct db_rows *rows = packing->statements;
    char at[CLOCK_TEXT_SIZE];
    clock_format_utc(row_time(rows, row, "issued_at"), at, sizeof at);
    char *digest = hex_encode(NULL, row_bytes(rows, row, "sha256"));
    json_t *statement =
        json_pack("{s:s, s:I, s:s, s:s, s:s}", "typ", row_text(rows, row, "typ"), "attempt",
                  (json_int_t)row_int(rows, row, "attempt"), "sha256", digest != NULL ? digest : "", "signer",
                  row_text(rows, row, "signer"), "issued_at", at);
    talloc_free(digest);
    return statement;
}

typedef json_t *row_json_maker(const struct dossier_packing *packing, size_t row);

static json_t *rows_json(const struct dossier_packing *packing, const struct db_rows *rows,
                         row_json_maker *make)
{
    json_t *array = json_array();
    for (size_t row = 0; row < db_row_count(rows); row++) {
        if (json_array_append_new(array, make(packing, row)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* What the holder proved with the halves of the emission code; empty texts where the binding is another. */
static json_t *proofs_json(const struct db_rows *certificate)
{
    bool issued = db_row_count(certificate) == 1;
    struct bytes none = {NULL, 0};
    char *counter = base64_encode(NULL, issued ? row_bytes(certificate, 0, "proof_counter") : none);
    char *mail = base64_encode(NULL, issued ? row_bytes(certificate, 0, "proof_mail") : none);
    json_t *proofs =
        counter != NULL && mail != NULL ? json_pack("{s:s, s:s}", "counter", counter, "mail", mail) : NULL;
    talloc_free(counter);
    talloc_free(mail);
    return proofs;
}

static json_t *states_json(const struct order *order)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "order", order->states[ORDERS_MACHINE_ORDER], "appointment",
                     order->states[ORDERS_MACHINE_APPOINTMENT], "attendance",
                     order->states[ORDERS_MACHINE_ATTENDANCE], "identification",
                     order->states[ORDERS_MACHINE_IDENTIFICATION], "issuance",
                     order->states[ORDERS_MACHINE_ISSUANCE]);
}

json_t *dossier_description(const struct dossier_packing *packing, const char *cnpj)
{
    const struct order *order = packing->order;
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:o, s:O, s:O, s:o, s:o, s:o}", "format",
        DOSSIER_FORMAT, "instance", packing->instance, "order", order->code, "ref", order->ref, "attempt",
        order->attempt, "rules", packing->rules, "product", order->product_id, "office", order->office_code,
        "ra_cnpj", cnpj, "states", states_json(order), "root", json_object_get(packing->live, "root"),
        "leaves", json_object_get(packing->live, "leaves"), "documents",
        rows_json(packing, packing->documents, document_json), "statements",
        rows_json(packing, packing->statements, statement_json), "proofs", proofs_json(packing->certificate));
}
