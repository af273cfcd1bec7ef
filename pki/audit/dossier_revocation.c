/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Were the signers' certificates revoked when they signed? A CRL that was issued later tells as well: it
 * names the instant of each revocation. One that ended before the signature, or that began after the
 * certificate ended (ACs take ended certificates off their lists), tells nothing.
 */
#include "pki/audit/dossier_case.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

static bool read_crls(const struct dossier_package *package, STACK_OF(X509_CRL) *crls)
{
    bool good = true;
    for (size_t at = 0; at < package->count; at++) {
        struct ra_error unread = {0};
        if (package->parts[at].file == DOSSIER_CRL) {
            good = signed_read_crl(package->parts[at].content, crls, &unread) && good;
        }
    }
    return good;
}

/* Deltas and lists of a part only are marked by critical extensions. */
static bool is_complete(const X509_CRL *crl)
{
    return X509_CRL_get_ext_by_critical(crl, 1, -1) < 0;
}

static bool not_after(const ASN1_TIME *time, time_t instant)
{
    return time != NULL && ASN1_TIME_cmp_time_t(time, instant) <= 0;
}

static bool tells_of(const X509_CRL *crl, X509 *certificate, time_t instant)
{
    const ASN1_TIME *ended = X509_CRL_get0_nextUpdate(crl);
    return ended != NULL && ASN1_TIME_cmp_time_t(ended, instant) >= 0 &&
           ASN1_TIME_compare(X509_CRL_get0_lastUpdate(crl), X509_get0_notAfter(certificate)) <= 0;
}

static enum dossier_verdict ask_crl(X509_CRL *crl, X509 *certificate, X509 *issuer, time_t instant)
{
    X509_REVOKED *entry = NULL;
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)) != 0 || !is_complete(crl) ||
        key == NULL || X509_CRL_verify(crl, key) != 1) {
        return DOSSIER_CANNOT_TELL;
    }
    if (X509_CRL_get0_by_cert(crl, &entry, certificate) == 1 && entry != NULL &&
        not_after(X509_REVOKED_get0_revocationDate(entry), instant)) {
        return DOSSIER_FAILS;
    }
    return tells_of(crl, certificate, instant) ? DOSSIER_HOLDS : DOSSIER_CANNOT_TELL;
}

static enum dossier_verdict ask_all(STACK_OF(X509_CRL) *crls, X509 *certificate, X509 *issuer, time_t instant)
{
    enum dossier_verdict found = DOSSIER_CANNOT_TELL;
    for (int at = 0; at < sk_X509_CRL_num(crls); at++) {
        enum dossier_verdict one = ask_crl(sk_X509_CRL_value(crls, at), certificate, issuer, instant);
        if (one == DOSSIER_FAILS) {
            return one;
        }
        found = one == DOSSIER_HOLDS ? one : found;
    }
    return found;
}

/* The worst along the path: a root's own revocation is nobody's to say. */
static enum dossier_verdict ask_path(STACK_OF(X509_CRL) *crls, const struct dossier_statement *statement)
{
    enum dossier_verdict worst = DOSSIER_HOLDS;
    time_t instant = (time_t)statement->good->statement->issued_at;
    for (int at = 0; at + 1 < sk_X509_num(statement->chain); at++) {
        enum dossier_verdict one = ask_all(crls, sk_X509_value(statement->chain, at),
                                           sk_X509_value(statement->chain, at + 1), instant);
        if (one == DOSSIER_FAILS) {
            return one;
        }
        worst = one == DOSSIER_CANNOT_TELL ? one : worst;
    }
    return worst;
}

static void settle(struct dossier_case *dossier, STACK_OF(X509_CRL) *crls, bool all_read)
{
    enum dossier_verdict worst = DOSSIER_NOT_ASKED;
    for (size_t at = 0; at < dossier->statement_count && worst != DOSSIER_FAILS; at++) {
        if (dossier->statements[at].good == NULL) {
            continue;
        }
        enum dossier_verdict one = ask_path(crls, &dossier->statements[at]);
        worst = one == DOSSIER_FAILS || worst != DOSSIER_CANNOT_TELL ? one : worst;
    }
    if (dossier->wish.good != NULL && worst != DOSSIER_FAILS) {
        enum dossier_verdict one = ask_path(crls, &dossier->wish);
        worst = one == DOSSIER_FAILS || worst != DOSSIER_CANNOT_TELL ? one : worst;
    }
    if (worst == DOSSIER_FAILS) {
        dossier_settle(dossier, DOSSIER_CHECK_REVOCATION, worst,
                       "um certificado do caminho já estava revogado quando se assinou");
    } else if (worst == DOSSIER_CANNOT_TELL) {
        dossier_settle(dossier, DOSSIER_CHECK_REVOCATION, worst,
                       all_read ? "falta uma LCR que fale daquela data" : "uma das LCR está malformada");
    } else if (worst == DOSSIER_HOLDS) {
        dossier_settle(dossier, DOSSIER_CHECK_REVOCATION, worst, "listas: %d", sk_X509_CRL_num(crls));
    }
}

bool dossier_check_revocation(struct dossier_case *dossier, struct ra_error *error)
{
    STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
    if (crls == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "CRLs");
    }
    bool all_read = read_crls(dossier->package, crls);
    settle(dossier, crls, all_read);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    ERR_clear_error();
    return true;
}
