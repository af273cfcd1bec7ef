/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "authorization/route_check.h"

#include <string.h>

struct check {
    const struct authorization_table *matrix;
    const struct route_table *tables;
    size_t table_count;
    const struct authorization_known *known;
    char *complaints; /* NULL: memory ran out */
};

static const char *channels_text(uint32_t channels)
{
    static const char *const texts[] = {"", "public", "office", "public,office"};
    return channels < sizeof texts / sizeof texts[0] ? texts[channels] : "";
}

static bool on_a_case(const struct http_route *route)
{
    const char *path = route->api_path != NULL ? route->api_path : route->page_path;
    return strstr(path, "{code}") != NULL;
}

static const char *known_roles(const struct check *check, const struct http_route *route)
{
    for (const struct authorization_known *known = check->known; known->authorize != NULL; known++) {
        if (known->authorize == route->authorize)
            return known->roles;
    }
    return NULL;
}

static char *roles_text(const struct check *check, uint32_t roles)
{
    char *text = talloc_strdup(check->complaints, "");
    for (size_t i = 0; i < check->matrix->role_count && text != NULL; i++) {
        if ((roles >> i & 1) != 0)
            text = talloc_asprintf_append(text, "%s%s", text[0] != '\0' ? "," : "",
                                          check->matrix->roles[i].word);
    }
    return text;
}

/* --- each complaint --- */

static void complain_of_missing(struct check *check, const struct http_route *route)
{
    const char *roles = known_roles(check, route);
    check->complaints = talloc_asprintf_append(
        check->complaints,
        "  %s (%s %s) has no row: nobody may do it. Add a line like\n"
        "      allow %s  %s  %s  %s\n"
        "    %s\n",
        route->operation, http_method_name(route->method),
        route->api_path != NULL ? route->api_path : route->page_path, route->operation,
        channels_text((uint32_t)route->listeners), roles != NULL ? roles : "ROLES",
        on_a_case(route) ? "STATES" : "-",
        on_a_case(route)
            ? "with the roles that its authorizer lets through, and for STATES * or the states in "
              "which it is right (machine=state|state …)"
            : "with the roles that its authorizer lets through, and STATES instead of - if its "
              "handler loads a case");
}

static void complain_of_channels(struct check *check, const struct http_route *route,
                                 const struct authorization_row *row)
{
    check->complaints = talloc_asprintf_append(
        check->complaints, "  %s (%s) is allowed on %s, its route listens on %s: make the two agree\n",
        row->operation, row->origin, channels_text(row->channels), channels_text((uint32_t)route->listeners));
}

static void complain_of_roles(struct check *check, const struct authorization_row *row, const char *has,
                              const char *lets)
{
    check->complaints = talloc_asprintf_append(check->complaints,
                                               "  %s (%s) allows %s, its route's authorizer lets through %s: "
                                               "make the two agree, or give the route an "
                                               "authorizer of its own\n",
                                               row->operation, row->origin, has, lets);
}

static void complain_of_case(struct check *check, const struct authorization_row *row)
{
    check->complaints = talloc_asprintf_append(check->complaints,
                                               "  %s (%s) has {code} in its path: say instead of - in which "
                                               "states of the case it is allowed (* for any)\n",
                                               row->operation, row->origin);
}

static void complain_of_idle(struct check *check, const struct authorization_row *row)
{
    check->complaints = talloc_asprintf_append(
        check->complaints, "  %s (%s) is no operation of any route: take the row out, or mend its name\n",
        row->operation, row->origin);
}

/* --- the comparison --- */

static const struct authorization_row *row_of(const struct check *check, const char *operation)
{
    for (size_t i = 0; i < check->matrix->row_count; i++) {
        if (strcmp(check->matrix->rows[i].operation, operation) == 0)
            return &check->matrix->rows[i];
    }
    return NULL;
}

static bool has_route(const struct check *check, const char *operation)
{
    for (size_t t = 0; t < check->table_count; t++) {
        for (size_t i = 0; i < check->tables[t].count; i++) {
            if (strcmp(check->tables[t].routes[i].operation, operation) == 0)
                return true;
        }
    }
    return false;
}

static void check_route(struct check *check, const struct http_route *route)
{
    const struct authorization_row *row = row_of(check, route->operation);
    if (row == NULL) {
        complain_of_missing(check, route);
        return;
    }
    if (row->channels != (uint32_t)route->listeners)
        complain_of_channels(check, route, row);
    if (check->complaints != NULL && on_a_case(route) && !row->on_case)
        complain_of_case(check, row);
    const char *lets = known_roles(check, route);
    const char *has = check->complaints != NULL ? roles_text(check, row->roles) : NULL;
    if (has != NULL && lets != NULL && strcmp(has, lets) != 0)
        complain_of_roles(check, row, has, lets);
}

char *authorization_check_routes(TALLOC_CTX *context, const struct authorization_table *matrix,
                                 const struct route_table *tables, size_t table_count,
                                 const struct authorization_known *known)
{
    struct check check = {matrix, tables, table_count, known, talloc_strdup(context, "")};
    for (size_t t = 0; t < table_count; t++) {
        for (size_t i = 0; i < tables[t].count && check.complaints != NULL; i++)
            check_route(&check, &tables[t].routes[i]);
    }
    for (size_t i = 0; i < matrix->row_count && check.complaints != NULL; i++) {
        if (!has_route(&check, matrix->rows[i].operation))
            complain_of_idle(&check, &matrix->rows[i]);
    }
    return check.complaints;
}
