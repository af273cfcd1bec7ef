/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/asking_internal.h"
#include "pki/signer/log.h"

#include <openssl/crypto.h>
#include <openssl/x509v3.h>
#include <string.h>

void asking_alarm(const struct asking *asking, const char *finding)
{
    log_event(LOG_LEVEL_ALARM, "certificate-mismatch", "{s:s,s:I,s:s,s:s}", "order", asking->order, "attempt",
              (json_int_t)asking->attempt, "transaction", asking->transaction, "finding", finding);
}

enum cmp_check asking_mismatch(const struct asking *asking, const char *finding, struct ra_error *error)
{
    asking_alarm(asking, finding);
    ra_fail_reason(error, RA_CERTIFICATE_REFUSED, "certificate-mismatch",
                   "O certificado devolvido pela AC não é o aprovado.");
    return CMP_CHECK_REFUSED;
}

/* Nothing was wrong with the certificate itself: agents wanted none any more. */
static bool was_unwanted(const struct ra_error *error)
{
    return strcmp(error->reason, "attempt-refused") == 0 || strcmp(error->reason, "attempt-superseded") == 0;
}

bool asking_refusing(void *context, const struct ra_error *why, struct ra_error *error)
{
    struct asking *asking = context;
    if (asking->differs || was_unwanted(why))
        return true;
    asking->differs = ledger_differs(asking->signer->ledger, asking->order, asking->attempt, error);
    return asking->differs;
}

/* The alarm says whether people must still see to the revocation. */
static const char *refusal_finding(enum cmp_withdrawal withdrawal)
{
    switch (withdrawal) {
    case CMP_WITHDRAWAL_BY_CONFIRMATION:
        return "refused";
    case CMP_WITHDRAWAL_REVOKED:
        return "refused-and-revoked";
    case CMP_WITHDRAWAL_DENIED:
        return "refused-not-revoked";
    }
    return "refused-not-revoked";
}

static void tell_refusal(const struct asking *asking, enum cmp_withdrawal withdrawal, struct ra_error *error)
{
    if (!was_unwanted(error)) {
        if (strcmp(error->reason, "certificate-mismatch") != 0)
            asking_alarm(asking, error->reason);
        asking_mismatch(asking, refusal_finding(withdrawal), error);
    } else if (withdrawal == CMP_WITHDRAWAL_DENIED) {
        asking_alarm(asking, error->reason);
        asking_alarm(asking, refusal_finding(withdrawal));
        asking_not_withdrawn(error);
    }
}

void asking_not_withdrawn(struct ra_error *error)
{
    ra_fail_reason(error, RA_CERTIFICATE_REFUSED, "certificate-not-withdrawn",
                   "A AC não revogou o certificado de uma tentativa que já não valia.");
}

/* The transaction is its own digest: the same for every try. */
static bool revoke_recorded(const struct asking *asking, struct bytes der, struct cmp_outcome *answer,
                            struct ra_error *error)
{
    uint8_t digest[32];
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    bool told = (certificate != NULL && sha256(der, digest)) || ra_fail_crypto(error, "recorded certificate");
    told = told && cmp_revoke(&asking->authority, digest, certificate, CRL_REASON_UNSPECIFIED, answer, error);
    X509_free(certificate);
    return told;
}

/* Of two certificates for one transaction none is delivered, and the first, which we had accepted, must not
 * stay valid in the dark. false: the AC has not answered yet. */
static bool withdraw_recorded(struct asking *asking, enum cmp_withdrawal *withdrawal, struct ra_error *error)
{
    struct bytes der;
    struct cmp_outcome answer = {.result = CMP_UNKNOWN};
    bool told = ledger_read_certificate(asking->signer->ledger, asking->order, asking->attempt, asking, &der,
                                        error) &&
                revoke_recorded(asking, der, &answer, error);
    const bool revoked = answer.result == CMP_GRANTED;
    if (told)
        asking_alarm(asking, revoked ? "first-revoked" : "first-not-revoked");
    if (told && !revoked)
        *withdrawal = CMP_WITHDRAWAL_DENIED;
    cmp_outcome_clear(&answer);
    return told;
}

enum asking_result asking_refuse(struct asking *asking, enum cmp_withdrawal withdrawal,
                                 struct ra_error *error)
{
    struct ra_error untold = {0};
    if (asking->differs && asking->state == ATTEMPT_ISSUED &&
        !withdraw_recorded(asking, &withdrawal, &untold)) {
        *error = untold;
        return ASKING_UNKNOWN;
    }
    tell_refusal(asking, withdrawal, error);
    return asking_settle(asking,
                         withdrawal == CMP_WITHDRAWAL_DENIED ? ATTEMPT_NOT_WITHDRAWN : ATTEMPT_MISMATCH,
                         ASKING_REFUSED, error);
}
