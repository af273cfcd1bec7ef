/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as the file of an AC's portal: refused with its reason, or a few certificates.
 */
#include "pki/certificate/bundle.h"

#include <openssl/err.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {.code = RA_OK};
    STACK_OF(X509) *list = NULL;
    bool read = bundle_read((struct bytes){data, size}, &list, &error);
    if (read != (list != NULL) || read == (error.code == RA_INVALID && error.reason[0] != '\0'))
        abort();
    if (read && (sk_X509_num(list) < 1 || sk_X509_num(list) > BUNDLE_CERTIFICATES_MAX))
        abort();
    if (ERR_peek_error() != 0)
        abort();
    sk_X509_pop_free(list, X509_free);
    return 0;
}
