/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/audit/export_verify.h"

#include "pki/audit/export_archive_read.h"
#include "pki/audit/manifest.h"
#include "pki/audit/range.h"
#include "pki/base/bytes.h"
#include "pki/base/clock.h"

#include <inttypes.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 20, SALT_SIZE = 32, COMMIT_SIZE = 32, LEAVES_MAX = 1 << 26 };

/* One line of events.jsonl or private.jsonl as it grows from the stream. */
struct line {
    uint8_t *data; /* talloc; LINE_MAX_BYTES */
    size_t length;
};

struct verifying {
    TALLOC_CTX *context;
    struct export_report *report;
    const struct export_reader *reader;
    struct bytes small[EXPORT_FILE_COUNT];
    json_t *files; /* borrowed from the manifest */
    json_t *manifest;
    int64_t made_at_us; /* as the manifest says */
    bool present[EXPORT_FILE_COUNT];
    EVP_MD_CTX *hash;
    bool hashing;
    uint64_t hashed; /* bytes of the file at hand */
    struct range range;
    struct line line;
    uint8_t (*commits)[COMMIT_SIZE]; /* of the leaves from first on */
    bool *committed;
    size_t commit_room;
    bool private_pass;
};

static bool fail(struct ra_error *error, const char *reason, const char *what)
{
    return ra_fail_reason(error, RA_VERIFICATION_FAILED, reason, "%s", what);
}

/* --- manifest --- */

static bool read_count(const json_t *object, const char *key, uint64_t *number)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return false;
    }
    *number = (uint64_t)json_integer_value(value);
    return *number <= MERKLE_SIZE_MAX;
}

static bool read_manifest(struct verifying *verifying, struct ra_error *error)
{
    struct bytes content = verifying->small[EXPORT_FILE_manifest];
    struct export_report *report = verifying->report;
    verifying->manifest = content.data != NULL ? json_loadb((const char *)content.data, content.length,
                                                            JSON_REJECT_DUPLICATES, NULL)
                                               : NULL;
    const char *format = json_string_value(json_object_get(verifying->manifest, "format"));
    const char *made_at = json_string_value(json_object_get(verifying->manifest, "made_at"));
    verifying->files = json_object_get(verifying->manifest, "files");
    if (format == NULL || strcmp(format, "guiche-export-v1") != 0 || made_at == NULL ||
        !clock_parse(made_at, &verifying->made_at_us) || !json_is_object(verifying->files) ||
        !read_count(verifying->manifest, "first", &report->first) ||
        !read_count(verifying->manifest, "after", &report->after) || report->first > report->after ||
        report->after - report->first > LEAVES_MAX) {
        return fail(error, "export-malformed", "o manifesto falta ou está malformado");
    }
    (void)snprintf(report->made_at, sizeof report->made_at, "%s", made_at);
    report->files = (unsigned)json_object_size(verifying->files);
    return true;
}

static bool check_signature(struct verifying *verifying, const STACK_OF(X509) *anchors,
                            struct ra_error *error)
{
    X509 *signer = NULL;
    if (!manifest_signature_holds(verifying->small[EXPORT_FILE_manifest],
                                  verifying->small[EXPORT_FILE_signature], anchors,
                                  (time_t)(verifying->made_at_us / 1000000), &signer)) {
        return fail(error, "export-signature", "a assinatura do manifesto não confere");
    }
    manifest_show_subject(signer, verifying->report->signer);
    verifying->report->signer_trusted = anchors != NULL;
    X509_free(signer);
    return true;
}

/* --- proofs --- */

static bool read_hashes(const json_t *array, struct merkle_proof *proof, struct ra_error *error)
{
    proof->count = json_array_size(array);
    bool good = json_is_array(array) && proof->count <= MERKLE_PROOF_MAX;
    for (size_t at = 0; good && at < proof->count; at++) {
        const char *text = json_string_value(json_array_get(array, at));
        good = text != NULL && hex_decode(text, proof->hashes[at].bytes, MERKLE_HASH_SIZE);
    }
    return good || fail(error, "export-proof", "uma das provas está malformada");
}

