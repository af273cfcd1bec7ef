/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes the package of pki/audit/dossier_format.h. What the files of the room share.
 */
#ifndef DOSSIER_DOSSIER_EXPORT_H
#define DOSSIER_DOSSIER_EXPORT_H

#include "db/db.h"
#include "http/http.h"
#include "orders/orders.h"
#include "pki/audit/dossier_format.h"

/* One export under way; rows hang on the request's context. */
struct dossier_packing {
    struct http_request *request;
    const struct order *order;
    const char *instance;
    const char *rules; /* the version that the case is judged by */
    json_t *live;      /* leaves and root as the case stands; owned */
    struct db_rows *documents;
    struct db_rows *statements;
    struct db_rows *certificate; /* no row, or one */
    json_t *proof;               /* of the log; owned */
};

struct dossier_packed {
    const char *root; /* hexadecimal, on the request's context */
    size_t documents;
    size_t leaves;
};

/* Writes the zip to `fd`, in constant memory. The order must be held for update: nothing of the case may
 * change meanwhile. RA_CONFLICT, reason "log-unsigned", while an act of the case is not under a checkpoint
 * yet; RA_TOO_LARGE beyond the format's limits; RA_UNAVAILABLE, reason "export-identity". */
RA_MUST_CHECK bool dossier_export(struct http_request *request, const struct order *order, int fd,
                                  struct dossier_packed *packed, struct ra_error *error);

/* --- inside the room --- */

/* Name in the package of the document at this row: the same for every row of the same bytes. */
void dossier_document_name(const struct dossier_packing *packing, size_t row, char name[DOSSIER_NAME_SIZE]);

/* The first row of the same bytes: one file serves them all. */
size_t dossier_first_row(const struct db_rows *documents, size_t row);

/* dossier_description.c: dossier.json; new reference, NULL when memory ran out. `cnpj` is the AR's. */
json_t *dossier_description(const struct dossier_packing *packing, const char *cnpj);

/* dossier_text.c: LEIAME.txt */
extern const char dossier_readme[];

#endif
