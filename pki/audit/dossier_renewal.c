/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The binding `renewal`: the holder's own CMS inside the validation, judged as the signer judged it
 * (signature and path at its own instant, words, key, whose certificate and of which level), but for the
 * CRLs, which are dossier_revocation.c's.
 */
#include "pki/audit/dossier_case.h"
#include "pki/certificate/level.h"
#include "pki/certificate/renewal_signer.h"

#include <stdio.h>
#include <string.h>

static const struct statement *validation_of(const struct dossier_case *dossier)
{
    const struct dossier_statement *validation = dossier->validation;
    return validation != NULL && validation->good != NULL ? validation->good->statement : NULL;
}

bool dossier_is_renewal(const struct dossier_case *dossier)
{
    const struct statement *statement = validation_of(dossier);
    return statement != NULL && statement->validation.binding.kind == PROFILE_BINDING_RENEWAL;
}

/* The agent signed while the wish lived. */
static const char *head_fault(const struct dossier_case *dossier, const struct statement *wish)
{
    const struct statement *validation = validation_of(dossier);
    if (strcmp(wish->order, dossier->order) != 0 || strcmp(wish->instance, dossier->instance) != 0 ||
        wish->attempt != validation->attempt)
        return "é de outro pedido, de outra instalação ou de outra tentativa";
    return wish->issued_at > validation->issued_at + STATEMENT_CLOCK_SKEW_S ||
                   wish->not_after <= validation->issued_at
               ? "não estava em vigor quando o agente assinou"
               : NULL;
}

bool dossier_judge_wish(struct dossier_case *dossier, struct ra_error *error)
{
    const struct signed_trust trust = {.anchors = dossier->trust->anchors};
    struct dossier_statement *wish = &dossier->wish;
    struct ra_error why = {0};
    if (!dossier_is_renewal(dossier))
        return true;
    wish->type = STATEMENT_RENEWAL;
    enum signed_verdict verdict =
        signed_verify_archived(dossier->context, validation_of(dossier)->validation.binding.cms,
                               STATEMENT_RENEWAL, &trust, &wish->good, &wish->chain, &why);
    if (verdict == SIGNED_CANNOT_TELL) {
        *error = why;
        return false;
    }
    const char *fault = verdict == SIGNED_VALID ? head_fault(dossier, wish->good->statement) : why.detail;
    if (fault != NULL) {
        (void)snprintf(wish->why, sizeof wish->why, "%s", fault);
        wish->good = NULL;
    }
    return true;
}

/* --- what was signed, and by whom --- */

static const char *words_fault(const struct dossier_case *dossier, const struct certificate_reading *reading,
                               const uint8_t data[32])
{
    const struct signed_statement *wish = dossier->wish.good;
    const struct statement_renewal *words = &wish->statement->renewal;
    const struct bytes key = {reading->spki_digest, sizeof reading->spki_digest};
    if (!bytes_equal((struct bytes){words->data, sizeof words->data}, (struct bytes){data, 32}))
        return "o titular assinou outros dados";
    if (!bytes_equal((struct bytes){words->spki, sizeof words->spki}, key))
        return "o titular assinou outra chave";
    return bytes_equal((struct bytes){wish->signer_spki, sizeof wish->signer_spki}, key)
               ? "a chave do certificado é a do que o renovou"
               : NULL;
}

static void settle_signer(struct dossier_case *dossier, enum renewal_fault fault)
{
    switch (fault) {
    case RENEWAL_FAULT_NONE:
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_HOLDS,
                       "pelo pedido de renovação que o titular assinou com o certificado anterior");
        return;
    case RENEWAL_FAULT_HOLDER:
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_FAILS,
                       "o certificado que assinou a renovação não é do mesmo titular e responsável");
        return;
    case RENEWAL_FAULT_HIGHER:
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_FAILS,
                       "o certificado novo é de nível mais alto que o que assinou a renovação (REN-01)");
        return;
    case RENEWAL_FAULT_LOW:
    default:
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_FAILS,
                       "quem assinou a renovação não é A3 ou de nível mais alto (REN-06)");
    }
}

bool dossier_settle_renewal(struct dossier_case *dossier, const struct certificate_reading *reading,
                            const struct certificate_profile *profile, struct ra_error *error)
{
    const struct statement_validation *validation = &validation_of(dossier)->validation;
    enum renewal_fault fault = RENEWAL_FAULT_NONE;
    struct ra_error why = {0};
    uint8_t data[32];
    if (dossier->wish.good == NULL) {
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_FAILS, "pedido de renovação do titular: %s",
                       dossier->wish.why);
        return true;
    }
    if (!certificate_data_digest(&validation->data, data, error))
        return false;
    const char *words = words_fault(dossier, reading, data);
    if (words != NULL) {
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_FAILS, "%s", words);
    } else if (profile == NULL) {
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_CANNOT_TELL,
                       "sem o perfil não se sabe o nível do certificado novo");
    } else if (!renewal_signer_judge(dossier->context, dossier->wish.good->signer, &validation->data, profile,
                                     LEVEL_HARDWARE, &fault, &why)) {
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_FAILS, "certificado que assinou a renovação: %s",
                       why.detail);
    } else {
        settle_signer(dossier, fault);
    }
    return true;
}
