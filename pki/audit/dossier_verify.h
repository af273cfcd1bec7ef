/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checks the package of one case (pki/audit/dossier_format.h) without the server: what it may be trusted by
 * comes from outside the file, everything else from the file. Each check has its own verdict; one failing
 * does not end the others.
 *
 * Pure but for reading the file; safe in any thread.
 */
#ifndef PKI_AUDIT_DOSSIER_VERIFY_H
#define PKI_AUDIT_DOSSIER_VERIFY_H

#include "pki/audit/manifest.h"
#include "pki/base/error.h"
#include "pki/trust/note.h"

#include <openssl/x509.h>
#include <talloc.h>

/* X(identifier, "stable-word", "what is checked, for people"), in the order of the report. */
#define DOSSIER_CHECKS(X)                                                                                    \
    X(DOSSIER_CHECK_MANIFEST, "manifest", "assinatura do manifesto")                                         \
    X(DOSSIER_CHECK_FILES, "files", "cada arquivo é o que o manifesto diz")                                  \
    X(DOSSIER_CHECK_DOCUMENTS, "documents", "os documentos são os que as folhas nomeiam")                    \
    X(DOSSIER_CHECK_ROOT, "root", "a raiz das folhas é a que foi assinada")                                  \
    X(DOSSIER_CHECK_VALIDATION, "validation", "assinatura da validação")                                     \
    X(DOSSIER_CHECK_VERIFICATION, "verification", "assinatura da verificação")                               \
    X(DOSSIER_CHECK_PAIR, "pair", "a verificação é desta validação")                                         \
    X(DOSSIER_CHECK_SIGNERS, "signers", "agentes diferentes entre si e alheios ao caso")                     \
    X(DOSSIER_CHECK_OTHERS, "others", "assinatura de recusa, revogações e tentativas anteriores")            \
    X(DOSSIER_CHECK_REVOCATION, "revocation", "certificados de quem assinou não revogados ao assinar")       \
    X(DOSSIER_CHECK_ROSTER, "roster", "os agentes estão na lista de agentes")                                \
    X(DOSSIER_CHECK_ROSTER_SIGNATURE, "roster-signature", "a lista de agentes é dos administradores")        \
    X(DOSSIER_CHECK_KEY, "key", "a chave do certificado é a que foi aprovada")                               \
    X(DOSSIER_CHECK_CERTIFICATE, "certificate", "o certificado é o dos dados aprovados")                     \
    X(DOSSIER_CHECK_LOG, "log", "provas de inclusão no registro")                                            \
    X(DOSSIER_CHECK_LOG_ACTS, "log-acts", "o registro nomeia estas declarações e este certificado")

enum dossier_check_id {
#define X(id, word, label) id,
    DOSSIER_CHECKS(X)
#undef X
        DOSSIER_CHECK_COUNT
};

enum dossier_verdict {
    DOSSIER_NOT_ASKED = 0, /* nothing in the case to check: no certificate was issued, nobody refused */
    DOSSIER_HOLDS,
    DOSSIER_FAILS,
    DOSSIER_CANNOT_TELL,
};

struct dossier_check {
    enum dossier_verdict verdict;
    bool needed;      /* cannot-tell is not enough */
    char detail[448]; /* Portuguese, may be "" */
};

struct dossier_report {
    char order[16];
    char ref[40];
    int64_t attempt;
    char rules[64]; /* version of the rules that the case was judged by */
    char made_at[40];
    char exporter[MANIFEST_SUBJECT_MAX]; /* subject of who signed the manifest, "" when the signature fails */
    char serial[48];                     /* of the issued certificate, "" */
    size_t documents;                    /* files in documents/ */
    size_t leaves;                       /* of the sealed part */
    struct dossier_check checks[DOSSIER_CHECK_COUNT];
};

/* What comes from outside. All borrowed. */
struct dossier_trust {
    const struct note_verifier *log;
    STACK_OF(X509) *anchors;        /* roots of agents, of the exporter and of the issued certificate */
    STACK_OF(X509) *administrators; /* who may sign rosters; NULL: not given, and then not needed */
    unsigned roster_threshold;      /* how many of them must have signed one; 0 counts as 1 */
};

/* Fills the report. true also when checks fail: dossier_holds says whether the package is good. false when
 * there is nothing to report on: RA_VERIFICATION_FAILED, reason "dossier-malformed" (not such a package at
 * all, a hostile zip), RA_IO, RA_NO_MEMORY, RA_CRYPTO. */
RA_MUST_CHECK bool dossier_verify(const char *path, const struct dossier_trust *trust,
                                  struct dossier_report *report, struct ra_error *error);

/* No check fails, and each one that is needed holds. */
bool dossier_holds(const struct dossier_report *report);

const char *dossier_check_word(enum dossier_check_id id);
const char *dossier_check_label(enum dossier_check_id id);

/* "ok", "failed", "unknown", "not-asked". */
const char *dossier_verdict_word(enum dossier_verdict verdict);

#endif
