/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/profile.h"

#include "pki/base/file.h"
#include "pki/certificate/calendar.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { BRASILIA_OFFSET_S = -3 * 3600, TERM_MONTHS_MAX = 132, OU_MAX = 64 };

static const char *const method_words[] = {
#define X(id, word, ou) [id] = (word),
    IDENTIFICATION_METHODS(X)
#undef X
};
static const char *const binding_words[] = {"code", "spki", "renewal"};
static const char *const media_words[] = {"software", "token", "cloud"};
static const char *const holder_words[] = {"pf", "pj"};
static const char *const layout_words[] = {"rfb", "multiple", "new"};

/* Position of `word`; -1 when it is none of them. */
static int word_index(const char *word, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

bool identification_method_parse(const char *word, enum identification_method *method)
{
    int index = word_index(word, method_words, IDENTIFICATION_METHOD_COUNT);
    *method = index < 0 ? IDENTIFICATION_METHOD_COUNT : (enum identification_method)index;
    return index >= 0;
}

bool profile_binding_parse(const char *word, enum profile_binding *binding)
{
    int index = word_index(word, binding_words, PROFILE_BINDING_COUNT);
    *binding = index < 0 ? PROFILE_BINDING_COUNT : (enum profile_binding)index;
    return index >= 0;
}

bool profile_media_parse(const char *word, enum profile_media *media)
{
    int index = word_index(word, media_words, PROFILE_MEDIA_COUNT);
    *media = index < 0 ? PROFILE_MEDIA_COUNT : (enum profile_media)index;
    return index >= 0;
}

bool certificate_holder_parse(const char *word, enum certificate_holder *holder)
{
    int index = word_index(word, holder_words, 2);
    *holder = index == 1 ? CERTIFICATE_HOLDER_COMPANY : CERTIFICATE_HOLDER_PERSON;
    return index >= 0;
}

const char *identification_method_word(enum identification_method method)
{
    return (unsigned)method < IDENTIFICATION_METHOD_COUNT ? method_words[method] : "";
}

const char *profile_media_word(enum profile_media media)
{
    return (unsigned)media < PROFILE_MEDIA_COUNT ? media_words[media] : "";
}

static bool refuse(struct ra_error *error, const char *member)
{
    return ra_fail(error, RA_BAD_JSON, "perfil de certificado: membro %s ausente ou inválido", member);
}

/* Members as the file gives them; strings borrowed from the JSON tree. */
struct row {
    const char *id, *holder, *type, *layout, *policy_arc, *policy_oid, *cps, *media, *algorithm, *type_ou;
    const char *issuer, *issuer_until, *valid_from, *valid_to, *source, *evidence;
    json_int_t term_months, agents;
    json_t *bits, *methods[IDENTIFICATION_METHOD_COUNT];
};

static bool read_row(json_t *root, struct row *row, struct ra_error *error)
{
    json_error_t problem;
    int done = json_unpack_ex(
        root, &problem, 0,
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:{s:s, s:o !}, s?s, s:{s:s, s:s !}, s:s, s:s, "
        "s:{s:o, s:o, s:o !}, s:I, s:s, s:s !}",
        "id", &row->id, "holder", &row->holder, "type", &row->type, "layout", &row->layout, "policy_arc",
        &row->policy_arc, "policy_oid", &row->policy_oid, "cps", &row->cps, "term_months", &row->term_months,
        "media", &row->media, "key", "algorithm", &row->algorithm, "bits", &row->bits, "type_ou",
        &row->type_ou, "issuer", "name", &row->issuer, "until", &row->issuer_until, "valid_from",
        &row->valid_from, "valid_to", &row->valid_to, "bindings", "in_person",
        &row->methods[IDENTIFICATION_IN_PERSON], "video", &row->methods[IDENTIFICATION_VIDEO], "renewal",
        &row->methods[IDENTIFICATION_RENEWAL], "agents", &row->agents, "source", &row->source, "evidence",
        &row->evidence);
    return done == 0 || ra_fail(error, RA_BAD_JSON, "perfil de certificado: %s", problem.text);
}

static bool is_text(const char *text, size_t max, const char *also)
{
    size_t length = strnlen(text, max + 1);
    if (length == 0 || length > max)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && strchr(also, c) == NULL)
            return false;
    }
    return true;
}

/* `prefix` followed by one arc: digits without a leading zero, at most nine. */
static bool is_one_arc_below(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncmp(text, prefix, length) != 0 || text[length] != '.')
        return false;
    const char *arc = text + length + 1;
    size_t digits = strspn(arc, "0123456789");
    return digits >= 1 && digits <= 9 && arc[digits] == '\0' && (arc[0] != '0' || digits == 1);
}

