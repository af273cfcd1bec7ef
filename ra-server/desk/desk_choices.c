/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the counter chooses from today: products on sale and the law's classes, as the dated rows have them.
 */
#include "catalog/catalog.h"
#include "desk/desk.h"
#include "desk/desk_act.h"

static json_t *products_json(const struct catalog_product *products, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "id", products[i].id, "name", products[i].name,
                                              "holder", products[i].holder));
    return list;
}

bool desk_choices(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct catalog_product *products = NULL;
    json_t *priorities = NULL;
    size_t count = 0;
    char day[CATALOG_DAY_SIZE];
    catalog_today(request->app, request->now_us, day);
    if (!catalog_products_on(request->app, request->context, day, &products, &count, error) ||
        !desk_priorities(request, "", &priorities, error))
        return false;
    http_reply(response, 200,
               json_pack("{s:s,s:o,s:o}", "date", day, "products", products_json(products, count),
                         "priorities", priorities));
    return true;
}
