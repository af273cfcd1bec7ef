/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a certificate: what is read from it must be printable, and examining it must end.
 */
#include "pki/certificate/profile_check.h"
#include "pki/certificate/reader.h"

#include <openssl/err.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            abort();
}

static void examine(X509 *certificate)
{
    struct ra_error error = {.code = RA_OK};
    struct certificate_reading *reading = NULL;
    char cpf[12];
    if (certificate_read(NULL, certificate, &reading, &error)) {
#define X(member) require_printable(reading->data.member);
        CERTIFICATE_DATA_FIELDS(X)
#undef X
        require_printable(reading->subject);
        require_printable(reading->issuer);
        require_printable(reading->common_name);
        require_printable(reading->serial);
    }
    if (certificate_read_cpf(certificate, cpf, &error) != (cpf[0] != '\0'))
        abort();
    talloc_free(reading);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {.code = RA_OK};
    X509 *certificate = NULL;
    if (certificate_decode((struct bytes){data, size}, &certificate, &error))
        examine(certificate);
    X509_free(certificate);
    if (ERR_peek_error() != 0)
        abort();
    return 0;
}
