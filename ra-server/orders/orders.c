/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "orders/orders.h"

#include "pki/base/bytes.h"

#include <ctype.h>
#include <string.h>

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

bool orders_code_generate(char code[ORDERS_CODE_SIZE], struct ra_error *error)
{
    uint8_t raw[ORDERS_CODE_LENGTH];
    if (!random_bytes(raw, sizeof raw))
        return ra_fail_crypto(error, "random bytes");
    for (size_t i = 0; i < ORDERS_CODE_LENGTH; i++)
        code[i] = crockford[raw[i] & 31];
    code[ORDERS_CODE_LENGTH] = '\0';
    return true;
}

bool orders_code_normalise(const char *input, char code[ORDERS_CODE_SIZE])
{
    size_t used = 0;
    for (; input != NULL && *input != '\0'; input++) {
        if (*input == '-' || *input == ' ')
            continue;
        char c = (char)toupper((unsigned char)*input);
        if (c == 'O')
            c = '0';
        if (c == 'I' || c == 'L')
            c = '1';
        if (used == ORDERS_CODE_LENGTH || strchr(crockford, c) == NULL)
            return false;
        code[used++] = c;
    }
    code[used] = '\0';
    return used == ORDERS_CODE_LENGTH;
}

bool orders_in_state(const struct order *order, enum orders_machine machine, const char *state)
{
    return strcmp(order->states[machine], state) == 0;
}

void orders_certificate_data(const struct order *order, struct certificate_data *data)
{
    const struct order_person *person = order->subject;
    *data = (struct certificate_data){
        .name = person->name,
        .cpf = person->cpf,
        .birth_date = person->birth_date,
        .email = person->email,
        .nis = person->nis,
        .rg = person->rg,
        .rg_issuer = person->rg_issuer,
        .rg_uf = person->rg_uf,
        .voter_id = person->voter_id,
        .voter_zone = person->voter_zone,
        .voter_section = person->voter_section,
        .voter_city = person->voter_city,
        .voter_uf = person->voter_uf,
        .cei = person->cei,
        .company_name = "",
        .cnpj = "",
        .company_uf = "",
        .company_city = "",
        .company_cei = "",
    };
    if (order->company == NULL)
        return;
    data->company_name = order->company->name;
    data->cnpj = order->company->cnpj;
    data->company_uf = order->company->uf;
    data->company_city = order->company->city;
    data->company_cei = order->company->cei;
}

enum identification_method orders_method(const struct order *order)
{
    if (order->renewal_rule != NULL && order->renewal_rule[0] != '\0')
        return IDENTIFICATION_RENEWAL;
    bool video = order->appointment != NULL && strcmp(order->appointment->mode, "video") == 0;
    return video ? IDENTIFICATION_VIDEO : IDENTIFICATION_IN_PERSON;
}
