/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is still missing and why, in words for the person who must bring it: coded reasons, the list of a
 * return, and the tasks with a deadline.
 */
#include "audit/audit.h"
#include "fraud/fraud.h"
#include "identification/identification.h"
#include "identification/identification_internal.h"
#include "identification/identification_store.h"
#include "identification/judged_case.h"
#include "identification/rules_cache.h"
#include "pki/base/clock.h"

#include <string.h>

enum { REASON_MAX = 500, ITEMS_MAX = 32 };

/* --- reasons --- */

/* The row of a coded reason; false: free text. */
static bool find_reason(const struct db_rows *reasons, const char *code, size_t *row)
{
    for (*row = 0; *row < db_row_count(reasons); ++*row)
        if (strcmp(row_text(reasons, *row, "code"), code) == 0)
            return true;
    return false;
}

bool reasons_list(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    const struct ruleset *ruleset = NULL;
    struct db_rows *rows = NULL;
    if (!rules_today(request, &ruleset, error) || !store_reasons(request, ruleset->day, &rows, error))
        return false;
    json_t *reasons = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++)
        json_array_append_new(reasons, json_pack("{s:s,s:s,s:b,s:s,s:s}", "code", row_text(rows, i, "code"),
                                                 "rule", row_text(rows, i, "rule_id"), "suspends",
                                                 row_bool(rows, i, "suspends") ? 1 : 0, "text",
                                                 row_text(rows, i, "text_agent"), "citizen",
                                                 row_text(rows, i, "text_citizen")));
    http_reply(response, 200, json_pack("{s:o}", "reasons", reasons));
    return true;
}

/* --- the list of what is missing --- */

static bool is_missing(const struct engine_item *item)
{
    return item->rule->required && item->state != ENGINE_ACCEPTED && item->state != ENGINE_WAIVED;
}

/* Only what the person can mend: a paper, their presence, or data that diverge from an official base. What
 * the negative list or the biometric base says is not told across the counter. */
static bool concerns_citizen(const struct engine_item *item)
{
    switch (item->rule->kind) {
    case RULES_DOCUMENT:
    case RULES_PRESENCE:
        return true;
    case RULES_CONSULTATION:
        return item->rule->diverges && item->state == ENGINE_REJECTED;
    case RULES_ATTESTATION:
        return item->state == ENGINE_REJECTED;
    case RULES_BIOMETRIC:
    case RULES_JUDGEMENT:
    case RULES_PROCESS:
    case RULES_KIND_COUNT:
    default:
        return false;
    }
}

static json_t *missing_json(const struct judged_case *judged, const struct db_rows *reasons,
                            const struct engine_item *item)
{
    const struct order_person *person = judged_case_order_person(judged, item->person);
    size_t row = 0;
    const bool coded = item->reason[0] != '\0' && find_reason(reasons, item->reason, &row);
    const char *why = coded ? row_text(reasons, row, "text_citizen")
                      : item->state == ENGINE_REJECTED && item->detail[0] == '\0' ? item->reason
                      : strcmp(item->reason, "document-missing") == 0             ? ""
                                                                                  : item->detail;
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "item", item->rule->id, "person",
                     rules_role_word(item->person->role), "person_name", person == NULL ? "" : person->name,
                     "code", coded ? item->reason : "", "why", why, "text", item->rule->text_citizen);
}

static bool list_missing(struct http_request *request, const struct order *order, bool rejected_alone,
                         json_t **missing, struct ra_error *error)
{
    struct judged_case judged;
    struct db_rows *reasons = NULL;
    if (!judged_case_read(request, order, &judged, error) ||
        !store_reasons(request, judged.facts.day, &reasons, error))
        return false;
    *missing = json_array();
    for (size_t i = 0; i < judged.verdict.item_count; i++) {
        const struct engine_item *item = &judged.verdict.items[i];
        if (is_missing(item) && concerns_citizen(item) &&
            (!rejected_alone || item->state == ENGINE_REJECTED) &&
            json_array_append_new(*missing, missing_json(&judged, reasons, item)) != 0) {
            json_decref(*missing);
            return ra_fail(error, RA_NO_MEMORY, "missing");
        }
    }
    return *missing != NULL || ra_fail(error, RA_NO_MEMORY, "missing");
}

bool identification_missing(struct http_request *request, const struct order *order, json_t **missing,
                            struct ra_error *error)
{
    return list_missing(request, order, false, missing, error);
}

bool identification_corrections(struct http_request *request, const struct order *order, json_t **corrections,
                                struct ra_error *error)
{
    return list_missing(request, order, true, corrections, error);
}

