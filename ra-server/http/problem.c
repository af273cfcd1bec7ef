/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/problem.h"

#include <stdio.h>
#include <string.h>

/* What happened inside is the operator's business. */
static bool detail_is_private(enum ra_error_code code)
{
    return code == RA_INTERNAL || code == RA_NO_MEMORY || code == RA_CRYPTO || code == RA_IO ||
           code == RA_DATABASE;
}

static json_t *field_list(const struct ra_error *error)
{
    json_t *list = json_array();
    for (size_t i = 0; i < error->field_count; i++) {
        const struct ra_field_error *field = &error->fields[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "field", field->field, "code", field->code,
                                              "message", field->message));
    }
    return list;
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text[0] != '\0')
        json_object_set_new(object, name, json_string(text));
}

json_t *problem_document(const struct ra_error *error, const char *request_id, const json_t *extra)
{
    const struct ra_error_info *info = ra_error_info(error->code);
    char type[80];
    char instance[64];
    snprintf(type, sizeof type, "urn:guiche:problem:%s", info->code);
    snprintf(instance, sizeof instance, "urn:guiche:request:%s", request_id);
    bool hidden = detail_is_private(error->code) || error->detail[0] == '\0';
    json_t *problem =
        json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:o}", "type", type, "title", info->sentence, "status",
                  info->http_status, "detail", hidden ? info->sentence : error->detail, "code", info->code,
                  "instance", instance, "errors", field_list(error));
    if (problem == NULL)
        return NULL;
    if (request_id[0] == '\0')
        json_object_del(problem, "instance");
    if (!detail_is_private(error->code))
        set_text(problem, "reason", error->reason);
    set_text(problem, "source", error->source);
    if (extra != NULL) {
        json_t *copy = json_deep_copy(extra);
        json_object_update_missing(problem, copy);
        json_decref(copy);
    }
    return problem;
}

/* {"holder":{"cpf":"message"}} for "holder.cpf"; the first message of a field stays. */
static bool add_by_field(json_t *object, const struct ra_field_error *field)
{
    const char *at = field->field;
    for (const char *dot; (dot = strchr(at, '.')) != NULL; at = dot + 1) {
        size_t length = (size_t)(dot - at);
        json_t *child = json_object_getn(object, at, length);
        if (child == NULL) {
            child = json_object();
            if (json_object_setn_new(object, at, length, child) != 0)
                return false;
        }
        if (!json_is_object(child))
            return true;
        object = child;
    }
    return json_object_get(object, at) != NULL ||
           json_object_set_new(object, at, json_string(field->message)) == 0;
}

bool problem_add_to_model(json_t *model, const struct ra_error *error, const char *request_id)
{
    json_t *by_field = json_object();
    bool done = by_field != NULL;
    for (size_t i = 0; i < error->field_count && done; i++)
        done = add_by_field(by_field, &error->fields[i]);
    json_t *problem = problem_document(error, request_id, NULL);
    json_t *is = json_pack("{s:b}", ra_error_info(error->code)->code, 1);
    done = done && json_object_set(model, "errors", json_object_get(problem, "errors")) == 0;
    done = done && json_object_set(model, "error_by_field", by_field) == 0;
    done = done && json_object_set(model, "problem", problem) == 0;
    done = done && json_object_set(model, "is", is) == 0;
    json_decref(by_field);
    json_decref(problem);
    json_decref(is);
    return done;
}
