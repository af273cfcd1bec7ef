/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is asked of settings once they are read.
 */
#include "pki/signer/settings.h"

#include "pki/certificate/identifiers.h"
#include "pki/certificate/names.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

bool settings_fit_production(const struct settings *settings, const struct ra_clock *clock, bool isolated,
                             struct ra_error *error)
{
    switch (settings->environment) {
    case ENVIRONMENT_HOMOLOGATION:
        return true;
    case ENVIRONMENT_PRODUCTION:
        break;
    }
    if (!isolated)
        return ra_fail(error, RA_FORBIDDEN, "production: the signer needs a system user of its own");
    if (clock->offset_s != 0)
        return ra_fail(error, RA_FORBIDDEN, "production: the clock has no offset");
    if (settings->roster_threshold < 2 || settings->agents_floor < 2)
        return ra_fail(error, RA_FORBIDDEN, "production: two administrators and two agents");
    return true;
}

bool settings_can_sign(const struct settings *settings, struct ra_error *error)
{
    return settings->ra_key != NULL ||
           ra_fail(error, RA_UNAVAILABLE, "ra_key = holder, and nobody answers at run/key.sock");
}

bool settings_fit_confinement(const struct settings *settings, bool confined, struct ra_error *error)
{
    switch (settings->environment) {
    case ENVIRONMENT_HOMOLOGATION:
        return true;
    case ENVIRONMENT_PRODUCTION:
        break;
    }
    return confined || ra_fail(error, RA_FORBIDDEN, "production: the kernel has no Landlock");
}

const struct certificate_profile *settings_profile(const struct settings *settings, const char *id)
{
    for (size_t i = 0; i < settings->profile_count; i++)
        if (strcmp(settings->profiles[i]->id, id) == 0)
            return settings->profiles[i];
    return NULL;
}

X509 *settings_profile_issuer(const struct settings *settings, const struct certificate_profile *profile)
{
    for (int i = 0; i < sk_X509_num(settings->ac_known); i++) {
        X509 *candidate = sk_X509_value(settings->ac_known, i);
        char common_name[COMMON_NAME_SIZE] = "";
        X509_NAME_get_text_by_NID(X509_get_subject_name(candidate), NID_commonName, common_name,
                                  sizeof common_name);
        if (strcmp(common_name, profile->issuer) == 0)
            return candidate;
    }
    return NULL;
}

static X509 *issuer_in(STACK_OF(X509) *list, X509 *certificate)
{
    for (int i = 0; i < sk_X509_num(list); i++) {
        X509 *candidate = sk_X509_value(list, i);
        if (X509_check_issued(candidate, certificate) == X509_V_OK &&
            X509_verify(certificate, X509_get0_pubkey(candidate)) == 1)
            return candidate;
    }
    return NULL;
}

X509 *settings_issuer_of(const struct settings *settings, X509 *certificate)
{
    X509 *issuer = issuer_in(settings->ac_known, certificate);
    if (issuer == NULL)
        issuer = issuer_in(settings->ac_anchors, certificate);
    ERR_clear_error();
    return issuer;
}
