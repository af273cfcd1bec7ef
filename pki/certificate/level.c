/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/level.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <string.h>

int policy_level(const char *oid)
{
    static const struct {
        const char *arc;
        int level;
    } levels[] = {
        {"2.16.76.1.2.1", 1}, {"2.16.76.1.2.2", 2},   {"2.16.76.1.2.3", 3},
        {"2.16.76.1.2.4", 4}, {"2.16.76.1.2.201", 1}, {"2.16.76.1.2.202", 3},
    };
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        size_t length = strlen(levels[i].arc);
        if (strncmp(oid, levels[i].arc, length) == 0 && (oid[length] == '\0' || oid[length] == '.'))
            return levels[i].level;
    }
    return LEVEL_UNKNOWN;
}

int certificate_level(X509 *certificate)
{
    char oid[80] = "";
    CERTIFICATEPOLICIES *policies = X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
    bool one = sk_POLICYINFO_num(policies) == 1 &&
               OBJ_obj2txt(oid, sizeof oid, sk_POLICYINFO_value(policies, 0)->policyid, 1) > 0;
    CERTIFICATEPOLICIES_free(policies);
    ERR_clear_error();
    return one ? policy_level(oid) : LEVEL_UNKNOWN;
}
