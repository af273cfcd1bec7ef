/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The data that reaches a certificate, as the agents approve it: the one struct that orders, statements, the
 * template builder and profile_check share. Texts are already normalised by certificate_data_normalise (upper
 * case, no accents, no masks); absent is "", never NULL. Strings are borrowed: they live on whatever context
 * filled the struct.
 */
#ifndef PKI_CERTIFICATE_DATA_H
#define PKI_CERTIFICATE_DATA_H

#include "pki/base/error.h"

#include <stdint.h>
#include <talloc.h>

/* X(member): in the order of the keys of `data` in a validation statement (protocol 2). */
#define CERTIFICATE_DATA_FIELDS(X)                                                                           \
    X(name)          /* holder, or responsible person of a company; as in Receita's register */              \
    X(cpf)           /* 11 digits */                                                                         \
    X(birth_date)    /* YYYY-MM-DD */                                                                        \
    X(email)         /* ASCII, rfc822Name */                                                                 \
    X(nis)           /* 11 digits */                                                                         \
    X(rg)            /* up to 15, digits or letters */                                                       \
    X(rg_issuer)     /* issuing body, without UF */                                                          \
    X(rg_uf)         /* two letters */                                                                       \
    X(voter_id)      /* 12 digits */                                                                         \
    X(voter_zone)    /* 3 digits, zeros on the left */                                                       \
    X(voter_section) /* 4 digits, zeros on the left */                                                       \
    X(voter_city)                                                                                            \
    X(voter_uf)                                                                                              \
    X(cei)          /* 12 digits */                                                                          \
    X(company_name) /* companies only: nome empresarial */                                                   \
    X(cnpj)         /* 14 characters, upper case; letters allowed in the first 12 */                         \
    X(company_uf)                                                                                            \
    X(company_city)                                                                                          \
    X(company_cei)

struct certificate_data {
#define X(member) const char *member;
    CERTIFICATE_DATA_FIELDS(X)
#undef X
};

/* Who the certificate names. A company's `name`, `cpf`, `birth_date` are those of its responsible person. */
enum certificate_holder {
    CERTIFICATE_HOLDER_PERSON,  /* e-CPF; "pf" in profile rows and products */
    CERTIFICATE_HOLDER_COMPANY, /* e-CNPJ; "pj" */
};

/* From what a person typed to the stored form, every field at once. `input` members may be NULL (absent).
 *
 * Required: name, cpf, birth_date, email; for a company also company_name, cnpj, company_uf, company_city. An
 * RG asks for its issuer and UF; a título asks for zone, section, city and UF (certificate-layout
 * items 7.1.2.3 and 7.1.2.4 of DOC-ICP-04). What the holder's kind of certificate does not carry (company
 * fields of a person; título and CEI of a company's responsible) comes out as "".
 *
 * false sets RA_INVALID with one field error for each field at fault, named as the order API names it
 * ("holder.cpf", "company.cnpj"), code and message as identifiers.h and names.h give them, plus "required"
 * and "incomplete"; `output` is then unspecified. Strings of `output` are on `context`. Age and dates in the
 * future are not judged here: that needs a day. */
RA_MUST_CHECK bool certificate_data_normalise(TALLOC_CTX *context, enum certificate_holder holder,
                                              const struct certificate_data *input,
                                              struct certificate_data *output, struct ra_error *error);

/* Every field that the certificate would carry is present where required and already in its stored form. For
 * data that arrives in statements: nothing is mended, a difference is a field error with the code
 * "not-normalised". */
RA_MUST_CHECK bool certificate_data_check(enum certificate_holder holder, const struct certificate_data *data,
                                          struct ra_error *error);

/* SHA-256 over every field in order: name, 00, value, 00. What a holder signs when the certificate is renewed
 * (protocol 2): the same for every program that has the data. */
RA_MUST_CHECK bool certificate_data_digest(const struct certificate_data *data, uint8_t digest[32],
                                           struct ra_error *error);

#endif
