/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who takes part in a case besides its subject, and the facts that decide which rules apply. Both are bound
 * by the statements, so a change voids what was signed.
 */
#include "app.h"
#include "audit/audit.h"
#include "identification/identification.h"
#include "identification/identification_internal.h"
#include "identification/identification_store.h"
#include "identification/judged_case.h"
#include "pki/certificate/names.h"

#include <string.h>

enum { PEOPLE_MAX = 12 };

static const char *body_or_empty(const struct http_request *request, const char *name)
{
    const char *value = http_text(request->body, name);
    return value == NULL ? "" : value;
}

/* --- people --- */

/* A person's fields, normalised, for as long as the request. */
struct typed_person {
    char name[PERSON_NAME_SIZE], cpf[CPF_SIZE], birth_date[DATE_SIZE], email[EMAIL_SIZE], phone[PHONE_SIZE];
};

static bool role_fits(const struct order *order, const char *role, struct ra_error *error)
{
    if (strcmp(role, "representative") == 0 || strcmp(role, "interpreter") == 0)
        return true;
    if (strcmp(role, "attorney") != 0)
        return ra_fail_field(error, "role", "unknown", "Use representative, attorney ou interpreter.");
    if (order->company != NULL)
        return true;
    ra_fail_reason(error, RA_RULE_REFUSED, "REP-01",
                   "Certificado de pessoa física não admite procuração de nenhuma espécie.");
    snprintf(error->source, sizeof error->source, "Res. 42/2006 3.1.9 (ITI) [S]");
    return false;
}

static bool read_person(const struct http_request *request, struct typed_person *typed,
                        struct ra_error *error)
{
    struct field_problem problem;
    bool ok = true;
    *typed = (struct typed_person){.name = ""};
    if (!person_name_normalise(bytes_of_text(body_or_empty(request, "name")), typed->name, &problem))
        ok = field_fail(error, "name", &problem);
    if (!cpf_normalise(body_or_empty(request, "cpf"), typed->cpf, &problem))
        ok = field_fail(error, "cpf", &problem);
    if (!birth_date_normalise(body_or_empty(request, "birth_date"), typed->birth_date, &problem))
        ok = field_fail(error, "birth_date", &problem);
    if (body_or_empty(request, "email")[0] != '\0' &&
        !email_normalise(body_or_empty(request, "email"), typed->email, &problem))
        ok = field_fail(error, "email", &problem);
    if (body_or_empty(request, "phone")[0] != '\0' &&
        !phone_normalise(body_or_empty(request, "phone"), typed->phone, &problem))
        ok = field_fail(error, "phone", &problem);
    return ok;
}

/* REP-05: the person registered at Receita never stands behind an attorney, so the two cannot be one. */
static bool is_free(const struct order *order, const char *role, const char *cpf, struct ra_error *error)
{
    for (size_t i = 0; i < order->people_count; i++) {
        if (strcmp(order->people[i].cpf, cpf) != 0)
            continue;
        if (strcmp(order->people[i].role, role) == 0)
            return ra_fail_field(error, "cpf", "repeated", "Esta pessoa já está no caso com este papel.");
        if (strcmp(role, "representative") != 0 || strcmp(order->people[i].role, "responsible") != 0)
            return ra_fail_field(
                error, "cpf", "other-role",
                "Esta pessoa já está no caso: quem representa, procura ou interpreta é outra.");
    }
    return order->people_count < PEOPLE_MAX ||
           ra_fail_field(error, "cpf", "too-many", "Há pessoas demais neste caso.");
}

/* CAP-01, CAP-03: who represents must be able to. */
static bool is_capable(const struct http_request *request, const struct judged_case *judged,
                       const struct typed_person *typed, struct ra_error *error)
{
    enum { OF_AGE = 18 };
    if (strcmp(body_or_empty(request, "role"), "interpreter") == 0 ||
        age_on(typed->birth_date, judged->facts.day) >= OF_AGE)
        return true;
    return ra_fail_field(error, "birth_date", "CAP-03", "Quem representa precisa ser maior de idade.");
}

bool person_add(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct typed_person typed;
    struct judged_case judged;
    const char *id = NULL;
    const char *role = body_or_empty(request, "role");
    if (!open_for_change(request, "people", &order, error) || !role_fits(order, role, error) ||
        !read_person(request, &typed, error) || !is_free(order, role, typed.cpf, error) ||
        !judged_case_read(request, order, &judged, error) || !is_capable(request, &judged, &typed, error))
        return false;
    const struct store_person person = {role,        typed.name, typed.cpf, typed.birth_date,
                                        typed.email, typed.phone};
    if (!store_add_person(request, order, &person, &id, error) ||
        !audit_record(request, AUDIT_REQUEST_CHANGED, order,
                      json_pack("{s:s,s:s,s:s}", "what", "person-added", "role", role, "person", id),
                      json_pack("{s:s,s:s}", "name", typed.name, "cpf", typed.cpf), error) ||
        !orders_load_for_update(request, order->code, &order, error))
        return false;
    return answer_with_checklist(request, response, 201, order, error);
}

/* DIV-01: what a paper or a base said against somebody does not leave the case with him, and no answer makes
 * it unasked. */
