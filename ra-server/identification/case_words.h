/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stable words of a dossier as agents read them on the page of a case, in Portuguese. Static texts; a
 * word that is not known comes back as it is. Pure, any thread.
 */
#ifndef IDENTIFICATION_CASE_WORDS_H
#define IDENTIFICATION_CASE_WORDS_H

#include "identification/ruleset.h"

/* A state in words and the colour that goes with them: "success", "warning", "danger" or "". */
struct words_state {
    const char *label;
    const char *tone;
};

struct words_state words_of_item(const char *state, bool required);
struct words_state words_of_identification(const char *state);

const char *words_of_role(enum rules_role role);
const char *words_of_sides(const char *sides);
const char *words_of_result(const char *result);

#endif
