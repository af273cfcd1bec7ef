/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/router.h"

#include "http/parse.h"
#include "http/template.h"

#include <stdlib.h>
#include <string.h>

enum { SEGMENTS_MAX = 12 };

struct segment {
    const char *text; /* literal, or the parameter's name without braces */
    size_t length;
    bool parameter;
    bool rest; /* takes everything that follows */
};

struct entry {
    const struct http_route *route;
    enum http_face face;
    enum http_method method; /* on that face */
    const char *pattern;
    struct segment segments[SEGMENTS_MAX];
    size_t segment_count;
};

struct router {
    struct entry *entries; /* most specific first */
    size_t entry_count;
    const struct http_route **routes;
    size_t route_count;
};

static const char *const method_names[] = {[HTTP_GET] = "GET",
                                           [HTTP_POST] = "POST",
                                           [HTTP_PUT] = "PUT",
                                           [HTTP_PATCH] = "PATCH",
                                           [HTTP_DELETE] = "DELETE"};
enum { METHOD_COUNT = sizeof method_names / sizeof method_names[0] };

const char *http_method_name(enum http_method method)
{
    return method_names[method];
}

enum http_face router_face_of(const char *path)
{
    static const char *const machine_paths[] = {"/api/", "/log/", "/healthz", "/metrics", "/openapi.json"};
    for (size_t i = 0; i < sizeof machine_paths / sizeof machine_paths[0]; i++) {
        if (strncmp(path, machine_paths[i], strlen(machine_paths[i])) == 0)
            return HTTP_FACE_API;
    }
    return HTTP_FACE_PAGE;
}

/* --- building --- */

static bool parse_segment(const char *text, size_t length, struct segment *segment)
{
    *segment = (struct segment){.text = text, .length = length};
    bool opens = length > 0 && text[0] == '{';
    bool closes = length > 0 && text[length - 1] == '}';
    if (opens != closes)
        return false;
    if (!opens)
        return memchr(text, '{', length) == NULL;
    segment->parameter = true;
    segment->text++;
    segment->length -= 2;
    if (segment->length > 0 && segment->text[segment->length - 1] == '*') {
        segment->rest = true;
        segment->length--;
    }
    return segment->length > 0;
}

static bool parse_pattern(struct entry *entry, struct ra_error *error)
{
    const char *at = entry->pattern;
    if (at[0] != '/')
        return ra_fail(error, RA_INTERNAL, "route %s: a path begins with /", entry->route->operation);
    while (*at == '/') {
        at++;
        size_t length = strcspn(at, "/");
        struct segment *segment = &entry->segments[entry->segment_count];
        if (entry->segment_count == SEGMENTS_MAX || !parse_segment(at, length, segment) ||
            (segment->rest && at[length] != '\0'))
            return ra_fail(error, RA_INTERNAL, "route %s: bad path %s", entry->route->operation,
                           entry->pattern);
        entry->segment_count++;
        at += length;
    }
    return true;
}

static bool check_schema(const struct http_route *route, const char *schema, struct ra_error *error)
{
    if (schema == NULL)
        return true;
    json_error_t place;
    json_t *parsed = json_loads(schema, JSON_REJECT_DUPLICATES, &place);
    if (parsed == NULL)
        return ra_fail(error, RA_INTERNAL, "route %s: bad JSON schema at %d: %s", route->operation,
                       place.position, place.text);
    json_decref(parsed);
    return true;
}

static bool check_page(const struct http_route *route, const struct templates *templates,
                       struct ra_error *error)
{
    if (route->page_path == NULL)
        return true;
    if (route->page_template == NULL && route->method == HTTP_GET)
        return ra_fail(error, RA_INTERNAL, "route %s: a page needs a template", route->operation);
    if (route->body == HTTP_BODY_RAW)
        return ra_fail(error, RA_INTERNAL, "route %s: raw bodies have no page", route->operation);
    if (templates == NULL)
        return true;
    const char *name = route->page_template != NULL ? route->page_template : "erro";
    if (!templates_have(templates, TEMPLATE_HTML, name) || !templates_have(templates, TEMPLATE_HTML, "erro"))
        return ra_fail(error, RA_INTERNAL, "route %s: template %s (or erro) is missing", route->operation,
                       name);
    return true;
}

