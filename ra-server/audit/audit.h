/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The room that remembers (design 2.11, protocol 7): every act and every reading of a case by staff is an
 * event, written in the transaction of the act itself. If the event cannot be written the act fails with it.
 * A job gives events their leaf numbers in the Merkle log and has a checkpoint signed; nothing of that is the
 * caller's work.
 *
 * A leaf is public in form: it never carries personal data. Two objects are given with each event:
 * - detail: typed values only: words, digests, uuids, instants, numbers, truths, and arrays of them. What is
 *   not such a value (free text, anything with a space or '@', eleven or fourteen bare digits) is moved to
 *   `personal` under its own name, so that a mistake seldom publishes it: free text of one word it does not
 *   know, so what somebody writes is given as `personal`. `detail.person` (uuid of a row of person) becomes
 *   the leaf's field of that name.
 * - personal: everything else: kept apart with a salt of its own; the leaf holds SHA-256(salt ‖ bytes).
 *
 * Once the act is committed, the open screens of the office hear of it (audit/news.h).
 *
 * Thread rules: all functions belong to the thread that owns the db given.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "app.h"
#include "http/http.h"
#include "pki/base/error.h"
#include "rooms.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct db;
struct order; /* orders/orders.h */

/* X(identifier, "WORD IN THE LEAF"). Those of identification-rules 3.8 keep its words; the rest is what a
 * counter needs besides. */
