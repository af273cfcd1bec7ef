/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/neglist_store.h"

#include "identification/identification_internal.h"
#include "identification/vault.h"

static struct db_value words_of(const struct neglist_data *data, enum neglist_field field)
{
    return db_texts(data->words[field].items, data->words[field].count);
}

static struct db_value text_of(const struct neglist_data *data, enum neglist_field field)
{
    return db_text(data->texts[field]);
}

static bool has_fields(const struct neglist_data *data)
{
    for (size_t i = 0; i < NEGLIST_FIELD_COUNT; i++)
        if (data->texts[i][0] != '\0')
            return true;
    return false;
}

bool neglist_store_search(struct http_request *request, const struct neglist_query *query,
                          struct db_rows **rows, struct ra_error *error)
{
    const struct neglist_data *data = &query->data;
    return db_query(request->db, request->context, STATEMENT_NEGLIST_SEARCH,
                    DB_VALUES(db_bool(query->every_field || !has_fields(data)), db_bool(query->whole_names),
                              words_of(data, NEGLIST_NAME), text_of(data, NEGLIST_CPF),
                              text_of(data, NEGLIST_EMAIL), text_of(data, NEGLIST_PHONE),
                              words_of(data, NEGLIST_COMPANY_NAME), text_of(data, NEGLIST_CNPJ),
                              words_of(data, NEGLIST_DESCRIPTION), db_text(query->uf),
                              db_texts(query->municipalities, query->municipality_count),
                              db_bool(query->faces_only), db_int(NEGLIST_RESULTS_MAX)),
                    rows, error);
}

bool neglist_store_add(struct http_request *request, const struct order *order,
                       const struct neglist_entry *entry, const uint8_t *wrapped, const char **id,
                       struct ra_error *error)
{
    struct db_rows *row = NULL;
    const struct neglist_data *data = &entry->data;
    if (!db_one(request->db, request->context, STATEMENT_NEGLIST_ADD,
                DB_VALUES(db_text(entry->source), db_text(entry->reference),
                          order == NULL ? db_null() : db_int(order->id), text_of(data, NEGLIST_NAME),
                          words_of(data, NEGLIST_NAME), text_of(data, NEGLIST_CPF),
                          text_of(data, NEGLIST_EMAIL), text_of(data, NEGLIST_PHONE),
                          text_of(data, NEGLIST_COMPANY_NAME), words_of(data, NEGLIST_COMPANY_NAME),
                          text_of(data, NEGLIST_CNPJ), db_text(entry->uf), db_text(entry->municipality),
                          text_of(data, NEGLIST_DESCRIPTION), words_of(data, NEGLIST_DESCRIPTION),
                          db_text(entry->modus), db_text(actor_name(request)),
                          db_text(actor_station(request)), db_time(request->now_us)),
                &row, error))
        return false;
    *id = row_text(row, 0, "id");
    return db_exec(request->db, STATEMENT_NEGLIST_ADD_KEY,
                   DB_VALUES(db_text(*id), db_bytes((struct bytes){wrapped, VAULT_WRAPPED_SIZE}),
                             db_time(request->now_us)),
                   NULL, error);
}

bool neglist_store_entry(struct http_request *request, const char *id, struct db_rows **row,
                         struct ra_error *error)
{
    return db_one(request->db, request->context, STATEMENT_NEGLIST_ENTRY, DB_VALUES(db_text(id)), row, error);
}

bool neglist_store_images(struct http_request *request, const char *entry_id, struct db_rows **rows,
                          struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_NEGLIST_IMAGES, DB_VALUES(db_text(entry_id)),
                    rows, error);
}

bool neglist_store_image(struct http_request *request, const char *id, struct db_rows **row,
                         struct ra_error *error)
{
    return db_one(request->db, request->context, STATEMENT_NEGLIST_IMAGE, DB_VALUES(db_text(id)), row, error);
}

bool neglist_store_open(struct http_request *request, const char *entry_id, struct db_rows **row,
                        struct ra_error *error)
{
    return db_one(request->db, request->context, STATEMENT_NEGLIST_OPEN_ENTRY, DB_VALUES(db_text(entry_id)),
                  row, error);
}

bool neglist_store_add_image(struct http_request *request, const char *entry_id,
                             const struct neglist_image *image, const char **id, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_NEGLIST_ADD_IMAGE,
                  DB_VALUES(db_text(entry_id), db_text(image->kind),
                            db_bytes((struct bytes){image->sha256, 32}), db_int(image->size),
                            db_text(image->media_type), db_text(actor_name(request)),
                            db_text(actor_station(request)), db_time(request->now_us)),
                  &rows, error))
        return false;
    *id = db_row_count(rows) == 1 ? row_text(rows, 0, "id") : NULL;
    return true;
}

bool neglist_store_withdraw(struct http_request *request, const char *entry_id, const char *kind,
                            const char *reason, bool *done, struct ra_error *error)
{
    int64_t changed = 0;
    if (!db_exec(request->db, STATEMENT_NEGLIST_WITHDRAW,
                 DB_VALUES(db_text(entry_id), db_text(kind), db_text(reason), db_text(actor_name(request)),
                           db_text(actor_station(request)), db_time(request->now_us)),
                 &changed, error))
        return false;
    *done = changed == 1;
    return true;
}