static bool check_route(const struct http_route *route, const struct templates *templates,
                        struct ra_error *error)
{
    if (route->operation == NULL || route->summary == NULL)
        return ra_fail(error, RA_INTERNAL, "a route without operation or summary (%s)",
                       route->api_path != NULL ? route->api_path : "page");
    if (route->authorize == NULL || route->handler == NULL)
        return ra_fail(error, RA_INTERNAL, "route %s: authorize and handler are required", route->operation);
    if (route->api_path == NULL && route->page_path == NULL)
        return ra_fail(error, RA_INTERNAL, "route %s: no path", route->operation);
    if (route->body == HTTP_BODY_RAW && route->body_limit == 0)
        return ra_fail(error, RA_INTERNAL, "route %s: a raw body needs a limit", route->operation);
    if (route->body != HTTP_BODY_NONE && route->method == HTTP_GET)
        return ra_fail(error, RA_INTERNAL, "route %s: GET has no body", route->operation);
    bool open_reading = route->method == HTTP_GET && route->page_path == NULL &&
                        route->authorize == http_anyone && route->arrived == NULL;
    if (route->transaction == HTTP_AT_ONCE && !open_reading)
        return ra_fail(error, RA_INTERNAL, "route %s: only an open GET of the API is answered at once",
                       route->operation);
    return check_schema(route, route->request_schema, error) &&
           check_schema(route, route->response_schema, error) && check_page(route, templates, error);
}

static bool add_entry(struct router *router, const struct http_route *route, enum http_face face,
                      struct ra_error *error)
{
    const char *pattern = face == HTTP_FACE_API ? route->api_path : route->page_path;
    if (pattern == NULL)
        return true;
    router->entries =
        talloc_realloc(router, router->entries, struct entry, (unsigned)router->entry_count + 1);
    if (router->entries == NULL)
        return ra_fail(error, RA_NO_MEMORY, "router");
    struct entry *entry = &router->entries[router->entry_count++];
    bool posted = face == HTTP_FACE_PAGE && route->method != HTTP_GET;
    *entry = (struct entry){
        .route = route, .face = face, .method = posted ? HTTP_POST : route->method, .pattern = pattern};
    return parse_pattern(entry, error);
}

static bool add_route(struct router *router, const struct http_route *route, struct ra_error *error)
{
    for (size_t i = 0; i < router->route_count; i++) {
        if (strcmp(router->routes[i]->operation, route->operation) == 0)
            return ra_fail(error, RA_INTERNAL, "two routes are called %s", route->operation);
    }
    router->routes =
        talloc_realloc(router, router->routes, const struct http_route *, (unsigned)router->route_count + 1);
    if (router->routes == NULL)
        return ra_fail(error, RA_NO_MEMORY, "router");
    router->routes[router->route_count++] = route;
    return add_entry(router, route, HTTP_FACE_API, error) && add_entry(router, route, HTTP_FACE_PAGE, error);
}

/* Literal before parameter before rest, segment by segment: then the first match is the right one. */
static int rank(const struct segment *segment)
{
    return segment->rest ? 2 : segment->parameter ? 1 : 0;
}

static int compare_literals(const struct segment *left, const struct segment *right)
{
    size_t shorter = left->length < right->length ? left->length : right->length;
    int order = memcmp(left->text, right->text, shorter);
    if (order != 0)
        return order;
    return (left->length > right->length) - (left->length < right->length);
}

static int compare_shapes(const struct entry *left, const struct entry *right)
{
    for (size_t i = 0; i < left->segment_count && i < right->segment_count; i++) {
        const struct segment *one = &left->segments[i];
        const struct segment *other = &right->segments[i];
        int order = rank(one) - rank(other);
        if (order == 0 && !one->parameter)
            order = compare_literals(one, other);
        if (order != 0)
            return order;
    }
    return (left->segment_count > right->segment_count) - (left->segment_count < right->segment_count);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *one = left;
    const struct entry *other = right;
    int order = compare_shapes(one, other);
    return order != 0 ? order : (int)one->method - (int)other->method;
}

static bool check_duplicates(const struct router *router, struct ra_error *error)
{
    for (size_t i = 1; i < router->entry_count; i++) {
        const struct entry *one = &router->entries[i - 1];
        const struct entry *other = &router->entries[i];
        if (compare_entries(one, other) == 0)
            return ra_fail(error, RA_INTERNAL, "routes %s and %s both serve %s %s", one->route->operation,
                           other->route->operation, http_method_name(one->method), one->pattern);
    }
    return true;
}

bool router_new(TALLOC_CTX *context, enum http_listener listener, const struct route_table *tables,
                size_t table_count, const struct templates *templates, struct router **router,
                struct ra_error *error)
{
    struct router *made = talloc_zero(context, struct router);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "router");
    for (size_t t = 0; t < table_count; t++) {
        for (size_t i = 0; i < tables[t].count; i++) {
            const struct http_route *route = &tables[t].routes[i];
            if (((unsigned)route->listeners & (unsigned)listener) == 0)
                continue;
            if (!check_route(route, templates, error) || !add_route(made, route, error))
                goto failed;
        }
    }
    if (made->entry_count > 0)
        qsort(made->entries, made->entry_count, sizeof made->entries[0], compare_entries);
    if (!check_duplicates(made, error))
        goto failed;
    *router = made;
    return true;
