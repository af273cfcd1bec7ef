/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small certification authority for the tests of the trust library: root, intermediate, people. RSA keys
 * are made once for each program and handed out in turn.
 */
#ifndef TESTS_UNIT_PKI_TRUST_AUTHORITY_H
#define TESTS_UNIT_PKI_TRUST_AUTHORITY_H

#include "pki/trust/identity.h"
#include "pki/trust/statement.h"

#include <openssl/x509.h>
#include <time.h>

#define TEST_NOW      ((time_t)1790000000) /* September 2026 */
#define TEST_DAY      ((time_t)86400)
#define TEST_INSTANCE "00112233445566778899aabbccddeeff"
#define TEST_ORDER    "7Q2KX0M4ZT9A"

enum person { ALICE, BRUNO, CARLA, PEOPLE };

/* What a certificate of the tests is made of. */
struct certificate_recipe {
    const char *name;
    EVP_PKEY *key;
    X509 *issuer; /* NULL: self-signed */
    EVP_PKEY *issuer_key;
    const char *key_usage; /* OpenSSL's words; NULL: no extension */
    bool authority;
    time_t not_before;
    time_t not_after;
    long serial;
};

/* Asserts on failure. The caller frees. */
X509 *make_certificate(const struct certificate_recipe *recipe);

struct authority {
    EVP_PKEY *root_key;
    EVP_PKEY *issuing_key;
    EVP_PKEY *person_keys[PEOPLE];
    X509 *root;
    X509 *issuing;
    X509 *people[PEOPLE];
    struct identity *identities[PEOPLE];
    STACK_OF(X509) *anchors;
};

/* group setup and teardown of cmocka; *state is the struct authority. */
int authority_setup(void **state);
int authority_teardown(void **state);

/* An RSA key that lives until the end of the program; `slot` 0..7 names it. Two bit sizes: 2048, and 1024 in
 * slot 7. */
EVP_PKEY *test_key(unsigned slot);

/* A CRL of `issuer`; next_update 0: it says of no end; `revoked` may be NULL. */
X509_CRL *make_crl(X509 *issuer, EVP_PKEY *issuer_key, time_t last_update, time_t next_update,
                   const X509 *revoked);

/* Fresh CRLs of root and issuing CA, `revoked` on the issuing CA's. sk_X509_CRL_pop_free. */
STACK_OF(X509_CRL) *make_crls(const struct authority *authority, const X509 *revoked);

/* PEM of key, certificate and others, on `context`. */
struct bytes identity_pem(TALLOC_CTX *context, EVP_PKEY *key, X509 *certificate, STACK_OF(X509) *others);

/* A good example of each type; strings are literals. */
struct statement sample_statement(enum statement_type type);

/* Its content, asserted. */
struct bytes sample_content(TALLOC_CTX *context, enum statement_type type);

#endif
