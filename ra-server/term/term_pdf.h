/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The term as a PDF: A4, tagged (ISO 32000-1 14.8), language pt-BR, text that can be selected, fonts
 * embedded. The same blocks and the same day give the same bytes, in every process and every thread: that is
 * why a client may countersign what it was shown while the server makes it anew.
 *
 * Thread rules: any thread; one document is set at a time.
 */
#ifndef TERM_TERM_PDF_H
#define TERM_TERM_PDF_H

#include "term/term_text.h"

struct term_sheet {
    const char *fonts;  /* folder of Lato-Regular.ttf and Lato-Bold.ttf */
    const char *author; /* the registration authority */
    const char *day;    /* YYYY-MM-DD: the document's date */
};

/* On `context`. The folder of fonts is the same in the whole life of the process. RA_IO when a font is
 * missing, RA_INTERNAL when the library fails. */
RA_MUST_CHECK bool term_pdf(TALLOC_CTX *context, const struct term_blocks *blocks,
                            const struct term_sheet *sheet, struct bytes *pdf, struct ra_error *error);

#endif
