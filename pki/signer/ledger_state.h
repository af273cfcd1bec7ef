/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ledger's memory: what applying the journal's records, one after the other, leaves behind. No file, no
 * lock; the one way in is ledger_apply (but for the claim of an attempt), for records read at start and for
 * records just written alike.
 */
#ifndef PKI_SIGNER_LEDGER_STATE_H
#define PKI_SIGNER_LEDGER_STATE_H

#include "pki/signer/journal.h"
#include "pki/signer/ledger.h"

struct ledger_order;

struct ledger_entry {
    struct ledger_order *order;
    struct ledger_entry *next; /* of the same order */
    int64_t attempt;
    enum attempt_state state;
    uint8_t spki[32];
    uint8_t transaction[LEDGER_TRANSACTION_SIZE];
    struct ledger_name name; /* of the certificate; a serial "" before there is one */
    struct journal_place intent;
    struct journal_place issued;
    bool differs; /* the AC answered with a certificate that is not the one ordered */
    bool busy;    /* claimed by a thread */
};

struct ledger_order {
    char *code;
    int64_t refused_through; /* attempts up to this one are refused */
    struct ledger_entry *attempts;
};

struct ledger_state {
    char instance[33];
    int64_t began;
    void *orders;       /* tsearch trees */
    void *keys;         /* SPKI → order */
    void *certificates; /* name → entry */
    void *crls;         /* issuer's key → highest number */
    void *revocations;  /* name → revocation */
    int64_t roster_version;
    int64_t roster_accepted_at;
    struct journal_place roster;
    uint64_t tree_size;
    struct merkle_hash tree_root;
};

/* Frees what the state holds. */
void ledger_state_clear(struct ledger_state *state);

/* Applies one record (ledger_apply.c). false (RA_IO) when it is none of ours or memory ran out; then the
 * state must not be used. */
RA_MUST_CHECK bool ledger_apply(struct ledger_state *state, json_t *record, struct journal_place place,
                                struct ra_error *error);

/* A journal_replay_function over a ledger_state: ledger_apply for a record as it lies in the journal. */
RA_MUST_CHECK bool ledger_replay(void *state, struct bytes payload, struct journal_place place,
                                 struct ra_error *error);

/* NULL when unknown. */
struct ledger_order *ledger_state_order(const struct ledger_state *state, const char *code);
struct ledger_entry *ledger_state_entry(const struct ledger_state *state, const char *code, int64_t attempt);
const struct ledger_order *ledger_state_key(const struct ledger_state *state, const uint8_t spki[32]);
const struct ledger_entry *ledger_state_certificate(const struct ledger_state *state,
                                                    const struct ledger_name *name);
const struct ledger_crl *ledger_state_crl(const struct ledger_state *state, const uint8_t issuer_key[32]);
const struct ledger_revocation *ledger_state_revocation(const struct ledger_state *state,
                                                        const struct ledger_name *name);

/* Calls `visit` for every attempt, orders in the order of their codes. */
typedef void (*ledger_state_visitor)(void *context, const struct ledger_order *order,
                                     const struct ledger_entry *entry);
void ledger_state_visit(const struct ledger_state *state, ledger_state_visitor visit, void *context);

/* What is made when it does not exist (an entry: ATTEMPT_NONE); NULL when memory ran out. */
struct ledger_order *ledger_state_make_order(struct ledger_state *state, const char *code);
struct ledger_entry *ledger_state_make_entry(struct ledger_state *state, const char *code, int64_t attempt);
struct ledger_revocation *ledger_state_make_revocation(struct ledger_state *state,
                                                       const struct ledger_name *name);

/* The first to bind a key, or a name (the entry's), keeps it. false when memory ran out. */
RA_MUST_CHECK bool ledger_state_bind_key(struct ledger_state *state, const uint8_t spki[32],
                                         struct ledger_order *order);
RA_MUST_CHECK bool ledger_state_bind_certificate(struct ledger_state *state,
                                                 const struct ledger_entry *entry);

/* The highest number stays. `issuer_key` in hexadecimal. false when it is none, or memory ran out. */
RA_MUST_CHECK bool ledger_state_raise_crl(struct ledger_state *state, const char *issuer_key,
                                          const char *number);

/* A higher attempt of the order has a key. */
bool ledger_state_superseded(const struct ledger_order *order, int64_t attempt);

/* Sent, unknown or issued, and neither refused nor superseded. */
uint64_t ledger_state_unresolved(const struct ledger_state *state);

/* By length, then digits: both without leading zeros. */
int crl_number_compare(const char *left, const char *right);

#endif
