/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config.h"

#include "config/option_file.h"
#include "pki/base/file.h"

#include <string.h>

enum { LARGEST_FILE = 64 << 10 };

/* `home` is the first row, so paths that hang below it find it filled. */
static const struct option_row options[] = {
#define X(kind, name, default_text, minimum, maximum, help)                                                  \
    {#name, OPTION_##kind, default_text, minimum, maximum, offsetof(struct config, name), help},
    CONFIG_OPTIONS(X)
#undef X
};
enum { OPTION_COUNT = sizeof options / sizeof options[0] };

_Static_assert((int)OPTION_COUNT <= (int)OPTION_ROWS_MAX, "options of the configuration");

bool config_parse(TALLOC_CTX *context, const char *name, const char *text, const struct config **config,
                  struct ra_error *error)
{
    struct config *made = talloc_zero(context, struct config);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "config");
    if (!option_file_parse(made, name, text, options, OPTION_COUNT, &made->home, error)) {
        talloc_free(made);
        return false;
    }
    *config = made;
    return true;
}

bool config_load(TALLOC_CTX *context, const char *path, const struct config **config, struct ra_error *error)
{
    struct bytes content = {0};
    if (!file_read(context, path, LARGEST_FILE, &content, error))
        return false;
    if (memchr(content.data, '\0', content.length) != NULL)
        return ra_fail(error, RA_INVALID, "%s: a NUL byte in a text file", path);
    return config_parse(context, path, (const char *)content.data, config, error);
}

void config_print_sample(FILE *output)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        fprintf(output, "# %s%s\n", options[i].help, options[i].fallback == NULL ? " (required)" : "");
        fprintf(output, "%s%s = %s\n\n", options[i].fallback == NULL ? "" : "#", options[i].name,
                options[i].fallback == NULL ? "" : options[i].fallback);
    }
}
