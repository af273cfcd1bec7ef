/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Consultations of official bases as agents record them (driver `manual`): base, moment, protocol, result,
 * evidence (rules 2.2, 3.1, 3.2, 3.3).
 */
#include "app.h"
#include "approval/office.h"
#include "audit/audit.h"
#include "catalog/catalog.h"
#include "identification/consultation.h"
#include "identification/evidence.h"
#include "identification/identification.h"
#include "identification/identification_internal.h"
#include "identification/judged_case.h"
#include "identification/neglist.h"
#include "pki/base/clock.h"

#include <string.h>

enum { TEXT_MAX = 120, VIA_MAX = 2 };

static const struct {
    const char *kind;
    const char *base; /* where one looks unless the agent says elsewhere */
    enum audit_code code;
} consultation_kinds[] = {
    {"cnh", "senatran", AUDIT_CNH_CONSULTED},
    {"cpf", "receita", AUDIT_RECEITA_CPF_QUERIED},
    {"cnpj", "receita", AUDIT_RECEITA_CNPJ_QUERIED},
    {"neglist", "lista negativa da AC", AUDIT_CONSULTED}, /* the search of ours says NEGLIST_QUERIED */
    {"psbio", "psbio", AUDIT_BIO_RESULT},
    {"icn", "icn", AUDIT_CONSULTED},
    {"datavalid", "datavalid", AUDIT_CONSULTED}};

static bool kind_known(const char *kind, enum audit_code *code, const char **base)
{
    for (size_t i = 0; kind != NULL && i < sizeof consultation_kinds / sizeof *consultation_kinds; i++) {
        if (strcmp(kind, consultation_kinds[i].kind) == 0) {
            *code = consultation_kinds[i].code;
            *base = consultation_kinds[i].base;
            return true;
        }
    }
    return false;
}

static bool is_negative_list(const char *kind)
{
    return kind != NULL && strcmp(kind, "neglist") == 0;
}

static bool result_known(const char *result)
{
    static const char *const results[] = {"ok", "alert", "not_found", "conflict", "unavailable"};
    for (size_t i = 0; result != NULL && i < sizeof results / sizeof *results; i++)
        if (strcmp(result, results[i]) == 0)
            return true;
    return false;
}

static const char *body_or_empty(const struct http_request *request, const char *name)
{
    const char *value = http_text(request->body, name);
    return value == NULL ? "" : value;
}

static bool fits(const char *text, const char *field, struct ra_error *error)
{
    return strlen(text) <= TEXT_MAX ||
           ra_fail_field(error, field, "length", "Este campo tem no máximo 120 caracteres.");
}

/* A day or an instant; absent is now. A consultation of tomorrow was not made. */
static bool read_moment(const struct http_request *request, int64_t *at_us, struct ra_error *error)
{
    enum { SKEW_US = 5 * 1000000 }; /* a person types it: nobody types the future */
    const char *text = http_text(request->body, "consulted_at");
    *at_us = request->now_us;
    if (text == NULL || text[0] == '\0')
        return true;
    if (!clock_parse(text, at_us))
        return ra_fail_field(error, "consulted_at", "instant",
                             "Informe o momento da consulta como 2026-11-26T14:30:00Z.");
    return *at_us <= request->now_us + SKEW_US ||
           ra_fail_field(error, "consulted_at", "future", "A consulta não pode ser de depois de agora.");
}

static bool read_consultation(const struct http_request *request, struct store_consultation *consultation,
                              struct ra_error *error)
{
    bool ok = true;
    enum audit_code code = AUDIT_CONSULTED;
    const char *base = "";
    *consultation = (struct store_consultation){.kind = http_text(request->body, "kind"),
                                                .result = http_text(request->body, "result"),
                                                .base = body_or_empty(request, "base"),
                                                .protocol = body_or_empty(request, "protocol"),
                                                .evidence_id = body_or_empty(request, "evidence"),
                                                .registration = body_or_empty(request, "registration"),
                                                .form_number = body_or_empty(request, "form_number"),
                                                .via_seen = body_or_empty(request, "via_seen"),
                                                .person_id = "",
                                                .agent = actor_name(request),
                                                .station = actor_station(request)};
    if (!kind_known(consultation->kind, &code, &base))
        ok = ra_fail_field(error, "kind", "unknown",
                           "Consulta desconhecida: use cnh, cpf, cnpj, neglist ou psbio.");
    if (consultation->result == NULL && is_negative_list(consultation->kind))
        consultation->result = ""; /* our own list answers */
    else if (!result_known(consultation->result))
        ok = ra_fail_field(error, "result", "unknown",
                           "Resultado desconhecido: use ok, alert, not_found, conflict ou unavailable.");
    if (consultation->base[0] == '\0')
        consultation->base = base;
    ok = fits(consultation->base, "base", error) && ok;
    ok = fits(consultation->protocol, "protocol", error) && ok;
    ok = fits(consultation->registration, "registration", error) && ok;
    ok = fits(consultation->form_number, "form_number", error) && ok;
    if (strlen(consultation->via_seen) > VIA_MAX ||
        strspn(consultation->via_seen, "0123456789") != strlen(consultation->via_seen))
        ok = ra_fail_field(error, "via_seen", "digits", "A via é um número.");
    return read_moment(request, &consultation->consulted_us, error) && ok;
}

