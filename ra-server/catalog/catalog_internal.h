/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the catalogue room share among themselves.
 */
#ifndef CATALOG_CATALOG_INTERNAL_H
#define CATALOG_CATALOG_INTERNAL_H

#include "app.h"
#include "db/db.h"

bool catalog_start(struct ra_app *app, struct db *db, struct ra_error *error);
void catalog_stop(struct ra_app *app);

/* Rows of checklist_rule in force on `day` for "pf" or "pj". */
RA_MUST_CHECK bool catalog_checklist_rows(struct db *db, TALLOC_CTX *context, const char *subject,
                                          const char *day, struct db_rows **rows, struct ra_error *error);

#endif
