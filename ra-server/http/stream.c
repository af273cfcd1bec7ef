/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/stream.h"

enum { PIECE = 4096 };

/* The reader suspends its own connection, under the hub's lock: news published from now on resumes it. */
static void suspend(void *connection)
{
    MHD_suspend_connection(connection);
}

static void resume(void *connection)
{
    MHD_resume_connection(connection);
}

static ssize_t read_piece(void *argument, uint64_t position, char *buffer, size_t size)
{
    (void)position;
    size_t length = 0;
    switch (event_stream_read(argument, buffer, size, &length)) {
    case EVENT_READ_SOME:
        return (ssize_t)length;
    case EVENT_READ_ASLEEP:
        return 0;
    case EVENT_READ_END:
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

struct MHD_Response *stream_answer(struct event_stream *stream, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const struct event_owner owner = {suspend, resume, connection, info != NULL ? info->connect_fd : -1};
    event_stream_bind(stream, &owner);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, read_piece, stream, NULL);
}
