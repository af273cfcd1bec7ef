/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The issued certificate against what the agents approved: its key by the binding, its data by the profile's
 * row (which the validation names by hash).
 */
#include "pki/audit/dossier_case.h"
#include "pki/certificate/profile_check.h"
#include "pki/certificate/reader.h"
#include "pki/trust/emission_code.h"

#include <stdio.h>
#include <string.h>

static struct bytes content_of(const struct dossier_case *dossier, enum dossier_file file)
{
    const struct dossier_part *part = dossier_package_find(dossier->package, file);
    return part != NULL ? part->content : (struct bytes){NULL, 0};
}

static bool out_of_memory(const struct ra_error *error)
{
    return error->code == RA_NO_MEMORY || error->code == RA_CRYPTO;
}

/* --- the key --- */

/* The row that the validation names by its hash; NULL when the package has another or none. */
static const struct certificate_profile *find_profile(struct dossier_case *dossier)
{
    const struct statement_validation *validation = &dossier->validation->good->statement->validation;
    struct bytes row = content_of(dossier, DOSSIER_PROFILE);
    struct certificate_profile *profile = NULL;
    struct ra_error why = {0};
    if (row.data == NULL || !profile_parse(dossier->context, row, &profile, &why) ||
        !bytes_equal((struct bytes){profile->digest, sizeof profile->digest},
                     (struct bytes){validation->profile.digest, sizeof validation->profile.digest}) ||
        strcmp(profile->id, validation->profile.id) != 0) {
        return NULL;
    }
    return profile;
}

static bool proof_holds(const struct dossier_case *dossier, const char *name, enum emission_half kind,
                        const uint8_t public_key[EMISSION_KEY_SIZE], const struct emission_case *about)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(dossier->description, "proofs"), name));
    struct bytes proof = {NULL, 0};
    struct ra_error why = {0};
    return text != NULL && base64_decode(dossier->context, text, strlen(text), &proof) &&
           emission_verify(public_key, kind, about, proof, &why);
}

/* The mail half's key stands in the verification, or in the validation where one agent is enough. */
static void settle_code(struct dossier_case *dossier, const struct certificate_reading *reading)
{
    const struct signed_statement *validation = dossier->validation->good;
    const struct statement_binding *binding = &validation->statement->validation.binding;
    const struct signed_statement *verification =
        dossier->verification != NULL ? dossier->verification->good : NULL;
    const struct emission_case about = {.instance = dossier->instance,
                                        .order = dossier->order,
                                        .validation = validation->digest,
                                        .spki = reading->spki};
    const uint8_t *mail = binding->has_mail ? binding->mail : NULL;
    if (mail == NULL && verification != NULL && verification->statement->verification.has_mail) {
        mail = verification->statement->verification.mail;
    }
    if (mail == NULL) {
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_CANNOT_TELL,
                       "nenhuma declaração traz a metade do e-mail");
    } else if (!proof_holds(dossier, "counter", EMISSION_COUNTER, binding->counter, &about) ||
               !proof_holds(dossier, "mail", EMISSION_MAIL, mail, &about)) {
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_FAILS,
                       "as provas do código de emissão não são desta chave");
    } else {
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_HOLDS, "pelas duas metades do código de emissão");
    }
}

static bool settle_key(struct dossier_case *dossier, const struct certificate_reading *reading,
                       struct ra_error *error)
{
    const struct statement_binding *binding = &dossier->validation->good->statement->validation.binding;
    switch (binding->kind) {
    case PROFILE_BINDING_CODE:
        settle_code(dossier, reading);
        return true;
    case PROFILE_BINDING_SPKI:
        if (bytes_equal((struct bytes){binding->spki, sizeof binding->spki},
                        (struct bytes){reading->spki_digest, sizeof reading->spki_digest})) {
            dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_HOLDS, "pelo hash da chave");
        } else {
            dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_FAILS, "a chave aprovada é outra");
        }
        return true;
    case PROFILE_BINDING_RENEWAL:
        return dossier_settle_renewal(dossier, reading, find_profile(dossier), error);
    case PROFILE_BINDING_COUNT:
    default:
        return ra_fail(error, RA_INTERNAL, "a binding of no kind");
    }
}

/* --- the data --- */

static X509 *issuer_in(STACK_OF(X509) *chain, X509 *certificate)
{
    for (int at = 0; at < sk_X509_num(chain); at++) {
        X509 *above = sk_X509_value(chain, at);
        if (X509_NAME_cmp(X509_get_subject_name(above), X509_get_issuer_name(certificate)) == 0) {
            return above;
        }
    }
    return NULL;
}

static X509_STORE *anchors_store(STACK_OF(X509) *anchors)
{
    X509_STORE *store = X509_STORE_new();
    for (int at = 0; store != NULL && at < sk_X509_num(anchors); at++) {
        if (X509_STORE_add_cert(store, sk_X509_value(anchors, at)) != 1) {
            X509_STORE_free(store);
            return NULL;
        }
    }
    return store;
}

static const struct finding *first_error(const struct findings *findings)
{
    for (size_t at = 0; findings != NULL && at < findings->count; at++) {
        if (findings->items[at].severity == FINDING_ERROR) {
            return &findings->items[at];
        }
    }
    return NULL;
}

