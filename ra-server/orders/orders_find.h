/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a text in the search box may be: one text can be several things (eleven digits are a CPF or a mobile
 * telephone), and all are looked for. Pure.
 */
#ifndef ORDERS_ORDERS_FIND_H
#define ORDERS_ORDERS_FIND_H

#include <stdbool.h>

enum orders_search_kind {
    ORDERS_SEARCH_CODE,
    ORDERS_SEARCH_CPF,
    ORDERS_SEARCH_CNPJ,
    ORDERS_SEARCH_PHONE,
    ORDERS_SEARCH_SERIAL,
    ORDERS_SEARCH_NAME,
    ORDERS_SEARCH_COUNT
};

enum { ORDERS_SEARCH_TERM_SIZE = 152 };

/* The stored form of the text as each kind, "" where it cannot be that. */
struct orders_search {
    char terms[ORDERS_SEARCH_COUNT][ORDERS_SEARCH_TERM_SIZE];
};

/* false when the text can be none of them. */
bool orders_search_read(const char *text, struct orders_search *search);

#endif
