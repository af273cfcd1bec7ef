/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is known of a case and of each person in it, as the tags that rules are written with (ruleset.h).
 * Pure, as the engine is.
 */
#ifndef IDENTIFICATION_ENGINE_TAGS_H
#define IDENTIFICATION_ENGINE_TAGS_H

#include "identification/engine.h"

/* The last answer to a question of the case ("" for `person_id`) or of a person; NULL: none. */
const char *engine_answer(const struct engine_case *of, const char *person_id, const char *key);

void engine_tag_case(const struct ruleset *ruleset, const struct engine_case *of, struct rules_tags *tags);

/* Those of the case, and the person's own. */
void engine_tag_person(const struct ruleset *ruleset, const struct engine_case *of,
                       const struct rules_tags *case_tags, const struct engine_person *person,
                       struct rules_tags *tags);

#endif