#define AUDIT_CODES(X)                                                                                       \
    X(AUDIT_REQUEST_CREATED, "REQUEST_CREATED")                                                              \
    X(AUDIT_REQUEST_CHANGED, "REQUEST_CHANGED") /* data of the order; detail: which fields */                \
    X(AUDIT_CONTACT_CHANGED, "CONTACT_CHANGED")                                                              \
    X(AUDIT_EMAIL_CONFIRMED, "EMAIL_CONFIRMED")                                                              \
    X(AUDIT_HOLDER_LOGIN_OK, "HOLDER_LOGIN_OK")                                                              \
    X(AUDIT_HOLDER_LOGIN_FAIL, "HOLDER_LOGIN_FAIL")                                                          \
    X(AUDIT_PAYMENT_RECORDED, "PAYMENT_RECORDED")                                                            \
    X(AUDIT_NOTE_ADDED, "NOTE_ADDED")                                                                        \
    X(AUDIT_NOTICE_RESENT, "NOTICE_RESENT")                                                                  \
    X(AUDIT_APPT_BOOKED, "APPT_BOOKED")                                                                      \
    X(AUDIT_APPT_RESCHEDULED, "APPT_RESCHEDULED")                                                            \
    X(AUDIT_APPT_PLACE, "APPT_PLACE") /* the office is somewhere else: the invitation goes out anew */       \
    X(AUDIT_APPT_CANCELLED, "APPT_CANCELLED")                                                                \
    X(AUDIT_SEAT_HELD, "SEAT_HELD")         /* for some minutes, until it is booked */                       \
    X(AUDIT_SEAT_LET_GO, "SEAT_LET_GO")     /* a hold given up before its end */                             \
    X(AUDIT_APPT_ANSWERED, "APPT_ANSWERED") /* detail.answer; detail.channel: link, calendar */              \
    X(AUDIT_APPT_REMINDED, "APPT_REMINDED") /* detail.hours before */                                        \
    X(AUDIT_FEED_SHOWN, "FEED_SHOWN")       /* detail.of: office, agent; whoever sees the address reads */   \
    X(AUDIT_FEED_ROTATED, "FEED_ROTATED")                                                                    \
    X(AUDIT_WAITING_JOINED, "WAITING_JOINED")                                                                \
    X(AUDIT_WAITING_LEFT, "WAITING_LEFT") /* detail.outcome passed: offers went by unanswered */             \
    X(AUDIT_SEAT_OFFERED, "SEAT_OFFERED")                                                                    \
    X(AUDIT_OFFER_DECLINED, "OFFER_DECLINED")                                                                \
    X(AUDIT_APPT_NOSHOW, "APPT_NOSHOW")                                                                      \
    X(AUDIT_CHECKED_IN, "CHECKED_IN")                                                                        \
    X(AUDIT_CALLED, "CALLED")                                                                                \
    X(AUDIT_PARKED, "PARKED")                                                                                \
    X(AUDIT_PARKING_OVER, "PARKING_OVER") /* the time that was asked for is up */                            \
    X(AUDIT_FINISHED, "FINISHED")                                                                            \
    X(AUDIT_TRANSFERRED, "TRANSFERRED") /* to another agent, or back to whoever is free */                   \
    X(AUDIT_REACTIVATED, "REACTIVATED")                                                                      \
    X(AUDIT_PRIORITY_CHANGED, "PRIORITY_CHANGED")                                                            \
    X(AUDIT_NEEDS_CHANGED, "NEEDS_CHANGED") /* ramp, Libras, interpreter */                                  \
    X(AUDIT_UNDONE, "UNDONE")               /* detail: which act */                                          \
    X(AUDIT_DOC_PRESENTED, "DOC_PRESENTED")                                                                  \
    X(AUDIT_DOC_READ, "DOC_READ") /* the bytes of a document left the house */                               \
    X(AUDIT_DOC_REJECTED, "DOC_REJECTED")                                                                    \
    X(AUDIT_SECOND_DOC_REQUESTED, "SECOND_DOC_REQUESTED")                                                    \
    X(AUDIT_ITEM_ACCEPTED, "ITEM_ACCEPTED")                                                                  \
    X(AUDIT_ITEM_REJECTED, "ITEM_REJECTED")                                                                  \
    X(AUDIT_ITEM_REOPENED, "ITEM_REOPENED")                                                                  \
    X(AUDIT_ITEM_WAIVED, "ITEM_WAIVED")                                                                      \
    X(AUDIT_CONSULTED, "CONSULTED") /* a kind without a word of its own below */                             \
    X(AUDIT_CNH_CONSULTED, "CNH_CONSULTED")                                                                  \
    X(AUDIT_RECEITA_CPF_QUERIED, "RECEITA_CPF_QUERIED")                                                      \
    X(AUDIT_RECEITA_CNPJ_QUERIED, "RECEITA_CNPJ_QUERIED")                                                    \
    X(AUDIT_BIO_COLLECTED, "BIO_COLLECTED")                                                                  \
    X(AUDIT_BIO_SUBMITTED, "BIO_SUBMITTED")                                                                  \
    X(AUDIT_BIO_RESULT, "BIO_RESULT")                                                                        \
    X(AUDIT_BIO_CONFLICT_OPENED, "BIO_CONFLICT_OPENED")                                                      \
    X(AUDIT_BIO_CONFLICT_ANSWERED, "BIO_CONFLICT_ANSWERED")                                                  \
    X(AUDIT_NEGLIST_QUERIED, "NEGLIST_QUERIED")                                                              \
    X(AUDIT_NEGLIST_HIT, "NEGLIST_HIT")                                                                      \
    X(AUDIT_NEGLIST_READ, "NEGLIST_READ") /* detail.what: entry, image */                                    \
    X(AUDIT_NEGLIST_ADDED, "NEGLIST_ADDED")                                                                  \
    X(AUDIT_NEGLIST_IMAGE_ADDED, "NEGLIST_IMAGE_ADDED")                                                      \
    X(AUDIT_NEGLIST_WITHDRAWN, "NEGLIST_WITHDRAWN")                                                          \
    X(AUDIT_DIVERGENCE_SUSPENDED, "DIVERGENCE_SUSPENDED")                                                    \
    X(AUDIT_DIVERGENCE_RESOLVED, "DIVERGENCE_RESOLVED")                                                      \
    X(AUDIT_VIDEO_STARTED, "VIDEO_STARTED")                                                                  \
    X(AUDIT_VIDEO_CONSENT, "VIDEO_CONSENT")                                                                  \
    X(AUDIT_VIDEO_INTERRUPTED, "VIDEO_INTERRUPTED")                                                          \
    X(AUDIT_VIDEO_ENDED, "VIDEO_ENDED")                                                                      \
    X(AUDIT_TERM_SHOWN, "TERM_SHOWN")                                                                        \
    X(AUDIT_TERM_COUNTERSIGNED, "TERM_COUNTERSIGNED")                                                        \
    X(AUDIT_TERM_SIGNED, "TERM_SIGNED")                                                                      \
    X(AUDIT_VALIDATION_APPROVED, "VALIDATION_APPROVED")                                                      \
    X(AUDIT_VERIFICATION_APPROVED, "VERIFICATION_APPROVED")                                                  \
    X(AUDIT_SECOND_AGENT_WAIVED, "SECOND_AGENT_WAIVED")                                                      \
    X(AUDIT_VERIFICATION_RETURNED, "VERIFICATION_RETURNED")                                                  \
    X(AUDIT_VERIFICATION_REFUSED, "VERIFICATION_REFUSED")                                                    \
    X(AUDIT_STATEMENT_REJECTED,                                                                              \
      "STATEMENT_REJECTED") /* somebody handed in a statement that does not hold */                          \
    X(AUDIT_ATTEMPT_VOIDED, "ATTEMPT_VOIDED")                                                                \
    X(AUDIT_MAIL_HALF_MADE, "MAIL_HALF_MADE")                                                                \
    X(AUDIT_MAIL_HALF_SENT, "MAIL_HALF_SENT")                                                                \
    X(AUDIT_MAIL_HALF_DESTROYED, "MAIL_HALF_DESTROYED")                                                      \
    X(AUDIT_CERT_REQUESTED, "CERT_REQUESTED")                                                                \
    X(AUDIT_CERT_REQUEST_REFUSED, "CERT_REQUEST_REFUSED")                                                    \
    X(AUDIT_CERT_UNKNOWN, "CERT_UNKNOWN") /* the AC's answer is not known yet */                             \
    X(AUDIT_CERT_ISSUED, "CERT_ISSUED")                                                                      \
    X(AUDIT_CERT_MISMATCH, "CERT_MISMATCH")           /* alarm: not what was ordered */                      \
    X(AUDIT_CERT_NOT_WITHDRAWN, "CERT_NOT_WITHDRAWN") /* alarm: nobody wanted it, and the AC keeps it */     \
    X(AUDIT_CERT_DELIVERED, "CERT_DELIVERED")                                                                \
    X(AUDIT_RENEWAL_STARTED, "RENEWAL_STARTED")         /* the holder showed a certificate of ours */        \
    X(AUDIT_RENEWAL_SIGNED, "RENEWAL_SIGNED")           /* and signed data and key of the new one */         \
    X(AUDIT_REPLACEMENT_GRANTED, "REPLACEMENT_GRANTED") /* of a revoked certificate, without cost */         \
    X(AUDIT_CERTIFICATES_SHOWN, "CERTIFICATES_SHOWN") /* to their holder; detail.by session or signature */  \
    X(AUDIT_EXPIRY_TOLD, "EXPIRY_TOLD")               /* detail.days before the end */                       \
    X(AUDIT_REVOCATION_REQUESTED, "REVOCATION_REQUESTED")                                                    \
    X(AUDIT_REVOCATION_ORDERED, "REVOCATION_ORDERED")     /* the paper of an AC or of a court came */        \
    X(AUDIT_REVOCATION_REFUSED, "REVOCATION_REFUSED")     /* a holder's word that is none */                 \
    X(AUDIT_REVOCATION_WITHDRAWN, "REVOCATION_WITHDRAWN") /* nothing that was asked holds */                 \
    X(AUDIT_REVOCATION_LATE, "REVOCATION_LATE")           /* alarm: past target, alarm or limit */           \
    X(AUDIT_REVOCATION_EXECUTED, "REVOCATION_EXECUTED")   /* the AC confirmed */                             \
    X(AUDIT_REVOCATION_SEEN, "REVOCATION_SEEN")           /* the serial stands in the CRL: the end */        \
    X(AUDIT_FRAUD_REPORTED, "FRAUD_REPORTED")   /* detail.kind claim: the holder's "não fui eu" */          \
    X(AUDIT_FRAUD_SENT, "FRAUD_SENT")           /* the AC has the comunicado */                              \
    X(AUDIT_FRAUD_DISMISSED, "FRAUD_DISMISSED") /* a claim that came to nothing */                           \
    X(AUDIT_FRAUD_READ, "FRAUD_READ")           /* detail.what: list, report */                              \
    X(AUDIT_MEDIA_MOVED, "MEDIA_MOVED")         /* a token by a counter act; detail: act, from, to */        \
    X(AUDIT_MEDIA_COUNTED, "MEDIA_COUNTED")     /* detail: how many were found, missing, unexpected */       \
    X(AUDIT_MEDIA_RECEIPT, "MEDIA_RECEIPT")     /* the holder's receipt; detail.how: key, paper */           \
    X(AUDIT_ROSTER_ACCEPTED, "ROSTER_ACCEPTED")                                                              \
    X(AUDIT_AGENT_ADDED, "AGENT_ADDED")                                                                      \
    X(AUDIT_AGENT_REMOVED, "AGENT_REMOVED")                                                                  \
    X(AUDIT_RULES_PROPOSED, "RULES_PROPOSED")                                                                \
    X(AUDIT_RULES_CONFIRMED, "RULES_CONFIRMED")                                                              \
    X(AUDIT_RULES_WITHDRAWN, "RULES_WITHDRAWN")                                                              \
    X(AUDIT_PERM_GRANTED, "PERM_GRANTED")                                                                    \
    X(AUDIT_PERM_REVOKED, "PERM_REVOKED")                                                                    \
    X(AUDIT_LOGIN_OK, "LOGIN_OK")                                                                            \
    X(AUDIT_LOGIN_FAIL, "LOGIN_FAIL")                                                                        \
    X(AUDIT_LOGOUT, "LOGOUT")                                                                                \
    X(AUDIT_SESSION_TIMEOUT, "SESSION_TIMEOUT")                                                              \
    X(AUDIT_CASE_READ, "CASE_READ")           /* detail.what: show, checklist, dossier … */                \
    X(AUDIT_CASES_SEARCHED, "CASES_SEARCHED") /* find; the text sought is personal */                        \
    X(AUDIT_QUEUE_READ, "QUEUE_READ")                                                                        \
    X(AUDIT_REPORT_READ, "REPORT_READ")                                                                      \
    X(AUDIT_AGENDA_CHANGED, "AGENDA_CHANGED") /* hours, holidays, blocks */                                  \
    X(AUDIT_DAY_CLOSED, "DAY_CLOSED")         /* detail: date, difference, SHA-256 of the content signed */  \
    X(AUDIT_DAY_REOPENED, "DAY_REOPENED")     /* detail: date; the reason is personal */                     \
    X(AUDIT_HANDOVER, "HANDOVER_NOTED")                                                                      \
    X(AUDIT_OUTAGE, "OUTAGE")   /* detail.state: down, up */                                                 \
    X(AUDIT_PRINTED, "PRINTED") /* detail: what, which copy */                                               \
    X(AUDIT_EXPORT_MADE, "EXPORT_MADE")                                                                      \
    X(AUDIT_EMISSION_PAGE_CHANGED, "EMISSION_PAGE_CHANGED")                                                  \
    X(AUDIT_PROOF_MADE, "PROOF_MADE")                                                                        \
    X(AUDIT_CLOCK_ADJUSTED, "CLOCK_ADJUSTED")                                                                \
    X(AUDIT_LOG_VERIFIED, "LOG_VERIFIED")                                                                    \
    X(AUDIT_RETENTION_PURGED, "RETENTION_PURGED")

