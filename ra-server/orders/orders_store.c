/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/office.h"
#include "authorization/authorization.h"
#include "orders/orders_internal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *const machine_words[ORDERS_MACHINE_COUNT] = {
    [ORDERS_MACHINE_ORDER] = "order",           [ORDERS_MACHINE_APPOINTMENT] = "appointment",
    [ORDERS_MACHINE_ATTENDANCE] = "attendance", [ORDERS_MACHINE_IDENTIFICATION] = "identification",
    [ORDERS_MACHINE_ISSUANCE] = "issuance",
};

const char *orders_actor(const struct http_request *request)
{
    const struct office_caller *caller = office_caller(request);
    const char *otherwise = request->listener == HTTP_PROGRAM ? "system" : "holder";
    return caller != NULL ? caller->name : otherwise;
}

/* --- reading --- */

/* Where each member of a person stands in the row's JSON. */
static const struct {
    const char *name;
    size_t offset;
} person_members[] = {
#define MEMBER(name)                                                                                         \
    {                                                                                                        \
#name, offsetof(struct order_person, name)                                                           \
    }
    MEMBER(id),         MEMBER(role),          MEMBER(name),       MEMBER(cpf),
    MEMBER(birth_date), MEMBER(email),         MEMBER(phone),      MEMBER(nis),
    MEMBER(rg),         MEMBER(rg_issuer),     MEMBER(rg_uf),      MEMBER(voter_id),
    MEMBER(voter_zone), MEMBER(voter_section), MEMBER(voter_city), MEMBER(voter_uf),
    MEMBER(cei),        MEMBER(social_name),
#undef MEMBER
};

static bool read_person(TALLOC_CTX *context, const json_t *json, struct order_person *person)
{
    for (size_t i = 0; i < sizeof person_members / sizeof person_members[0]; i++) {
        const char *text = json_string_value(json_object_get(json, person_members[i].name));
        char *copy = talloc_strdup(context, text != NULL ? text : "");
        if (copy == NULL)
            return false;
        memcpy((char *)person + person_members[i].offset, &copy, sizeof copy);
    }
    return true;
}

static bool read_people(struct order *order, const struct db_rows *rows, size_t row, struct ra_error *error)
{
    json_t *people = row_json(rows, row, "people");
    size_t count = json_array_size(people);
    order->people = talloc_zero_array(order, struct order_person, (unsigned)count);
    bool whole = count > 0 && order->people != NULL;
    for (size_t i = 0; whole && i < count; i++)
        whole = read_person(order->people, json_array_get(people, i), &order->people[i]);
    json_decref(people);
    order->people_count = count;
    order->subject = order->people;
    return whole || ra_fail(error, RA_INTERNAL, "the people of a case could not be read");
}

static bool read_company(struct order *order, const struct db_rows *rows, size_t row, struct ra_error *error)
{
    if (row_is_null(rows, row, "cnpj"))
        return true;
    order->company = talloc(order, struct order_company);
    if (order->company == NULL)
        return ra_fail(error, RA_NO_MEMORY, "order");
    *order->company = (struct order_company){
        .cnpj = row_text(rows, row, "cnpj"),
        .name = row_text(rows, row, "company_name"),
        .uf = row_text(rows, row, "company_uf"),
        .city = row_text(rows, row, "company_city"),
        .cei = row_text(rows, row, "company_cei"),
    };
    return true;
}

static bool read_appointment(struct order *order, const struct db_rows *rows, size_t row,
                             struct ra_error *error)
{
    if (row_is_null(rows, row, "appointment_id"))
        return true;
    order->appointment = talloc(order, struct order_appointment);
    if (order->appointment == NULL)
        return ra_fail(error, RA_NO_MEMORY, "order");
    *order->appointment = (struct order_appointment){
        .id = row_int(rows, row, "appointment_id"),
        .seat_id = row_int(rows, row, "seat_id"),
        .start_us = row_time(rows, row, "starts"),
        .end_us = row_time(rows, row, "ends"),
        .offset_s = (int)row_int(rows, row, "offset_s"),
        .mode = row_text(rows, row, "mode"),
        .priority = row_text(rows, row, "priority"),
        .state = row_text(rows, row, "appointment_row_state"),
        .uid = row_text(rows, row, "uid"),
        .sequence = (int)row_int(rows, row, "sequence"),
    };
    return true;
}

