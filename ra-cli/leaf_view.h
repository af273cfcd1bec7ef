/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The leaves of a dossier for who is about to sign their root.
 */
#ifndef RA_CLI_LEAF_VIEW_H
#define RA_CLI_LEAF_VIEW_H

#include <stdio.h>

/* One line: what the leaf says, field by field. */
void leaf_show(FILE *out, const char *leaf);

#endif