static bool load_start(struct verifying *verifying, struct ra_error *error)
{
    struct bytes content = verifying->small[EXPORT_FILE_start];
    struct merkle_proof peaks = {.count = 0};
    uint64_t size = 0;
    if (verifying->report->first == 0) {
        return range_start(&verifying->range, 0, NULL, 0, error);
    }
    json_t *json =
        content.data != NULL ? json_loadb((const char *)content.data, content.length, 0, NULL) : NULL;
    bool done = read_count(json, "size", &size) && size == verifying->report->first;
    done = done ? read_hashes(json_object_get(json, "peaks"), &peaks, error)
                : fail(error, "export-proof", "falta a prova do começo do trecho");
    json_decref(json);
    return done && range_start(&verifying->range, size, peaks.hashes, peaks.count, error);
}

/* What the lines led to, under the checkpoint. */
static bool check_end(const struct verifying *verifying, const struct checkpoint *checkpoint,
                      struct ra_error *error)
{
    struct bytes content = verifying->small[EXPORT_FILE_consistency];
    struct merkle_hash root;
    struct merkle_proof proof = {.count = 0};
    uint64_t old_size = 0;
    uint64_t new_size = 0;
    if (verifying->range.size != verifying->report->after) {
        return fail(error, "export-leaves", "o número de linhas não é o do manifesto");
    }
    if (!range_root(&verifying->range, &root, error)) {
        return false;
    }
    if (verifying->report->after == checkpoint->size) {
        return memcmp(root.bytes, checkpoint->root.bytes, sizeof root.bytes) == 0 ||
               fail(error, "export-leaves", "as linhas não levam à raiz do checkpoint");
    }
    json_t *json =
        content.data != NULL ? json_loadb((const char *)content.data, content.length, 0, NULL) : NULL;
    bool done = read_count(json, "old_size", &old_size) && read_count(json, "new_size", &new_size) &&
                old_size == verifying->report->after && new_size == checkpoint->size;
    done = done ? read_hashes(json_object_get(json, "proof"), &proof, error)
                : fail(error, "export-proof", "falta a prova do fim do trecho");
    json_decref(json);
    return done && merkle_verify_consistency(old_size, &root, new_size, &checkpoint->root, &proof, error);
}

/* --- lines --- */

static bool keep_commit(struct verifying *verifying, const char *commit, struct ra_error *error)
{
    size_t place = (size_t)(verifying->range.size - verifying->report->first);
    if (place >= verifying->commit_room) {
        size_t room = verifying->commit_room == 0 ? 1024 : 2 * verifying->commit_room;
        verifying->commits = talloc_realloc_size(verifying->context, verifying->commits, room * COMMIT_SIZE);
        verifying->committed =
            talloc_realloc_size(verifying->context, verifying->committed, room * sizeof(bool));
        if (verifying->commits == NULL || verifying->committed == NULL) {
            return ra_fail(error, RA_NO_MEMORY, "commitments");
        }
        verifying->commit_room = room;
    }
    if (commit == NULL)
        return fail(error, "export-malformed", "uma folha não tem o compromisso");
    verifying->committed[place] = commit[0] != '\0';
    if (commit[0] != '\0' && !hex_decode(commit, verifying->commits[place], COMMIT_SIZE)) {
        return fail(error, "export-malformed", "uma folha tem um compromisso malformado");
    }
    return true;
}

static bool take_leaf(struct verifying *verifying, struct bytes leaf, struct ra_error *error)
{
    struct merkle_hash hash;
    if (verifying->range.size >= verifying->report->after) {
        return fail(error, "export-leaves", "há linhas a mais");
    }
    json_t *json = json_loadb((const char *)leaf.data, leaf.length, JSON_REJECT_DUPLICATES, NULL);
    const char *commit = json_string_value(json_object_get(json, "commit"));
    bool kept = commit != NULL ? keep_commit(verifying, commit, error)
                               : fail(error, "export-malformed", "uma linha não é um evento");
    if (kept && verifying->reader != NULL)
        kept = verifying->reader->leaf(verifying->reader->context, json, error);
    json_decref(json);
    return kept && merkle_hash_leaf(leaf, &hash, error) && range_append(&verifying->range, &hash, error);
}

