/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "orders/orders_form.h"

#include "orders/orders_capacity.h"
#include "pki/certificate/identifiers.h"
#include "pki/certificate/names.h"

#include <stdio.h>
#include <string.h>

static const char *const top_members[] = {"product", "holder", "company", "representatives", NULL};
static const char *const top_structured[] = {"holder", "company", "representatives", NULL};
static const char *const holder_members[] = {
    "name",       "cpf",       "birth_date", "email",       "phone",      "nis",
    "rg",         "rg_issuer", "rg_uf",      "voter_id",    "voter_zone", "voter_section",
    "voter_city", "voter_uf",  "cei",        "social_name", NULL};
static const char *const company_structured[] = {"representatives", NULL};
static const char *const company_members[] = {"cnpj", "name", "uf", "city", "cei", "representatives", NULL};
static const char *const representative_qualities[] = {"parent", "guardian", "curator", NULL};
/* "as" first: a company's representatives have no such member. */
static const char *const representative_members[] = {"as",    "name",  "cpf", "birth_date",
                                                     "email", "phone", NULL};

static bool listed(const char *name, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static void refuse_member(const char *prefix, const char *name, const char *code, const char *message,
                          struct ra_error *error)
{
    char field[sizeof((struct ra_field_error *)0)->field];
    int written = snprintf(field, sizeof field, "%s%.40s", prefix, name);
    ra_fail_field(error, written > 0 ? field : prefix, code, message);
}

/* Every member is known and a text, except those named in `structured`. A name from outside is repeated in
 * the answer only where it is plain ASCII: it goes back to the same caller, but logs and terminals see it
 * too. */
static bool check_members(json_t *object, const char *prefix, const char *const *known,
                          const char *const *structured, struct ra_error *error)
{
    const char *name;
    json_t *value;
    bool good = true;
    json_object_foreach(object, name, value)
    {
        bool plain =
            name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
        if (!listed(name, known)) {
            refuse_member(prefix, plain ? name : "?", "unknown-member", "Este campo não existe no pedido.",
                          error);
            good = false;
        } else if (!listed(name, structured) && !json_is_string(value) && !json_is_null(value)) {
            refuse_member(prefix, name, "type", "Este campo é um texto.", error);
            good = false;
        }
    }
    return good;
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static const char *text_or_empty(const json_t *object, const char *name)
{
    const char *text = text_of(object, name);
    return text != NULL ? text : "";
}

/* A page sends its empty fields too: a representative of whom nothing was said is none. */
static bool is_blank(json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (!json_is_null(value) && (!json_is_string(value) || json_string_value(value)[0] != '\0'))
            return false;
    }
    return json_is_object(object);
}

static const json_t *named_representatives(const json_t *body)
{
    const json_t *list = json_object_get(body, "representatives");
    return json_array_size(list) == 1 && is_blank(json_array_get(list, 0)) ? NULL : list;
}

static bool check_objects(const json_t *body, enum certificate_holder holder, struct ra_error *error)
{
    const json_t *person = json_object_get(body, "holder");
    const json_t *company = json_object_get(body, "company");
    bool good = true;
    if (!json_is_object(person))
        good = ra_fail_field(error, "holder", "required", "Informe os dados da pessoa.");
    if (holder == CERTIFICATE_HOLDER_COMPANY && !json_is_object(company))
        good = ra_fail_field(error, "company", "required", "Informe os dados da empresa.");
    bool any_company =
        json_is_object(company) ? json_object_size(company) > 0 : company != NULL && !json_is_null(company);
    const json_t *representatives = named_representatives(body);
    if (holder == CERTIFICATE_HOLDER_COMPANY && representatives != NULL && !json_is_null(representatives))
        good = ra_fail_field(error, "representatives", "unexpected",
                             "Os representantes de uma empresa vêm nos dados dela.");
    if (holder == CERTIFICATE_HOLDER_PERSON && any_company)
        good = ra_fail_field(error, "company", "unexpected",
                             "Este certificado é de pessoa física: não leva dados de empresa.");
    return good;
}

static void raw_data(const json_t *person, const json_t *company, struct certificate_data *raw)
{
    *raw = (struct certificate_data){
        .name = text_of(person, "name"),
        .cpf = text_of(person, "cpf"),
        .birth_date = text_of(person, "birth_date"),
        .email = text_of(person, "email"),
        .nis = text_of(person, "nis"),
        .rg = text_of(person, "rg"),
        .rg_issuer = text_of(person, "rg_issuer"),
        .rg_uf = text_of(person, "rg_uf"),
        .voter_id = text_of(person, "voter_id"),
        .voter_zone = text_of(person, "voter_zone"),
        .voter_section = text_of(person, "voter_section"),
        .voter_city = text_of(person, "voter_city"),
        .voter_uf = text_of(person, "voter_uf"),
        .cei = text_of(person, "cei"),
        .company_name = text_of(company, "name"),
        .cnpj = text_of(company, "cnpj"),
        .company_uf = text_of(company, "uf"),
        .company_city = text_of(company, "city"),
        .company_cei = text_of(company, "cei"),
    };
}

static bool read_phone(TALLOC_CTX *context, const char *field, const char *input, const char **phone,
                       struct ra_error *error)
{
    char output[PHONE_SIZE];
    struct field_problem problem;
    if (!phone_normalise(input, output, &problem))
        return field_fail(error, field, &problem);
    *phone = talloc_strdup(context, output);
    return *phone != NULL || ra_fail(error, RA_NO_MEMORY, "order");
}

static bool read_social_name(TALLOC_CTX *context, const json_t *person, const char **name,
                             struct ra_error *error)
{
    char output[PERSON_NAME_SIZE];
    struct field_problem problem;
    const char *given = text_or_empty(person, "social_name");
    *name = "";
    if (given[0] == '\0')
        return true;
    if (!person_name_normalise(bytes_of_text(given), output, &problem))
        return field_fail(error, "holder.social_name", &problem);
    *name = talloc_strdup(context, output);
    return *name != NULL || ra_fail(error, RA_NO_MEMORY, "order");
}

static bool keep(TALLOC_CTX *context, const char *text, const char **kept, struct ra_error *error)
{
    *kept = talloc_strdup(context, text);
    return *kept != NULL || ra_fail(error, RA_NO_MEMORY, "order");
}

static bool read_representative(TALLOC_CTX *context, json_t *object, const char *prefix, bool of_person,
                                struct order_representative *output, struct ra_error *error)
{
    char name[PERSON_NAME_SIZE] = "", cpf[CPF_SIZE] = "", birth[DATE_SIZE] = "", email[EMAIL_SIZE] = "";
    char phone[PHONE_SIZE] = "", field[64];
    struct field_problem problem;
    const char *email_given = text_or_empty(object, "email");
    const char *phone_given = text_or_empty(object, "phone");
    const char *as = of_person ? text_or_empty(object, "as") : "";
    bool good = check_members(object, prefix, representative_members + (of_person ? 0 : 1), NULL, error);
#define FIELD(member) (snprintf(field, sizeof field, "%s" member, prefix) > 0 ? field : prefix)
    if (!person_name_normalise(bytes_of_text(text_or_empty(object, "name")), name, &problem))
        good = field_fail(error, FIELD("name"), &problem);
    if (!cpf_normalise(text_or_empty(object, "cpf"), cpf, &problem))
        good = field_fail(error, FIELD("cpf"), &problem);
    if (!birth_date_normalise(text_or_empty(object, "birth_date"), birth, &problem))
        good = field_fail(error, FIELD("birth_date"), &problem);
    if (email_given[0] != '\0' && !email_normalise(email_given, email, &problem))
        good = field_fail(error, FIELD("email"), &problem);
    if (phone_given[0] != '\0' && !phone_normalise(phone_given, phone, &problem))
        good = field_fail(error, FIELD("phone"), &problem);
    if (of_person && !listed(as, representative_qualities))
        good = ra_fail_field(error, FIELD("as"), "unknown", "Diga se é mãe ou pai, tutor ou curador.");
#undef FIELD
    return keep(context, name, &output->name, error) && keep(context, cpf, &output->cpf, error) &&
           keep(context, birth, &output->birth_date, error) && keep(context, email, &output->email, error) &&
           keep(context, phone, &output->phone, error) && keep(context, as, &output->as, error) && good;
}

/* `name` is where the list stands in the body: "representatives", or "company.representatives". */
static bool read_representatives(TALLOC_CTX *context, const json_t *list, const char *name, bool of_person,
                                 struct order_form *form, struct ra_error *error)
{
    if (list == NULL || json_is_null(list))
        return true;
    if (!json_is_array(list))
        return ra_fail_field(error, name, "type", "Os representantes vêm numa lista.");
    size_t count = json_array_size(list);
    if (count > ORDER_REPRESENTATIVES_MAX)
        return ra_fail_field(error, name, "too-many", "Informe no máximo 10 representantes.");
    form->representatives = talloc_zero_array(context, struct order_representative, (unsigned)count);
    if (form->representatives == NULL)
        return ra_fail(error, RA_NO_MEMORY, "order");
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        char prefix[48];
        snprintf(prefix, sizeof prefix, "%s.%zu.", name, i);
        if (!read_representative(context, json_array_get(list, i), prefix, of_person,
                                 &form->representatives[i], error))
            good = false;
        for (size_t j = 0; j < i; j++)
            if (good && strcmp(form->representatives[j].cpf, form->representatives[i].cpf) == 0)
                good = ra_fail_field(error, name, "repeated", "O mesmo representante aparece duas vezes.");
    }
    form->representative_count = count;
    return good;
}

