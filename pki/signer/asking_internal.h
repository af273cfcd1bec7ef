/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What asking by CMP and asking by portal share. For asking.c and asking_portal.c alone.
 */
#ifndef PKI_SIGNER_ASKING_INTERNAL_H
#define PKI_SIGNER_ASKING_INTERNAL_H

#include "pki/certificate/subject.h"
#include "pki/signer/asking.h"

struct asking {
    struct signer *signer;
    const struct signer_channel *channel;
    const char *order;
    int64_t attempt;
    enum attempt_state state; /* as journaled */
    bool differs;             /* journaled too: another certificate than was ordered came */
    char *transaction;
    json_t *request; /* owns the strings below */
    struct certificate_data data;
    struct certificate_order what;
    unsigned term_months;
    struct bytes spki;
    time_t asked_at;
    time_t until; /* the approval's end: no certificate may begin later */
    X509_NAME *subject;
    STACK_OF(X509_EXTENSION) *extensions;
    EVP_PKEY *key;
    X509_REQ *csr; /* where the intent was made for p10cr; NULL otherwise */
    struct cmp_authority authority;
    struct cmp_certificate_request certificate_request;
};

/* A cmp_check_function over an asking: is this the certificate that was approved? Journals it as issued. */
enum cmp_check asking_check_certificate(void *asking, X509 *certificate, struct ra_error *error);

/* One finding about what the AC answered, for whoever watches the log. */
void asking_alarm(const struct asking *asking, const char *finding);

/* The alarm, and the one reason that callers see. CMP_CHECK_REFUSED. */
enum cmp_check asking_mismatch(const struct asking *asking, const char *finding, struct ra_error *error);

/* Journals that the certificate differs, before the AC hears the refusal: a kill, or an answer that is lost,
 * must not turn a wrong certificate into one that never was. */
RA_MUST_CHECK bool asking_refusing(void *asking, const struct ra_error *why, struct ra_error *error);

/* A certificate was refused for the reason in `error`: ends the attempt, and raises the alarm that says
 * whether people must still see to the revocation. What the conversation itself found (another key, no path)
 * is named as well as what profile_check did. Of an attempt that was refused or superseded while the AC
 * worked nothing is said when the AC took the certificate back: then that stays the reason given. Where
 * another certificate had been accepted before, that one is revoked too: ASKING_UNKNOWN as long as the AC has
 * not answered to that. */
RA_MUST_CHECK enum asking_result asking_refuse(struct asking *asking, enum cmp_withdrawal withdrawal,
                                               struct ra_error *error);

/* Journals the state and gives `result`, or ASKING_FAILED when the journal does not take it. */
RA_MUST_CHECK enum asking_result asking_settle(struct asking *asking, enum attempt_state state,
                                               enum asking_result result, struct ra_error *error);

/* The portal's way: without an answer the attempt waits; with one, the certificate of its key is looked for
 * there and judged as one that came by CMP. An answer without one that a known AC signed changes nothing
 * (ASKING_REFUSED, "portal-no-certificate"). */
RA_MUST_CHECK enum asking_result asking_run_by_portal(struct asking *asking, struct bytes answer,
                                                      int *retry_after_s, struct ra_error *error);

#endif