static void read_states(const struct db_rows *rows, size_t row, const char *states[ORDERS_MACHINE_COUNT])
{
    states[ORDERS_MACHINE_ORDER] = row_text(rows, row, "order_state");
    states[ORDERS_MACHINE_APPOINTMENT] = row_text(rows, row, "appointment_state");
    states[ORDERS_MACHINE_ATTENDANCE] = row_text(rows, row, "attendance_state");
    states[ORDERS_MACHINE_IDENTIFICATION] = row_text(rows, row, "identification_state");
    states[ORDERS_MACHINE_ISSUANCE] = row_text(rows, row, "issuance_state");
}

/* The order's texts point into the rows, so these must live on `context` too. */
bool orders_from_row(TALLOC_CTX *context, const struct db_rows *rows, size_t row, struct order **order,
                     struct ra_error *error)
{
    struct order *read = talloc_zero(context, struct order);
    if (read == NULL)
        return ra_fail(error, RA_NO_MEMORY, "order");
    *read = (struct order){
        .id = row_int(rows, row, "id"),
        .code = row_text(rows, row, "code"),
        .ref = row_text(rows, row, "ref"),
        .office_id = (int)row_int(rows, row, "office_id"),
        .office_code = row_text(rows, row, "office_code"),
        .product_id = row_text(rows, row, "product_id"),
        .product_from = row_text(rows, row, "product_from"),
        .product_name = row_text(rows, row, "product_name"),
        .profile_id = row_text(rows, row, "profile_id"),
        .media = row_text(rows, row, "media"),
        .validity_months = (int)row_int(rows, row, "validity_months"),
        .sold_in_person = row_bool(rows, row, "sold_in_person"),
        .sold_by_video = row_bool(rows, row, "sold_by_video"),
        .renewal_rule = row_text(rows, row, "renewal_rule"),
        .renewing = row_bool(rows, row, "renewing"),
        .renewal_ended = row_bool(rows, row, "renewal_ended"),
        .emitted_by_code = row_bool(rows, row, "emitted_by_code"),
        .price_cents = (int)row_int(rows, row, "price_cents"),
        .holder_kind = strcmp(row_text(rows, row, "holder_kind"), "pj") == 0 ? CERTIFICATE_HOLDER_COMPANY
                                                                             : CERTIFICATE_HOLDER_PERSON,
        .attempt = (int)row_int(rows, row, "attempt"),
        .rules_version = row_text(rows, row, "rules_version"),
        .origin = row_text(rows, row, "origin"),
        .email_confirmed = !row_is_null(rows, row, "email_confirmed_at"),
        .created_us = row_time(rows, row, "created_at"),
        .closed_us = row_time(rows, row, "closed_at"),
        .serial = row_text(rows, row, "serial"),
    };
    read_states(rows, row, read->states);
    *order = read;
    return read_people(read, rows, row, error) && read_company(read, rows, row, error) &&
           read_appointment(read, rows, row, error);
}

static bool not_found(struct ra_error *error)
{
    return ra_fail(error, RA_NOT_FOUND, "Não há pedido com este código.");
}

/* Held first when `lock`: in one round trip, but reading is a statement of its own, which sees the work of
 * whoever the first one waited for. */
static bool load(TALLOC_CTX *context, struct db *db, bool lock, bool by_code, struct db_value key,
                 struct order **order, struct ra_error *error)
{
    struct db_rows *held = NULL;
    struct db_rows *rows = NULL;
    const struct db_reading readings[] = {
        {by_code ? STATEMENT_ORDER_LOCK_BY_CODE : STATEMENT_ORDER_LOCK_BY_ID, &key, 1, &held},
        {by_code ? STATEMENT_ORDER_BY_CODE : STATEMENT_ORDER_BY_ID, &key, 1, &rows},
    };
    if (!db_query_all(db, context, lock ? readings : readings + 1, lock ? 2 : 1, error))
        return false;
    return db_row_count(rows) == 1 ? orders_from_row(context, rows, 0, order, error) : not_found(error);
}

/* A case was loaded for an operation: may it be done in the states the case is in? */
static bool check_states(const struct http_request *request, const struct order *order,
                         struct ra_error *error)
{
    struct authorization_state states[ORDERS_MACHINE_COUNT];
    for (size_t i = 0; i < ORDERS_MACHINE_COUNT; i++)
        states[i] = (struct authorization_state){machine_words[i], order->states[i]};
    return authorization_check_case(request->route->operation, states, ORDERS_MACHINE_COUNT, error);
}

bool orders_load(struct http_request *request, const char *code, struct order **order, struct ra_error *error)
{
    char normal[ORDERS_CODE_SIZE];
    if (!orders_code_normalise(code, normal))
        return not_found(error);
    return load(request->context, request->db, false, true, db_text(normal), order, error) &&
           check_states(request, *order, error);
}

