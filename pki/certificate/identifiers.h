/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Brazilian identifiers and contact data: from what a person typed to the one stored form, or the reason why
 * not. Every function takes NUL-terminated text (masks of dots, hyphens, slashes and spaces are dropped),
 * writes the stored form into `output` and returns true; or fills `problem` and returns false, leaving
 * `output` an empty string. No function reads more than IDENTIFIER_INPUT_MAX bytes. `output` may be the same
 * memory as `input` nowhere.
 *
 * Use in a room:   if (!cpf_normalise(text, cpf, &problem)) field_fail(error, "holder.cpf", &problem);
 *
 * Pure functions, no locale, safe in any thread.
 */
#ifndef PKI_CERTIFICATE_IDENTIFIERS_H
#define PKI_CERTIFICATE_IDENTIFIERS_H

#include "pki/base/error.h"

/* Sizes of outputs in bytes, NUL included. */
enum {
    CPF_SIZE = 12,
    CNPJ_SIZE = 15,
    NIS_SIZE = 12,
    VOTER_ID_SIZE = 13,
    VOTER_ZONE_SIZE = 4,
    VOTER_SECTION_SIZE = 5,
    CEI_SIZE = 13,
    CAEPF_SIZE = 15,
    RG_SIZE = 16,
    RG_ISSUER_SIZE = 21,
    UF_SIZE = 3,
    DATE_SIZE = 11,
    PHONE_SIZE = 15,
    EMAIL_SIZE = 255,
    IDENTIFIER_INPUT_MAX = 1024,
};

/* Why a value is not accepted. `code` is one of these stable words:
 *   empty          nothing was given
 *   length         too short or too long
 *   charset        a character that cannot be there
 *   repeated       the same digit all along
 *   zero           the part that identifies is all zeros
 *   check-digit    the check digits do not agree
 *   uf             no such UF (also inside a título)
 *   format         not in the shape asked for (date, e-mail)
 *   calendar       no such day
 *   area-code      no such DDD
 *   number         no such telephone number within the DDD
 * `message` is a Portuguese sentence to stand beside the field. */
struct field_problem {
    const char *code;  /* constant text */
    char message[200]; /* UTF-8 */
};

/* ra_fail_field with the problem's code and message. Returns false. */
bool field_fail(struct ra_error *error, const char *field, const struct field_problem *problem);

/* CPF: 11 digits, two check digits modulus 11; the ten repeated numbers are refused. */
RA_MUST_CHECK bool cpf_normalise(const char *input, char output[CPF_SIZE], struct field_problem *problem);

/* CNPJ, numeric or alphanumeric (IN RFB 2.229/2024): 12 of [0-9A-Z] and two check digits. Lower case is
 * raised. */
RA_MUST_CHECK bool cnpj_normalise(const char *input, char output[CNPJ_SIZE], struct field_problem *problem);

/* NIS, which is also PIS, PASEP and NIT: 11 digits, one check digit. */
RA_MUST_CHECK bool nis_normalise(const char *input, char output[NIS_SIZE], struct field_problem *problem);

/* Título de eleitor: up to 12 digits, filled with zeros on the left; UF 01 to 28 and two check digits. */
RA_MUST_CHECK bool voter_id_normalise(const char *input, char output[VOTER_ID_SIZE],
                                      struct field_problem *problem);

/* Zona (1 to 3 digits) and seção (1 to 4) of the título, filled with zeros on the left; zero alone is
 * refused. */
RA_MUST_CHECK bool voter_zone_normalise(const char *input, char output[VOTER_ZONE_SIZE],
                                        struct field_problem *problem);
RA_MUST_CHECK bool voter_section_normalise(const char *input, char output[VOTER_SECTION_SIZE],
                                           struct field_problem *problem);

/* CEI: 12 digits, one check digit. */
RA_MUST_CHECK bool cei_normalise(const char *input, char output[CEI_SIZE], struct field_problem *problem);

/* CAEPF: 14 digits, two check digits. It has no place in the certificate (its field is 12 wide). */
RA_MUST_CHECK bool caepf_normalise(const char *input, char output[CAEPF_SIZE], struct field_problem *problem);

/* RG: 1 to 15 digits and letters, upper case; its number has no national check digit. */
RA_MUST_CHECK bool rg_normalise(const char *input, char output[RG_SIZE], struct field_problem *problem);

/* Issuing body of the RG without its UF ("SSP"): 2 to 20 letters and digits, upper case. */
RA_MUST_CHECK bool rg_issuer_normalise(const char *input, char output[RG_ISSUER_SIZE],
                                       struct field_problem *problem);

/* One of the 27 UFs, upper case. */
RA_MUST_CHECK bool uf_normalise(const char *input, char output[UF_SIZE], struct field_problem *problem);

/* As uf_normalise, with ZZ for a voter registered abroad. */
RA_MUST_CHECK bool voter_uf_normalise(const char *input, char output[UF_SIZE], struct field_problem *problem);

/* A real day of the Gregorian calendar from 1900-01-01 on, written YYYY-MM-DD or, as people do, DD/MM/YYYY.
 */
RA_MUST_CHECK bool birth_date_normalise(const char *input, char output[DATE_SIZE],
                                        struct field_problem *problem);

/* Years completed on `day` (both YYYY-MM-DD); negative when `day` comes before the birth or either is no
 * date. Who is born on 29 February completes a year on 1 March of common years. */
int age_on(const char *birth_date, const char *day);

/* Brazilian telephone: DDD in use and number (fixed line of 8 digits starting 2 to 5, mobile of 9 starting
 * with 9), with or without +55, 0 before the DDD and mask. Stored as E.164: "+5519987654321". */
RA_MUST_CHECK bool phone_normalise(const char *input, char output[PHONE_SIZE], struct field_problem *problem);

/* ASCII addr-spec of RFC 5321 without quoted parts and address literals, at most 254 characters, 64 before
 * the @; the domain has at least two labels and is lowered. */
RA_MUST_CHECK bool email_normalise(const char *input, char output[EMAIL_SIZE], struct field_problem *problem);

#endif
