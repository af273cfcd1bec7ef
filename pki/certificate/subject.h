/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From approved data to the certificate template: subject (by the profile's layout), subjectAltName
 * (DOC-ICP-04 7.1.2.3 and 7.1.2.4) and the extensions that the AR asks for. Nothing here ever looks at a CSR.
 *
 * OpenSSL objects returned are the caller's, to be freed with the OpenSSL function for their type. On false
 * they are NULL and the error is RA_INVALID with field errors (data not in stored form), or RA_CRYPTO /
 * RA_NO_MEMORY.
 */
#ifndef PKI_CERTIFICATE_SUBJECT_H
#define PKI_CERTIFICATE_SUBJECT_H

#include "pki/certificate/names.h"
#include "pki/certificate/profile.h"

#include <openssl/x509v3.h>

/* Everything that decides the content of a certificate, apart from its key. Borrowed pointers. */
struct certificate_order {
    const struct certificate_profile *profile;
    const struct certificate_data *data;
    const char *ra_cnpj; /* the AR's CNPJ in stored form, second OU by Res. 150/2018 */
    enum identification_method method;
};

/* otherName type-ids of ICP-Brasil. */
#define ICP_OID_PERSON           "2.16.76.1.3.1" /* birth date, CPF, NIS, RG, issuer and UF of the holder */
#define ICP_OID_RESPONSIBLE_NAME "2.16.76.1.3.2"
#define ICP_OID_CNPJ             "2.16.76.1.3.3"
#define ICP_OID_RESPONSIBLE      "2.16.76.1.3.4" /* as .3.1, of the company's responsible person */
#define ICP_OID_VOTER            "2.16.76.1.3.5"
#define ICP_OID_PERSON_CEI       "2.16.76.1.3.6"
#define ICP_OID_COMPANY_CEI      "2.16.76.1.3.7"

/* Sizes in bytes, NUL included, of otherName contents. */
enum {
    SUBJECT_PERSON_BLOCK_SIZE = 8 + 11 + 11 + 15 + 10 + 1,
    SUBJECT_VOTER_BLOCK_SIZE = 12 + 3 + 4 + 22 + 1,
};

/* OU values that do not depend on the order. */
#define SUBJECT_RFB_OU        "Secretaria da Receita Federal do Brasil - RFB"
#define SUBJECT_NO_SPONSOR_OU "(EM BRANCO)"

/* Content of .3.1 / .3.4 from data that passed certificate_data_check; 45 to 55 characters, the last field
 * never padded. */
void subject_person_block(const struct certificate_data *data, char output[SUBJECT_PERSON_BLOCK_SIZE]);

/* Content of .3.5 from such data; 19 to 41 characters. */
void subject_voter_block(const struct certificate_data *data, char output[SUBJECT_VOTER_BLOCK_SIZE]);

/* "NAME:CPF" or "COMPANY:CNPJ" as it will stand in the certificate. */
void subject_common_name(enum certificate_holder holder, const struct certificate_data *data,
                         char output[COMMON_NAME_SIZE]);

/* The distinguished name in the order of the profile's layout, PrintableString wherever the characters fit,
 * else UTF8String. */
RA_MUST_CHECK bool subject_build_name(const struct certificate_order *order, X509_NAME **name,
                                      struct ra_error *error);

/* Persons: .3.1 .3.6 .3.5 e-mail; companies: .3.4 .3.2 .3.3 .3.7 e-mail; new layout: .3.1 or .3.3, e-mail.
 * Every otherName an OCTET STRING. */
RA_MUST_CHECK bool subject_build_alt_names(const struct certificate_order *order, GENERAL_NAMES **names,
                                           struct ra_error *error);

/* keyUsage (critical), extendedKeyUsage, certificatePolicies, subjectAltName, basicConstraints, in this
 * order. What depends on the AC (authorityKeyIdentifier, cRLDistributionPoints, authorityInfoAccess) is the
 * AC's to add. Free with sk_X509_EXTENSION_pop_free(…, X509_EXTENSION_free). */
RA_MUST_CHECK bool subject_build_extensions(const struct certificate_order *order,
                                            STACK_OF(X509_EXTENSION) **extensions, struct ra_error *error);

#endif
