/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/origin.h"

#include <string.h>
#include <strings.h>

enum evidence { SILENT, OURS, FOREIGN };

/* scheme://host[:port][/…] against the Host header. "null" and anything else without a host is foreign. */
static enum evidence host_of_url(const char *url, const char *host)
{
    if (url == NULL)
        return SILENT;
    const char *start = strstr(url, "://");
    if (start == NULL || host == NULL)
        return FOREIGN;
    start += 3;
    size_t length = strcspn(start, "/?#");
    return length == strlen(host) && strncasecmp(start, host, length) == 0 ? OURS : FOREIGN;
}

static enum evidence judge(const struct http_request *request)
{
    const char *host = http_header(request, "host");
    const char *site = http_header(request, "sec-fetch-site");
    if (site != NULL)
        return strcmp(site, "same-origin") == 0 ? OURS : FOREIGN;
    enum evidence origin = host_of_url(http_header(request, "origin"), host);
    return origin != SILENT ? origin : host_of_url(http_header(request, "referer"), host);
}

bool origin_is_ours(const struct http_request *request, struct ra_error *error)
{
    if (request->method == HTTP_GET)
        return true;
    enum evidence evidence = judge(request);
    /* Every browser that carries a cookie of ours also says where it comes from; a program without either has
     * nothing that could be used against its will. */
    if (evidence == OURS ||
        (evidence == SILENT && (request->face == HTTP_FACE_API || request->cookies.count == 0)))
        return true;
    return ra_fail_reason(error, RA_FORBIDDEN, "origin", "O pedido não partiu de uma página nossa.");
}
