/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a list of weak keys: taken as a whole or not at all, and no more keys than there are lines.
 */
#include "pki/certificate/weak_keys.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t modulus[256] = {0xc1};
    struct ra_error error = {0};
    struct weak_key_list *list = NULL;
    enum weak_key weakness = WEAK_KEY_NONE;
    size_t lines = 1;
    for (size_t at = 0; at < size; at++)
        lines += data[at] == '\n';
    bool taken = weak_key_list_parse(NULL, (struct bytes){data, size}, "list", &list, &error);
    if (taken != (list != NULL) || taken != (error.code == RA_OK))
        abort();
    if (taken && (weak_key_count(list) - weak_key_count(NULL) > lines ||
                  !weak_key_find((struct bytes){modulus, sizeof modulus}, list, &weakness)))
        abort();
    talloc_free(list);
    return 0;
}
