/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A strict DER reader over encoded PKIMessages (RFC 4210 5.1, RFC 4211 5): what a carrier may log, and the
 * template fields that OpenSSL 3.0 parses but does not hand out. All results borrow from the input. Nothing
 * here checks protection. Indefinite lengths, non-minimal lengths, high tag numbers and trailing bytes are
 * refused.
 */
#ifndef PKI_CMP_CMP_MESSAGE_H
#define PKI_CMP_CMP_MESSAGE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <openssl/x509.h>
#include <stdint.h>

/* Alternatives of PKIBody (RFC 4210 5.1.2) that this project speaks; the number is the context tag. */
enum cmp_body {
    CMP_BODY_IR = 0,
    CMP_BODY_IP = 1,
    CMP_BODY_CR = 2,
    CMP_BODY_CP = 3,
    CMP_BODY_P10CR = 4,
    CMP_BODY_RR = 11,
    CMP_BODY_RP = 12,
    CMP_BODY_PKICONF = 19,
    CMP_BODY_ERROR = 23,
    CMP_BODY_CERTCONF = 24,
    CMP_BODY_POLLREQ = 25,
    CMP_BODY_POLLREP = 26,
};

struct cmp_peek {
    int body_type;            /* context tag of the body, 0..30; not necessarily one of enum cmp_body */
    struct bytes transaction; /* content of transactionID; empty when absent */
    struct bytes body;        /* content inside the body's explicit tag */
};

/* Header and body type of one encoded PKIMessage. */
RA_MUST_CHECK bool cmp_peek(struct bytes message, struct cmp_peek *peek, struct ra_error *error);

/* Splits off extraCerts, which no protection covers: `bare`, on `context`, is the message without them, and
 * *certificates are they, decoded as pki/base/decoded.h does, NULL when there are none; sk_X509_pop_free. */
RA_MUST_CHECK bool cmp_split(TALLOC_CTX *context, struct bytes message, struct bytes *bare,
                             STACK_OF(X509) **certificates, struct ra_error *error);

/* Most certificates that a conversation keeps: those of 16 messages with 16 each. */
enum { CMP_KEPT_MAX = 256 };

/* Keeps the certificates that came with a message until its conversation ends: OpenSSL 3.0 gives up its
 * reference to the one that validated a message, and looks at it once more when a later message does not fit
 * it (check_msg_find_cert). Each object is kept, an equal one too; *kept is NULL before the first, and the
 * caller's (sk_X509_pop_free). `more` may be NULL. */
RA_MUST_CHECK bool cmp_keep(STACK_OF(X509) **kept, const STACK_OF(X509) *more, struct ra_error *error);

/* The fields of a CertTemplate that OpenSSL 3.0 keeps to itself. Absent fields are empty. */
struct cmp_template {
    struct bytes public_key; /* SubjectPublicKeyInfo as DER, with its own SEQUENCE tag (field [6] is
                                IMPLICIT); on the context given to the reader */
    int64_t not_before_us;   /* microseconds since the epoch; 0 when absent */
    int64_t not_after_us;
};

/* Reads one CertTemplate (RFC 4211 5), given whole with its SEQUENCE tag, as i2d_OSSL_CRMF_CERTTEMPLATE
 * writes it. */
RA_MUST_CHECK bool cmp_read_template(TALLOC_CTX *context, struct bytes encoded, struct cmp_template *output,
                                     struct ra_error *error);

/* The CRL reason in the only RevDetails of an rr body; 0 (unspecified) when absent. */
RA_MUST_CHECK bool cmp_read_revocation_reason(const struct cmp_peek *peek, int *reason,
                                              struct ra_error *error);

#endif
