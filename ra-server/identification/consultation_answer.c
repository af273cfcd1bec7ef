/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/consultation_answer.h"

#include "pki/base/clock.h"
#include "pki/certificate/calendar.h"
#include "pki/certificate/names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* --- reading --- */

enum { TEXT_MAX = 200 };

/* A flat object of which every member must be taken: what nobody asked for is not understood. */
struct reading {
    const json_t *object;
    size_t taken;
    bool good;
};

static const json_t *take(struct reading *reading, const char *name)
{
    const json_t *value = json_object_get(reading->object, name);
    reading->taken += value != NULL ? 1 : 0;
    return value;
}

/* Printable text; "" when it is not there, which is good only for an optional one. */
static const char *take_text(struct reading *reading, const char *name, bool required)
{
    const json_t *value = take(reading, name);
    const char *text = json_string_value(value);
    if (value == NULL && !required)
        return "";
    bool good = text != NULL && text[0] != '\0' && strlen(text) <= TEXT_MAX;
    for (const char *at = text; good && *at != '\0'; at++)
        good = (unsigned char)*at >= ' ' && *at != 0x7F;
    reading->good = reading->good && good;
    return good ? text : "";
}

static const char *take_day(struct reading *reading, const char *name)
{
    struct calendar_day day;
    const char *text = take_text(reading, name, true);
    reading->good = reading->good && calendar_parse(text, &day) == CALENDAR_DAY;
    return text;
}

static bool take_truth(struct reading *reading, const char *name)
{
    const json_t *value = take(reading, name);
    reading->good = reading->good && json_is_boolean(value);
    return json_is_true(value);
}

static bool reading_is_whole(const struct reading *reading)
{
    return reading->good && reading->taken == json_object_size(reading->object);
}

/* --- judging --- */

struct judging {
    const struct consultation_question *question;
    struct consultation_finding *finding;
    struct reading reading;
};

static bool could_not_tell(struct judging *judging, enum consultation_reason reason)
{
    judging->finding->result = CONSULTATION_UNAVAILABLE;
    judging->finding->reason = reason;
    return false;
}

static void list(struct judging *judging, const char *under, const char *member)
{
    json_array_append_new(json_object_get(judging->finding->facts, under), json_string(member));
}

/* A divergence weighs more than an irregular status; the first of several is the one that is told. */
static void compare(struct judging *judging, const char *member, bool same, enum consultation_reason reason)
{
    list(judging, "compared", member);
    if (same)
        return;
    list(judging, "differs", member);
    if (judging->finding->result != CONSULTATION_CONFLICT)
        judging->finding->reason = reason;
    judging->finding->result = CONSULTATION_CONFLICT;
}

static void alert(struct judging *judging, enum consultation_reason reason)
{
    if (judging->finding->result != CONSULTATION_OK)
        return;
    judging->finding->result = CONSULTATION_ALERT;
    judging->finding->reason = reason;
}

typedef bool normaliser(struct bytes input, char *output, struct field_problem *problem);

static bool person_name(struct bytes input, char *output, struct field_problem *problem)
{
    return person_name_normalise(input, output, problem);
}

static bool company_name(struct bytes input, char *output, struct field_problem *problem)
{
    return company_name_normalise(input, output, problem);
}

/* Both by the certificate's table of characters. A name that the table does not know cannot be compared. */
static bool compare_names(struct judging *judging, normaliser *normalise, const char *theirs,
                          const char *ours)
{
    char left[COMPANY_NAME_SIZE], right[COMPANY_NAME_SIZE];
    struct field_problem problem;
    if (!normalise(bytes_of_text(theirs), left, &problem) || !normalise(bytes_of_text(ours), right, &problem))
        return could_not_tell(judging, CONSULTATION_REASON_MALFORMED);
    compare(judging, "name", strcmp(left, right) == 0, CONSULTATION_REASON_NAME);
    return true;
}

