/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names by the character rule of DOC-ICP-04 7.1.5.2: Latin letters lose their diacritics (as NFD with the
 * combining marks dropped) and become upper case; digits, space and  ! " # $ % & ' ( ) * + , - . / : ; = ? @
 * \  stay; every other code point is refused, never replaced. Spaces are squeezed and trimmed. Malformed
 * UTF-8, control characters, NUL and escape sequences are refused like any other foreign character.
 *
 * Problem codes beyond those of identifiers.h: "character" (the message names the position, counted in
 * characters from 1, and shows the character only when that is harmless).
 *
 * Pure functions, no locale, safe in any thread.
 */
#ifndef PKI_CERTIFICATE_NAMES_H
#define PKI_CERTIFICATE_NAMES_H

#include "pki/base/bytes.h"
#include "pki/certificate/identifiers.h"

/* Characters; outputs are ASCII, so their sizes in bytes are one more. */
enum {
    PERSON_NAME_MAX = 100,  /* keeps otherName .3.2 within short DER lengths */
    COMPANY_NAME_MAX = 150, /* width of nome empresarial in Receita's register */
    CITY_NAME_MAX = 60,
    PERSON_NAME_SIZE = PERSON_NAME_MAX + 1,
    COMPANY_NAME_SIZE = COMPANY_NAME_MAX + 1,
    CITY_NAME_SIZE = CITY_NAME_MAX + 1,

    COMMON_NAME_PERSON_MAX = 52,  /* 52 + ':' + 11 = 64, ub-common-name */
    COMMON_NAME_COMPANY_MAX = 49, /* 49 + ':' + 14 = 64 */
    COMMON_NAME_SIZE = 65,
};

/* Each needs at least one letter. Input is UTF-8: bytes_of_text(…) for a C string. On false `output` is "".
 */
RA_MUST_CHECK bool person_name_normalise(struct bytes input, char output[PERSON_NAME_SIZE],
                                         struct field_problem *problem);
RA_MUST_CHECK bool company_name_normalise(struct bytes input, char output[COMPANY_NAME_SIZE],
                                          struct field_problem *problem);
RA_MUST_CHECK bool city_name_normalise(struct bytes input, char output[CITY_NAME_SIZE],
                                       struct field_problem *problem);

/* The one character that stands for a code point by that rule; '\0' when there is none. */
char name_character(uint32_t point);

/* "NAME:NUMBER" of normalised name and number: the name is cut (never abbreviated, 7.1.4.1) at `name_max`
 * characters and a blank left at its end by the cut is dropped. Sizes beyond COMMON_NAME_SIZE are impossible
 * by the limits above. */
void common_name_format(const char *name, size_t name_max, const char *number, char output[COMMON_NAME_SIZE]);

#endif
