/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The package of one case (`dossier export`): which files a zip of format DOSSIER_FORMAT may hold, and how
 * large each may be. Writer and verifier share this table; nothing else is in a package, so a name can never
 * be a path of somebody's choice.
 *
 *   dossier.json         the case: leaf texts, root, what is known of each document, attempt, rules
 *   documents/SHA256.EXT every live document, in the clear, named by the hash of its bytes
 *   statements/…         validation-ATTEMPT.p7s, verification-…, refusal-…, revocation-ATTEMPT-N.p7s: the CMS
 *                        as it travelled
 *   rosters/VERSION.der  the rosters in force when the statements came, as they travelled
 *   administrators.pem   who may sign rosters: a hint, trust comes from outside the file
 *   crls/N.crl           CRLs of the agents' issuers, as known at the export
 *   certificate.pem, chain.pem, profile.json   what was issued, and the row it was ordered by
 *   audit-proof.json     the acts of the case in the signed log (pki/audit/proof_verify.h)
 *   manifest.json, manifest.p7s, LEIAME.txt
 */
#ifndef PKI_AUDIT_DOSSIER_FORMAT_H
#define PKI_AUDIT_DOSSIER_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOSSIER_FORMAT "guiche-dossier-v1"

enum {
    DOSSIER_FILES_MAX = 2048,
    DOSSIER_NAME_SIZE = 96,            /* with the NUL */
    DOSSIER_KEPT_MAX = 64 << 20,       /* bytes of all files that are read whole */
    DOSSIER_DOCUMENT_MAX = 20 << 20,   /* bytes of one document */
    DOSSIER_DOCUMENTS_MAX = 1024 << 20 /* bytes of all of them */
};

/* X(identifier, "name, or folder with its slash", most bytes, read whole) */
#define DOSSIER_FILES(X)                                                                                     \
    X(DOSSIER_README, "LEIAME.txt", 1 << 16, false)                                                          \
    X(DOSSIER_MANIFEST, "manifest.json", 4 << 20, true)                                                      \
    X(DOSSIER_SIGNATURE, "manifest.p7s", 1 << 20, true)                                                      \
    X(DOSSIER_DESCRIPTION, "dossier.json", 8 << 20, true)                                                    \
    X(DOSSIER_ADMINISTRATORS, "administrators.pem", 1 << 20, true)                                           \
    X(DOSSIER_CERTIFICATE, "certificate.pem", 1 << 16, true)                                                 \
    X(DOSSIER_CHAIN, "chain.pem", 1 << 20, true)                                                             \
    X(DOSSIER_PROFILE, "profile.json", 1 << 14, true)                                                        \
    X(DOSSIER_PROOF, "audit-proof.json", 4 << 20, true)                                                      \
    X(DOSSIER_DOCUMENT, "documents/", DOSSIER_DOCUMENT_MAX, false)                                           \
    X(DOSSIER_STATEMENT, "statements/", 1 << 17, true)                                                       \
    X(DOSSIER_ROSTER, "rosters/", 1 << 20, true)                                                             \
    X(DOSSIER_CRL, "crls/", 4 << 20, true)

enum dossier_file {
#define X(id, name, most, whole) id,
    DOSSIER_FILES(X)
#undef X
        DOSSIER_FILE_COUNT
};

/* Which file of the format this name is; false for any other name. */
bool dossier_file_of(const char *name, enum dossier_file *file);

/* The row's name or folder, its limit in bytes, whether it is read whole. */
const char *dossier_file_name(enum dossier_file file);
uint64_t dossier_file_most(enum dossier_file file);
bool dossier_file_is_whole(enum dossier_file file);

/* The ending of a document's name by its media type, "bin" for one that the table lacks. */
const char *dossier_extension(const char *media_type);

#endif