static const char *next_significant(const char *text)
{
    while (*text != '\0' && !isalnum((unsigned char)*text))
        text++;
    return text;
}

/* Numbers as people write them: masks and zeros on the left say nothing. */
static bool same_number(const char *left, const char *right)
{
    left = next_significant(left);
    right = next_significant(right);
    while (*left == '0')
        left = next_significant(left + 1);
    while (*right == '0')
        right = next_significant(right + 1);
    while (*left != '\0' && toupper((unsigned char)*left) == toupper((unsigned char)*right)) {
        left = next_significant(left + 1);
        right = next_significant(right + 1);
    }
    return *left == *right;
}

struct status_word {
    const char *word;
    bool good;
};

static bool judge_status(struct judging *judging, const char *status, const struct status_word *words)
{
    for (; words->word != NULL; words++) {
        if (strcmp(words->word, status) != 0)
            continue;
        json_object_set_new(judging->finding->facts, "status", json_string(status));
        if (!words->good)
            alert(judging, CONSULTATION_REASON_STATUS);
        return true;
    }
    return could_not_tell(judging, CONSULTATION_REASON_MALFORMED);
}

/* Is it the answer to this question, given just now? What every kind begins with. */
static bool judge_envelope(struct judging *judging, const char *protocol_member, const char *subject_member,
                           const char *subject)
{
    struct reading *reading = &judging->reading;
    const struct consultation_question *question = judging->question;
    int64_t answered_us = 0;
    const char *request = take_text(reading, "request", true);
    const char *protocol = take_text(reading, protocol_member, true);
    const char *answered_at = take_text(reading, "answered_at", true);
    const char *about = take_text(reading, subject_member, true);
    if (!reading->good || strlen(protocol) > CONSULTATION_PROTOCOL_MAX ||
        !clock_parse(answered_at, &answered_us))
        return could_not_tell(judging, CONSULTATION_REASON_MALFORMED);
    if (strcmp(request, question->request) != 0)
        return could_not_tell(judging, CONSULTATION_REASON_OTHER_REQUEST);
    if (strcmp(about, subject) != 0)
        return could_not_tell(judging, CONSULTATION_REASON_OTHER_SUBJECT);
    if (answered_us > question->now_us + CONSULTATION_SKEW_SECONDS * INT64_C(1000000))
        return could_not_tell(judging, CONSULTATION_REASON_FUTURE);
    if (answered_us < question->now_us - question->fresh_us)
        return could_not_tell(judging, CONSULTATION_REASON_STALE);
    judging->finding->answered_us = answered_us;
    snprintf(judging->finding->protocol, sizeof judging->finding->protocol, "%s", protocol);
    return true;
}

/* false ends the reading: there is nothing more to say of a number the base does not know. */
static bool judge_found(struct judging *judging)
{
    if (take_truth(&judging->reading, "found"))
        return true;
    if (!reading_is_whole(&judging->reading))
        return could_not_tell(judging, CONSULTATION_REASON_MALFORMED);
    judging->finding->result = CONSULTATION_NOT_FOUND;
    judging->finding->reason = CONSULTATION_REASON_NOT_FOUND;
    return false;
}

/* Everything was read and nothing is left over: from here on the answer counts as good until something
 * differs. */
static bool understood(struct judging *judging)
{
    if (!reading_is_whole(&judging->reading))
        return could_not_tell(judging, CONSULTATION_REASON_MALFORMED);
    judging->finding->result = CONSULTATION_OK;
    judging->finding->reason = CONSULTATION_REASON_NONE;
    return true;
}

