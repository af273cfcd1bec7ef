/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "renewal/possession.h"

#include "approval/approval.h"
#include "db/db.h"
#include "pki/certificate/reader.h"
#include "pki/trust/key_signature.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { FRESH_S = 900, CLOCK_SLACK_S = 120 };

bool possession_certificate(struct http_request *request, X509 **certificate, struct bytes *der,
                            struct ra_error *error)
{
    const char *pem = http_text(request->body, "certificate");
    unsigned char *encoded = NULL;
    if (pem == NULL || !certificate_decode(bytes_of_text(pem), certificate, error))
        return ra_fail_field(error, "certificate", "format", "Envie o certificado em PEM.");
    int length = i2d_X509(*certificate, &encoded);
    *der = length > 0 ? bytes_copy(request->context, encoded, (size_t)length) : (struct bytes){NULL, 0};
    OPENSSL_free(encoded);
    return der->length > 0 || ra_fail(error, RA_NO_MEMORY, "certificate");
}

/* Of the words and of the key that says them: a signature may have more than one spelling. */
static bool digest_of(struct bytes whole, X509 *certificate, uint8_t digest[32])
{
    unsigned char *spki = NULL;
    const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &spki);
    EVP_MD_CTX *made = EVP_MD_CTX_new();
    const bool ok = length > 0 && made != NULL && EVP_DigestInit_ex(made, EVP_sha256(), NULL) == 1 &&
                    EVP_DigestUpdate(made, whole.data, whole.length) == 1 &&
                    EVP_DigestUpdate(made, spki, (size_t)length) == 1 &&
                    EVP_DigestFinal_ex(made, digest, NULL) == 1;
    EVP_MD_CTX_free(made);
    OPENSSL_free(spki);
    return ok;
}

bool possession_check(struct http_request *request, const char *purpose, X509 *certificate,
                      struct possession *possession, struct ra_error *error)
{
    const json_t *issued_at = json_object_get(request->body, "issued_at");
    const char *text = http_text(request->body, "signature");
    const int64_t at = json_integer_value(issued_at), now = request->now_us / 1000000;
    struct key_message message = {.length = 0};
    struct bytes signature = {NULL, 0}, whole;
    const char *instance = "";
    char number[24];
    *possession = (struct possession){.holds = false};
    if (!approval_instance(request, &instance, error))
        return false;
    (void)snprintf(number, sizeof number, "%" PRId64, at);
    key_message_text(&message, purpose);
    key_message_text(&message, instance);
    key_message_text(&message, number);
    if (!key_message_bytes(&message, &whole, error))
        return false;
    if (!digest_of(whole, certificate, possession->digest))
        return ra_fail_crypto(error, "possession");
    possession->holds = json_is_integer(issued_at) && at >= now - FRESH_S && at <= now + CLOCK_SLACK_S &&
                        text != NULL && base64_decode(request->context, text, strlen(text), &signature) &&
                        rsa_verifies(X509_get0_pubkey(certificate), whole, signature);
    return true;
}

bool possession_spend(struct http_request *request, const struct possession *possession, bool *first,
                      struct ra_error *error)
{
    int64_t added = 0;
    const struct bytes digest = {possession->digest, sizeof possession->digest};
    if (!db_exec(request->db, STATEMENT_POSSESSION_SPEND,
                 DB_VALUES(db_bytes(digest), db_time(request->now_us)), &added, error))
        return false;
    *first = added == 1;
    return true;
}

bool possession_sweep(struct job_run *run, struct ra_error *error)
{
    const int64_t kept_us = INT64_C(1000000) * (FRESH_S + 2 * CLOCK_SLACK_S);
    return db_exec(run->db, STATEMENT_POSSESSION_SWEEP, DB_VALUES(db_time(run->now_us - kept_us)), NULL,
                   error);
}
