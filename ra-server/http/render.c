/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/render.h"

#include "http/problem.h"
#include "http/template.h"
#include "log.h"

#include <stdlib.h>
#include <string.h>

static const char type_json[] = "application/json";
static const char type_problem[] = "application/problem+json";
static const char type_html[] = "text/html; charset=utf-8";

static bool render_json(struct http_exchange *exchange, const char *type, int status, const json_t *model,
                        struct ra_error *error)
{
    char *text = json_dumps(model, JSON_COMPACT | JSON_ENCODE_ANY);
    struct bytes bytes = text != NULL ? bytes_copy(exchange, text, strlen(text)) : (struct bytes){0};
    free(text);
    if (bytes.data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "answer");
    http_reply_bytes(&exchange->response, status, type, bytes);
    return true;
}

static bool add_site(struct http_exchange *exchange, json_t *model)
{
    uint8_t key[16];
    if (!random_bytes(key, sizeof key))
        return false;
    const char *form_key = hex_encode(exchange, (struct bytes){key, sizeof key});
    if (form_key == NULL)
        return false;
    json_t *site = json_pack("{s:b, s:b, s:s, s:s}", "homologation", !exchange->site->app->config->production,
                             "office", exchange->site->listener == HTTP_OFFICE, "path",
                             exchange->request.path, "form_key", form_key);
    return json_object_set_new(model, "site", site) == 0;
}

static bool render_page(struct http_exchange *exchange, const char *name, int status, json_t *model,
                        struct ra_error *error)
{
    struct bytes page = {0};
    if (!add_site(exchange, model))
        return ra_fail(error, RA_INTERNAL, "the page's common members");
    if (!template_render(exchange->site->app->templates, TEMPLATE_HTML, name, model, exchange, &page, error))
        return false;
    http_reply_bytes(&exchange->response, status, type_html, page);
    return true;
}

bool render_response(struct http_exchange *exchange, struct ra_error *error)
{
    struct http_response *response = &exchange->response;
    if (response->content != HTTP_CONTENT_MODEL)
        return true;
    if (response->model == NULL)
        return ra_fail(error, RA_NO_MEMORY, "the handler's model");
    if (exchange->request.face == HTTP_FACE_API)
        return render_json(exchange, type_json, response->status, response->model, error);
    const char *name =
        response->page_template != NULL ? response->page_template : exchange->request.route->page_template;
    if (name == NULL)
        return ra_fail(error, RA_INTERNAL, "%s did not redirect and has no template",
                       exchange->request.route->operation);
    return render_page(exchange, name, response->status, response->model, error);
}

static bool accepts_html(const struct http_exchange *exchange)
{
    const char *accept = http_header(&exchange->request, "accept");
    return accept != NULL && strstr(accept, "text/html") != NULL;
}

bool render_wants_page(const struct http_exchange *exchange)
{
    return exchange->request.face == HTTP_FACE_PAGE && accepts_html(exchange);
}

static bool refuse_as_page(struct http_exchange *exchange, const struct ra_error *refusal, bool form_again,
                           struct ra_error *error)
{
    json_t *model = exchange->response.model;
    const char *name = form_again ? exchange->request.route->page_template : "erro";
    if (!templates_have(exchange->site->app->templates, TEMPLATE_HTML, name))
        return ra_fail(error, RA_NOT_FOUND, "template %s", name);
    if (!problem_add_to_model(model, refusal, exchange->request.id))
        return ra_fail(error, RA_NO_MEMORY, "problem");
    if (form_again && exchange->request.body != NULL)
        json_object_set(model, "form", exchange->request.body);
    return render_page(exchange, name, ra_error_info(refusal->code)->http_status, model, error);
}

static bool refuse_as_problem(struct http_exchange *exchange, const struct ra_error *refusal,
                              struct ra_error *error)
{
    json_t *problem = problem_document(refusal, exchange->request.id, exchange->response.model);
    bool done = problem != NULL && render_json(exchange, type_problem,
                                               ra_error_info(refusal->code)->http_status, problem, error);
    json_decref(problem);
    return done;
}

void render_refusal(struct http_exchange *exchange, const struct ra_error *error, bool form_again)
{
    struct ra_error own = {0};
    bool page = (form_again && exchange->request.face == HTTP_FACE_PAGE) || render_wants_page(exchange);
    if (page && refuse_as_page(exchange, error, form_again, &own))
        return;
    if (page)
        log_error("error-page-failed", exchange->request.id, &own);
    if (refuse_as_problem(exchange, error, &own))
        return;
    const struct ra_error_info *info = ra_error_info(error->code);
    http_reply_bytes(&exchange->response, info->http_status, "text/plain; charset=utf-8",
                     bytes_of_text(info->sentence));
}
