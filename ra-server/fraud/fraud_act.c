/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fraud/fraud_act.h"

#include "app.h"
#include "approval/approval.h"
#include "approval/ending.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "fraud/fraud.h"
#include "fraud/fraud_rules.h"
#include "fraud/fraud_store.h"
#include "identification/identification.h"
#include "identification/vault.h"
#include "instant.h"
#include "log.h"
#include "renewal/renewal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One report on its way. */
struct act {
    struct http_request *request;
    struct order *order;
    struct catalog_office *office;
    struct fraud_report report;
    const struct order_person **people;
    const char **entries; /* one for each of them */
    size_t count;
    enum ending_kind stop;
    struct ending *ending; /* NULL: nothing was left to stop */
    size_t images, unreadable;
    int64_t task_id, due_us, id;
    json_t *known, *entry_ids;
    json_t *renewals; /* that end with the certificate */
};

/* --- what would happen --- */

static bool check_first(struct act *act, struct ra_error *error)
{
    int64_t former = 0;
    if (!fraud_store_of_order(act->request, act->order, &former, error))
        return false;
    return former == 0 ||
           ra_fail_reason(error, RA_CONFLICT, "fraud-reported",
                          "A fraude deste pedido já foi relatada: comunicado %" PRId64 ".", former);
}

static json_t *people_json(const struct order *order, const struct db_rows *images)
{
    json_t *people = json_array();
    for (size_t i = 0; i < order->people_count; i++) {
        const struct order_person *person = &order->people[i];
        json_int_t documents = 0, faces = 0;
        for (size_t row = 0; row < db_row_count(images); row++) {
            if (strcmp(row_text(images, row, "person_id"), person->id) != 0)
                continue;
            if (strcmp(row_text(images, row, "word"), "face") == 0)
                faces++;
            else
                documents++;
        }
        json_array_append_new(people, json_pack("{s:s, s:s, s:s, s:I, s:I}", "role", person->role, "name",
                                                person->name, "cpf", person->cpf, "documents", documents,
                                                "faces", faces));
    }
    return people;
}

bool fraud_plan(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct act act = {.request = request};
    struct db_rows *images = NULL;
    const char *instance = "";
    if (!orders_load(request, http_path_parameter(request, "code"), &act.order, error) ||
        !check_first(&act, error) || !ending_now(request, act.order, &act.stop, error) ||
        !fraud_store_images(request, act.order, &images, error) ||
        !renewal_dependents(request, act.order, &act.renewals, error) ||
        !fraud_store_due(request, act.order, &act.due_us, error) ||
        !approval_instance(request, &instance, error) ||
        !audit_case_read(request, act.order, "fraud", error)) {
        json_decref(act.renewals);
        return false;
    }
    const struct order_company *company = act.order->company;
    http_reply(response, 200,
               json_pack("{s:s, s:s, s:i, s:s, s:s, s:o, s:o, s:o, s:o}", "instance", instance, "order",
                         act.order->code, "attempt", act.order->attempt, "serial", act.order->serial, "stop",
                         fraud_stop_word(act.stop), "people", people_json(act.order, images), "company",
                         company == NULL
                             ? json_null()
                             : json_pack("{s:s, s:s}", "cnpj", company->cnpj, "name", company->name),
                         "due", instant_json(act.due_us), "renewals", act.renewals));
    return true;
}

/* --- 1: the case stops --- */

/* Before anything is written: a statement that does not hold leaves its trace and nothing else. */
static bool read_ending(struct act *act, struct ra_error *error)
{
    const bool signed_one = json_object_get(act->request->body, "cms") != NULL;
    if (!ending_now(act->request, act->order, &act->stop, error))
        return false;
    if (act->stop == ENDING_LATER)
        return ra_fail_reason(error, RA_ILLEGAL_TRANSITION, "certificate-asked-for",
                              "O certificado está sendo pedido à AC neste momento. Repita em instantes: o "
                              "relato então o revoga.");
    if (act->stop != ENDING_NONE)
        return ending_read(act->request, act->stop, ENDING_KEY_COMPROMISE, &act->ending, error);
    return !signed_one || ra_fail_reason(error, RA_CONFLICT, "fraud-plan",
                                         "O caso mudou enquanto você lia. Repita o comando.");
}

/* --- 2: its people go to the list --- */

