/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Form bodies: what is accepted is an object whose texts JSON can carry.
 */
#include "http/parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    json_t *object = NULL;
    if (parse_form(context, (struct bytes){data, size}, &object, &error)) {
        char *text = json_dumps(object, JSON_COMPACT);
        if (!json_is_object(object) || text == NULL)
            abort();
        free(text);
        json_decref(object);
    } else if (error.code == RA_OK || object != NULL) {
        abort();
    }
    talloc_free(context);
    return 0;
}
