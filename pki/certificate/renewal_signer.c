/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/renewal_signer.h"

#include "pki/certificate/level.h"
#include "pki/certificate/reader.h"

#include <string.h>

static bool same_holder(const struct certificate_reading *old, const struct certificate_data *data,
                        enum certificate_holder holder)
{
    if (findings_find(old->notes, "san-duplicate") != NULL || strcmp(old->data.cpf, data->cpf) != 0)
        return false;
    switch (holder) {
    case CERTIFICATE_HOLDER_PERSON:
        return old->has_person && !old->has_cnpj;
    case CERTIFICATE_HOLDER_COMPANY:
        return old->has_cnpj && old->has_responsible && strcmp(old->data.cnpj, data->cnpj) == 0;
    default:
        return false;
    }
}

bool renewal_signer_judge(TALLOC_CTX *context, X509 *certificate, const struct certificate_data *data,
                          const struct certificate_profile *wanted, int lowest_level,
                          enum renewal_fault *fault, struct ra_error *error)
{
    struct certificate_reading *old = NULL;
    const int level = certificate_level(certificate), new_level = policy_level(wanted->policy_oid);
    if (!certificate_read(context, certificate, &old, error))
        return false;
    *fault = !same_holder(old, data, wanted->holder)           ? RENEWAL_FAULT_HOLDER
             : level == LEVEL_UNKNOWN || level < lowest_level  ? RENEWAL_FAULT_LOW
             : new_level == LEVEL_UNKNOWN || new_level > level ? RENEWAL_FAULT_HIGHER
                                                               : RENEWAL_FAULT_NONE;
    return true;
}
