/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The media room: tokens and cards. Which pieces the office holds, which one lies on the desk for which case,
 * who took it away and signed for it (certificate-profiles 2.4). A piece changes its state by a counter act
 * alone, each written into a ledger that the database keeps; the daily count is held against that ledger. Not
 * the key inside the piece: that is between the holder and the token (pki/token, ra-cli).
 *
 * Thread rules: everything belongs to the request.
 */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include "http/http.h"
#include "orders/orders.h"
#include "pki/base/error.h"
#include "rooms.h"

/* The piece on the desk for a case, or the one that its holder has: on the request's context. Texts "" where
 * there is none. */
struct media_piece {
    const char *model, *serial, *homologation;
};

/* What the agent attests in a validation. RA_RULE_REFUSED, reason "media-missing", when the policy
 * `media_attestation` asks for a piece on the desk and there is none; "media-homologation" when its
 * homologation ended meanwhile. For a product without media: three times "". */
RA_MUST_CHECK bool media_attested(struct http_request *request, const struct order *order,
                                  struct media_piece *piece, struct ra_error *error);

/* May the attendance end? A certificate that was issued into a token needs the token delivered, and that
 * needs its receipt. RA_RULE_REFUSED, reason "media-not-delivered". */
RA_MUST_CHECK bool media_check_finish(struct http_request *request, const struct order *order,
                                      struct ra_error *error);

extern const struct room media_room;

#endif
