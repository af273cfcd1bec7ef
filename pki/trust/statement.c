/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/statement.h"

#include "pki/trust/statement_words.h"
#include "pki/trust/strict_json.h"

#include <string.h>

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const int64_t LAST_SECOND = INT64_C(253402300799); /* year 9999 */
enum { ATTEMPTS_MAX = 1000000, TERM_MONTHS_MAX = 240, PROFILE_ID_MAX = 64, SERIAL_DIGITS_MAX = 40 };
static const int64_t VERSIONS_MAX = INT64_C(1000000000);

#define DIGITS       "0123456789"
#define HEXADECIMAL  "0123456789abcdef"
#define CROCKFORD    "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#define PROFILE_NAME "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define POLICY_KEY   "0123456789abcdefghijklmnopqrstuvwxyz_"

/* --- the shapes, walked for writing and for reading --- */

static bool text(struct strict_json *json, const char *key, const char **value, size_t least)
{
    return strict_json_text(json, key, value, least, STATEMENT_TEXT_MAX, NULL);
}

static bool exactly(struct strict_json *json, const char *key, const char **value, size_t length,
                    const char *alphabet)
{
    return strict_json_text(json, key, value, length, length, alphabet);
}

static bool reason_text(struct strict_json *json, const char **value)
{
    return strict_json_text(json, "reason", value, 1, STATEMENT_REASON_MAX, NULL);
}

static bool instant(struct strict_json *json, const char *key, int64_t *value)
{
    return strict_json_integer(json, key, value, 1, LAST_SECOND);
}

/* What a statement is about: a version of the house's own papers, or an attempt at an order. */
static bool subject(struct strict_json *json, struct statement *statement)
{
    if (statement->type == STATEMENT_ROSTER)
        return strict_json_integer(json, "version", &statement->roster.version, 1, VERSIONS_MAX);
    if (statement->type == STATEMENT_RULES)
        return strict_json_integer(json, "version", &statement->rules.version, 1, VERSIONS_MAX);
    return exactly(json, "order", &statement->order, STATEMENT_ORDER_SIZE - 1, CROCKFORD) &&
           strict_json_integer(json, "attempt", &statement->attempt, 1, ATTEMPTS_MAX);
}

static bool head(struct strict_json *json, struct statement *statement)
{
    if (!exactly(json, "instance", &statement->instance, STATEMENT_INSTANCE_SIZE - 1, HEXADECIMAL))
        return false;
    if (!subject(json, statement) || !instant(json, "issued_at", &statement->issued_at) ||
        !instant(json, "not_after", &statement->not_after))
        return false;
    return statement->not_after > statement->issued_at ||
           strict_json_fail(json, "not_after", "não é depois de issued_at");
}

static bool profile(struct strict_json *json, struct statement_validation *validation)
{
    unsigned media = (unsigned)validation->profile.media;
    bool done =
        strict_json_open(json, "profile") &&
        strict_json_text(json, "id", &validation->profile.id, 1, PROFILE_ID_MAX, PROFILE_NAME) &&
        strict_json_digest(json, "digest", validation->profile.digest, NULL) &&
        strict_json_integer(json, "term_months", &validation->profile.term_months, 1, TERM_MONTHS_MAX) &&
        strict_json_word(json, "media", &media, statement_media_words, ARRAY_LENGTH(statement_media_words)) &&
        strict_json_close(json);
    validation->profile.media = (enum profile_media)media;
    return done;
}

