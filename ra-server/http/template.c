/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/parse.h"
#include "http/template_internal.h"
#include "pki/base/file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { LARGEST_FILE = 1 << 20, FOLDER_DEPTH_MAX = 4 };

/* --- parsing --- */

/* A list of nodes that is being filled; sections stack them. */
struct level {
    struct node *nodes;
    size_t count;
    const char *section; /* name that must close it; NULL at the top */
    size_t section_length;
    enum node_kind kind;
    unsigned line;
};

struct parser {
    TALLOC_CTX *context;
    const char *name; /* of the template */
    const char *source;
    size_t length;
    size_t at;
    unsigned line; /* of `at` */
    struct level levels[TEMPLATE_DEPTH_MAX];
    size_t depth;
};

static bool refuse(const struct parser *parser, struct ra_error *error, const char *what)
{
    return ra_fail(error, RA_INVALID, "%s:%u: %s", parser->name, parser->line, what);
}

static bool add_node(struct parser *parser, struct node node, struct ra_error *error)
{
    struct level *level = &parser->levels[parser->depth];
    level->nodes = talloc_realloc(parser->context, level->nodes, struct node, (unsigned)level->count + 1);
    if (level->nodes == NULL)
        return ra_fail(error, RA_NO_MEMORY, "template");
    level->nodes[level->count++] = node;
    return true;
}

static bool add_text(struct parser *parser, size_t from, size_t to, struct ra_error *error)
{
    if (from >= to)
        return true;
    return add_node(
        parser, (struct node){.kind = NODE_TEXT, .text = parser->source + from, .length = to - from}, error);
}

static bool is_name(const char *name, size_t length, const char *further)
{
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)name[i]) && (name[i] == '\0' || strchr(further, name[i]) == NULL))
            return false;
    }
    return length > 0;
}

/* "a.b", without empty parts; or "." alone. */
static bool is_value_name(const char *name, size_t length)
{
    if (length == 1 && name[0] == '.')
        return true;
    for (size_t i = 0; i < length; i++) {
        if (name[i] == '.' && (i == 0 || i + 1 == length || name[i - 1] == '.'))
            return false;
    }
    return is_name(name, length, "._-");
}

static bool open_section(struct parser *parser, enum node_kind kind, const char *name, size_t length,
                         struct ra_error *error)
{
    if (parser->depth + 1 == TEMPLATE_DEPTH_MAX)
        return refuse(parser, error, "sections too deep");
    parser->levels[++parser->depth] =
        (struct level){.section = name, .section_length = length, .kind = kind, .line = parser->line};
    return true;
}

static bool close_section(struct parser *parser, const char *name, size_t length, struct ra_error *error)
{
    struct level *level = &parser->levels[parser->depth];
    if (level->section == NULL || level->section_length != length ||
        memcmp(level->section, name, length) != 0)
        return refuse(parser, error, "a section is closed that is not the open one");
    struct node node = {.kind = level->kind,
                        .text = level->section,
                        .length = level->section_length,
                        .line = level->line,
                        .children = level->nodes,
                        .child_count = level->count};
    parser->depth--;
    return add_node(parser, node, error);
}

/* One {{…}}: its kind by the first character. */
struct tag {
    char sigil; /* '#', '^', '/', '>', '!' or 0 for a value */
    const char *name;
    size_t length;
    size_t start; /* in the source */
    size_t end;
};

static bool read_tag(struct parser *parser, size_t start, struct tag *tag, struct ra_error *error)
{
    const char *inside = parser->source + start + 2;
    const char *end = memmem(inside, parser->length - start - 2, "}}", 2);
    if (end == NULL)
        return refuse(parser, error, "{{ without }}");
    *tag = (struct tag){.start = start, .end = (size_t)(end - parser->source) + 2};
    if (inside < end && (*inside == '{' || *inside == '&' || *inside == '='))
        return refuse(parser, error, "{{{, {{& and {{= do not exist here: everything is escaped");
    if (inside < end && *inside != '\0' && strchr("#^/>!", *inside) != NULL)
        tag->sigil = *inside++;
    while (inside < end && isspace((unsigned char)*inside))
        inside++;
    while (end > inside && isspace((unsigned char)end[-1]))
        end--;
    tag->name = inside;
    tag->length = (size_t)(end - inside);
    bool fits = tag->sigil == '!' || (tag->sigil == '>' ? is_name(tag->name, tag->length, "_-/")
                                                        : is_value_name(tag->name, tag->length));
    return fits || refuse(parser, error, "a name with characters that have no place in it");
}

