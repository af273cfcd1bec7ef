/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who is known to PSBio (rules 3.1 and 3.6). Silence says nothing here: data that nobody was asked about
 * count as changed.
 */
#include "identification/evidence.h"
#include "identification/identification.h"
#include "identification/judged_case.h"

#include <string.h>

static bool is_unchanged(const struct engine_case *facts, const char *person_id)
{
    bool unchanged = false;
    for (size_t i = 0; i < facts->answer_count; i++)
        if (strcmp(facts->answers[i].person_id, person_id) == 0 &&
            strcmp(facts->answers[i].key, "data_changed") == 0)
            unchanged = strcmp(facts->answers[i].value, "no") == 0;
    return unchanged;
}

static bool is_matched(const struct engine_case *facts, const struct engine_person *person)
{
    const struct engine_consultation *last = evidence_last_consultation(facts, person->id, "psbio");
    return last != NULL && strcmp(last->result, "ok") == 0 && is_unchanged(facts, person->id);
}

bool identification_everybody_matched(struct http_request *request, const struct order *order, bool *matched,
                                      struct ra_error *error)
{
    struct judged_case judged;
    *matched = false;
    if (!judged_case_read(request, order, &judged, error))
        return false;
    size_t count = 0;
    for (size_t i = 0; i < judged.facts.people_count; i++) {
        const struct engine_person *person = &judged.facts.people[i];
        if (person->role == RULES_ROLE_COMPANY || person->role == RULES_ROLE_INTERPRETER)
            continue;
        if (!is_matched(&judged.facts, person))
            return true;
        count++;
    }
    *matched = count > 0;
    return true;
}