static bool data(struct strict_json *json, struct certificate_data *data)
{
    if (!strict_json_open(json, "data"))
        return false;
#define X(member)                                                                                            \
    if (!text(json, #member, &data->member, 0))                                                              \
        return false;
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    return strict_json_close(json);
}

static bool people(struct strict_json *json, struct statement_people *people)
{
    struct statement_person found[STATEMENT_PEOPLE_MAX];
    bool more = true;
    if (!strict_json_array(json, "people"))
        return false;
    size_t index = 0;
    for (;; index++) {
        if (!strict_json_next(json, "people", index, people->count, STATEMENT_PEOPLE_MAX, &more))
            return false;
        if (!more)
            break;
        struct statement_person person = json->writing ? people->items[index] : (struct statement_person){0};
        unsigned role = (unsigned)person.role;
        if (!strict_json_open(json, NULL) || !exactly(json, "cpf", &person.cpf, 11, DIGITS) ||
            !strict_json_word(json, "role", &role, statement_people_role_words,
                              ARRAY_LENGTH(statement_people_role_words)) ||
            !strict_json_close(json))
            return false;
        person.role = (enum statement_people_role)role;
        found[index] = person;
    }
    if (index == 0)
        return strict_json_fail(json, "people", "falta ao menos uma pessoa");
    if (json->writing)
        return true;
    people->count = index;
    people->items = talloc_memdup(json->context, found, index * sizeof found[0]);
    return people->items != NULL || ra_fail(json->error, RA_NO_MEMORY, "statement");
}

static bool place(struct strict_json *json, struct statement_validation *validation)
{
    unsigned kind = (unsigned)validation->place.kind;
    bool done = strict_json_open(json, "place") &&
                strict_json_word(json, "kind", &kind, statement_place_kind_words,
                                 ARRAY_LENGTH(statement_place_kind_words)) &&
                text(json, "office", &validation->place.office, 1) &&
                exactly(json, "ibge", &validation->place.ibge, 7, DIGITS) &&
                text(json, "station", &validation->place.station, 0) && strict_json_close(json);
    validation->place.kind = (enum statement_place_kind)kind;
    return done;
}

static bool waived(struct strict_json *json, struct statement_waivers *waivers)
{
    struct statement_waiver found[STATEMENT_WAIVERS_MAX];
    bool more = true;
    if (!strict_json_array(json, "waived"))
        return false;
    size_t index = 0;
    for (;; index++) {
        if (!strict_json_next(json, "waived", index, waivers->count, STATEMENT_WAIVERS_MAX, &more))
            return false;
        if (!more)
            break;
        struct statement_waiver waiver = json->writing ? waivers->items[index] : (struct statement_waiver){0};
        if (!strict_json_open(json, NULL) || !text(json, "rule", &waiver.rule, 1) ||
            !reason_text(json, &waiver.reason) || !strict_json_close(json))
            return false;
        found[index] = waiver;
    }
    if (json->writing || index == 0)
        return true;
    waivers->count = index;
    waivers->items = talloc_memdup(json->context, found, index * sizeof found[0]);
    return waivers->items != NULL || ra_fail(json->error, RA_NO_MEMORY, "statement");
}

static bool media(struct strict_json *json, struct statement_validation *validation)
{
    return strict_json_open(json, "media") && text(json, "model", &validation->media.model, 0) &&
           text(json, "serial", &validation->media.serial, 0) &&
           text(json, "homologation", &validation->media.homologation, 0) && strict_json_close(json);
}

static bool key_binding(struct strict_json *json, struct statement_binding *binding)
{
    unsigned kind = (unsigned)binding->kind;
    if (!strict_json_open(json, "key_binding") ||
        !strict_json_word(json, "kind", &kind, statement_binding_words,
                          ARRAY_LENGTH(statement_binding_words)))
        return false;
    binding->kind = (enum profile_binding)kind;
    bool done = false;
    switch (binding->kind) {
    case PROFILE_BINDING_CODE:
        done = strict_json_digest(json, "counter", binding->counter, NULL) &&
               strict_json_digest(json, "mail", binding->mail, &binding->has_mail);
        break;
    case PROFILE_BINDING_SPKI:
        done = strict_json_digest(json, "spki", binding->spki, NULL);
        break;
    case PROFILE_BINDING_RENEWAL:
        done = strict_json_base64(json, "cms", &binding->cms, STATEMENT_CMS_MAX);
        break;
    case PROFILE_BINDING_COUNT:
    default:
        return strict_json_fail(json, "kind", "valor desconhecido");
    }
    return done && strict_json_close(json);
}

static bool validation_body(struct strict_json *json, struct statement_validation *validation)
{
    unsigned method = (unsigned)validation->method;
    bool done = profile(json, validation) && data(json, &validation->data) &&
                people(json, &validation->people) &&
                strict_json_word(json, "method", &method, statement_method_words,
                                 ARRAY_LENGTH(statement_method_words)) &&
                place(json, validation) && text(json, "rules", &validation->rules, 1) &&
                waived(json, &validation->waived) && media(json, validation) &&
                strict_json_digest(json, "dossier", validation->dossier, NULL) &&
                key_binding(json, &validation->binding);
    validation->method = (enum identification_method)method;
    return done;
}

static bool verification_body(struct strict_json *json, struct statement_verification *verification)
{
    return strict_json_digest(json, "validation", verification->validation, NULL) &&
           waived(json, &verification->waived) &&
           strict_json_digest(json, "mail", verification->mail, &verification->has_mail);
}

static bool revocation_body(struct strict_json *json, struct statement_revocation *revocation)
{
    static const bool reasons[] = {[0] = true, [1] = true, [3] = true, [4] = true, [5] = true, [9] = true};
    if (!strict_json_text(json, "serial", &revocation->serial, 2, SERIAL_DIGITS_MAX, HEXADECIMAL))
        return false;
    if (strlen(revocation->serial) % 2 != 0)
        return strict_json_fail(json, "serial", "bytes incompletos");
    if (!strict_json_integer(json, "reason", &revocation->reason, 0, (int64_t)ARRAY_LENGTH(reasons) - 1))
        return false;
    return reasons[revocation->reason] || strict_json_fail(json, "reason", "valor desconhecido");
}

static bool roster_element(struct strict_json *json, struct roster_entry *entry)
{
    unsigned role = (unsigned)entry->role;
    if (!strict_json_open(json, NULL) || !text(json, "name", &entry->name, 1) ||
        !exactly(json, "cpf", &entry->cpf, 11, DIGITS) ||
        !strict_json_digest(json, "spki", entry->spki, NULL) ||
        !strict_json_word(json, "role", &role, statement_roster_role_words,
                          ARRAY_LENGTH(statement_roster_role_words)) ||
        !instant(json, "from", &entry->from) || !instant(json, "until", &entry->until) ||
        !strict_json_close(json))
        return false;
    entry->role = (enum roster_role)role;
    return entry->until > entry->from || strict_json_fail(json, "until", "não é depois de from");
}

/* A key stands for one person in one role: looking it up has one answer. */
static bool key_is_new(const struct roster_entry *entries, size_t count, const uint8_t spki[32])
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(entries[i].spki, spki, 32) == 0)
            return false;
    return true;
}

