/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A synthetic log, exported by the server's writer and judged by the auditor's verifier: good ranges pass,
 * and whatever a forger may do to the file is found (contract 4).
 */
#include "audit/export_archive.h"
#include "audit/export_report.h"
#include "authority.h"
#include "floors/check.h"
#include "pki/audit/export_verify.h"
#include "pki/audit/proof_verify.h"
#include "pki/trust/note.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEAVES = 21 };

struct world {
    TALLOC_CTX *context;
    struct authority *authority;
    char folder[32];
    char path[64];
    struct note_key *key;
    struct bytes leaves[LEAVES];
    struct merkle_hash hashes[LEAVES];
    uint8_t salt[32];
    const char *data;
};

/* What a forger changes while the export is written. */
struct forgery {
    size_t alter_leaf;   /* 1-based line whose bytes change; 0: none */
    size_t leave_out;    /* 1-based line left out */
    bool double_last;    /* the last line twice */
    bool no_newline;     /* at the end */
    bool wrong_data;     /* private data that the leaf did not commit to */
    bool no_start;       /* proofs/start.json missing */
    bool wrong_peaks;    /* other roots in it */
    bool no_consistency; /* proofs/consistency.json missing */
    bool shift_first;    /* the manifest claims another place */
    const char *extra;   /* a file more */
    bool unlisted;       /* …which the manifest does not know */
    const char *note;    /* another checkpoint */
    const char *made_at; /* another instant in the manifest */
};

static bool read_level_zero(void *state, unsigned level, uint64_t index, struct merkle_hash *hash,
                            struct ra_error *error)
{
    const struct world *world = state;
    if (level == 0) {
        *hash = world->hashes[index];
        return true;
    }
    struct merkle_hash left;
    struct merkle_hash right;
    return read_level_zero(state, level - 1, 2 * index, &left, error) &&
           read_level_zero(state, level - 1, 2 * index + 1, &right, error) &&
           merkle_hash_node(&left, &right, hash, error);
}

static struct merkle_reader reader_of(struct world *world)
{
    return (struct merkle_reader){read_level_zero, world};
}

static void make_leaves(struct world *world)
{
    struct ra_error error = {0};
    uint8_t opened[256];
    uint8_t digest[32];
    world->data = "{\"name\":\"ANA SOUZA\"}";
    memset(world->salt, 0x5a, sizeof world->salt);
    memcpy(opened, world->salt, 32);
    memcpy(opened + 32, world->data, strlen(world->data));
    assert_true(sha256((struct bytes){opened, 32 + strlen(world->data)}, digest));
    char *commit = hex_encode(world->context, (struct bytes){digest, 32});
    for (size_t at = 0; at < LEAVES; at++) {
        char *text =
            talloc_asprintf(world->context, "{\"v\":1,\"n\":%zu,\"order\":\"case-%zu\",\"commit\":\"%s\"}",
                            at, at % 2, at == 7 ? commit : "");
        world->leaves[at] = bytes_of_text(text);
        assert_done(merkle_hash_leaf(world->leaves[at], &world->hashes[at], &error));
    }
}

static int setup(void **state)
{
    struct ra_error error = {0};
    struct world *world = talloc_zero(NULL, struct world);
    world->context = world;
    void *authority = NULL;
    assert_int_equal(authority_setup(&authority), 0);
    world->authority = authority;
    snprintf(world->folder, sizeof world->folder, "/tmp/ra-export.XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->path, sizeof world->path, "%s/log.key", world->folder);
    assert_done(note_key_create(world->path, &error));
    assert_done(note_key_load(world, world->path, "guiche.teste/log", &world->key, &error));
    unlink(world->path);
    snprintf(world->path, sizeof world->path, "%s/export.zip", world->folder);
    make_leaves(world);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    void *authority = world->authority;
    unlink(world->path);
    rmdir(world->folder);
    authority_teardown(&authority);
    talloc_free(world);
    return 0;
}

static const char *note_over(struct world *world, uint64_t size)
{
    struct ra_error error = {0};
    struct merkle_reader reader = reader_of(world);
    struct checkpoint checkpoint = {.size = size};
    char *note = NULL;
    assert_done(merkle_root(&reader, size, &checkpoint.root, &error));
    assert_done(checkpoint_sign(world->context, world->key, &checkpoint, &note, &error));
    return note;
}

static void write_text(struct export_archive *archive, const char *text)
{
    struct ra_error error = {0};
    assert_done(export_archive_write(archive, bytes_of_text(text), &error));
}

static void write_hashes(struct export_archive *archive, const struct merkle_hash *hashes, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        char *hex = hex_encode(NULL, (struct bytes){hashes[at].bytes, MERKLE_HASH_SIZE});
        write_text(archive, at == 0 ? "\"" : ",\"");
        write_text(archive, hex);
        write_text(archive, "\"");
        talloc_free(hex);
    }
}

