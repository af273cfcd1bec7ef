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

#endif