static bool keep_occurrence(struct act *act, size_t at, struct ra_error *error)
{
    struct neglist_typed typed;
    struct neglist_entry entry;
    fraud_occurrence(act->order, act->office, &act->report, act->people[at], at == 0, &typed);
    return neglist_entry_read(act->request->context, &typed, &entry, error) &&
           neglist_keep(act->request, act->order, &entry, &act->entries[at], error) &&
           (json_array_append_new(act->entry_ids, json_string(act->entries[at])) == 0 ||
            ra_fail(error, RA_NO_MEMORY, "fraud"));
}

/* Whoever stands in the case twice has one occurrence; NULL: the report does not name this person. */
static const char *entry_of(const struct act *act, const char *person_id)
{
    for (size_t i = 0; i < act->order->people_count; i++) {
        const struct order_person *person = &act->order->people[i];
        if (strcmp(person->id, person_id) != 0)
            continue;
        for (size_t at = 0; at < act->count; at++)
            if (strcmp(act->people[at]->cpf, person->cpf) == 0)
                return act->entries[at];
    }
    return NULL;
}

static bool open_image(const struct act *act, const struct db_rows *rows, size_t row, int file,
                       struct ra_error *error)
{
    const struct config *config = act->request->app->config;
    struct vault_key key;
    if (!vault_open_key(config, row_bytes(rows, row, "wrapped_key"), &key, error))
        return false;
    const bool ok =
        vault_get(config, &key, act->order->ref, row_bytes(rows, row, "sha256").data, file, error);
    vault_wipe(&key);
    return ok;
}

static bool copy_image(struct act *act, const struct db_rows *rows, size_t row, const char *entry, int file,
                       struct ra_error *error)
{
    struct ra_error unreadable = {0};
    const char *id = NULL;
    const struct neglist_image image = {row_text(rows, row, "word"), row_text(rows, row, "media_type"),
                                        row_bytes(rows, row, "sha256").data, row_int(rows, row, "size_bytes"),
                                        file};
    /* A file that is damaged must not keep a fraud from being stopped: the comunicado says so. */
    if (!open_image(act, rows, row, file, &unreadable)) {
        log_error("fraud-image-unreadable", "fraud", &unreadable);
        act->unreadable++;
        return true;
    }
    if (!neglist_keep_image(act->request, entry, &image, &id, error)) {
        if (strcmp(error->reason, "neglist-image-repeated") != 0)
            return false;
        *error = (struct ra_error){0};
        return true;
    }
    act->images++;
    return true;
}

static bool copy_images(struct act *act, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!fraud_store_images(act->request, act->order, &rows, error))
        return false;
    for (size_t row = 0; row < db_row_count(rows); row++) {
        const char *entry = entry_of(act, row_text(rows, row, "person_id"));
        int file = -1;
        if (entry == NULL)
            continue;
        if (!http_temporary_file(act->request, &file, error))
            return false;
        const bool ok = copy_image(act, rows, row, entry, file, error);
        close(file);
        if (!ok)
            return false;
    }
    return true;
}

static bool feed_list(struct act *act, struct ra_error *error)
{
    act->entries = talloc_zero_array(act->request->context, const char *, (unsigned)act->count + 1);
    if (act->entries == NULL)
        return ra_fail(error, RA_NO_MEMORY, "fraud");
    for (size_t at = 0; at < act->count; at++)
        if (!keep_occurrence(act, at, error))
            return false;
    return copy_images(act, error);
}

/* --- 3: the comunicado and its clock --- */

static bool write_form(struct act *act, const char **text, struct ra_error *error)
{
    const struct office_caller *agent = office_caller(act->request);
    const struct fraud_form form = {.order = act->order,
                                    .office = act->office,
                                    .report = &act->report,
                                    .known = act->known,
                                    .agent = agent->name,
                                    .cpf = agent->cpf,
                                    .station = agent->station,
                                    .at_us = act->request->now_us,
                                    .due_us = act->due_us,
                                    .stop = act->stop,
                                    .statement = act->ending == NULL ? "" : ending_digest(act->ending),
                                    .entries = act->entry_ids,
                                    .images = act->images,
                                    .unreadable = act->unreadable};
    json_t *made = fraud_form_json(&form);
    char *dumped = json_dumps(made, JSON_COMPACT);
    *text = dumped == NULL ? NULL : talloc_strdup(act->request->context, dumped);
    free(dumped);
    json_decref(made);
    return *text != NULL || ra_fail(error, RA_NO_MEMORY, "fraud");
}

