/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the AC lies, for fault tests: what DIR/fault says while it is there, read anew for each message, so
 * that a running AC can be told. One lie a line; lines that say nothing known are passed over.
 *
 *   key, name, profile, validity   the certificate is not the one asked for (issuance.h)
 *   issuer-over     it comes from an authority of the same name whose certificate is over
 *   chain-over      the certificate is right, the authority's own beside it is over
 *   signer-over     the messages are protected by a certificate that is over
 *   second          a transaction that has its certificate gets another one
 *   wait            "waiting", to each poll too; `wait once`: a poll ends it; `wait forever`: ask in 68 years
 *   ANSWER HOW      what is done to an answer of that type (ip, cp, pollrep, pkiconf, rp) after the work is
 *                   done and recorded:
 *     garbage, truncated, oversized, empty   not a message
 *     html          a page of a server before the AC, status 200
 *     untyped       the true message as text/html
 *     held          not a byte as long as this line is there; then the true answer, late
 *     cut           the connection ends without an answer
 *     replay        the newest answer of this type before this one, whoever's it was
 *     twice         the newest certificate's answer once more, instead
 *
 * Thread rules: re-entrant; fault_memory has its own lock.
 */
#ifndef PKI_HOMOLOG_CA_FAULT_H
#define PKI_HOMOLOG_CA_FAULT_H

#include "pki/homolog-ca/issuance.h"

enum fault_wait { FAULT_WAIT_NOT, FAULT_WAIT_ONCE, FAULT_WAIT_ON, FAULT_WAIT_FOREVER };

enum fault_answer {
    FAULT_ANSWER_IP,
    FAULT_ANSWER_CP,
    FAULT_ANSWER_POLLREP,
    FAULT_ANSWER_PKICONF,
    FAULT_ANSWER_RP,
    FAULT_ANSWER_COUNT
};

enum disturbance {
    DISTURBANCE_NONE,
    DISTURBANCE_GARBAGE,
    DISTURBANCE_TRUNCATED,
    DISTURBANCE_OVERSIZED,
    DISTURBANCE_EMPTY,
    DISTURBANCE_HTML,
    DISTURBANCE_UNTYPED,
    DISTURBANCE_HELD,
    DISTURBANCE_CUT,
    DISTURBANCE_REPLAY,
    DISTURBANCE_TWICE,
};

struct fault {
    enum corruption corruption;
    enum fault_wait wait;
    bool signer_over;
    bool second;
    enum disturbance answers[FAULT_ANSWER_COUNT];
};

/* What is in force now; `otherwise` is the corruption the AC was started with. */
void fault_read(const struct store *store, enum corruption otherwise, struct fault *fault);

/* The newest true answer of each type; talloc_free it after its users. NULL when memory ran out. */
struct fault_memory *fault_memory_new(TALLOC_CTX *context);

struct disturbed {
    struct bytes body; /* on the caller's context */
    const char *type;  /* constant */
    bool cut;          /* send nothing */
};

/* What leaves instead of a true answer, which is the same where no fault is told. Waits while it is held. */
void fault_disturb(struct fault_memory *kept, const struct store *store, TALLOC_CTX *memory,
                   struct bytes answer, struct disturbed *disturbed);

#endif
