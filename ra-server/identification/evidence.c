/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/evidence.h"

#include "pki/certificate/calendar.h"
#include "pki/certificate/identifiers.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_MAX = 60 };

/* Days since 1970-01-01 of the proleptic Gregorian calendar, by counting from March. */
static long day_number(struct calendar_day day)
{
    long year = day.month > 2 ? day.year : day.year - 1;
    long era = year / 400;
    long year_of_era = year - era * 400;
    long month = day.month > 2 ? day.month - 3 : day.month + 9;
    long day_of_year = (153 * month + 2) / 5 + day.day - 1;
    long day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

long evidence_days_between(const char *from, const char *to)
{
    struct calendar_day first = {1970, 1, 1}, last = {1970, 1, 1};
    if (calendar_parse(from, &first) != CALENDAR_DAY || calendar_parse(to, &last) != CALENDAR_DAY)
        return 0;
    return day_number(last) - day_number(first);
}

static bool fails(struct evidence_fault *fault, const char *reason, const char *rule, const char *detail)
{
    *fault = (struct evidence_fault){reason, rule, detail};
    return false;
}

static bool kind_serves(const struct rules_rule *rule, const char *kind)
{
    for (size_t i = 0; i < rule->alternatives.count; i++)
        if (strcmp(rule->alternatives.items[i], kind) == 0)
            return true;
    return false;
}

static const struct engine_consultation *
last_consultation(const struct engine_case *of, const char *person_id, const char *kind, bool telling)
{
    for (size_t i = of->consultation_count; i > 0; i--) {
        const struct engine_consultation *one = &of->consultations[i - 1];
        if (strcmp(one->kind, kind) == 0 && strcmp(one->person_id, person_id) == 0 &&
            (!telling || strcmp(one->result, "unavailable") != 0))
            return one;
    }
    return NULL;
}

const struct engine_consultation *evidence_last_consultation(const struct engine_case *of,
                                                             const char *person_id, const char *kind)
{
    return last_consultation(of, person_id, kind, false);
}

const struct engine_consultation *evidence_last_told(const struct engine_case *of, const char *person_id,
                                                     const char *kind)
{
    return last_consultation(of, person_id, kind, true);
}

/* --- expiry --- */

static bool is_past(const char *expires_on, const char *day)
{
    return expires_on[0] != '\0' && strcmp(expires_on, day) < 0;
}

/* EXP-02 and EXP-03 ask for the whole record of rules 2.2: base, registration, form, copy seen and evidence.
 * What stands on the paper itself need not be typed twice, and the base's protocol stands for the number of a
 * form that a digital CNH does not show. */
static bool consultation_is_whole(const struct engine_consultation *consultation,
                                  const struct engine_document *document)
{
    return consultation->base[0] != '\0' &&
           (consultation->registration[0] != '\0' || document->number[0] != '\0') &&
           (consultation->form_number[0] != '\0' || consultation->protocol[0] != '\0') &&
           (consultation->via_seen[0] == '\0' || document->via[0] == '\0' ||
            strcmp(consultation->via_seen, document->via) == 0) &&
           consultation->has_evidence;
}

static bool cnh_exception(const struct engine_case *of, const struct engine_document *document,
                          const char *rule, struct evidence_fault *fault)
{
    const struct engine_consultation *consultation =
        evidence_last_consultation(of, document->person_id, "cnh");
    if (consultation == NULL || strcmp(consultation->result, "ok") != 0)
        return fails(
            fault, "cnh-not-consulted", rule,
            "CNH vencida ou com mais de uma via só vale com a consulta ao Senatran ou Detran registrada.");
    if (!consultation_is_whole(consultation, document))
        return fails(fault, "cnh-consultation-incomplete", rule,
                     "CNH vencida ou com mais de uma via: a consulta leva registro, espelho ou protocolo, "
                     "via e comprovante.");
    return true;
}

static bool check_consulted(const struct ruleset *ruleset, const struct engine_case *of,
                            const struct engine_document *document, struct evidence_fault *fault)
{
    const bool later_copy = document->via[0] != '\0' && strcmp(document->via, "1") != 0;
    if (is_past(document->expires_on, of->day)) {
        if (!ruleset_flag(ruleset, "accept_expired_cnh", true))
            return fails(fault, "document-expired", "EXP-01", "A CNH está vencida no dia do atendimento.");
        return cnh_exception(of, document, "EXP-02", fault);
    }
    return !later_copy || cnh_exception(of, document, "EXP-03", fault);
}

static const struct engine_person *person_of(const struct engine_case *of, const char *id)
{
    for (size_t i = 0; i < of->people_count; i++)
        if (strcmp(of->people[i].id, id) == 0)
            return &of->people[i];
    return NULL;
}

/* EXP-05: what one AR accepts beyond the norm, off unless a policy says so. */
static bool expired_by_policy(const struct ruleset *ruleset, const struct engine_case *of,
                              const struct engine_document *document)
{
    enum { OLD_AGE = 60 };
    if (strcmp(document->kind, "passport") == 0)
        return ruleset_flag(ruleset, "accept_expired_passport", false);
    if (strcmp(document->kind, "rne") != 0 || !ruleset_flag(ruleset, "accept_expired_rne_over_60", false))
        return false;
    const struct engine_person *person = person_of(of, document->person_id);
    return person != NULL && person->birth_date[0] != '\0' &&
           age_on(person->birth_date, document->expires_on) > OLD_AGE;
}

static bool check_strict(const struct ruleset *ruleset, const struct engine_case *of,
                         const struct engine_document *document, struct evidence_fault *fault)
{
    if (!is_past(document->expires_on, of->day) || expired_by_policy(ruleset, of, document))
        return true;
    return fails(fault, "document-expired", "EXP-01", "O documento está vencido no dia do atendimento.");
}

/* CAP-04: a provisional one is good for its own term when that is under a year, else for a year from its
 * date; a definitive one (no expiry typed) has no term. */
static bool check_curatela(const struct engine_case *of, const struct engine_document *document,
                           struct evidence_fault *fault)
{
    enum { YEAR_MONTHS = 12 };
    struct calendar_day issued, expires, today;
    if (document->expires_on[0] == '\0')
        return true;
    if (calendar_parse(document->issued_on, &issued) != CALENDAR_DAY ||
        calendar_parse(document->expires_on, &expires) != CALENDAR_DAY ||
        calendar_parse(of->day, &today) != CALENDAR_DAY)
        return fails(fault, "curatela-undated", "CAP-04",
                     "A curatela provisória precisa da data da decisão.");
    const struct calendar_day year = calendar_add_months(issued, YEAR_MONTHS);
    const struct calendar_day last = calendar_compare(expires, year) < 0 ? expires : year;
    return calendar_compare(today, last) <= 0 ||
           fails(fault, "curatela-expired", "CAP-04",
                 "A curatela provisória já não vale no dia do atendimento.");
}

/* Up to which day its age is counted: that of the validation, or that of the order. */
static const char *power_of_attorney_day(const struct ruleset *ruleset, const struct engine_case *of)
{
    const char *reference = ruleset_word(ruleset, "poa_age_reference", "validation_date");
    return strcmp(reference, "request_date") == 0 && of->requested_on[0] != '\0' ? of->requested_on : of->day;
}

/* REP-04: issued within the days that the policy says. */
static bool check_power_of_attorney(const struct ruleset *ruleset, const struct engine_case *of,
                                    const struct engine_document *document, struct evidence_fault *fault)
{
    long most = (long)ruleset_number(ruleset, "poa_max_age_days", 90);
    if (document->issued_on[0] == '\0')
        return fails(fault, "power-of-attorney-undated", "REP-04",
                     "Informe a data de emissão da procuração.");
    if (evidence_days_between(document->issued_on, power_of_attorney_day(ruleset, of)) > most)
        return fails(fault, "power-of-attorney-old", "REP-04",
                     "A procuração foi emitida há mais dias do que a regra admite.");
    return check_strict(ruleset, of, document, fault);
}

static bool check_expiry(const struct ruleset *ruleset, const struct engine_case *of,
                         const struct rules_document_kind *kind, const struct engine_document *document,
                         struct evidence_fault *fault)
{
    if (is_past(kind->valid_to, of->day))
        return fails(fault, "kind-no-longer-serves", "EXP-06",
                     "Este modelo de documento deixou de valer; peça o modelo novo.");
    switch (kind->expiry) {
    case RULES_EXPIRY_NONE:
        return true;
    case RULES_EXPIRY_STRICT:
        return check_strict(ruleset, of, document, fault);
    case RULES_EXPIRY_CONSULTED:
        return check_consulted(ruleset, of, document, fault);
    case RULES_EXPIRY_CURATELA:
        return check_curatela(of, document, fault);
    case RULES_EXPIRY_POWER_OF_ATTORNEY:
        return check_power_of_attorney(ruleset, of, document, fault);
    case RULES_EXPIRY_COUNT:
    default:
        return fails(fault, "document-kind", "EXP-01", "Espécie de documento desconhecida.");
    }
}

/* --- a document --- */

/* Days since issue that the item allows; negative: any. PJ-01 has its number from the policy
 * (conflict 2.7-5): 0 leaves the card's age alone, because Receita is asked again on the day. */
static long most_days(const struct ruleset *ruleset, const struct rules_rule *rule,
                      const struct engine_document *document)
{
    if (strcmp(document->kind, "cnpj_card") != 0)
        return rule->recency_days;
    long most = (long)ruleset_number(ruleset, "cnpj_card_max_age_days", 0);
    return most > 0 ? most : rule->recency_days;
}

static bool check_age(const struct ruleset *ruleset, const struct engine_case *of,
                      const struct rules_rule *rule, const struct engine_document *document,
                      struct evidence_fault *fault)
{
    long most = most_days(ruleset, rule, document);
    if (most < 0)
        return true;
    if (document->issued_on[0] == '\0')
        return fails(fault, "document-undated", rule->id, "Informe a data de emissão do documento.");
    return evidence_days_between(document->issued_on, of->day) <= most ||
           fails(fault, "document-old", rule->id, "O documento foi emitido há tempo demais para este item.");
}

bool evidence_document_serves(const struct ruleset *ruleset, const struct engine_case *of,
                              const struct rules_rule *rule, const struct engine_document *document,
                              struct evidence_fault *fault)
{
    const struct rules_document_kind *kind = ruleset_kind(ruleset, document->kind);
    if (kind == NULL || !kind_serves(rule, document->kind))
        return fails(fault, "document-kind", rule->id, "Esta espécie de documento não serve para o item.");
    if (kind->identity && !document->photo)
        return fails(fault, "no-photo", "PHO-01", "Documento de identidade sem fotografia não serve.");
    if (!document->legible)
        return fails(fault, "not-legible", "CLR-01",
                     "O documento não está legível; peça outro, de preferência CNH ou passaporte.");
    if (strcmp(of->mode, "video") != 0 && !document->original_seen)
        return fails(fault, "original-not-seen", rule->id,
                     "Registre que o original foi visto (original seen).");
    return check_age(ruleset, of, rule, document, fault) && check_expiry(ruleset, of, kind, document, fault);
}

bool evidence_documents_serve(const struct ruleset *ruleset, const struct engine_case *of,
                              const struct rules_rule *rule, const struct engine_person *person,
                              struct evidence_fault *fault)
{
    (void)fails(fault, "document-missing", rule->id, "Nenhum documento foi digitalizado para este item.");
    for (size_t i = 0; i < of->document_count; i++) {
        const struct engine_document *document = &of->documents[i];
        if (strcmp(document->item, rule->id) != 0 || strcmp(document->person_id, person->id) != 0)
            continue;
        if (evidence_document_serves(ruleset, of, rule, document, fault))
            return true;
    }
    return false;
}

/* --- as typed --- */

static bool number_fits(const struct rules_document_kind *kind, const char *number)
{
    regex_t pattern;
    if (kind->number_pattern[0] == '\0' || number[0] == '\0')
        return true;
    if (regcomp(&pattern, kind->number_pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool fits = regexec(&pattern, number, 0, NULL, 0) == 0;
    regfree(&pattern);
    return fits;
}

static bool check_kind_and_number(const struct ruleset *ruleset, const struct engine_document *document,
                                  struct ra_error *error)
{
    if (document->kind[0] == '\0')
        return true;
    const struct rules_document_kind *kind = ruleset_kind(ruleset, document->kind);
    if (kind == NULL)
        return ra_fail_field(error, "kind", "unknown", "Espécie de documento desconhecida.");
    if (strlen(document->number) > NUMBER_MAX)
        return ra_fail_field(error, "number", "length", "O número tem no máximo 60 caracteres.");
    if (number_fits(kind, document->number))
        return true;
    char sentence[sizeof error->fields[0].message];
    snprintf(sentence, sizeof sentence, "O número não tem a forma deste documento: %s.", kind->number_hint);
    return ra_fail_field(error, "number", "shape", sentence);
}

static bool check_days(const struct engine_document *document, const char *day, struct ra_error *error)
{
    bool ok = true;
    struct calendar_day parsed;
    const bool issued = document->issued_on[0] != '\0', expires = document->expires_on[0] != '\0';
    if (issued && calendar_parse(document->issued_on, &parsed) != CALENDAR_DAY)
        ok = ra_fail_field(error, "issued", "date", "A data de emissão não existe.");
    else if (issued && strcmp(document->issued_on, day) > 0)
        ok = ra_fail_field(error, "issued", "future", "A data de emissão está no futuro.");
    if (expires && calendar_parse(document->expires_on, &parsed) != CALENDAR_DAY)
        ok = ra_fail_field(error, "expires", "date", "A data de validade não existe.");
    else if (issued && expires && strcmp(document->expires_on, document->issued_on) < 0)
        ok = ra_fail_field(error, "expires", "order", "A validade termina antes da emissão.");
    if (strlen(document->via) > 2 || strspn(document->via, "0123456789") != strlen(document->via))
        ok = ra_fail_field(error, "via", "digits", "A via é um número.");
    return ok;
}

bool evidence_document_fields(const struct ruleset *ruleset, const struct engine_document *document,
                              const char *day, struct ra_error *error)
{
    bool ok = check_kind_and_number(ruleset, document, error);
    return check_days(document, day, error) && ok;
}
