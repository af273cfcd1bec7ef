/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The square that a holder shows on arrival: the address of his order's page, which the counter reads as the
 * order's code (ISO/IEC 18004, level M).
 */
#ifndef DESK_QR_H
#define DESK_QR_H

#include "orders/orders.h"
#include "pki/base/error.h"

#include <stdbool.h>
#include <talloc.h>

/* An SVG of the text on `context`, black on white with the quiet zone of four modules; NULL when it does not
 * fit or memory ran out. */
char *desk_qr_svg(TALLOC_CTX *context, const char *text);

/* What a reader types of our square: the address of the order's page, or of its emission (what follows a '#'
 * is not looked at), or the code alone. */
bool desk_qr_read(const char *text, char code[ORDERS_CODE_SIZE]);

#endif