failed:
    talloc_free(made);
    return false;
}

const struct http_route *router_route(const struct router *router, size_t index)
{
    return index < router->route_count ? router->routes[index] : NULL;
}

/* --- matching --- */

/* The path cut at its slashes, not yet decoded: an escaped slash stays inside its segment. */
struct cut_path {
    const char *at[SEGMENTS_MAX];
    size_t length[SEGMENTS_MAX];
    size_t count;
    const char *end;
};

/* false when it is no absolute path. Beyond SEGMENTS_MAX the last segment keeps the rest. */
static bool cut(const char *path, struct cut_path *cut)
{
    *cut = (struct cut_path){.end = path + strlen(path)};
    if (path[0] != '/')
        return false;
    while (*path == '/') {
        path++;
        bool last = cut->count == SEGMENTS_MAX - 1;
        size_t length = last ? strlen(path) : strcspn(path, "/");
        cut->at[cut->count] = path;
        cut->length[cut->count] = length;
        cut->count++;
        path += length;
    }
    return true;
}

static bool fits(const struct entry *entry, const struct cut_path *path)
{
    for (size_t i = 0; i < entry->segment_count; i++) {
        const struct segment *segment = &entry->segments[i];
        if (i >= path->count || (segment->parameter && path->length[i] == 0))
            return false;
        if (segment->rest)
            return true;
        if (!segment->parameter &&
            (segment->length != path->length[i] || memcmp(segment->text, path->at[i], segment->length) != 0))
            return false;
    }
    return path->count == entry->segment_count;
}

static enum route_verdict take_parameters(const struct entry *entry, const struct cut_path *path,
                                          TALLOC_CTX *context, struct http_pairs *parameters)
{
    for (size_t i = 0; i < entry->segment_count; i++) {
        const struct segment *segment = &entry->segments[i];
        if (!segment->parameter)
            continue;
        size_t length = segment->rest ? (size_t)(path->end - path->at[i]) : path->length[i];
        const char *value = parse_percent(context, path->at[i], length, false, false);
        if (value == NULL || (!segment->rest && strchr(value, '/') != NULL))
            return ROUTE_BAD_PATH;
        struct ra_error error = {0};
        const char *name = talloc_strndup(context, segment->text, segment->length);
        if (name == NULL || !pairs_add(context, parameters, name, value, &error))
            return ROUTE_NO_MEMORY;
    }
    return ROUTE_FOUND;
}

/* "GET, HEAD, POST" of every method that this very path has. */
static const char *allowed(const struct router *router, TALLOC_CTX *context, const struct cut_path *path)
{
    bool present[METHOD_COUNT] = {false};
    for (size_t i = 0; i < router->entry_count; i++) {
        if (fits(&router->entries[i], path))
            present[router->entries[i].method] = true;
    }
    char *text = talloc_strdup(context, "");
    for (size_t i = 0; i < METHOD_COUNT && text != NULL; i++) {
        if (present[i])
            text = talloc_asprintf_append(text, "%s%s%s", text[0] != '\0' ? ", " : "", method_names[i],
                                          i == HTTP_GET ? ", HEAD" : "");
    }
    return text;
}

static bool method_fits(enum http_method method, const char *word)
{
    return strcmp(method_names[method], word) == 0 || (method == HTTP_GET && strcmp(word, "HEAD") == 0);
}

struct route_match router_match(const struct router *router, TALLOC_CTX *context, const char *method,
                                const char *path)
{
    struct route_match match = {.verdict = ROUTE_UNKNOWN, .face = router_face_of(path)};
    struct cut_path pieces;
    if (!cut(path, &pieces)) {
        match.verdict = ROUTE_BAD_PATH;
        return match;
    }
    const struct entry *path_fits = NULL;
    for (size_t i = 0; i < router->entry_count; i++) {
        const struct entry *entry = &router->entries[i];
        /* Only routes of the most specific shape count: /pedido/novo is never /pedido/{code}. */
        if (!fits(entry, &pieces) || (path_fits != NULL && compare_shapes(path_fits, entry) != 0))
            continue;
        path_fits = entry;
        if (!method_fits(entry->method, method))
            continue;
        match.route = entry->route;
        match.face = entry->face;
        match.verdict = take_parameters(entry, &pieces, context, &match.parameters);
        return match;
    }
    if (path_fits != NULL) {
        match.verdict = ROUTE_OTHER_METHODS;
        match.face = path_fits->face;
        match.allow = allowed(router, context, &pieces);
    }
    return match;
}
