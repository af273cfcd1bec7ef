/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Brings a database to the version of this checkout: sql/migrations/NNNN_name.sql once each, in order, then
 * the dated data of sql/rules, which may be applied again and is when its text changed. Everything in one
 * transaction under an advisory lock: two starts together apply once, a failure applies nothing.
 *
 * Each file is recorded in ra.schema_migration with the SHA-256 of its bytes. An applied migration that is
 * missing or was changed is refused: what stands in the database could not be told any more.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "config/config.h"
#include "pki/base/error.h"

/* Connects as database_owner. */
RA_MUST_CHECK bool migrate(const struct config *config, struct ra_error *error);

#endif
