/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/request.h"

#include "pki/trust/signed.h"
#include "pki/trust/statement.h"

#include <string.h>

static bool malformed(struct ra_error *error, const char *what)
{
    return ra_fail_reason(error, RA_BAD_REQUEST, "malformed", "mensagem malformada: %s", what);
}

static bool decode(TALLOC_CTX *context, const char *text, const char *what, struct bytes *output,
                   struct ra_error *error)
{
    return base64_decode(context, text, strlen(text), output) || malformed(error, what);
}

struct crl_list {
    STACK_OF(X509_CRL) *crls;
};

static int free_crls(struct crl_list *list)
{
    sk_X509_CRL_pop_free(list->crls, X509_CRL_free);
    return 0;
}

static bool parse_crls(TALLOC_CTX *context, json_t *array, STACK_OF(X509_CRL) **crls, struct ra_error *error)
{
    if (!json_is_array(array) || json_array_size(array) > REQUEST_CRLS_MAX)
        return malformed(error, "crls");
    struct crl_list *list = talloc_zero(context, struct crl_list);
    if (list == NULL || (list->crls = sk_X509_CRL_new_null()) == NULL)
        return ra_fail(error, RA_NO_MEMORY, "crls");
    talloc_set_destructor(list, free_crls);
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct bytes der;
        const char *text = json_string_value(json_array_get(array, i));
        if (text == NULL || !base64_decode(list, text, strlen(text), &der) ||
            !signed_read_crl(der, list->crls, error))
            return malformed(error, "crls");
    }
    *crls = list->crls;
    return true;
}

/* The member is left out where nothing was signed with a holder's certificate. */
static bool parse_ocsp(TALLOC_CTX *context, json_t *array, struct ocsp_given *given, struct ra_error *error)
{
    if (array == NULL)
        return true;
    if (!json_is_array(array) || json_array_size(array) > REQUEST_OCSP_MAX)
        return malformed(error, "ocsp");
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        if (text == NULL || !decode(context, text, "ocsp", &given->answers[i], error))
            return malformed(error, "ocsp");
        given->count++;
    }
    return true;
}

bool request_parse_issue(TALLOC_CTX *context, json_t *message, struct issue_request *request,
                         struct ra_error *error)
{
    const char *type, *validation, *verification, *csr, *counter, *mail;
    json_t *crls, *ocsp = NULL;
    *request = (struct issue_request){.crls = NULL};
    if (json_unpack(message, "{s:s,s:s,s:s,s:s,s:{s:s,s:s!},s:o,s?o!}", "type", &type, "validation",
                    &validation, "verification", &verification, "csr", &csr, "proofs", "counter", &counter,
                    "mail", &mail, "crls", &crls, "ocsp", &ocsp) != 0)
        return malformed(error, "issue");
    return decode(context, validation, "validation", &request->validation, error) &&
           decode(context, verification, "verification", &request->verification, error) &&
           decode(context, csr, "csr", &request->csr, error) &&
           decode(context, counter, "proofs.counter", &request->counter_proof, error) &&
           decode(context, mail, "proofs.mail", &request->mail_proof, error) &&
           parse_crls(context, crls, &request->crls, error) &&
           parse_ocsp(context, ocsp, &request->ocsp, error);
}

bool request_parse_resume(TALLOC_CTX *context, json_t *message, struct resume_request *request,
                          struct ra_error *error)
{
    const char *type, *answer = NULL;
    json_int_t attempt;
    *request = (struct resume_request){.order = NULL};
    if (json_unpack(message, "{s:s,s:s,s:I,s?s!}", "type", &type, "order", &request->order, "attempt",
                    &attempt, "answer", &answer) != 0 ||
        strlen(request->order) != STATEMENT_ORDER_SIZE - 1 || attempt < 1)
        return malformed(error, "resume");
    request->attempt = attempt;
    return answer == NULL || decode(context, answer, "answer", &request->answer, error);
}

static bool parse_holder(TALLOC_CTX *context, json_t *object, struct holder_proof *holder,
                         struct ra_error *error)
{
    const char *kind, *signature, *public_key, *registration, *responsible;
    json_int_t attempt, reason, issued_at;
    if (json_unpack(object, "{s:s,s:s,s:I,s:I,s:I,s:s,s:s,s:s,s:s!}", "kind", &kind, "order", &holder->order,
                    "attempt", &attempt, "reason", &reason, "issued_at", &issued_at, "signature", &signature,
                    "public_key", &public_key, "registration", &registration, "responsible",
                    &responsible) != 0 ||
        !holder_revocation_kind_parse(kind, &holder->kind) ||
        strlen(holder->order) != STATEMENT_ORDER_SIZE - 1 || attempt < 1 ||
        !revocation_reason_is_offered(reason))
        return malformed(error, "holder");
    holder->attempt = attempt;
    holder->reason = reason;
    holder->issued_at = issued_at;
    return decode(context, signature, "holder.signature", &holder->signature, error) &&
           decode(context, public_key, "holder.public_key", &holder->password.public_key, error) &&
           decode(context, registration, "holder.registration", &holder->password.registration, error) &&
           decode(context, responsible, "holder.responsible", &holder->responsible, error);
}

