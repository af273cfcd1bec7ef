/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes given to the linter: it ends, and what it says can be shown. Certificates, requests and CRLs, PEM
 * and DER, alone and beside a CRL made of the same bytes; of several, each as one of them.
 */
#include "pki/certificate/lint.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SOME_DAY = 1795435200 };

static void require_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            abort();
}

static void examine(struct bytes input, struct bytes crl)
{
    struct ra_error error = {.code = RA_OK};
    const struct lint_about about = {.now = SOME_DAY, .crl = crl};
    struct findings *findings = findings_new(NULL);
    struct lint_objects objects = {.count = 0};
    bool beside;
    if (findings == NULL)
        return;
    if (!lint_open(findings, input, &objects, &error))
        objects.count = 0;
    for (size_t i = 0; i < objects.count; i++)
        if (lint_one_of(&objects, i, &about, findings, &beside, &error))
            for (size_t j = 0; j < findings->count; j++)
                require_printable(findings->items[j].detail);
    talloc_free(findings);
    if (ERR_peek_error() != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes input = {data, size};
    examine(input, (struct bytes){NULL, 0});
    examine(input, input);
    return 0;
}
