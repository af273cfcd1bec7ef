/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mail as bytes (RFC 5322, 2045, 2047, 6047): headers, and
 *     multipart/mixed { multipart/alternative { text/plain, text/html, text/calendar; method=… }, attachment
 * .ics } or the alternative alone where there is no invitation. Pure: the same input gives the same bytes,
 * whether they go to a mail server or into a file.
 */
#ifndef NOTICE_NOTICE_MESSAGE_H
#define NOTICE_NOTICE_MESSAGE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <stdint.h>
#include <talloc.h>

/* Texts are borrowed, UTF-8; line ends are LF. Addresses are ASCII without control characters. */
struct notice_message {
    const char *from_name;
    const char *from;
    const char *to;
    const char *subject;
    const char *message_id; /* without the angle brackets */
    int64_t at_us;
    const char *text;
    const char *html;
    const char *calendar_method; /* "" without an invitation */
    struct bytes calendar;       /* CRLF lines */
};

RA_MUST_CHECK bool notice_message_write(TALLOC_CTX *context, const struct notice_message *message,
                                        struct bytes *output, struct ra_error *error);

/* A header's value: as it is when it is printable ASCII, else RFC 2047 encoded words of at most 75 characters
 * that never cut a character, folded. On `context`; NULL when memory ran out. */
char *notice_header_text(TALLOC_CTX *context, const char *text);

/* RFC 2045 6.7: lines of at most 76 characters, CRLF; LF and CRLF in the input are line ends. On `context`;
 * NULL when memory ran out. */
char *notice_quoted_printable(TALLOC_CTX *context, const char *text);

#endif
