/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The room where two agents answer for a case with their signatures (protocol 2): facts for the validation,
 * the statements as they come in, their checks (the same that ra-signer makes and decides; here so that
 * people learn at once), the roster, and the new attempt when something that was signed changes.
 */
#ifndef APPROVAL_APPROVAL_H
#define APPROVAL_APPROVAL_H

#include "http/http.h"
#include "orders/orders.h"
#include "rooms.h"

/* Something that the statements bind has changed or is about to (data of the order, a document, a
 * consultation, an item of the checklist): if the current attempt carries statements they are void from here
 * on. attempt grows by one, identification goes back to open (from validated, verified or returned), issuance
 * from ready to none, the mail half is destroyed, milestone new_attempt and event ATTEMPT_VOIDED are written,
 * the timeline shows it. Without a statement, or with identification already refused, it does nothing.
 *
 * `order` must be loaded for update and is brought up to date. `why` is a stable word for the log
 * ("document", "item", "consultation", "data", "contact"). Fails with RA_ILLEGAL_TRANSITION once a
 * certificate has been asked for: then nothing may change any more. */
RA_MUST_CHECK bool approval_void_attempt(struct http_request *request, struct order *order, const char *why,
                                         struct ra_error *error);

extern const struct room approval_room;

#endif