static bool keep_report(struct act *act, const char *form, struct ra_error *error)
{
    const struct office_caller *agent = office_caller(act->request);
    uint8_t statement[32];
    struct fraud_row row = {.order = act->order,
                            .report = &act->report,
                            .stop = fraud_stop_word(act->stop),
                            .task_id = act->task_id,
                            .form = form,
                            .agent = agent->name,
                            .station = agent->station};
    if (act->ending != NULL) {
        if (!hex_decode(ending_digest(act->ending), statement, sizeof statement))
            return ra_fail(error, RA_INTERNAL, "a digest that is none");
        row.statement = (struct bytes){statement, sizeof statement};
    }
    if (!fraud_store_add(act->request, &row, &act->id, error))
        return false;
    for (size_t at = 0; at < act->count; at++)
        if (!fraud_store_add_entry(act->request, act->id, act->entries[at], error))
            return false;
    return true;
}

static bool record(struct act *act, const char *form, struct ra_error *error)
{
    const struct bytes bytes = bytes_of_text(form);
    uint8_t digest[32];
    if (!sha256(bytes, digest))
        return ra_fail_crypto(error, "fraud");
    json_t *detail =
        json_pack("{s:I, s:s, s:s, s:s, s:O, s:I, s:o, s:s}", "report", (json_int_t)act->id, "kind",
                  act->report.kind, "stop", fraud_stop_word(act->stop), "statement",
                  act->ending == NULL ? "" : ending_digest(act->ending), "entries", act->entry_ids, "images",
                  (json_int_t)act->images, "due", instant_json(act->due_us), "sha256",
                  hex_encode(act->request->context, (struct bytes){digest, sizeof digest}));
    json_t *personal = json_pack("{s:s, s:s, s:s}", "description", act->report.description, "modus",
                                 act->report.modus, "physical", act->report.physical);
    return identification_annex_add(act->request, act->order, "fraud_report", "application/json", bytes,
                                    error) &&
           audit_record(act->request, AUDIT_FRAUD_REPORTED, act->order, detail, personal, error);
}

static bool write_report(struct act *act, struct ra_error *error)
{
    const char *form = NULL;
    bool opened = false;
    return fraud_store_open_task(act->request, act->order, "Comunicar a fraude à AC",
                                 office_caller(act->request)->name, &act->task_id, &act->due_us, &opened,
                                 error) &&
           fraud_store_known(act->request, act->order, &act->known, error) && write_form(act, &form, error) &&
           keep_report(act, form, error) && record(act, form, error);
}

/* --- the act --- */

static bool read_all(struct act *act, struct ra_error *error)
{
    struct http_request *request = act->request;
    act->entry_ids = json_array();
    if (!fraud_report_read(request->context, request->body, &act->report, error) ||
        !orders_load_for_update(request, http_path_parameter(request, "code"), &act->order, error) ||
        !check_first(act, error) || !catalog_office(request->app, request->context, &act->office, error) ||
        !read_ending(act, error))
        return false;
    if (act->ending != NULL)
        act->order = ending_order(act->ending);
    return renewal_dependents(request, act->order, &act->renewals, error) &&
           fraud_people(request->context, act->order, &act->report, &act->people, &act->count, error);
}

/* The signer last: see ending.h. */
static bool do_all(struct act *act, struct ra_error *error)
{
    return read_all(act, error) && (act->ending == NULL || ending_write(act->request, act->ending, error)) &&
           feed_list(act, error) && write_report(act, error) &&
           (act->ending == NULL || ending_settle(act->request, act->ending, error));
}

bool fraud_report_post(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct act act = {.request = request};
    const bool ok = do_all(&act, error);
    if (ok)
        http_reply(response, 201,
                   json_pack("{s:I, s:s, s:s, s:s, s:O, s:I, s:I, s:o, s:I, s:O}", "report",
                             (json_int_t)act.id, "order", act.order->code, "stop", fraud_stop_word(act.stop),
                             "statement", act.ending == NULL ? "" : ending_digest(act.ending), "entries",
                             act.entry_ids, "images", (json_int_t)act.images, "unreadable",
                             (json_int_t)act.unreadable, "due", instant_json(act.due_us), "task",
                             (json_int_t)act.task_id, "renewals", act.renewals));
    json_decref(act.renewals);
    json_decref(act.known);
    json_decref(act.entry_ids);
    return ok;
}