bool orders_load_for_update(struct http_request *request, const char *code, struct order **order,
                            struct ra_error *error)
{
    char normal[ORDERS_CODE_SIZE];
    if (!orders_code_normalise(code, normal))
        return not_found(error);
    return load(request->context, request->db, true, true, db_text(normal), order, error) &&
           check_states(request, *order, error);
}

bool orders_hold_by_system(struct db *db, struct order *order, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(db, order, STATEMENT_ORDER_HOLD, DB_VALUES(db_int(order->id)), &row, error))
        return false;
    order->attempt = (int)row_int(row, 0, "attempt");
    order->closed_us = row_time(row, 0, "closed_at");
    read_states(row, 0, order->states);
    return true;
}

bool orders_hold(struct http_request *request, struct order *order, struct ra_error *error)
{
    return orders_hold_by_system(request->db, order, error) && check_states(request, order, error);
}

bool orders_load_by_id(TALLOC_CTX *context, struct db *db, int64_t id, bool lock, struct order **order,
                       struct ra_error *error)
{
    return load(context, db, lock, false, db_int(id), order, error);
}

/* --- changing --- */

/* `kind` NULL: no milestone. */
static bool advance(struct db *db, int64_t now_us, struct order *order, enum orders_machine machine,
                    const char *state, const char *kind, const char *actor, const char *detail,
                    struct ra_error *error)
{
    struct db_rows *row = NULL;
    char *kept = talloc_strdup(order, state);
    if (kept == NULL)
        return ra_fail(error, RA_NO_MEMORY, "order");
    if (!db_one(db, order, STATEMENT_ORDER_ADVANCE,
                DB_VALUES(db_int(order->id), db_text(machine_words[machine]), db_text(state), db_time(now_us),
                          db_text(kind), db_text(actor), db_text(detail)),
                &row, error))
        return false;
    order->states[machine] = kept;
    order->closed_us = row_is_null(row, 0, "closed_at") ? 0 : row_time(row, 0, "closed_at");
    return true;
}

bool orders_set_state_by_system(struct db *db, int64_t now_us, struct order *order,
                                enum orders_machine machine, const char *state, struct ra_error *error)
{
    return orders_in_state(order, machine, state) ||
           advance(db, now_us, order, machine, state, NULL, NULL, NULL, error);
}

bool orders_set_state(struct http_request *request, struct order *order, enum orders_machine machine,
                      const char *state, struct ra_error *error)
{
    return orders_set_state_by_system(request->db, request->now_us, order, machine, state, error);
}

bool orders_advance(struct http_request *request, struct order *order, enum orders_machine machine,
                    const char *state, const char *kind, const char *detail, struct ra_error *error)
{
    return advance(request->db, request->now_us, order, machine, state, kind, orders_actor(request), detail,
                   error);
}

bool orders_advance_by_system(struct db *db, int64_t now_us, struct order *order, enum orders_machine machine,
                              const char *state, const char *kind, const char *detail, struct ra_error *error)
{
    return advance(db, now_us, order, machine, state, kind, "system", detail, error);
}

bool orders_next_attempt(struct http_request *request, struct order *order, struct ra_error *error)
{
    struct db_rows *row = NULL;
    if (!db_one(request->db, request->context, STATEMENT_ORDER_NEXT_ATTEMPT, DB_VALUES(db_int(order->id)),
                &row, error))
        return false;
    order->attempt = (int)row_int(row, 0, "attempt");
    return true;
}

bool orders_set_rules_version(struct http_request *request, struct order *order, const char *version,
                              struct ra_error *error)
{
    order->rules_version = version;
    return db_exec(request->db, STATEMENT_ORDER_SET_RULES_VERSION,
                   DB_VALUES(db_int(order->id), db_text(version)), NULL, error);
}

static bool insert_milestone(struct db *db, int64_t now_us, const struct order *order, const char *kind,
                             const char *actor, const char *detail, struct ra_error *error)
{
    return db_exec_later(
        db, STATEMENT_ORDER_MILESTONE_INSERT,
        DB_VALUES(db_int(order->id), db_text(kind), db_time(now_us), db_text(actor), db_text(detail)), error);
}

bool orders_milestone(struct http_request *request, const struct order *order, const char *kind,
                      const char *detail, struct ra_error *error)
{
    return insert_milestone(request->db, request->now_us, order, kind, orders_actor(request), detail, error);
}