/* The evidence is a document of this order; a digest given with it must be its own. */
static bool check_evidence(struct http_request *request, const struct order *order, const char *id,
                           struct ra_error *error)
{
    const char *digest = body_or_empty(request, "evidence_sha256");
    struct db_rows *row = NULL;
    if (id[0] == '\0')
        return digest[0] == '\0' ||
               ra_fail_field(error, "evidence", "missing", "Falta o comprovante deste resumo.");
    if (!store_document_of(request, order, id, &row, error))
        return false;
    return digest[0] == '\0' || strcmp(digest, row_text(row, 0, "sha256")) == 0 ||
           ra_fail_field(error, "evidence_sha256", "mismatch", "O comprovante não é o que este resumo diz.");
}

/* --- whom it is about --- */

unsigned consultation_roles(const struct judged_case *judged, const char *kind)
{
    unsigned roles = 0;
    for (size_t i = 0; i < judged->verdict.item_count; i++)
        if (strcmp(judged->verdict.items[i].rule->consult, kind) == 0)
            roles |= 1U << judged->verdict.items[i].person->role;
    if (roles != 0)
        return roles;
    const unsigned company = 1U << RULES_ROLE_COMPANY;
    return strcmp(kind, "cnpj") == 0 ? company : ((1U << RULES_ROLE_COUNT) - 1) & ~company;
}

/* --- our own list --- */

/* Rules 3.2: consulted in every case, whatever was looked up elsewhere. A hit of ours counts more than an
 * agent's "ok"; names alike alone hold an unattended consultation, and an agent who looked may pass them. */
static bool ask_own_list(struct http_request *request, const struct judged_case *judged,
                         const struct engine_person *person, struct store_consultation *consultation,
                         json_t **hits, struct ra_error *error)
{
    static const char base[] = "lista negativa local";
    enum neglist_verdict verdict = NEGLIST_COULD_NOT_TELL;
    *hits = NULL;
    if (!is_negative_list(consultation->kind))
        return true;
    if (!neglist_consult(request, judged->order, judged_case_order_person(judged, person), &verdict, hits,
                         error))
        return false;
    const bool unattended = consultation->result[0] == '\0';
    switch (verdict) {
    case NEGLIST_HIT:
        consultation->result = "alert";
        consultation->base = base;
        return true;
    case NEGLIST_CLEAN:
        consultation->result = unattended ? "ok" : consultation->result;
        break;
    case NEGLIST_COULD_NOT_TELL:
    default:
        consultation->result = unattended ? "unavailable" : consultation->result;
        break;
    }
    if (unattended)
        consultation->base = base;
    return true;
}

/* What was asked before does not speak after what was told since. */
static bool is_the_latest(const struct judged_case *judged, const struct store_consultation *consultation,
                          struct ra_error *error)
{
    const struct db_rows *rows = judged->consultations;
    for (size_t i = 0; i < db_row_count(rows); i++)
        if (strcmp(judged->facts.consultations[i].kind, consultation->kind) == 0 &&
            strcmp(judged->facts.consultations[i].person_id, consultation->person_id) == 0 &&
            row_time(rows, i, "consulted_at") > consultation->consulted_us)
            return ra_fail_field(error, "consulted_at", "older",
                                 "Já há consulta mais nova desta base no dossiê.");
    return true;
}

/* After a base said something against the person, its next "ok" as an agent types it must leave a trace. */
static bool is_more_than_a_word(const struct judged_case *judged,
                                const struct store_consultation *consultation, struct ra_error *error)
{
    const struct engine_consultation *told =
        evidence_last_told(&judged->facts, consultation->person_id, consultation->kind);
    if (strcmp(consultation->result, "ok") != 0 || told == NULL || strcmp(told->result, "ok") == 0 ||
        strcmp(told->result, "not_found") == 0 || consultation->protocol[0] != '\0' ||
        consultation->evidence_id[0] != '\0')
        return true;
    return ra_fail_field(
        error, "protocol", "required",
        "A base acusou um problema antes: informe o protocolo ou o comprovante da nova resposta.");
}

/* --- what a result leads to --- */

/* Rules 3.1: an unanswered conflict after one business day is the AC's risk; CPF_NOT_FOUND goes to enrolment,
 * which PSBio drops after thirty days. */