static bool roster_body(struct strict_json *json, struct statement_roster *roster)
{
    struct roster_entry *found = talloc_array(json->context, struct roster_entry, STATEMENT_ENTRIES_MAX);
    bool more = true;
    if (found == NULL)
        return ra_fail(json->error, RA_NO_MEMORY, "statement");
    if (!strict_json_array(json, "entries"))
        return false;
    size_t index = 0;
    for (;; index++) {
        if (!strict_json_next(json, "entries", index, roster->count, STATEMENT_ENTRIES_MAX, &more))
            return false;
        if (!more)
            break;
        struct roster_entry entry = json->writing ? roster->entries[index] : (struct roster_entry){0};
        if (!roster_element(json, &entry))
            return false;
        if (!key_is_new(found, index, entry.spki))
            return strict_json_fail(json, "spki", "repetido");
        found[index] = entry;
    }
    if (index == 0)
        return strict_json_fail(json, "entries", "lista vazia");
    if (!json->writing) {
        roster->count = index;
        roster->entries = found;
    }
    return true;
}

static bool day(struct strict_json *json, const char *key, const char **value)
{
    enum { DAY_LENGTH = 10 };
    if (!exactly(json, key, value, DAY_LENGTH, DIGITS "-"))
        return false;
    for (size_t i = 0; i < DAY_LENGTH; i++)
        if (((*value)[i] == '-') != (i == 4 || i == 7))
            return strict_json_fail(json, key, "não é uma data");
    return true;
}

