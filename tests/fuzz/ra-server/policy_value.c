/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The value of a policy as an administrator signed it: what is accepted is written back byte for byte.
 */
#include "approval/policy.h"
#include "pki/base/bytes.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {0};
    json_t *value = NULL;
    char *text = talloc_strndup(NULL, size > 0 ? (const char *)data : "", size);
    if (policy_value_read(text, &value, &error)) {
        char *again = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        if (again == NULL || strcmp(again, text) != 0)
            abort();
        free(again);
        json_decref(value);
    } else if (value != NULL || error.code != RA_STATEMENT_REFUSED) {
        abort();
    }
    talloc_free(text);
    return 0;
}
