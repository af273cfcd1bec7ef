/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The shape of the statements table that the build makes from sql/queries/ (db/statements_generator.c).
 */
#ifndef DB_STATEMENT_TABLE_H
#define DB_STATEMENT_TABLE_H

#include <stddef.h>

enum { STATEMENT_VALUES_MAX = 64 }; /* $n of one statement */

struct statement_row {
    const char *name;                /* "order_by_code" */
    const char *sql;                 /* with $1 … */
    const unsigned *parameter_types; /* OIDs; NULL when there are none */
    size_t parameter_count;
    const char *origin; /* file and line it was written at */
};

struct statement_table {
    const struct statement_row *rows;
    size_t count;
};

/* Every statement of sql/queries/, indexed by enum db_statement. */
extern const struct statement_table statement_table;

#endif
