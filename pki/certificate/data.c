/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/data.h"

#include "pki/base/bytes.h"
#include "pki/certificate/identifiers.h"
#include "pki/certificate/names.h"

#include <openssl/evp.h>
#include <string.h>

enum { LONGEST_FIELD_SIZE = 256 };

/* Adapters: every normaliser behind one signature. `output` holds LONGEST_FIELD_SIZE bytes. */
typedef bool normaliser(const char *input, char *output, struct field_problem *problem);

static bool person_name(const char *input, char *output, struct field_problem *problem)
{
    return person_name_normalise(bytes_of_text(input), output, problem);
}

static bool company_name(const char *input, char *output, struct field_problem *problem)
{
    return company_name_normalise(bytes_of_text(input), output, problem);
}

static bool city_name(const char *input, char *output, struct field_problem *problem)
{
    return city_name_normalise(bytes_of_text(input), output, problem);
}

enum { FIELD_COUNT = sizeof(struct certificate_data) / sizeof(const char *) };

/* When a field must, may or cannot be in a certificate. */
enum presence { REQUIRED, OPTIONAL, WITH_RG, WITH_VOTER_ID, ABSENT };

struct field_rule {
    const char *api_name; /* in the order API */
    normaliser *normalise;
    enum presence person;
    enum presence company;
};

/* In the order of CERTIFICATE_DATA_FIELDS. */
static const struct field_rule rules[FIELD_COUNT] = {
    {"holder.name", person_name, REQUIRED, REQUIRED},
    {"holder.cpf", cpf_normalise, REQUIRED, REQUIRED},
    {"holder.birth_date", birth_date_normalise, REQUIRED, REQUIRED},
    {"holder.email", email_normalise, REQUIRED, REQUIRED},
    {"holder.nis", nis_normalise, OPTIONAL, OPTIONAL},
    {"holder.rg", rg_normalise, OPTIONAL, OPTIONAL},
    {"holder.rg_issuer", rg_issuer_normalise, WITH_RG, WITH_RG},
    {"holder.rg_uf", uf_normalise, WITH_RG, WITH_RG},
    {"holder.voter_id", voter_id_normalise, OPTIONAL, ABSENT},
    {"holder.voter_zone", voter_zone_normalise, WITH_VOTER_ID, ABSENT},
    {"holder.voter_section", voter_section_normalise, WITH_VOTER_ID, ABSENT},
    {"holder.voter_city", city_name, WITH_VOTER_ID, ABSENT},
    {"holder.voter_uf", voter_uf_normalise, WITH_VOTER_ID, ABSENT},
    {"holder.cei", cei_normalise, OPTIONAL, ABSENT},
    {"company.name", company_name, ABSENT, REQUIRED},
    {"company.cnpj", cnpj_normalise, ABSENT, REQUIRED},
    {"company.uf", uf_normalise, ABSENT, REQUIRED},
    {"company.city", city_name, ABSENT, REQUIRED},
    {"company.cei", cei_normalise, ABSENT, OPTIONAL},
};

/* The members as an array, NULL made "". */
static void to_array(const struct certificate_data *data, const char *values[FIELD_COUNT])
{
    size_t at = 0;
#define X(member) values[at++] = data->member != NULL ? data->member : "";
    CERTIFICATE_DATA_FIELDS(X)
#undef X
}

static void from_array(const char *const values[FIELD_COUNT], struct certificate_data *data)
{
    size_t at = 0;
#define X(member) data->member = values[at++];
    CERTIFICATE_DATA_FIELDS(X)
#undef X
}

static enum presence presence_for(const struct field_rule *rule, enum certificate_holder holder)
{
    switch (holder) {
    case CERTIFICATE_HOLDER_PERSON:
        return rule->person;
    case CERTIFICATE_HOLDER_COMPANY:
        return rule->company;
    default:
        return ABSENT;
    }
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " ")] == '\0';
}

/* The RG or the título that `presence` leans on is there. */
static bool companion_given(enum presence presence, const struct certificate_data *data)
{
    const char *companion = presence == WITH_RG ? data->rg : data->voter_id;
    return companion != NULL && !is_blank(companion);
}

