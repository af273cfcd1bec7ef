/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Carries sealed CMP messages to the AC and back (RFC 6712: HTTP POST, application/pkixcmp). It neither reads
 * nor trusts them: CMP's own protection makes the carrier untrusted. In production the address must be https.
 *
 * Thread rules: any number of threads.
 */
#ifndef ISSUANCE_AC_CARRIER_H
#define ISSUANCE_AC_CARRIER_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

enum { AC_ANSWER_MAX = 65536, AC_CONNECT_SECONDS = 5 };

struct ac_carrier;
struct ra_app;

/* Where the AC is, and TLS there. "" for the last two: the system's roots; no certificate of ours. */
struct ac_address {
    const char *url;
    const char *tls_ca;       /* PEM file */
    const char *tls_identity; /* PEM file, key and chain */
    int64_t seconds;          /* for a whole answer */
};

/* RA_INVALID when the address is not one that may be used. Texts are borrowed for life. */
RA_MUST_CHECK bool ac_carrier_new(TALLOC_CTX *context, const struct ac_address *address, bool production,
                                  struct ac_carrier **carrier, struct ra_error *error);

/* The program's carrier; NULL before the issuance room started. */
struct ac_carrier *ac_carrier_of(const struct ra_app *app);

/* A signer_carry (signer_client.h); the argument is the carrier. RA_UPSTREAM, RA_TIMEOUT. */
RA_MUST_CHECK bool ac_carry(void *carrier, TALLOC_CTX *context, struct bytes message, struct bytes *answer,
                            struct ra_error *error);

/* POST of a question (OCSP) to an address that a certificate names, under the same caution as ac_fetch;
 * `header` is the whole line "Content-Type: …". */
RA_MUST_CHECK bool ac_post(struct ac_carrier *carrier, TALLOC_CTX *context, const char *url,
                           const char *header, struct bytes question, size_t limit, struct bytes *answer,
                           struct ra_error *error);

/* Plain GET of a small file (a CRL) under the same caution; http is allowed, the content proves itself. */
RA_MUST_CHECK bool ac_fetch(struct ac_carrier *carrier, TALLOC_CTX *context, const char *url, size_t limit,
                            struct bytes *content, struct ra_error *error);

#endif
