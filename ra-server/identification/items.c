/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What agents say of an item: accept, reject, reopen, waive; and the presence of each person.
 */
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "identification/identification.h"
#include "identification/identification_internal.h"
#include "identification/judged_case.h"
#include "identification/rules_cache.h"

#include <string.h>

enum { REASON_MAX = 500 };

#define PRESENCE_RULE "ATT-01"

/* --- suspension (DIV-01) --- */

static bool move_suspension(struct http_request *request, struct order *order, const char *state,
                            enum audit_code code, const char *item, struct ra_error *error)
{
    return orders_set_state(request, order, ORDERS_MACHINE_IDENTIFICATION, state, error) &&
           audit_record(request, code, order, json_pack("{s:s}", "item", item), NULL, error);
}

/* The state follows what the dossier says: a divergence suspends by itself and nothing else resumes. */
static bool settle_suspension(struct http_request *request, struct order *order,
                              const struct judged_case *judged, struct ra_error *error)
{
    const bool suspended = orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "suspended");
    if (judged->verdict.suspended != NULL && !suspended)
        return move_suspension(request, order, "suspended", AUDIT_DIVERGENCE_SUSPENDED,
                               judged->verdict.suspended->rule->id, error);
    if (judged->verdict.suspended == NULL && suspended)
        return move_suspension(request, order, "open", AUDIT_DIVERGENCE_RESOLVED, "", error);
    return true;
}

bool judged_case_settle(struct http_request *request, struct order *order, struct judged_case *judged,
                        struct ra_error *error)
{
    return judged_case_read(request, order, judged, error) &&
           settle_suspension(request, order, judged, error);
}

bool answer_with_checklist(struct http_request *request, struct http_response *response, int status,
                           struct order *order, struct ra_error *error)
{
    struct judged_case judged;
    if (!judged_case_settle(request, order, &judged, error))
        return false;
    http_reply(response, status, judged_case_json(&judged));
    return true;
}

/* --- judging one item --- */

struct item_act {
    struct order *order;
    struct judged_case judged;
    const struct engine_item *item;
};

static bool begin(struct http_request *request, struct item_act *act, struct ra_error *error)
{
    return open_for_change(request, "item", &act->order, error) &&
           judged_case_read(request, act->order, &act->judged, error) &&
           judged_case_item(&act->judged, http_path_parameter(request, "item"),
                            http_text(request->body, "person"), &act->item, error);
}

static bool mark(struct http_request *request, struct http_response *response, struct item_act *act,
                 const char *state, enum audit_code code, struct ra_error *error)
{
    const char *reason = http_text(request->body, "reason");
    const struct rules_rule *rule = act->item->rule;
    reason = reason == NULL ? "" : reason;
    if (strlen(reason) > REASON_MAX)
        return ra_fail_field(error, "reason", "length", "O motivo tem no máximo 500 caracteres.");
    if (!store_set_item(request, act->order, act->item->person->id, rule->id, state, reason,
                        actor_name(request), error))
        return false;
    json_t *detail = json_pack("{s:s,s:s}", "item", rule->id, "state", state);
    if (detail != NULL && act->item->person->id[0] != '\0')
        json_object_set_new(detail, "person", json_string(act->item->person->id));
    return audit_record(request, code, act->order, detail,
                        reason[0] == '\0' ? NULL : json_pack("{s:s}", "reason", reason), error) &&
           answer_with_checklist(request, response, 200, act->order, error);
}

/* When the rows' agents last said anything of the item; 0 = never. */
static int64_t marked_at(const struct item_act *act)
{
    int64_t at = 0;
    for (size_t i = 0; i < act->judged.facts.mark_count; i++) {
        const struct engine_mark *one = &act->judged.facts.marks[i];
        if (strcmp(one->rule_id, act->item->rule->id) == 0 &&
            strcmp(one->person_id, act->item->person->id) == 0)
            at = row_time(act->judged.marks, i, "at");
    }
    return at;
}

static bool is_newer(const struct item_act *act, const struct db_rows *rows, size_t row, const char *moment,
                     int64_t since)
{
    return row_time(rows, row, moment) > since &&
           strcmp(row_text(rows, row, "person_id"), act->item->person->id) == 0;
}

/* A paper for this very item, seen by an agent; a good answer of a base that leaves a trace. Anything else,
 * such as what the holder sends in, has told nothing new. */
static bool has_newer_evidence(const struct item_act *act, int64_t since)
{
    const struct engine_case *facts = &act->judged.facts;
    const bool video = strcmp(facts->mode, "video") == 0;
    for (size_t i = 0; i < facts->document_count; i++)
        if (is_newer(act, act->judged.documents, i, "at", since) &&
            row_text(act->judged.documents, i, "copied_from")[0] == '\0' &&
            strcmp(facts->documents[i].item, act->item->rule->id) == 0 &&
            (video || facts->documents[i].original_seen))
            return true;
    for (size_t i = 0; i < facts->consultation_count; i++)
        if (is_newer(act, act->judged.consultations, i, "consulted_at", since) &&
            strcmp(facts->consultations[i].result, "ok") == 0 &&
            (facts->consultations[i].protocol[0] != '\0' || facts->consultations[i].has_evidence))
            return true;
    return false;
}

/* DIV-01: nobody's word lifts a divergence, only something new in the dossier. Where a base said it (no agent
 * has marked the item), its next answer lifts it by itself. */
