/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "orders/orders_find.h"

#include "orders/orders.h"
#include "pki/certificate/identifiers.h"
#include "pki/certificate/names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SERIAL_DIGITS_MIN = 8, SERIAL_DIGITS_MAX = 40, NAME_LETTERS_MIN = 3 };

/* Hexadecimal digits, with or without the colons of a printout; stored in lower case. */
static void read_serial(const char *text, char term[ORDERS_SEARCH_TERM_SIZE])
{
    size_t used = 0;
    for (; *text != '\0'; text++) {
        if (*text == ':' || *text == ' ')
            continue;
        if (!isxdigit((unsigned char)*text) || used == SERIAL_DIGITS_MAX) {
            term[0] = '\0';
            return;
        }
        term[used++] = (char)tolower((unsigned char)*text);
    }
    term[used >= SERIAL_DIGITS_MIN ? used : 0] = '\0';
}

static size_t letters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        if (isalpha((unsigned char)*text))
            count++;
    return count;
}

static void put(char term[ORDERS_SEARCH_TERM_SIZE], const char *text)
{
    snprintf(term, ORDERS_SEARCH_TERM_SIZE, "%s", text);
}

bool orders_search_read(const char *text, struct orders_search *search)
{
    struct field_problem ignored;
    char code[ORDERS_CODE_SIZE], cpf[CPF_SIZE], cnpj[CNPJ_SIZE], phone[PHONE_SIZE], name[COMPANY_NAME_SIZE];
    bool any = false;
    *search = (struct orders_search){0};
    if (orders_code_normalise(text, code))
        put(search->terms[ORDERS_SEARCH_CODE], code);
    if (cpf_normalise(text, cpf, &ignored))
        put(search->terms[ORDERS_SEARCH_CPF], cpf);
    if (cnpj_normalise(text, cnpj, &ignored))
        put(search->terms[ORDERS_SEARCH_CNPJ], cnpj);
    if (phone_normalise(text, phone, &ignored))
        put(search->terms[ORDERS_SEARCH_PHONE], phone);
    read_serial(text, search->terms[ORDERS_SEARCH_SERIAL]);
    if (company_name_normalise(bytes_of_text(text), name, &ignored) && letters(name) >= NAME_LETTERS_MIN)
        put(search->terms[ORDERS_SEARCH_NAME], name);
    for (size_t i = 0; i < ORDERS_SEARCH_COUNT; i++)
        any = any || search->terms[i][0] != '\0';
    return any;
}
