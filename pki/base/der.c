/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/der.h"

#include <string.h>

enum { LENGTH_OCTETS_MAX = 3, LONG_FORM = 0x80, HIGH_TAG_NUMBER = 0x1f };

struct der der_over(struct bytes input)
{
    return (struct der){input.data, input.length};
}

bool der_done(const struct der *cursor)
{
    return cursor->left == 0;
}

int der_peek(const struct der *cursor)
{
    return cursor->left == 0 ? -1 : cursor->at[0];
}

/* `header` is how many bytes tag and length take. */
static bool read_length(const struct der *cursor, size_t *header, size_t *length)
{
    if (cursor->left < 2)
        return false;
    uint8_t first = cursor->at[1];
    *header = 2;
    *length = first;
    if (first < LONG_FORM)
        return true;
    size_t octets = first & 0x7fU;
    if (octets == 0 || octets > LENGTH_OCTETS_MAX || cursor->left - 2 < octets || cursor->at[2] == 0)
        return false;
    *length = 0;
    for (size_t i = 0; i < octets; i++)
        *length = *length << 8 | cursor->at[2 + i];
    *header += octets;
    return *length >= LONG_FORM;
}

bool der_next(struct der *cursor, struct der_element *element)
{
    size_t header = 0;
    size_t length = 0;
    if (!read_length(cursor, &header, &length) || (cursor->at[0] & HIGH_TAG_NUMBER) == HIGH_TAG_NUMBER ||
        cursor->left - header < length)
        return false;
    element->whole = (struct bytes){cursor->at, header + length};
    element->content = (struct bytes){cursor->at + header, length};
    cursor->at += header + length;
    cursor->left -= header + length;
    return true;
}

bool der_take(struct der *cursor, uint8_t tag, struct der_element *element)
{
    return der_peek(cursor) == tag && der_next(cursor, element);
}

bool der_enter(struct der *cursor, uint8_t tag, struct der *inner)
{
    struct der_element element;
    if (!der_take(cursor, tag, &element))
        return false;
    *inner = der_over(element.content);
    return true;
}

bool der_expect(struct der *cursor, struct bytes exact)
{
    if (cursor->left < exact.length || memcmp(cursor->at, exact.data, exact.length) != 0)
        return false;
    cursor->at += exact.length;
    cursor->left -= exact.length;
    return true;
}
