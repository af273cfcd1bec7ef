/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the files of sql/queries (their form is told in db/db.h) for the build. Only the generator and its
 * test use it.
 */
#ifndef DB_STATEMENT_SOURCE_H
#define DB_STATEMENT_SOURCE_H

#include "db/statement_table.h"
#include "pki/base/error.h"

#include <stddef.h>
#include <talloc.h>

struct statement_source {
    char *name;
    char *sql; /* without the header lines and the final semicolon */
    unsigned types[STATEMENT_VALUES_MAX];
    size_t parameter_count;
    char *origin; /* "orders.sql:12" */
};

struct statement_sources {
    struct statement_source *items;
    size_t count;
};

/* Adds the statements of one file's `text`; `file` is the name for messages. Refused, with file and line: SQL
 * before the first name, a name that is not a lower-case word or was used already, an unknown type, a
 * parameter list that does not match the $n used, an empty statement, more than one statement under a name.
 */
RA_MUST_CHECK bool statement_source_read(TALLOC_CTX *context, const char *file, const char *text,
                                         struct statement_sources *sources, struct ra_error *error);

#endif
