/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/template_internal.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_CAPACITY = 4096 };

struct renderer {
    TALLOC_CTX *context;
    const struct template *template; /* for messages; of the outermost file */
    enum template_kind kind;
    const json_t *stack[4 * TEMPLATE_DEPTH_MAX];
    size_t depth;     /* contexts on the stack */
    unsigned nesting; /* partials within each other */
    char *output;
    size_t length;
    size_t capacity;
    struct ra_error *error;
};

/* --- output --- */

static bool reserve(struct renderer *renderer, size_t more)
{
    size_t wanted = renderer->length + more + 1;
    if (wanted > TEMPLATE_OUTPUT_MAX) {
        ra_fail(renderer->error, RA_INTERNAL, "%s makes more than %d bytes", renderer->template->name,
                (int)TEMPLATE_OUTPUT_MAX);
        return false;
    }
    if (wanted <= renderer->capacity)
        return true;
    size_t capacity = renderer->capacity > 0 ? renderer->capacity : FIRST_CAPACITY;
    while (capacity < wanted)
        capacity *= 2;
    char *grown = talloc_realloc_size(renderer->context, renderer->output, capacity);
    if (grown == NULL) {
        ra_fail(renderer->error, RA_NO_MEMORY, "template");
        return false;
    }
    renderer->output = grown;
    renderer->capacity = capacity;
    return true;
}

static bool put(struct renderer *renderer, const char *text, size_t length)
{
    if (!reserve(renderer, length))
        return false;
    memcpy(renderer->output + renderer->length, text, length);
    renderer->length += length;
    return true;
}

static const char *html_escape(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '`':
        return "&#96;";
    case '=':
        return "&#61;";
    default:
        return NULL;
    }
}

/* Control characters (ANSI escapes in a name) show as the replacement character. */
static const char *replacement(enum template_kind kind, char byte)
{
    unsigned char value = (unsigned char)byte;
    if ((value < 0x20 && value != '\n' && value != '\t' && value != '\r') || value == 0x7F)
        return "\xEF\xBF\xBD";
    return kind == TEMPLATE_HTML ? html_escape(byte) : NULL;
}

static bool put_escaped(struct renderer *renderer, const char *text, size_t length)
{
    size_t plain = 0;
    for (size_t i = 0; i < length; i++) {
        const char *instead = replacement(renderer->kind, text[i]);
        if (instead == NULL)
            continue;
        if (!put(renderer, text + plain, i - plain) || !put(renderer, instead, strlen(instead)))
            return false;
        plain = i + 1;
    }
    return put(renderer, text + plain, length - plain);
}

/* --- values --- */

/* The first part of a dotted name is looked up from the inside out, the others strictly below it. */
static const json_t *look_up(const struct renderer *renderer, const char *name, size_t length)
{
    if (length == 1 && name[0] == '.')
        return renderer->stack[renderer->depth - 1];
    const char *dot = memchr(name, '.', length);
    size_t first = dot != NULL ? (size_t)(dot - name) : length;
    const json_t *value = NULL;
    for (size_t i = renderer->depth; i > 0 && value == NULL; i--)
        value = json_object_getn(renderer->stack[i - 1], name, first);
    while (value != NULL && first < length) {
        name += first + 1;
        length -= first + 1;
        dot = memchr(name, '.', length);
        first = dot != NULL ? (size_t)(dot - name) : length;
        value = json_object_getn(value, name, first);
    }
    return value;
}

static bool is_empty(const json_t *value)
{
    if (value == NULL)
        return true;
    switch (json_typeof(value)) {
    case JSON_NULL:
    case JSON_FALSE:
        return true;
    case JSON_TRUE:
    case JSON_OBJECT:
        return false;
    case JSON_ARRAY:
        return json_array_size(value) == 0;
    case JSON_STRING:
        return json_string_length(value) == 0;
    case JSON_INTEGER:
        return json_integer_value(value) == 0;
    case JSON_REAL:
        return json_real_value(value) == 0.0;
    }
    return true;
}

static bool put_value(struct renderer *renderer, const json_t *value)
{
    char number[48];
    if (value == NULL)
        return true;
    switch (json_typeof(value)) {
    case JSON_STRING:
        return put_escaped(renderer, json_string_value(value), json_string_length(value));
    case JSON_INTEGER:
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return put(renderer, number, strlen(number));
    case JSON_REAL:
        snprintf(number, sizeof number, "%.15g", json_real_value(value));
        return put(renderer, number, strlen(number));
    case JSON_TRUE:
        return put(renderer, "true", 4);
    case JSON_FALSE:
    case JSON_NULL:
    case JSON_OBJECT:
    case JSON_ARRAY:
        return true;
    }
    return true;
}

/* --- nodes --- */

static bool run_nodes(struct renderer *renderer, const struct node *nodes, size_t count);

static bool run_in(struct renderer *renderer, const struct node *node, const json_t *inner)
{
    if (renderer->depth == sizeof renderer->stack / sizeof renderer->stack[0])
        return ra_fail(renderer->error, RA_INTERNAL, "%s: sections too deep", renderer->template->name);
    renderer->stack[renderer->depth++] = inner;
    bool done = run_nodes(renderer, node->children, node->child_count);
    renderer->depth--;
    return done;
}

static bool run_section(struct renderer *renderer, const struct node *node, const json_t *value)
{
    if (is_empty(value))
        return true;
    if (!json_is_array(value))
        return run_in(renderer, node, value);
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!run_in(renderer, node, json_array_get(value, i)))
            return false;
    }
    return true;
}

static bool run_partial(struct renderer *renderer, const struct template *partial)
{
    if (renderer->nesting == TEMPLATE_DEPTH_MAX)
        return ra_fail(renderer->error, RA_INTERNAL, "%s: partials too deep", renderer->template->name);
    renderer->nesting++;
    bool done = run_nodes(renderer, partial->nodes, partial->node_count);
    renderer->nesting--;
    return done;
}

static bool run_node(struct renderer *renderer, const struct node *node)
{
    switch (node->kind) {
    case NODE_TEXT:
        return put(renderer, node->text, node->length);
    case NODE_VALUE:
        return put_value(renderer, look_up(renderer, node->text, node->length));
    case NODE_SECTION:
        return run_section(renderer, node, look_up(renderer, node->text, node->length));
    case NODE_INVERTED:
        return !is_empty(look_up(renderer, node->text, node->length)) ||
               run_nodes(renderer, node->children, node->child_count);
    case NODE_PARTIAL:
        return run_partial(renderer, node->partial);
    }
    return ra_fail(renderer->error, RA_INTERNAL, "template node of no kind");
}

static bool run_nodes(struct renderer *renderer, const struct node *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!run_node(renderer, &nodes[i]))
            return false;
    }
    return true;
}

bool template_run(const struct template *template, const json_t *model, TALLOC_CTX *context,
                  struct bytes *output, struct ra_error *error)
{
    struct renderer renderer = {.context = context,
                                .template = template,
                                .kind = template->kind,
                                .stack = {model},
                                .depth = 1,
                                .error = error};
    if (!reserve(&renderer, 0) || !run_nodes(&renderer, template->nodes, template->node_count)) {
        talloc_free(renderer.output);
        return false;
    }
    renderer.output[renderer.length] = '\0';
    *output = (struct bytes){(const uint8_t *)renderer.output, renderer.length};
    return true;
}
