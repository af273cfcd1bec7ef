/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the identity out of an ICP-Brasil certificate, old or new, of any AC: otherNames are found by OID in
 * any order, their inner type may be OCTET STRING or PrintableString, and (noted as a warning) UTF8String,
 * IA5String or T61String. Fields are cut by fixed offsets; a numeric field of zeros is absent. Reading is not
 * judging: whether the certificate is valid, or is the one ordered, is for path validation and profile_check.
 */
#ifndef PKI_CERTIFICATE_READER_H
#define PKI_CERTIFICATE_READER_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/certificate/data.h"
#include "pki/certificate/findings.h"

#include <openssl/x509v3.h>

enum { CERTIFICATE_MAX = 65536 }; /* bytes of a certificate in DER or PEM */

/* One talloc object; all strings live on it and are printable ASCII or valid UTF-8 without control
 * characters, "" when absent. */
struct certificate_reading {
    bool has_person;      /* .3.1 present: the certificate of a natural person */
    bool has_responsible; /* .3.4 present */
    bool has_cnpj;        /* .3.3 present */
    /* Decoded fields. `name` is .3.2 when present, else the CN before its last colon (persons);
     * `company_name` is the CN before its last colon (companies). `rg_issuer`/`rg_uf` and
     * `voter_city`/`voter_uf` are split two characters from the end. company_uf and company_city come from ST
     * and L. */
    struct certificate_data data;
    const char *common_name;
    const char *common_name_number; /* after the last colon; "" without one */
    const char *subject_serial;     /* attribute serialNumber of the new profile, "" */
    const char *subject;            /* whole DN, RFC 2253 with UTF-8 kept, for people */
    const char *issuer;
    const char *serial; /* lower-case hexadecimal, no leading zeros beyond a whole byte */
    time_t not_before;
    time_t not_after;
    struct bytes spki;       /* SubjectPublicKeyInfo, DER */
    uint8_t spki_digest[32]; /* SHA-256 of `spki` */
    struct findings
        *notes; /* oddities met while reading: san-inner-type, san-duplicate, san-length, san-charset… */
};

/* Reads a decoded certificate. false only when memory or the library fails; oddities are notes. */
RA_MUST_CHECK bool certificate_read(TALLOC_CTX *context, X509 *certificate,
                                    struct certificate_reading **reading, struct ra_error *error);

/* The same for a subject and a subjectAltName (NULL: none) on their own; what else a certificate has stays ""
 * and zero. */
RA_MUST_CHECK bool certificate_read_names(TALLOC_CTX *context, const X509_NAME *subject,
                                          const GENERAL_NAMES *names, struct certificate_reading **reading,
                                          struct ra_error *error);

/* Decodes exactly one certificate, as armour_open takes it (PEM with text before it at most, or DER), at
 * most CERTIFICATE_MAX bytes. Anything else is RA_VERIFICATION_FAILED with the reason
 * "certificate-malformed". The caller frees it with X509_free and does not change it: it is shared
 * (pki/base/decoded.h). */
RA_MUST_CHECK bool certificate_decode(struct bytes input, X509 **certificate, struct ra_error *error);

/* CPF of the natural person that the certificate names (.3.1), check digits proved, for agents' identities. A
 * certificate without it, with two of it or with an invalid number is RA_VERIFICATION_FAILED with the reason
 * "certificate-without-cpf". */
RA_MUST_CHECK bool certificate_read_cpf(X509 *certificate, char cpf[12], struct ra_error *error);

#endif
