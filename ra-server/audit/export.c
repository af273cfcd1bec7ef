/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/export.h"

#include "app.h"
#include "audit/export_archive.h"
#include "audit/export_csv.h"
#include "audit/export_report.h"
#include "audit/export_text.h"
#include "pki/base/clock.h"
#include "pki/trust/identity.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct exporting {
    struct http_request *request;
    const struct export_wish *wish;
    struct export_archive *archive;
    struct log_checkpoint checkpoint;
    uint64_t first;
    uint64_t after;
};

static bool write_text(struct exporting *exporting, const char *text, struct ra_error *error)
{
    if (text == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "export");
    }
    return export_archive_write(exporting->archive, bytes_of_text(text), error);
}

/* --- events --- */

static bool write_leaf(struct db_rows *row, void *argument, struct ra_error *error)
{
    struct exporting *exporting = argument;
    return export_archive_write(exporting->archive, row_bytes(row, 0, "bytes"), error) &&
           write_text(exporting, "\n", error);
}

static bool write_csv_line(struct db_rows *row, void *argument, struct ra_error *error)
{
    struct exporting *exporting = argument;
    char *line = NULL;
    bool done =
        export_csv_line(row, (uint64_t)row_int(row, 0, "n"), row_bytes(row, 0, "bytes"), &line, error) &&
        write_text(exporting, line, error);
    talloc_free(line);
    return done;
}

static bool write_private_line(struct db_rows *row, void *argument, struct ra_error *error)
{
    struct exporting *exporting = argument;
    struct bytes data = row_bytes(row, 0, "data");
    char *salt = hex_encode(row, row_bytes(row, 0, "salt"));
    json_t *line = json_pack("{s:I, s:s, s:s%}", "n", (json_int_t)row_int(row, 0, "n"), "salt",
                             salt != NULL ? salt : "", "data", (const char *)data.data, data.length);
    char *text = line != NULL ? json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    bool done =
        write_text(exporting, salt != NULL ? text : NULL, error) && write_text(exporting, "\n", error);
    free(text);
    json_decref(line);
    talloc_free(salt);
    return done;
}

/* In stretches: each statement ends long before its time limit, however long the export. */
static bool each_of_range(struct exporting *exporting, enum db_statement statement, db_each_row *each,
                          void *argument, struct ra_error *error)
{
    const uint64_t stretch = 5000;
    for (uint64_t at = exporting->first; at < exporting->after; at += stretch) {
        uint64_t end = exporting->after - at < stretch ? exporting->after : at + stretch;
        if (!db_each(exporting->request->db, statement, DB_VALUES(db_int((int64_t)at), db_int((int64_t)end)),
                     each, argument, error)) {
            return false;
        }
    }
    return true;
}

static bool add_report_row(struct db_rows *row, void *argument, struct ra_error *error)
{
    const struct export_report_row event = {.n = (uint64_t)row_int(row, 0, "n"),
                                            .actor = row_text(row, 0, "actor"),
                                            .order = row_text(row, 0, "order_code"),
                                            .leaf = row_bytes(row, 0, "bytes")};
    return export_report_add(argument, &event, error);
}

static bool write_report(struct exporting *exporting, struct ra_error *error)
{
    const struct export_report_head head = {.from = exporting->wish->from,
                                            .to = exporting->wish->to,
                                            .first = exporting->first,
                                            .after = exporting->after,
                                            .checkpoint = &exporting->checkpoint};
    const char *longest_ms = "60000"; /* the front waits no longer either */
    struct export_report *report = NULL;
    struct bytes pdf;
    return export_report_begin(exporting->request, &head, &report, error) &&
           db_exec(exporting->request->db, STATEMENT_AUDIT_REPORT_UNHURRIED, DB_VALUES(db_text(longest_ms)),
                   NULL, error) &&
           each_of_range(exporting, STATEMENT_AUDIT_REPORT_ROWS, add_report_row, report, error) &&
           export_report_finish(report, &pdf, error) &&
           export_archive_begin_stored(exporting->archive, "report.pdf", (int64_t)pdf.length, error) &&
           export_archive_write(exporting->archive, pdf, error);
}

static bool write_events(struct exporting *exporting, struct ra_error *error)
{
    if (!export_archive_begin(exporting->archive, "events.jsonl", error) ||
        !each_of_range(exporting, STATEMENT_AUDIT_EXPORT_LEAVES, write_leaf, exporting, error)) {
        return false;
    }
    if (exporting->wish->format == EXPORT_CSV &&
        !(export_archive_file(exporting->archive, "events.csv", bytes_of_text(export_csv_heading()), error) &&
          each_of_range(exporting, STATEMENT_AUDIT_EXPORT_LEAVES, write_csv_line, exporting, error))) {
        return false;
    }
    if (exporting->wish->format == EXPORT_PDF && !write_report(exporting, error)) {
        return false;
    }
    return !exporting->wish->with_private ||
           (export_archive_begin(exporting->archive, "private.jsonl", error) &&
            each_of_range(exporting, STATEMENT_AUDIT_EXPORT_PRIVATE, write_private_line, exporting, error));
}

/* --- proofs --- */

