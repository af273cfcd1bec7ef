/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The start of a click, found in a body that nobody has looked at: nothing beyond the body is read.
 */
#include "agenda/agenda_clicks.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct agenda_clicks clicks;
    int64_t start_us = 0;
    uint8_t *copy = malloc(size + 1); /* of exactly that size but one, for the sanitizer */
    if (copy == NULL)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    copy = realloc(copy, size > 0 ? size : 1);
    if (copy != NULL && clicks_start_of((struct bytes){copy, size}, &start_us)) {
        clicks_add(&clicks, start_us, 1);
        if (clicks_on(&clicks, start_us) != 1)
            abort();
        clicks_add(&clicks, start_us, -1);
    }
    free(copy);
    return 0;
}
