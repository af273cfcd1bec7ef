/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/media_store.h"

#include "approval/office.h"

#include <string.h>

bool media_store_models(struct http_request *request, const char *day, struct db_rows **rows,
                        struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_MEDIA_MODELS, DB_VALUES(db_text(day)), rows,
                    error);
}

bool media_store_model(struct http_request *request, const char *id, const char *day, struct db_rows **row,
                       struct ra_error *error)
{
    return db_one(request->db, request->context, STATEMENT_MEDIA_MODEL_BY_ID,
                  DB_VALUES(db_text(id), db_text(day)), row, error);
}

bool media_store_add(struct http_request *request, int office_id, const struct db_rows *model,
                     const char *serial, struct media_token *token, struct ra_error *error)
{
    struct db_rows *made = NULL;
    const char *valid_to = row_is_null(model, 0, "valid_to") ? NULL : row_text(model, 0, "valid_to");
    *token = (struct media_token){.model = row_text(model, 0, "name"),
                                  .serial = serial,
                                  .homologation = row_text(model, 0, "homologation"),
                                  .state = MEDIA_NEW,
                                  .valid = row_bool(model, 0, "valid"),
                                  .code = ""};
    if (!db_one(request->db, request->context, STATEMENT_MEDIA_ADD,
                DB_VALUES(db_int(office_id), db_text(row_text(model, 0, "id")), db_text(token->model),
                          db_text(serial), db_text(token->homologation), db_text(valid_to)),
                &made, error))
        return false;
    token->id = row_int(made, 0, "id");
    return true;
}

static bool read_token(const struct db_rows *rows, struct media_token *token, struct ra_error *error)
{
    *token = (struct media_token){.model = "", .serial = "", .homologation = "", .code = ""};
    if (db_row_count(rows) == 0)
        return true;
    token->id = row_int(rows, 0, "id");
    token->model = row_text(rows, 0, "model");
    token->serial = row_text(rows, 0, "serial");
    token->homologation = row_text(rows, 0, "homologation");
    token->brought = row_bool(rows, 0, "brought");
    token->valid = row_bool(rows, 0, "valid");
    return media_state_parse(row_text(rows, 0, "state"), &token->state) ||
           ra_fail(error, RA_INTERNAL, "media: an unknown state");
}

bool media_store_by_serial(struct http_request *request, int office_id, const char *serial, const char *day,
                           struct media_token *token, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_MEDIA_BY_SERIAL,
                  DB_VALUES(db_int(office_id), db_text(serial), db_text(day)), &rows, error) ||
        !read_token(rows, token, error))
        return false;
    if (token->id != 0)
        token->code = row_text(rows, 0, "code");
    return true;
}

bool media_store_of_order(struct http_request *request, const struct order *order, const char *day,
                          struct media_token *token, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_MEDIA_OF_ORDER,
                  DB_VALUES(db_int(order->id), db_text(day)), &rows, error) ||
        !read_token(rows, token, error))
        return false;
    token->code = order->code;
    return true;
}

bool media_store_step(struct http_request *request, const struct media_step *step, struct ra_error *error)
{
    const struct office_caller *caller = office_caller(request);
    const struct order *order = step->order;
    return db_exec(request->db, STATEMENT_MEDIA_MOVE_ADD,
                   DB_VALUES(db_int(step->token->id), db_text(media_act_word(step->act)),
                             db_text(media_state_word(step->token->state)),
                             db_text(media_state_word(step->to)),
                             order == NULL ? db_null() : db_int(order->id),
                             order == NULL ? db_null() : db_int(order->attempt), db_text(step->note),
                             db_text(caller->name), db_text(caller->station), db_time(request->now_us)),
                   NULL, error);
}

bool media_store_list(struct http_request *request, int office_id, const char *state, const char *day,
                      struct db_rows **rows, struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_MEDIA_LIST,
                    DB_VALUES(db_int(office_id), db_text(state), db_text(day)), rows, error);
}

bool media_store_in_house(struct http_request *request, int office_id, json_t **serials,
                          struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_MEDIA_IN_HOUSE, DB_VALUES(db_int(office_id)),
                  &rows, error))
        return false;
    *serials = json_array();
    for (size_t row = 0; row < db_row_count(rows); row++)
        if (json_array_append_new(*serials, json_string(row_text(rows, row, "serial"))) != 0) {
            json_decref(*serials);
            return ra_fail(error, RA_NO_MEMORY, "media");
        }
    return true;
}

bool media_store_figures(struct http_request *request, int office_id, struct media_figures *figures,
                         struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *figures = (struct media_figures){{0}};
    if (!db_query(request->db, request->context, STATEMENT_MEDIA_FIGURES, DB_VALUES(db_int(office_id)), &rows,
                  error))
        return false;
    for (size_t row = 0; row < db_row_count(rows); row++) {
        enum media_state state;
        if (!media_state_parse(row_text(rows, row, "state"), &state))
            return ra_fail(error, RA_INTERNAL, "media: an unknown state");
        figures->of[state] = row_int(rows, row, "pieces");
    }
    return true;
}

bool media_store_moves(struct http_request *request, const struct catalog_office *office, const char *day,
                       bool earlier, struct media_moves *moves, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    *moves = (struct media_moves){0};
    if (!db_query(request->db, request->context, STATEMENT_MEDIA_MOVES,
                  DB_VALUES(db_int(office->id), db_text(day), db_text(office->zone), db_bool(earlier)), &rows,
                  error))
        return false;
    for (size_t row = 0; row < db_row_count(rows); row++) {
        enum media_state from, to;
        enum media_act act;
        if (!media_state_parse(row_text(rows, row, "from_state"), &from) ||
            !media_state_parse(row_text(rows, row, "to_state"), &to) ||
            !media_act_parse(row_text(rows, row, "act"), &act))
            return ra_fail(error, RA_INTERNAL, "media: an unknown act");
        moves->between[from][to] += row_int(rows, row, "pieces");
        moves->by_act[act] += row_int(rows, row, "pieces");
    }
    return true;
}

static const char **texts_of(struct http_request *request, const json_t *list)
{
    const char **texts =
        talloc_zero_array(request->context, const char *, (unsigned)json_array_size(list) + 1);
    for (size_t at = 0; texts != NULL && at < json_array_size(list); at++)
        texts[at] = json_string_value(json_array_get(list, at));
    return texts;
}

bool media_store_add_count(struct http_request *request, int office_id, const char *day,
                           const json_t *counted, const json_t *missing, const json_t *unexpected,
                           struct ra_error *error)
{
    const struct office_caller *caller = office_caller(request);
    const char **found = texts_of(request, counted), **absent = texts_of(request, missing),
               **extra = texts_of(request, unexpected);
    if (found == NULL || absent == NULL || extra == NULL)
        return ra_fail(error, RA_NO_MEMORY, "media");
    return db_exec(request->db, STATEMENT_MEDIA_COUNT_ADD,
                   DB_VALUES(db_int(office_id), db_text(day), db_texts(found, json_array_size(counted)),
                             db_texts(absent, json_array_size(missing)),
                             db_texts(extra, json_array_size(unexpected)), db_text(caller->name),
                             db_text(caller->station), db_time(request->now_us)),
                   NULL, error);
}

bool media_store_count(struct http_request *request, int office_id, const char *day, struct db_rows **rows,
                       struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_MEDIA_COUNT_OF_DAY,
                    DB_VALUES(db_int(office_id), db_text(day)), rows, error);
}