static bool nothing_is_held(const struct judged_case *judged, const struct engine_person *person,
                            struct ra_error *error)
{
    bool held = person == NULL && judged->verdict.suspended != NULL;
    for (size_t i = 0; person != NULL && i < judged->verdict.item_count; i++)
        held |=
            judged->verdict.items[i].person == person && judged->verdict.items[i].state == ENGINE_REJECTED;
    if (!held)
        return true;
    const struct rules_rule *rule = ruleset_rule(judged->ruleset, "DIV-01");
    ra_fail_reason(error, RA_RULE_REFUSED, "suspended-divergence",
                   "O que foi rejeitado se resolve com documento ou consulta nova, não por outro caminho.");
    snprintf(error->source, sizeof error->source, "%s", rule == NULL ? "DIV-01" : rule->source);
    return false;
}

/* The responsible person is identified once, also where he is a representative too: that second row, by CPF
 * or id. */
static const char *second_role_of(const struct order *order, const char *who)
{
    for (size_t i = 1; who != NULL && i < order->people_count; i++)
        if (strcmp(order->people[i].cpf, order->subject->cpf) == 0 &&
            (strcmp(order->people[i].cpf, who) == 0 || strcmp(order->people[i].id, who) == 0))
            return order->people[i].id;
    return NULL;
}

/* Whose row leaves the case; *id is borrowed from the order. */
static bool leaving(const struct judged_case *judged, const char *who, const char **id,
                    struct ra_error *error)
{
    const unsigned others =
        1U << RULES_ROLE_REPRESENTATIVE | 1U << RULES_ROLE_ATTORNEY | 1U << RULES_ROLE_INTERPRETER;
    const struct engine_person *person = NULL;
    *id = second_role_of(judged->order, who);
    if (*id != NULL)
        return true;
    if (!judged_case_person(judged, who, others, &person, error) || !nothing_is_held(judged, person, error))
        return false;
    *id = person->id;
    return true;
}

bool person_remove(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct judged_case judged;
    const char *id = NULL;
    if (!open_for_change(request, "people", &order, error) ||
        !judged_case_read(request, order, &judged, error) ||
        !leaving(&judged, http_path_parameter(request, "person"), &id, error) ||
        !store_remove_person(request, order, id, error) ||
        !audit_record(request, AUDIT_REQUEST_CHANGED, order,
                      json_pack("{s:s,s:s}", "what", "person-removed", "person", id), NULL, error) ||
        !orders_load_for_update(request, order->code, &order, error))
        return false;
    return answer_with_checklist(request, response, 200, order, error);
}

/* --- facts --- */

bool identification_represents(struct http_request *request, const struct order *order, const char *cpf,
                               const char *as, struct ra_error *error)
{
    if (strcmp(as, "curator") == 0 &&
        !store_add_answer(request, order, order->subject->id, "incapable", "curatela", error))
        return false;
    for (size_t i = 0; i < order->people_count; i++)
        if (strcmp(order->people[i].role, "representative") == 0 && strcmp(order->people[i].cpf, cpf) == 0)
            return store_add_answer(request, order, order->people[i].id, "represents_as", as, error);
    return ra_fail(error, RA_INTERNAL, "a representative who is not in the case");
}

static bool read_fact(const struct judged_case *judged, const char *key, const char *value,
                      const struct rules_fact **fact, struct ra_error *error)
{
    *fact = ruleset_fact(judged->ruleset, key);
    if (*fact == NULL)
        return ra_fail_field(error, "key", "unknown", "Este fato não existe nas regras de hoje.");
    if (rules_fact_takes(*fact, value))
        return true;
    char sentence[sizeof error->fields[0].message];
    size_t length = (size_t)snprintf(sentence, sizeof sentence, "Valores possíveis:");
    for (size_t i = 0; i < (*fact)->options.count && length < sizeof sentence; i++)
        length +=
            (size_t)snprintf(sentence + length, sizeof sentence - length, " %s", (*fact)->options.items[i]);
    return ra_fail_field(error, "value", "unknown", sentence);
}

/* An answer to a question that is not asked would change rules behind everybody's back. */
static bool is_asked(const struct judged_case *judged, const struct rules_fact *fact,
                     const struct engine_person *person, struct ra_error *error)
{
    for (size_t i = 0; i < judged->verdict.question_count; i++)
        if (judged->verdict.questions[i].fact == fact && judged->verdict.questions[i].person == person)
            return true;
    return ra_fail_field(error, "key", "not-asked", "Esta pergunta não cabe neste caso agora.");
}

bool fact_set(struct http_request *request, struct http_response *response, struct ra_error *error)
{
    struct order *order = NULL;
    struct judged_case judged;
    const struct rules_fact *fact = NULL;
    const struct engine_person *person = NULL;
    const char *key = body_or_empty(request, "key");
    const char *value = body_or_empty(request, "value");
    if (!open_for_change(request, "fact", &order, error) ||
        !judged_case_read(request, order, &judged, error) || !read_fact(&judged, key, value, &fact, error))
        return false;
    if (fact->of_person &&
        !judged_case_person(&judged, http_text(request->body, "person"), fact->roles, &person, error))
        return false;
    const char *person_id = person == NULL ? "" : person->id;
    if (!is_asked(&judged, fact, person, error) || !nothing_is_held(&judged, NULL, error))
        return false;
    if (!store_add_answer(request, order, person_id, key, value, error) ||
        !audit_record(request, AUDIT_REQUEST_CHANGED, order,
                      json_pack("{s:s,s:s,s:s}", "what", "fact", "key", key, "value", value), NULL, error))
        return false;
    return answer_with_checklist(request, response, 200, order, error);
}
