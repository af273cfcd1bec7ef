/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dossier/dossier_export.h"

#include "app.h"
#include "approval/approval.h"
#include "approval/crl_set.h"
#include "approval/trust_state.h"
#include "audit/export_archive.h"
#include "audit/proof.h"
#include "catalog/catalog.h"
#include "identification/identification.h"
#include "identification/vault.h"
#include "issuance/certificate_out.h"
#include "pki/base/clock.h"
#include "pki/base/file.h"
#include "pki/trust/roster.h"
#include "renewal/renewal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 65536, ADMINISTRATORS_MAX = 1 << 20 };

static bool write_file(struct export_archive *archive, enum dossier_file file, struct bytes content,
                       struct ra_error *error)
{
    return export_archive_file(archive, dossier_file_name(file), content, error);
}

static bool write_json(struct export_archive *archive, enum dossier_file file, const json_t *json,
                       struct ra_error *error)
{
    char *text = json_dumps(json, JSON_INDENT(1));
    bool done = text != NULL ? write_file(archive, file, bytes_of_text(text), error)
                             : ra_fail(error, RA_NO_MEMORY, "dossier");
    free(text);
    return done;
}

/* --- documents --- */

/* Decrypted into an unnamed file first: what is damaged or was exchanged is found before a byte leaves. */
static bool copy_document(const struct dossier_packing *packing, struct export_archive *archive,
                          const struct vault_key *key, size_t row, int scratch, struct ra_error *error)
{
    uint8_t block[BLOCK];
    char name[DOSSIER_NAME_SIZE];
    ssize_t length = 1;
    struct bytes digest = row_bytes(packing->documents, row, "sha256");
    dossier_document_name(packing, row, name);
    if (ftruncate(scratch, 0) != 0 || lseek(scratch, 0, SEEK_SET) != 0) {
        return ra_fail_errno(error, "dossier");
    }
    if (digest.length != 32 ||
        !vault_get(packing->request->app->config, key, packing->order->ref, digest.data, scratch, error) ||
        !export_archive_begin_stored(archive, name, row_int(packing->documents, row, "size_bytes"), error)) {
        return false;
    }
    if (lseek(scratch, 0, SEEK_SET) != 0) {
        return ra_fail_errno(error, "dossier");
    }
    while (length > 0) {
        length = read(scratch, block, sizeof block);
        if (length < 0 && errno == EINTR) {
            length = 1;
            continue;
        }
        if (length < 0) {
            return ra_fail_errno(error, "dossier");
        }
        if (!export_archive_write(archive, (struct bytes){block, (size_t)length}, error)) {
            return false;
        }
    }
    return true;
}

static bool fits(const struct db_rows *documents, struct ra_error *error)
{
    int64_t total = 0;
    for (size_t row = 0; row < db_row_count(documents); row++) {
        total += row_int(documents, row, "size_bytes");
    }
    return total <= DOSSIER_DOCUMENTS_MAX ||
           ra_fail(error, RA_TOO_LARGE, "Os documentos do caso passam do que um pacote leva.");
}

static bool open_key(const struct dossier_packing *packing, struct vault_key *key, struct ra_error *error)
{
    struct http_request *request = packing->request;
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_DOSSIER_KEY, DB_VALUES(db_int(packing->order->id)),
                  &rows, error)) {
        return false;
    }
    if (db_row_count(rows) == 0) {
        return ra_fail_reason(error, RA_CONFLICT, "dossier-erased", "O conteúdo deste dossiê foi apagado.");
    }
    return vault_open_key(request->app->config, row_bytes(rows, 0, "wrapped_key"), key, error);
}

static bool write_documents(const struct dossier_packing *packing, struct export_archive *archive,
                            struct ra_error *error)
{
    const struct db_rows *documents = packing->documents;
    struct vault_key key = {{0}};
    int scratch = -1;
    if (db_row_count(documents) == 0) {
        return true;
    }
    if (!fits(documents, error) || !http_temporary_file(packing->request, &scratch, error)) {
        return false;
    }
    bool done = open_key(packing, &key, error);
    for (size_t row = 0; done && row < db_row_count(documents); row++) {
        done = dossier_first_row(documents, row) != row ||
               copy_document(packing, archive, &key, row, scratch, error);
    }
    vault_wipe(&key);
    (void)close(scratch);
    return done;
}

/* --- statements --- */

