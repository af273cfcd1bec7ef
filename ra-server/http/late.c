/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/late.h"

#include "http/parse.h"
#include "http/render.h"

/* Set as any refusal of that face is, for a request of which nothing is known. */
static bool make(TALLOC_CTX *context, const struct http_site *site, enum http_face face, struct bytes *answer,
                 struct ra_error *error)
{
    struct ra_error late = {0};
    struct http_exchange *exchange = talloc_zero(context, struct http_exchange);
    if (exchange == NULL)
        return ra_fail(error, RA_NO_MEMORY, "late answer");
    exchange->site = site;
    exchange->request = (struct http_request){
        .context = exchange, .app = site->app, .listener = site->listener, .face = face, .path = ""};
    exchange->response = (struct http_response){.context = exchange, .fd = -1, .model = json_object()};
    if (!pairs_add(exchange, &exchange->request.headers, "accept", "text/html", error)) {
        talloc_free(exchange);
        return false;
    }
    (void)ra_fail(&late, RA_REQUEST_TIMEOUT, "O pedido não chegou inteiro a tempo. Tente de novo.");
    render_refusal(exchange, &late, false);
    json_decref(exchange->response.model);
    const struct http_response *made = &exchange->response;
    char *text = talloc_asprintf(
        context,
        "HTTP/1.1 408 Request Timeout\r\nContent-Type: %s\r\nCache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n%sConnection: close\r\nContent-Length: %zu\r\n\r\n%.*s",
        made->content_type,
        face == HTTP_FACE_PAGE ? "Content-Security-Policy: " HTTP_PAGE_POLICY "\r\nX-Frame-Options: DENY\r\n"
                               : "",
        made->bytes.length, (int)made->bytes.length, (const char *)made->bytes.data);
    talloc_free(exchange);
    *answer = text != NULL ? bytes_of_text(text) : (struct bytes){0};
    return text != NULL || ra_fail(error, RA_NO_MEMORY, "late answer");
}

bool late_answers_new(TALLOC_CTX *context, const struct http_site *site, struct late_answers *answers,
                      struct ra_error *error)
{
    return make(context, site, HTTP_FACE_API, &answers->problem, error) &&
           make(context, site, HTTP_FACE_PAGE, &answers->page, error);
}
