/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the media room share.
 */
#ifndef MEDIA_MEDIA_INTERNAL_H
#define MEDIA_MEDIA_INTERNAL_H

#include "catalog/catalog.h"
#include "media/media_store.h"

/* Office and day of a request of this room. */
struct media_scene {
    struct catalog_office *office;
    char day[CATALOG_DAY_SIZE];
};
RA_MUST_CHECK bool media_scene_read(struct http_request *request, struct media_scene *scene,
                                    struct ra_error *error);

/* --- media_acts.c: the ledger's rows are written here alone --- */

http_handler media_receive_post, media_take_post, media_deliver_post, media_defective_post, media_return_post;

/* --- media_balance.c --- */

http_handler media_balance_get, media_count_post;

/* --- media_receipt.c: what the holder signs for the token --- */

http_handler media_receipt_get, media_receipt_paper_post;

/* The receipt is there: signed by the key in the token (body.receipt_signature), which is kept with its PDF,
 * or on paper, digitised before. RA_RULE_REFUSED, reasons "media-receipt-missing", "media-receipt-invalid".
 */
RA_MUST_CHECK bool media_receipt_require(struct http_request *request, const struct order *order,
                                         const struct media_token *token, struct ra_error *error);

/* The annex of this attempt has a receipt. */
RA_MUST_CHECK bool media_receipt_exists(struct http_request *request, const struct order *order, bool *exists,
                                        struct ra_error *error);

#endif
