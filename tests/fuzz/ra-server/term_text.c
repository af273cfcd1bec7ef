/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lines of a term: what is accepted has a title and a footer, and every fact a label.
 */
#include "term/term_text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {0};
    struct term_blocks blocks;
    if (size > TERM_TEXT_MAX)
        return 0;
    TALLOC_CTX *context = talloc_new(NULL);
    if (term_blocks_read(context, (struct bytes){data, size}, &blocks, &error)) {
        if (term_blocks_first(&blocks, TERM_TITLE)[0] == '\0')
            abort();
        for (size_t at = 0; at < blocks.count; at++) {
            const struct term_block *block = &blocks.items[at];
            if (block->kind >= TERM_BLOCK_KIND_COUNT || strchr(block->text, '\n') != NULL)
                abort();
        }
    }
    talloc_free(context);
    return 0;
}
