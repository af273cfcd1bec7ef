/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "notice/notice_message.h"

#include "catalog/local_time.h"

#include <stdio.h>
#include <string.h>

enum {
    QP_LINE_MAX = 76,
    WORD_OCTETS = 39 /* 64 characters with base64 and frame: fits behind "Subject: " */
};

/* --- headers --- */

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* How many octets of `text` go into one encoded word. */
static size_t word_length(const char *text)
{
    size_t length = strnlen(text, WORD_OCTETS);
    while (length > 0 && continues_character(text[length]))
        length--;
    return length;
}

char *notice_header_text(TALLOC_CTX *context, const char *text)
{
    if (is_plain(text))
        return talloc_strdup(context, text);
    char *output = talloc_strdup(context, "");
    while (output != NULL && *text != '\0') {
        size_t length = word_length(text);
        char *word = base64_encode(context, (struct bytes){(const uint8_t *)text, length});
        if (word == NULL || length == 0)
            return NULL;
        output = talloc_asprintf_append(output, "%s=?UTF-8?B?%s?=", output[0] != '\0' ? "\r\n " : "", word);
        text += length;
    }
    return output;
}

/* "Tue, 24 Nov 2026 11:20:00 +0000" */
static char *date_text(TALLOC_CTX *context, int64_t at_us)
{
    static const char *const days[] = {"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct local_time utc = local_time_of(at_us, 0);
    return talloc_asprintf(context, "%s, %d %s %d %02d:%02d:%02d +0000", days[utc.weekday], utc.day,
                           months[utc.month], utc.year, utc.hour, utc.minute, utc.second);
}

/* --- quoted-printable --- */

struct quoting {
    char *output;
    size_t used, column;
};

/* One unit (a character or =XX); a soft break before it where it would not fit. `last` units of a line may
 * use the column that a soft break would need. */
static void put_unit(struct quoting *quoting, const char *unit, size_t length, bool last)
{
    size_t room = last ? QP_LINE_MAX : QP_LINE_MAX - 1;
    if (quoting->column + length > room) {
        memcpy(quoting->output + quoting->used, "=\r\n", 3);
        quoting->used += 3;
        quoting->column = 0;
    }
    memcpy(quoting->output + quoting->used, unit, length);
    quoting->used += length;
    quoting->column += length;
}

static size_t line_end_length(const char *at)
{
    if (at[0] == '\n')
        return 1;
    return at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

char *notice_quoted_printable(TALLOC_CTX *context, const char *text)
{
    /* Three octets for each, and a soft break for every 25 of them at the most. */
    struct quoting quoting = {.output = talloc_size(context, strlen(text) * 4 + 8)};
    if (quoting.output == NULL)
        return NULL;
    for (const char *at = text; *at != '\0';) {
        size_t line_end = line_end_length(at);
        if (line_end > 0) {
            memcpy(quoting.output + quoting.used, "\r\n", 2);
            quoting.used += 2;
            quoting.column = 0;
            at += line_end;
            continue;
        }
        bool last = at[1] == '\0' || line_end_length(at + 1) > 0;
        bool blank_at_end = last && (*at == ' ' || *at == '\t');
        if (((*at >= ' ' && *at <= '~' && *at != '=') || *at == '\t') && !blank_at_end) {
            put_unit(&quoting, at, 1, last);
        } else {
            char escaped[4];
            snprintf(escaped, sizeof escaped, "=%02X", (unsigned char)*at);
            put_unit(&quoting, escaped, 3, last);
        }
        at++;
    }
    quoting.output[quoting.used] = '\0';
    return quoting.output;
}

/* --- parts --- */

static char *part(TALLOC_CTX *context, const char *boundary, const char *headers, const char *body)
{
    char *quoted = notice_quoted_printable(context, body);
    return quoted == NULL
               ? NULL
               : talloc_asprintf(context,
                                 "--%s\r\n%s\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n%s\r\n",
                                 boundary, headers, quoted);
}

/* "=_" cannot occur in quoted-printable, so no part can hold a boundary. */
static const char outer_boundary[] = "=_guiche_mixed";
static const char inner_boundary[] = "=_guiche_alternative";

static char *alternative(TALLOC_CTX *context, const struct notice_message *message, const char *calendar)
{
    char *text = part(context, inner_boundary, "Content-Type: text/plain; charset=UTF-8", message->text);
    char *html = part(context, inner_boundary, "Content-Type: text/html; charset=UTF-8", message->html);
    char *invitation = talloc_strdup(context, "");
    if (calendar != NULL)
        invitation = part(context, inner_boundary,
                          talloc_asprintf(context, "Content-Type: text/calendar; method=%s; charset=UTF-8",
                                          message->calendar_method),
                          calendar);
    if (text == NULL || html == NULL || invitation == NULL)
        return NULL;
    return talloc_asprintf(context,
                           "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n%s%s%s--%s--\r\n",
                           inner_boundary, text, html, invitation, inner_boundary);
}

static char *mixed(TALLOC_CTX *context, const struct notice_message *message)
{
    char *calendar = talloc_strndup(context, (const char *)message->calendar.data, message->calendar.length);
    char *first = calendar != NULL ? alternative(context, message, calendar) : NULL;
    char *file =
        calendar == NULL
            ? NULL
            : part(context, outer_boundary,
                   talloc_asprintf(context, "Content-Type: application/ics; name=\"atendimento.ics\"\r\n"
                                            "Content-Disposition: attachment; "
                                            "filename=\"atendimento.ics\""),
                   calendar);
    if (first == NULL || file == NULL)
        return NULL;
    return talloc_asprintf(context,
                           "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n--%s\r\n%s\r\n%s--%s--\r\n",
                           outer_boundary, outer_boundary, first, file, outer_boundary);
}

bool notice_message_write(TALLOC_CTX *context, const struct notice_message *message, struct bytes *output,
                          struct ra_error *error)
{
    char *subject = notice_header_text(context, message->subject);
    char *from = notice_header_text(context, message->from_name);
    char *date = date_text(context, message->at_us);
    char *body =
        message->calendar_method[0] != '\0' ? mixed(context, message) : alternative(context, message, NULL);
    char *whole = NULL;
    if (!is_plain(message->from) || !is_plain(message->to) || !is_plain(message->message_id))
        return ra_fail(error, RA_INTERNAL, "an address of a mail is not plain");
    if (subject != NULL && from != NULL && date != NULL && body != NULL)
        whole = talloc_asprintf(context,
                                "From: %s <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\n"
                                "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n%s",
                                from, message->from, message->to, subject, date, message->message_id, body);
    if (whole == NULL)
        return ra_fail(error, RA_NO_MEMORY, "mail");
    *output = bytes_of_text(whole);
    return true;
}
