/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/emission.h"

#include "http/http.h"
#include "issuance/reasons.h"
#include "pki/trust/emission_code.h"
#include "pki/trust/term.h"

#include <stdio.h>
#include <string.h>

/* --- reading --- */

/* An absent or empty text is no bytes. */
static bool read_base64(TALLOC_CTX *context, const json_t *body, const char *name, size_t limit,
                        struct bytes *bytes, struct ra_error *error)
{
    const char *text = http_text(body, name);
    *bytes = (struct bytes){NULL, 0};
    if (text == NULL || text[0] == '\0') {
        return true;
    }
    if (strlen(text) > limit * 2 || !base64_decode(context, text, strlen(text), bytes) ||
        bytes->length > limit) {
        return ra_fail_field(error, name, "base64", "Este campo não está em base64 ou é grande demais.");
    }
    return true;
}

bool emission_read_proofs(TALLOC_CTX *context, const json_t *body, struct emission_proofs *proofs,
                          struct ra_error *error)
{
    return read_base64(context, body, "proofs.counter", EMISSION_PROOF_SIZE, &proofs->counter, error) &&
           read_base64(context, body, "proofs.mail", EMISSION_PROOF_SIZE, &proofs->mail, error);
}

bool emission_read(TALLOC_CTX *context, const json_t *body, struct emission_request *request,
                   struct ra_error *error)
{
    struct issuance_wish *wish = &request->wish;
    struct emission_proofs proofs = {0};
    const char *pem = http_text(body, "csr");
    if (pem == NULL) {
        return ra_fail_field(error, "csr", "required", "Envie o pedido de certificado (CSR) em PEM.");
    }
    if (!csr_decode(context, bytes_of_text(pem), &request->csr, error) ||
        !emission_read_proofs(context, body, &proofs, error) ||
        !read_base64(context, body, "term_signature", TERM_SIGNATURE_MAX, &wish->term_signature, error) ||
        !revocation_key_read(context, body, &request->revocation, error)) {
        return false;
    }
    wish->proof_counter = proofs.counter;
    wish->proof_mail = proofs.mail;
    wish->csr = request->csr->der;
    wish->spki_digest = (struct bytes){request->csr->spki_digest, sizeof request->csr->spki_digest};
    return true;
}

/* --- judging --- */

/* In the last statement that was signed; NULL: nowhere. */
static const uint8_t *mail_key_of(const struct approval_pair *pair)
{
    const struct statement_binding *binding = &pair->validation->statement->validation.binding;
    if (binding->has_mail) {
        return binding->mail;
    }
    bool confirmed = pair->verification != NULL && pair->verification->statement->verification.has_mail;
    return confirmed ? pair->verification->statement->verification.mail : NULL;
}

bool emission_check_proofs(const struct approval_pair *pair, struct bytes spki,
                           const struct emission_proofs *proofs, struct ra_error *error)
{
    const struct statement *validation = pair->validation->statement;
    const struct statement_binding *binding = &validation->validation.binding;
    const uint8_t *mail = mail_key_of(pair);
    const struct emission_case about = {
        .instance = validation->instance,
        .order = validation->order,
        .validation = pair->validation->digest,
        .spki = spki,
    };
    if (proofs->counter.length == 0 || proofs->mail.length == 0) {
        return reason_fail(error, "proof-missing", NULL);
    }
    if (binding->kind != PROFILE_BINDING_CODE || mail == NULL) {
        return reason_fail(error, "binding-mismatch", NULL);
    }
    return emission_verify(binding->counter, EMISSION_COUNTER, &about, proofs->counter, error) &&
           emission_verify(mail, EMISSION_MAIL, &about, proofs->mail, error);
}

bool emission_check_key(const struct emission_request *request, const struct certificate_profile *profile,
                        const struct weak_key_list *weak_keys, struct ra_error *error)
{
    return csr_check(request->csr, profile, weak_keys, error);
}

bool emission_check(const struct emission_request *request, const struct approval_pair *pair,
                    struct ra_error *error)
{
    const struct statement_binding *binding = &pair->validation->statement->validation.binding;
    const struct emission_proofs proofs = {request->wish.proof_counter, request->wish.proof_mail};
    switch (binding->kind) {
    case PROFILE_BINDING_CODE:
        return emission_check_proofs(pair, request->csr->spki, &proofs, error);
    case PROFILE_BINDING_SPKI:
        return bytes_equal(request->wish.spki_digest, (struct bytes){binding->spki, sizeof binding->spki}) ||
               reason_fail(error, "binding-mismatch", NULL);
    case PROFILE_BINDING_RENEWAL:
        return true; /* the holder's own signature: the signer's to judge */
    case PROFILE_BINDING_COUNT:
    default:
        return reason_fail(error, "binding-not-allowed", NULL);
    }
}

/* --- showing --- */

static const char *binding_word(enum profile_binding kind)
{
    switch (kind) {
    case PROFILE_BINDING_CODE:
        return "code";
    case PROFILE_BINDING_SPKI:
        return "spki";
    case PROFILE_BINDING_RENEWAL:
        return "renewal";
    case PROFILE_BINDING_COUNT:
    default:
        return "";
    }
}

/* "***.456.789-**", as public registers show a CPF. */
static void mask_cpf(const char *cpf, char masked[16])
{
    (void)snprintf(masked, 16, "***.%.3s.%.3s-**", cpf + 3, cpf + 6);
}

/* "m***@domínio" */
static void mask_email(const char *email, char *masked, size_t size)
{
    const char *at = strrchr(email, '@');
    (void)snprintf(masked, size, "%.1s***%s", email, at != NULL ? at : "");
}

static json_t *preview_json(const struct statement_validation *validation, const char *product_name)
{
    const struct certificate_data *data = &validation->data;
    char cpf[16];
    char email[STATEMENT_TEXT_MAX + 8];
    mask_cpf(data->cpf, cpf);
    mask_email(data->email, email, sizeof email);
    json_t *preview =
        json_pack("{s:s, s:s, s:s, s:s, s:I}", "product", product_name, "name", data->name, "cpf", cpf,
                  "email", email, "term_months", (json_int_t)validation->profile.term_months);
    if (data->cnpj[0] == '\0') {
        return preview;
    }
    if (json_object_set_new(preview, "company_name", json_string(data->company_name)) != 0 ||
        json_object_set_new(preview, "cnpj", json_string(data->cnpj)) != 0) {
        json_decref(preview);
        return NULL;
    }
    return preview;
}

json_t *emission_json(const struct approval_pair *pair, const char *product_name, const char *state,
                      json_t *take_term)
{
    const struct statement *validation = pair->validation->statement;
    int64_t end =
        pair->verification != NULL ? pair->verification->statement->not_after : validation->not_after;
    int64_t not_after = validation->not_after < end ? validation->not_after : end;
    char *digest =
        hex_encode(NULL, (struct bytes){pair->validation->digest, sizeof pair->validation->digest});
    json_t *json = digest == NULL
                       ? NULL
                       : json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:o, s:O*}", "instance",
                                   validation->instance, "order", validation->order, "validation_sha256",
                                   digest, "binding", binding_word(validation->validation.binding.kind),
                                   "not_after", (json_int_t)not_after, "state", state, "preview",
                                   preview_json(&validation->validation, product_name), "term", take_term);
    json_decref(take_term);
    talloc_free(digest);
    return json;
}
