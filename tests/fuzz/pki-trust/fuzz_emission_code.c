/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever reads as a half is written in the one form, and that reads as the same half.
 */
#include "pki/trust/emission_code.h"

#include <stdlib.h>
#include <string.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {0};
    uint8_t half[EMISSION_HALF_SIZE], again[EMISSION_HALF_SIZE];
    char text[EMISSION_TEXT_SIZE];
    char *typed = talloc_strndup(NULL, size > 0 ? (const char *)data : "", size);
    if (emission_half_parse(typed, half, &error)) {
        emission_half_format(half, text);
        if (strlen(text) != EMISSION_TEXT_SIZE - 1 || !emission_half_parse(text, again, &error) ||
            memcmp(half, again, sizeof half) != 0)
            abort();
    } else if (error.code != RA_INVALID) {
        abort();
    }
    talloc_free(typed);
    return 0;
}
