/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the signer remembers, replayed from its journal at start: attempts and what became of them, refusals,
 * keys seen, the roster, CRL numbers, the last checkpoint, revocations (protocol 6). Every change is one
 * journal record, applied in memory and, but for an intent, durable before the function that makes it
 * returns.
 *
 * A journal started anew has forgotten what was refused or used before; so it remembers when it began, and
 * statements signed before that moment are refused by those who decide.
 *
 * Thread rules: all functions from any thread. An attempt is worked on by the one thread that claimed it.
 */
#ifndef PKI_SIGNER_LEDGER_H
#define PKI_SIGNER_LEDGER_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/trust/merkle.h"

#include <jansson.h>

enum {
    LEDGER_SERIAL_SIZE = 43, /* hexadecimal digits of the longest serial, and NUL */
    LEDGER_ISSUER_SIZE = 33, /* hexadecimal digits of half a SHA-256 of the issuer's name, and NUL */
    LEDGER_TRANSACTION_SIZE = 16,
    LEDGER_CRLS_MAX = 16,
    LEDGER_CRL_NUMBER_SIZE = 43,
};

/* X(identifier, "kind of the journal's record") */
#define ATTEMPT_STATES(X)                                                                                    \
    X(ATTEMPT_NONE, "")                                                                                      \
    X(ATTEMPT_INTENT, "intent")       /* transaction chosen; nothing has left the signer */                  \
    X(ATTEMPT_SENT, "sent")           /* the request may have reached the AC */                              \
    X(ATTEMPT_UNKNOWN, "unknown")     /* no believable answer came: ask again, same transaction */           \
    X(ATTEMPT_ISSUED, "issued")       /* certificate here and checked; its certConf may not have arrived */  \
    X(ATTEMPT_CONFIRMED, "confirmed") /* the end: the certificate may be given out */                        \
    X(ATTEMPT_AC_REFUSED, "ac-refused") /* the AC said no: the same key may try again, new transaction */    \
    X(ATTEMPT_MISMATCH, "mismatch")     /* the AC's certificate was refused here: this attempt is over */    \
    X(ATTEMPT_NOT_WITHDRAWN, "not-withdrawn") /* so was this one, and the AC did not take it back */

enum attempt_state {
#define X(id, kind) id,
    ATTEMPT_STATES(X)
#undef X
};

/* What tells a certificate from all others (RFC 5280 4.1.2.2): a serial is unique within one AC alone.
 * `issuer` is "" in journals from before it was kept, and such a record answers for every issuer. */
struct ledger_name {
    char serial[LEDGER_SERIAL_SIZE];
    char issuer[LEDGER_ISSUER_SIZE];
};

/* One attempt as it stands; a copy. */
struct ledger_attempt {
    enum attempt_state state;
    uint8_t spki[32]; /* SHA-256 of the key bound to it; meaningless while ATTEMPT_NONE */
    uint8_t transaction[LEDGER_TRANSACTION_SIZE];
    char serial[LEDGER_SERIAL_SIZE]; /* "" before ATTEMPT_ISSUED */
    bool differs;                    /* the AC answered with another certificate than was ordered */
    bool superseded;                 /* a higher attempt has a key */
    bool refused;                    /* an agent refused this or a higher attempt */
};

/* Highest number of a CRL that was believed, by the key that signed it. */
struct ledger_crl {
    uint8_t issuer_key[32];              /* SHA-256 of the issuer's SubjectPublicKeyInfo */
    char number[LEDGER_CRL_NUMBER_SIZE]; /* lower-case hexadecimal without leading zeros */
};

struct ledger_crls {
    size_t count;
    struct ledger_crl items[LEDGER_CRLS_MAX];
};

struct ledger;

/* Begins an empty ledger in `folder` (journal_create). */
RA_MUST_CHECK bool ledger_create(const char *folder, const char *instance, int64_t now,
                                 struct ra_error *error);

/* Replays the journal of `folder`, which must be this instance's. On `context`. */
RA_MUST_CHECK bool ledger_open(TALLOC_CTX *context, const char *folder, const char *instance,
                               struct ledger **ledger, struct ra_error *error);

/* When this journal began, Unix seconds. */
int64_t ledger_began(const struct ledger *ledger);

/* The functions below tell what is in memory, which runs ahead of the disk while a record is synced and for
 * ever after a sync failed. So whatever leaves the signer waits here first. false (RA_IO) once a record could
 * not be kept: then nothing may leave until a restart has read the journal anew. */
RA_MUST_CHECK bool ledger_settle(struct ledger *ledger, struct ra_error *error);

/* --- attempts --- */

/* May this key go on with this attempt? RA_STATEMENT_REFUSED: attempt-refused, attempt-superseded;
 * RA_KEY_MISMATCH: attempt-key (another key is bound to the attempt), key-already-used (bound to another
 * order). A confirmed attempt always admits its own key. */
RA_MUST_CHECK bool ledger_admit(struct ledger *ledger, const char *order, int64_t attempt,
                                const uint8_t spki[32], struct ra_error *error);

/* Takes the attempt for this thread, waiting up to `seconds` for another one; false when it waited in vain or
 * memory ran out. ledger_release gives it back. */
