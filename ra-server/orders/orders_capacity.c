/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "orders/orders_capacity.h"

#include "pki/certificate/identifiers.h"

#include <stdio.h>
#include <string.h>

enum { OF_AGE = 18 };

/* CAP-01: who is under 16 acts through a representative. The sentence goes with the rule's source when it is
 * the only thing wrong. */
static bool refuse_alone(const struct order_form *form, int minimum_years, struct ra_error *error)
{
    char sentence[160];
    if (form->holder == CERTIFICATE_HOLDER_COMPANY)
        snprintf(sentence, sizeof sentence, "O responsável pela empresa precisa ter %d anos completos.",
                 minimum_years);
    else
        snprintf(sentence, sizeof sentence,
                 "Titular com menos de %d anos é representado: informe a mãe, o pai ou o tutor.",
                 minimum_years);
    if (error->code == RA_OK) {
        ra_fail_reason(error, RA_RULE_REFUSED, "CAP-01", "%s", sentence);
        snprintf(error->source, sizeof error->source, "CAP-01; Código Civil, art. 3º");
    }
    return ra_fail_field(error, "holder.birth_date", "CAP-01", sentence);
}

/* CAP-02, CAP-03: only a curator represents an adult; who represents is an adult, and somebody else. */
static bool check_representative(const struct order_form *form, size_t index, int holder_age,
                                 const char *today, struct ra_error *error)
{
    const struct order_representative *one = &form->representatives[index];
    char field[48];
#define FIELD(member)                                                                                        \
    (snprintf(field, sizeof field, "representatives.%zu." member, index) > 0 ? field : member)
    bool good = true;
    if (one->birth_date[0] != '\0' && age_on(one->birth_date, today) < OF_AGE)
        good = ra_fail_field(error, FIELD("birth_date"), "CAP-03",
                             "Quem representa precisa ser maior de idade.");
    if (one->cpf[0] != '\0' && form->data.cpf != NULL && strcmp(one->cpf, form->data.cpf) == 0)
        good = ra_fail_field(error, FIELD("cpf"), "repeated",
                             "O representante é outra pessoa que não o titular.");
    if (holder_age >= OF_AGE && one->as[0] != '\0' && strcmp(one->as, "curator") != 0)
        good = ra_fail_field(error, FIELD("as"), "CAP-02",
                             "O titular é maior de idade: só o curador o representa.");
#undef FIELD
    return good;
}

bool order_form_check_age(const struct order_form *form, const char *birth_date, const char *today,
                          int minimum_years, struct ra_error *error)
{
    int age = age_on(birth_date, today);
    const bool represented = form->holder == CERTIFICATE_HOLDER_PERSON && form->representative_count > 0;
    if (age < 0)
        return ra_fail_field(error, "holder.birth_date", "future", "A data de nascimento ainda não chegou.");
    bool good = age >= minimum_years || represented || refuse_alone(form, minimum_years, error);
    for (size_t i = 0; represented && i < form->representative_count; i++)
        good = check_representative(form, i, age, today, error) && good;
    return good;
}
