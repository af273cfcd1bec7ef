/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The annex of a dossier: what comes after the signatures and binds nothing (protocol 2).
 */
#include "app.h"
#include "identification/identification.h"
#include "identification/identification_internal.h"
#include "pki/base/file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool keep(struct http_request *request, const struct order *order, const char *kind,
                 const char *media_type, const uint8_t digest[32], size_t size, int descriptor,
                 struct ra_error *error)
{
    const char *id = NULL;
    const struct store_document document = {.item = kind,
                                            .part = "annex",
                                            .kind = kind,
                                            .media_type = media_type,
                                            .number = "",
                                            .issued_on = "",
                                            .expires_on = "",
                                            .via = "",
                                            .person_id = "",
                                            .issuer = "",
                                            .sides = "both",
                                            .photo = true,
                                            .legible = true,
                                            .agent = actor_name(request),
                                            .station = actor_station(request),
                                            .sha256 = digest,
                                            .size = (int64_t)size};
    return document_keep(request, order, &document, descriptor, &id, error);
}

bool identification_annex_add(struct http_request *request, const struct order *order, const char *kind,
                              const char *media_type, struct bytes content, struct ra_error *error)
{
    uint8_t digest[32];
    int descriptor = -1;
    if (!sha256(content, digest))
        return ra_fail_crypto(error, "annex");
    if (!http_temporary_file(request, &descriptor, error))
        return false;
    bool ok = (file_write_all(descriptor, content) || ra_fail_errno(error, "annex")) &&
              keep(request, order, kind, media_type, digest, content.length, descriptor, error);
    close(descriptor);
    return ok;
}

bool identification_upload_inspect(struct http_request *request, const char **media_type,
                                   struct ra_error *error)
{
    struct inspection inspection = {0};
    if (!upload_inspect(request->raw_fd, request->raw_length, &inspection, error))
        return false;
    *media_type = inspection.media_type;
    return true;
}

bool identification_annex_add_upload(struct http_request *request, const struct order *order,
                                     const char *kind, const char *media_type, struct ra_error *error)
{
    return keep(request, order, kind, media_type, request->raw_sha256, request->raw_length, request->raw_fd,
                error);
}

bool identification_annex_find(struct http_request *request, const struct order *order, const char *kind,
                               struct annex_file *file, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *file = (struct annex_file){.media_type = ""};
    if (!db_query(request->db, request->context, STATEMENT_ANNEX_OF_ATTEMPT,
                  DB_VALUES(db_int(order->id), db_int(order->attempt), db_text(kind)), &rows, error))
        return false;
    if (db_row_count(rows) == 0)
        return true;
    struct bytes digest = row_bytes(rows, 0, "sha256");
    if (digest.length != sizeof file->sha256)
        return ra_fail(error, RA_INTERNAL, "annex: a digest of another length");
    memcpy(file->sha256, digest.data, sizeof file->sha256);
    file->media_type = row_text(rows, 0, "media_type");
    file->found = true;
    return true;
}

/* A whole open file, from its start. */
static bool slurp(TALLOC_CTX *context, int descriptor, struct bytes *content, struct ra_error *error)
{
    struct stat about;
    if (fstat(descriptor, &about) != 0)
        return ra_fail_errno(error, "annex");
    size_t size = (size_t)about.st_size;
    uint8_t *data = talloc_array(context, uint8_t, (unsigned)size + 1);
    if (data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "annex");
    for (size_t at = 0; at < size;) {
        ssize_t got = pread(descriptor, data + at, size - at, (off_t)at);
        if (got <= 0)
            return ra_fail_errno(error, "annex");
        at += (size_t)got;
    }
    *content = (struct bytes){data, size};
    return true;
}

bool identification_annex_read(struct http_request *request, const struct order *order,
                               const struct annex_file *file, struct bytes *content, struct ra_error *error)
{
    struct vault_key key;
    int descriptor = -1;
    if (!http_temporary_file(request, &descriptor, error))
        return false;
    bool ok = store_dossier_key(request, order->id, &key, error);
    if (ok) {
        ok = vault_get(request->app->config, &key, order->ref, file->sha256, descriptor, error) &&
             slurp(request->context, descriptor, content, error);
        vault_wipe(&key);
    }
    close(descriptor);
    return ok;
}
