/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/audit/dossier_case.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *word;
    const char *label;
} known_checks[] = {
#define X(id, check_word, check_label) [id] = {check_word, check_label},
    DOSSIER_CHECKS(X)
#undef X
};

const char *dossier_check_word(enum dossier_check_id id)
{
    return known_checks[id].word;
}

const char *dossier_check_label(enum dossier_check_id id)
{
    return known_checks[id].label;
}

const char *dossier_verdict_word(enum dossier_verdict verdict)
{
    switch (verdict) {
    case DOSSIER_HOLDS:
        return "ok";
    case DOSSIER_FAILS:
        return "failed";
    case DOSSIER_CANNOT_TELL:
        return "unknown";
    case DOSSIER_NOT_ASKED:
    default:
        return "not-asked";
    }
}

bool dossier_holds(const struct dossier_report *report)
{
    for (size_t at = 0; at < DOSSIER_CHECK_COUNT; at++) {
        const struct dossier_check *check = &report->checks[at];
        if (check->verdict == DOSSIER_FAILS || (check->needed && check->verdict != DOSSIER_HOLDS)) {
            return false;
        }
    }
    return true;
}

void dossier_settle(struct dossier_case *dossier, enum dossier_check_id id, enum dossier_verdict verdict,
                    const char *format, ...)
{
    struct dossier_check *check = &dossier->report->checks[id];
    va_list arguments;
    check->verdict = verdict;
    va_start(arguments, format);
    (void)vsnprintf(check->detail, sizeof check->detail, format, arguments);
    va_end(arguments);
}

static void need(struct dossier_case *dossier, enum dossier_check_id id)
{
    dossier->report->checks[id].needed = true;
}

/* What a case of this stage cannot do without. A refused one may have ended before anybody validated. */
static void say_needs(struct dossier_case *dossier)
{
    need(dossier, DOSSIER_CHECK_MANIFEST);
    need(dossier, DOSSIER_CHECK_FILES);
    need(dossier, DOSSIER_CHECK_DOCUMENTS);
    need(dossier, DOSSIER_CHECK_ROSTER);
    need(dossier, DOSSIER_CHECK_LOG);
    need(dossier, DOSSIER_CHECK_LOG_ACTS);
    if (dossier->trust->administrators != NULL) {
        need(dossier, DOSSIER_CHECK_ROSTER_SIGNATURE);
    }
    if (dossier->certificate != NULL) {
        need(dossier, DOSSIER_CHECK_KEY);
        need(dossier, DOSSIER_CHECK_CERTIFICATE);
    }
    if (dossier->refused) {
        need(dossier, DOSSIER_CHECK_OTHERS);
        return;
    }
    need(dossier, DOSSIER_CHECK_ROOT);
    need(dossier, DOSSIER_CHECK_VALIDATION);
    need(dossier, DOSSIER_CHECK_SIGNERS);
    if (!dossier_stands_alone(dossier)) {
        need(dossier, DOSSIER_CHECK_VERIFICATION);
        need(dossier, DOSSIER_CHECK_PAIR);
    }
}

static bool verify(struct dossier_case *dossier, const char *path, struct ra_error *error)
{
    struct dossier_package *package = NULL;
    if (!dossier_package_read(dossier->context, path, &package, error)) {
        return false;
    }
    dossier->package = package;
    if (!dossier_read_description(dossier, error)) {
        return false;
    }
    dossier_check_manifest(dossier);
    if (!dossier_check_documents(dossier, error) || !dossier_check_statements(dossier, error)) {
        return false;
    }
    dossier_check_root(dossier);
    dossier_check_signers(dossier);
    if (!dossier_check_roster(dossier, error) || !dossier_check_revocation(dossier, error) ||
        !dossier_check_certificate(dossier, error) || !dossier_check_log(dossier, error)) {
        return false;
    }
    say_needs(dossier);
    return true;
}

bool dossier_verify(const char *path, const struct dossier_trust *trust, struct dossier_report *report,
                    struct ra_error *error)
{
    struct dossier_case dossier = {.context = talloc_new(NULL), .trust = trust, .report = report};
    *report = (struct dossier_report){.attempt = 0};
    bool done = dossier.context != NULL ? verify(&dossier, path, error)
                                        : ra_fail(error, RA_NO_MEMORY, "verification");
    for (size_t at = 0; at < dossier.statement_count; at++) {
        sk_X509_pop_free(dossier.statements[at].chain, X509_free);
    }
    sk_X509_pop_free(dossier.wish.chain, X509_free);
    X509_free(dossier.certificate);
    X509_free(dossier.exporter);
    json_decref(dossier.manifest);
    json_decref(dossier.description);
    talloc_free(dossier.context);
    return done;
}
