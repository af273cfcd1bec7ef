/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small PKI made once for each test program: keys, a root, an issuing AC, fictional people, and a maker of
 * holder certificates and requests that can be bent in one place. Every function ends the test on failure.
 */
#ifndef TESTS_PKI_CERTIFICATE_FIXTURES_H
#define TESTS_PKI_CERTIFICATE_FIXTURES_H

#include "pki/certificate/profile_check.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>

/* 2026-11-23T12:00:00Z */
enum { FIXTURE_NOW = 1795435200 };

struct world {
    TALLOC_CTX *memory;
    EVP_PKEY *root_key, *issuer_key, *holder_key;
    X509 *root, *issuer;
    X509_STORE *anchors;
    struct certificate_profile *person_profile, *company_profile;
    struct certificate_order person, company;
};

/* Group setup and teardown; *state is the struct world. */
int world_setup(void **state);
int world_teardown(void **state);

/* Complete fictional data, in stored form. */
extern const struct certificate_data fixture_person;
extern const struct certificate_data fixture_company;

EVP_PKEY *fixture_rsa(unsigned bits, unsigned exponent);

/* A whole RSA key of these two primes, so that requests can be signed with it; the caller's. */
EVP_PKEY *fixture_key_of_primes(const BIGNUM *p, const BIGNUM *q);

/* Replaces (or adds) an extension, in the notation of OpenSSL's configuration. `value` NULL only removes. */
void set_extension(X509 *certificate, X509 *issuer, int nid, bool critical, const char *value);

/* Bends the certificate before it is signed. */
typedef void tweak(X509 *certificate, const struct world *world);

/* The certificate an honest AC would return for the order, bent by `bend` (NULL: not at all), signed by `key`
 * with `digest`. */
X509 *fixture_certificate_signed(const struct world *world, const struct certificate_order *order,
                                 tweak *bend, EVP_PKEY *key, const EVP_MD *digest);

/* The same, signed by the issuing AC with SHA-256. */
X509 *fixture_certificate(const struct world *world, const struct certificate_order *order, tweak *bend);

/* Request for `key`, subject and attributes set by `bend`; DER on `context`. */
typedef void request_tweak(X509_REQ *request);
struct bytes fixture_request(TALLOC_CTX *context, EVP_PKEY *key, const EVP_MD *digest, request_tweak *bend);

/* DER of a public key, on `context`. */
struct bytes fixture_spki(TALLOC_CTX *context, EVP_PKEY *key);

#endif
