/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The faces and documents of an occurrence, each encrypted under the occurrence's own key.
 */
#include "app.h"
#include "audit/audit.h"
#include "identification/identification_internal.h"
#include "identification/neglist_internal.h"
#include "identification/neglist_store.h"
#include "identification/vault.h"

#include <string.h>
#include <unistd.h>

enum { IMAGES_MAX = 30 };

static bool may_take_image(const struct db_rows *row, struct ra_error *error)
{
    if (row_bool(row, 0, "withdrawn"))
        return ra_fail_reason(error, RA_CONFLICT, "neglist-withdrawn",
                              "Esta ocorrência foi retirada da lista.");
    return row_int(row, 0, "images") < IMAGES_MAX ||
           ra_fail_reason(error, RA_CONFLICT, "neglist-images-full", "Esta ocorrência já tem 30 imagens.");
}

static bool seal_image(const struct http_request *request, const struct db_rows *row, const char *entry_id,
                       const struct neglist_image *image, struct ra_error *error)
{
    struct vault_key key;
    const struct config *config = request->app->config;
    if (!vault_open_key(config, row_bytes(row, 0, "wrapped_key"), &key, error))
        return false;
    const bool ok = vault_put(config, &key, entry_id, image->sha256, image->descriptor, error);
    vault_wipe(&key);
    return ok;
}

bool neglist_keep_image(struct http_request *request, const char *entry_id, const struct neglist_image *image,
                        const char **id, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!neglist_store_open(request, entry_id, &row, error) || !may_take_image(row, error) ||
        !neglist_store_add_image(request, entry_id, image, id, error))
        return false;
    if (*id == NULL)
        return ra_fail_reason(error, RA_CONFLICT, "neglist-image-repeated",
                              "Esta imagem já está na ocorrência.");
    const char *digest = hex_encode(request->context, (struct bytes){image->sha256, 32});
    return seal_image(request, row, entry_id, image, error) &&
           audit_record(request, AUDIT_NEGLIST_IMAGE_ADDED, NULL,
                        json_pack("{s:s, s:s, s:s, s:s}", "entry", entry_id, "image", *id, "kind",
                                  image->kind, "sha256", digest),
                        NULL, error);
}

/* A face is a photograph; a scanned paper may also be a PDF or a TIFF. */
static bool check_kind(const char *kind, const char *format, struct ra_error *error)
{
    if (strcmp(kind, "document") == 0)
        return true;
    if (strcmp(kind, "face") != 0)
        return ra_fail_field(error, "kind", "unknown",
                             "Diga face (rosto) ou document (documento de identidade).");
    return strcmp(format, "jpeg") == 0 || strcmp(format, "png") == 0 ||
           ra_fail_reason(error, RA_UNSUPPORTED_MEDIA, "document-type", "O rosto vem em JPEG ou PNG.");
}

bool neglist_image_add(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct inspection inspection;
    const char *kind = http_query(request, "kind"), *id = NULL;
    if (!upload_inspect(request->raw_fd, request->raw_length, &inspection, error) ||
        !check_kind(kind == NULL ? "" : kind, inspection.format, error))
        return false;
    const char *media_type = inspection.media_type;
    const struct neglist_image image = {kind, media_type, request->raw_sha256, (int64_t)request->raw_length,
                                        request->raw_fd};
    if (!neglist_keep_image(request, http_path_parameter(request, "id"), &image, &id, error))
        return false;
    http_reply(response, 201,
               json_pack("{s:s, s:s, s:s, s:s, s:I}", "image", id, "kind", kind, "sha256",
                         hex_encode(request->context, (struct bytes){request->raw_sha256, 32}), "media_type",
                         media_type, "size", (json_int_t)request->raw_length));
    return true;
}

static bool open_image(struct http_request *request, const struct db_rows *row, int output,
                       struct ra_error *error)
{
    struct vault_key key;
    const struct config *config = request->app->config;
    if (!vault_open_key(config, row_bytes(row, 0, "wrapped_key"), &key, error))
        return false;
    bool ok = vault_get(config, &key, row_text(row, 0, "entry_id"), row_bytes(row, 0, "sha256").data, output,
                        error);
    vault_wipe(&key);
    return ok && (lseek(output, 0, SEEK_SET) == 0 || ra_fail_errno(error, "lista negativa"));
}

bool neglist_image_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct db_rows *row = NULL;
    int output = -1;
    const char *id = http_path_parameter(request, "id");
    if (!neglist_store_image(request, id, &row, error) || !http_temporary_file(request, &output, error))
        return false;
    if (!open_image(request, row, output, error) ||
        !audit_record(
            request, AUDIT_NEGLIST_READ, NULL,
            json_pack("{s:s, s:s, s:s}", "what", "image", "entry", row_text(row, 0, "entry_id"), "image", id),
            NULL, error)) {
        close(output);
        return false;
    }
    http_set_attachment(response, id);
    http_set_header(response, "Cache-Control", "no-store");
    http_reply_file(response, 200, row_text(row, 0, "media_type"), output,
                    (uint64_t)row_int(row, 0, "size_bytes"));
    return true;
}
