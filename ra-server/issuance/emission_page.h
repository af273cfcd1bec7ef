/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The emission page is one immutable file that this program cannot write (protocol 4). Each time another file
 * stands there, its SHA-256 goes into the log, so that the page a holder saved can be held against it.
 */
#ifndef ISSUANCE_EMISSION_PAGE_H
#define ISSUANCE_EMISSION_PAGE_H

#include "app.h"
#include "db/db.h"

/* At start, in a transaction of its own. A page that is not there is logged by the operator's log alone: the
 * rest of the office works without it. */
RA_MUST_CHECK bool emission_page_record(struct ra_app *app, struct db *db, struct ra_error *error);

#endif