/* The order of the fields on the page (pedido-novo.html): what is wrong is told from its top to its end. */
static const char *const page_order[] = {"product",
                                         "company",
                                         "company.cnpj",
                                         "company.name",
                                         "company.city",
                                         "company.uf",
                                         "holder",
                                         "holder.name",
                                         "holder.social_name",
                                         "holder.cpf",
                                         "holder.birth_date",
                                         "holder.email",
                                         "holder.phone",
                                         "representatives",
                                         "holder.nis",
                                         "holder.rg",
                                         "holder.rg_issuer",
                                         "holder.rg_uf",
                                         "holder.voter_id",
                                         "holder.voter_zone",
                                         "holder.voter_section",
                                         "holder.voter_city",
                                         "holder.voter_uf",
                                         "holder.cei",
                                         "company.cei",
                                         NULL};

/* Of a representative the whole group's place, then the member's in the group. */
static size_t place_on_page(const char *field)
{
    enum { GROUP = 16 };
    const size_t group = sizeof "representatives" - 1;
    const bool grouped = strncmp(field, "representatives.", group + 1) == 0;
    size_t place = 0, within = 0;
    while (page_order[place] != NULL && strcmp(page_order[place], grouped ? "representatives" : field) != 0)
        place++;
    const char *member = grouped ? strrchr(field, '.') + 1 : "";
    while (grouped && representative_members[within] != NULL &&
           strcmp(representative_members[within], member) != 0)
        within++;
    return place * GROUP + within;
}