/* A tag that is alone on its line takes the line with it (values excepted): `*from` is where the line starts,
 * `*to` where the next one does. */
static bool stands_alone(const struct parser *parser, const struct tag *tag, size_t *from, size_t *to)
{
    size_t start = tag->start;
    while (start > 0 && (parser->source[start - 1] == ' ' || parser->source[start - 1] == '\t'))
        start--;
    if (tag->sigil == '\0' || (start > 0 && parser->source[start - 1] != '\n'))
        return false;
    size_t end = tag->end;
    while (end < parser->length && strchr(" \t\r", parser->source[end]) != NULL &&
           parser->source[end] != '\0')
        end++;
    if (end < parser->length && parser->source[end] != '\n')
        return false;
    *from = start;
    *to = end < parser->length ? end + 1 : end;
    return true;
}

static bool take_tag(struct parser *parser, const struct tag *tag, struct ra_error *error)
{
    switch (tag->sigil) {
    case '#':
        return open_section(parser, NODE_SECTION, tag->name, tag->length, error);
    case '^':
        return open_section(parser, NODE_INVERTED, tag->name, tag->length, error);
    case '/':
        return close_section(parser, tag->name, tag->length, error);
    case '!':
        return true;
    default:
        return add_node(parser,
                        (struct node){.kind = tag->sigil == '>' ? NODE_PARTIAL : NODE_VALUE,
                                      .text = tag->name,
                                      .length = tag->length,
                                      .line = parser->line},
                        error);
    }
}

static void move_to(struct parser *parser, size_t at)
{
    for (; parser->at < at; parser->at++) {
        if (parser->source[parser->at] == '\n')
            parser->line++;
    }
}

bool template_parse(TALLOC_CTX *context, const char *source, size_t length, struct template *template,
                    struct ra_error *error)
{
    struct parser parser = {
        .context = context, .name = template->name, .source = source, .length = length, .line = 1};
    while (parser.at < length) {
        const char *open = memmem(source + parser.at, length - parser.at, "{{", 2);
        size_t from = open != NULL ? (size_t)(open - source) : length;
        size_t text_start = parser.at;
        if (open == NULL) {
            if (!add_text(&parser, text_start, length, error))
                return false;
            break;
        }
        move_to(&parser, from);
        struct tag tag = {0};
        if (!read_tag(&parser, from, &tag, error))
            return false;
        size_t to = tag.end;
        if (stands_alone(&parser, &tag, &from, &to) && from < text_start)
            from = text_start;
        if (!add_text(&parser, text_start, from, error) || !take_tag(&parser, &tag, error))
            return false;
        move_to(&parser, to);
    }
    if (parser.depth > 0) {
        parser.line = parser.levels[parser.depth].line;
        return refuse(&parser, error, "a section is not closed");
    }
    template->nodes = parser.levels[0].nodes;
    template->node_count = parser.levels[0].count;
    return true;
}

/* --- the folder --- */

static const struct template *find(const struct templates *templates, enum template_kind kind,
                                   const char *name, size_t length)
{
    for (size_t i = 0; i < templates->count; i++) {
        const struct template *template = templates->items[i];
        if (template->kind == kind && strlen(template->name) == length &&
            memcmp(template->name, name, length) == 0)
            return template;
    }
    return NULL;
}

bool templates_have(const struct templates *templates, enum template_kind kind, const char *name)
{
    return find(templates, kind, name, strlen(name)) != NULL;
}

