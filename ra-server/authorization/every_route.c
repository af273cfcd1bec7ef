/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "authorization/every_route.h"

#include "approval/office.h"
#include "http/floor_routes.h"
#include "orders/orders.h"

size_t every_route(struct route_table tables[EVERY_ROUTE_TABLES_MAX])
{
    size_t count = 0;
    tables[count++] = (struct route_table){floor_routes, floor_route_count};
    for (size_t i = 0; rooms[i] != NULL && count < EVERY_ROUTE_TABLES_MAX; i++)
        tables[count++] = (struct route_table){rooms[i]->routes, rooms[i]->route_count};
    return count;
}

const struct authorization_known every_known_authorizer[] = {
    {http_anyone, "visitor"},
    {orders_authorize_holder, "holder"},
    {office_authorize_any, "agent,auditor,admin"},
    {office_authorize_agent, "agent"},
    {office_authorize_auditor, "auditor"},
    {office_authorize_agent_or_auditor, "agent,auditor"},
    {office_authorize_admin, "admin"},
    {NULL, NULL},
};
