/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Configuration files and files of statements: both are read line by line by our own code.
 */
#include "config/config.h"
#include "db/statement_source.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TALLOC_CTX *context = talloc_new(NULL);
    char *text = talloc_strndup(context, (const char *)data, size);
    struct ra_error error = {0};
    const struct config *config = NULL;
    if (config_parse(context, "fuzz", text, &config, &error) &&
        (config->home == NULL || config->database == NULL))
        abort();
    struct statement_sources sources = {0};
    error = (struct ra_error){0};
    if (statement_source_read(context, "fuzz", text, &sources, &error)) {
        for (size_t i = 0; i < sources.count; i++) {
            if (sources.items[i].sql[0] == '\0' || sources.items[i].parameter_count > STATEMENT_VALUES_MAX)
                abort();
        }
    }
    talloc_free(context);
    return 0;
}
