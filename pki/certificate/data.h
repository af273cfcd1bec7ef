/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The data that reaches a certificate, as the agents approve it: the one struct that orders, statements, the
 * template builder and profile_check share. Texts are UTF-8 already normalised by `identifiers.h` (upper case, no
 * accents, no masks); absent is "", never NULL. Strings are borrowed: they live on whatever context filled the struct.
 */
#ifndef PKI_CERTIFICATE_DATA_H
#define PKI_CERTIFICATE_DATA_H

/* X(member): in the order of the keys of `data` in a validation statement (protocol 2). */
#define CERTIFICATE_DATA_FIELDS(X)                                                                           \
    X(name)          /* holder, or responsible person of a company; as in Receita's register */             \
    X(cpf)           /* 11 digits */                                                                         \
    X(birth_date)    /* YYYY-MM-DD */                                                                        \
    X(email)         /* ASCII, rfc822Name */                                                                 \
    X(nis)           /* 11 digits */                                                                         \
    X(rg)            /* up to 15, digits or letters */                                                       \
    X(rg_issuer)     /* issuing body, without UF */                                                          \
    X(rg_uf)         /* two letters */                                                                       \
    X(voter_id)      /* 12 digits */                                                                         \
    X(voter_zone)    /* up to 3 digits */                                                                    \
    X(voter_section) /* up to 4 digits */                                                                    \
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

#endif
