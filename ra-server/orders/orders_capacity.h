/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who can act alone, and who may act for another: CAP-01 to CAP-03. Pure.
 */
#ifndef ORDERS_ORDERS_CAPACITY_H
#define ORDERS_ORDERS_CAPACITY_H

#include "orders/orders_form.h"

/* By the holder's (or the responsible person's) birth date, normalised, on the day of the order. Fails as
 * order_form_read says; a person's representatives are looked at whenever there are any. */
RA_MUST_CHECK bool order_form_check_age(const struct order_form *form, const char *birth_date,
                                        const char *today, int minimum_years, struct ra_error *error);

#endif
