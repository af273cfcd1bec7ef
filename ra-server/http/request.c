/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/http.h"
#include "http/internal.h"
#include "http/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

bool http_anyone(struct http_request *request, struct ra_error *error)
{
    (void)request;
    (void)error;
    return true;
}

const char *http_path_parameter(const struct http_request *request, const char *name)
{
    return pairs_find(&request->path_parameters, name);
}

const char *http_query(const struct http_request *request, const char *name)
{
    return pairs_find(&request->query, name);
}

const char *http_header(const struct http_request *request, const char *lower_case_name)
{
    return pairs_find(&request->headers, lower_case_name);
}

const char *http_cookie(const struct http_request *request, const char *name)
{
    return pairs_find(&request->cookies, name);
}

const char *http_text(const json_t *object, const char *dotted_name)
{
    for (const char *dot; object != NULL && (dot = strchr(dotted_name, '.')) != NULL; dotted_name = dot + 1)
        object = json_object_getn(object, dotted_name, (size_t)(dot - dotted_name));
    return json_string_value(json_object_get(object, dotted_name));
}

const char *http_bearer(const struct http_request *request)
{
    const char *value = http_header(request, "authorization");
    if (value == NULL || strncasecmp(value, "Bearer ", 7) != 0)
        return NULL;
    value += 7;
    value += strspn(value, " ");
    return value[0] != '\0' ? value : NULL;
}

void http_keep_changes(struct http_request *request)
{
    request->keep_changes = true;
}

bool http_after_commit(struct http_request *request, http_after_commit_function *run, void *argument,
                       struct ra_error *error)
{
    struct http_after_commit *entry = talloc_zero(request->context, struct http_after_commit);
    if (entry == NULL)
        return ra_fail(error, RA_NO_MEMORY, "after commit");
    entry->run = run;
    entry->argument = argument;
    struct http_after_commit **end = &request->after_commit;
    while (*end != NULL)
        end = &(*end)->next;
    *end = entry;
    return true;
}

struct http_request http_program_request(TALLOC_CTX *context, struct ra_app *app, struct db *db,
                                         int64_t now_us)
{
    return (struct http_request){.context = context,
                                 .app = app,
                                 .db = db,
                                 .now_us = now_us,
                                 .listener = HTTP_PROGRAM,
                                 .path = "",
                                 .content_type = "",
                                 .peer = "",
                                 .raw_fd = -1};
}

void http_program_committed(struct http_request *request)
{
    for (struct http_after_commit *after = request->after_commit; after != NULL; after = after->next)
        after->run(request->app, after->argument);
    request->after_commit = NULL;
}

bool http_temporary_file(const struct http_request *request, int *fd, struct ra_error *error)
{
    *fd = open(request->app->config->temporary_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return *fd >= 0 || ra_fail_errno(error, "temporary file");
}
