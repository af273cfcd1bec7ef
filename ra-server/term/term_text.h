/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The term as text: a model for the template web/templates/term, and the blocks of the rendered text. The
 * same text is what the emission page and ra-cli show, and what the PDF is set from.
 *
 * A line is a block; its mark says which (see the top of the template). Pure functions, safe in any thread.
 */
#ifndef TERM_TERM_TEXT_H
#define TERM_TERM_TEXT_H

#include "catalog/catalog.h"
#include "orders/orders.h"
#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <jansson.h>

/* X(identifier, "mark of the line") */
#define TERM_BLOCKS(X)                                                                                       \
    X(TERM_TITLE, "# ")                                                                                      \
    X(TERM_SUBTITLE, "> ")                                                                                   \
    X(TERM_NOTICE, "! ")                                                                                     \
    X(TERM_FOOTER, "% ")                                                                                     \
    X(TERM_SECTION, "## ")                                                                                   \
    X(TERM_FACT, "= ")                                                                                       \
    X(TERM_ITEM, "- ")                                                                                       \
    X(TERM_SIGN_HERE, "_ ")                                                                                  \
    X(TERM_ROW, "| ") /* TERM_ROW_CELLS of them, " | " between; the first of a run is its head */            \
    X(TERM_PARAGRAPH, "")

enum term_block_kind {
#define X(id, mark) id,
    TERM_BLOCKS(X)
#undef X
        TERM_BLOCK_KIND_COUNT
};

struct term_block {
    enum term_block_kind kind;
    const char *text;  /* of a fact: the value */
    const char *label; /* of a fact; "" otherwise */
};

struct term_blocks {
    size_t count;
    struct term_block *items;
};

enum { TERM_TEXT_MAX = 65536 /* bytes */, TERM_ROW_CELLS = 5 };

/* Everything on `context`. RA_INTERNAL when a fact has no " | ", or the text has no title or no footer: the
 * template is ours. */
RA_MUST_CHECK bool term_blocks_read(TALLOC_CTX *context, struct bytes text, struct term_blocks *blocks,
                                    struct ra_error *error);

/* The text of the first block of a kind; "" when there is none. */
const char *term_blocks_first(const struct term_blocks *blocks, enum term_block_kind kind);

/* Borrowed. */
struct term_facts {
    const struct order *order;
    const struct catalog_office *office;
    const char *instance;
    const char *agent;   /* who validates */
    const char *version; /* name of the text */
    const char *day;     /* YYYY-MM-DD, of the validation */
};

/* What the template reads; new reference, NULL when memory ran out. */
json_t *term_model(const struct term_facts *facts);

#endif
