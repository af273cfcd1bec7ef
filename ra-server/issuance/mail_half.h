/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The half of the emission code that travels by mail (protocol 3): made once per attempt when a second agent
 * asks for the verification (or the first, where one is enough, for the validation), kept only sealed under
 * $keys_dir/mail-half.key, which is in neither database nor backups, and destroyed when delivered or expired.
 */
#ifndef ISSUANCE_MAIL_HALF_H
#define ISSUANCE_MAIL_HALF_H

#include "http/http.h"
#include "jobs.h"
#include "orders/orders.h"

enum { MAIL_HALF_SENDS_MAX = 4 /* once, and three times again */ };

/* The public key of the half of this order's current attempt, made now if there is none. `email` is the
 * address in the validation, `not_after_us` the end of the validation; both are renewed until the half is
 * sent. `public_key` gets 64 hexadecimal digits. */
RA_MUST_CHECK bool mail_half_make(struct http_request *request, const struct order *order, const char *email,
                                  int64_t not_after_us, char public_key[65], struct ra_error *error);

/* The public key of the half that was made; RA_CONFLICT, reason "mail-half-gone", without one. */
RA_MUST_CHECK bool mail_half_public_key(struct http_request *request, const struct order *order,
                                        char public_key[65], struct ra_error *error);

/* Puts the mail with the link into the outbox, to the address the half was made for. Counts; RA_CONFLICT with
 * the reason "mail-half-gone" (destroyed or expired) or "mail-half-sent" (already sent four times). What
 * rooms-public's `resend {"what":"emission"}` calls. */
RA_MUST_CHECK bool mail_half_send(struct http_request *request, const struct order *order,
                                  struct ra_error *error);

/* Erases the half of this attempt (delivered, voided). Nothing there: does nothing. */
RA_MUST_CHECK bool mail_half_destroy(struct http_request *request, const struct order *order,
                                     struct ra_error *error);

/* The same for jobs. */
RA_MUST_CHECK bool mail_half_destroy_by_system(struct ra_app *app, struct db *db, int64_t now_us,
                                               const struct order *order, struct ra_error *error);

/* Opens the half for the mail that is about to leave: a notice_secret_provider. */
bool mail_half_open(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t order_id, int attempt,
                    const char **secret, struct ra_error *error);

/* A struct job's run: erases the halves whose time is over. */
bool mail_half_expire_run(struct job_run *run, struct ra_error *error);

#endif