static bool follow_biometrics(struct http_request *request, const struct order *order,
                              const struct judged_case *judged, const struct store_consultation *consultation,
                              struct ra_error *error)
{
    const struct ruleset *ruleset = judged->ruleset;
    if (strcmp(consultation->result, "conflict") == 0)
        return store_open_task(request, order, consultation->person_id, "psbio_conflict",
                               "Responder o conflito biométrico no PSBio", ruleset->day,
                               (int)ruleset_number(ruleset, "psbio_conflict_business_days", 1), error) &&
               audit_record(request, AUDIT_BIO_CONFLICT_OPENED, order, json_object(), NULL, error);
    if (strcmp(consultation->result, "not_found") == 0)
        return store_open_task(request, order, consultation->person_id, "psbio_enrolment",
                               "Enviar os dados colhidos para cadastro no PSBio", ruleset->day,
                               (int)ruleset_number(ruleset, "psbio_enrolment_business_days", 5), error);
    return strcmp(consultation->result, "ok") != 0 ||
           store_close_tasks(request, order, consultation->person_id, "psbio_conflict", "psbio ok", error);
}

static bool follow(struct http_request *request, const struct order *order, const struct judged_case *judged,
                   const struct store_consultation *consultation, struct ra_error *error)
{
    if (strcmp(consultation->kind, "psbio") == 0)
        return follow_biometrics(request, order, judged, consultation, error);
    if (strcmp(consultation->kind, "neglist") == 0 && strcmp(consultation->result, "alert") == 0)
        return audit_record(request, AUDIT_NEGLIST_HIT, order, json_object(), NULL, error);
    return true;
}

static bool record(struct http_request *request, const struct order *order,
                   const struct store_consultation *consultation, struct ra_error *error)
{
    enum audit_code code = AUDIT_CONSULTED;
    const char *base = "";
    if (!kind_known(consultation->kind, &code, &base) ||
        !store_add_consultation(request, order, consultation, error))
        return false;
    json_t *detail = json_pack("{s:s,s:s}", "kind", consultation->kind, "result", consultation->result);
    if (detail != NULL && consultation->person_id[0] != '\0')
        json_object_set_new(detail, "person", json_string(consultation->person_id));
    return audit_record(
        request, code, order, detail,
        json_pack("{s:s,s:s}", "base", consultation->base, "protocol", consultation->protocol), error);
}

bool consultation_keep(struct http_request *request, const struct judged_case *judged,
                       const struct store_consultation *consultation, struct ra_error *error)
{
    return record(request, judged->order, consultation, error) &&
           follow(request, judged->order, judged, consultation, error);
}

bool consultation_add(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    if (consultation_to_ask(request))
        return consultation_ask(request, response, error);
    struct order *order = NULL;
    struct judged_case judged;
    struct store_consultation consultation;
    const struct engine_person *person = NULL;
    json_t *hits = NULL;
    if (!read_consultation(request, &consultation, error) ||
        !open_for_change(request, "consultation", &order, error) ||
        !judged_case_read(request, order, &judged, error) ||
        !judged_case_person(&judged, http_text(request->body, "person"),
                            consultation_roles(&judged, consultation.kind), &person, error) ||
        !check_evidence(request, order, consultation.evidence_id, error))
        return false;
    consultation.person_id = person->id;
    if (!is_the_latest(&judged, &consultation, error) || !is_more_than_a_word(&judged, &consultation, error))
        return false;
    if (!ask_own_list(request, &judged, person, &consultation, &hits, error) ||
        !consultation_keep(request, &judged, &consultation, error) ||
        !answer_with_checklist(request, response, 201, order, error)) {
        json_decref(hits);
        return false;
    }
    if (hits != NULL)
        json_object_set_new(response->model, "hits", hits);
    json_object_set_new(response->model, "kind", json_string(consultation.kind));
    json_object_set_new(response->model, "result", json_string(consultation.result));
    json_object_set_new(response->model, "person", json_string(rules_role_word(person->role)));
    return true;
}

bool identification_contact_changed(struct http_request *request, const struct order *order,
                                    struct ra_error *error)
{
    struct judged_case judged;
    json_t *hits = NULL;
    if (!judged_case_read(request, order, &judged, error))
        return false;
    const char *person_id = order->subject->id;
    const struct engine_person *person = NULL;
    const struct engine_consultation *told = evidence_last_told(&judged.facts, person_id, "neglist");
    if (told == NULL || strcmp(told->result, "ok") != 0)
        return true;
    struct store_consultation again = {.kind = "neglist",
                                       .result = "",
                                       .base = "",
                                       .protocol = "",
                                       .evidence_id = "",
                                       .registration = "",
                                       .form_number = "",
                                       .via_seen = "",
                                       .person_id = person_id,
                                       .agent = actor_name(request),
                                       .station = actor_station(request),
                                       .consulted_us = request->now_us};
    bool done = judged_case_person(&judged, person_id, ~0U, &person, error) &&
                ask_own_list(request, &judged, person, &again, &hits, error) &&
                (strcmp(again.result, "ok") == 0 || consultation_keep(request, &judged, &again, error));
    json_decref(hits);
    return done;
}