static bool parse_statements(TALLOC_CTX *context, json_t *statements, struct revoke_request *request,
                             struct ra_error *error)
{
    request->statement_count = json_array_size(statements);
    if (!json_is_array(statements) || request->statement_count > REQUEST_STATEMENTS_MAX ||
        (request->statement_count == 0) != request->by_holder)
        return malformed(error, "statements");
    for (size_t i = 0; i < request->statement_count; i++) {
        const char *text = json_string_value(json_array_get(statements, i));
        if (text == NULL || !decode(context, text, "statements", &request->statements[i], error))
            return malformed(error, "statements");
    }
    return true;
}

bool request_parse_revoke(TALLOC_CTX *context, json_t *message, struct revoke_request *request,
                          struct ra_error *error)
{
    const char *type, *certificate;
    json_t *statements, *crls, *holder = NULL, *ocsp = NULL;
    *request = (struct revoke_request){.crls = NULL};
    if (json_unpack(message, "{s:s,s:o,s:s,s:o,s?o,s?o!}", "type", &type, "statements", &statements,
                    "certificate", &certificate, "crls", &crls, "holder", &holder, "ocsp", &ocsp) != 0)
        return malformed(error, "revoke");
    request->by_holder = holder != NULL;
    return parse_statements(context, statements, request, error) &&
           (holder == NULL || parse_holder(context, holder, &request->holder, error)) &&
           decode(context, certificate, "certificate", &request->certificate, error) &&
           parse_crls(context, crls, &request->crls, error) &&
           parse_ocsp(context, ocsp, &request->ocsp, error);
}

bool request_parse_refusal(TALLOC_CTX *context, json_t *message, struct refusal_request *request,
                           struct ra_error *error)
{
    const char *type, *statement;
    json_t *crls;
    if (json_unpack(message, "{s:s,s:s,s:o!}", "type", &type, "statement", &statement, "crls", &crls) != 0)
        return malformed(error, "refusal");
    return decode(context, statement, "statement", &request->statement, error) &&
           parse_crls(context, crls, &request->crls, error);
}

static bool decode_hash(TALLOC_CTX *context, const char *text, struct merkle_hash *hash)
{
    struct bytes decoded;
    if (text == NULL || !base64_decode(context, text, strlen(text), &decoded) ||
        decoded.length != MERKLE_HASH_SIZE)
        return false;
    memcpy(hash->bytes, decoded.data, MERKLE_HASH_SIZE);
    return true;
}

bool request_parse_checkpoint(TALLOC_CTX *context, json_t *message, struct checkpoint_request *request,
                              struct ra_error *error)
{
    const char *type, *root;
    json_int_t size;
    json_t *proof;
    *request = (struct checkpoint_request){.size = 0};
    if (json_unpack(message, "{s:s,s:I,s:s,s:o!}", "type", &type, "size", &size, "root", &root, "proof",
                    &proof) != 0 ||
        size < 0 || (uint64_t)size > MERKLE_SIZE_MAX || !decode_hash(context, root, &request->root) ||
        !json_is_array(proof) || json_array_size(proof) > MERKLE_PROOF_MAX)
        return malformed(error, "checkpoint");
    request->size = (uint64_t)size;
    request->proof.count = json_array_size(proof);
    for (size_t i = 0; i < request->proof.count; i++)
        if (!decode_hash(context, json_string_value(json_array_get(proof, i)), &request->proof.hashes[i]))
            return malformed(error, "proof");
    return true;
}

bool request_parse_roster(TALLOC_CTX *context, json_t *message, struct bytes *bundle, struct ra_error *error)
{
    const char *type, *roster;
    if (json_unpack(message, "{s:s,s:s!}", "type", &type, "roster", &roster) != 0)
        return malformed(error, "roster");
    return decode(context, roster, "roster", bundle, error);
}

bool request_parse_status(json_t *message, struct ra_error *error)
{
    const char *type;
    return json_unpack(message, "{s:s!}", "type", &type) == 0 || malformed(error, "status");
}
