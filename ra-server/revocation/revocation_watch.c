/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Is the serial in the AC's CRL? At the addresses that the certificate itself names, signed by the key that
 * signed the certificate, complete and in force (certificate-profiles 2.5).
 */
#include "app.h"
#include "approval/crl_set.h"
#include "issuance/ac_carrier.h"
#include "issuance/issuance.h"
#include "log.h"
#include "pki/certificate/reader.h"
#include "pki/trust/holder_revocation.h"
#include "pki/trust/signed.h"
#include "revocation/revocation_store.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

enum { ADDRESSES_MAX = 3, CLOCK_SLACK_S = 300 };

struct watching {
    X509 *certificate;
    X509 *issuer;
    time_t now;
    int reason; /* of the entry, once seen */
};

/* Deltas and lists of a part only are marked by critical extensions. */
static bool is_complete(const X509_CRL *crl)
{
    return X509_CRL_get_ext_by_critical(crl, 1, -1) < 0;
}

static bool is_the_issuer_s(const struct watching *watching, X509_CRL *crl)
{
    EVP_PKEY *key = X509_get0_pubkey(watching->issuer);
    bool good = key != NULL && X509_verify(watching->certificate, key) == 1 &&
                X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(watching->certificate)) == 0 &&
                X509_CRL_verify(crl, key) == 1;
    ERR_clear_error();
    return good;
}

static bool is_in_force(const struct watching *watching, const X509_CRL *crl)
{
    return crl_set_this_update(crl) <= watching->now + CLOCK_SLACK_S &&
           crl_set_next_update(crl) > watching->now;
}

/* As the AC says it; a reason that this AR never offers, and none, are "unspecified". */
static int reason_of(const X509_REVOKED *entry)
{
    ASN1_ENUMERATED *code = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
    int64_t reason = 0;
    bool read = code != NULL && ASN1_ENUMERATED_get_int64(&reason, code) == 1;
    ASN1_ENUMERATED_free(code);
    ERR_clear_error();
    return read && revocation_reason_is_offered(reason) ? (int)reason : 0;
}

/* 1: revoked; 2 would be "removed from the list". */
static bool lists(struct watching *watching, X509_CRL *crl)
{
    X509_REVOKED *entry = NULL;
    if (!is_complete(crl) || !is_the_issuer_s(watching, crl) || !is_in_force(watching, crl) ||
        X509_CRL_get0_by_cert(crl, &entry, watching->certificate) != 1)
        return false;
    watching->reason = reason_of(entry);
    return true;
}

static bool read_one(struct bytes der, STACK_OF(X509_CRL) *crls)
{
    struct ra_error unread = {0};
    bool read = signed_read_crl(der, crls, &unread);
    if (!read)
        log_error("crl-unreadable", "revocation", &unread);
    return read;
}

/* One address; an AC that does not answer there may answer at the next. */
static bool ask(struct job_run *run, struct watching *watching, const char *address, struct bytes *crl)
{
    struct ra_error unfetched = {0};
    STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
    bool seen = false;
    if (crls != NULL) {
        if (!ac_fetch(ac_carrier_of(run->app), run->context, address, CRL_FILE_MAX, crl, &unfetched))
            log_error("crl-not-fetched", "revocation", &unfetched);
        else
            seen = read_one(*crl, crls) && lists(watching, sk_X509_CRL_value(crls, 0));
    }
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    return seen;
}

bool revocation_watch(struct job_run *run, const struct revocation_ticket *ticket,
                      struct revocation_sight *sight, struct ra_error *error)
{
    struct watching watching = {.now = (time_t)(run->now_us / 1000000)};
    struct bytes der = {NULL, 0};
    char address[CRL_URL_SIZE];
    *sight = (struct revocation_sight){.seen = false};
    bool read =
        issuance_certificate(run->db, run->context, ticket->order_id, ticket->attempt, &der, error) &&
        certificate_decode(der, &watching.certificate, error) &&
        issuance_issuer(run->db, run->context, ticket->order_id, ticket->attempt, &watching.issuer, error);
    for (int at = 0; read && !sight->seen && at < ADDRESSES_MAX; at++)
        sight->seen = crl_set_crl_address_at(watching.certificate, at, address) &&
                      ask(run, &watching, address, &sight->crl);
    sight->reason = watching.reason;
    X509_free(watching.certificate);
    X509_free(watching.issuer);
    return read;
}
