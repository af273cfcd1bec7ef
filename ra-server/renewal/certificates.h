/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "Meus certificados": the certificates of a person, for that person alone. He proves who he is by the
 * session that a one-time code by mail opens (orders_login.c: the same answer whether a CPF exists or not),
 * or by a signature of a valid certificate of his.
 */
#ifndef RENEWAL_CERTIFICATES_H
#define RENEWAL_CERTIFICATES_H

#include "http/http.h"

/* GET /api/certificates and /certificados, by bearer or session; without one the page asks for the CPF. */
bool certificates_get(struct http_request *request, struct http_response *response, struct ra_error *error);

/* POST /api/certificates {"certificate","issued_at","signature"} over
 * "guiche-certificates-v1" || 00 || instance || 00 || issued_at || 00. RA_PROOF_REFUSED, reason
 * "proof-certificates", whatever does not hold. */
bool certificates_post(struct http_request *request, struct http_response *response, struct ra_error *error);

#endif
