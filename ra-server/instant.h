/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Instants in answers: UTC, as every document of the API says them. New references; pure.
 */
#ifndef RA_SERVER_INSTANT_H
#define RA_SERVER_INSTANT_H

#include "db/db.h"

#include <jansson.h>
#include <stdint.h>

json_t *instant_json(int64_t at_us);

/* Of a column; null where the row has none. */
json_t *instant_of_row(const struct db_rows *rows, size_t row, const char *column);

#endif
