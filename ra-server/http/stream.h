/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer that is a stream of events (http/events.h), as the library wants it.
 *
 * Thread rules: the I/O thread of the connection.
 */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include "http/events.h"

#include <microhttpd.h>

/* NULL when memory ran out. The stream must outlive the answer: it hangs on the exchange. */
struct MHD_Response *stream_answer(struct event_stream *stream, struct MHD_Connection *connection);

#endif
