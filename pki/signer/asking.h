/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asking the AC for one certificate, once: the template is built from the data that the journaled intent
 * keeps and from the key it names, and every step is journaled before its effect:
 *
 *   sent       before the first message leaves
 *   issued     inside the check of the certificate that came, before certConf
 *   confirmed  after pkiConf
 *   unknown, ac-refused, mismatch, not-withdrawn as it ends
 *
 * An attempt that is asked for again goes on under the same transaction id with the same template. The thread
 * must have claimed the attempt.
 */
#ifndef PKI_SIGNER_ASKING_H
#define PKI_SIGNER_ASKING_H

#include "pki/cmp/cmp_client.h"
#include "pki/signer/signer.h"

enum asking_result {
    ASKING_CONFIRMED, /* the ledger holds the certificate */
    ASKING_WAITING,   /* the AC works on it: ask again after retry_after_s */
    ASKING_UNKNOWN,   /* no believable answer: ask again; error says why */
    ASKING_REFUSED,   /* by the AC (reason ac-refused), or the certificate was not the one ordered
                         (certificate-mismatch), or agents refused it meanwhile (attempt-refused,
                         attempt-superseded; certificate-not-withdrawn when the AC would not take it back) */
    ASKING_FAILED,    /* on our side, error set; the attempt stands where it stood */
};

struct asking;

/* Reads the intent and builds the template. NULL with error set. */
struct asking *asking_new(TALLOC_CTX *context, struct signer *signer, const struct signer_channel *channel,
                          const char *order, int64_t attempt, struct ra_error *error);

/* May be called once, by the driver that the settings name. `portal_answer` is what the AC's portal gave
 * (PKCS#7 or certificate, PEM or DER), empty without one; CMP has no use for it. */
RA_MUST_CHECK enum asking_result asking_run(struct asking *asking, struct bytes portal_answer,
                                            int *retry_after_s, struct ra_error *error);

/* The error "certificate-not-withdrawn". */
void asking_not_withdrawn(struct ra_error *error);

/* The AC answered with another certificate than was ordered, whether it has heard the refusal or not. */
bool asking_differs(const struct asking *asking);

/* Hexadecimal; borrowed from it. */
const char *asking_transaction(const struct asking *asking);

/* Its serial in lower-case hexadecimal, whole bytes, and its issuer. false when the serial is too long. */
bool certificate_name(X509 *certificate, struct ledger_name *name);

/* Who the signer is to the AC and whom it believes, over this carrier. */
void asking_authority(const struct signer *signer, cmp_carry_function carry, void *carry_context,
                      struct cmp_authority *authority);

#endif
