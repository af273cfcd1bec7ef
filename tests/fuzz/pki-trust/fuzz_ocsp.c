/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A certificate, its issuer and an OCSP answer, one after the other: the input's own issuer is trusted, so
 * that everything behind the signature is reached. Without CRLs nothing is valid.
 */
#include "pki/trust/ocsp.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void examine(X509 *certificate, X509 *issuer, struct bytes answer)
{
    struct ra_error error = {0};
    char address[OCSP_URL_SIZE];
    struct bytes request;
    TALLOC_CTX *memory = talloc_new(NULL);
    const struct ocsp_question question = {.certificate = certificate, .issuer = issuer, .now = 1830291875};
    enum signed_verdict verdict = ocsp_judge(&question, answer, &error);
    if ((verdict == SIGNED_VALID) != (error.code == RA_OK))
        abort();
    if (ocsp_address(certificate, address) && strncmp(address, "http", 4) != 0)
        abort();
    if (ocsp_ask(memory, certificate, issuer, &request, &error))
        (void)ocsp_answers(request, answer);
    talloc_free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const unsigned char *at = data;
    X509 *certificate = d2i_X509(NULL, &at, (long)size);
    X509 *issuer = certificate != NULL ? d2i_X509(NULL, &at, (long)(size - (size_t)(at - data))) : NULL;
    if (issuer != NULL)
        examine(certificate, issuer, (struct bytes){at, size - (size_t)(at - data)});
    X509_free(certificate);
    X509_free(issuer);
    ERR_clear_error();
    return 0;
}
