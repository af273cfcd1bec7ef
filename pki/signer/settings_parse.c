/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The text of signer.conf: `key = value` lines, each key once.
 */
#include "pki/signer/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
        text[--length] = '\0';
    return text;
}

static bool parse_number(const char *text, unsigned low, unsigned high, unsigned *value)
{
    size_t length = strlen(text);
    if (length == 0 || length > 6 || strspn(text, "0123456789") != length)
        return false;
    *value = (unsigned)strtoul(text, NULL, 10);
    return *value >= low && *value <= high;
}

static bool set_instance(struct settings *settings, const char *value)
{
    if (strlen(value) != SETTINGS_INSTANCE_SIZE - 1 ||
        strspn(value, "0123456789abcdef") != SETTINGS_INSTANCE_SIZE - 1)
        return false;
    memcpy(settings->instance, value, SETTINGS_INSTANCE_SIZE);
    return true;
}

static bool set_environment(struct settings *settings, const char *value)
{
    settings->environment =
        strcmp(value, "production") == 0 ? ENVIRONMENT_PRODUCTION : ENVIRONMENT_HOMOLOGATION;
    return strcmp(value, "production") == 0 || strcmp(value, "homologation") == 0;
}

static bool set_ar_cnpj(struct settings *settings, const char *value)
{
    return snprintf(settings->ar_cnpj, sizeof settings->ar_cnpj, "%s", value) == 14 &&
           strspn(value, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 14;
}

/* C2SP signed-note: a key name has no blanks and no '+'. */
static bool set_log_name(struct settings *settings, const char *value)
{
    size_t length = strlen(value);
    for (size_t i = 0; i < length; i++)
        if (value[i] <= ' ' || value[i] > '~' || value[i] == '+')
            return false;
    return length > 0 &&
           snprintf(settings->log_name, sizeof settings->log_name, "%s", value) < SETTINGS_LOG_NAME_SIZE;
}

static bool set_ac_driver(struct settings *settings, const char *value)
{
    settings->ac_driver = strcmp(value, "portal") == 0 ? AC_DRIVER_PORTAL : AC_DRIVER_CMP;
    return strcmp(value, "portal") == 0 || strcmp(value, "cmp") == 0;
}

static bool set_cmp_request(struct settings *settings, const char *value)
{
    settings->cmp_form = strcmp(value, "p10cr") == 0 ? CMP_FORM_P10CR : CMP_FORM_IR;
    return strcmp(value, "p10cr") == 0 || strcmp(value, "ir") == 0;
}

static bool set_ra_key(struct settings *settings, const char *value)
{
    settings->key_held = strcmp(value, "holder") == 0;
    return settings->key_held || strcmp(value, "file") == 0;
}

static bool set_cmp_protection(struct settings *settings, const char *value)
{
    settings->cmp_mac = strcmp(value, "mac") == 0;
    return settings->cmp_mac || strcmp(value, "signature") == 0;
}

static const struct {
    const char *name;
    bool (*set)(struct settings *settings, const char *value);
    bool optional;
} TEXTS[] = {
    {"instance", set_instance, false},
    {"environment", set_environment, false},
    {"ar_cnpj", set_ar_cnpj, false},
    {"log_name", set_log_name, false},
    {"ac_driver", set_ac_driver, true},
    {"cmp_request", set_cmp_request, true},
    {"cmp_protection", set_cmp_protection, true},
    {"ra_key", set_ra_key, true},
};

enum { TEXT_COUNT = sizeof TEXTS / sizeof *TEXTS };

/* Which lines were there already: a second one of a key is a mistake, or somebody's hand. */
struct seen {
    bool text[TEXT_COUNT];
#define X(number, low, high, fallback, help) bool number;
    SETTINGS_NUMBERS(X)
#undef X
};

static bool is_first(bool *seen)
{
    bool first = !*seen;
    *seen = true;
    return first;
}

static bool set_value(struct settings *settings, const char *name, const char *value, struct seen *seen)
{
    for (size_t i = 0; i < TEXT_COUNT; i++)
        if (strcmp(name, TEXTS[i].name) == 0)
            return is_first(&seen->text[i]) && TEXTS[i].set(settings, value);
#define X(number, low, high, fallback, help)                                                                 \
    if (strcmp(name, #number) == 0)                                                                          \
        return is_first(&seen->number) && parse_number(value, low, high, &settings->number);
    SETTINGS_NUMBERS(X)
#undef X
    return false;
}

static bool parse_configuration(struct settings *settings, char *text, struct ra_error *error)
{
    struct seen seen = {.text = {false}};
    unsigned number = 0;
    for (char *line = text; line != NULL; number++) {
        char *next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        char *name = trim(line), *equals = strchr(name, '=');
        bool blank = *name == '\0' || *name == '#';
        if (!blank && equals == NULL)
            return ra_fail(error, RA_INVALID, "signer.conf: line %u is not `key = value`", number + 1);
        if (!blank) {
            *equals = '\0';
            if (!set_value(settings, trim(name), trim(equals + 1), &seen))
                return ra_fail(error, RA_INVALID, "signer.conf: line %u: key not known, twice, or bad value",
                               number + 1);
        }
        line = next;
    }
    for (size_t i = 0; i < TEXT_COUNT; i++)
        if (!seen.text[i] && !TEXTS[i].optional)
            return ra_fail(error, RA_INVALID, "signer.conf: %s is missing", TEXTS[i].name);
    return true;
}

bool settings_parse(struct settings *settings, struct bytes content, struct ra_error *error)
{
    if (content.length == 0 || memchr(content.data, '\0', content.length) != NULL)
        return ra_fail(error, RA_INVALID, "signer.conf: not a text");
#define X(name, low, high, fallback, help) settings->name = fallback;
    SETTINGS_NUMBERS(X)
#undef X
    char *text = talloc_strndup(settings, (const char *)content.data, content.length);
    return text != NULL ? parse_configuration(settings, text, error)
                        : ra_fail(error, RA_NO_MEMORY, "signer.conf");
}
