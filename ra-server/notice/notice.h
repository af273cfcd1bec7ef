/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The notice room: whatever leaves the house by mail. A notice is a row of the outbox, written in the
 * business transaction (design 2.10) with the facts it tells; a job renders the mail from web/templates/mail
 * and sends it afterwards, again and again with growing pauses until the mail server takes it. Without a mail
 * server each mail becomes a file of the spool, byte for byte what would have been sent.
 *
 * No secret stands in the outbox: rows carry references, and what is secret is made or opened at the moment
 * of sending (tokens and codes by orders/tokens.h, the mail half by the provider below). Links are built from
 * public_url of the configuration alone.
 *
 * Thread rules: notice_enqueue on the request's worker; the provider is set at start.
 */
#ifndef NOTICE_NOTICE_H
#define NOTICE_NOTICE_H

#include "orders/orders.h"
#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "rooms.h"

#include <jansson.h>

/* X(identifier, stored kind, template below web/templates/mail, iCalendar method or "") */
#define NOTICE_KINDS(X)                                                                                      \
    X(NOTICE_ORDER_CREATED, "order_created", "order-created", "") /* model: {"asked_us":instant} */          \
    X(NOTICE_BOOKED, "booked", "booked", "REQUEST")                                                          \
    X(NOTICE_MOVED, "moved", "moved", "REQUEST")                                                             \
    X(NOTICE_PLACE, "place", "place", "REQUEST")                                                             \
    X(NOTICE_CANCELLED, "cancelled", "cancelled", "CANCEL")                                                  \
    X(NOTICE_HOUR_GONE, "hour_gone", "hour-gone", "")    /* model: agenda/hours/settle.c */                  \
    X(NOTICE_REMINDER, "reminder", "reminder", "")       /* {"appointment":…,"first":flag} */              \
    X(NOTICE_DECLINED, "declined", "declined", "")       /* {"appointment":…} */                           \
    X(NOTICE_COUNTERED, "countered", "countered", "")    /* {"appointment":…,"wish_us"?:instant} */        \
    X(NOTICE_LOGIN_CODE, "login_code", "login-code", "") /* {"asked_us":instant,"minutes":N} */              \
    /* {"seat":id,"offered_us":instant,"start_us":instant,"offset_s":N,"until_us":instant} */                \
    X(NOTICE_SEAT_OFFER, "seat_offer", "seat-offer", "")                                                     \
    X(NOTICE_EMISSION_LINK, "emission_link", "emission-link", "") /* {"attempt":N,"recipient"?:address} */   \
    X(NOTICE_RETURNED, "returned", "returned", "")                /* model: {"reason":text} */               \
    X(NOTICE_REFUSED, "refused", "refused", "")                                                              \
    X(NOTICE_OUTAGE, "outage", "outage", "")                                        /* {"what":text} */      \
    X(NOTICE_OFFICE_ALARM, "office_alarm", "office-alarm", "")                      /* alarm.h; no order */  \
    X(NOTICE_CERTIFICATE_ISSUED, "certificate_issued", "certificate-issued", "")    /* {"serial":hex} */     \
    X(NOTICE_CERTIFICATE_REVOKED, "certificate_revoked", "certificate-revoked", "") /* {"serial":hex} */     \
    X(NOTICE_RENEWAL_READY, "renewal_ready", "renewal-ready", "") /* {"until_us":instant} */                 \
    X(NOTICE_EXPIRY, "expiry", "expiry", "")                      /* {"until_us":instant} */

enum notice_kind {
#define X(id, kind, template_name, method) id,
    NOTICE_KINDS(X)
#undef X
        NOTICE_KIND_COUNT
};

/* One row of the outbox, in the caller's transaction, to the subject's address as it stands in the order; the
 * appointment's notices also carry the invitation as it stands now. `model` (stolen, may be NULL) adds facts
 * of the kind's own; never a secret. The sending job is woken after the commit. */
RA_MUST_CHECK bool notice_enqueue(struct http_request *request, const struct order *order,
                                  enum notice_kind kind, json_t *model, struct ra_error *error);

/* As above for jobs, which wake the sender themselves (jobs_wake(app->jobs, NOTICE_JOB)). */
RA_MUST_CHECK bool notice_enqueue_by_system(struct db *db, TALLOC_CTX *context, int64_t now_us,
                                            const struct order *order, enum notice_kind kind, json_t *model,
                                            struct ra_error *error);

/* {"uid","sequence","start_us","end_us","offset_s"} of the order's appointment as it stands, for the models
 * above; new reference. Such a mail is dropped when the appointment is another one by the time it is sent. */
json_t *notice_appointment_json(const struct order *order);

#define NOTICE_JOB "outbox"

/* Opens the mail half of (order, attempt) at the moment of sending: its 16 characters grouped as they are
 * shown, on `context`; wipe what you copy. Returns RA_NOT_FOUND when it is spent, expired or replaced: the
 * mail is then dropped, not tried again. The issuance room sets it at start. */
typedef bool notice_secret_provider(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t order_id,
                                    int attempt, const char **secret, struct ra_error *error);
void notice_set_secret_provider(notice_secret_provider *provider);

extern const struct room notice_room;

#endif
