/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of the API as agents say them. What is not in the table is shown as it came.
 */
#ifndef RA_CLI_WORDS_H
#define RA_CLI_WORDS_H

/* Portuguese for a state of one of the five machines ("awaiting_payment") or a word of the queue; "" for
 * NULL. */
const char *words_state(const char *state);

/* A person's part in a case ("holder"), a fraud's kind ("attempt", "realised"). */
const char *words_role(const char *role);
const char *words_fraud(const char *kind);

/* An act of the counter that undo takes back, with its article ("a chamada"); the word itself for another. */
const char *words_act(const char *act);

#endif
