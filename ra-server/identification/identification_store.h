/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The statements of the identification room. Rows hang on the request's context.
 */
#ifndef IDENTIFICATION_STORE_H
#define IDENTIFICATION_STORE_H

#include "db/db.h"
#include "identification/vault.h"
#include "orders/orders.h"

/* A document as it comes in. Days and person_id may be "". */
struct store_document {
    const char *item, *part, *kind, *media_type, *number, *issued_on, *expires_on, *via, *person_id;
    const char *agent, *station;
    const uint8_t *sha256; /* 32 bytes */
    int64_t size;
    bool original_seen;
};

struct store_consultation {
    const char *person_id, *kind, *result, *base, *protocol, *evidence_id, *agent, *station;
};

/* Items of the case in force on `day`, with their state. */
RA_MUST_CHECK bool store_items(struct http_request *request, const struct order *order, const char *day,
                               struct db_rows **rows, struct ra_error *error);
RA_MUST_CHECK bool store_set_item(struct http_request *request, const struct order *order,
                                  const char *person_id, const char *rule, const char *state,
                                  const char *reason, const char *agent, struct ra_error *error);
RA_MUST_CHECK bool store_add_document(struct http_request *request, const struct order *order,
                                      const struct store_document *document, const char **id,
                                      struct ra_error *error);
RA_MUST_CHECK bool store_documents(struct http_request *request, const struct order *order, const char *part,
                                   struct db_rows **rows, struct ra_error *error);
RA_MUST_CHECK bool store_document(struct http_request *request, const char *id, struct db_rows **row,
                                  struct ra_error *error);

/* RA_NOT_FOUND unless the document belongs to this order. */
RA_MUST_CHECK bool store_document_of(struct http_request *request, const struct order *order, const char *id,
                                     struct ra_error *error);
RA_MUST_CHECK bool store_add_consultation(struct http_request *request, const struct order *order,
                                          const struct store_consultation *consultation,
                                          struct ra_error *error);
RA_MUST_CHECK bool store_consultations(struct http_request *request, const struct order *order,
                                       struct db_rows **rows, struct ra_error *error);

/* The dossier's key, made at the first document. Wipe it. */
RA_MUST_CHECK bool store_dossier_key(struct http_request *request, int64_t order_id, struct vault_key *key,
                                     struct ra_error *error);

#endif
