/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one encoding of a signed statement (RFC 5652), walked byte by byte. CMS leaves room that no signature
 * covers: versions, parameters of algorithms, names that compare equal with other bytes. Here nothing of it
 * is free. Internal to the trust library.
 */
#ifndef PKI_TRUST_SIGNED_SHAPE_H
#define PKI_TRUST_SIGNED_SHAPE_H

#include "pki/base/der.h"
#include "pki/trust/signed.h"

#include <openssl/x509.h>

/* Borrowed from the CMS. */
struct signed_shape {
    struct bytes content_oid; /* eContentType with its tag */
    struct bytes content;
    struct bytes certificates; /* [0] with its tag: DER certificates one after the other, ascending */
    struct bytes signed_data;  /* content of the SignedData, in which the certificates are */
    struct bytes issuer;       /* of the signer's identifier, a Name with its tag */
    struct bytes serial;       /* an INTEGER with its tag */
};

/* The whole input, at most SIGNED_MAX bytes, is one ContentInfo of our shape; `detached`: a signature over
 * content that travels apart, id-data and nothing encapsulated. Signatures and the values of signed
 * attributes are not judged. */
RA_MUST_CHECK bool signed_shape_read(struct bytes cms, bool detached, struct signed_shape *shape);

/* The certificates inside, as they come from pki/base/decoded.h, each of which the library writes back alike.
 * NULL when one of them is none, or memory ran out. sk_X509_pop_free. */
STACK_OF(X509) *signed_shape_certificates(const struct signed_shape *shape);

/* The same object without certificates: what is left for the library to read. On `context`; data NULL when
 * memory ran out. */
struct bytes signed_shape_bare(TALLOC_CTX *context, const struct signed_shape *shape);

/* The signer's identifier is the certificate's issuer and serial number, byte for byte. */
RA_MUST_CHECK bool signed_shape_names(const struct signed_shape *shape, X509 *certificate);

#endif