static bool statement_name(const struct dossier_packing *packing, size_t row, char name[DOSSIER_NAME_SIZE],
                           struct ra_error *error)
{
    static const struct {
        enum statement_type type;
        const char *word;
    } words[] = {{STATEMENT_VALIDATION, "validation"},
                 {STATEMENT_VERIFICATION, "verification"},
                 {STATEMENT_REFUSAL, "refusal"},
                 {STATEMENT_REVOCATION, "revocation"}};
    const struct db_rows *rows = packing->statements;
    const char *typ = row_text(rows, row, "typ");
    const char *folder = dossier_file_name(DOSSIER_STATEMENT);
    int64_t attempt = row_int(rows, row, "attempt");
    size_t nth = 1;
    for (size_t before = 0; before < row; before++) {
        nth += row_int(rows, before, "attempt") == attempt && strcmp(row_text(rows, before, "typ"), typ) == 0;
    }
    for (size_t at = 0; at < sizeof words / sizeof words[0]; at++) {
        if (strcmp(typ, statement_typ(words[at].type)) != 0) {
            continue;
        }
        if (words[at].type == STATEMENT_REVOCATION) {
            (void)snprintf(name, DOSSIER_NAME_SIZE, "%s%s-%" PRId64 "-%zu.p7s", folder, words[at].word,
                           attempt, nth);
        } else {
            (void)snprintf(name, DOSSIER_NAME_SIZE, "%s%s-%" PRId64 ".p7s", folder, words[at].word, attempt);
        }
        return true;
    }
    return ra_fail(error, RA_INTERNAL, "a statement of type %s", typ);
}

static bool write_statements(const struct dossier_packing *packing, struct export_archive *archive,
                             struct ra_error *error)
{
    const struct db_rows *rows = packing->statements;
    for (size_t row = 0; row < db_row_count(rows); row++) {
        char name[DOSSIER_NAME_SIZE];
        if (!statement_name(packing, row, name, error) ||
            !export_archive_file(archive, name, row_bytes(rows, row, "cms"), error)) {
            return false;
        }
    }
    return true;
}

/* --- whom the signatures are judged by --- */

static bool write_rosters(const struct dossier_packing *packing, struct export_archive *archive,
                          struct ra_error *error)
{
    struct http_request *request = packing->request;
    struct db_rows *rows = NULL;
    struct bytes pem = {NULL, 0};
    if (!db_query(request->db, request->context, STATEMENT_DOSSIER_ROSTERS,
                  DB_VALUES(db_int(packing->order->id)), &rows, error) ||
        !file_read(request->context, request->app->config->administrators, ADMINISTRATORS_MAX, &pem, error)) {
        return false;
    }
    for (size_t row = 0; row < db_row_count(rows); row++) {
        char name[DOSSIER_NAME_SIZE];
        (void)snprintf(name, sizeof name, "%s%" PRId64 ".der", dossier_file_name(DOSSIER_ROSTER),
                       row_int(rows, row, "version"));
        if (!export_archive_file(archive, name, row_bytes(rows, row, "bundle"), error)) {
            return false;
        }
    }
    return write_file(archive, DOSSIER_ADMINISTRATORS, pem, error);
}

static bool gather_crls_of(struct ra_app *app, struct bytes cms, json_t *crls, struct ra_error *error)
{
    bool done = true;
    STACK_OF(X509) *inside = crl_set_of_cms(cms);
    for (int at = 0; done && at < sk_X509_num(inside); at++) {
        done = trust_add_crls(app, sk_X509_value(inside, at), crls, error);
    }
    sk_X509_pop_free(inside, X509_free);
    return done;
}

/* CRLs of every issuer above who signed, the holder of a renewal too, as this server has them now; what is
 * missing is left out. */
static bool gather_crls(const struct dossier_packing *packing, json_t *crls, struct ra_error *error)
{
    struct http_request *request = packing->request;
    struct renewal_facts renewal;
    bool done = renewal_of(request->db, request->context, packing->order->id, &renewal, error) &&
                (!renewal.is_signed || gather_crls_of(request->app, renewal.cms, crls, error));
    for (size_t row = 0; done && row < db_row_count(packing->statements); row++) {
        done = gather_crls_of(request->app, row_bytes(packing->statements, row, "cms"), crls, error);
    }
    return done;
}

static bool write_crls(const struct dossier_packing *packing, struct export_archive *archive,
                       struct ra_error *error)
{
    json_t *crls = json_array();
    bool done = crls != NULL ? gather_crls(packing, crls, error) : ra_fail(error, RA_NO_MEMORY, "CRLs");
    for (size_t at = 0; done && at < json_array_size(crls); at++) {
        const json_t *text = json_array_get(crls, at);
        struct bytes der = {NULL, 0};
        char name[DOSSIER_NAME_SIZE];
        (void)snprintf(name, sizeof name, "%s%zu.crl", dossier_file_name(DOSSIER_CRL), at + 1);
        done = (base64_decode(packing->request->context, json_string_value(text), json_string_length(text),
                              &der) ||
                ra_fail(error, RA_NO_MEMORY, "CRLs")) &&
               export_archive_file(archive, name, der, error);
    }
    json_decref(crls);
    return done;
}

/* --- what was issued --- */

static bool write_profile(const struct dossier_packing *packing, struct export_archive *archive,
                          struct ra_error *error)
{
    struct http_request *request = packing->request;
    struct bytes row = {NULL, 0};
    const char *path = talloc_asprintf(request->context, "%s/%s.json", request->app->config->profiles_dir,
                                       packing->order->profile_id);
    if (path == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "profile");
    }
    return file_read(request->context, path, PROFILE_FILE_MAX, &row, error) &&
           write_file(archive, DOSSIER_PROFILE, row, error);
}

