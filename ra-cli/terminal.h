/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text from outside on a terminal. Names and notes come from strangers: control characters, escape sequences
 * and direction marks must not reach the agent's screen.
 */
#ifndef RA_CLI_TERMINAL_H
#define RA_CLI_TERMINAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Writes UTF-8 text with every C0/C1 control, DEL, bidirectional mark and invalid byte shown as \x{…}. */
void terminal_text(FILE *out, const char *text);

/* The same, padded with blanks (or cut with an ellipsis) to `width` columns. */
void terminal_column(FILE *out, const char *text, size_t width);

/* A value in a sentence: `before` and `after` are the program's own words and go as they are. */
void terminal_say(FILE *out, const char *before, const char *value, const char *after);

/* A line of JSON in which those characters stand as \uXXXX: to a program the value is what it was. false:
 * there is no memory, and nothing was written. */
bool terminal_json(FILE *out, const json_t *value);

/* Lines that are made already, `size` bytes with a NUL behind them, of whatever was put into them: ends of
 * lines stay, everything that terminal_text shows as \x{…} is shown so here too. */
void terminal_sheet(FILE *out, const char *text, size_t size);

enum { TERMINAL_USUAL = 80 };

/* Columns of the terminal behind `out`, 40 to 120; 80 where there is none. */
size_t terminal_width(FILE *out);

/* Words of `text`, wrapped at `width` columns: `column` of the first line are taken already, each further
 * line begins with `indent` blanks. Ends the line. */
void terminal_paragraph(FILE *out, const char *text, size_t column, size_t indent, size_t width);

/* Asks a yes/no question on the controlling terminal; false without one. */
bool terminal_confirm(const char *question);

/* Reads one line without echo from the controlling terminal. false without one or at end of file. The buffer
 * is the caller's to wipe. */
bool terminal_secret(const char *prompt, char *buffer, size_t size);

#endif
