/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/identification_store.h"

#include "app.h"
#include "identification/identification_internal.h"

static struct db_value text_or_null(const char *text)
{
    return text[0] == '\0' ? db_null() : db_text(text);
}

bool store_evidence(struct http_request *request, const struct order *order, struct store_evidence *evidence,
                    struct ra_error *error)
{
    const struct db_reading readings[] = {
        {STATEMENT_IDENTIFICATION_DOCUMENTS, DB_VALUES(db_int(order->id), db_text("sealed")),
         &evidence->documents},
        {STATEMENT_IDENTIFICATION_CONSULTATIONS, DB_VALUES(db_int(order->id)), &evidence->consultations},
        {STATEMENT_IDENTIFICATION_MARKS, DB_VALUES(db_int(order->id)), &evidence->marks},
        {STATEMENT_IDENTIFICATION_ANSWERS, DB_VALUES(db_int(order->id)), &evidence->answers},
    };
    return db_query_all(request->db, request->context, readings, sizeof readings / sizeof *readings, error);
}

bool store_add_answer(struct http_request *request, const struct order *order, const char *person_id,
                      const char *key, const char *value, struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_IDENTIFICATION_ADD_ANSWER,
                   DB_VALUES(db_int(order->id), text_or_null(person_id), db_text(key), db_text(value),
                             db_text(actor_name(request)), db_text(actor_station(request)),
                             db_time(request->now_us)),
                   NULL, error);
}

bool store_set_item(struct http_request *request, const struct order *order, const char *person_id,
                    const char *rule, const char *state, const char *reason, const char *agent,
                    struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_IDENTIFICATION_SET_ITEM,
                   DB_VALUES(db_int(order->id), text_or_null(person_id), db_text(rule), db_text(state),
                             db_text(reason), db_text(agent), db_time(request->now_us)),
                   NULL, error);
}

bool store_add_document(struct http_request *request, const struct order *order,
                        const struct store_document *document, const char **id, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(request->db, request->context, STATEMENT_IDENTIFICATION_ADD_DOCUMENT,
                DB_VALUES(db_int(order->id), text_or_null(document->person_id), db_text(document->item),
                          db_int(order->attempt), db_text(document->part), db_text(document->kind),
                          db_bytes((struct bytes){document->sha256, 32}), db_int(document->size),
                          db_text(document->media_type), db_text(document->number),
                          text_or_null(document->issued_on), text_or_null(document->expires_on),
                          db_text(document->via), db_bool(document->original_seen), db_text(document->agent),
                          db_text(document->station), db_time(request->now_us), db_text(document->issuer),
                          db_text(document->sides), db_bool(document->photo), db_bool(document->legible)),
                &row, error))
        return false;
    *id = row_text(row, 0, "id");
    return true;
}

bool store_document(struct http_request *request, const char *id, struct db_rows **row,
                    struct ra_error *error)
{
    return db_one(request->db, request->context, STATEMENT_IDENTIFICATION_DOCUMENT, DB_VALUES(db_text(id)),
                  row, error);
}

bool store_document_of(struct http_request *request, const struct order *order, const char *id,
                       struct db_rows **row, struct ra_error *error)
{
    return db_one(request->db, request->context, STATEMENT_IDENTIFICATION_DOCUMENT_OF_ORDER,
                  DB_VALUES(db_text(id), db_int(order->id)), row, error);
}

bool store_add_consultation(struct http_request *request, const struct order *order,
                            const struct store_consultation *consultation, struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_IDENTIFICATION_ADD_CONSULTATION,
                   DB_VALUES(db_int(order->id), text_or_null(consultation->person_id),
                             db_text(consultation->kind), db_text(consultation->result),
                             db_text(consultation->base), db_text(consultation->protocol),
                             text_or_null(consultation->evidence_id), db_text(consultation->agent),
                             db_text(consultation->station), db_time(request->now_us),
                             db_time(consultation->consulted_us), db_text(consultation->registration),
                             db_text(consultation->form_number), db_text(consultation->via_seen)),
                   NULL, error);
}

bool store_open_task(struct http_request *request, const struct order *order, const char *person_id,
                     const char *kind, const char *text, const char *day, int business_days,
                     struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_IDENTIFICATION_OPEN_TASK,
                   DB_VALUES(db_int(order->id), text_or_null(person_id), db_text(kind), db_text(text),
                             db_int(order->office_id), db_text(day), db_int(business_days),
                             db_time(request->now_us), db_text(actor_name(request))),
                   NULL, error);
}

bool store_close_tasks(struct http_request *request, const struct order *order, const char *person_id,
                       const char *kind, const char *outcome, struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_IDENTIFICATION_CLOSE_TASKS,
                   DB_VALUES(db_int(order->id), text_or_null(person_id), db_text(kind),
                             db_time(request->now_us), db_text(actor_name(request)), db_text(outcome)),
                   NULL, error);
}

bool store_tasks(struct http_request *request, struct db_rows **rows, struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_IDENTIFICATION_TASKS,
                    DB_VALUES(db_time(request->now_us)), rows, error);
}

