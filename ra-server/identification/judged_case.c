/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/judged_case.h"

#include "catalog/catalog.h"
#include "identification/identification_store.h"
#include "identification/rules_cache.h"
#include "renewal/renewal_rules.h"

#include <stdio.h>
#include <string.h>

/* --- people --- */

enum { DECLARED_MAX = 3 };

static bool read_declared(TALLOC_CTX *context, const char *nis, const char *cei, const char *voter_id,
                          struct engine_person *person)
{
    const char **declared = talloc_zero_array(context, const char *, DECLARED_MAX);
    if (declared == NULL)
        return false;
    if (nis[0] != '\0')
        declared[person->declared_count++] = "nis";
    if (cei[0] != '\0')
        declared[person->declared_count++] = "cei";
    if (voter_id[0] != '\0')
        declared[person->declared_count++] = "voter_id";
    person->declared = declared;
    return true;
}

/* Somebody who is in the case twice is identified once: the responsible person often is a representative. */
static struct engine_person *same_person(struct engine_person *people, const struct order *order,
                                         size_t count, const struct order_person *one)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < order->people_count; j++)
            if (strcmp(order->people[j].id, people[i].id) == 0 && strcmp(order->people[j].cpf, one->cpf) == 0)
                return &people[i];
    return NULL;
}

static bool read_people(TALLOC_CTX *context, const struct order *order, struct engine_case *facts,
                        struct ra_error *error)
{
    size_t count = 0;
    struct engine_person *people =
        talloc_zero_array(context, struct engine_person, (unsigned)order->people_count + 1);
    if (people == NULL)
        return ra_fail(error, RA_NO_MEMORY, "case");
    for (size_t i = 0; i < order->people_count; i++) {
        const struct order_person *one = &order->people[i];
        enum rules_role role = RULES_ROLE_COUNT;
        struct engine_person *before = same_person(people, order, count, one);
        if (!rules_role_parse(one->role, &role))
            return ra_fail(error, RA_INTERNAL, "a person of role %s", one->role);
        if (before != NULL) {
            /* Any other pair gives the second role nothing: nobody represents himself or interprets for
             * himself. */
            before->also_representative |=
                role == RULES_ROLE_REPRESENTATIVE && before->role == RULES_ROLE_RESPONSIBLE;
            continue;
        }
        people[count] = (struct engine_person){.id = one->id, .role = role, .birth_date = one->birth_date};
        if (!read_declared(context, one->nis, one->cei, one->voter_id, &people[count++]))
            return ra_fail(error, RA_NO_MEMORY, "case");
    }
    if (order->company != NULL) {
        people[count] = (struct engine_person){.id = "", .role = RULES_ROLE_COMPANY, .birth_date = ""};
        if (!read_declared(context, "", order->company->cei, "", &people[count++]))
            return ra_fail(error, RA_NO_MEMORY, "case");
    }
    facts->people = people;
    facts->people_count = count;
    return true;
}

/* --- evidence --- */

static bool read_documents(struct http_request *request, struct judged_case *judged, struct ra_error *error)
{
    const struct db_rows *rows = judged->documents;
    size_t count = db_row_count(rows);
    struct engine_document *documents =
        talloc_zero_array(request->context, struct engine_document, (unsigned)count + 1);
    if (documents == NULL)
        return ra_fail(error, RA_NO_MEMORY, "case");
    for (size_t i = 0; i < count; i++)
        documents[i] = (struct engine_document){.person_id = row_text(rows, i, "person_id"),
                                                .item = row_text(rows, i, "item"),
                                                .kind = row_text(rows, i, "kind"),
                                                .number = row_text(rows, i, "number"),
                                                .issued_on = row_text(rows, i, "issued_on"),
                                                .expires_on = row_text(rows, i, "expires_on"),
                                                .via = row_text(rows, i, "via"),
                                                .original_seen = row_bool(rows, i, "original_seen"),
                                                .photo = row_bool(rows, i, "photo"),
                                                .legible = row_bool(rows, i, "legible")};
    judged->facts.documents = documents;
    judged->facts.document_count = count;
    return true;
}

static bool read_consultations(struct http_request *request, struct judged_case *judged,
                               struct ra_error *error)
{
    const struct db_rows *rows = judged->consultations;
    size_t count = db_row_count(rows);
    struct engine_consultation *consultations =
        talloc_zero_array(request->context, struct engine_consultation, (unsigned)count + 1);
    if (consultations == NULL)
        return ra_fail(error, RA_NO_MEMORY, "case");
    for (size_t i = 0; i < count; i++)
        consultations[i] =
            (struct engine_consultation){.person_id = row_text(rows, i, "person_id"),
                                         .kind = row_text(rows, i, "kind"),
                                         .result = row_text(rows, i, "result"),
                                         .day = row_text(rows, i, "day"),
                                         .base = row_text(rows, i, "base"),
                                         .protocol = row_text(rows, i, "protocol"),
                                         .registration = row_text(rows, i, "registration"),
                                         .form_number = row_text(rows, i, "form_number"),
                                         .via_seen = row_text(rows, i, "via_seen"),
                                         .has_evidence = row_text(rows, i, "evidence")[0] != '\0'};
    judged->facts.consultations = consultations;
    judged->facts.consultation_count = count;
    return true;
}

