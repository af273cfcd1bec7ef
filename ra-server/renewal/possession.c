/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "renewal/possession.h"

#include "approval/approval.h"
#include "pki/certificate/reader.h"
#include "pki/trust/key_signature.h"

#include <inttypes.h>
#include <openssl/crypto.h>
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

bool possession_holds(struct http_request *request, const char *purpose, X509 *certificate, bool *holds,
                      struct ra_error *error)
{
    const json_t *issued_at = json_object_get(request->body, "issued_at");
    const char *text = http_text(request->body, "signature");
    const int64_t at = json_integer_value(issued_at), age = request->now_us / 1000000 - at;
    struct key_message message = {.length = 0};
    struct bytes signature = {NULL, 0}, whole;
    const char *instance = "";
    char number[24];
    *holds = false;
    if (!approval_instance(request, &instance, error))
        return false;
    (void)snprintf(number, sizeof number, "%" PRId64, at);
    key_message_text(&message, purpose);
    key_message_text(&message, instance);
    key_message_text(&message, number);
    if (!key_message_bytes(&message, &whole, error))
        return false;
    *holds = json_is_integer(issued_at) && age >= -CLOCK_SLACK_S && age <= FRESH_S && text != NULL &&
             base64_decode(request->context, text, strlen(text), &signature) &&
             rsa_verifies(X509_get0_pubkey(certificate), whole, signature);
    return true;
}
