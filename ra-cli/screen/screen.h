/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The counter on a terminal: what ra-cli opens without a command.
 */
#ifndef RA_CLI_SCREEN_SCREEN_H
#define RA_CLI_SCREEN_SCREEN_H

#include "ra-cli/cli.h"

/* Runs until the agent leaves. `plain`: lines and numbered menus instead of a painted screen, for screen
 * readers and Braille displays. */
RA_MUST_CHECK bool screen_run(struct cli *cli, bool plain, struct ra_error *error);

#endif
