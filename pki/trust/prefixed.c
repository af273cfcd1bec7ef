/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/prefixed.h"

#include "pki/trust/key_signature.h"

static struct key_message message_of(const char *prefix, const uint8_t value[32])
{
    struct key_message message = {.length = 0};
    key_message_text(&message, prefix);
    key_message_append(&message, (struct bytes){value, 32});
    return message;
}

bool prefixed_sign(TALLOC_CTX *context, EVP_PKEY *key, const char *prefix, const uint8_t value[32],
                   struct bytes *signature, struct ra_error *error)
{
    const struct key_message message = message_of(prefix, value);
    struct bytes whole;
    return key_message_bytes(&message, &whole, error) && rsa_sign(context, key, whole, signature, error);
}

bool prefixed_verify(EVP_PKEY *key, const char *prefix, const uint8_t value[32], struct bytes signature)
{
    struct ra_error overflown = {0};
    const struct key_message message = message_of(prefix, value);
    struct bytes whole;
    return key_message_bytes(&message, &whole, &overflown) && rsa_verifies(key, whole, signature);
}
