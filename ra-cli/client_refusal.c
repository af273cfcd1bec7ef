/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/client_refusal.h"

#include <stdio.h>
#include <string.h>

/* The error of our table whose stable code the problem's type ends with. */
static enum ra_error_code code_of_problem(const json_t *problem, long status)
{
    const char *type = json_string_value(json_object_get(problem, "type"));
    const char *word = type == NULL ? NULL : strrchr(type, ':');
    for (int code = 0; word != NULL && code < RA_ERROR_COUNT; code++)
        if (strcmp(ra_error_info((enum ra_error_code)code)->code, word + 1) == 0)
            return (enum ra_error_code)code;
    return status >= 500 ? RA_UPSTREAM : RA_BAD_REQUEST;
}

enum { NEAR_SIZE = 128 };

/* " Livres perto: 27/11 08:20, 27/11 09:00." of the hours that a refusal offers instead; "" where there are
 * none. */
static const char *nearest_hours(const json_t *problem, char text[NEAR_SIZE])
{
    size_t at, length = 0;
    json_t *one;
    text[0] = '\0';
    json_array_foreach(json_object_get(problem, "alternatives"), at, one)
    {
        const char *start = json_string_value(json_object_get(one, "start"));
        if (start == NULL || strlen(start) < strlen("2026-11-27T08:20") || NEAR_SIZE - length < 32)
            break;
        length += (size_t)snprintf(text + length, NEAR_SIZE - length, "%s%.2s/%.2s %.5s",
                                   at == 0 ? " Livres perto: " : ", ", start + 8, start + 5, start + 11);
    }
    if (length > 0)
        snprintf(text + length, NEAR_SIZE - length, ".");
    return text;
}

static void keep_fields(const json_t *problem, struct ra_error *error)
{
    size_t index;
    json_t *field;
    json_array_foreach(json_object_get(problem, "errors"), index, field)
    {
        const char *name = json_string_value(json_object_get(field, "field"));
        const char *word = json_string_value(json_object_get(field, "code"));
        const char *message = json_string_value(json_object_get(field, "message"));
        ra_fail_field(error, name == NULL ? "" : name, word == NULL ? "" : word,
                      message == NULL ? "" : message);
    }
}

bool client_refused(struct cli *cli, long status, struct bytes document, struct ra_error *error)
{
    json_error_t where;
    json_t *problem =
        json_loadb((const char *)document.data, document.length, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(problem)) {
        json_decref(problem);
        return ra_fail(error, status >= 500 ? RA_UPSTREAM : RA_BAD_REQUEST, "o servidor respondeu %ld",
                       status);
    }
    json_decref(cli->problem);
    cli->problem = problem;
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    const char *title = json_string_value(json_object_get(problem, "title"));
    const char *reason = json_string_value(json_object_get(problem, "reason"));
    enum ra_error_code code = code_of_problem(problem, status);
    char near[NEAR_SIZE];
    ra_fail_reason(error, code, reason == NULL ? "" : reason, "%s%s",
                   detail != NULL  ? detail
                   : title != NULL ? title
                                   : "recusado",
                   nearest_hours(problem, near));
    keep_fields(problem, error);
    return false;
}