static bool commits_to(const struct verifying *verifying, uint64_t n, const uint8_t salt[SALT_SIZE],
                       const json_t *data, struct ra_error *error)
{
    uint8_t digest[COMMIT_SIZE];
    size_t place = (size_t)(n - verifying->report->first);
    size_t length = SALT_SIZE + json_string_length(data);
    uint8_t *committed = talloc_array(verifying->context, uint8_t, (unsigned)length);
    if (committed == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "commitment");
    }
    memcpy(committed, salt, SALT_SIZE);
    memcpy(committed + SALT_SIZE, json_string_value(data), json_string_length(data));
    bool same = verifying->committed[place] && sha256((struct bytes){committed, length}, digest) &&
                bytes_equal((struct bytes){digest, sizeof digest},
                            (struct bytes){verifying->commits[place], COMMIT_SIZE});
    talloc_free(committed);
    return same || fail(error, "export-commitment", "um dado revelado não é o que a folha registrou");
}

static bool take_private(struct verifying *verifying, struct bytes line, struct ra_error *error)
{
    uint8_t salt[SALT_SIZE];
    uint64_t n = 0;
    json_t *json =
        json_loadb((const char *)line.data, line.length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    const char *salt_text = json_string_value(json_object_get(json, "salt"));
    const json_t *data = json_object_get(json, "data");
    bool shaped = read_count(json, "n", &n) && n >= verifying->report->first &&
                  n < verifying->report->after && salt_text != NULL &&
                  hex_decode(salt_text, salt, sizeof salt) && json_is_string(data);
    bool done = shaped ? commits_to(verifying, n, salt, data, error)
                       : fail(error, "export-malformed", "uma linha de private.jsonl está malformada");
    json_decref(json);
    verifying->report->disclosed += done ? 1 : 0;
    return done;
}

static bool end_line(struct verifying *verifying, struct ra_error *error)
{
    struct bytes line = {verifying->line.data, verifying->line.length};
    verifying->line.length = 0;
    return verifying->private_pass ? take_private(verifying, line, error) : take_leaf(verifying, line, error);
}

static bool feed_lines(struct verifying *verifying, struct bytes part, bool end, struct ra_error *error)
{
    struct line *line = &verifying->line;
    for (size_t at = 0; at < part.length;) {
        const uint8_t *newline = memchr(part.data + at, '\n', part.length - at);
        size_t length = newline != NULL ? (size_t)(newline - (part.data + at)) : part.length - at;
        if (length > LINE_MAX_BYTES - line->length) {
            return fail(error, "export-malformed", "uma linha é longa demais");
        }
        memcpy(line->data + line->length, part.data + at, length);
        line->length += length;
        at += length + (newline != NULL ? 1 : 0);
        if (newline != NULL && !end_line(verifying, error)) {
            return false;
        }
    }
    return !end || line->length == 0 || fail(error, "export-malformed", "a última linha não termina");
}

/* --- the passes --- */

static bool is_listed(enum export_file file)
{
    return file != EXPORT_FILE_manifest && file != EXPORT_FILE_signature;
}

static bool end_hash(struct verifying *verifying, enum export_file file, struct ra_error *error)
{
    uint8_t digest[32];
    verifying->hashing = false;
    if (EVP_DigestFinal_ex(verifying->hash, digest, NULL) != 1) {
        return ra_fail_crypto(error, "digest");
    }
    bool same = manifest_lists(verifying->files, export_file_name(file), digest, verifying->hashed);
    return same || ra_fail_reason(error, RA_VERIFICATION_FAILED, "export-manifest",
                                  "%s não é o que o manifesto diz", export_file_name(file));
}

static bool hash_part(struct verifying *verifying, enum export_file file, struct bytes part, bool end,
                      struct ra_error *error)
{
    if (!is_listed(file)) {
        return true;
    }
    if (!verifying->hashing) {
        verifying->hashing = true;
        verifying->hashed = 0;
        verifying->present[file] = true;
        if (EVP_DigestInit_ex(verifying->hash, EVP_sha256(), NULL) != 1) {
            return ra_fail_crypto(error, "digest");
        }
    }
    if (part.length > 0 && EVP_DigestUpdate(verifying->hash, part.data, part.length) != 1) {
        return ra_fail_crypto(error, "digest");
    }
    verifying->hashed += part.length;
    return !end || end_hash(verifying, file, error);
}

static bool first_pass(void *state, enum export_file file, struct bytes part, bool end,
                       struct ra_error *error)
{
    struct verifying *verifying = state;
    return hash_part(verifying, file, part, end, error) &&
           (file != EXPORT_FILE_events || feed_lines(verifying, part, end, error));
}

/* After all leaves are known: the zip may hold its files in any order. */
static bool second_pass(void *state, enum export_file file, struct bytes part, bool end,
                        struct ra_error *error)
{
    return file != EXPORT_FILE_private_data || feed_lines(state, part, end, error);
}

static bool check_presence(const struct verifying *verifying, struct ra_error *error)
{
    const char *name = NULL;
    json_t *row = NULL;
    if (!verifying->present[EXPORT_FILE_events] || !verifying->present[EXPORT_FILE_checkpoint]) {
        return fail(error, "export-malformed", "faltam eventos ou checkpoint");
    }
    json_object_foreach(verifying->files, name, row)
    {
        bool there = false;
        for (size_t file = 0; file < EXPORT_FILE_COUNT; file++) {
            there = there ||
                    (verifying->present[file] && strcmp(export_file_name((enum export_file)file), name) == 0);
        }
        if (!there) {
            return ra_fail_reason(error, RA_VERIFICATION_FAILED, "export-manifest",
                                  "falta um arquivo que o manifesto cita");
        }
    }
    return true;
}

static bool verify(struct verifying *verifying, const char *path, const struct note_verifier *verifier,
                   const STACK_OF(X509) *anchors, struct ra_error *error)
{
    struct checkpoint checkpoint;
    verifying->line.data = talloc_array(verifying->context, uint8_t, LINE_MAX_BYTES);
    verifying->hash = EVP_MD_CTX_new();
    if (verifying->line.data == NULL || verifying->hash == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "verification");
    }
    if (!export_archive_small(verifying->context, path, verifying->small, error) ||
        !read_manifest(verifying, error) || !check_signature(verifying, anchors, error) ||
        !checkpoint_verify(verifying->small[EXPORT_FILE_checkpoint], verifier, &checkpoint, error)) {
        return false;
    }
    (void)snprintf(verifying->report->origin, sizeof verifying->report->origin, "%s", checkpoint.origin);
    verifying->report->size = checkpoint.size;
    if (verifying->report->after > checkpoint.size) {
        return fail(error, "export-leaves", "o trecho vai além do checkpoint");
    }
    if (!load_start(verifying, error) || !export_archive_walk(path, first_pass, verifying, error) ||
        !check_presence(verifying, error) || !check_end(verifying, &checkpoint, error)) {
        return false;
    }
    verifying->private_pass = true;
    return export_archive_walk(path, second_pass, verifying, error);
}

bool export_verify(const char *path, const struct note_verifier *verifier, const STACK_OF(X509) *anchors,
                   const struct export_reader *reader, struct export_report *report, struct ra_error *error)
{
    struct verifying verifying = {.context = talloc_new(NULL), .report = report, .reader = reader};
    *report = (struct export_report){.size = 0};
    bool verified = verifying.context != NULL ? verify(&verifying, path, verifier, anchors, error)
                                              : ra_fail(error, RA_NO_MEMORY, "verification");
    json_decref(verifying.manifest);
    EVP_MD_CTX_free(verifying.hash);
    talloc_free(verifying.context);
    return verified;
}
