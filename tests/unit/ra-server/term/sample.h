/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A person's and a company's case, and the term's text that the template makes of each.
 */
#ifndef TESTS_TERM_SAMPLE_H
#define TESTS_TERM_SAMPLE_H

#include "term/term_text.h"

enum sample { SAMPLE_PERSON, SAMPLE_COMPANY, SAMPLE_COMPANY_ALONE, SAMPLE_MINOR, SAMPLES };

/* Facts with constant texts. */
struct term_facts sample_facts(enum sample sample);

/* Text and blocks through web/templates/term, asserted; on `context`. */
struct bytes sample_text(TALLOC_CTX *context, enum sample sample);
struct term_blocks sample_blocks(TALLOC_CTX *context, enum sample sample);

#endif