bool missing_get(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    json_t *missing = NULL;
    if (!orders_load(request, http_path_parameter(request, "code"), &order, error) ||
        !audit_case_read(request, order, "missing", error) ||
        !identification_missing(request, order, &missing, error))
        return false;
    http_reply(response, 200, json_pack("{s:s,s:o}", "order", order->code, "missing", missing));
    return true;
}

/* --- sending back --- */

static bool reject_one(struct http_request *request, const struct order *order,
                       const struct judged_case *judged, const json_t *wish, struct ra_error *error)
{
    const char *id = http_text(wish, "item");
    const char *reason = http_text(wish, "reason");
    const struct engine_item *item = NULL;
    if (id == NULL || reason == NULL || reason[0] == '\0' || strlen(reason) > REASON_MAX)
        return ra_fail_field(error, "items", "shape",
                             "Cada item a corrigir leva o item e o motivo, em até 500 caracteres.");
    return judged_case_item(judged, id, http_text(wish, "person"), &item, error) &&
           store_set_item(request, order, item->person->id, item->rule->id, "rejected", reason,
                          actor_name(request), error) &&
           audit_record(request, AUDIT_ITEM_REJECTED, order,
                        json_pack("{s:s,s:s}", "item", item->rule->id, "state", "rejected"),
                        json_pack("{s:s}", "reason", reason), error);
}

bool identification_send_back(struct http_request *request, const struct order *order, const json_t *items,
                              struct ra_error *error)
{
    struct judged_case judged;
    size_t index;
    const json_t *wish;
    if (items == NULL || json_is_null(items))
        return true;
    if (!json_is_array(items) || json_array_size(items) > ITEMS_MAX)
        return ra_fail_field(error, "items", "type", "Os itens a corrigir vêm numa lista de até 32.");
    if (!judged_case_read(request, order, &judged, error))
        return false;
    json_array_foreach((json_t *)(uintptr_t)items, index, wish)
    {
        if (!reject_one(request, order, &judged, wish, error))
            return false;
    }
    return true;
}

/* --- tasks --- */

bool tasks_list(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!store_tasks(request, &rows, error))
        return false;
    json_t *tasks = json_array();
    for (size_t i = 0; i < db_row_count(rows); i++) {
        char due[CLOCK_TEXT_SIZE], opened[CLOCK_TEXT_SIZE];
        clock_format_utc(row_time(rows, i, "due_at"), due, sizeof due);
        clock_format_utc(row_time(rows, i, "opened_at"), opened, sizeof opened);
        json_array_append_new(
            tasks, json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:b}", "id", (json_int_t)row_int(rows, i, "id"),
                             "order", row_text(rows, i, "code"), "kind", row_text(rows, i, "kind"), "text",
                             row_text(rows, i, "text"), "due", due, "opened", opened, "opened_by",
                             row_text(rows, i, "opened_by"), "late", row_bool(rows, i, "late") ? 1 : 0));
    }
    if (!audit_record(request, AUDIT_QUEUE_READ, NULL, json_pack("{s:s}", "what", "tasks"), NULL, error)) {
        json_decref(tasks);
        return false;
    }
    http_reply(response, 200, json_pack("{s:o}", "tasks", tasks));
    return true;
}

bool task_close(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    const char *outcome = http_text(request->body, "outcome");
    struct db_rows *row = NULL;
    if (outcome == NULL || outcome[0] == '\0' || strlen(outcome) > REASON_MAX)
        return ra_fail_field(error, "outcome", "required",
                             "Diga como a tarefa terminou, em até 500 caracteres.");
    const char *id = http_path_parameter(request, "id");
    /* Closed first: a comunicado that is being made meanwhile waits for it or is seen. */
    if (!store_close_task(request, id, outcome, &row, error) || !fraud_check_dismissal(request, id, error))
        return false;
    struct order *order = NULL;
    const char *code = row_text(row, 0, "code");
    const bool of_fraud = strcmp(row_text(row, 0, "kind"), "fraud_report") == 0;
    if (strcmp(row_text(row, 0, "kind"), "revocation") == 0)
        return ra_fail_reason(error, RA_CONFLICT, "revocation-not-seen",
                              "Esta tarefa termina quando a série aparece na LCR da AC.");
    if (code[0] != '\0' && !orders_load(request, code, &order, error))
        return false;
    if (!audit_record(request, of_fraud ? AUDIT_FRAUD_DISMISSED : AUDIT_BIO_CONFLICT_ANSWERED, order,
                      json_pack("{s:s}", "kind", row_text(row, 0, "kind")),
                      json_pack("{s:s}", "outcome", outcome), error))
        return false;
    http_reply(response, 200, json_pack("{s:s,s:s}", "kind", row_text(row, 0, "kind"), "state", "closed"));
    return true;
}
