/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The test hierarchy (certificate-profiles 3.2): faithful in structure, visibly fake in its names. One table
 * holds every authority; the order is such that an issuer stands before those it certifies.
 *
 *   tr5    AC Raiz de Teste v5 ── trfb ── tiss   e-CPF and e-CNPJ of the Leiaute RFB; signs CMP through `cmp`
 *                              └─ tac5 ── tmul   identities of agents
 *   tr12   AC Raiz de Teste v12 ─ tac12 ─ tiss12 new generation (A3, A4, SE-S, SE-H)
 *   tls    root of the server certificate; no part of ICP-Brasil
 *
 * Everything is valid by the machine's clock and by the instance's (INTERFACES): from a month before the
 * earlier to years after the later one.
 */
#ifndef PKI_HOMOLOG_CA_HIERARCHY_H
#define PKI_HOMOLOG_CA_HIERARCHY_H

#include "pki/base/clock.h"
#include "pki/homolog-ca/store.h"

enum authority_id {
    AUTHORITY_TR5,
    AUTHORITY_TRFB,
    AUTHORITY_TISS,
    AUTHORITY_TAC5,
    AUTHORITY_TMUL,
    AUTHORITY_TR12,
    AUTHORITY_TAC12,
    AUTHORITY_TISS12,
    AUTHORITY_TLS,
    AUTHORITY_COUNT
};

/* A leaf policy with the longest validity and the RSA size it admits (certificate-profiles 1.1 and 2.1). */
struct leaf_policy {
    const char *oid;
    int years;
    int key_bits;
};

struct authority_row {
    const char *name;         /* file and address: "tiss" */
    enum authority_id issuer; /* itself for a root */
    const char *unit;         /* OU */
    const char *common_name;
    int years;                        /* validity; never beyond the issuer's */
    int crl_seconds;                  /* thisUpdate to nextUpdate; re-issued at half of it */
    const struct leaf_policy *leaves; /* policies it may issue, ends with a NULL oid; NULL for upper levels */
};

extern const struct authority_row AUTHORITIES[AUTHORITY_COUNT];

struct hierarchy {
    X509 *certificate[AUTHORITY_COUNT];
    EVP_PKEY *key[AUTHORITY_COUNT];
    X509 *cmp_certificate; /* RSA 2048, EKU id-kp-cmcCA, under tiss: protects the CA's messages */
    EVP_PKEY *cmp_key;
    char base_url[256]; /* "http://localhost:8082", no slash at the end */
};

/* The span in which both clocks stand. */
struct clock_span {
    time_t earlier;
    time_t later;
};

struct clock_span clock_span_now(const struct ra_clock *clock);

/* Makes what is missing of the hierarchy, and refreshes base_url and the public files; what exists stays.
 * Keys are made on as many threads as there are processors. `ca_key_bits` is 4096; tests take fewer to be
 * quick. */
RA_MUST_CHECK bool hierarchy_init(const struct store *store, const struct ra_clock *clock,
                                  const char *base_url, int ca_key_bits, struct ra_error *error);

/* Loads what hierarchy_init made. hierarchy_clear frees it, also after a failure. */
RA_MUST_CHECK bool hierarchy_load(const struct store *store, struct hierarchy *hierarchy,
                                  struct ra_error *error);
void hierarchy_clear(struct hierarchy *hierarchy);

/* From the authority's own certificate up to its root. Free with sk_X509_pop_free(…, X509_free); NULL on
 * failure. */
STACK_OF(X509) *hierarchy_chain(const struct hierarchy *hierarchy, enum authority_id authority);

/* The authority with this name ("tiss"), or AUTHORITY_COUNT. */
enum authority_id authority_by_name(const char *name);

/* The extensions that only the issuer knows: AKI, two CRL addresses, caIssuers and OCSP
 * (certificate-profiles 1.5). */
RA_MUST_CHECK bool hierarchy_add_issuer_extensions(const struct hierarchy *hierarchy,
                                                   enum authority_id issuer, X509 *certificate,
                                                   struct ra_error *error);

#endif
