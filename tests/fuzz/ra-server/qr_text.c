/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a QR reader types at the counter: a code that is found is one, and reads as itself.
 */
#include "desk/desk_qr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char code[ORDERS_CODE_SIZE], again[ORDERS_CODE_SIZE];
    char *text = talloc_strndup(NULL, size > 0 ? (const char *)data : "", size);
    if (desk_qr_read(text, code) &&
        (strlen(code) != ORDERS_CODE_SIZE - 1 || !desk_qr_read(code, again) || strcmp(code, again) != 0))
        abort();
    talloc_free(text);
    return 0;
}
