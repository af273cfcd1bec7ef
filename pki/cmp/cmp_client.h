/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The AR's side of CMP (RFC 4210, RFC 9483 profile) for ra-signer: certificates by `ir` with a full template
 * and raVerified, or by `p10cr` for an AC that takes PKCS#10 alone; revocation by `rr`. Every request is
 * protected by the signature of the AR's credential, or by a MAC with a secret shared with the AC; every
 * answer must be protected by the same secret or by a certificate with id-kp-cmcCA under the anchors, at the
 * instance's clock, so whoever carries the bytes is not trusted. Nothing here opens a socket or sleeps.
 *
 * Asking again is the recovery: an exchange opened anew with the same transaction id sends the same request,
 * and the AC answers with the certificate it stored. So the caller journals the transaction id before the
 * first message leaves (design 2.10) and treats CMP_UNKNOWN as "ask again", never as a refusal.
 *
 * Thread rules: an exchange belongs to one thread at a time; different exchanges are independent.
 */
#ifndef PKI_CMP_CMP_CLIENT_H
#define PKI_CMP_CMP_CLIENT_H

#include "pki/base/bytes.h"
#include "pki/base/clock.h"
#include "pki/base/error.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

enum {
    CMP_TRANSACTION_SIZE = 16,    /* bytes, random, chosen by the caller and stored beforehand */
    CMP_MESSAGE_LIMIT = 64 << 10, /* bytes; a longer answer is refused */
    CMP_STATUS_TEXT_SIZE = 320,
};

/* Takes one DER PKIMessage to the AC and brings the answer, allocated on `memory`. false (error set) means
 * that no answer came: the request may or may not have arrived. */
typedef bool (*cmp_carry_function)(void *context, struct bytes request, TALLOC_CTX *memory,
                                   struct bytes *response, struct ra_error *error);

/* Three ways; only ACCEPTED is confirmed. */
enum cmp_check {
    CMP_CHECK_ACCEPTED,
    CMP_CHECK_REFUSED, /* it is not the one ordered, error says why: a rejecting certConf tells the AC, which
                          revokes it */
    CMP_CHECK_UNDECIDED, /* a failure on our side, error set: no certConf leaves, the result is CMP_UNKNOWN */
};

/* Judges the certificate before certConf; its path was found good, but for the moment when it begins, which
 * is the check's to judge. */
typedef enum cmp_check (*cmp_check_function)(void *context, X509 *certificate, struct ra_error *error);

/* Who we are to the AC and whom we believe. Everything is borrowed and must outlive the exchanges. */
struct cmp_authority {
    X509 *ra_certificate;       /* KU digitalSignature, EKU id-kp-cmcRA */
    EVP_PKEY *ra_key;           /* its private key */
    struct bytes mac_reference; /* with mac_secret: protection by MAC instead (RFC 4210 5.1.3.1) */
    struct bytes mac_secret;    /* empty: protection by signature */
    STACK_OF(X509) *anchors;    /* roots for the AC's signatures and for the certificates it issues */
    STACK_OF(X509) *untrusted; /* intermediate ACs already known, those above ra_certificate among them, which
                                  travel with it; may be NULL */
    const struct ra_clock *clock;
    cmp_carry_function carry;
    void *carry_context;
};

/* One certificate to be asked for. Borrowed for the life of the exchange, except as noted. */
struct cmp_certificate_request {
    uint8_t transaction[CMP_TRANSACTION_SIZE];
    const X509_REQ *csr;     /* p10cr with this, nothing else is told to the AC; NULL: ir with what follows */
    const X509_NAME *issuer; /* which AC is asked; NULL leaves it to the AC */
    const X509_NAME *subject;
    const X509_EXTENSIONS *extensions; /* copied */
    EVP_PKEY *public_key;              /* only the public half is used */
    time_t not_before;                 /* requested validity, by the instance's clock */
    time_t not_after;
    cmp_check_function check;
    /* Told that a certificate is being refused, and why, before the AC hears it; NULL: nobody is. false: the
     * AC hears nothing and the result is CMP_UNKNOWN. */
    bool (*refusing)(void *check_context, const struct ra_error *why, struct ra_error *error);
    void *check_context;
};

enum cmp_result {
    CMP_UNKNOWN, /* no believable answer: the certificate may exist; ask again, same transaction */
    CMP_GRANTED, /* certificate issued, checked and confirmed; or revocation done */
    CMP_WAITING, /* the AC works on it: advance the exchange again after retry_after_s */
    CMP_REFUSED, /* the AC refused, in a protected message */
    CMP_CERTIFICATE_REFUSED, /* the certificate failed the path or the caller's check, and the AC was told so
                              */
};

/* How the AC was told that a certificate is refused. */
enum cmp_withdrawal {
    CMP_WITHDRAWAL_BY_CONFIRMATION, /* a rejecting certConf: revoking it is the AC's duty */
    CMP_WITHDRAWAL_REVOKED, /* it had not waited for one (implicitConfirm), and revoked it at our `rr` */
    CMP_WITHDRAWAL_DENIED,  /* it had not waited and refused the `rr`: people must see to it */
};

/* An AC that says "in 68 years" is asked again all the same. */
enum { CMP_RETRY_MAX_S = 3600 };

/* Owned by the caller through cmp_outcome_clear. */
struct cmp_outcome {
    enum cmp_result result;
    int retry_after_s; /* with CMP_WAITING: 1 to CMP_RETRY_MAX_S, whatever the AC said */
    char
        status_text[CMP_STATUS_TEXT_SIZE]; /* status, failure bits and free text of the AC; printable ASCII */
    enum cmp_withdrawal withdrawal;        /* with CMP_CERTIFICATE_REFUSED */
    X509 *certificate;                     /* with CMP_GRANTED on a certificate request */
    STACK_OF(X509) *chain;                 /* issuer first, root last, as verified */
};

/* Frees what the outcome holds and zeroes it; a zeroed outcome is fine. */
void cmp_outcome_clear(struct cmp_outcome *outcome);

struct cmp_exchange;

/* Opens an exchange on `context`, without sending anything. talloc_free ends it. NULL with error set. */
struct cmp_exchange *cmp_exchange_new(TALLOC_CTX *context, const struct cmp_authority *authority,
                                      const struct cmp_certificate_request *request, struct ra_error *error);

/* First call: sends `ir` or `p10cr`. After CMP_WAITING: polls once. Confirms what it accepts before it says
 * CMP_GRANTED. Returns true when the AC was understood (GRANTED, WAITING, REFUSED, CERTIFICATE_REFUSED). On
 * false the result is CMP_UNKNOWN and error says why. With CMP_CERTIFICATE_REFUSED error carries what the
 * check said. A refused certificate that the AC takes for confirmed is revoked by `rr` within the same call;
 * as long as that has no answer the result is CMP_UNKNOWN, and asking again brings the certificate and the
 * `rr` again.
 */
RA_MUST_CHECK bool cmp_exchange_advance(struct cmp_exchange *exchange, struct cmp_outcome *outcome,
                                        struct ra_error *error);

/* Asks for the revocation of `certificate` with an RFC 5280 reason (0, 1, 3, 4, 5, 9; others are refused
 * here). Same results as cmp_exchange_advance; an already revoked certificate counts as CMP_GRANTED. */
RA_MUST_CHECK bool cmp_revoke(const struct cmp_authority *authority,
                              const uint8_t transaction[CMP_TRANSACTION_SIZE], X509 *certificate, int reason,
                              struct cmp_outcome *outcome, struct ra_error *error);

#endif
