/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a holder's .p12 file, under the corpus' pass phrase: what opens has a key and a certificate,
 * and what does not leaves nothing behind.
 */
#include "pki/trust/pkcs12.h"

#include <openssl/err.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {0};
    EVP_PKEY *key = NULL;
    X509 *certificate = NULL;
    STACK_OF(X509) *chain = NULL;
    if (size > PKCS12_FILE_MAX)
        return 0;
    bool opens =
        pkcs12_read((struct bytes){data, size}, "Senha boa 2026", &key, &certificate, &chain, &error);
    if (opens != (key != NULL && certificate != NULL && chain != NULL) || opens != (error.code == RA_OK))
        abort();
    EVP_PKEY_free(key);
    X509_free(certificate);
    sk_X509_pop_free(chain, X509_free);
    ERR_clear_error();
    return 0;
}
