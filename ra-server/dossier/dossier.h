/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The room that packs one whole case for somebody outside (an auditor, the AC, a judge): it reads what the
 * other rooms hold and changes nothing. The package's format and its verification are pki/audit's.
 */
#ifndef DOSSIER_DOSSIER_H
#define DOSSIER_DOSSIER_H

#include "rooms.h"

extern const struct room dossier_room;

#endif
