/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * LEIAME.txt of an audit export: how to check it with openssl and any RFC 6962 tool alone.
 */
#ifndef AUDIT_EXPORT_TEXT_H
#define AUDIT_EXPORT_TEXT_H

extern const char export_readme[];

#endif
