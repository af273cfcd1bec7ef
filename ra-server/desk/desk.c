/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/desk.h"

#include "audit/audit.h"
#include "catalog/catalog.h"
#include "desk/desk_store.h"

#include <string.h>

static const struct {
    const char *id;
    const char *text;
} needs_known[] = {
    {"ramp", "Rampa ou caminho sem degraus"},
    {"libras", "Atendimento em Libras"},
    {"interpreter", "Intérprete de outra língua"},
};
enum { NEEDS_KNOWN = sizeof needs_known / sizeof *needs_known };

char *desk_ticket_text(TALLOC_CTX *context, const char *letter, int number)
{
    return talloc_asprintf(context, "%s%03d", letter, number);
}

/* --- priority --- */

static bool classes_today(struct http_request *request, struct desk_classes *classes, struct ra_error *error)
{
    char day[CATALOG_DAY_SIZE];
    catalog_today(request->app, request->now_us, day);
    return desk_store_classes(request, day, classes, error);
}

bool desk_priority_check(struct http_request *request, const char *priority, struct ra_error *error)
{
    struct desk_classes classes;
    if (priority[0] == '\0')
        return true;
    if (!classes_today(request, &classes, error))
        return false;
    const struct desk_class_row *row = desk_class_find(&classes, priority);
    return (row != NULL && row->declared) ||
           ra_fail_field(error, "priority", "unknown", "Esta não é uma das prioridades da lei.");
}

bool desk_priorities(struct http_request *request, const char *chosen, json_t **list, struct ra_error *error)
{
    struct desk_classes classes;
    if (!classes_today(request, &classes, error))
        return false;
    *list = json_array();
    for (size_t i = 0; i < classes.count; i++) {
        const struct desk_class_row *row = &classes.rows[i];
        if (row->declared)
            json_array_append_new(*list, json_pack("{s:s,s:s,s:b}", "id", row->class.name, "text", row->text,
                                                   "selected", strcmp(row->class.name, chosen) == 0));
    }
    return *list != NULL || ra_fail(error, RA_NO_MEMORY, "classes");
}

/* --- needs --- */

static bool is_need(const char *word)
{
    for (size_t i = 0; i < NEEDS_KNOWN; i++) {
        if (strcmp(needs_known[i].id, word) == 0)
            return true;
    }
    return false;
}

static bool unknown_need(struct ra_error *error)
{
    return ra_fail_field(error, "needs", "unknown", "Use ramp, libras ou interpreter.");
}

/* A form sends a box only when it is ticked: the member "asked" says that the question was there. */
static bool needs_of_form(const json_t *object, const char *words[NEEDS_KNOWN], size_t *count)
{
    for (size_t i = 0; i < NEEDS_KNOWN; i++) {
        const json_t *value = json_object_get(object, needs_known[i].id);
        const char *text = json_string_value(value);
        if (json_is_true(value) || (text != NULL && text[0] != '\0'))
            words[(*count)++] = needs_known[i].id;
    }
    return true;
}

static bool needs_of_list(const json_t *list, const char *words[NEEDS_KNOWN], size_t *count,
                          struct ra_error *error)
{
    if (!json_is_array(list) || json_array_size(list) > NEEDS_KNOWN)
        return unknown_need(error);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        if (word == NULL || !is_need(word))
            return unknown_need(error);
        words[(*count)++] = word;
    }
    return true;
}

static bool replace_needs(struct http_request *request, const struct order *order, const char *const *words,
                          size_t count, struct ra_error *error)
{
    int64_t cleared = 0;
    if (!db_exec(request->db, STATEMENT_DESK_CLEAR_NEEDS, DB_VALUES(db_int(order->id)), &cleared, error))
        return false;
    if (cleared == 0 && count == 0)
        return true;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(words[i]));
    json_t *personal = json_pack("{s:o}", "needs", list);
    if (count > 0 && !db_exec(request->db, STATEMENT_DESK_ADD_NEEDS,
                              DB_VALUES(db_int(order->id), db_texts(words, count)), NULL, error)) {
        json_decref(personal);
        return false;
    }
    return audit_record(request, AUDIT_NEEDS_CHANGED, order, json_object(), personal, error);
}

bool desk_take_needs(struct http_request *request, const struct order *order, const json_t *body,
                     struct ra_error *error)
{
    const json_t *asked = json_object_get(body, "needs");
    const char *words[NEEDS_KNOWN] = {NULL};
    size_t count = 0;
    if (asked == NULL)
        return true;
    bool read = json_is_object(asked) ? needs_of_form(asked, words, &count)
                                      : needs_of_list(asked, words, &count, error);
    return read && replace_needs(request, order, words, count, error);
}

bool desk_needs(struct http_request *request, const struct order *order, json_t **needs,
                struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_DESK_NEEDS, DB_VALUES(db_int(order->id)), &rows,
                  error))
        return false;
    *needs = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(*needs, json_string(row_text(rows, i, "need")));
    return *needs != NULL || ra_fail(error, RA_NO_MEMORY, "needs");
}

static bool has(const json_t *needs, const char *word)
{
    size_t index;
    json_t *value;
    json_array_foreach(needs, index, value)
    {
        if (strcmp(json_string_value(value), word) == 0)
            return true;
    }
    return false;
}

json_t *desk_needs_choices(const json_t *needs)
{
    json_t *list = json_array();
    for (size_t i = 0; i < NEEDS_KNOWN; i++)
        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:b}", "id", needs_known[i].id, "text", needs_known[i].text,
                                        "selected", has(needs, needs_known[i].id)));
    return list;
}
