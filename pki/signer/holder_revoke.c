/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/holder_revoke.h"

#include "pki/certificate/reader.h"
#include "pki/signer/asking.h"
#include "pki/signer/status.h"

#include <string.h>

enum { DAY_S = 86400 };

/* The word lives as long as the norm gives the revocation (rules 3.10), should the AC be away meanwhile. */
static bool check_age(const struct approval_context *about, const struct holder_proof *proof,
                      struct ra_error *error)
{
    int64_t now = (int64_t)about->now;
    if (proof->issued_at >= about->began && proof->issued_at <= now + STATEMENT_CLOCK_SKEW_S &&
        now - proof->issued_at <= DAY_S)
        return true;
    return ra_fail_reason(error, RA_PROOF_REFUSED, "proof-expired",
                          "O pedido de revogação não é de agora; confira o relógio e peça de novo.");
}

static struct holder_revocation word_of(const struct approval_context *about,
                                        const struct holder_proof *proof)
{
    return (struct holder_revocation){.instance = about->settings->instance,
                                      .order = proof->order,
                                      .reason = proof->reason,
                                      .issued_at = proof->issued_at};
}

static bool by_key(const struct approval_context *about, const struct holder_proof *proof, X509 *certificate,
                   struct ra_error *error)
{
    const struct holder_revocation word = word_of(about, proof);
    return holder_revocation_verify(X509_get0_pubkey(certificate), &word, proof->signature, error);
}

static bool by_password(const struct approval_context *about, const struct holder_proof *proof,
                        X509 *certificate, struct ra_error *error)
{
    const struct holder_revocation word = word_of(about, proof);
    return revocation_key_check(X509_get0_pubkey(certificate), word.instance, word.order, &proof->password,
                                error) &&
           revocation_password_verify(proof->password.public_key.data, &word, proof->signature, error);
}

/* --- the person responsible for a company, with an e-CPF --- */

static bool mismatch(struct ra_error *error)
{
    return ra_fail_reason(error, RA_PROOF_REFUSED, "responsible-mismatch",
                          "O e-CPF não é do responsável por este certificado.");
}

/* Both name the same CPF: the e-CPF as its holder's, the company's certificate as its responsible person's.
 */
static bool same_person(X509 *company, X509 *person, struct ra_error *error)
{
    char cpf[12];
    struct certificate_reading *reading = NULL;
    if (!certificate_read(NULL, company, &reading, error))
        return false;
    bool same = reading->has_cnpj && reading->has_responsible &&
                findings_find(reading->notes, "san-duplicate") == NULL &&
                certificate_read_cpf(person, cpf, error) && strcmp(reading->data.cpf, cpf) == 0;
    talloc_free(reading);
    return same || mismatch(error);
}

/* The word names an order; only the journal says which certificate that order brought. */
static bool of_this_order(struct ledger *ledger, const struct holder_proof *proof, X509 *certificate,
                          struct ra_error *error)
{
    struct ledger_name name;
    int64_t attempt = 0;
    TALLOC_CTX *memory = talloc_new(NULL);
    const char *order =
        certificate_name(certificate, &name) ? ledger_order_of(ledger, memory, &name, &attempt) : NULL;
    bool same = order != NULL && strcmp(order, proof->order) == 0;
    talloc_free(memory);
    return same || ra_fail_reason(error, RA_STATEMENT_REFUSED, "order-mismatch",
                                  "O diário do assinador não conhece o certificado deste pedido.");
}

static bool judge_person(const struct approval_context *about, X509 *person, struct ledger_crls *crls,
                         struct ra_error *error)
{
    const struct signed_trust trust = {.anchors = about->settings->ac_anchors,
                                       .untrusted = about->settings->ac_known,
                                       .crls = about->crls,
                                       .now = about->now};
    return signed_check_certificate(person, &trust, error) == SIGNED_VALID &&
           approval_crl_numbers(about, NULL, 0, crls, error);
}

static bool by_responsible(const struct approval_context *about, struct ledger *ledger,
                           const struct holder_proof *proof, X509 *certificate, struct ledger_crls *crls,
                           struct ra_error *error)
{
    const struct holder_revocation word = word_of(about, proof);
    X509 *person = NULL;
    bool good = certificate_decode(proof->responsible, &person, error) &&
                holder_revocation_verify(X509_get0_pubkey(person), &word, proof->signature, error) &&
                judge_person(about, person, crls, error) && ledger_admit_crls(ledger, crls, error) &&
                same_person(certificate, person, error) && of_this_order(ledger, proof, certificate, error) &&
                status_check(about, person, error);
    X509_free(person);
    return good;
}

bool holder_revoke_verify(const struct approval_context *about, struct ledger *ledger,
                          const struct holder_proof *proof, X509 *certificate, bool begun,
                          struct ledger_crls *crls, struct ra_error *error)
{
    *crls = (struct ledger_crls){.count = 0};
    if (!begun && !check_age(about, proof, error))
        return false;
    switch (proof->kind) {
    case HOLDER_REVOCATION_KEY:
        return by_key(about, proof, certificate, error);
    case HOLDER_REVOCATION_PASSWORD:
        return by_password(about, proof, certificate, error);
    case HOLDER_REVOCATION_RESPONSIBLE:
        return by_responsible(about, ledger, proof, certificate, crls, error);
    case HOLDER_REVOCATION_KIND_COUNT:
    default:
        return ra_fail_reason(error, RA_PROOF_REFUSED, "proof-revocation", "Prova desconhecida.");
    }
}