static void write_lines(struct world *world, struct export_archive *archive, size_t first, size_t after,
                        const struct forgery *forgery)
{
    struct ra_error error = {0};
    assert_done(export_archive_begin(archive, "events.jsonl", &error));
    for (size_t at = first; at < after; at++) {
        size_t line = at - first + 1;
        struct bytes leaf = world->leaves[at];
        if (forgery->leave_out == line) {
            continue;
        }
        if (forgery->alter_leaf == line) {
            leaf = bytes_of_text("{\"v\":1,\"n\":0,\"order\":\"case-0\",\"commit\":\"\",\"x\":1}");
        }
        assert_done(export_archive_write(archive, leaf, &error));
        if (at + 1 < after || !forgery->no_newline) {
            write_text(archive, "\n");
        }
    }
    if (forgery->double_last) {
        assert_done(export_archive_write(archive, world->leaves[after - 1], &error));
        write_text(archive, "\n");
    }
}

static void write_start(struct world *world, struct export_archive *archive, uint64_t first, bool wrong)
{
    struct ra_error error = {0};
    struct merkle_hash peaks[MERKLE_LEVELS];
    size_t count = 0;
    for (unsigned level = MERKLE_LEVELS; level-- > 0;) {
        if ((first >> level & 1) != 0) {
            assert_done(read_level_zero(world, level, (first >> level) - 1, &peaks[count], &error));
            peaks[count].bytes[0] ^= wrong ? 1 : 0;
            count++;
        }
    }
    char head[64];
    snprintf(head, sizeof head, "{\"size\":%" PRIu64 ",\"peaks\":[", first);
    assert_done(export_archive_begin(archive, "proofs/start.json", &error));
    write_text(archive, head);
    write_hashes(archive, peaks, count);
    write_text(archive, "]}");
}

static void write_consistency(struct world *world, struct export_archive *archive, uint64_t after,
                              uint64_t size)
{
    struct ra_error error = {0};
    struct merkle_reader reader = reader_of(world);
    struct merkle_proof proof;
    char head[80];
    assert_done(merkle_prove_consistency(&reader, after, size, &proof, &error));
    snprintf(head, sizeof head, "{\"old_size\":%" PRIu64 ",\"new_size\":%" PRIu64 ",\"proof\":[", after,
             size);
    assert_done(export_archive_begin(archive, "proofs/consistency.json", &error));
    write_text(archive, head);
    write_hashes(archive, proof.hashes, proof.count);
    write_text(archive, "]}");
}

static void write_private(struct world *world, struct export_archive *archive, bool wrong)
{
    struct ra_error error = {0};
    char *salt = hex_encode(NULL, (struct bytes){world->salt, 32});
    json_t *line = json_pack("{s:i, s:s, s:s}", "n", 7, "salt", salt, "data",
                             wrong ? "{\"name\":\"BIA SOUZA\"}" : world->data);
    char *text = json_dumps(line, JSON_COMPACT);
    assert_done(export_archive_begin(archive, "private.jsonl", &error));
    write_text(archive, text);
    write_text(archive, "\n");
    free(text);
    json_decref(line);
    talloc_free(salt);
}

