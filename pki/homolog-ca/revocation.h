/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Revocations and CRLs (RFC 5280 5; certificate-profiles 2.5): v2, authorityKeyIdentifier, CRLNumber. A CRL
 * is made from the records on disk, so a lost CRL can be made again. All writers hold the store's lock.
 */
#ifndef PKI_HOMOLOG_CA_REVOCATION_H
#define PKI_HOMOLOG_CA_REVOCATION_H

#include "pki/homolog-ca/hierarchy.h"

/* What a revocation touches. Borrowed. */
struct registry {
    const struct store *store;
    const struct hierarchy *hierarchy;
    const struct ra_clock *clock;
};

/* Records the revocation and publishes the issuer's new CRL. Repeating it keeps the first record. Reasons are
 * RFC 5280's; certificateHold (6) and removeFromCRL (8) are refused. */
RA_MUST_CHECK bool revocation_add(const struct registry *registry, X509 *certificate, int reason,
                                  struct ra_error *error);

/* Whether the issuer of this certificate has recorded its revocation. */
bool revocation_is_recorded(const struct registry *registry, X509 *certificate);

/* What the record of a serial says. */
struct revocation_record {
    bool found;
    int64_t when; /* seconds, instance's clock */
    int reason;
};

/* By issuer and serial (serial_text); no record is no error. */
RA_MUST_CHECK bool revocation_find(const struct registry *registry, enum authority_id issuer,
                                   const char *serial, struct revocation_record *record,
                                   struct ra_error *error);

/* Publishes anew every CRL that is missing, past half of its life, or from another clock. Without `force` the
 * fresh ones stay. */
RA_MUST_CHECK bool revocation_refresh(const struct registry *registry, bool force, struct ra_error *error);

/* The authority that signed it, by issuer name; AUTHORITY_COUNT when it is none of ours. */
enum authority_id authority_of(const struct hierarchy *hierarchy, const X509_NAME *issuer);

#endif
