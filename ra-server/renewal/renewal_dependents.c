/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/db.h"
#include "renewal/renewal.h"

bool renewal_require_alive(const struct order *order, struct ra_error *error)
{
    return !order->renewal_ended ||
           ra_fail_reason(
               error, RA_CONFLICT, "renewal-ended",
               "A renovação terminou: o certificado que a assinou foi revogado, ou tem a revogação "
               "pedida. O titular faz um pedido novo.");
}

bool renewal_dependents(struct http_request *request, const struct order *order, json_t **codes,
                        struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_RENEWAL_DEPENDENTS, DB_VALUES(db_int(order->id)),
                  &rows, error))
        return false;
    *codes = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(*codes, json_string(row_text(rows, i, "code")));
    return *codes != NULL || ra_fail(error, RA_NO_MEMORY, "renewal");
}
