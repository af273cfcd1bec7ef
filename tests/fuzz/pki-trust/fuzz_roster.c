/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bundles: what comes apart goes together again byte for byte; verification with the input's own certificates
 * pinned.
 */
#include "inside_certificates.h"
#include "pki/trust/roster.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bundle = {data, size};
    struct bytes objects[ROSTER_SIGNERS_MAX];
    struct bytes again;
    struct ra_error error = {0};
    struct roster *roster = NULL;
    size_t count = 0;
    if (!roster_unbundle(bundle, objects, &count, &error))
        return 0;
    TALLOC_CTX *context = talloc_new(NULL);
    if (!roster_bundle(context, objects, count, &again, &error) || !bytes_equal(bundle, again))
        abort();
    STACK_OF(X509) *pinned = inside_certificates(objects[0]);
    struct roster_trust trust = {.instance = "00112233445566778899aabbccddeeff",
                                 .administrators = pinned,
                                 .threshold = 1,
                                 .longest_life_s = 2592000,
                                 .now = FUZZ_NOW};
    enum signed_verdict verdict = roster_verify(context, bundle, &trust, &roster, &error);
    if ((verdict == SIGNED_VALID) != (roster != NULL))
        abort();
    sk_X509_pop_free(pinned, X509_free);
    talloc_free(context);
    return 0;
}
