/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config.h"

#include "pki/base/file.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 64 << 10 };

enum kind { KIND_text, KIND_path, KIND_number, KIND_flag };

struct option {
    const char *name;
    enum kind kind;
    const char *fallback; /* NULL: required */
    int64_t minimum;
    int64_t maximum;
    size_t offset; /* in struct config */
    const char *help;
};

static const struct option options[] = {
#define X(kind, name, default_text, minimum, maximum, help)                                                  \
    {#name, KIND_##kind, default_text, minimum, maximum, offsetof(struct config, name), help},
    CONFIG_OPTIONS(X)
#undef X
};
enum { OPTION_COUNT = sizeof options / sizeof options[0] };

struct parser {
    TALLOC_CTX *context;
    const char *name;
    size_t line;
    char *values[OPTION_COUNT]; /* as written; NULL: not given */
};

static char *trimmed(TALLOC_CTX *context, const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)text[0])) {
        text++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    return talloc_strndup(context, text, length);
}

static bool parse_line(struct parser *parser, const char *line, size_t length, struct ra_error *error)
{
    char *whole = trimmed(parser->context, line, length);
    if (whole == NULL)
        return ra_fail(error, RA_NO_MEMORY, "config");
    if (whole[0] == '\0' || whole[0] == '#')
        return true;
    const char *equals = strchr(whole, '=');
    if (equals == NULL)
        return ra_fail(error, RA_INVALID, "%s:%zu: expected key = value", parser->name, parser->line);
    char *key = trimmed(parser->context, whole, (size_t)(equals - whole));
    char *value = trimmed(parser->context, equals + 1, strlen(equals + 1));
    if (key == NULL || value == NULL)
        return ra_fail(error, RA_NO_MEMORY, "config");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (strcmp(options[i].name, key) != 0)
            continue;
        if (parser->values[i] != NULL)
            return ra_fail(error, RA_INVALID, "%s:%zu: %s is given twice", parser->name, parser->line, key);
        parser->values[i] = value;
        return true;
    }
    return ra_fail(error, RA_INVALID, "%s:%zu: unknown key %s (--help lists them)", parser->name,
                   parser->line, key);
}

static bool parse_number(const struct option *option, const char *value, int64_t *number,
                         struct ra_error *error)
{
    char *end = NULL;
    errno = 0;
    long long parsed = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || parsed < option->minimum || parsed > option->maximum)
        return ra_fail(error, RA_INVALID, "%s: %s is not a number from %lld to %lld", option->name, value,
                       (long long)option->minimum, (long long)option->maximum);
    *number = parsed;
    return true;
}

static bool parse_flag(const struct option *option, const char *value, bool *flag, struct ra_error *error)
{
    *flag = strcmp(value, "yes") == 0;
    if (!*flag && strcmp(value, "no") != 0)
        return ra_fail(error, RA_INVALID, "%s: say yes or no, not %s", option->name, value);
    return true;
}

static bool store(struct config *config, const struct option *option, char *value, struct ra_error *error)
{
    void *slot = (char *)config + option->offset;
    switch (option->kind) {
    case KIND_text:
        *(const char **)slot = value;
        return true;
    case KIND_path:
        *(const char **)slot =
            value[0] == '/' ? value : talloc_asprintf(config, "%s/%s", config->home, value);
        return *(const char **)slot != NULL || ra_fail(error, RA_NO_MEMORY, "config");
    case KIND_number:
        return parse_number(option, value, slot, error);
    case KIND_flag:
        return parse_flag(option, value, slot, error);
    }
    return ra_fail(error, RA_INTERNAL, "config: option of no kind");
}

/* `home` is the first row of the table, so paths that hang below it find it filled. */
static bool store_all(struct parser *parser, struct config *config, struct ra_error *error)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char *value = parser->values[i];
        if (value == NULL && options[i].fallback == NULL)
            return ra_fail(error, RA_INVALID, "%s: %s is required", parser->name, options[i].name);
        if (value == NULL)
            value = talloc_strdup(config, options[i].fallback);
        if (value == NULL)
            return ra_fail(error, RA_NO_MEMORY, "config");
        if (!store(config, &options[i], value, error))
            return false;
    }
    return true;
}

bool config_parse(TALLOC_CTX *context, const char *name, const char *text, const struct config **config,
                  struct ra_error *error)
{
    struct config *made = talloc_zero(context, struct config);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "config");
    struct parser parser = {.context = made, .name = name};
    for (const char *at = text; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        parser.line++;
        if (!parse_line(&parser, at, length, error))
            goto failed;
        at += length + (at[length] == '\n' ? 1 : 0);
    }
    if (!store_all(&parser, made, error))
        goto failed;
    *config = made;
    return true;
failed:
    talloc_free(made);
    return false;
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
