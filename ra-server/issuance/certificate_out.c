/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/certificate_out.h"

#include "approval/approval.h"
#include "catalog/catalog.h"
#include "issuance/reasons.h"
#include "pki/base/file.h"
#include "pki/certificate/profile_check.h"
#include "pki/certificate/reader.h"
#include "pki/trust/signed.h"

#include <openssl/pem.h>
#include <string.h>

enum { ANCHORS_MAX = 1 << 20 };

bool certificate_anchors(const char *path, X509_STORE **anchors, struct ra_error *error)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct bytes pem = {NULL, 0};
    STACK_OF(X509) *roots = NULL;
    X509_STORE *store = X509_STORE_new();
    bool done = store != NULL || ra_fail(error, RA_NO_MEMORY, "anchors");
    done = done && file_read(context, path, ANCHORS_MAX, &pem, error) &&
           signed_read_certificates(pem, &roots, error);
    for (int at = 0; done && at < sk_X509_num(roots); at++) {
        X509 *root = sk_X509_value(roots, at);
        if (X509_NAME_cmp(X509_get_subject_name(root), X509_get_issuer_name(root)) == 0) {
            done = X509_STORE_add_cert(store, root) == 1 || ra_fail_crypto(error, "anchors of the AC");
        }
    }
    if (done) {
        *anchors = store;
    } else {
        X509_STORE_free(store);
    }
    sk_X509_pop_free(roots, X509_free);
    talloc_free(context);
    return done;
}

/* --- the check --- */

struct decoded {
    X509 *certificate;
    STACK_OF(X509) *chain;
};

static bool decode(const struct certificate_came *came, struct decoded *decoded, struct ra_error *error)
{
    decoded->chain = sk_X509_new_null();
    bool done = decoded->chain != NULL && certificate_decode(came->certificate, &decoded->certificate, error);
    for (size_t at = 0; done && at < came->chain_count; at++) {
        X509 *above = NULL;
        done = certificate_decode(came->chain[at], &above, error);
        if (done && sk_X509_push(decoded->chain, above) <= 0) {
            X509_free(above);
            done = ra_fail(error, RA_NO_MEMORY, "chain");
        }
    }
    return done;
}

static X509 *issuer_of(const struct decoded *decoded)
{
    const X509_NAME *issuer = X509_get_issuer_name(decoded->certificate);
    for (int at = 0; at < sk_X509_num(decoded->chain); at++) {
        X509 *above = sk_X509_value(decoded->chain, at);
        if (X509_NAME_cmp(X509_get_subject_name(above), issuer) == 0) {
            return above;
        }
    }
    return NULL;
}

static bool first_difference(const struct findings *findings, struct ra_error *error)
{
    for (size_t at = 0; findings != NULL && at < findings->count; at++) {
        if (findings->items[at].severity == FINDING_ERROR) {
            return reason_fail(error, "certificate-mismatch", findings->items[at].code);
        }
    }
    return reason_fail(error, "certificate-mismatch", NULL);
}

static bool compare(struct ra_app *app, TALLOC_CTX *context, X509_STORE *anchors, const struct order *order,
                    const struct decoded *decoded, const struct certificate_came *came, int64_t now_us,
                    struct ra_error *error)
{
    struct catalog_office *office = NULL;
    struct certificate_profile *profile = NULL;
    struct certificate_reading *reading = NULL;
    struct findings *findings = NULL;
    struct certificate_data data;
    if (!catalog_office(app, context, &office, error) ||
        !approval_profile(app, context, order->profile_id, &profile, error) ||
        !certificate_read(context, decoded->certificate, &reading, error)) {
        return false;
    }
    if (!bytes_equal(came->spki_digest, (struct bytes){reading->spki_digest, sizeof reading->spki_digest})) {
        return reason_fail(error, "certificate-mismatch", "spki");
    }
    X509 *issuer = issuer_of(decoded);
    if (issuer == NULL) {
        return reason_fail(error, "certificate-mismatch", "issuer");
    }
    if (reading->not_before > (time_t)(now_us / 1000000) + STATEMENT_CLOCK_SKEW_S) {
        return reason_fail(error, "certificate-mismatch", "start");
    }
    orders_certificate_data(order, &data);
    const struct certificate_order ordered = {
        .profile = profile,
        .data = &data,
        .ra_cnpj = office->cnpj,
        .method = orders_method(order),
    };
    const struct profile_check_input input = {
        .certificate = decoded->certificate,
        .issuer = issuer,
        .untrusted = decoded->chain,
        .anchors = anchors,
        .order = &ordered,
        .term_months = (unsigned)order->validity_months,
        .spki = reading->spki,
        .now = reading->not_before,
    };
    switch (profile_check(context, &input, &findings, error)) {
    case PROFILE_CHECK_MATCHES:
        return true;
    case PROFILE_CHECK_DIFFERS:
        return first_difference(findings, error);
    case PROFILE_CHECK_UNDECIDED:
    default:
        return false;
    }
}

bool certificate_check(struct ra_app *app, TALLOC_CTX *context, X509_STORE *anchors,
                       const struct order *order, const struct certificate_came *came, int64_t now_us,
                       struct ra_error *error)
{
    struct decoded decoded = {0};
    bool matches =
        decode(came, &decoded, error) && compare(app, context, anchors, order, &decoded, came, now_us, error);
    X509_free(decoded.certificate);
    sk_X509_pop_free(decoded.chain, X509_free);
    return matches;
}

/* --- PEM --- */

static bool append_pem(BIO *output, struct bytes der, struct ra_error *error)
{
    X509 *certificate = NULL;
    bool done = certificate_decode(der, &certificate, error) &&
                (PEM_write_bio_X509(output, certificate) == 1 || ra_fail_crypto(error, "PEM"));
    X509_free(certificate);
    return done;
}

bool certificate_pem(TALLOC_CTX *context, const struct bytes *certificates, size_t count, struct bytes *pem,
                     struct ra_error *error)
{
    BIO *output = BIO_new(BIO_s_mem());
    bool done = output != NULL || ra_fail(error, RA_NO_MEMORY, "PEM");
    for (size_t at = 0; done && at < count; at++) {
        done = append_pem(output, certificates[at], error);
    }
    if (done) {
        char *data = NULL;
        long length = BIO_get_mem_data(output, &data);
        *pem = bytes_copy(context, length > 0 ? data : "", length > 0 ? (size_t)length : 0);
    }
    BIO_free(output);
    return done;
}

bool certificate_unpem(TALLOC_CTX *context, struct bytes pem, struct bytes **certificates, size_t *count,
                       struct ra_error *error)
{
    STACK_OF(X509) *stack = NULL;
    *count = 0;
    if (pem.length == 0) {
        *certificates = NULL;
        return true;
    }
    if (!signed_read_certificates(pem, &stack, error)) {
        return false;
    }
    *certificates = talloc_zero_array(context, struct bytes, (unsigned)sk_X509_num(stack));
    bool done = *certificates != NULL;
    for (int at = 0; done && at < sk_X509_num(stack); at++) {
        unsigned char *der = NULL;
        int length = i2d_X509(sk_X509_value(stack, at), &der);
        done = length > 0;
        if (done) {
            (*certificates)[(*count)++] = bytes_copy(context, der, (size_t)length);
        }
        OPENSSL_free(der);
    }
    sk_X509_pop_free(stack, X509_free);
    return done || ra_fail(error, RA_NO_MEMORY, "chain");
}
