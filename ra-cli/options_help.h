/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lines of help, made of the table of commands. For the main thread.
 */
#ifndef RA_CLI_OPTIONS_HELP_H
#define RA_CLI_OPTIONS_HELP_H

#include "ra-cli/commands.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

void help_all(FILE *out);
void help_command(FILE *out, const struct cli_command *command);

/* The lines of every command whose name begins with these whole words: "token" is nine of them. How many. */
size_t help_commands(FILE *out, const char *words);

/* The names of those commands, with commas, as many as there is room for; false for none. */
bool help_names(const char *words, char *names, size_t size);

#endif
