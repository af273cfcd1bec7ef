/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The manifest of a package (an audit export, a dossier): SHA-256 and size of every other file, and a
 * detached CMS over its bytes. OpenSSL objects given are only read.
 */
#ifndef PKI_AUDIT_MANIFEST_H
#define PKI_AUDIT_MANIFEST_H

#include "pki/base/bytes.h"

#include <jansson.h>
#include <openssl/x509.h>
#include <time.h>

enum { MANIFEST_SUBJECT_MAX = 256 };

/* `signature` (DER, nothing behind it) holds over the bytes of `manifest`, by exactly one signer. With
 * `anchors` (roots) the signer's path is judged too, at `instant`: a package stays good after its signer's
 * certificate ended. *signer, if wanted, is the caller's on success: X509_free. */
RA_MUST_CHECK bool manifest_signature_holds(struct bytes manifest, struct bytes signature,
                                            const STACK_OF(X509) *anchors, time_t instant, X509 **signer);

/* Subject of a certificate for people: printable ASCII, others as '?'. */
void manifest_show_subject(const X509 *certificate, char text[MANIFEST_SUBJECT_MAX]);

/* The same for its common name alone. */
void manifest_show_name(const X509 *certificate, char text[MANIFEST_SUBJECT_MAX]);

/* The row of `name` in the manifest's object "files" says exactly this. */
RA_MUST_CHECK bool manifest_lists(const json_t *files, const char *name, const uint8_t digest[32],
                                  uint64_t size);

#endif
