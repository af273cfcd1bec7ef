/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Statements as signed objects (protocol 2): attached CMS SignedData (RFC 5652) in DER, one SignerInfo, RSA
 * with SHA-256, signed attributes contentType, messageDigest, signingTime and signingCertificateV2 (RFC 5035)
 * and no others, no unsigned attributes, no CRLs inside, no trailing bytes.
 *
 * There is one encoding: verification walks the DER byte by byte, so that no byte of an accepted object can
 * be changed without the change being noticed. The signer's certificate and those between it and the root
 * travel inside; the root does not. A roster carries the signer's certificate alone: it is pinned. Those who
 * may sign a rules change are pinned too, but judged with path and CRLs as everybody.
 *
 * A verdict has three values and only SIGNED_VALID passes. Thread rules: OpenSSL objects given are only read.
 */
#ifndef PKI_TRUST_SIGNED_H
#define PKI_TRUST_SIGNED_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/trust/identity.h"
#include "pki/trust/statement.h"

#include <openssl/x509.h>
#include <time.h>

enum { SIGNED_MAX = 131072 }; /* bytes of a CMS, content included */

enum signed_verdict {
    SIGNED_INVALID = 0,
    SIGNED_CANNOT_TELL, /* a CRL is missing or expired, memory or the library failed */
    SIGNED_VALID,
};

/* One talloc object; the certificate is freed with it. */
struct signed_statement {
    struct bytes content;        /* the bytes that were signed */
    struct statement *statement; /* the same, parsed */
    uint8_t digest[32];          /* SHA-256 of the whole CMS: how other statements name this one */
    X509 *signer;                /* owned by this object: X509_up_ref to keep it longer */
    uint8_t signer_spki[32];     /* SHA-256 of the signer's SubjectPublicKeyInfo */
};

/* What the path of a signer is judged by. All borrowed; NULL stacks are empty. */
struct signed_trust {
    STACK_OF(X509) *anchors;   /* roots; a path ends in a self-signed one of them. ACs among them fill gaps */
    STACK_OF(X509) *untrusted; /* further intermediates, beside those inside the CMS */
    STACK_OF(X509_CRL) *crls;  /* one fresh CRL of every issuer of the path is demanded */
    time_t now;                /* the instant to judge at, by the instance's clock */
};

/* Parses `content` as `type` (nothing else is ever signed) and signs it. `now` becomes signingTime. The
 * result is on `context`. RA_STATEMENT_REFUSED as statement_parse; reason "statement-certificate" when the
 * identity's key is not RSA of at least 2048 bits or its certificate does not allow digitalSignature or
 * nonRepudiation. */
RA_MUST_CHECK bool signed_sign(TALLOC_CTX *context, const struct identity *identity, enum statement_type type,
                               struct bytes content, time_t now, struct bytes *cms, struct ra_error *error);

/* Judges a statement of the expected type. *result is set (on `context`) only with SIGNED_VALID, else NULL
 * and *error says why: RA_STATEMENT_REFUSED with one of the reasons statement-malformed    not this DER
 * shape, or the content is not the strict JSON statement-type         an eContentType, or a `typ`, other than
 * the expected statement-signature    signature, digest or signed attributes do not hold
 *   statement-certificate  no path to an anchor at `now`, key usage, weak key
 *   certificate-revoked    a certificate of the path is revoked
 * or, with SIGNED_CANNOT_TELL,
 *   crl-missing, crl-expired
 * (also RA_NO_MEMORY, RA_CRYPTO). Purpose is any; digitalSignature or nonRepudiation is demanded. */
RA_MUST_CHECK enum signed_verdict signed_verify(TALLOC_CTX *context, struct bytes cms,
                                                enum statement_type expected,
                                                const struct signed_trust *trust,
                                                struct signed_statement **result, struct ra_error *error);

/* As signed_verify for what was signed long ago: the path is judged at the statement's own issued_at,
 * whatever trust->now, and no CRL is asked for. With SIGNED_VALID *chain (the signer first, then the
 * certificates above up to the root) is the caller's, sk_X509_pop_free: whether one of them was revoked then
 * is the caller's to find out. */
RA_MUST_CHECK enum signed_verdict signed_verify_archived(TALLOC_CTX *context, struct bytes cms,
                                                         enum statement_type expected,
                                                         const struct signed_trust *trust,
                                                         struct signed_statement **result,
                                                         STACK_OF(X509) **chain, struct ra_error *error);

/* As signed_verify, but the signer's certificate must be one of `pinned`, byte for byte, and inside its own
 * validity at `now`; no path, no CRLs (who pins a certificate unpins it). For rosters. */
RA_MUST_CHECK enum signed_verdict signed_verify_pinned(TALLOC_CTX *context, struct bytes cms,
                                                       enum statement_type expected, STACK_OF(X509) *pinned,
                                                       time_t now, struct signed_statement **result,
                                                       struct ra_error *error);

/* A detached signature over bytes that travel apart (the term of the holder, a PDF): the same CMS, with
 * id-data and nothing inside, so that every CAdES reader takes it (`openssl cms -verify -content FILE`). It
 * can be no statement, nor a statement it: the eContentType is signed. Fails as signed_sign. */
RA_MUST_CHECK bool signed_sign_detached(TALLOC_CTX *context, const struct identity *identity,
                                        struct bytes content, time_t now, struct bytes *cms,
                                        struct ra_error *error);

/* Judges one over `content`, by the same path, CRLs and reasons as signed_verify. *signer_spki, the SHA-256
 * of the signer's SubjectPublicKeyInfo, is set only with SIGNED_VALID. */
RA_MUST_CHECK enum signed_verdict signed_verify_detached(struct bytes cms, struct bytes content,
                                                         const struct signed_trust *trust,
                                                         uint8_t signer_spki[32], struct ra_error *error);

/* Judges a certificate as an agent's at `trust->now`: path, CRLs, key usage, key size; the same reasons. For
 * the client certificate of a connection. */
RA_MUST_CHECK enum signed_verdict
signed_check_certificate(X509 *certificate, const struct signed_trust *trust, struct ra_error *error);

/* The certificates inside an object of this shape, attached or detached; nothing is judged. NULL when it has
 * another shape or memory ran out. sk_X509_pop_free. */
STACK_OF(X509) *signed_certificates(struct bytes cms);

/* SHA-256 of a certificate's SubjectPublicKeyInfo in DER. */
RA_MUST_CHECK bool signed_spki_digest(const X509 *certificate, uint8_t digest[32], struct ra_error *error);

/* Every certificate of a PEM text, at least one, nothing but certificates. Free with sk_X509_pop_free. */
RA_MUST_CHECK bool signed_read_certificates(struct bytes pem, STACK_OF(X509) **certificates,
                                            struct ra_error *error);

/* Adds one DER CRL (no trailing bytes) to the stack. */
RA_MUST_CHECK bool signed_read_crl(struct bytes der, STACK_OF(X509_CRL) *crls, struct ra_error *error);

#endif
