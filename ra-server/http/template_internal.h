/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parsed form of templates, shared by parser (template.c) and renderer (template_render.c): parse, link,
 * run. A template that is in no file (tests, fuzzing) goes the same way.
 */
#ifndef HTTP_TEMPLATE_INTERNAL_H
#define HTTP_TEMPLATE_INTERNAL_H

#include "http/template.h"

enum node_kind { NODE_TEXT, NODE_VALUE, NODE_SECTION, NODE_INVERTED, NODE_PARTIAL };

struct template;

struct node {
    enum node_kind kind;
    const char *text; /* literal text (not NUL-terminated), or the name */
    size_t length;
    unsigned line;
    struct node *children; /* of sections */
    size_t child_count;
    const struct template *partial;
};

struct template
{
    enum template_kind kind;
    const char *name;
    struct node *nodes;
    size_t node_count;
};

struct templates {
    struct template **items;
    size_t count;
};

/* Parses `source` (which must outlive the template) into `template`. */
RA_MUST_CHECK bool template_parse(TALLOC_CTX *context, const char *source, size_t length,
                                  struct template *template, struct ra_error *error);

/* Finds the partials of a parsed template among `templates`; one that is not there is refused. */
RA_MUST_CHECK bool template_link(const struct templates *templates, const struct template *template,
                                 struct ra_error *error);

/* Renders a parsed and linked template. */
RA_MUST_CHECK bool template_run(const struct template *template, const json_t *model, TALLOC_CTX *context,
                                struct bytes *output, struct ra_error *error);

#endif