bool store_close_task(struct http_request *request, const char *id, const char *outcome, struct db_rows **row,
                      struct ra_error *error)
{
    return db_one(
        request->db, request->context, STATEMENT_IDENTIFICATION_CLOSE_TASK,
        DB_VALUES(db_text(id), db_time(request->now_us), db_text(actor_name(request)), db_text(outcome)), row,
        error);
}

bool store_siblings(struct http_request *request, const struct order *order, const char *day,
                    struct db_rows **rows, struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_IDENTIFICATION_SIBLINGS,
                    DB_VALUES(db_int(order->id), db_text(day)), rows, error);
}

bool store_former_answers(struct http_request *request, const struct order *order, struct db_rows **rows,
                          struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_IDENTIFICATION_FORMER_ANSWERS,
                    DB_VALUES(db_int(order->id)), rows, error);
}

bool store_reusable_documents(struct http_request *request, const struct order *order,
                              const struct order *source, const char *day, struct db_rows **rows,
                              struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_IDENTIFICATION_REUSABLE_DOCUMENTS,
                    DB_VALUES(db_int(order->id), db_int(source->id), db_text(day)), rows, error);
}

bool store_reusable_marks(struct http_request *request, const struct order *order, const struct order *source,
                          const char *day, struct db_rows **rows, struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_IDENTIFICATION_REUSABLE_MARKS,
                    DB_VALUES(db_int(order->id), db_int(source->id), db_text(day)), rows, error);
}

bool store_copy_document(struct http_request *request, const struct order *order, const char *source_id,
                         const char *person_id, struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_IDENTIFICATION_COPY_DOCUMENT,
                   DB_VALUES(db_text(source_id), db_int(order->id), text_or_null(person_id),
                             db_int(order->attempt), db_text(actor_name(request)),
                             db_text(actor_station(request)), db_time(request->now_us)),
                   NULL, error);
}

bool store_copy_consultations(struct http_request *request, const struct order *order,
                              const struct order *source, const char *day, int64_t *copied,
                              struct ra_error *error)
{
    return db_exec(request->db, STATEMENT_IDENTIFICATION_COPY_CONSULTATIONS,
                   DB_VALUES(db_int(order->id), db_int(source->id), db_text(day),
                             db_text(actor_name(request)), db_text(actor_station(request)),
                             db_time(request->now_us)),
                   copied, error);
}

bool store_waiver_register(struct http_request *request, const char *from, const char *to, const char *zone,
                           struct db_rows **rows, struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_IDENTIFICATION_WAIVER_REGISTER,
                    DB_VALUES(db_text(from), db_text(to), db_text(zone)), rows, error);
}

bool store_reasons(struct http_request *request, const char *day, struct db_rows **rows,
                   struct ra_error *error)
{
    return db_query(request->db, request->context, STATEMENT_IDENTIFICATION_REASONS, DB_VALUES(db_text(day)),
                    rows, error);
}

bool store_add_person(struct http_request *request, const struct order *order,
                      const struct store_person *person, const char **id, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(request->db, request->context, STATEMENT_IDENTIFICATION_ADD_PERSON,
                DB_VALUES(db_int(order->id), db_text(person->role), db_text(person->name),
                          db_text(person->cpf), db_text(person->birth_date), db_text(person->email),
                          db_text(person->phone)),
                &row, error))
        return error->code == RA_NOT_FOUND
                   ? ra_fail_field(
                         error, "cpf", "other-data",
                         "Esta pessoa já esteve no caso com outro nome ou nascimento: abra outro pedido.")
                   : false;
    *id = row_text(row, 0, "id");
    return true;
}

bool store_remove_person(struct http_request *request, const struct order *order, const char *id,
                         struct ra_error *error)
{
    int64_t changed = 0;
    return db_exec(request->db, STATEMENT_IDENTIFICATION_REMOVE_PERSON,
                   DB_VALUES(db_text(id), db_int(order->id), db_time(request->now_us)), &changed, error) &&
           (changed == 1 || ra_fail(error, RA_NOT_FOUND, "Esta pessoa não pode sair do caso."));
}

bool store_dossier_key(struct http_request *request, int64_t order_id, struct vault_key *key,
                       struct ra_error *error)
{
    struct db_rows *rows = NULL;
    const struct config *config = request->app->config;
    if (!db_query(request->db, request->context, STATEMENT_IDENTIFICATION_DOSSIER_KEY,
                  DB_VALUES(db_int(order_id)), &rows, error))
        return false;
    if (db_row_count(rows) == 1)
        return vault_open_key(config, row_bytes(rows, 0, "wrapped_key"), key, error);
    uint8_t wrapped[VAULT_WRAPPED_SIZE];
    int64_t added = 0;
    return vault_make_key(config, key, wrapped, error) &&
           db_exec(request->db, STATEMENT_IDENTIFICATION_ADD_DOSSIER_KEY,
                   DB_VALUES(db_int(order_id), db_bytes((struct bytes){wrapped, sizeof wrapped}),
                             db_time(request->now_us)),
                   &added, error) &&
           /* Somebody else made it meanwhile: a file sealed with this one could never be opened. */
           (added == 1 || ra_fail_reason(error, RA_CONFLICT, "serialization", "dossier key"));
}