enum audit_code {
#define X(id, word) id,
    AUDIT_CODES(X)
#undef X
        AUDIT_CODE_COUNT
};

/* The word in the leaf. Never NULL. */
const char *audit_code_word(enum audit_code code);

/* Writes the event of an act in the request's open transaction. Who acted comes from the request: on the
 * office listener the caller that the authorizer proved (approval/office.h), on the public one the holder,
 * otherwise the program. `order` may be NULL. `detail` and `personal` are taken, also on failure; `personal`
 * may be NULL, `detail` may not (NULL is taken for memory that ran out: say json_object() for nothing). */
RA_MUST_CHECK bool audit_record(struct http_request *request, enum audit_code code, const struct order *order,
                                json_t *take_detail, json_t *take_personal, struct ra_error *error);

/* CASE_READ with detail {"what": what}: what every GET of a case by staff calls. On the public listener (the
 * holder reads his own) it does nothing. `what` is a stable word: "show", "checklist", "dossier". */
RA_MUST_CHECK bool audit_case_read(struct http_request *request, const struct order *order, const char *what,
                                   struct ra_error *error);

/* The order of an event where there is no struct order at hand: background jobs. */
struct audit_subject {
    int64_t order_id; /* 0: no order */
    const char *ref;  /* orders.ref; "" without one */
    const char *code; /* orders.code, for open screens; never in the leaf; "" where it is not at hand */
};

/* An event of the program itself (actor "system"), for jobs; inside the transaction open on `db`. The log is
 * sequenced within the second by itself. Same ownership as audit_record. */
RA_MUST_CHECK bool audit_record_system(struct ra_app *app, struct db *db, int64_t now_us,
                                       enum audit_code code, struct audit_subject subject,
                                       json_t *take_detail, json_t *take_personal, struct ra_error *error);

extern const struct room audit_room;

#endif