static bool read_marks(struct http_request *request, struct judged_case *judged, struct ra_error *error)
{
    const struct db_rows *rows = judged->marks;
    size_t count = db_row_count(rows);
    struct engine_mark *marks = talloc_zero_array(request->context, struct engine_mark, (unsigned)count + 1);
    if (marks == NULL)
        return ra_fail(error, RA_NO_MEMORY, "case");
    for (size_t i = 0; i < count; i++)
        marks[i] = (struct engine_mark){.person_id = row_text(rows, i, "person_id"),
                                        .rule_id = row_text(rows, i, "rule_id"),
                                        .state = row_text(rows, i, "state"),
                                        .reason = row_text(rows, i, "reason")};
    judged->facts.marks = marks;
    judged->facts.mark_count = count;
    return true;
}

static bool read_answers(struct http_request *request, const struct db_rows *rows, struct judged_case *judged,
                         struct ra_error *error)
{
    size_t count = db_row_count(rows);
    struct engine_answer *answers =
        talloc_zero_array(request->context, struct engine_answer, (unsigned)count + 1);
    if (answers == NULL)
        return ra_fail(error, RA_NO_MEMORY, "case");
    for (size_t i = 0; i < count; i++)
        answers[i] = (struct engine_answer){.person_id = row_text(rows, i, "person_id"),
                                            .key = row_text(rows, i, "key"),
                                            .value = row_text(rows, i, "value")};
    judged->facts.answers = answers;
    judged->facts.answer_count = count;
    return true;
}

static bool read_evidence(struct http_request *request, struct judged_case *judged, struct ra_error *error)
{
    struct store_evidence evidence = {0};
    if (!store_evidence(request, judged->order, &evidence, error))
        return false;
    judged->documents = evidence.documents;
    judged->consultations = evidence.consultations;
    judged->marks = evidence.marks;
    return read_documents(request, judged, error) && read_consultations(request, judged, error) &&
           read_marks(request, judged, error) && read_answers(request, evidence.answers, judged, error);
}

bool judged_case_read(struct http_request *request, const struct order *order, struct judged_case *judged,
                      struct ra_error *error)
{
    char *requested_on = talloc_size(request->context, CATALOG_DAY_SIZE);
    *judged = (struct judged_case){.order = order};
    if (requested_on == NULL)
        return ra_fail(error, RA_NO_MEMORY, "case");
    catalog_today(request->app, order->created_us, requested_on);
    if (!rules_of_case(request, order, &judged->ruleset, error))
        return false;
    judged->facts = (struct engine_case){
        .day = judged->ruleset->day,
        .requested_on = requested_on,
        .subject = order->company == NULL ? "pf" : "pj",
        .mode = order->appointment != NULL && strcmp(order->appointment->mode, "video") == 0 ? "video"
                                                                                             : "in_person",
        .media = order->media,
        .renewal = renewal_waiver_text(order->renewal_rule)};
    return read_people(request->context, order, &judged->facts, error) &&
           read_evidence(request, judged, error) &&
           engine_judge(request->context, judged->ruleset, &judged->facts, &judged->verdict, error);
}

/* --- finding --- */

const struct order_person *judged_case_order_person(const struct judged_case *judged,
                                                    const struct engine_person *person)
{
    for (size_t i = 0; i < judged->order->people_count; i++)
        if (person->id[0] != '\0' && strcmp(judged->order->people[i].id, person->id) == 0)
            return &judged->order->people[i];
    return NULL;
}

static bool is_named(const struct judged_case *judged, const struct engine_person *person, const char *who)
{
    const struct order_person *one = judged_case_order_person(judged, person);
    return strcmp(rules_role_word(person->role), who) == 0 ||
           (one != NULL && (strcmp(one->cpf, who) == 0 || strcmp(one->id, who) == 0));
}

/* Several answer to the same word, or nobody was named where it matters. */
static bool ambiguous(struct ra_error *error)
{
    return ra_fail_field(error, "person", "ambiguous",
                         "Há mais de uma pessoa: diga qual, pelo papel ou pelo CPF (--person).");
}

static bool unknown_person(struct ra_error *error)
{
    return ra_fail_field(error, "person", "unknown", "Esta pessoa não faz parte do caso.");
}

bool judged_case_person(const struct judged_case *judged, const char *who, unsigned roles,
                        const struct engine_person **person, struct ra_error *error)
{
    const bool named = who != NULL && who[0] != '\0';
    *person = NULL;
    for (size_t i = 0; i < judged->facts.people_count; i++) {
        const struct engine_person *one = &judged->facts.people[i];
        if ((roles & (1U << one->role)) == 0 || (named && !is_named(judged, one, who)))
            continue;
        if (*person != NULL)
            return ambiguous(error);
        *person = one;
    }
    return *person != NULL || unknown_person(error);
}

bool judged_case_item(const struct judged_case *judged, const char *id, const char *who,
                      const struct engine_item **item, struct ra_error *error)
{
    const bool named = who != NULL && who[0] != '\0';
    bool known = false;
    *item = NULL;
    for (size_t i = 0; i < judged->verdict.item_count; i++) {
        const struct engine_item *one = &judged->verdict.items[i];
        if (strcmp(one->rule->id, id) != 0)
            continue;
        known = true;
        if (named && !is_named(judged, one->person, who))
            continue;
        if (*item != NULL && (*item)->person != one->person)
            return ambiguous(error);
        if (*item == NULL)
            *item = one;
    }
    if (*item != NULL)
        return true;
    return known ? unknown_person(error) : ra_fail(error, RA_NOT_FOUND, "Este item não faz parte do caso.");
}