/* 3.3: the CPF exists and is regular, name and birth date are those of the case. */
static void judge_cpf(struct judging *judging)
{
    static const struct status_word words[] = {
        {"REGULAR", true}, {"PENDENTE_DE_REGULARIZACAO", false}, {"SUSPENSA", false}, {"CANCELADA", false},
        {"NULA", false},   {"TITULAR_FALECIDO", false},          {NULL, false}};
    const struct consultation_question *question = judging->question;
    if (!judge_envelope(judging, "protocol", "cpf", question->cpf) || !judge_found(judging))
        return;
    const char *name = take_text(&judging->reading, "name", true);
    const char *birth_date = take_day(&judging->reading, "birth_date");
    const char *status = take_text(&judging->reading, "status", true);
    if (!understood(judging) || !judge_status(judging, status, words) ||
        !compare_names(judging, person_name, name, question->name))
        return;
    compare(judging, "birth_date", strcmp(birth_date, question->birth_date) == 0,
            CONSULTATION_REASON_BIRTH_DATE);
}

/* 3.3: the company is active, and its responsible person at Receita is the one of the case. */
static void judge_cnpj(struct judging *judging)
{
    static const struct status_word words[] = {{"ATIVA", true},    {"SUSPENSA", false}, {"INAPTA", false},
                                               {"BAIXADA", false}, {"NULA", false},     {NULL, false}};
    const struct consultation_question *question = judging->question;
    if (!judge_envelope(judging, "protocol", "cnpj", question->cnpj) || !judge_found(judging))
        return;
    const char *name = take_text(&judging->reading, "name", true);
    const char *responsible = take_text(&judging->reading, "responsible_cpf", true);
    const char *status = take_text(&judging->reading, "status", true);
    if (!understood(judging) || !judge_status(judging, status, words) ||
        !compare_names(judging, company_name, name, question->company_name))
        return;
    compare(judging, "responsible_cpf", strcmp(responsible, question->cpf) == 0,
            CONSULTATION_REASON_RESPONSIBLE);
}

static void compare_number(struct judging *judging, const char *member, const char *theirs, const char *ours,
                           enum consultation_reason reason)
{
    json_object_set_new(judging->finding->facts, member, json_string(theirs));
    if (ours[0] != '\0')
        compare(judging, member, same_number(theirs, ours), reason);
}

/* EXP-02, EXP-03, EXP-04: the licence exists as it was shown. One that has merely expired is good here:
 * whether it may serve is the checklist's to say. */
static void judge_cnh(struct judging *judging)
{
    static const struct status_word words[] = {{"REGULAR", true},  {"VENCIDA", true},    {"SUSPENSA", false},
                                               {"CASSADA", false}, {"CANCELADA", false}, {"BLOQUEADA", false},
                                               {NULL, false}};
    const struct consultation_question *question = judging->question;
    if (!judge_envelope(judging, "protocol", "cpf", question->cpf) || !judge_found(judging))
        return;
    const char *name = take_text(&judging->reading, "name", true);
    const char *birth_date = take_day(&judging->reading, "birth_date");
    const char *status = take_text(&judging->reading, "status", true);
    const char *registro = take_text(&judging->reading, "registro", true);
    const char *espelho = take_text(&judging->reading, "espelho", true);
    const char *via = take_text(&judging->reading, "via", true);
    if (!understood(judging) || !judge_status(judging, status, words) ||
        !compare_names(judging, person_name, name, question->name))
        return;
    compare(judging, "birth_date", strcmp(birth_date, question->birth_date) == 0,
            CONSULTATION_REASON_BIRTH_DATE);
    compare_number(judging, "registration", registro, question->registration,
                   CONSULTATION_REASON_REGISTRATION);
    compare_number(judging, "form_number", espelho, question->form_number, CONSULTATION_REASON_FORM_NUMBER);
    compare_number(judging, "via", via, question->via, CONSULTATION_REASON_VIA);
}

static const struct {
    const char *word;
    enum consultation_result result;
    enum consultation_reason reason;
} biometric_answers[] = {
    {"POSITIVE", CONSULTATION_OK, CONSULTATION_REASON_NONE},
    {"NEGATIVE", CONSULTATION_ALERT, CONSULTATION_REASON_BIOMETRY_NEGATIVE},
    {"CPF_NOT_FOUND", CONSULTATION_NOT_FOUND, CONSULTATION_REASON_NOT_FOUND},
    {"CONFLICT", CONSULTATION_CONFLICT, CONSULTATION_REASON_BIOMETRY_CONFLICT},
    {"ERROR", CONSULTATION_UNAVAILABLE, CONSULTATION_REASON_BASE_ERROR},
};

