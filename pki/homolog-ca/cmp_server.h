/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The AC's side of CMP over OpenSSL's server API: ir and cr with a CRMF template (raVerified), p10cr,
 * certConf, pollReq, rr. One OSSL_CMP_SRV_CTX for each transaction. Requests must be signed by a certificate
 * with id-kp-cmcRA that this CA issued to an AR and has not revoked.
 *
 * The same transaction with the same key gets the stored certificate, also after a restart and after
 * confirmation; with another key it is refused. A refusing certConf revokes at once, a missing one after
 * confirm_seconds.
 *
 * Thread rules: cmp_server_handle may run in many threads; messages of one transaction are taken one by one.
 */
#ifndef PKI_HOMOLOG_CA_CMP_SERVER_H
#define PKI_HOMOLOG_CA_CMP_SERVER_H

#include "pki/homolog-ca/issuance.h"
#include "pki/homolog-ca/revocation.h"

enum { CMP_SERVER_CONFIRM_SECONDS = 600 };

struct cmp_server_options {
    int confirm_seconds; /* how long a certificate waits for its certConf */
    int poll_count;      /* homologation: answer "waiting" so many times before issuing; 0 for none */
    int poll_seconds;    /* checkAfter of those answers */
    enum corruption corruption;
};

struct cmp_server;

/* On `context`; everything given is borrowed and must outlive it. Reads the unconfirmed transactions from
 * disk. */
struct cmp_server *cmp_server_new(TALLOC_CTX *context, const struct registry *registry,
                                  const struct cmp_server_options *options, struct ra_error *error);

/* One encoded PKIMessage in, one out (on `memory`). false with RA_BAD_REQUEST when the input is no PKIMessage
 * or has no transaction id; refusals inside CMP are answers, not errors. */
RA_MUST_CHECK bool cmp_server_handle(struct cmp_server *server, TALLOC_CTX *memory, struct bytes request,
                                     struct bytes *response, struct ra_error *error);

/* Once a second or so: revokes what was never confirmed, forgets idle conversations, refreshes CRLs. */
RA_MUST_CHECK bool cmp_server_tick(struct cmp_server *server, struct ra_error *error);

#endif
