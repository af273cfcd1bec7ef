/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An AC without CMP: people take the PKCS#10 of an approved order to its portal and bring back the file with
 * the certificate, which finds its order by the key. The signer judges it as one that came by CMP.
 */
#ifndef ISSUANCE_PORTAL_H
#define ISSUANCE_PORTAL_H

#include "http/http.h"

http_handler portal_pending; /* what the AC has and has not answered */
http_handler portal_request; /* the PKCS#10 of one order, PEM */
http_handler portal_answer;  /* a file of the AC: {"file": base64} */

#endif