static void export(struct world *world, size_t first, size_t after, uint64_t size,
                   const struct forgery *forgery)
{
    struct ra_error error = {0};
    struct export_archive *archive = NULL;
    int fd = open(world->path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_done(export_archive_open(world->context, fd, TEST_NOW, &archive, &error));
    write_lines(world, archive, first, after, forgery);
    if (first <= 7 && after > 7) {
        write_private(world, archive, forgery->wrong_data);
    }
    assert_done(export_archive_file(
        archive, "checkpoint", bytes_of_text(forgery->note != NULL ? forgery->note : note_over(world, size)),
        &error));
    if (first > 0 && !forgery->no_start) {
        write_start(world, archive, first, forgery->wrong_peaks);
    }
    if (after < size && !forgery->no_consistency) {
        write_consistency(world, archive, after, size);
    }
    if (forgery->extra != NULL) {
        assert_done(export_archive_file(archive, forgery->extra, bytes_of_text("x"), &error));
    }
    json_t *manifest = json_pack("{s:s, s:s, s:I, s:I}", "format", "guiche-export-v1", "made_at",
                                 forgery->made_at != NULL ? forgery->made_at : "2026-09-21T14:13:20Z",
                                 "first", (json_int_t)(first + (forgery->shift_first ? 1 : 0)), "after",
                                 (json_int_t)(after + (forgery->shift_first ? 1 : 0)));
    assert_done(export_archive_finish(archive, manifest, world->authority->identities[ALICE], &error));
    talloc_free(archive);
    close(fd);
}

static bool verify(struct world *world, struct export_report *report, struct ra_error *error)
{
    return export_verify(world->path, note_key_verifier(world->key), NULL, NULL, report, error);
}

static void assert_found(struct world *world, size_t first, size_t after, const struct forgery *forgery,
                         const char *reason)
{
    struct ra_error error = {0};
    struct export_report report;
    export(world, first, after, LEAVES, forgery);
    assert_false(verify(world, &report, &error));
    assert_int_equal(error.code, RA_VERIFICATION_FAILED);
    assert_string_equal(error.reason, reason);
}

static const struct forgery honest;

static void every_range_of_the_log_is_provable(void **state)
{
    struct world *world = *state;
    for (uint64_t size = 1; size <= LEAVES; size += 4) {
        for (size_t first = 0; first < size; first += 3) {
            for (size_t after = first; after <= size; after += 2) {
                struct ra_error error = {0};
                struct export_report report;
                export(world, first, after, size, &honest);
                if (!verify(world, &report, &error)) {
                    fail_msg("%zu..%zu of %" PRIu64 ": %s", first, after, size, error.detail);
                }
                assert_int_equal(report.size, size);
                assert_int_equal(report.disclosed, first <= 7 && after > 7 ? 1 : 0);
            }
        }
    }
}

static void a_changed_line_is_found(void **state)
{
    for (size_t line = 1; line <= 9; line++) {
        const struct forgery altered = {.alter_leaf = line};
        assert_found(*state, 0, LEAVES, &altered, "export-leaves");
        assert_found(*state, 4, 13, &altered, "consistency");
    }
}

static void lines_left_out_or_added_are_found(void **state)
{
    const struct forgery fewer = {.leave_out = 3};
    const struct forgery more = {.double_last = true};
    const struct forgery unended = {.no_newline = true};
    assert_found(*state, 0, LEAVES, &fewer, "export-leaves");
    assert_found(*state, 0, LEAVES, &more, "export-leaves");
    assert_found(*state, 0, LEAVES, &unended, "export-malformed");
}

static void a_range_needs_its_proofs(void **state)
{
    const struct forgery no_start = {.no_start = true};
    const struct forgery wrong = {.wrong_peaks = true};
    const struct forgery no_end = {.no_consistency = true};
    const struct forgery elsewhere = {.shift_first = true};
    assert_found(*state, 5, LEAVES, &no_start, "export-proof");
    assert_found(*state, 5, LEAVES, &wrong, "export-leaves");
    assert_found(*state, 0, 9, &no_end, "export-proof");
    assert_found(*state, 4, 9, &elsewhere, "export-proof");
}

static void disclosed_data_must_open_its_commitment(void **state)
{
    const struct forgery other = {.wrong_data = true};
    assert_found(*state, 0, LEAVES, &other, "export-commitment");
}

static void another_tree_or_another_key_is_found(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct export_report report;
    const struct forgery shorter = {.note = note_over(world, 12)};
    assert_found(world, 0, LEAVES, &shorter, "export-leaves");

    struct note_verifier other = *note_key_verifier(world->key);
    other.public_key[0] ^= 1;
    export(world, 0, LEAVES, LEAVES, &honest);
    assert_false(export_verify(world->path, &other, NULL, NULL, &report, &error));
    assert_string_equal(error.reason, "note-signature");
}

static void a_file_too_many_is_found(void **state)
{
    const struct forgery stranger = {.extra = "../../etc/passwd"};
    assert_found(*state, 0, LEAVES, &stranger, "export-malformed");
}

/* Any byte of the file: either it is found, or it was no content (the zip's own fields). */
static void no_byte_of_the_content_can_be_changed(void **state)
{
    struct world *world = *state;
    struct export_report report;
    uint8_t content[65536];
    export(world, 2, 15, LEAVES, &honest);
    FILE *file = fopen(world->path, "rb");
    size_t length = fread(content, 1, sizeof content, file);
    fclose(file);
    size_t found = 0;
    size_t tried = 0;
    for (size_t at = 0; at < length; at += 37) {
        struct ra_error error = {0};
        content[at] ^= 0x40;
        file = fopen(world->path, "wb");
        assert_int_equal(fwrite(content, 1, length, file), length);
        fclose(file);
        content[at] ^= 0x40;
        tried++;
        if (!verify(world, &report, &error)) {
            found++;
        } else {
            assert_int_equal(report.first, 2);
            assert_int_equal(report.after, 15);
            assert_int_equal(report.disclosed, 1);
        }
    }
    assert_true(found * 10 > tried * 5);
}

static void the_signer_of_the_manifest_is_named_and_judged(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct export_report report;
    export(world, 0, LEAVES, LEAVES, &honest);
    assert_done(verify(world, &report, &error));
    assert_false(report.signer_trusted);
    assert_non_null(strstr(report.signer, "CN="));

    assert_done(export_verify(world->path, note_key_verifier(world->key), world->authority->anchors, NULL,
                              &report, &error));
    assert_true(report.signer_trusted);
}

/* Not at the machine's now: an export outlives its signer's certificate, and is not older than it. */
static void the_signer_is_judged_when_the_export_was_made(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *made_at;
        const char *reason; /* NULL: good */
    } cases[] = {
        {"2026-09-21T14:13:20Z", NULL},
        {"2027-09-20T14:13:20Z", NULL},
        {"2027-09-22T14:13:20Z", "export-signature"},
        {"2026-09-19T14:13:20Z", "export-signature"},
        {"2026-09-21", "export-malformed"},
    };
    for (size_t at = 0; at < sizeof cases / sizeof cases[0]; at++) {
        struct ra_error error = {0};
        struct export_report report;
        const struct forgery dated = {.made_at = cases[at].made_at};
        export(world, 0, LEAVES, LEAVES, &dated);
        bool good = export_verify(world->path, note_key_verifier(world->key), world->authority->anchors, NULL,
                                  &report, &error);
        assert_int_equal(good, cases[at].reason == NULL);
        assert_string_equal(error.reason, cases[at].reason == NULL ? "" : cases[at].reason);
    }
}

