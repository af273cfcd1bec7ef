/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the holder's CSR to the certificate (protocol 3, 6; design 2.9, 2.10). The row of the intent is there
 * before the signer is asked; the signer, apart, decides and builds the request to the AC; this room carries
 * its sealed messages to the AC and back. After a crash at any point a job brings every order to one known
 * state.
 */
#ifndef ISSUANCE_ISSUANCE_H
#define ISSUANCE_ISSUANCE_H

#include "rooms.h"

extern const struct room issuance_room;

#endif
