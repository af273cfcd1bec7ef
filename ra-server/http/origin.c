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

/* A browser with a cookie of ours, or with an agent's certificate, also says where it comes from. A program
 * with neither has nothing that could be used against its will: it may post the link of a mail. */
static bool is_bare(const struct http_request *request)
{
    return request->listener == HTTP_PUBLIC && request->cookies.count == 0;
}

/* What the office is asked stands in the log under the agent's name, and the browser shows his certificate to
 * whoever's page asks: a foreign page may lead him to a page of ours, and load nothing. */
static bool may_be_read(const struct http_request *request)
{
    const char *site = http_header(request, "sec-fetch-site");
    const char *mode = http_header(request, "sec-fetch-mode");
    bool foreign = site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
    bool led_here = request->face == HTTP_FACE_PAGE && mode != NULL && strcmp(mode, "navigate") == 0;
    return request->listener != HTTP_OFFICE || !foreign || led_here;
}

static bool may_be_changed(const struct http_request *request)
{
    enum evidence evidence = judge(request);
    return evidence == OURS || (evidence == SILENT && (request->face == HTTP_FACE_API || is_bare(request)));
}

bool origin_is_ours(const struct http_request *request, struct ra_error *error)
{
    if (request->method == HTTP_GET ? may_be_read(request) : may_be_changed(request))
        return true;
    return ra_fail_reason(error, RA_FORBIDDEN, "origin", "O pedido não partiu de uma página nossa.");
}
