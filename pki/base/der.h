/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A strict reader of DER (X.690 10): definite lengths in the shortest form, low tag numbers, nothing copied.
 * Everything handed out borrows from the input. Each call answers false at the first thing
 * that is not as demanded and leaves the cursor unspecified.
 */
#ifndef PKI_BASE_DER_H
#define PKI_BASE_DER_H

#include "pki/base/bytes.h"

enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_NULL = 0x05,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0a,
    DER_UTF8_STRING = 0x0c,
    DER_PRINTABLE_STRING = 0x13,
    DER_T61_STRING = 0x14,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_UNIVERSAL_STRING = 0x1c,
    DER_BMP_STRING = 0x1e,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT_0 = 0xa0, /* [0], constructed */
    DER_CONTEXT_3 = 0xa3,
};

/* What is left of one constructed value. */
struct der {
    const uint8_t *at;
    size_t left;
};

struct der_element {
    struct bytes whole;   /* with tag and length */
    struct bytes content; /* without */
};

struct der der_over(struct bytes input);
bool der_done(const struct der *cursor);
/* The identifier octet of what comes next, -1 at the end. */
int der_peek(const struct der *cursor);

/* The next element, whatever its identifier octet, which is whole.data[0]. */
RA_MUST_CHECK bool der_next(struct der *cursor, struct der_element *element);
/* The next element, which must have this identifier octet. */
RA_MUST_CHECK bool der_take(struct der *cursor, uint8_t tag, struct der_element *element);
/* The same, and stands inside it. */
RA_MUST_CHECK bool der_enter(struct der *cursor, uint8_t tag, struct der *inner);
/* Exactly these bytes come next. */
RA_MUST_CHECK bool der_expect(struct der *cursor, struct bytes exact);

#endif
