/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as the AC's answers to a request for a certificate, one message after the other, each behind its
 * length (two bytes): without the AC's secret nothing is granted and nothing is refused, so that the attempt
 * stays unknown.
 */
#include "pki/cmp/cmp_client.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool carry(void *context, struct bytes message, TALLOC_CTX *memory, struct bytes *answer,
                  struct ra_error *error)
{
    struct bytes *left = context;
    (void)message;
    if (left->length < 2)
        return ra_fail(error, RA_UPSTREAM, "the line is dead");
    size_t length = (size_t)left->data[0] << 8 | left->data[1];
    if (length > left->length - 2)
        length = left->length - 2;
    *answer = bytes_copy(memory, left->data + 2, length);
    *left = (struct bytes){left->data + 2 + length, left->length - 2 - length};
    return true;
}

static enum cmp_check never(void *context, X509 *certificate, struct ra_error *error)
{
    (void)context, (void)certificate, (void)error;
    abort();
}

static X509_REQ *make_request(void)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    X509_REQ *request = X509_REQ_new();
    if (key == NULL || request == NULL || X509_REQ_set_pubkey(request, key) != 1 ||
        X509_REQ_sign(request, key, NULL) <= 0)
        abort();
    EVP_PKEY_free(key);
    return request;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static X509_REQ *csr;
    static const struct ra_clock clock;
    if (csr == NULL)
        csr = make_request();
    struct bytes left = {data, size};
    struct ra_error error = {0};
    STACK_OF(X509) *nobody = sk_X509_new_null();
    TALLOC_CTX *memory = talloc_new(NULL);
    const struct cmp_authority authority = {.mac_reference = bytes_of_text("ar"),
                                            .mac_secret = bytes_of_text("um segredo de teste"),
                                            .anchors = nobody,
                                            .clock = &clock,
                                            .carry = carry,
                                            .carry_context = &left};
    const struct cmp_certificate_request request = {.csr = csr, .transaction = {1}, .check = never};
    struct cmp_exchange *exchange = cmp_exchange_new(memory, &authority, &request, &error);
    struct cmp_outcome outcome;
    if (exchange == NULL || cmp_exchange_advance(exchange, &outcome, &error))
        abort();
    cmp_outcome_clear(&outcome);
    talloc_free(memory);
    sk_X509_free(nobody);
    ERR_clear_error();
    return 0;
}
