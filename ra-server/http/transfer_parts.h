/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of a transfer share: its life and steps (transfer.c), reading the request
 * (transfer_request.c), sending the answer (transfer_answer.c). All run in the I/O threads, one step of a
 * transfer at a time.
 */
#ifndef HTTP_TRANSFER_PARTS_H
#define HTTP_TRANSFER_PARTS_H

#include "http/framing.h"
#include "http/transfer.h"

#include <openssl/evp.h>

enum stage {
    STAGE_HEADERS,  /* nothing looked at yet */
    STAGE_BODY,     /* accepted; the body comes */
    STAGE_WORK,     /* suspended, in the queue or with a worker; when it runs again the answer is there */
    STAGE_READY,    /* refused; the answer is there, a body may still come */
    STAGE_ANSWERED, /* the answer is queued */
};

struct transfer {
    struct work_item item; /* first: the queue hands this back */
    struct http_exchange *exchange;
    struct listener *listener;
    struct MHD_Connection *connection;
    struct connection *record;
    const char *uri; /* as sent, with the query */
    enum stage stage;
    int64_t started_us;
    struct framing framing;
    uint8_t *body; /* JSON and forms */
    uint64_t length;
    size_t capacity;
    uint64_t limit;
    bool overflow;
    EVP_MD_CTX *digest;    /* RAW */
    struct ra_error error; /* why the body could not be taken */
};

/* --- transfer_request.c: false with an error to answer --- */

/* Framing, headers, limits of the caller, route, and whether its body may come. */
bool transfer_read_head(struct transfer *transfer, const char *method, const char *version,
                        struct ra_error *error);

/* The next piece of the body, or of one that is refused already. MHD_NO: beyond the last limit. */
enum MHD_Result transfer_take_body(struct transfer *transfer, const char *data, size_t *size);
enum MHD_Result transfer_swallow(struct transfer *transfer, size_t *size);

/* It is all here. */
bool transfer_finish_body(struct transfer *transfer, struct ra_error *error);

/* So long that it is not waited for once it is refused. */
bool transfer_body_is_too_long_to_read(const struct transfer *transfer);

/* --- transfer_answer.c --- */

/* Queues what the exchange's response holds. */
enum MHD_Result transfer_answer(struct transfer *transfer);
enum MHD_Result transfer_refuse(struct transfer *transfer, const struct ra_error *error);

/* Metrics and log line of an answered request. */
void transfer_account(const struct transfer *transfer);

#endif