/* 3.1: the IDN of the transaction is the protocol. A positive one names the person, so that the agent sees
 * who it is; under another name it is a divergence all the same. */
static void judge_psbio(struct judging *judging)
{
    if (!judge_envelope(judging, "idn", "cpf", judging->question->cpf))
        return;
    const char *answer = take_text(&judging->reading, "result", true);
    const char *name = take_text(&judging->reading, "name", false);
    if (!understood(judging))
        return;
    for (size_t i = 0; i < sizeof biometric_answers / sizeof *biometric_answers; i++) {
        if (strcmp(answer, biometric_answers[i].word) != 0)
            continue;
        judging->finding->result = biometric_answers[i].result;
        judging->finding->reason = biometric_answers[i].reason;
        json_object_set_new(judging->finding->facts, "status", json_string(answer));
        if (judging->finding->result == CONSULTATION_OK && name[0] != '\0')
            (void)compare_names(judging, person_name, name, judging->question->name);
        return;
    }
    could_not_tell(judging, CONSULTATION_REASON_MALFORMED);
}

static void judge(struct judging *judging)
{
    switch (judging->question->kind) {
    case CONSULTATION_CPF:
        judge_cpf(judging);
        return;
    case CONSULTATION_CNPJ:
        judge_cnpj(judging);
        return;
    case CONSULTATION_CNH:
        judge_cnh(judging);
        return;
    case CONSULTATION_PSBIO:
        judge_psbio(judging);
        return;
    case CONSULTATION_KIND_COUNT:
        return;
    }
}

void consultation_judge(struct bytes answer, const struct consultation_question *question,
                        struct consultation_finding *finding)
{
    json_error_t place;
    json_t *object = json_loadb((const char *)answer.data, answer.length, JSON_REJECT_DUPLICATES, &place);
    consultation_could_not_tell(CONSULTATION_REASON_MALFORMED, finding);
    finding->facts = json_pack("{s:[],s:[]}", "compared", "differs");
    struct judging judging = {
        .question = question, .finding = finding, .reading = {.object = object, .good = true}};
    if (json_is_object(object) && finding->facts != NULL)
        judge(&judging);
    if (finding->result == CONSULTATION_UNAVAILABLE) {
        json_decref(finding->facts);
        finding->facts = NULL;
    }
    json_decref(object);
}

void consultation_could_not_tell(enum consultation_reason reason, struct consultation_finding *finding)
{
    *finding = (struct consultation_finding){.result = CONSULTATION_UNAVAILABLE, .reason = reason};
}

/* --- asking --- */

json_t *consultation_question_json(const struct consultation_question *question)
{
    json_t *body =
        json_pack("{s:s,s:s}", "request", question->request, "kind", consultation_kind_word(question->kind));
    const struct {
        bool wanted;
        const char *name;
        const char *value;
    } members[] = {
        {question->kind != CONSULTATION_CNPJ, "cpf", question->cpf},
        {question->kind == CONSULTATION_CPF || question->kind == CONSULTATION_CNH, "birth_date",
         question->birth_date},
        {question->kind == CONSULTATION_CNPJ, "cnpj", question->cnpj},
        {question->kind == CONSULTATION_CNH, "registro", question->registration},
        {question->kind == CONSULTATION_CNH && question->form_number[0] != '\0', "espelho",
         question->form_number},
        {question->kind == CONSULTATION_CNH && question->via[0] != '\0', "via", question->via},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (!members[i].wanted)
            continue;
        if (json_object_set_new(body, members[i].name, json_string(members[i].value)) != 0) {
            json_decref(body);
            return NULL;
        }
    }
    return body;
}
