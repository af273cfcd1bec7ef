/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_video.h"
#include "catalog/catalog.h"
#include "catalog/catalog_internal.h"
#include "catalog/page.h"
#include "http/http.h"

#include <string.h>

/* Ways of attendance that are open today: what the product is sold for, less the video room while it is shut.
 */
static json_t *modes_json(const struct catalog_product *product, bool video_room)
{
    json_t *modes = json_array();
    if (product->in_person)
        json_array_append_new(modes, json_string("in_person"));
    if (product->video && video_room)
        json_array_append_new(modes, json_string("video"));
    return modes;
}

static json_t *product_json(const struct catalog_product *product, bool video_room)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:o, s:s, s:s, s:s, s:o}", "id", product->id, "name",
                     product->name, "holder", product->holder, "media", product->media, "validity_months",
                     product->validity_months, "price_cents", product->price_cents, "modes",
                     modes_json(product, video_room), "summary", product->summary, "notice", product->notice,
                     "from", product->from, "until",
                     product->until[0] != '\0' ? json_string(product->until) : json_null());
}

static const char *media_text(const struct catalog_product *product)
{
    if (strcmp(product->media, "token") == 0)
        return "Num token, que você leva consigo";
    if (strcmp(product->media, "cloud") == 0)
        return "Na nuvem de um prestador";
    return "Num arquivo no seu computador, protegido por senha";
}

static void add_product_texts(struct http_request *request, json_t *json,
                              const struct catalog_product *product, bool video_room)
{
    page_set_text(json, "price_text", catalog_price_text(request->context, product->price_cents));
    page_set_text(json, "validity_text", catalog_validity_text(request->context, product->validity_months));
    page_set_text(json, "media_text", media_text(product));
    page_set_text(json, "modes_text",
                  product->video && video_room ? "Atendimento na sede ou por vídeo" : "Atendimento na sede");
}

/* Products of one holder: those most people come for, and the others behind a fold. */
static void add_shelf(json_t *groups, const char *heading, const char *fold, json_t *front, json_t *back)
{
    if (json_array_size(front) + json_array_size(back) > 0)
        json_array_append_new(groups, json_pack("{s:s, s:s, s:O, s:b, s:O}", "heading", heading, "fold", fold,
                                                "products", front, "has_more", json_array_size(back) > 0,
                                                "more", back));
    json_decref(front);
    json_decref(back);
}

/* The shop window's two shelves. `list` is the JSON of `products`, one for one. */
static json_t *groups_json(const struct catalog_product *products, json_t *list)
{
    enum { FIRST_BEHIND = 10 };
    json_t *shelves[2][2] = {{json_array(), json_array()}, {json_array(), json_array()}};
    json_t *groups = json_array();
    for (size_t i = 0; i < json_array_size(list); i++) {
        bool company = strcmp(products[i].holder, "pj") == 0;
        bool behind = products[i].position >= FIRST_BEHIND;
        json_array_append(shelves[company][behind], json_array_get(list, i));
    }
    add_shelf(groups, "Para você", "Outros certificados para você", shelves[0][0], shelves[0][1]);
    add_shelf(groups, "Para a empresa", "Outros certificados para a empresa", shelves[1][0], shelves[1][1]);
    return groups;
}

static bool products_handler(struct http_request *request, struct http_response *response,
                             struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    struct catalog_product *products = NULL;
    size_t count = 0;
    bool video_room = false;
    catalog_today(request->app, request->now_us, day);
    if (!catalog_products_on(request->app, request->context, day, &products, &count, error) ||
        !agenda_video_open(request->app, request->now_us, &video_room, error))
        return false;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *product = product_json(&products[i], video_room);
        if (page_is_wanted(request))
            add_product_texts(request, product, &products[i], video_room);
        json_array_append_new(list, product);
    }
    json_t *model = json_pack("{s:O}", "products", list);
    if (page_is_wanted(request)) {
        page_set(model, "groups", groups_json(products, list));
        page_set(model, "video", json_boolean(video_room));
        page_frame(model, "Certificado digital com hora marcada");
    }
    json_decref(list);
    http_reply(response, 200, model);
    return true;
}

static bool privacy_handler(struct http_request *request, struct http_response *response,
                            struct ra_error *error)
{
    (void)request;
    (void)error;
    http_reply(response, 200, page_frame(json_object(), "Privacidade e seus dados"));
    return true;
}

static bool accessibility_handler(struct http_request *request, struct http_response *response,
                                  struct ra_error *error)
{
    (void)request;
    (void)error;
    http_reply(response, 200, page_frame(json_object(), "Acessibilidade"));
    return true;
}

static const struct http_route routes[] = {
    {
        .method = HTTP_GET,
        .listeners = HTTP_BOTH,
        .api_path = "/api/products",
        .page_path = "/",
        .page_template = "inicio",
        .authorize = http_anyone,
        .handler = products_handler,
        .transaction = HTTP_OWN,
        .operation = "productList",
        .summary = "Certificados que se podem pedir hoje.",
        .response_schema =
            "{\"type\":\"object\",\"required\":[\"products\"],\"properties\":{\"products\":{\"type\":"
            "\"array\","
            "\"items\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"holder\",\"media\","
            "\"validity_months\",\"price_cents\",\"modes\",\"from\",\"until\"],\"properties\":{"
            "\"id\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
            "\"holder\":{\"type\":\"string\",\"enum\":[\"pf\",\"pj\"]},"
            "\"media\":{\"type\":\"string\",\"enum\":[\"software\",\"token\",\"cloud\"]},"
            "\"validity_months\":{\"type\":\"integer\"},\"price_cents\":{\"type\":\"integer\"},"
            "\"modes\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"in_person\",\"video\"]}"
            "},"
            "\"summary\":{\"type\":\"string\"},\"notice\":{\"type\":\"string\"},\"from\":{\"type\":"
            "\"string\",\"format\":\"date\"},"
            "\"until\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"}}}}}}",
        .statuses = {200, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .page_path = "/privacidade",
        .page_template = "privacidade",
        .authorize = http_anyone,
        .handler = privacy_handler,
        .transaction = HTTP_OWN,
        .operation = "privacyPage",
        .summary = "Como cuidamos dos dados.",
        .statuses = {200, 0},
    },
    {
        .method = HTTP_GET,
        .listeners = HTTP_PUBLIC,
        .page_path = "/acessibilidade",
        .page_template = "acessibilidade",
        .authorize = http_anyone,
        .handler = accessibility_handler,
        .transaction = HTTP_OWN,
        .operation = "accessibilityPage",
        .summary = "O que as páginas oferecem a quem usa teclado, leitor de tela ou letra grande.",
        .statuses = {200, 0},
    },
};

static bool refresh(struct job_run *run, struct ra_error *error)
{
    return catalog_refresh(run->app, run->db, error);
}

static const struct job jobs[] = {{"catalogue", 5000, refresh}};

const struct room catalog_room = {
    .name = "catalog",
    .id = ROOM_CATALOG,
    .routes = routes,
    .route_count = sizeof routes / sizeof routes[0],
    .jobs = jobs,
    .job_count = sizeof jobs / sizeof jobs[0],
    .start = catalog_start,
    .stop = catalog_stop,
};
