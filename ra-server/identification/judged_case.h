/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A case read from the database and judged by the engine: what every route of the room starts from. All of
 * it hangs on the request's context.
 */
#ifndef IDENTIFICATION_JUDGED_CASE_H
#define IDENTIFICATION_JUDGED_CASE_H

#include "db/db.h"
#include "http/http.h"
#include "identification/engine.h"
#include "orders/orders.h"

struct judged_case {
    const struct order *order;
    const struct ruleset *ruleset;
    struct engine_case facts;
    struct engine_verdict verdict;
    struct db_rows *documents;     /* sealed part; row i is facts.documents[i] */
    struct db_rows *consultations; /* row i is facts.consultations[i] */
    struct db_rows *marks;         /* row i is facts.marks[i] */
};

RA_MUST_CHECK bool judged_case_read(struct http_request *request, const struct order *order,
                                    struct judged_case *judged, struct ra_error *error);

/* The contract's checklist; new reference, NULL when memory ran out. */
json_t *judged_case_json(const struct judged_case *judged);

/* A person by role ("holder", "company"), CPF or uuid, as people name them. `who` NULL or "": the only one of
 * `roles` (1 << enum rules_role), or RA_INVALID with the field "person" that lists them. */
RA_MUST_CHECK bool judged_case_person(const struct judged_case *judged, const char *who, unsigned roles,
                                      const struct engine_person **person, struct ra_error *error);

/* An item by rule id and, where several people have it, the person. RA_NOT_FOUND. */
RA_MUST_CHECK bool judged_case_item(const struct judged_case *judged, const char *id, const char *who,
                                    const struct engine_item **item, struct ra_error *error);

/* The row of order->people behind an engine's person; NULL for the company. */
const struct order_person *judged_case_order_person(const struct judged_case *judged,
                                                    const struct engine_person *person);

#endif
