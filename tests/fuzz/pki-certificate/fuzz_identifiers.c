/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any text as any identifier or name: what is accepted is plain ASCII and, given again, stays as it is.
 */
#include "pki/certificate/identifiers.h"
#include "pki/certificate/names.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OUTPUT_SIZE = 256 };

typedef bool normaliser(const char *input, char *output, struct field_problem *problem);

static void require_problem(const struct field_problem *problem, const char *output)
{
    size_t length = strnlen(problem->message, sizeof problem->message);
    if (output[0] != '\0' || problem->code == NULL || length == 0 || length == sizeof problem->message)
        abort();
}

static void try_identifier(normaliser *normalise, const char *input)
{
    char once[OUTPUT_SIZE];
    char twice[OUTPUT_SIZE];
    struct field_problem problem = {.code = NULL};
    if (!normalise(input, once, &problem)) {
        require_problem(&problem, once);
        return;
    }
    if (!normalise(once, twice, &problem) || strcmp(once, twice) != 0)
        abort();
}

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static normaliser *const normalisers[] = {
        cpf_normalise,        cnpj_normalise,       nis_normalise,
        voter_id_normalise,   voter_zone_normalise, voter_section_normalise,
        cei_normalise,        caepf_normalise,      rg_normalise,
        rg_issuer_normalise,  uf_normalise,         voter_uf_normalise,
        birth_date_normalise, phone_normalise,      email_normalise,
        person_name,          company_name,         city_name,
    };
    char name[PERSON_NAME_SIZE];
    struct field_problem problem = {.code = NULL};
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    for (size_t i = 0; i < sizeof normalisers / sizeof normalisers[0]; i++)
        try_identifier(normalisers[i], text);
    /* With whatever NULs are inside. */
    if (!person_name_normalise((struct bytes){data, size}, name, &problem))
        require_problem(&problem, name);
    if (age_on(text, "2026-11-23") > 2026)
        abort();
    free(text);
    return 0;
}
