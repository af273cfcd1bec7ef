/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text from outside made harmless: strict UTF-8 decoding, and copies that no terminal and no page can be
 * fooled by. Pure functions, safe in any thread.
 */
#ifndef PKI_CERTIFICATE_TEXT_H
#define PKI_CERTIFICATE_TEXT_H

#include "pki/base/bytes.h"

/* Decodes the code point at `at` (below input.length); returns its size in bytes, 0 when it is not
 * well-formed UTF-8 (overlong forms, surrogates and values above U+10FFFF included). */
size_t utf8_next(struct bytes input, size_t at, uint32_t *point);

/* Characters of a well-formed text, not bytes: as the tables of the database count them. */
size_t utf8_count(const char *text);

/* A copy on `context` as NUL-terminated UTF-8: control and format characters, line separators and malformed
 * bytes become '?'. *changed, when given, tells whether any did. NULL when memory ran out. */
char *text_printable(TALLOC_CTX *context, struct bytes input, bool *changed);

/* The same, where only printable ASCII may stay. Exactly input.length characters. */
char *text_ascii(TALLOC_CTX *context, struct bytes input, bool *changed);

#endif