/* Given up half-way, the descriptor is closed and its number is soon another file's: nothing may reach it. */
static void an_export_given_up_writes_nothing_more(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct export_archive *archive = NULL;
    int fd = open(world->path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_done(export_archive_open(world->context, fd, TEST_NOW, &archive, &error));
    assert_done(export_archive_file(archive, "events.jsonl", world->leaves[0], &error));
    off_t before = lseek(fd, 0, SEEK_END);
    talloc_free(archive);
    assert_int_equal(lseek(fd, 0, SEEK_END), before);
    close(fd);
}

static void garbage_is_no_export(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct export_report report;
    FILE *file = fopen(world->path, "wb");
    fputs("PK\003\004 nothing of the kind", file);
    fclose(file);
    assert_false(verify(world, &report, &error));
    assert_false(
        export_verify("/nonexistent/export.zip", note_key_verifier(world->key), NULL, NULL, &report, &error));
}

/* --- the proof of one case --- */

static json_t *proof_document(struct world *world, const char *ref)
{
    struct ra_error error = {0};
    struct merkle_reader reader = reader_of(world);
    json_t *leaves = json_array();
    for (size_t at = 1; at < LEAVES; at += 6) {
        struct merkle_proof proof;
        json_t *hashes = json_array();
        assert_done(merkle_prove_inclusion(&reader, at, LEAVES, &proof, &error));
        for (size_t step = 0; step < proof.count; step++) {
            char *hex = hex_encode(NULL, (struct bytes){proof.hashes[step].bytes, MERKLE_HASH_SIZE});
            json_array_append_new(hashes, json_string(hex));
            talloc_free(hex);
        }
        json_array_append_new(leaves, json_pack("{s:i, s:s, s:o}", "n", (int)at, "leaf",
                                                (const char *)world->leaves[at].data, "proof", hashes));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "format", "guiche-proof-v1", "order", "7Q2KX0M4ZT9A", "ref",
                     ref, "checkpoint", note_over(world, LEAVES), "leaves", leaves);
}

static bool verify_proof(struct world *world, json_t *document, struct proof_report *report,
                         struct ra_error *error)
{
    char *text = json_dumps(document, JSON_COMPACT);
    bool verified = proof_verify(bytes_of_text(text), note_key_verifier(world->key), report, error);
    free(text);
    return verified;
}

static void a_proof_holds_for_its_case_alone(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct proof_report report;
    json_t *odd = proof_document(world, "case-1"); /* leaves 1, 7, 13, 19 */
    assert_done(verify_proof(world, odd, &report, &error));
    assert_int_equal(report.leaves, 4);
    json_object_set_new(odd, "ref", json_string("case-0"));
    assert_false(verify_proof(world, odd, &report, &error));
    assert_string_equal(error.reason, "proof-order");
    json_decref(odd);
}

static void a_moved_or_changed_leaf_has_no_proof(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    struct proof_report report;
    json_t *document = proof_document(world, "case-1");
    json_t *leaf = json_array_get(json_object_get(document, "leaves"), 1);
    json_object_set_new(leaf, "n", json_integer(9));
    assert_false(verify_proof(world, document, &report, &error));
    assert_string_equal(error.reason, "inclusion");
    json_object_set_new(leaf, "n", json_integer(7));
    json_object_set_new(leaf, "leaf", json_string("{\"order\":\"case-1\"}"));
    assert_false(verify_proof(world, document, &report, &error));
    assert_string_equal(error.reason, "inclusion");
    json_decref(document);
    assert_false(proof_verify(bytes_of_text("[]"), note_key_verifier(world->key), &report, &error));
    assert_string_equal(error.reason, "proof-malformed");
}

static void a_report_has_a_limit_and_says_what_to_ask_instead(void **state)
{
    (void)state;
    struct ra_error error = {0};
    assert_true(export_report_allows(0, &error));
    assert_true(export_report_allows(EXPORT_REPORT_MAX, &error));
    assert_false(export_report_allows(EXPORT_REPORT_MAX + 1, &error));
    assert_int_equal(error.code, RA_RULE_REFUSED);
    assert_string_equal(error.reason, "report-too-long");
    assert_non_null(strstr(error.detail, "10001"));
    assert_non_null(strstr(error.detail, "jsonl"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_has_a_limit_and_says_what_to_ask_instead),
        cmocka_unit_test(every_range_of_the_log_is_provable),
        cmocka_unit_test(a_changed_line_is_found),
        cmocka_unit_test(lines_left_out_or_added_are_found),
        cmocka_unit_test(a_range_needs_its_proofs),
        cmocka_unit_test(disclosed_data_must_open_its_commitment),
        cmocka_unit_test(another_tree_or_another_key_is_found),
        cmocka_unit_test(a_file_too_many_is_found),
        cmocka_unit_test(no_byte_of_the_content_can_be_changed),
        cmocka_unit_test(the_signer_of_the_manifest_is_named_and_judged),
        cmocka_unit_test(the_signer_is_judged_when_the_export_was_made),
        cmocka_unit_test(an_export_given_up_writes_nothing_more),
        cmocka_unit_test(garbage_is_no_export),
        cmocka_unit_test(a_proof_holds_for_its_case_alone),
        cmocka_unit_test(a_moved_or_changed_leaf_has_no_proof),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
