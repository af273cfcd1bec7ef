/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model in words: what both faces, the painted one and the line mode, say of a person, an item, an hour.
 * Pure; texts on the context given, "" when memory ran out.
 */
#ifndef RA_CLI_SCREEN_WORDS_VIEW_H
#define RA_CLI_SCREEN_WORDS_VIEW_H

#include "ra-cli/screen/model.h"

/* "" for a text that memory had no room for. */
const char *words_or_nothing(const char *text);

/* One character for a state of the queue; the word goes with it. */
const char *queue_mark(const char *state);

/* "[x]", "[ ]", "[!]", "[-]" or, for a question, "[?]". */
const char *row_mark(const struct screen_row *row);

/* The same in a word, for ears: "feito", "falta", "rejeitado", "dispensado"; "pergunta" or "respondida". */
const char *row_word(const struct screen_row *row);

/* The first sentence of what the item asks, or the question with its answer. */
const char *row_text(TALLOC_CTX *context, const struct screen_row *row);

/* Whose item it is: "Titular", "Empresa" … */
const char *row_person(TALLOC_CTX *context, const struct screen_row *row);

/* What serves, what is missing, why, where from: the lines under the list. With what the item asks, where the
 * list cuts it. */
const char *row_detail(TALLOC_CTX *context, const struct screen_row *row, bool with_text);

/* What is left of the hour promised: "faltam 42:10", "ATRASO 3:05"; "" where no clock runs. `deadline` as
 * the API writes it. */
const char *hour_left(TALLOC_CTX *context, const char *deadline, int64_t now_s);

/* "esperando há 12 min · 80+ · Libras" of somebody in the queue: the state, with who serves or since when
 * somebody waits, then what is so of the person; the other way round where a line may end early. */
const char *words_standing(TALLOC_CTX *context, const struct screen_model *model, const json_t *item,
                           const char *between, bool person_first);

/* "14:05:09" at the place whose offset stands at the end of `stamp` (an instant as the API writes it), in
 * UTC where it has none. */
const char *clock_at(TALLOC_CTX *context, const char *stamp, int64_t now_s);

/* How to call whom an item or a holder is: the social name where there is one. */
const char *words_called(const json_t *who);

/* "B001 MARINA PRADO": how a case is called on its tab. */
const char *case_name(TALLOC_CTX *context, const struct screen_model *model, const struct screen_case *kase);

/* The case in three lines: who and what; the states; how to reach whom. Of a name for which `width` has no
 * room the beginning, so that CPF and order are always there; SIZE_MAX: whole. */
const char *case_head(TALLOC_CTX *context, const struct screen_case *kase, size_t line, size_t width);

/* "4 de 11 itens" */
const char *case_count(TALLOC_CTX *context, const struct screen_case *kase);

/* "ac, psbio" of an array of texts. */
const char *words_list(TALLOC_CTX *context, const json_t *list);

/* What the shift must know beside the queue, one line at each `at`: what is down, then the warnings of the
 * day. NULL after the last. */
const char *words_notice(TALLOC_CTX *context, const json_t *queue, size_t at);

/* "Passagem, de ANA: …"; "" where nobody left a note. */
const char *words_handover(TALLOC_CTX *context, const json_t *queue);

/* The keys that work now, the most useful first, as many as fit in `width` columns. */
const char *keys_line(TALLOC_CTX *context, const struct screen_model *model, size_t width);

#endif
