/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/http.h"
#include "http/internal.h"
#include "http/parse.h"
#include "log.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* The model is kept: a refused handler's members go into the problem, a page's into its template. */
static void drop_content(struct http_response *response)
{
    if (response->fd >= 0)
        close(response->fd);
    response->fd = -1;
    response->bytes = (struct bytes){0};
    talloc_free(response->events);
    response->events = NULL;
}

void http_reply(struct http_response *response, int status, json_t *take_model)
{
    drop_content(response);
    json_decref(response->model);
    response->model = take_model;
    response->content = HTTP_CONTENT_MODEL;
    response->status = status;
}

void http_reply_bytes(struct http_response *response, int status, const char *content_type,
                      struct bytes bytes)
{
    drop_content(response);
    response->content = HTTP_CONTENT_BYTES;
    response->content_type = content_type;
    response->bytes = bytes;
    response->status = status;
}

void http_reply_file(struct http_response *response, int status, const char *content_type, int take_fd,
                     uint64_t length)
{
    drop_content(response);
    response->content = HTTP_CONTENT_FILE;
    response->content_type = content_type;
    response->fd = take_fd;
    response->length = length;
    response->status = status;
}

void http_reply_stream(struct http_response *response, struct event_stream *take_stream)
{
    drop_content(response);
    response->content = HTTP_CONTENT_EVENTS;
    response->content_type = "text/event-stream";
    response->events = take_stream;
    response->status = 200;
}

void http_see_other(struct http_request *request, struct http_response *response, const char *location)
{
    if (request->face != HTTP_FACE_PAGE)
        return;
    drop_content(response);
    response->content = HTTP_CONTENT_NONE;
    response->status = 303;
    http_set_header(response, "Location", location);
}

static bool is_header_value(const char *value)
{
    for (; *value != '\0'; value++) {
        unsigned char byte = (unsigned char)*value;
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F)
            return false;
    }
    return true;
}

void http_set_header(struct http_response *response, const char *name, const char *value)
{
    struct ra_error error = {0};
    const char *copy_name = talloc_strdup(response->context, name);
    const char *copy_value = talloc_strdup(response->context, value);
    if (copy_name == NULL || copy_value == NULL || !is_header_value(value) ||
        !pairs_add(response->context, &response->headers, copy_name, copy_value, &error))
        log_event(LOG_LEVEL_ERROR, "header-left-out", "{s:s}", "name", name);
}

const char *response_header(const struct http_response *response, const char *name)
{
    for (size_t i = 0; i < response->headers.count; i++) {
        if (strcasecmp(response->headers.items[i].name, name) == 0)
            return response->headers.items[i].value;
    }
    return NULL;
}

/* RFC 5987 value-chars: what is not safe is percent-encoded. */
static char *extended_value(TALLOC_CTX *context, const char *text)
{
    char *output = talloc_strdup(context, "");
    for (; *text != '\0' && output != NULL; text++) {
        unsigned char byte = (unsigned char)*text;
        bool safe = byte < 0x80 && (isalnum(byte) || strchr("-._", byte) != NULL);
        output = talloc_asprintf_append(output, safe ? "%c" : "%%%02X", byte);
    }
    return output;
}

void http_set_attachment(struct http_response *response, const char *file_name)
{
    char *plain = talloc_strdup(response->context, file_name);
    char *extended = extended_value(response->context, file_name);
    for (char *at = plain; at != NULL && *at != '\0'; at++) {
        if (!isalnum((unsigned char)*at) && strchr("-._", *at) == NULL)
            *at = '_';
    }
    char *value = plain == NULL || extended == NULL
                      ? NULL
                      : talloc_asprintf(response->context, "attachment; filename=\"%s\"; filename*=UTF-8''%s",
                                        plain, extended);
    if (value != NULL)
        http_set_header(response, "Content-Disposition", value);
}

void http_set_cookie(struct http_response *response, const char *name, const char *value, int64_t max_age_s)
{
    if (strpbrk(value, "; ,\"\\") != NULL) {
        log_event(LOG_LEVEL_ERROR, "cookie-left-out", "{s:s}", "name", name);
        return;
    }
    char *age = max_age_s == 0
                    ? talloc_strdup(response->context, "")
                    : talloc_asprintf(response->context, "; Max-Age=%" PRId64, max_age_s > 0 ? max_age_s : 0);
    char *cookie = talloc_asprintf(response->context, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name,
                                   value, response->secure_cookies ? "; Secure" : "", age != NULL ? age : "");
    if (cookie != NULL)
        http_set_header(response, "Set-Cookie", cookie);
}

void http_clear_cookie(struct http_response *response, const char *name)
{
    http_set_cookie(response, name, "", -1);
}
