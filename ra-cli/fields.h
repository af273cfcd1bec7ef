/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an answer of the server says under a name, for who writes it out for people. Pure; what is given back
 * belongs to `object`.
 */
#ifndef RA_CLI_FIELDS_H
#define RA_CLI_FIELDS_H

#include <jansson.h>

/* "" when it says nothing, or no text. */
static inline const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value == NULL ? "" : value;
}

/* 0 when it says nothing, or no whole number. */
static inline long long number(const json_t *object, const char *name)
{
    return (long long)json_integer_value(json_object_get(object, name));
}

#endif
