/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the CMP tests share: a CA in a temporary folder (with RSA 2048 hierarchy keys, to be quick), the AR's
 * credential, a holder's key and the template of an e-CPF with fictional data.
 */
#ifndef TESTS_UNIT_PKI_CMP_WORLD_H
#define TESTS_UNIT_PKI_CMP_WORLD_H

#include "pki/cmp/cmp_client.h"
#include "pki/homolog-ca/cmp_server.h"
#include "pki/homolog-ca/credentials.h"

#include <openssl/x509.h>

/* How the carrier misbehaves. Each is about the answer to the Nth message (1 is the ir) and later ones. */
enum carrier_fault {
    CARRIER_HONEST,
    CARRIER_LOSES_ANSWER,  /* the AC gets the message, the answer never arrives */
    CARRIER_LOSES_REQUEST, /* the AC never sees it */
    CARRIER_ALTERS_ANSWER, /* flips a bit near the end of the answer: in the protection or the certificates */
    CARRIER_ALTERS_REQUEST, /* the message, on its way to the AC */
    CARRIER_REPLAYS_FIRST,  /* brings the answer to the first message again */
    CARRIER_BRINGS_RUBBISH, /* something that is no CMP */
    AC_CONFIRMS_FOR_US,     /* the AC's own: it says that it takes our confirmation for granted */
};

struct world {
    TALLOC_CTX *memory;
    char folder[64];
    struct store store;
    struct hierarchy hierarchy;
    struct ra_clock clock;
    struct registry registry;
    struct cmp_server *server;
    X509 *ra_certificate;
    EVP_PKEY *ra_key;
    STACK_OF(X509) *anchors;
    EVP_PKEY *holder_key;
    EVP_PKEY *other_key;
    X509_NAME *subject;
    STACK_OF(X509_EXTENSION) *extensions;

    enum carrier_fault fault;
    int fault_from; /* number of the first message it applies to */
    int deaf_from;  /* if not 0: from this message on the AC sees nothing, whatever the fault */
    int carried;    /* messages so far */
    int body_types[16];
    struct bytes first_answer;
    enum cmp_check verdict; /* of the check */
    int checks;
};

/* The clock stands 400 days ahead of the machine's, so that a place that asks the wrong one fails. */
void world_make(struct world *world);

/* As world_make, with the clock that many seconds ahead. */
void world_make_at(struct world *world, int64_t ahead_s);
void world_free(struct world *world);

/* A new server over the same folder, as after a restart. */
void world_restart(struct world *world, struct cmp_server_options options);

/* Authority and request that point into the world; a random transaction. */
struct cmp_authority world_authority(struct world *world);
struct cmp_certificate_request world_request(struct world *world);

/* Calls cmp_exchange_advance once over a new exchange. */
bool world_ask(struct world *world, const struct cmp_certificate_request *request,
               struct cmp_outcome *outcome, struct ra_error *error);

/* As world_ask; anything but CMP_GRANTED fails the test. */
void world_expect_granted(struct world *world, const struct cmp_certificate_request *request,
                          struct cmp_outcome *outcome);

/* Whether the published CRL of tiss holds the serial; its reason, or -1, in *reason (may be NULL). */
bool world_crl_holds(struct world *world, X509 *certificate, int *reason);

/* Files in issued/: certificates ever made over CMP. */
int world_count_issued(struct world *world);

#endif
