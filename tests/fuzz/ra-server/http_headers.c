/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that comes in a request's header: lines "name: value" through the framing check, cookies, query,
 * media type, the front's client certificate, and the path through percent decoding.
 */
#include "http/framing.h"
#include "http/parse.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_pairs(const struct http_pairs *pairs)
{
    if (pairs->count > PARSE_PAIRS_MAX)
        abort();
    for (size_t i = 0; i < pairs->count; i++) {
        if (!is_utf8(pairs->items[i].value, strlen(pairs->items[i].value)) || pairs->items[i].name[0] == '\0')
            abort();
    }
}

static void frame(const char *text, size_t size)
{
    struct framing framing = {0};
    struct ra_error error = {0};
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end != NULL ? (size_t)(end - text) - at : size - at;
        const char *colon = memchr(text + at, ':', length);
        size_t name = colon != NULL ? (size_t)(colon - text) - at : length;
        size_t value = colon != NULL ? length - name - 1 : 0;
        framing_header(&framing, text + at, name, text + at + name + (colon != NULL ? 1 : 0), value);
        at += length + 1;
    }
    if (framing_check(&framing, "HTTP/1.1", "/", &error) && framing.has_length && framing.chunked)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TALLOC_CTX *context = talloc_new(NULL);
    char *text = talloc_strndup(context, (const char *)data, size);
    struct ra_error error = {0};
    struct http_pairs cookies = {0};
    struct http_pairs query = {0};
    struct bytes der = {0};
    frame((const char *)data, size);
    if (parse_cookies(context, text, &cookies, &error))
        check_pairs(&cookies);
    if (parse_query(context, text, &query, &error))
        check_pairs(&query);
    if (parse_media_type(context, text) == NULL)
        abort();
    if (parse_client_certificate(context, text, &der, &error) && der.length == 0)
        abort();
    const char *decoded = parse_percent(context, (const char *)data, size, false, false);
    if (decoded != NULL && strpbrk(decoded, "\r\n\t\x1b\x7f") != NULL)
        abort();
    talloc_free(context);
    return 0;
}
