/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever the parser accepts is written back byte for byte, and can be described.
 */
#include "pki/trust/statement.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void one(TALLOC_CTX *context, struct bytes input, enum statement_type type)
{
    struct ra_error error = {0};
    struct statement *statement = NULL;
    struct statement_line *lines = NULL;
    struct bytes again;
    size_t count = 0;
    if (!statement_parse(context, input, type, &statement, &error)) {
        if (error.code != RA_STATEMENT_REFUSED)
            abort();
        return;
    }
    if (!statement_write(context, statement, &again, &error) || !bytes_equal(input, again) ||
        !statement_describe(context, input, type, &lines, &count, &error))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TALLOC_CTX *context = talloc_new(NULL);
    for (unsigned type = 0; type < STATEMENT_TYPE_COUNT; type++)
        one(context, (struct bytes){data, size}, (enum statement_type)type);
    talloc_free(context);
    return 0;
}
