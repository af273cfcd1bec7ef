/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/renewal.h"

#include "pki/certificate/renewal_signer.h"
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

static bool check_signer(TALLOC_CTX *context, const struct approval_context *about, X509 *certificate,
                         const struct renewal_case *renewal, struct ra_error *error)
{
    enum renewal_fault fault = RENEWAL_FAULT_NONE;
    if (!renewal_signer_judge(context, certificate, &renewal->validation->validation.data, renewal->profile,
                              (int)about->settings->renewal_level, &fault, error))
        return false;
    switch (fault) {
    case RENEWAL_FAULT_NONE:
        return true;
    case RENEWAL_FAULT_HOLDER:
        return refuse(error, "renewal-holder",
                      "O certificado que assina não é do mesmo titular e responsável.");
    case RENEWAL_FAULT_HIGHER:
        return refuse(error, "renewal-level", "O certificado novo é de nível mais alto que o que assina.");
    case RENEWAL_FAULT_LOW:
    default:
        return refuse(error, "renewal-level",
                      "A norma não aceita este tipo de certificado para assinar uma renovação.");
    }
}

static bool check_not_revoked_here(struct ledger *ledger, X509 *certificate, struct ra_error *error)
{
    struct ledger_name name;
    struct ledger_revocation revocation = {.known = true};
    if (certificate_name(certificate, &name))
        ledger_find_revocation(ledger, &name, &revocation);
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
           check_words(wish, renewal, error) && check_signer(context, about, wish->signer, renewal, error) &&
           status_check(about, wish->signer, error);
}
