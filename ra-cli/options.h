/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line: global options, then a command of the table, then its own. Help comes from the same
 * table.
 */
#ifndef RA_CLI_OPTIONS_H
#define RA_CLI_OPTIONS_H

#include "ra-cli/cli.h"

enum options_outcome { OPTIONS_RUN, OPTIONS_SCREEN, OPTIONS_SCREEN_PLAIN, OPTIONS_HELP, OPTIONS_WRONG };

/* Fills `cli`, finds the command, reads its arguments. Usage errors and help are printed here. */
enum options_outcome options_parse(struct cli *cli, int argc, char **argv, const struct cli_command **command,
                                   struct cli_arguments *arguments);

/* What was wrong with the command line last, in one line; "" before anything was. One thread. */
const char *options_wrong(void);

/* Finds the command in `words` and reads its arguments, as from a command line without global options. The
 * words are borrowed by *arguments. */
bool options_command(struct cli *cli, int count, char **words, const struct cli_command **command,
                     struct cli_arguments *arguments);

#endif
