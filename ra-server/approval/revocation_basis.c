/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/revocation_basis.h"

#include "approval/rules.h"
#include "approval/trust_state.h"
#include "revocation/revocation.h"

bool revocation_basis_choose(const int64_t *reasons, size_t count, bool by_authority, size_t *first,
                             size_t *second)
{
    for (*first = 0; *first < count && !by_authority; ++*first)
        if (rules_revocation_floor(reasons[*first]) == 1) {
            *second = *first;
            return true;
        }
    for (*first = 0; *first < count; ++*first)
        for (*second = *first + 1; *second < count; ++*second)
            if (reasons[*first] == reasons[*second])
                return true;
    return false;
}

struct gathering {
    const struct stored_statement **stored;
    struct signed_statement **statements;
    int64_t *reasons;
    size_t count;
};

static bool make_room(TALLOC_CTX *context, size_t count, struct gathering *gathering, struct ra_error *error)
{
    const unsigned room = (unsigned)count + 1;
    gathering->stored = talloc_array(context, const struct stored_statement *, room);
    gathering->statements = talloc_array(context, struct signed_statement *, room);
    gathering->reasons = talloc_array(context, int64_t, room);
    return (gathering->stored != NULL && gathering->statements != NULL && gathering->reasons != NULL) ||
           ra_fail(error, RA_NO_MEMORY, "revocation");
}

static void take(const struct gathering *gathering, size_t at, struct revocation_basis *basis)
{
    basis->cms[basis->count] = gathering->stored[at]->cms;
    basis->statements[basis->count++] = gathering->statements[at];
}

bool revocation_basis_find(struct ra_app *app, struct db *db, TALLOC_CTX *context, time_t now,
                           const struct order *order, struct revocation_basis *basis, struct ra_error *error)
{
    struct stored_statement *all = NULL;
    struct gathering good = {.count = 0};
    size_t count = 0, first = 0, second = 0;
    bool by_authority = false;
    *basis = (struct revocation_basis){.count = 0};
    if (!approval_store_find(db, context, order->id, order->attempt, STATEMENT_REVOCATION, &all, &count,
                             error) ||
        !make_room(context, count, &good, error) ||
        !revocation_by_authority(db, context, order, &by_authority, error))
        return false;
    basis->stored = count;
    for (size_t i = 0; i < count; i++) {
        struct signed_statement **statement = &good.statements[good.count];
        if (!trust_verify_statement(app, context, all[i].cms, STATEMENT_REVOCATION, now, statement,
                                    &basis->unfit))
            continue;
        good.stored[good.count] = &all[i];
        good.reasons[good.count++] = (*statement)->statement->revocation.reason;
    }
    if (!revocation_basis_choose(good.reasons, good.count, by_authority, &first, &second))
        return true;
    take(&good, first, basis);
    if (second != first)
        take(&good, second, basis);
    return true;
}