static bool write_certificate(const struct dossier_packing *packing, struct export_archive *archive,
                              struct ra_error *error)
{
    const struct db_rows *rows = packing->certificate;
    struct bytes pem = {NULL, 0};
    if (db_row_count(rows) == 0) {
        return true;
    }
    struct bytes der = row_bytes(rows, 0, "certificate");
    return certificate_pem(packing->request->context, &der, 1, &pem, error) &&
           write_file(archive, DOSSIER_CERTIFICATE, pem, error) &&
           write_file(archive, DOSSIER_CHAIN, row_bytes(rows, 0, "chain"), error);
}

/* --- the whole --- */

static bool gather_proof(struct dossier_packing *packing, struct ra_error *error)
{
    struct audit_proof proof = {0};
    if (!audit_proof_of(packing->request, packing->order, &proof, error)) {
        return false;
    }
    packing->proof = proof.document;
    return proof.waiting == 0 ||
           ra_fail_reason(error, RA_CONFLICT, "log-unsigned",
                          "Um ato deste caso ainda não está sob um checkpoint. Tente em instantes.");
}

static bool gather(struct dossier_packing *packing, struct ra_error *error)
{
    struct http_request *request = packing->request;
    const struct order *order = packing->order;
    uint8_t root[32];
    return approval_instance(request, &packing->instance, error) &&
           identification_rules_version(request, order, &packing->rules, error) &&
           identification_dossier(request, order, &packing->live, root, error) &&
           db_query(request->db, request->context, STATEMENT_DOSSIER_DOCUMENTS, DB_VALUES(db_int(order->id)),
                    &packing->documents, error) &&
           db_query(request->db, request->context, STATEMENT_DOSSIER_STATEMENTS, DB_VALUES(db_int(order->id)),
                    &packing->statements, error) &&
           db_query(request->db, request->context, STATEMENT_DOSSIER_CERTIFICATE,
                    DB_VALUES(db_int(order->id), db_int(order->attempt)), &packing->certificate, error) &&
           gather_proof(packing, error);
}

static bool write_description(const struct dossier_packing *packing, struct export_archive *archive,
                              struct ra_error *error)
{
    struct catalog_office *office = NULL;
    if (!catalog_office(packing->request->app, packing->request->context, &office, error)) {
        return false;
    }
    json_t *description = dossier_description(packing, office->cnpj);
    bool done = description != NULL ? write_json(archive, DOSSIER_DESCRIPTION, description, error)
                                    : ra_fail(error, RA_NO_MEMORY, "dossier");
    json_decref(description);
    return done;
}

static json_t *manifest_json(const struct dossier_packing *packing)
{
    char made_at[CLOCK_TEXT_SIZE];
    clock_format_utc(packing->request->now_us, made_at, sizeof made_at);
    return json_pack("{s:s, s:s, s:s, s:s}", "format", DOSSIER_FORMAT, "office",
                     packing->request->app->config->office_code, "order", packing->order->code, "made_at",
                     made_at);
}

static bool write_all(const struct dossier_packing *packing, int fd, struct ra_error *error)
{
    struct http_request *request = packing->request;
    struct identity *signer = NULL;
    struct export_archive *archive = NULL;
    if (!export_archive_signer(request->context, request->app->config, &signer, error) ||
        !export_archive_open(request->context, fd, (time_t)(request->now_us / 1000000), &archive, error)) {
        return false;
    }
    bool written = write_file(archive, DOSSIER_README, bytes_of_text(dossier_readme), error) &&
                   write_description(packing, archive, error) && write_documents(packing, archive, error) &&
                   write_statements(packing, archive, error) && write_rosters(packing, archive, error) &&
                   write_crls(packing, archive, error) && write_certificate(packing, archive, error) &&
                   write_profile(packing, archive, error) &&
                   write_json(archive, DOSSIER_PROOF, packing->proof, error) &&
                   export_archive_finish(archive, manifest_json(packing), signer, error);
    talloc_free(archive); /* before the caller closes its descriptor */
    return written;
}

bool dossier_export(struct http_request *request, const struct order *order, int fd,
                    struct dossier_packed *packed, struct ra_error *error)
{
    struct dossier_packing packing = {.request = request, .order = order};
    bool done = gather(&packing, error) && write_all(&packing, fd, error);
    if (done) {
        const char *root = json_string_value(json_object_get(packing.live, "root"));
        *packed = (struct dossier_packed){
            .root = talloc_strdup(request->context, root != NULL ? root : ""),
            .documents = db_row_count(packing.documents),
            .leaves = json_array_size(json_object_get(packing.live, "leaves")),
        };
        done = packed->root != NULL || ra_fail(error, RA_NO_MEMORY, "dossier");
    }
    json_decref(packing.live);
    json_decref(packing.proof);
    return done;
}
