/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Listening to a stream of server-sent events: that one came is all that is asked of it, what it says is not
 * read.
 */
#include "ra-cli/client.h"
#include "ra-cli/client_failure.h"
#include "ra-cli/client_request.h"

struct listening {
    const struct client_stream *stream;
    CURL *handle;
    bool begun;
    bool told;         /* the event has a line that is no comment: a heartbeat has none */
    bool at_beginning; /* of a line */
};

/* An empty line ends an event. */
static void hear_byte(struct listening *listening, char byte)
{
    if (byte == '\r')
        return;
    if (byte == '\n' && listening->at_beginning) {
        if (listening->told)
            listening->stream->heard(listening->stream->state);
        listening->told = false;
    } else if (listening->at_beginning && byte != ':') {
        listening->told = true;
    }
    listening->at_beginning = byte == '\n';
}

static size_t hear(char *data, size_t size, size_t count, void *target)
{
    struct listening *listening = target;
    long status = 0;
    if (curl_easy_getinfo(listening->handle, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200)
        return 0;
    if (!listening->begun)
        listening->stream->heard(listening->stream->state);
    listening->begun = true;
    for (size_t i = 0; i < size * count; i++)
        hear_byte(listening, data[i]);
    return size * count;
}

static int still_wanted(void *target, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                        curl_off_t up)
{
    const struct listening *listening = target;
    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    return listening->stream->must_end(listening->stream->state) ? 1 : 0;
}

bool client_listen(struct cli *cli, const char *path, const struct client_stream *stream,
                   struct ra_error *error)
{
    CURL *handle = curl_easy_init();
    struct curl_slist *headers = NULL;
    struct listening listening = {.stream = stream, .handle = handle, .at_beginning = true};
    const struct client_request request = {.method = "GET", .path = path, .accepts = "text/event-stream"};
    bool ok = handle != NULL && client_request_set(cli, handle, &request, &headers) &&
              curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, hear) == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_WRITEDATA, &listening) == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_TIMEOUT, 0L) == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, still_wanted) == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &listening) == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
    CURLcode code = ok ? curl_easy_perform(handle) : CURLE_FAILED_INIT;
    curl_slist_free_all(headers);
    curl_easy_cleanup(handle);
    if (code == CURLE_OK || code == CURLE_ABORTED_BY_CALLBACK)
        return true;
    return client_failed(cli, (int)code, error);
}
