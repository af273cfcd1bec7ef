/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state behind trust_state.h, shared by its files: trust_state.c (people, statements, roster),
 * trust_crls.c (CRLs), trust_fetch.c (CRLs from outside), trust_learn.c and trust_ocsp.c.
 */
#ifndef APPROVAL_TRUST_INTERNAL_H
#define APPROVAL_TRUST_INTERNAL_H

#include "app.h"
#include "approval/crl_set.h"
#include "approval/trust_state.h"

#include <pthread.h>

enum { TRUST_NEEDED_MAX = 32 };

/* An authority whose CRL somebody's path needed, and where a certificate that it really signed says the CRL
 * is.
 */
struct trust_needed {
    X509_NAME *issuer;
    char crl_address[CRL_URL_SIZE];
    time_t tried_at; /* by the instance's clock; 0: never */
};

struct trust_state {
    /* Constant after the start. */
    STACK_OF(X509) *anchors;
    STACK_OF(X509) *administrators;
    struct bytes anchors_pem;

    pthread_rwlock_t lock; /* guards what follows */
    STACK_OF(X509) *untrusted;
    STACK_OF(X509_CRL) *crls; /* newest of each issuer, signature proved */
    struct trust_needed needed[TRUST_NEEDED_MAX];
    size_t needed_count;
    struct roster *roster; /* NULL: none */
    TALLOC_CTX *roster_context;
    char instance[33]; /* "" until the signer said */
};

static inline struct trust_state *trust_state_of(const struct ra_app *app)
{
    return app->room_state[ROOM_APPROVAL];
}

/* Makes crl_dir if need be, reads it anew, and notes what the paths of the configured certificates need. At
 * the start and in the job alone: what is there is replaced. */
RA_MUST_CHECK bool trust_read_folder(struct ra_app *app, struct ra_error *error);

/* By subject, among the anchors and what was read or learned. Under the lock; borrowed. */
X509 *trust_find_authority(const struct trust_state *state, const X509_NAME *name);

/* A stranger may write any issuer and any address: only what the issuer signed is believed. */
bool trust_is_signed_by(X509 *child, X509 *authority);

/* Whether some CRL that is needed is missing or old and was not asked for just now (trust_fetch.c). Under the
 * lock. */
bool trust_any_due(const struct trust_state *state, time_t now);

/* Keeps a file of an authority in crl_dir, named by the digest of its name; a failure is logged. */
void trust_keep_file(const struct ra_app *app, const X509_NAME *name, const char *suffix,
                     struct bytes content);

/* The roots of the issued certificates, beside what the folder gave. */
void trust_add_ac_roots(const struct ra_app *app, STACK_OF(X509) *untrusted);

#endif
