/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A leaf's event and detail in the words of the screens and the hour of the office, for who reads report.pdf:
 * "Sessão marcada · início: 27/11/2026, 8h, modo: presencial". Digests and ids are cut short; the whole ones
 * stand in events.jsonl under the same leaf. What has no words here is shown as it came.
 *
 * Pure; safe in any thread.
 */
#ifndef AUDIT_REPORT_WORDS_H
#define AUDIT_REPORT_WORDS_H

#include <jansson.h>
#include <talloc.h>

/* Portuguese for the word of a leaf's event, for the name of a member of its detail, for a word that such a
 * member may hold; what was given where none is known. */
const char *report_event(const char *event);
const char *report_label(const char *member);
const char *report_value(const char *word);

/* Event and detail as one line on `context`; NULL when memory ran out. */
char *report_act(TALLOC_CTX *context, const char *event, json_t *detail, int offset_s);

#endif
