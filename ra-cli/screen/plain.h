/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The counter in lines, for screen readers and Braille displays: what is in hand, numbered; what may be done,
 * with its letter; one line typed at a time. Nothing is painted, nothing moves, nothing is told by colour.
 */
#ifndef RA_CLI_SCREEN_PLAIN_H
#define RA_CLI_SCREEN_PLAIN_H

#include "ra-cli/screen/session.h"

void plain_run(struct session *session);

#endif