/* What is wrong with an empty field. */
static bool accept_blank(const struct field_rule *rule, enum presence presence,
                         const struct certificate_data *data, struct ra_error *error)
{
    struct field_problem problem = {.code = "", .message = ""};
    char unused[LONGEST_FIELD_SIZE];
    switch (presence) {
    case REQUIRED:
        /* The normaliser has the sentence for its own empty field. */
        if (!rule->normalise("", unused, &problem))
            return ra_fail_field(error, rule->api_name, "required", problem.message);
        return false;
    case WITH_RG:
        return !companion_given(presence, data) ||
               ra_fail_field(error, rule->api_name, "incomplete",
                             "Com o RG, informe também o órgão emissor e o estado.");
    case WITH_VOTER_ID:
        return !companion_given(presence, data) ||
               ra_fail_field(error, rule->api_name, "incomplete",
                             "Com o título de eleitor, informe também zona, seção, município e estado.");
    case OPTIONAL:
    case ABSENT:
        return true;
    default:
        return false;
    }
}

/* One field; *stored is on `context`. */
static bool normalise_field(TALLOC_CTX *context, const struct field_rule *rule, enum presence presence,
                            const char *value, const struct certificate_data *data, const char **stored,
                            struct ra_error *error)
{
    struct field_problem problem;
    char output[LONGEST_FIELD_SIZE];
    *stored = "";
    if (presence == ABSENT)
        return true;
    if (is_blank(value))
        return accept_blank(rule, presence, data, error);
    if ((presence == WITH_RG || presence == WITH_VOTER_ID) && !companion_given(presence, data))
        return ra_fail_field(error, rule->api_name, "incomplete",
                             presence == WITH_RG ? "Informe também o número do RG, ou deixe em branco."
                                                 : "Informe também o número do título, ou deixe em branco.");
    if (!rule->normalise(value, output, &problem))
        return field_fail(error, rule->api_name, &problem);
    *stored = talloc_strdup(context, output);
    return *stored != NULL || ra_fail(error, RA_NO_MEMORY, "%s", rule->api_name);
}

bool certificate_data_normalise(TALLOC_CTX *context, enum certificate_holder holder,
                                const struct certificate_data *input, struct certificate_data *output,
                                struct ra_error *error)
{
    const char *values[FIELD_COUNT];
    const char *stored[FIELD_COUNT];
    bool done = true;
    to_array(input, values);
    for (size_t i = 0; i < FIELD_COUNT; i++)
        done = normalise_field(context, &rules[i], presence_for(&rules[i], holder), values[i], input,
                               &stored[i], error) &&
               done;
    from_array(stored, output);
    return done;
}

bool certificate_data_check(enum certificate_holder holder, const struct certificate_data *data,
                            struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct certificate_data stored;
    const char *given[FIELD_COUNT];
    const char *expected[FIELD_COUNT];
    if (scratch == NULL)
        return ra_fail(error, RA_NO_MEMORY, "certificate data");
    bool same = certificate_data_normalise(scratch, holder, data, &stored, error);
    if (same) {
        to_array(data, given);
        to_array(&stored, expected);
        for (size_t i = 0; i < FIELD_COUNT; i++)
            if (presence_for(&rules[i], holder) != ABSENT && strcmp(given[i], expected[i]) != 0)
                same = ra_fail_field(error, rules[i].api_name, "not-normalised",
                                     "O valor não está na forma em que vai ao certificado.");
    }
    talloc_free(scratch);
    return same;
}

bool certificate_data_digest(const struct certificate_data *data, uint8_t digest[32], struct ra_error *error)
{
    EVP_MD_CTX *hashing = EVP_MD_CTX_new();
    bool done = hashing != NULL && EVP_DigestInit_ex(hashing, EVP_sha256(), NULL) == 1;
#define X(member)                                                                                            \
    done = done && EVP_DigestUpdate(hashing, #member, sizeof #member) == 1 &&                                \
           EVP_DigestUpdate(hashing, data->member, strlen(data->member) + 1) == 1;
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    done = done && EVP_DigestFinal_ex(hashing, digest, NULL) == 1;
    EVP_MD_CTX_free(hashing);
    return done || ra_fail_crypto(error, "data digest");
}