static bool load_file(struct templates *templates, const char *path, const char *name, size_t name_length,
                      enum template_kind kind, struct ra_error *error)
{
    struct bytes content = {0};
    if (!file_read(templates, path, LARGEST_FILE, &content, error))
        return false;
    if (!is_utf8((const char *)content.data, content.length))
        return ra_fail(error, RA_INVALID, "%s is not UTF-8", path);
    struct template *template = talloc_zero(templates, struct template);
    templates->items =
        talloc_realloc(templates, templates->items, struct template *, (unsigned)templates->count + 1);
    if (template == NULL || templates->items == NULL)
        return ra_fail(error, RA_NO_MEMORY, "templates");
    templates->items[templates->count++] = template;
    template->kind = kind;
    template->name = talloc_strndup(template, name, name_length);
    if (template->name == NULL)
        return ra_fail(error, RA_NO_MEMORY, "templates");
    return template_parse(template, (const char *)content.data, content.length, template, error);
}

static bool load_entry(struct templates *templates, const char *folder, const char *prefix, const char *entry,
                       unsigned depth, struct ra_error *error);

static bool load_folder(struct templates *templates, const char *folder, const char *prefix, unsigned depth,
                        struct ra_error *error)
{
    DIR *open_folder = opendir(folder);
    if (open_folder == NULL)
        return ra_fail_errno(error, folder);
    bool done = true;
    for (struct dirent *entry; done && (entry = readdir(open_folder)) != NULL;) {
        if (entry->d_name[0] != '.')
            done = load_entry(templates, folder, prefix, entry->d_name, depth, error);
    }
    closedir(open_folder);
    return done;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

static bool load_entry(struct templates *templates, const char *folder, const char *prefix, const char *entry,
                       unsigned depth, struct ra_error *error)
{
    char *path = talloc_asprintf(templates, "%s/%s", folder, entry);
    char *name = talloc_asprintf(templates, "%s%s", prefix, entry);
    struct stat status;
    if (path == NULL || name == NULL)
        return ra_fail(error, RA_NO_MEMORY, "templates");
    if (stat(path, &status) != 0)
        return ra_fail_errno(error, path);
    if (S_ISDIR(status.st_mode)) {
        char *inner = talloc_asprintf(templates, "%s/", name);
        if (inner == NULL || depth == FOLDER_DEPTH_MAX)
            return ra_fail(error, RA_INVALID, "%s: folders too deep", path);
        return load_folder(templates, path, inner, depth + 1, error);
    }
    if (ends_with(entry, ".html"))
        return load_file(templates, path, name, strlen(name) - 5, TEMPLATE_HTML, error);
    if (ends_with(entry, ".txt"))
        return load_file(templates, path, name, strlen(name) - 4, TEMPLATE_TEXT, error);
    return true;
}

static bool link_nodes(const struct templates *templates, const struct template *template, struct node *nodes,
                       size_t count, struct ra_error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct node *node = &nodes[i];
        if (node->kind == NODE_PARTIAL) {
            node->partial = find(templates, template->kind, node->text, node->length);
            if (node->partial == NULL)
                return ra_fail(error, RA_INVALID, "%s:%u: there is no partial %.*s", template->name,
                               node->line, (int)node->length, node->text);
        }
        if (!link_nodes(templates, template, node->children, node->child_count, error))
            return false;
    }
    return true;
}

bool template_link(const struct templates *templates, const struct template *template, struct ra_error *error)
{
    return link_nodes(templates, template, template->nodes, template->node_count, error);
}

bool templates_load(TALLOC_CTX *context, const char *folder, struct templates **templates,
                    struct ra_error *error)
{
    struct templates *made = talloc_zero(context, struct templates);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "templates");
    bool done = load_folder(made, folder, "", 0, error);
    for (size_t i = 0; i < made->count && done; i++)
        done = template_link(made, made->items[i], error);
    if (!done) {
        talloc_free(made);
        return false;
    }
    *templates = made;
    return true;
}

bool template_render(const struct templates *templates, enum template_kind kind, const char *name,
                     const json_t *model, TALLOC_CTX *context, struct bytes *output, struct ra_error *error)
{
    const struct template *template = find(templates, kind, name, strlen(name));
    if (template == NULL)
        return ra_fail(error, RA_INTERNAL, "there is no template %s", name);
    return template_run(template, model, context, output, error);
}