static bool check_texts(const struct row *row, struct ra_error *error)
{
    if (!is_text(row->id, 40, "_"))
        return refuse(error, "id");
    if (!is_text(row->type, 8, "-"))
        return refuse(error, "type");
    if (!is_one_arc_below(row->policy_arc, "2.16.76.1.2"))
        return refuse(error, "policy_arc");
    if (!is_one_arc_below(row->policy_oid, row->policy_arc))
        return refuse(error, "policy_oid");
    if ((strncmp(row->cps, "http://", 7) != 0 && strncmp(row->cps, "https://", 8) != 0) ||
        !is_text(row->cps, 200, "-._~:/?#@!$&()*+,;=%"))
        return refuse(error, "cps");
    if (!is_text(row->issuer, OU_MAX, " -.,/()"))
        return refuse(error, "issuer.name");
    if (strcmp(row->algorithm, "rsa") != 0)
        return refuse(error, "key.algorithm");
    return true;
}

static bool check_dates(const struct row *row, struct ra_error *error)
{
    struct calendar_day from;
    struct calendar_day to;
    if (calendar_parse(row->valid_from, &from) != CALENDAR_DAY)
        return refuse(error, "valid_from");
    if (calendar_parse(row->valid_to, &to) != CALENDAR_DAY || calendar_compare(from, to) > 0)
        return refuse(error, "valid_to");
    struct calendar_day end;
    if (calendar_parse(row->issuer_until, &end) != CALENDAR_DAY)
        return refuse(error, "issuer.until");
    return true;
}

static bool take_numbers(const struct row *row, struct certificate_profile *profile, struct ra_error *error)
{
    if (row->term_months < 12 || row->term_months > TERM_MONTHS_MAX || row->term_months % 12 != 0)
        return refuse(error, "term_months");
    if (row->agents != 1 && row->agents != 2)
        return refuse(error, "agents");
    profile->term_months = (unsigned)row->term_months;
    profile->agents = (unsigned)row->agents;
    size_t count = json_array_size(row->bits);
    if (count < 1 || count > PROFILE_KEY_SIZES_MAX)
        return refuse(error, "key.bits");
    for (size_t i = 0; i < count; i++) {
        json_int_t bits = json_integer_value(json_array_get(row->bits, i));
        if (bits < 2048 || bits > 8192 || bits % 1024 != 0)
            return refuse(error, "key.bits");
        profile->key_bits[i] = (unsigned)bits;
    }
    profile->key_bits_count = count;
    return true;
}

static bool take_words(const struct row *row, struct certificate_profile *profile, struct ra_error *error)
{
    if (!certificate_holder_parse(row->holder, &profile->holder))
        return refuse(error, "holder");
    if (!profile_media_parse(row->media, &profile->media))
        return refuse(error, "media");
    int layout = word_index(row->layout, layout_words, PROFILE_LAYOUT_COUNT);
    if (layout < 0)
        return refuse(error, "layout");
    profile->layout = (enum profile_layout)layout;
    /* The new layout has no OU to put it in. */
    bool wanted = profile->layout != PROFILE_LAYOUT_NEW;
    if (wanted ? row->type_ou == NULL || !is_text(row->type_ou, OU_MAX, " -.,/()") : row->type_ou != NULL)
        return refuse(error, "type_ou");
    for (size_t method = 0; method < IDENTIFICATION_METHOD_COUNT; method++) {
        if (!json_is_array(row->methods[method]))
            return refuse(error, "bindings");
        for (size_t i = 0; i < json_array_size(row->methods[method]); i++) {
            const char *word = json_string_value(json_array_get(row->methods[method], i));
            enum profile_binding binding;
            if (word == NULL || !profile_binding_parse(word, &binding) || profile->bindings[method][binding])
                return refuse(error, "bindings");
            profile->bindings[method][binding] = true;
        }
    }
    return true;
}

static bool take_texts(const struct row *row, struct certificate_profile *profile, struct ra_error *error)
{
    const struct {
        const char *from;
        const char **to;
    } texts[] = {
        {row->id, &profile->id},
        {row->type, &profile->type},
        {row->policy_arc, &profile->policy_arc},
        {row->policy_oid, &profile->policy_oid},
        {row->cps, &profile->cps},
        {row->type_ou != NULL ? row->type_ou : "", &profile->type_ou},
        {row->issuer, &profile->issuer},
        {row->issuer_until, &profile->issuer_until},
        {row->valid_from, &profile->valid_from},
        {row->valid_to, &profile->valid_to},
        {row->source, &profile->source},
        {row->evidence, &profile->evidence},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i].to = talloc_strdup(profile, texts[i].from);
        if (*texts[i].to == NULL)
            return ra_fail(error, RA_NO_MEMORY, "profile");
    }
    return true;
}