bool orders_milestone_by_system(struct db *db, int64_t now_us, const struct order *order, const char *kind,
                                const char *detail, struct ra_error *error)
{
    return insert_milestone(db, now_us, order, kind, "system", detail, error);
}

/* --- creating --- */

bool orders_count_open(struct db *db, TALLOC_CTX *context, const struct order_form *form,
                       const uint8_t address_hash[TOKEN_HASH_SIZE], struct orders_open_counts *counts,
                       struct ra_error *error)
{
    struct db_rows *row = NULL;
    const struct certificate_data *data = &form->data;
    if (!db_exec(
            db, STATEMENT_ORDER_LIMITS_LOCK,
            DB_VALUES(db_text(data->cpf), db_text(data->cnpj), db_text(data->email), db_text(form->phone)),
            NULL, error) ||
        !db_one(db, context, STATEMENT_ORDER_LIMITS_COUNT,
                DB_VALUES(db_text(data->cpf), db_text(data->cnpj), db_text(data->email), db_text(form->phone),
                          db_bytes((struct bytes){address_hash, TOKEN_HASH_SIZE})),
                &row, error))
        return false;
    *counts = (struct orders_open_counts){
        .cpf = row_int(row, 0, "cpf"),
        .cnpj = row_int(row, 0, "cnpj"),
        .email = row_int(row, 0, "email"),
        .phone = row_int(row, 0, "phone"),
        .address = row_int(row, 0, "address"),
    };
    return true;
}

static json_t *subject_json(const struct order_form *form)
{
    const struct certificate_data *data = &form->data;
    const char *role = form->holder == CERTIFICATE_HOLDER_COMPANY ? "responsible" : "holder";
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
                     "role", role, "social_name", form->social_name, "name", data->name, "cpf", data->cpf,
                     "birth_date", data->birth_date, "email", data->email, "phone", form->phone, "nis",
                     data->nis, "rg", data->rg, "rg_issuer", data->rg_issuer, "rg_uf", data->rg_uf,
                     "voter_id", data->voter_id, "voter_zone", data->voter_zone, "voter_section",
                     data->voter_section, "voter_city", data->voter_city, "voter_uf", data->voter_uf, "cei",
                     data->cei);
}

/* A representative has no numbers of his own in the certificate. */
static json_t *representative_json(const struct order_representative *person)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
                     "role", "representative", "social_name", "", "name", person->name, "cpf", person->cpf,
                     "birth_date", person->birth_date, "email", person->email, "phone", person->phone, "nis",
                     "", "rg", "", "rg_issuer", "", "rg_uf", "", "voter_id", "", "voter_zone", "",
                     "voter_section", "", "voter_city", "", "voter_uf", "", "cei", "");
}

static char *dumped(TALLOC_CTX *context, json_t *take_json)
{
    char *text = take_json != NULL ? json_dumps(take_json, JSON_COMPACT) : NULL;
    char *kept = text != NULL ? talloc_strdup(context, text) : NULL;
    free(text);
    json_decref(take_json);
    return kept;
}

static json_t *company_json(const struct order_form *form)
{
    const struct certificate_data *data = &form->data;
    if (form->holder != CERTIFICATE_HOLDER_COMPANY)
        return json_array();
    return json_pack("[{s:s, s:s, s:s, s:s, s:s}]", "cnpj", data->cnpj, "name", data->company_name, "uf",
                     data->company_uf, "city", data->company_city, "cei", data->company_cei);
}

bool orders_insert(struct db *db, TALLOC_CTX *context, const struct orders_new *new_order,
                   struct ra_error *error)
{
    struct db_rows *row = NULL;
    json_t *people = json_array();
    json_array_append_new(people, subject_json(new_order->form));
    for (size_t i = 0; i < new_order->form->representative_count; i++)
        json_array_append_new(people, representative_json(&new_order->form->representatives[i]));
    char *people_text = dumped(context, people);
    char *company_text = dumped(context, company_json(new_order->form));
    if (people_text == NULL || company_text == NULL)
        return ra_fail(error, RA_NO_MEMORY, "order");
    return db_one(
        db, context, STATEMENT_ORDER_INSERT,
        DB_VALUES(db_text(new_order->code), db_int(new_order->office->id), db_text(new_order->product->id),
                  db_text(new_order->product->from), db_int(new_order->product->price_cents),
                  db_text(new_order->origin),
                  new_order->address_hash.length > 0 ? db_bytes(new_order->address_hash) : db_null(),
                  db_time(new_order->at_us), db_text(new_order->actor), db_text(people_text),
                  db_text(company_text)),
        &row, error);
}
