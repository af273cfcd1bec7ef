/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/renewal.h"

#include "pki/certificate/level.h"
#include "pki/certificate/reader.h"
#include "pki/signer/asking.h"
#include "pki/signer/status.h"

#include <openssl/crypto.h>
#include <string.h>

enum { DAY_S = 86400 };

static bool refuse(struct ra_error *error, const char *reason, const char *detail)
{
    return ra_fail_reason(error, RA_STATEMENT_REFUSED, reason, "%s", detail);
}

bool renewal_waivers_are_the_norm_s(const struct statement_waivers *waived)
{
    for (size_t i = 0; i < waived->count; i++)
        if (strncmp(waived->items[i].reason, "REN-", 4) != 0)
            return false;
    return true;
}

/* --- the holder's signature --- */

static bool verify(TALLOC_CTX *context, const struct approval_context *about, struct bytes cms,
                   struct signed_statement **wish, struct ra_error *error)
{
    const struct signed_trust trust = {.anchors = about->settings->ac_anchors,
                                       .untrusted = about->settings->ac_known,
                                       .crls = about->crls,
                                       .now = about->now};
    return signed_verify(context, cms, STATEMENT_RENEWAL, &trust, wish, error) == SIGNED_VALID;
}

static bool check_head(const struct approval_context *about, const struct statement *wish,
                       const struct statement *validation, struct ra_error *error)
{
    if (!approval_check_head(about, wish, (int64_t)about->settings->code_days * DAY_S, error))
        return false;
    return (strcmp(wish->order, validation->order) == 0 && wish->attempt == validation->attempt) ||
           refuse(error, "order-mismatch", "O pedido de renovação é de outro pedido ou de outra tentativa.");
}

static bool check_words(const struct signed_statement *wish, const struct renewal_case *renewal,
                        struct ra_error *error)
{
    uint8_t digest[32];
    const struct statement_renewal *words = &wish->statement->renewal;
    if (!certificate_data_digest(&renewal->validation->validation.data, digest, error))
        return false;
    if (CRYPTO_memcmp(words->data, digest, sizeof digest) != 0)
        return refuse(error, "renewal-data", "O titular assinou outros dados.");
    if (CRYPTO_memcmp(words->spki, renewal->csr->spki_digest, 32) != 0)
        return refuse(error, "renewal-key", "O titular assinou outra chave.");
    return CRYPTO_memcmp(wish->signer_spki, renewal->csr->spki_digest, 32) != 0 ||
           refuse(error, "renewal-same-key", "Renovar pede uma chave nova.");
}

/* --- whose certificate it is, and whether the norm accepts it --- */

static bool same_holder(const struct certificate_reading *old, const struct renewal_case *renewal)
{
    const struct certificate_data *data = &renewal->validation->validation.data;
    if (findings_find(old->notes, "san-duplicate") != NULL || strcmp(old->data.cpf, data->cpf) != 0)
        return false;
    switch (renewal->profile->holder) {
    case CERTIFICATE_HOLDER_PERSON:
        return old->has_person && !old->has_cnpj;
    case CERTIFICATE_HOLDER_COMPANY:
        return old->has_cnpj && old->has_responsible && strcmp(old->data.cnpj, data->cnpj) == 0;
    default:
        return false;
    }
}

static bool check_holder(TALLOC_CTX *context, X509 *certificate, const struct renewal_case *renewal,
                         struct ra_error *error)
{
    struct certificate_reading *old = NULL;
    if (!certificate_read(context, certificate, &old, error))
        return false;
    return same_holder(old, renewal) ||
           refuse(error, "renewal-holder", "O certificado que assina não é do mesmo titular e responsável.");
}

static bool check_level(const struct approval_context *about, X509 *certificate,
                        const struct renewal_case *renewal, struct ra_error *error)
{
    int old = certificate_level(certificate);
    int wanted = policy_level(renewal->profile->policy_oid);
    if (old == LEVEL_UNKNOWN || old < (int)about->settings->renewal_level)
        return refuse(error, "renewal-level",
                      "A norma não aceita este tipo de certificado para assinar uma renovação.");
    return (wanted != LEVEL_UNKNOWN && wanted <= old) ||
           refuse(error, "renewal-level", "O certificado novo é de nível mais alto que o que assina.");
}

static bool check_not_revoked_here(struct ledger *ledger, X509 *certificate, struct ra_error *error)
{
    char serial[LEDGER_SERIAL_SIZE];
    struct ledger_revocation revocation = {.known = true};
    if (certificate_serial(certificate, serial))
        ledger_find_revocation(ledger, serial, &revocation);
    return !revocation.known ||
           refuse(error, "certificate-revoked", "A revogação do certificado que assina já foi pedida.");
}

bool renewal_check(TALLOC_CTX *context, const struct approval_context *about, struct ledger *ledger,
                   const struct renewal_case *renewal, struct ra_error *error)
{
    struct signed_statement *wish = NULL;
    return verify(context, about, renewal->validation->validation.binding.cms, &wish, error) &&
           check_not_revoked_here(ledger, wish->signer, error) &&
           check_head(about, wish->statement, renewal->validation, error) &&
           check_words(wish, renewal, error) && check_holder(context, wish->signer, renewal, error) &&
           check_level(about, wish->signer, renewal, error) && status_check(about, wish->signer, error);
}
