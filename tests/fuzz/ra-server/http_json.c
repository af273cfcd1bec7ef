/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JSON bodies: what is accepted comes out the same when it is written and read again.
 */
#include "http/parse.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {0};
    json_t *object = NULL;
    if (!parse_json((struct bytes){data, size}, &object, &error)) {
        if (error.code != RA_BAD_JSON)
            abort();
        return 0;
    }
    char *text = json_dumps(object, JSON_COMPACT);
    json_t *again = NULL;
    if (text == NULL || !parse_json(bytes_of_text(text), &again, &error) || !json_equal(object, again))
        abort();
    free(text);
    json_decref(object);
    json_decref(again);
    return 0;
}
