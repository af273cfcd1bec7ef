/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mail around an answer: who sent it, and its calendar part.
 */
#include "agenda/agenda_reply.h"

#include <gmime/gmime.h>
#include <pthread.h>
#include <string.h>

static pthread_once_t started = PTHREAD_ONCE_INIT;

static void start(void)
{
    g_mime_init();
}

void agenda_reply_start(void)
{
    pthread_once(&started, start);
}

/* One mailbox, or NULL: a mail of several people is nobody's answer. */
static const char *sender_of(GMimeMessage *message)
{
    InternetAddressList *from = g_mime_message_get_from(message);
    if (from == NULL || internet_address_list_length(from) != 1)
        return NULL;
    InternetAddress *address = internet_address_list_get_address(from, 0);
    return INTERNET_ADDRESS_IS_MAILBOX(address)
               ? internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address))
               : NULL;
}

static bool is_calendar(GMimeObject *object)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    return GMIME_IS_PART(object) && type != NULL && g_mime_content_type_is_type(type, "text", "calendar");
}

/* The first calendar part of the mail itself: mails within mails are not looked into. */
static GMimeObject *find_calendar(GMimeObject *object, int depth)
{
    GMimeObject *found = NULL;
    if (object == NULL || depth > REPLY_DEPTH_MAX)
        return NULL;
    if (!GMIME_IS_MULTIPART(object))
        return is_calendar(object) ? object : NULL;
    GMimeMultipart *multipart = GMIME_MULTIPART(object);
    for (int i = 0; i < g_mime_multipart_get_count(multipart) && found == NULL; i++)
        found = find_calendar(g_mime_multipart_get_part(multipart, i), depth + 1);
    return found;
}

static bool decode(TALLOC_CTX *context, GMimeObject *part, char **text, struct ra_error *error)
{
    GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(part));
    GByteArray *bytes = g_byte_array_new();
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes); /* owns the array */
    bool done = false;
    if (content == NULL || g_mime_data_wrapper_write_to_stream(content, stream) < 0)
        ra_fail(error, RA_INVALID, "a calendar part that cannot be decoded");
    else if (bytes->len == 0 || bytes->len > REPLY_CALENDAR_MAX || memchr(bytes->data, 0, bytes->len) != NULL)
        ra_fail(error, RA_INVALID, "a calendar part of %u bytes, or with NUL", bytes->len);
    else {
        *text = talloc_strndup(context, (const char *)bytes->data, bytes->len);
        done = *text != NULL || ra_fail(error, RA_NO_MEMORY, "reply");
    }
    g_object_unref(stream);
    return done;
}

static bool read_message(TALLOC_CTX *context, GMimeMessage *message, struct calendar_reply *reply,
                         struct ra_error *error)
{
    const char *sender = sender_of(message);
    GMimeObject *part = find_calendar(g_mime_message_get_mime_part(message), 0);
    char *text = NULL;
    if (sender == NULL || part == NULL)
        return ra_fail(error, RA_INVALID, "no calendar of one sender");
    if (!decode(context, part, &text, error))
        return false;
    const char *method = g_mime_content_type_get_parameter(g_mime_object_get_content_type(part), "method");
    return agenda_reply_parse(context, text, method != NULL ? method : "", sender, reply, error);
}

bool agenda_reply_read(TALLOC_CTX *context, struct bytes mail, struct calendar_reply *reply,
                       struct ra_error *error)
{
    if (mail.length == 0)
        return ra_fail(error, RA_INVALID, "an empty mail");
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)mail.data, mail.length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    bool done = message != NULL ? read_message(context, message, reply, error)
                                : ra_fail(error, RA_INVALID, "no mail");
    if (message != NULL)
        g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
    return done;
}
