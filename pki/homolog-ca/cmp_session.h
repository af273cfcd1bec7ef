/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside of the CMP server: one conversation, and the callbacks that OpenSSL makes while it works on a
 * message. Only cmp_server.c and cmp_session.c include this.
 */
#ifndef PKI_HOMOLOG_CA_CMP_SESSION_H
#define PKI_HOMOLOG_CA_CMP_SESSION_H

#include "pki/cmp/cmp_message.h"
#include "pki/homolog-ca/cmp_server.h"
#include "pki/homolog-ca/fault.h"

#include <openssl/cmp.h>
#include <pthread.h>

struct session {
    struct session *next; /* these four belong to the server's lock */
    int references;
    bool open; /* the conversation goes on after the newest answer */
    time_t last_used;

    uint8_t id[TRANSACTION_ID_MAX]; /* constant */
    size_t id_length;

    pthread_mutex_t busy; /* held while one message is worked on; guards what follows */
    struct registry *registry;
    const struct cmp_server_options *options;
    OSSL_CMP_SRV_CTX *cmp;
    OSSL_CMP_MSG *original; /* the request that waits */
    STACK_OF(X509) *kept;   /* certificates that came with the messages so far (cmp_keep) */
    int waits_given;
    const struct cmp_peek *message; /* the one being worked on */
    struct fault fault;             /* as told when it came */
};

struct bytes session_id(const struct session *session);

/* A fresh server context for a first message. */
RA_MUST_CHECK bool session_begin(struct session *session, struct ra_error *error);

/* The certificates that came with the message in hand, for finding its sender; `extra` may be NULL. */
RA_MUST_CHECK bool session_know(struct session *session, STACK_OF(X509) *extra, struct ra_error *error);

/* Frees what the conversation holds, not the session itself. */
void session_end(struct session *session);

/* Revokes the certificate of an issued transaction and records that. The caller holds `busy`. */
RA_MUST_CHECK bool session_withdraw(const struct session *session, struct transaction *transaction,
                                    struct ra_error *error);

#endif
