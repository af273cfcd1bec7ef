/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fraud/fraud_rules.h"

#include "pki/certificate/identifiers.h"
#include "pki/certificate/text.h"

#include <string.h>

/* --- what the agent tells --- */

/* A line of its own in the printed form must be ours. */
static bool has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return true;
    return false;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " ")] == '\0';
}

static bool read_text(const json_t *body, const char *name, bool required, size_t most, const char **text,
                      struct ra_error *error)
{
    const json_t *value = json_object_get(body, name);
    *text = value == NULL ? "" : json_string_value(value);
    if (*text == NULL)
        return ra_fail_field(error, name, "type", "Este campo é um texto.");
    if (required && is_blank(*text))
        return ra_fail_field(error, name, "required", "Este campo é obrigatório.");
    if (has_control(*text))
        return ra_fail_field(error, name, "control", "Escreva em uma linha, sem caracteres de controle.");
    return utf8_count(*text) <= most || ra_fail_field(error, name, "length", "O texto é longo demais.");
}

static bool read_kind(const json_t *body, const char **kind, struct ra_error *error)
{
    *kind = json_string_value(json_object_get(body, "kind"));
    return (*kind != NULL && (strcmp(*kind, "attempt") == 0 || strcmp(*kind, "realised") == 0)) ||
           ra_fail_field(error, "kind", "unknown", "Diga attempt (tentativa) ou realised (consumada).");
}

static bool read_people(TALLOC_CTX *context, const json_t *body, struct fraud_report *report,
                        struct ra_error *error)
{
    const json_t *list = json_object_get(body, "people");
    const size_t count = json_array_size(list);
    const char **names = talloc_array(context, const char *, (unsigned)count + 1);
    if (names == NULL)
        return ra_fail(error, RA_NO_MEMORY, "fraud");
    bool ok = list == NULL || json_is_array(list);
    for (size_t i = 0; ok && i < count; i++) {
        names[i] = json_string_value(json_array_get(list, i));
        ok = names[i] != NULL;
    }
    report->people = names;
    report->people_count = ok ? count : 0;
    return ok || ra_fail_field(error, "people", "type", "As pessoas vêm numa lista de papéis ou CPFs.");
}

static bool only_known(const json_t *body, struct ra_error *error)
{
    static const char *const known[] = {"kind", "description", "modus", "physical", "people", "cms"};
    const char *name;
    json_t *value;
    bool ok = true;
    json_object_foreach((json_t *)(uintptr_t)body, name, value)
    {
        size_t at = 0;
        while (at < sizeof known / sizeof *known && strcmp(known[at], name) != 0)
            at++;
        if (at == sizeof known / sizeof *known)
            ok = ra_fail_field(error, name, "unknown", "Campo desconhecido.");
    }
    return ok;
}

bool fraud_report_read(TALLOC_CTX *context, const json_t *body, struct fraud_report *report,
                       struct ra_error *error)
{
    *report = (struct fraud_report){.kind = ""};
    bool ok = only_known(body, error);
    ok = read_kind(body, &report->kind, error) && ok;
    ok = read_text(body, "description", true, FRAUD_TEXT_MAX, &report->description, error) && ok;
    ok = read_text(body, "modus", false, FRAUD_TEXT_MAX, &report->modus, error) && ok;
    ok = read_text(body, "physical", false, FRAUD_TEXT_MAX, &report->physical, error) && ok;
    return read_people(context, body, report, error) && ok;
}

bool fraud_protocol_read(const json_t *body, const char **protocol, struct ra_error *error)
{
    return read_text(body, "protocol", true, FRAUD_PROTOCOL_MAX, protocol, error);
}

/* --- whom it concerns --- */

static bool is_named(const struct order_person *person, const char *name)
{
    char cpf[CPF_SIZE];
    struct field_problem problem;
    if (strcmp(name, "all") == 0 || strcmp(name, person->role) == 0)
        return true;
    return cpf_normalise(name, cpf, &problem) && strcmp(cpf, person->cpf) == 0;
}

static bool is_wanted(const struct fraud_report *report, const struct order_person *person)
{
    if (report->people_count == 0)
        return true;
    for (size_t i = 0; i < report->people_count; i++)
        if (is_named(person, report->people[i]))
            return true;
    return false;
}

static bool fits_somebody(const struct order *order, const char *name)
{
    for (size_t i = 0; i < order->people_count; i++)
        if (is_named(&order->people[i], name))
            return true;
    return false;
}

static bool is_among(const struct order_person *const *people, size_t count, const char *cpf)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(people[i]->cpf, cpf) == 0)
            return true;
    return false;
}

bool fraud_people(TALLOC_CTX *context, const struct order *order, const struct fraud_report *report,
                  const struct order_person ***people, size_t *count, struct ra_error *error)
{
    *count = 0;
    *people = talloc_array(context, const struct order_person *, (unsigned)order->people_count + 1);
    if (*people == NULL)
        return ra_fail(error, RA_NO_MEMORY, "fraud");
    for (size_t i = 0; i < report->people_count; i++)
        if (!fits_somebody(order, report->people[i]))
            return ra_fail_field(error, "people", "unknown", "Não há no caso quem tenha este papel ou CPF.");
    for (size_t i = 0; i < order->people_count; i++) {
        const struct order_person *person = &order->people[i];
        if (is_wanted(report, person) && !is_among(*people, *count, person->cpf))
            (*people)[(*count)++] = person;
    }
    return true;
}

void fraud_occurrence(const struct order *order, const struct catalog_office *office,
                      const struct fraud_report *report, const struct order_person *person, bool with_company,
                      struct neglist_typed *typed)
{
    *typed = (struct neglist_typed){.uf = office->uf,
                                    .municipalities = &office->ibge,
                                    .municipality_count = 1,
                                    .modus = report->modus[0] != '\0' ? report->modus : report->description,
                                    .source = "local"};
    typed->fields[NEGLIST_NAME] = person->name;
    typed->fields[NEGLIST_CPF] = person->cpf;
    typed->fields[NEGLIST_EMAIL] = person->email;
    typed->fields[NEGLIST_PHONE] = person->phone;
    typed->fields[NEGLIST_DESCRIPTION] = report->physical;
    if (!with_company || order->company == NULL)
        return;
    typed->fields[NEGLIST_COMPANY_NAME] = order->company->name;
    typed->fields[NEGLIST_CNPJ] = order->company->cnpj;
}

const char *fraud_stop_word(enum ending_kind kind)
{
    switch (kind) {
    case ENDING_REFUSAL:
        return "refusal";
    case ENDING_REVOCATION:
        return "revocation";
    case ENDING_LATER:
        return "later";
    case ENDING_NONE:
    default:
        return "none";
    }
}
