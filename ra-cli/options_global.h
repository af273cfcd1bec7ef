/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The options before the command: which instance, and who asks.
 */
#ifndef RA_CLI_OPTIONS_GLOBAL_H
#define RA_CLI_OPTIONS_GLOBAL_H

#include "ra-cli/cli.h"

/* As they were given; NULL: not. */
struct options_globals {
    const char *as;
    const char *identity;
    const char *ca;
    const char *server;
    const char *station;
    const char *home;
    const char *scanner;
};

/* Where the value of "--server" and its like goes; NULL for a word that is none of them. */
const char **options_global_slot(struct options_globals *globals, const char *name);

/* Identity, trust, server, station and clock, from what was given or from where the program stands. False:
 * what was wrong was said. */
bool options_resolve(struct cli *cli, const struct options_globals *globals);

/* Says what was wrong with the command line (options_wrong); always false. `which` may be NULL. */
bool options_refuse(const char *what, const char *which);

#endif