static bool rules_body(struct strict_json *json, struct statement_rules *rules)
{
    unsigned layer = (unsigned)rules->layer;
    unsigned mark = (unsigned)rules->evidence;
    bool done = strict_json_text(json, "key", &rules->key, 1, STATEMENT_KEY_MAX, POLICY_KEY) &&
                strict_json_text(json, "before", &rules->before, 0, STATEMENT_VALUE_MAX, NULL) &&
                strict_json_text(json, "value", &rules->value, 1, STATEMENT_VALUE_MAX, NULL) &&
                day(json, "valid_from", &rules->valid_from) &&
                strict_json_word(json, "layer", &layer, statement_rule_layer_words,
                                 ARRAY_LENGTH(statement_rule_layer_words)) &&
                text(json, "source", &rules->source, 1) &&
                strict_json_word(json, "evidence", &mark, statement_rule_mark_words,
                                 ARRAY_LENGTH(statement_rule_mark_words)) &&
                reason_text(json, &rules->reason);
    rules->layer = (enum rule_layer)layer;
    rules->evidence = (enum rule_mark)mark;
    return done;
}

static bool body(struct strict_json *json, struct statement *statement)
{
    switch (statement->type) {
    case STATEMENT_VALIDATION:
        return validation_body(json, &statement->validation);
    case STATEMENT_VERIFICATION:
        return verification_body(json, &statement->verification);
    case STATEMENT_REFUSAL:
        return reason_text(json, &statement->refusal.reason);
    case STATEMENT_REVOCATION:
        return revocation_body(json, &statement->revocation);
    case STATEMENT_ROSTER:
        return roster_body(json, &statement->roster);
    case STATEMENT_RULES:
        return rules_body(json, &statement->rules);
    case STATEMENT_RENEWAL:
        return strict_json_digest(json, "data", statement->renewal.data, NULL) &&
               strict_json_digest(json, "spki", statement->renewal.spki, NULL);
    case STATEMENT_TYPE_COUNT:
    default:
        return strict_json_fail(json, "typ", "valor desconhecido");
    }
}

static bool walk(struct strict_json *json, struct statement *statement, enum statement_type expected)
{
    unsigned type = (unsigned)statement->type;
    if (!strict_json_open(json, NULL) ||
        !strict_json_word(json, "typ", &type, statement_typ_words, ARRAY_LENGTH(statement_typ_words)))
        return false;
    if (type != (unsigned)expected)
        return ra_fail_reason(json->error, RA_STATEMENT_REFUSED, "statement-type",
                              "É uma declaração de outro tipo: %s.", statement_typ_words[type]);
    statement->type = expected;
    return head(json, statement) && body(json, statement) && strict_json_close(json) && strict_json_end(json);
}

bool statement_write(TALLOC_CTX *context, const struct statement *statement, struct bytes *content,
                     struct ra_error *error)
{
    struct strict_json json;
    struct statement copy = *statement;
    *content = (struct bytes){NULL, 0};
    TALLOC_CTX *scratch = talloc_new(context);
    if (scratch == NULL)
        return ra_fail(error, RA_NO_MEMORY, "statement");
    bool done = strict_json_write(&json, scratch, STATEMENT_MAX, error) && walk(&json, &copy, copy.type);
    if (done)
        *content = bytes_copy(context, json.output, json.length);
    talloc_free(scratch);
    return done && (content->data != NULL || ra_fail(error, RA_NO_MEMORY, "statement"));
}

bool statement_parse(TALLOC_CTX *context, struct bytes content, enum statement_type expected,
                     struct statement **statement, struct ra_error *error)
{
    struct strict_json json;
    *statement = NULL;
    struct statement *found = talloc_zero(context, struct statement);
    if (found == NULL)
        return ra_fail(error, RA_NO_MEMORY, "statement");
    found->order = "";
    if (!strict_json_read(&json, found, content, STATEMENT_MAX, error) || !walk(&json, found, expected)) {
        talloc_free(found);
        return false;
    }
    *statement = found;
    return true;
}

bool statement_check_time(const struct statement *statement, int64_t now, int64_t longest_life_s,
                          struct ra_error *error)
{
    if (statement->issued_at > now + STATEMENT_CLOCK_SKEW_S)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-not-yet",
                              "A declaração traz uma hora que ainda não chegou.");
    if (statement->not_after <= now)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-expired", "A declaração venceu.");
    if (statement->not_after - statement->issued_at > longest_life_s)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-expired",
                              "A declaração vale por mais tempo do que o permitido.");
    return true;
}
