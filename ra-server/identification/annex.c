/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The annex of a dossier: what comes after the signatures and binds nothing (protocol 2).
 */
#include "app.h"
#include "identification/identification.h"
#include "identification/identification_internal.h"
#include "pki/base/file.h"

#include <unistd.h>

bool identification_annex_add(struct http_request *request, const struct order *order, const char *kind,
                              const char *media_type, struct bytes content, struct ra_error *error)
{
    uint8_t digest[32];
    int descriptor = -1;
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
                                            .size = (int64_t)content.length};
    if (!sha256(content, digest))
        return ra_fail_crypto(error, "annex");
    if (!http_temporary_file(request, &descriptor, error))
        return false;
    bool ok = (file_write_all(descriptor, content) || ra_fail_errno(error, "annex")) &&
              document_keep(request, order, &document, descriptor, &id, error);
    close(descriptor);
    return ok;
}