/* Stable: two faults of one field stay as they were found. */
static void sort_as_on_page(struct ra_error *error)
{
    for (size_t i = 1; i < error->field_count; i++) {
        const struct ra_field_error moved = error->fields[i];
        size_t at = i;
        for (; at > 0 && place_on_page(error->fields[at - 1].field) > place_on_page(moved.field); at--)
            error->fields[at] = error->fields[at - 1];
        error->fields[at] = moved;
    }
}

static bool read_form(TALLOC_CTX *context, json_t *body, enum certificate_holder holder, const char *today,
                      int minimum_age_years, struct order_form *form, struct ra_error *error)
{
    json_t *person = json_object_get(body, "holder");
    json_t *company = json_object_get(body, "company");
    const json_t *representatives = named_representatives(body);
    struct certificate_data raw;
    struct field_problem ignored; /* the date's own fault is told with the rest of the data */
    char birth_date[DATE_SIZE];
    *form = (struct order_form){.holder = holder, .phone = "", .social_name = ""};
    if (!check_objects(body, holder, error))
        return false;
    if (holder == CERTIFICATE_HOLDER_PERSON)
        company = NULL;
    bool good = check_members(body, "", top_members, top_structured, error);
    good = check_members(person, "holder.", holder_members, NULL, error) && good;
    if (company != NULL)
        good = check_members(company, "company.", company_members, company_structured, error) && good;
    raw_data(person, company, &raw);
    good = certificate_data_normalise(context, holder, &raw, &form->data, error) && good;
    good = read_phone(context, "holder.phone", text_or_empty(person, "phone"), &form->phone, error) && good;
    good = read_social_name(context, person, &form->social_name, error) && good;
    if (company != NULL)
        good = read_representatives(context, json_object_get(company, "representatives"),
                                    "company.representatives", false, form, error) &&
               good;
    else
        good = read_representatives(context, representatives, "representatives", true, form, error) && good;
    if (birth_date_normalise(text_or_empty(person, "birth_date"), birth_date, &ignored))
        good = order_form_check_age(form, birth_date, today, minimum_age_years, error) && good;
    return good;
}

bool order_form_read(TALLOC_CTX *context, json_t *body, enum certificate_holder holder, const char *today,
                     int minimum_age_years, struct order_form *form, struct ra_error *error)
{
    bool good = read_form(context, body, holder, today, minimum_age_years, form, error);
    sort_as_on_page(error);
    return good;
}

bool order_contact_read(TALLOC_CTX *context, json_t *body, const char **email, const char **phone,
                        struct ra_error *error)
{
    static const char *const members[] = {"email", "phone", NULL};
    char output[EMAIL_SIZE];
    struct field_problem problem;
    const char *email_given = text_of(body, "email");
    const char *phone_given = text_of(body, "phone");
    *email = NULL;
    *phone = NULL;
    bool good = check_members(body, "", members, NULL, error);
    if (email_given == NULL && phone_given == NULL)
        return ra_fail_field(error, "email", "required",
                             "Informe o novo e-mail, o novo telefone ou os dois.");
    if (email_given != NULL && !email_normalise(email_given, output, &problem))
        good = field_fail(error, "email", &problem);
    else if (email_given != NULL)
        good = keep(context, output, email, error) && good;
    if (phone_given != NULL)
        good = read_phone(context, "phone", phone_given, phone, error) && good;
    return good;
}
