/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a camera was held: the orientation in a JPEG's Exif block (CIPA DC-008, tag 274). Telephones store the
 * picture as the sensor saw it and say here how to turn it; whoever writes the picture anew must turn it
 * first.
 *
 * Pure; any bytes may be given. Thread rules: none.
 */
#ifndef RA_CLI_EXIF_H
#define RA_CLI_EXIF_H

#include "pki/base/bytes.h"

/* 1 to 8 as Exif counts; 1 (as stored) when nothing, or nothing that can be understood, is said. */
int exif_orientation(struct bytes jpeg);

#endif
