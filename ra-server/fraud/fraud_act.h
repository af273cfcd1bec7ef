/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The handlers of the fraud room that act; the others read (fraud_routes.c).
 */
#ifndef FRAUD_FRAUD_ACT_H
#define FRAUD_FRAUD_ACT_H

#include "http/http.h"

/* What reporting this case would do: for whoever is about to sign it. */
http_handler fraud_plan;

/* The act itself. */
http_handler fraud_report_post;

/* The AC has the comunicado. */
http_handler fraud_sent_post;

/* The holder says that it was not him. */
http_handler fraud_claim_post;

#endif
