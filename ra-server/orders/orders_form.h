/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the body of an order (API or form) to normalised data, or every field at fault at once. Pure: the day
 * and the limits of age come as values.
 */
#ifndef ORDERS_ORDERS_FORM_H
#define ORDERS_ORDERS_FORM_H

#include "pki/base/error.h"
#include "pki/certificate/data.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

enum { ORDER_REPRESENTATIVES_MAX = 10 };

struct order_representative {
    const char *name, *cpf, *birth_date, *email, *phone;
    const char *as; /* "parent", "guardian" or "curator" of a person; "" for a company's */
};

/* Texts hang on the context given to the reader, "" for absent. */
struct order_form {
    enum certificate_holder holder;
    struct certificate_data data;
    const char *phone;
    const char *social_name; /* how to call the person, as names are written; "" */
    struct order_representative *representatives;
    size_t representative_count;
};

/* Members of `body` beyond product, holder, company and representatives are refused, as are unknown members
 * within. A holder younger than `minimum_age_years` names who represents him (CAP-01): RA_RULE_REFUSED
 * without one. Field errors: those of pki/certificate/data.h, and unknown-member, type, required, unexpected
 * (company data for a person's certificate, or the other way round), too-many, repeated, future, CAP-01,
 * CAP-02, CAP-03. */
RA_MUST_CHECK bool order_form_read(TALLOC_CTX *context, json_t *body, enum certificate_holder holder,
                                   const char *today, int minimum_age_years, struct order_form *form,
                                   struct ra_error *error);

/* {"email"?, "phone"?} of a change of contact; absent ones stay NULL. At least one is asked for. */
RA_MUST_CHECK bool order_contact_read(TALLOC_CTX *context, json_t *body, const char **email,
                                      const char **phone, struct ra_error *error);

#endif