RA_MUST_CHECK bool ledger_claim(struct ledger *ledger, const char *order, int64_t attempt, int seconds);
void ledger_release(struct ledger *ledger, const char *order, int64_t attempt);

/* Copies the attempt's state; ATTEMPT_NONE when it is not known. */
void ledger_find(struct ledger *ledger, const char *order, int64_t attempt, struct ledger_attempt *found);

/* The attempt that brought this certificate: order code on `context`, or NULL when no record has it. */
const char *ledger_order_of(struct ledger *ledger, TALLOC_CTX *context, const struct ledger_name *name,
                            int64_t *attempt);

/* What an intent keeps beyond its identity: all that is needed to ask the AC again after a restart. */
struct ledger_intent {
    const char *order;
    int64_t attempt;
    const uint8_t *spki;        /* 32 bytes */
    const uint8_t *transaction; /* LEDGER_TRANSACTION_SIZE bytes */
    json_t *request;            /* object, borrowed: what the template is made of */
    const struct ledger_crls *crls;
};

/* Admits once more and binds the key to the attempt, in one step. Durable with the next record, ATTEMPT_SENT,
 * or by ledger_settle: until then nothing of it leaves the signer, and an intent lost to a crash was none. */
RA_MUST_CHECK bool ledger_intend(struct ledger *ledger, const struct ledger_intent *intent,
                                 struct ra_error *error);

/* `request` of the newest intent; the caller's to json_decref. */
RA_MUST_CHECK bool ledger_read_request(struct ledger *ledger, const char *order, int64_t attempt,
                                       json_t **request, struct ra_error *error);

/* Records sent, unknown, confirmed, ac-refused, mismatch or not-withdrawn. */
RA_MUST_CHECK bool ledger_move(struct ledger *ledger, const char *order, int64_t attempt,
                               enum attempt_state state, struct ra_error *error);

/* Records that the AC answered with a certificate that is not the one ordered; the attempt stays where it
 * stands until the AC has heard the refusal. A new intent forgets it. */
RA_MUST_CHECK bool ledger_differs(struct ledger *ledger, const char *order, int64_t attempt,
                                  struct ra_error *error);

/* Records the certificate (DER), unless the attempt has been refused or superseded meanwhile, or another
 * attempt has a certificate of that name (reason "certificate-twice"). */
RA_MUST_CHECK bool ledger_issue(struct ledger *ledger, const char *order, int64_t attempt,
                                struct bytes certificate, const struct ledger_name *name,
                                struct ra_error *error);

/* The recorded certificate, on `context`. RA_NOT_FOUND before ATTEMPT_ISSUED. */
RA_MUST_CHECK bool ledger_read_certificate(struct ledger *ledger, const char *order, int64_t attempt,
                                           TALLOC_CTX *context, struct bytes *certificate,
                                           struct ra_error *error);

/* An agent's refusal of this attempt and all below it; `statement` is the SHA-256 of the signed object. */
RA_MUST_CHECK bool ledger_refuse(struct ledger *ledger, const char *order, int64_t attempt,
                                 const uint8_t statement[32], const struct ledger_crls *crls,
                                 struct ra_error *error);

/* Attempts that still can end, of which it is not known how they stand at the AC (sent, unknown, issued). */
uint64_t ledger_unresolved(struct ledger *ledger);

/* --- CRLs --- */

/* None of these is older than one seen before: else RA_STATEMENT_REFUSED, "crl-lower". */
RA_MUST_CHECK bool ledger_admit_crls(struct ledger *ledger, const struct ledger_crls *crls,
                                     struct ra_error *error);

/* --- roster --- */

/* The newest roster as accepted: its version (0 without one), when, and its bundle on `context`. */
RA_MUST_CHECK bool ledger_read_roster(struct ledger *ledger, TALLOC_CTX *context, int64_t *version,
                                      int64_t *accepted_at, struct bytes *bundle, struct ra_error *error);
RA_MUST_CHECK bool ledger_accept_roster(struct ledger *ledger, int64_t version, int64_t now,
                                        struct bytes bundle, struct ra_error *error);

/* --- checkpoints --- */

/* The tree that was signed last, durably (ledger_settle); before the first one, the empty tree. */
RA_MUST_CHECK bool ledger_last_checkpoint(struct ledger *ledger, uint64_t *size, struct merkle_hash *root,
                                          struct ra_error *error);
RA_MUST_CHECK bool ledger_sign_checkpoint(struct ledger *ledger, uint64_t size,
                                          const struct merkle_hash *root, struct ra_error *error);

/* --- revocations --- */

struct ledger_revocation {
    bool known;
    bool done; /* the AC confirmed it */
    uint8_t transaction[LEDGER_TRANSACTION_SIZE];
};

void ledger_find_revocation(struct ledger *ledger, const struct ledger_name *name,
                            struct ledger_revocation *found);

/* Records that the AC is going to be asked (done false) or that it confirmed. */
RA_MUST_CHECK bool ledger_revoke(struct ledger *ledger, const char *order, const struct ledger_name *name,
                                 int64_t reason, const struct ledger_revocation *revocation,
                                 const struct ledger_crls *crls, struct ra_error *error);

#endif
