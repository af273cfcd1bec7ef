/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The requests that ra-server sends, as parsed structs. Unknown members, members of another type and bytes
 * that are not strict base64 are refused (RA_BAD_REQUEST, reason "malformed"). Everything hangs on the
 * context given.
 */
#ifndef PKI_SIGNER_REQUEST_H
#define PKI_SIGNER_REQUEST_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/trust/holder_revocation.h"
#include "pki/trust/merkle.h"

#include <jansson.h>
#include <openssl/x509.h>

enum { REQUEST_STATEMENTS_MAX = 2, REQUEST_CRLS_MAX = 16, REQUEST_OCSP_MAX = 4 };

/* OCSP answers about certificates that holders signed with (RFC 6960, DER), as they came. */
struct ocsp_given {
    size_t count;
    struct bytes answers[REQUEST_OCSP_MAX];
};

struct issue_request {
    struct bytes validation;
    struct bytes verification; /* empty where the floor is one agent */
    struct bytes csr;
    struct bytes counter_proof; /* empty unless bound by code */
    struct bytes mail_proof;
    STACK_OF(X509_CRL) *crls;
    struct ocsp_given ocsp;
};

struct resume_request {
    const char *order;
    int64_t attempt;
    struct bytes answer; /* of the AC's portal; empty without one */
};

/* The holder's own word, in the place of agents' statements. */
struct holder_proof {
    enum holder_revocation_kind kind;
    const char *order;
    int64_t attempt;
    int64_t reason;
    int64_t issued_at;
    struct bytes signature;
    struct revocation_key password; /* with HOLDER_REVOCATION_PASSWORD */
    struct bytes responsible;       /* with HOLDER_REVOCATION_RESPONSIBLE: the e-CPF, DER */
};

struct revoke_request {
    struct bytes statements[REQUEST_STATEMENTS_MAX];
    size_t statement_count; /* 1..REQUEST_STATEMENTS_MAX; 0 where the holder asks */
    bool by_holder;
    struct holder_proof holder;
    struct bytes certificate;
    STACK_OF(X509_CRL) *crls;
    struct ocsp_given ocsp;
};

struct refusal_request {
    struct bytes statement;
    STACK_OF(X509_CRL) *crls;
};

struct checkpoint_request {
    uint64_t size;
    struct merkle_hash root;
    struct merkle_proof proof;
};

/* Strings of the result are borrowed from `message`. */
RA_MUST_CHECK bool request_parse_issue(TALLOC_CTX *context, json_t *message, struct issue_request *request,
                                       struct ra_error *error);
RA_MUST_CHECK bool request_parse_resume(TALLOC_CTX *context, json_t *message, struct resume_request *request,
                                        struct ra_error *error);
RA_MUST_CHECK bool request_parse_revoke(TALLOC_CTX *context, json_t *message, struct revoke_request *request,
                                        struct ra_error *error);
RA_MUST_CHECK bool request_parse_refusal(TALLOC_CTX *context, json_t *message,
                                         struct refusal_request *request, struct ra_error *error);
RA_MUST_CHECK bool request_parse_checkpoint(TALLOC_CTX *context, json_t *message,
                                            struct checkpoint_request *request, struct ra_error *error);
RA_MUST_CHECK bool request_parse_roster(TALLOC_CTX *context, json_t *message, struct bytes *bundle,
                                        struct ra_error *error);
RA_MUST_CHECK bool request_parse_status(json_t *message, struct ra_error *error);

#endif
