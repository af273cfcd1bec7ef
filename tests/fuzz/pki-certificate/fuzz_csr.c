/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a certificate request: refused with a reason, or accepted with a key the profile admits.
 */
#include "pki/base/rsa_key.h"
#include "pki/certificate/csr.h"

#include <openssl/err.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct certificate_profile profile = {.key_bits = {2048}, .key_bits_count = 1};
    struct ra_error error = {.code = RA_OK};
    struct csr *csr = NULL;
    bool accepted = csr_accept(NULL, (struct bytes){data, size}, &profile, NULL, &csr, &error);
    if (accepted != (csr != NULL) || accepted == (error.code == RA_CSR_REFUSED && error.reason[0] != '\0'))
        abort();
    if (accepted && (csr->key_bits != 2048 || csr->spki.length == 0))
        abort();
    EVP_PKEY *key = accepted ? rsa_key_public(csr->spki) : NULL;
    if (accepted && (key == NULL || EVP_PKEY_eq(key, X509_REQ_get0_pubkey(csr->request)) != 1))
        abort();
    EVP_PKEY_free(key);
    if (ERR_peek_error() != 0)
        abort();
    talloc_free(csr);
    return 0;
}
