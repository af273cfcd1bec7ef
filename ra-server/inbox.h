/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mail that comes to the house: a Maildir (`mail_inbox`), because every mail server can deliver into one, and
 * because a mail that no program understands is then where a person's mail reader finds it. New mail is in
 * `new`; what was understood is removed, what was not goes to `cur`.
 *
 * Thread rules: one reader; anybody may deliver.
 */
#ifndef RA_SERVER_INBOX_H
#define RA_SERVER_INBOX_H

#include "config/config.h"
#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <stddef.h>
#include <talloc.h>

enum { INBOX_MAIL_MAX = 1 << 20 }; /* bytes */

/* Makes the folders that are missing. */
RA_MUST_CHECK bool inbox_prepare(const struct config *config, struct ra_error *error);

/* A whole mail from an open descriptor, for the pipe of a mail server. RA_TOO_LARGE beyond the limit. */
RA_MUST_CHECK bool inbox_receive(const struct config *config, int descriptor, struct ra_error *error);

/* Names of at most `most` new mails, on `context`; *count of them. */
RA_MUST_CHECK bool inbox_list(const struct config *config, TALLOC_CTX *context, size_t most, char ***names,
                              size_t *count, struct ra_error *error);

/* One new mail. RA_TOO_LARGE beyond the limit. */
RA_MUST_CHECK bool inbox_read(const struct config *config, TALLOC_CTX *context, const char *name,
                              struct bytes *mail, struct ra_error *error);

/* Done with it; or for people to read. */
RA_MUST_CHECK bool inbox_remove(const struct config *config, const char *name, struct ra_error *error);
RA_MUST_CHECK bool inbox_set_aside(const struct config *config, const char *name, struct ra_error *error);

#endif