static bool append_hash(json_t *array, const struct merkle_hash *hash)
{
    char *text = hex_encode(NULL, (struct bytes){hash->bytes, sizeof hash->bytes});
    int appended = json_array_append_new(array, text != NULL ? json_string(text) : NULL);
    talloc_free(text);
    return appended == 0;
}

static bool write_json(struct exporting *exporting, const char *name, json_t *take_json,
                       struct ra_error *error)
{
    char *text = take_json != NULL ? json_dumps(take_json, JSON_INDENT(2)) : NULL;
    json_decref(take_json);
    bool done = export_archive_begin(exporting->archive, name, error) && write_text(exporting, text, error);
    free(text);
    return done;
}

static bool write_start(struct exporting *exporting, struct ra_error *error)
{
    struct merkle_reader reader = log_reader(exporting->request->db);
    json_t *peaks = json_array();
    bool done = peaks != NULL || ra_fail(error, RA_NO_MEMORY, "proof");
    for (unsigned level = MERKLE_LEVELS; done && level-- > 0;) {
        struct merkle_hash hash;
        if ((exporting->first >> level & 1) == 0) {
            continue;
        }
        done = reader.read(reader.state, level, (exporting->first >> level) - 1, &hash, error) &&
               (append_hash(peaks, &hash) || ra_fail(error, RA_NO_MEMORY, "proof"));
    }
    if (!done) {
        json_decref(peaks);
        return false;
    }
    return write_json(exporting, "proofs/start.json",
                      json_pack("{s:I, s:o}", "size", (json_int_t)exporting->first, "peaks", peaks), error);
}

static bool write_consistency(struct exporting *exporting, struct ra_error *error)
{
    struct merkle_reader reader = log_reader(exporting->request->db);
    struct merkle_proof proof;
    if (!merkle_prove_consistency(&reader, exporting->after, exporting->checkpoint.size, &proof, error)) {
        return false;
    }
    json_t *hashes = json_array();
    for (size_t at = 0; at < proof.count; at++) {
        if (!append_hash(hashes, &proof.hashes[at])) {
            json_decref(hashes);
            return ra_fail(error, RA_NO_MEMORY, "proof");
        }
    }
    return write_json(exporting, "proofs/consistency.json",
                      json_pack("{s:I, s:I, s:o}", "old_size", (json_int_t)exporting->after, "new_size",
                                (json_int_t)exporting->checkpoint.size, "proof", hashes),
                      error);
}

static bool write_proofs(struct exporting *exporting, struct ra_error *error)
{
    return export_archive_file(exporting->archive, "checkpoint", bytes_of_text(exporting->checkpoint.note),
                               error) &&
           (exporting->first == 0 || write_start(exporting, error)) &&
           (exporting->after == exporting->checkpoint.size || write_consistency(exporting, error));
}

/* --- the whole --- */

static bool find_range(struct exporting *exporting, struct ra_error *error)
{
    struct http_request *request = exporting->request;
    struct db_rows *row = NULL;
    if (!log_checkpoint_latest(request->db, request->context, &exporting->checkpoint, error)) {
        return false;
    }
    if (exporting->checkpoint.size == 0) {
        return ra_fail_reason(error, RA_CONFLICT, "log-unsigned",
                              "Ainda não há registro assinado para exportar. Tente em instantes.");
    }
    if (!db_one(request->db, request->context, STATEMENT_AUDIT_EXPORT_RANGE,
                DB_VALUES(db_time(exporting->wish->since_us), db_time(exporting->wish->until_us),
                          db_int((int64_t)exporting->checkpoint.size)),
                &row, error)) {
        return false;
    }
    exporting->first = (uint64_t)row_int(row, 0, "first");
    exporting->after = (uint64_t)row_int(row, 0, "after");
    return true;
}

static json_t *manifest_json(const struct exporting *exporting)
{
    char made_at[CLOCK_TEXT_SIZE];
    clock_format_utc(exporting->request->now_us, made_at, sizeof made_at);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "format", "guiche-export-v1", "office",
                     exporting->request->app->config->office_code, "from", exporting->wish->from, "to",
                     exporting->wish->to, "made_at", made_at, "first", (json_int_t)exporting->first, "after",
                     (json_int_t)exporting->after, "size", (json_int_t)exporting->checkpoint.size);
}

bool export_write(struct http_request *request, const struct export_wish *wish, int fd,
                  struct export_done *done, struct ra_error *error)
{
    struct exporting exporting = {.request = request, .wish = wish};
    struct identity *signer = NULL;
    if (!find_range(&exporting, error) ||
        !export_archive_signer(request->context, request->app->config, &signer, error) ||
        !export_archive_open(request->context, fd, (time_t)(request->now_us / 1000000), &exporting.archive,
                             error)) {
        return false;
    }
    *done = (struct export_done){exporting.first, exporting.after, exporting.checkpoint.size};
    bool written =
        export_archive_file(exporting.archive, "LEIAME.txt", bytes_of_text(export_readme), error) &&
        write_events(&exporting, error) && write_proofs(&exporting, error) &&
        export_archive_finish(exporting.archive, manifest_json(&exporting), signer, error);
    talloc_free(exporting.archive); /* before the caller closes its descriptor */
    return written;
}
