/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Logic-less templates, a subset of Mustache: {{name}}, {{a.b}}, {{.}}, {{#section}}…{{/section}},
 * {{^inverted}}…{{/inverted}}, {{> partial}}, {{! comment}}. Everything inserted is escaped; there is no way
 * to insert markup: {{{x}}} and {{& x}} are refused when the file is read.
 *
 * NAME.html is HTML and escapes for it (quote your attributes); NAME.txt is plain text for mails and inserts
 * as is, control characters apart. Partials come from files of the same kind. Names are paths relative to the
 * folder: "pedido", "mail/convite".
 *
 * Empty, for sections: absent, null, false, 0, "", []. A section over an array repeats, over an object or
 * text enters it. A name is looked up from the innermost context outwards.
 *
 * Thread rules: loaded once, constant afterwards; rendering is safe from any thread.
 */
#ifndef HTTP_TEMPLATE_H
#define HTTP_TEMPLATE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <jansson.h>
#include <talloc.h>

struct templates;

enum template_kind { TEMPLATE_HTML, TEMPLATE_TEXT };

enum {
    TEMPLATE_OUTPUT_MAX = 4 << 20, /* bytes of one rendering */
    TEMPLATE_DEPTH_MAX = 24,       /* sections and partials within each other */
};

/* Reads and parses every .html and .txt below `folder`. A syntax error or a partial that does not exist fails
 * with file and line. */
RA_MUST_CHECK bool templates_load(TALLOC_CTX *context, const char *folder, struct templates **templates,
                                  struct ra_error *error);

bool templates_have(const struct templates *templates, enum template_kind kind, const char *name);

/* The text on `context`, with `*length` bytes and a NUL beyond. */
RA_MUST_CHECK bool template_render(const struct templates *templates, enum template_kind kind,
                                   const char *name, const json_t *model, TALLOC_CTX *context,
                                   struct bytes *output, struct ra_error *error);

#endif
