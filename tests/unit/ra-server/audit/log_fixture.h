/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of the log share: an instance's configuration on the private PostgreSQL, and the numbering
 * of what was recorded. Each fails the test by itself.
 */
#ifndef TESTS_AUDIT_LOG_FIXTURE_H
#define TESTS_AUDIT_LOG_FIXTURE_H

#include "config/config.h"
#include "db/db.h"

/* With the schema migrated; the signer's socket is `home`/sock. The caller's, by talloc_free. */
const struct config *log_fixture_config(const char *home);

/* Numbers all that waits; the size of the log then. */
uint64_t log_fixture_number(struct db *db);

#endif
