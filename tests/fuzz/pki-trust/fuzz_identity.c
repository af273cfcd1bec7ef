/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files of identities, PEM and PKCS#12, protected or not: an identity that comes out has a key and its
 * certificate.
 */
#include "pki/trust/identity.h"
#include "pki/trust/pkcs12.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool answer(void *state, char *buffer, size_t size, struct ra_error *error)
{
    (void)state, (void)error;
    if (size < sizeof "senha-de-teste")
        return false;
    memcpy(buffer, "senha-de-teste", sizeof "senha-de-teste");
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct identity_passphrase passphrase = {.ask = answer};
    TALLOC_CTX *context = talloc_new(NULL);
    struct identity *identity = NULL;
    struct ra_error error = {0};
    bool read = identity_parse(context, (struct bytes){data, size}, &passphrase, &identity, &error);
    if (read != (identity != NULL) || (!read && error.code == RA_OK))
        abort();
    if (read && X509_check_private_key(identity_certificate(identity), identity_key(identity)) != 1)
        abort();
    talloc_free(context);
    EVP_PKEY *key = NULL;
    X509 *certificate = NULL;
    STACK_OF(X509) *chain = NULL;
    bool opened =
        pkcs12_read((struct bytes){data, size}, "senha-de-teste", &key, &certificate, &chain, &error);
    if (opened != (key != NULL && certificate != NULL && chain != NULL))
        abort();
    EVP_PKEY_free(key);
    X509_free(certificate);
    sk_X509_pop_free(chain, X509_free);
    return 0;
}
