/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Verification of foreign CMS: without anchors nothing is valid; with the input's own certificates pinned,
 * what is valid has a result and nothing else has one.
 */
#include "inside_certificates.h"
#include "pki/trust/signed.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(TALLOC_CTX *context, struct bytes cms, enum statement_type type, STACK_OF(X509) *pinned)
{
    struct ra_error error = {0};
    struct signed_statement *result = NULL;
    struct signed_trust nobody = {.now = FUZZ_NOW};
    if (signed_verify(context, cms, type, &nobody, &result, &error) == SIGNED_VALID || result != NULL)
        abort();
    enum signed_verdict verdict = signed_verify_pinned(context, cms, type, pinned, FUZZ_NOW, &result, &error);
    if ((verdict == SIGNED_VALID) != (result != NULL))
        abort();
    if (result != NULL && result->statement->type != type)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes cms = {data, size};
    if (size > SIGNED_MAX)
        return 0;
    TALLOC_CTX *context = talloc_new(NULL);
    STACK_OF(X509) *pinned = inside_certificates(cms);
    judge(context, cms, STATEMENT_REFUSAL, pinned);
    judge(context, cms, STATEMENT_ROSTER, pinned);
    judge(context, cms, STATEMENT_RULES, pinned);
    sk_X509_pop_free(pinned, X509_free);
    talloc_free(context);
    return 0;
}
