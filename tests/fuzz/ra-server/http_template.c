/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A template and a model, apart by a NUL: whatever the two are, no value of the model leaves unescaped.
 */
#include "http/template_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
    size_t source = nul != NULL ? (size_t)(nul - data) : size;
    json_t *model = nul != NULL ? json_loadb((const char *)nul + 1, size - source - 1, 0, NULL) : NULL;
    if (model == NULL)
        model = json_pack("{s:s, s:[i,i], s:{s:b}}", "a", "\"<&>\x1b", "b", 1, 0, "c", "d", 1);
    for (int kind = TEMPLATE_HTML; kind <= TEMPLATE_TEXT; kind++) {
        TALLOC_CTX *context = talloc_new(NULL);
        struct ra_error error = {0};
        struct bytes output = {0};
        const struct templates none = {0};
        struct template template = {.kind = (enum template_kind)kind, .name = "text"};
        bool done = template_parse(context, (const char *)data, source, &template, &error) &&
                    template_link(&none, &template, &error) &&
                    template_run(&template, model, context, &output, &error);
        if (done && (output.length > TEMPLATE_OUTPUT_MAX || output.data[output.length] != '\0'))
            abort();
        if (!done && error.code == RA_OK)
            abort();
        talloc_free(context);
    }
    json_decref(model);
    return 0;
}