bool profile_parse(TALLOC_CTX *context, struct bytes content, struct certificate_profile **profile,
                   struct ra_error *error)
{
    struct row row = {.id = NULL};
    json_error_t problem;
    *profile = NULL;
    if (content.length == 0 || content.length > PROFILE_FILE_MAX)
        return ra_fail(error, RA_BAD_JSON, "perfil de certificado: arquivo vazio ou grande demais");
    json_t *root = json_loadb((const char *)content.data, content.length, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL)
        return ra_fail(error, RA_BAD_JSON, "perfil de certificado: %s", problem.text);
    struct certificate_profile *loaded = talloc_zero(context, struct certificate_profile);
    if (loaded == NULL) {
        json_decref(root);
        return ra_fail(error, RA_NO_MEMORY, "profile");
    }
    bool done = read_row(root, &row, error) && check_texts(&row, error) && check_dates(&row, error) &&
                take_words(&row, loaded, error) && take_numbers(&row, loaded, error) &&
                take_texts(&row, loaded, error);
    done = done && (sha256(content, loaded->digest) || ra_fail_crypto(error, "SHA-256"));
    json_decref(root);
    if (!done) {
        talloc_free(loaded);
        return false;
    }
    *profile = loaded;
    return true;
}

bool profile_load(TALLOC_CTX *context, const char *path, struct certificate_profile **profile,
                  struct ra_error *error)
{
    struct bytes content;
    TALLOC_CTX *scratch = talloc_new(NULL);
    *profile = NULL;
    if (scratch == NULL)
        return ra_fail(error, RA_NO_MEMORY, "profile");
    bool done = file_read(scratch, path, PROFILE_FILE_MAX, &content, error) &&
                profile_parse(context, content, profile, error);
    talloc_free(scratch);
    return done;
}

void profile_day(time_t instant, char day[DATE_SIZE])
{
    struct tm parts;
    time_t local = instant + BRASILIA_OFFSET_S;
    if (gmtime_r(&local, &parts) == NULL || strftime(day, DATE_SIZE, "%Y-%m-%d", &parts) == 0)
        day[0] = '\0';
}

bool profile_open_on(const struct certificate_profile *profile, const char *day)
{
    struct calendar_day today;
    struct calendar_day from;
    struct calendar_day to;
    return calendar_parse(day, &today) == CALENDAR_DAY &&
           calendar_parse(profile->valid_from, &from) == CALENDAR_DAY &&
           calendar_parse(profile->valid_to, &to) == CALENDAR_DAY && calendar_compare(from, today) <= 0 &&
           calendar_compare(today, to) <= 0;
}

bool profile_term_allowed(const struct certificate_profile *profile, unsigned months, const char *day)
{
    struct calendar_day today;
    struct calendar_day end;
    if (months == 0 || months % 12 != 0 || months > profile->term_months || !profile_open_on(profile, day))
        return false;
    return calendar_parse(day, &today) == CALENDAR_DAY &&
           calendar_parse(profile->issuer_until, &end) == CALENDAR_DAY &&
           calendar_compare(calendar_add_months(today, months), end) <= 0;
}

void profile_last_day(const struct certificate_profile *profile, unsigned months, char day[DATE_SIZE])
{
    struct calendar_day end = {0};
    char start[40]; /* wide enough for any int, as the compiler sees it */
    snprintf(day, DATE_SIZE, "%.10s", profile->valid_to);
    if (calendar_parse(profile->issuer_until, &end) != CALENDAR_DAY)
        return;
    bool leap_day = end.month == 2 && end.day == 29 && months % 48 != 0;
    snprintf(start, sizeof start, "%04d-%02d-%02d", end.year - (int)(months / 12), end.month,
             leap_day ? 28 : end.day);
    if (strcmp(start, day) < 0)
        snprintf(day, DATE_SIZE, "%.10s", start);
}

bool profile_binding_allowed(const struct certificate_profile *profile, enum identification_method method,
                             enum profile_binding binding)
{
    return (unsigned)method < IDENTIFICATION_METHOD_COUNT && (unsigned)binding < PROFILE_BINDING_COUNT &&
           profile->bindings[method][binding];
}

bool profile_key_bits_allowed(const struct certificate_profile *profile, unsigned bits)
{
    for (size_t i = 0; i < profile->key_bits_count; i++)
        if (profile->key_bits[i] == bits)
            return true;
    return false;
}
