/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state behind trust_state.h, shared by its two files: trust_state.c (people, statements, roster) and
 * trust_crls.c (CRLs).
 */
#ifndef APPROVAL_TRUST_INTERNAL_H
#define APPROVAL_TRUST_INTERNAL_H

#include "approval/crl_set.h"
#include "approval/trust_state.h"

#include <pthread.h>

enum { TRUST_NEEDED_MAX = 32 };

/* An issuer whose certificate and CRL somebody's path needed, and where the certificate below says they are.
 */
struct trust_needed {
    X509_NAME *issuer;
    char crl_address[CRL_URL_SIZE];
    char issuer_address[CRL_URL_SIZE];
    time_t tried_at; /* by the machine's clock; 0: never */
};

struct trust_state {
    /* Constant after the start. */
    STACK_OF(X509) *anchors;
    STACK_OF(X509) *administrators;
    struct bytes anchors_pem;

    pthread_mutex_t fetching; /* held by the one thread that asks outside */

    pthread_rwlock_t lock; /* guards what follows */
    STACK_OF(X509) *untrusted;
    STACK_OF(X509_CRL) *crls; /* newest of each issuer, signature proved */
    struct trust_needed needed[TRUST_NEEDED_MAX];
    size_t needed_count;
    struct roster *roster; /* NULL: none */
    TALLOC_CTX *roster_context;
    char instance[33]; /* "" until the signer said */
};

/* Makes crl_dir if need be, and reads it anew. */
RA_MUST_CHECK bool trust_read_folder(struct ra_app *app, struct ra_error *error);

/* Has every issuer above this certificate at hand, with a CRL that holds: at once when all is there, else by
 * asking the addresses that the certificates name. What cannot be had is missed by who judges. */
void trust_ensure(struct ra_app *app, X509 *certificate);

#endif
