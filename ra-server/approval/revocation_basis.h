/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a revocation can rest on: one agent's statement for a compromised key, or two agents' for the same
 * other reason; two whatever the reason where an AC or a court ordered it (protocol 6). Several may stand
 * side by side: whoever reports a fraud does not wait for the second signature of somebody else's request.
 */
#ifndef APPROVAL_REVOCATION_BASIS_H
#define APPROVAL_REVOCATION_BASIS_H

#include "app.h"
#include "approval/approval_store.h"
#include "orders/orders.h"

enum { REVOCATION_STATEMENTS_MAX = 2 };

/* On the context given. */
struct revocation_basis {
    struct bytes cms[REVOCATION_STATEMENTS_MAX];
    struct signed_statement *statements[REVOCATION_STATEMENTS_MAX];
    size_t count;          /* 0: not enough yet */
    size_t stored;         /* statements that are there, whether they hold or not */
    struct ra_error unfit; /* why a statement that is there does not hold (any more); RA_OK: all do */
};

/* Of the present attempt, judged at `now`. */
RA_MUST_CHECK bool revocation_basis_find(struct ra_app *app, struct db *db, TALLOC_CTX *context, time_t now,
                                         const struct order *order, struct revocation_basis *basis,
                                         struct ra_error *error);

/* The pure part: which of `count` reasons, in the order they came, are enough together. `*first` and
 * `*second` are places; one statement is enough: the same place twice. `by_authority`: an AC's or a court's
 * order is carried out by two, whatever the reason. false: not enough. */
bool revocation_basis_choose(const int64_t *reasons, size_t count, bool by_authority, size_t *first,
                             size_t *second);

#endif
