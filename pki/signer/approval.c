/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/approval.h"

#include "pki/certificate/reader.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

bool approval_roster(const struct approval_context *about, struct ra_error *error)
{
    if (about->roster == NULL)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "roster-missing",
                              "Ainda não há lista de agentes assinada.");
    if (about->now >= about->roster->statement->not_after)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "roster-expired",
                              "A lista de agentes está vencida.");
    return true;
}

/* The roster names a person beside a key: certificate and roster must speak of the same one. */
static bool check_person(const struct agent_statement *agent, struct ra_error *error)
{
    char cpf[12];
    if (!certificate_read_cpf(agent->signed_by->signer, cpf, error) || strcmp(cpf, agent->entry->cpf) != 0)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-certificate",
                              "O CPF do certificado do agente não é o da lista de agentes.");
    return true;
}

bool approval_verify(TALLOC_CTX *context, const struct approval_context *about, struct bytes cms,
                     enum statement_type type, struct agent_statement *result, struct ra_error *error)
{
    const struct signed_trust trust = {.anchors = about->settings->agents_anchors,
                                       .untrusted = about->settings->agents_known,
                                       .crls = about->crls,
                                       .now = about->now};
    *result = (struct agent_statement){.signed_by = NULL};
    switch (signed_verify(context, cms, type, &trust, &result->signed_by, error)) {
    case SIGNED_VALID:
        break;
    case SIGNED_INVALID:
    case SIGNED_CANNOT_TELL:
        return false;
    default:
        return ra_fail(error, RA_INTERNAL, "verdict");
    }
    result->statement = result->signed_by->statement;
    return roster_require(about->roster, result->signed_by->signer_spki, ROSTER_AGENT, about->now,
                          &result->entry, error) &&
           check_person(result, error);
}

bool approval_check_head(const struct approval_context *about, const struct statement *statement,
                         int64_t longest_life_s, struct ra_error *error)
{
    if (strcmp(statement->instance, about->settings->instance) != 0)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-instance",
                              "A declaração é de outra instalação.");
    if (statement->issued_at < about->began)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-expired",
                              "A declaração é anterior ao diário do assinador.");
    return statement_check_time(statement, about->now, longest_life_s, error);
}

bool approval_distinct(const struct agent_statement *one, const struct agent_statement *other,
                       struct ra_error *error)
{
    if (memcmp(one->signed_by->signer_spki, other->signed_by->signer_spki, 32) != 0 &&
        strcmp(one->entry->cpf, other->entry->cpf) != 0)
        return true;
    return ra_fail_reason(error, RA_STATEMENT_REFUSED, "same-agent", "São precisos dois agentes diferentes.");
}

/* --- CRL numbers --- */

static bool push_all(STACK_OF(X509) *to, STACK_OF(X509) *from)
{
    bool ok = true;
    for (int i = 0; ok && i < sk_X509_num(from); i++)
        ok = X509_add_cert(to, sk_X509_value(from, i), X509_ADD_FLAG_UP_REF) == 1;
    return ok;
}

static bool push_inside(STACK_OF(X509) *to, struct bytes object)
{
    STACK_OF(X509) *inside = signed_certificates(object);
    bool ok = inside != NULL && push_all(to, inside);
    sk_X509_pop_free(inside, X509_free);
    return ok;
}

static X509 *crl_signer(X509_CRL *crl, STACK_OF(X509) *known)
{
    for (int i = 0; i < sk_X509_num(known); i++) {
        X509 *candidate = sk_X509_value(known, i);
        EVP_PKEY *key = X509_get0_pubkey(candidate);
        if (X509_NAME_cmp(X509_get_subject_name(candidate), X509_CRL_get_issuer(crl)) == 0 && key != NULL &&
            X509_CRL_verify(crl, key) == 1)
            return candidate;
    }
    return NULL;
}

static bool read_number(X509_CRL *crl, char output[LEDGER_CRL_NUMBER_SIZE])
{
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
    BIGNUM *value = number != NULL ? ASN1_INTEGER_to_BN(number, NULL) : NULL;
    char *text = value != NULL && !BN_is_negative(value) ? BN_bn2hex(value) : NULL;
    ASN1_INTEGER_free(number);
    BN_free(value);
    if (text == NULL)
        return false;
    const char *digits = text + strspn(text, "0");
    size_t length = strlen(digits);
    bool fits = length < LEDGER_CRL_NUMBER_SIZE;
    for (size_t i = 0; fits && i <= length; i++)
        output[i] = (char)tolower((unsigned char)digits[i]);
    OPENSSL_free(text);
    return fits;
}

bool approval_crl_numbers(const struct approval_context *about, const struct bytes *objects, size_t count,
                          struct ledger_crls *numbers, struct ra_error *error)
{
    *numbers = (struct ledger_crls){.count = 0};
    STACK_OF(X509) *known = sk_X509_new_null();
    bool ok = known != NULL && push_all(known, about->settings->agents_anchors) &&
              push_all(known, about->settings->agents_known) &&
              push_all(known, about->settings->ac_anchors) && push_all(known, about->settings->ac_known);
    for (size_t i = 0; ok && i < count; i++)
        ok = objects[i].length == 0 || push_inside(known, objects[i]);
    if (!ok)
        ra_fail_crypto(error, "certificates of a statement");
    for (int i = 0; ok && i < sk_X509_CRL_num(about->crls) && numbers->count < LEDGER_CRLS_MAX; i++) {
        X509_CRL *crl = sk_X509_CRL_value(about->crls, i);
        const X509 *signer = crl_signer(crl, known);
        struct ledger_crl *slot = &numbers->items[numbers->count];
        if (signer == NULL || !read_number(crl, slot->number))
            continue;
        ok = signed_spki_digest(signer, slot->issuer_key, error);
        numbers->count++;
    }
    sk_X509_pop_free(known, X509_free);
    ERR_clear_error();
    return ok;
}
