/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The compiler attributes that this project uses, under names that say what they ask for.
 */
#ifndef PKI_BASE_ATTRIBUTES_H
#define PKI_BASE_ATTRIBUTES_H

/* Whoever drops the result drops a failure. */
#define RA_MUST_CHECK __attribute__((warn_unused_result))

/* printf-style: position of the format, position of the first argument (0 for a va_list). */
#define RA_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

#endif