static bool compare(struct dossier_case *dossier, const struct profile_check_input *input,
                    struct ra_error *error)
{
    struct findings *findings = NULL;
    struct ra_error why = {0};
    const struct finding *difference = NULL;
    switch (profile_check(dossier->context, input, &findings, &why)) {
    case PROFILE_CHECK_MATCHES:
        dossier_settle(dossier, DOSSIER_CHECK_CERTIFICATE, DOSSIER_HOLDS, "série %s",
                       dossier->report->serial);
        return true;
    case PROFILE_CHECK_DIFFERS:
        difference = first_error(findings);
        dossier_settle(dossier, DOSSIER_CHECK_CERTIFICATE, DOSSIER_FAILS, "%s",
                       difference != NULL ? difference->detail : "o certificado não é o aprovado");
        return true;
    case PROFILE_CHECK_UNDECIDED:
    default:
        if (out_of_memory(&why)) {
            *error = why;
            return false;
        }
        dossier_settle(dossier, DOSSIER_CHECK_CERTIFICATE, DOSSIER_CANNOT_TELL, "%s",
                       "os dados aprovados não se deixam comparar");
        return true;
    }
}

static bool settle_data(struct dossier_case *dossier, const struct certificate_reading *reading,
                        STACK_OF(X509) *chain, struct ra_error *error)
{
    const struct statement_validation *validation = &dossier->validation->good->statement->validation;
    const struct certificate_profile *profile = find_profile(dossier);
    const char *ra_cnpj = json_string_value(json_object_get(dossier->description, "ra_cnpj"));
    X509 *issuer = issuer_in(chain, dossier->certificate);
    if (profile == NULL) {
        dossier_settle(dossier, DOSSIER_CHECK_CERTIFICATE, DOSSIER_FAILS,
                       "profile.json falta ou não é o perfil que a validação nomeia");
        return true;
    }
    if (issuer == NULL || ra_cnpj == NULL) {
        dossier_settle(dossier, DOSSIER_CHECK_CERTIFICATE, DOSSIER_CANNOT_TELL,
                       "falta o certificado da AC ou o CNPJ da AR");
        return true;
    }
    X509_STORE *store = anchors_store(dossier->trust->anchors);
    if (store == NULL) {
        return ra_fail_crypto(error, "trust store");
    }
    const struct certificate_order ordered = {
        .profile = profile, .data = &validation->data, .ra_cnpj = ra_cnpj, .method = validation->method};
    const struct profile_check_input input = {.certificate = dossier->certificate,
                                              .issuer = issuer,
                                              .untrusted = chain,
                                              .anchors = store,
                                              .order = &ordered,
                                              .term_months = (unsigned)validation->profile.term_months,
                                              .spki = reading->spki,
                                              .now = reading->not_before};
    bool done = compare(dossier, &input, error);
    X509_STORE_free(store);
    return done;
}

/* --- the whole --- */

/* A revocation asks for this very certificate. */
static void check_revoked_serial(struct dossier_case *dossier)
{
    for (size_t at = 0; at < dossier->statement_count; at++) {
        const struct dossier_statement *one = &dossier->statements[at];
        if (one->type == STATEMENT_REVOCATION && one->good != NULL &&
            strcmp(one->good->statement->revocation.serial, dossier->report->serial) != 0) {
            dossier_settle(dossier, DOSSIER_CHECK_OTHERS, DOSSIER_FAILS, "%s é de outro certificado",
                           one->part->name);
        }
    }
}

static bool judge(struct dossier_case *dossier, STACK_OF(X509) *chain, struct ra_error *error)
{
    struct certificate_reading *reading = NULL;
    if (!certificate_read(dossier->context, dossier->certificate, &reading, error)) {
        return false;
    }
    (void)snprintf(dossier->report->serial, sizeof dossier->report->serial, "%s", reading->serial);
    check_revoked_serial(dossier);
    if (dossier->validation == NULL || dossier->validation->good == NULL) {
        dossier_settle(dossier, DOSSIER_CHECK_KEY, DOSSIER_CANNOT_TELL, "não há validação que confira");
        dossier_settle(dossier, DOSSIER_CHECK_CERTIFICATE, DOSSIER_CANNOT_TELL,
                       "não há validação que confira");
        return true;
    }
    return settle_key(dossier, reading, error) && settle_data(dossier, reading, chain, error);
}

bool dossier_check_certificate(struct dossier_case *dossier, struct ra_error *error)
{
    struct bytes pem = content_of(dossier, DOSSIER_CERTIFICATE);
    struct bytes chain_pem = content_of(dossier, DOSSIER_CHAIN);
    STACK_OF(X509) *chain = NULL;
    struct ra_error why = {0};
    if (pem.data == NULL) {
        return true;
    }
    if (!certificate_decode(pem, &dossier->certificate, &why) ||
        (chain_pem.data != NULL && !signed_read_certificates(chain_pem, &chain, &why))) {
        dossier_settle(dossier, DOSSIER_CHECK_CERTIFICATE, DOSSIER_FAILS, "certificate.pem ou chain.pem: %s",
                       why.detail);
        return true;
    }
    bool done = judge(dossier, chain, error);
    sk_X509_pop_free(chain, X509_free);
    return done;
}
