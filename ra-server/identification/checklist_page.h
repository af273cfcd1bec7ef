/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The page of what to bring: the engine's answer to an imagined case, put in the order in which a citizen
 * prepares himself, and the questions that change it. Pure but for the query.
 */
#ifndef IDENTIFICATION_CHECKLIST_PAGE_H
#define IDENTIFICATION_CHECKLIST_PAGE_H

#include "http/http.h"
#include "identification/engine.h"

/* Adds "questions": [{"key","question","hint","options":[{"value","label","selected"}]}]. */
void checklist_page_questions(const struct http_request *request, const struct engine_verdict *verdict,
                              json_t *model);

/* Adds "who" and "expect" (lists of items) and "bring": [{"heading","items"}]. `items` is the API's list, one
 * for each item of the verdict, in its order. */
void checklist_page_groups(const struct engine_verdict *verdict, const json_t *items, json_t *model);

#endif
