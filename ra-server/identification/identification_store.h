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
    const char *issuer, *sides; /* sides: "front", "back" or "both" */
    const char *agent, *station;
    const uint8_t *sha256; /* 32 bytes */
    int64_t size;
    bool original_seen, photo, legible;
};

struct store_consultation {
    const char *person_id, *kind, *result, *base, *protocol, *evidence_id, *agent, *station;
    const char *registration, *form_number, *via_seen; /* of a CNH */
    int64_t consulted_us;
};

/* What a case is judged by. */
struct store_evidence {
    struct db_rows *documents; /* of the sealed part */
    struct db_rows *consultations, *marks, *answers;
};

RA_MUST_CHECK bool store_evidence(struct http_request *request, const struct order *order,
                                  struct store_evidence *evidence, struct ra_error *error);
RA_MUST_CHECK bool store_add_answer(struct http_request *request, const struct order *order,
                                    const char *person_id, const char *key, const char *value,
                                    struct ra_error *error);
RA_MUST_CHECK bool store_set_item(struct http_request *request, const struct order *order,
                                  const char *person_id, const char *rule, const char *state,
                                  const char *reason, const char *agent, struct ra_error *error);
RA_MUST_CHECK bool store_add_document(struct http_request *request, const struct order *order,
                                      const struct store_document *document, const char **id,
                                      struct ra_error *error);
RA_MUST_CHECK bool store_document(struct http_request *request, const char *id, struct db_rows **row,
                                  struct ra_error *error);

/* {id, sha256 as text}; RA_NOT_FOUND unless the document belongs to this order. */
RA_MUST_CHECK bool store_document_of(struct http_request *request, const struct order *order, const char *id,
                                     struct db_rows **row, struct ra_error *error);
RA_MUST_CHECK bool store_add_consultation(struct http_request *request, const struct order *order,
                                          const struct store_consultation *consultation,
                                          struct ra_error *error);

/* Due at the end of the nth business day after `day`. */
RA_MUST_CHECK bool store_open_task(struct http_request *request, const struct order *order,
                                   const char *person_id, const char *kind, const char *text, const char *day,
                                   int business_days, struct ra_error *error);
RA_MUST_CHECK bool store_close_tasks(struct http_request *request, const struct order *order,
                                     const char *person_id, const char *kind, const char *outcome,
                                     struct ra_error *error);

/* Open ones, the most urgent first. */
RA_MUST_CHECK bool store_tasks(struct http_request *request, struct db_rows **rows, struct ra_error *error);
/* {kind}; RA_NOT_FOUND when it is closed already. */
RA_MUST_CHECK bool store_close_task(struct http_request *request, const char *id, const char *outcome,
                                    struct db_rows **row, struct ra_error *error);

/* Reuse of a visit's evidence: see the statements. */
RA_MUST_CHECK bool store_siblings(struct http_request *request, const struct order *order, const char *day,
                                  struct db_rows **rows, struct ra_error *error);
RA_MUST_CHECK bool store_former_answers(struct http_request *request, const struct order *order,
                                        struct db_rows **rows, struct ra_error *error);
RA_MUST_CHECK bool store_reusable_documents(struct http_request *request, const struct order *order,
                                            const struct order *source, const char *day,
                                            struct db_rows **rows, struct ra_error *error);
RA_MUST_CHECK bool store_reusable_marks(struct http_request *request, const struct order *order,
                                        const struct order *source, const char *day, struct db_rows **rows,
                                        struct ra_error *error);
RA_MUST_CHECK bool store_copy_document(struct http_request *request, const struct order *order,
                                       const char *source_id, const char *person_id, struct ra_error *error);
RA_MUST_CHECK bool store_copy_consultations(struct http_request *request, const struct order *order,
                                            const struct order *source, const char *day, int64_t *copied,
                                            struct ra_error *error);

RA_MUST_CHECK bool store_waiver_register(struct http_request *request, const char *from, const char *to,
                                         const char *zone, struct db_rows **rows, struct ra_error *error);

/* Coded reasons in force on `day`. */
RA_MUST_CHECK bool store_reasons(struct http_request *request, const char *day, struct db_rows **rows,
                                 struct ra_error *error);

/* A person as one joins a case. */
struct store_person {
    const char *role, *name, *cpf, *birth_date, *email, *phone;
};
RA_MUST_CHECK bool store_add_person(struct http_request *request, const struct order *order,
                                    const struct store_person *person, const char **id,
                                    struct ra_error *error);
/* RA_NOT_FOUND; the subject of an order cannot leave it. */
RA_MUST_CHECK bool store_remove_person(struct http_request *request, const struct order *order,
                                       const char *id, struct ra_error *error);

/* The dossier's key, made at the first document. Wipe it. */
RA_MUST_CHECK bool store_dossier_key(struct http_request *request, int64_t order_id, struct vault_key *key,
                                     struct ra_error *error);

#endif
