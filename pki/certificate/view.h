/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A certificate, a request or a CRL cut into its parts, over the DER bytes alone: nothing is copied, no key
 * is built. Cutting is not judging. Everything borrows from the input.
 */
#ifndef PKI_CERTIFICATE_VIEW_H
#define PKI_CERTIFICATE_VIEW_H

#include "pki/base/der.h"
#include "pki/certificate/oids.h"

enum { VIEW_EXTENSIONS_MAX = 32 };

struct view_extension {
    struct bytes type; /* content of the OID */
    int oid;
    bool critical;
    bool critical_spelled; /* FALSE written out, which DER forbids */
    struct bytes value;    /* content of the OCTET STRING */
};

struct view_extensions {
    size_t count;
    bool malformed; /* also: more than VIEW_EXTENSIONS_MAX */
    struct view_extension items[VIEW_EXTENSIONS_MAX];
};

struct certificate_view {
    int version; /* 1 to 3; 0 for any other number */
    struct bytes tbs;
    struct bytes serial;                           /* content of the INTEGER */
    struct bytes inner_algorithm, outer_algorithm; /* AlgorithmIdentifier, whole */
    struct bytes signature;                        /* content of the BIT STRING */
    struct bytes issuer, subject;                  /* Name, whole */
    struct der_element not_before, not_after;
    struct bytes spki; /* whole */
    bool unique_ids;   /* issuerUniqueID or subjectUniqueID is there */
    struct view_extensions extensions;
};

struct crl_view {
    int version; /* 1 or 2; 0 for any other number */
    struct bytes tbs;
    struct bytes inner_algorithm, outer_algorithm;
    struct bytes signature;
    struct bytes issuer;
    struct der_element this_update, next_update; /* the second is empty when absent */
    bool has_list;
    struct bytes revoked; /* content of revokedCertificates */
    struct view_extensions extensions;
};

struct request_view {
    int version;                            /* 1; 0 for any other number */
    struct bytes subject, spki, attributes; /* the last: content of [0] */
    struct bytes outer_algorithm, signature;
};

/* What a DER object is by its outer shape. */
enum view_kind { VIEW_NOTHING, VIEW_CERTIFICATE, VIEW_REQUEST, VIEW_CRL };

enum view_kind certificate_view_kind(struct bytes der);

/* false when the outer shape is not that of the thing. */
RA_MUST_CHECK bool certificate_view_open(struct bytes der, struct certificate_view *view);
RA_MUST_CHECK bool crl_view_open(struct bytes der, struct crl_view *view);
RA_MUST_CHECK bool request_view_open(struct bytes der, struct request_view *view);

/* Extensions of a SEQUENCE (its content): those of a certificate, a CRL or an entry of one. */
void certificate_view_extensions(struct bytes content, struct view_extensions *extensions);

/* The first with this OID; NULL without one. */
const struct view_extension *certificate_view_find(const struct view_extensions *extensions, int oid);

/* OID of an AlgorithmIdentifier (whole) and what follows it. */
RA_MUST_CHECK bool algorithm_view_open(struct bytes whole, struct bytes *type, struct bytes *parameters);

#endif
