/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One request on its way in and its answer on its way out, in the I/O threads: framing, routing, limits and
 * the collection of the body; then a place in the work queue; then the answer.
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include "http/connections.h"
#include "http/internal.h"
#include "http/late.h"
#include "http/work_queue.h"

#include <microhttpd.h>
#include <stdatomic.h>

struct listener {
    struct http_site site;
    struct MHD_Daemon *daemon;
    int socket;
    struct work_queue *queue;
    struct connections *connections;
    struct late_answers late;
    atomic_bool stopping;
};

/* Callbacks of the library; `listener` is a struct listener. */
void *transfer_begin(void *listener, const char *uri, struct MHD_Connection *connection);
enum MHD_Result transfer_step(void *listener, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **transfer);
void transfer_end(void *listener, struct MHD_Connection *connection, void **transfer,
                  enum MHD_RequestTerminationCode why);

/* The work function of the queue; `worker` is its struct db. */
void transfer_work(struct work_item *item, void *worker);

#endif
