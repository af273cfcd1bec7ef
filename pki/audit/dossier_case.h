/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One verification of a package under way, shared by the files behind dossier_verify.h. Each function settles
 * its checks in the report; false only when memory or the library fails.
 */
#ifndef PKI_AUDIT_DOSSIER_CASE_H
#define PKI_AUDIT_DOSSIER_CASE_H

#include "pki/audit/dossier_package.h"
#include "pki/audit/dossier_verify.h"
#include "pki/certificate/profile.h"
#include "pki/certificate/reader.h"
#include "pki/trust/merkle.h"
#include "pki/trust/signed.h"

#include <jansson.h>

/* One statement of statements/, after its signature was judged. */
struct dossier_statement {
    const struct dossier_part *part;
    enum statement_type type;
    struct signed_statement *good; /* NULL unless signature and path hold */
    STACK_OF(X509) *chain;         /* of `good`: the signer first; freed with the case */
    char why[320];                 /* what is wrong with it, "" when good */
};

struct dossier_case {
    TALLOC_CTX *context;
    const struct dossier_trust *trust;
    const struct dossier_package *package;
    struct dossier_report *report;

    json_t *manifest;
    json_t *description; /* dossier.json */
    const char *instance;
    const char *order;
    const char *ref;
    int64_t attempt;
    int64_t made_at_us;

    struct merkle_hash root; /* over the leaf texts of dossier.json */

    struct dossier_statement *statements;
    size_t statement_count;
    const struct dossier_statement *validation;   /* of the attempt, good or not; NULL: none */
    const struct dossier_statement *verification; /* the same */
    struct dossier_statement wish; /* of a renewal: what the holder signed, inside the validation */
    bool refused;                  /* a refusal of the attempt is there */
    X509 *certificate;             /* issued; NULL: none; freed with the case */
    X509 *exporter; /* who signed the manifest; NULL: the signature does not hold; freed with the case */
};

/* Settles a check; the format is Portuguese. */
RA_PRINTF(4, 5)
void dossier_settle(struct dossier_case *dossier, enum dossier_check_id id, enum dossier_verdict verdict,
                    const char *format, ...);

/* dossier_contents.c: manifest, files, documents; reads dossier.json, and is false with "dossier-malformed"
 * when that cannot be. */
RA_MUST_CHECK bool dossier_read_description(struct dossier_case *dossier, struct ra_error *error);
void dossier_check_manifest(struct dossier_case *dossier);
RA_MUST_CHECK bool dossier_check_documents(struct dossier_case *dossier, struct ra_error *error);
/* After the statements. */
void dossier_check_root(struct dossier_case *dossier);

/* dossier_statements.c */
RA_MUST_CHECK bool dossier_check_statements(struct dossier_case *dossier, struct ra_error *error);
void dossier_check_signers(struct dossier_case *dossier);

/* One agent signed, in a way that a signer whose floor is one agent takes; whether that was its floor is not
 * to be seen from here, only whether the log says that the server took it so. */
bool dossier_stands_alone(const struct dossier_case *dossier);

/* dossier_renewal.c: the holder's own signature, where the binding is `renewal` */
bool dossier_is_renewal(const struct dossier_case *dossier);
RA_MUST_CHECK bool dossier_judge_wish(struct dossier_case *dossier, struct ra_error *error);
/* `profile` NULL: not known. */
RA_MUST_CHECK bool dossier_settle_renewal(struct dossier_case *dossier,
                                          const struct certificate_reading *reading,
                                          const struct certificate_profile *profile, struct ra_error *error);

/* dossier_roster.c */
RA_MUST_CHECK bool dossier_check_roster(struct dossier_case *dossier, struct ra_error *error);

/* dossier_revocation.c */
RA_MUST_CHECK bool dossier_check_revocation(struct dossier_case *dossier, struct ra_error *error);

/* dossier_certificate.c */
RA_MUST_CHECK bool dossier_check_certificate(struct dossier_case *dossier, struct ra_error *error);

/* dossier_log.c */
RA_MUST_CHECK bool dossier_check_log(struct dossier_case *dossier, struct ra_error *error);

#endif
