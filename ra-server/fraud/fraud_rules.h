/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pure part of the fraud room: what an agent tells, whom it concerns, what becomes of it.
 *
 * Ownership: texts of a report are borrowed from the body, lists hang on the context. Thread rules: any.
 */
#ifndef FRAUD_FRAUD_RULES_H
#define FRAUD_FRAUD_RULES_H

#include "approval/ending.h"
#include "catalog/catalog.h"
#include "identification/neglist.h"
#include "orders/orders.h"

enum {
    FRAUD_TEXT_MAX = 2000,    /* characters */
    FRAUD_PROTOCOL_MAX = 120, /* characters */
    FRAUD_IMAGES_MAX = 30,    /* of one person, as an occurrence takes */
};

/* Texts never NULL. */
struct fraud_report {
    const char *kind; /* "attempt" or "realised" */
    const char *description;
    const char *modus;
    const char *physical;
    const char *const *people; /* roles or CPFs as typed; none: everybody of the case */
    size_t people_count;
};

/* RA_INVALID with one field error for each thing to mend: an unknown member too, for what is misspelt would
 * be lost. */
RA_MUST_CHECK bool fraud_report_read(TALLOC_CTX *context, const json_t *body, struct fraud_report *report,
                                     struct ra_error *error);

/* The AC's number of a comunicado. */
RA_MUST_CHECK bool fraud_protocol_read(const json_t *body, const char **protocol, struct ra_error *error);

/* Those of the case whom the report names, in the case's order; `*people` points into the order. Whoever
 * stands in it twice counts once, a name that fits nobody is RA_INVALID, field "people". */
RA_MUST_CHECK bool fraud_people(TALLOC_CTX *context, const struct order *order,
                                const struct fraud_report *report, const struct order_person ***people,
                                size_t *count, struct ra_error *error);

/* An occurrence of the lista negativa for one of them. The company goes with the first, so that it is found
 * once. Without a modus the description says how it was done. */
void fraud_occurrence(const struct order *order, const struct catalog_office *office,
                      const struct fraud_report *report, const struct order_person *person, bool with_company,
                      struct neglist_typed *typed);

/* "none", "refusal", "revocation", "later". */
const char *fraud_stop_word(enum ending_kind kind);

/* The comunicado as it is kept and goes out. Texts of `known` are those of statement fraud_known, borrowed.
 */
struct fraud_form {
    const struct order *order;
    const struct catalog_office *office;
    const struct fraud_report *report;
    const json_t *known;
    const char *agent, *cpf, *station;
    int64_t at_us, due_us;
    enum ending_kind stop;
    const char *statement; /* hexadecimal; "" */
    const json_t *entries; /* ids of occurrences */
    size_t images, unreadable;
};

/* New reference; NULL when memory ran out. */
json_t *fraud_form_json(const struct fraud_form *form);

#endif