static bool may_lift(const struct item_act *act, struct ra_error *error)
{
    const int64_t marked = marked_at(act);
    if (act->item->state != ENGINE_REJECTED || strcmp(act->item->reason, "divergence") != 0 ||
        (marked != 0 && has_newer_evidence(act, marked)))
        return true;
    const struct rules_rule *rule = ruleset_rule(act->judged.ruleset, "DIV-01");
    ra_fail_reason(error, RA_RULE_REFUSED, "suspended-divergence",
                   "%s: a divergência só se encerra com documento ou consulta nova no dossiê.",
                   act->item->rule->id);
    snprintf(error->source, sizeof error->source, "%s", rule == NULL ? "DIV-01" : rule->source);
    return false;
}

bool item_accept(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct item_act act;
    return begin(request, &act, error) && may_lift(&act, error) &&
           engine_may_accept(act.judged.ruleset, &act.judged.facts, act.item, error) &&
           mark(request, response, &act, "accepted", AUDIT_ITEM_ACCEPTED, error);
}

/* CLR-01: an unclear document means that another one was asked for, and the log says so. */
static bool note_second_document(struct http_request *request, const struct item_act *act,
                                 struct ra_error *error)
{
    const char *reason = http_text(request->body, "reason");
    return reason == NULL || strcmp(reason, "not_legible") != 0 ||
           audit_record(request, AUDIT_SECOND_DOC_REQUESTED, act->order,
                        json_pack("{s:s}", "item", act->item->rule->id), NULL, error);
}

/* A paper that is not taken has its own word in the log (identification-rules 3.8). */
static enum audit_code rejection_of(const struct item_act *act)
{
    for (size_t i = 0; i < act->judged.facts.document_count; i++)
        if (strcmp(act->judged.facts.documents[i].item, act->item->rule->id) == 0 &&
            strcmp(act->judged.facts.documents[i].person_id, act->item->person->id) == 0)
            return AUDIT_DOC_REJECTED;
    return AUDIT_ITEM_REJECTED;
}

bool item_reject(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct item_act act;
    const char *reason = http_text(request->body, "reason");
    const bool diverges = reason != NULL && strcmp(reason, "divergence") == 0;
    return begin(request, &act, error) && (diverges || may_lift(&act, error)) &&
           note_second_document(request, &act, error) &&
           mark(request, response, &act, "rejected", rejection_of(&act), error);
}

/* What was never judged, or is open again, has nothing to be opened: two agents at one case are told so. */
static bool is_judged(const struct item_act *act, struct ra_error *error)
{
    const struct engine_case *facts = &act->judged.facts;
    const char *last = "pending";
    for (size_t i = 0; i < facts->mark_count; i++)
        if (strcmp(facts->marks[i].rule_id, act->item->rule->id) == 0 &&
            strcmp(facts->marks[i].person_id, act->item->person->id) == 0)
            last = facts->marks[i].state;
    if (act->item->state != ENGINE_PENDING || strcmp(last, "pending") != 0)
        return true;
    return ra_fail_reason(error, RA_CONFLICT, "item-not-judged",
                          "%s ainda não foi julgado: não há o que reabrir.", act->item->rule->id);
}

bool item_reopen(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct item_act act;
    return begin(request, &act, error) && is_judged(&act, error) && may_lift(&act, error) &&
           mark(request, response, &act, "pending", AUDIT_ITEM_REOPENED, error);
}

bool item_waive(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct item_act act;
    const char *reason = http_text(request->body, "reason");
    if (!begin(request, &act, error) || !may_lift(&act, error))
        return false;
    if (!act.item->may_waive) {
        ra_fail_reason(error, RA_RULE_REFUSED, "not-waivable", "Nenhuma regra permite dispensar este item.");
        snprintf(error->source, sizeof error->source, "%s", act.item->rule->source);
        return false;
    }
    if (reason == NULL || reason[0] == '\0')
        return ra_fail_field(error, "reason", "missing", "Diga por que o item é dispensado.");
    return mark(request, response, &act, "waived", AUDIT_ITEM_WAIVED, error);
}

/* --- presence --- */

static bool set_presence(struct http_request *request, const struct order *order,
                         const struct engine_person *person, bool present, struct ra_error *error)
{
    return store_set_item(request, order, person->id, PRESENCE_RULE, present ? "accepted" : "pending", "",
                          actor_name(request), error);
}

static bool is_open(const struct order *order)
{
    return orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "open") ||
           orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "returned") ||
           orders_in_state(order, ORDERS_MACHINE_IDENTIFICATION, "suspended");
}

bool identification_presence(struct http_request *request, struct order *order, const char *who, bool present,
                             struct ra_error *error)
{
    struct judged_case judged;
    const unsigned everybody = ((1U << RULES_ROLE_COUNT) - 1) & ~(1U << RULES_ROLE_COMPANY);
    if (!is_open(order)) /* what was signed is not touched by who comes and goes */
        return true;
    if (!judged_case_read(request, order, &judged, error))
        return false;
    if (who == NULL || who[0] == '\0')
        return set_presence(request, order, &judged.facts.people[0], present, error);
    if (strcmp(who, "all") != 0) {
        const struct engine_person *person = NULL;
        return judged_case_person(&judged, who, everybody, &person, error) &&
               set_presence(request, order, person, present, error);
    }
    for (size_t i = 0; i < judged.facts.people_count; i++)
        if (judged.facts.people[i].role != RULES_ROLE_COMPANY &&
            !set_presence(request, order, &judged.facts.people[i], present, error))
            return false;
    return true;
}
