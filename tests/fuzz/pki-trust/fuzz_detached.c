/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Foreign CMS as a detached signature: without anchors nothing is valid, and with the input's own
 * certificates as anchors nothing but a whole path is.
 */
#include "inside_certificates.h"
#include "pki/trust/signed.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char content[] = "%PDF-1.5";
    struct bytes cms = {data, size};
    struct ra_error error = {0};
    uint8_t signer[32];
    if (size > SIGNED_MAX)
        return 0;
    STACK_OF(X509) *inside = inside_certificates(cms);
    const struct signed_trust nobody = {.now = FUZZ_NOW};
    const struct signed_trust themselves = {.anchors = inside, .now = FUZZ_NOW};
    if (signed_verify_detached(cms, bytes_of_text(content), &nobody, signer, &error) == SIGNED_VALID)
        abort();
    /* CRLs are demanded, and there are none. */
    if (signed_verify_detached(cms, bytes_of_text(content), &themselves, signer, &error) == SIGNED_VALID)
        abort();
    sk_X509_pop_free(inside, X509_free);
    return 0;
}
