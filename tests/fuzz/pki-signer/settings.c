/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any text as signer.conf: what is taken has every number within its bounds and an instance of 32 digits.
 */
#include "pki/signer/settings.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool fits(const struct settings *settings)
{
    bool ok = strlen(settings->instance) == SETTINGS_INSTANCE_SIZE - 1 && strlen(settings->ar_cnpj) == 14;
#define X(name, low, high, fallback, help) ok = ok && settings->name >= (low) && settings->name <= (high);
    SETTINGS_NUMBERS(X)
#undef X
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {0};
    struct settings *settings = talloc_zero(NULL, struct settings);
    if (settings != NULL && settings_parse(settings, (struct bytes){data, size}, &error) && !fits(settings))
        abort();
    talloc_free(settings);
    return 0;
}
