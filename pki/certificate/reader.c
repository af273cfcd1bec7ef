/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/reader.h"

#include "pki/base/decoded.h"
#include "pki/certificate/armour.h"
#include "pki/certificate/identifiers.h"
#include "pki/certificate/text.h"

#include <ctype.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <string.h>

/* A whole name for people, RFC 2253 order; NULL when memory ran out. */
static const char *describe_name(struct certificate_reading *reading, const X509_NAME *name)
{
    BIO *output = BIO_new(BIO_s_mem());
    char *data = NULL;
    const char *text = NULL;
    if (output != NULL &&
        X509_NAME_print_ex(output, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0) {
        long length = BIO_get_mem_data(output, &data);
        struct bytes content = {(const uint8_t *)data, length > 0 ? (size_t)length : 0};
        text = text_printable(reading, content, NULL);
    }
    BIO_free(output);
    return text;
}

static const char *read_serial(struct certificate_reading *reading, const X509 *certificate)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *hexadecimal = number != NULL ? BN_bn2hex(number) : NULL;
    for (char *c = hexadecimal; c != NULL && *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    const char *serial = hexadecimal != NULL ? talloc_strdup(reading, hexadecimal) : NULL;
    OPENSSL_free(hexadecimal);
    BN_free(number);
    return serial;
}

static time_t read_time(struct certificate_reading *reading, const ASN1_TIME *time)
{
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) == 1)
        return timegm(&parts);
    findings_add(reading->notes, FINDING_RULE_VALIDITY, "Uma das datas de validade não pôde ser lida.");
    return 0;
}

static bool read_public_key(struct certificate_reading *reading, const X509 *certificate,
                            struct ra_error *error)
{
    unsigned char *spki = NULL;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &spki);
    if (length <= 0)
        return ra_fail_crypto(error, "SubjectPublicKeyInfo");
    reading->spki = bytes_copy(reading, spki, (size_t)length);
    OPENSSL_free(spki);
    if (reading->spki.data == NULL)
        return ra_fail(error, RA_NO_MEMORY, "certificate");
    return sha256(reading->spki, reading->spki_digest) || ra_fail_crypto(error, "SHA-256");
}

bool certificate_read(TALLOC_CTX *context, X509 *certificate, struct certificate_reading **reading,
                      struct ra_error *error)
{
    int critical = -1;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, NULL);
    bool done = certificate_read_names(context, X509_get_subject_name(certificate), names, reading, error);
    GENERAL_NAMES_free(names);
    if (!done)
        return false;
    struct certificate_reading *read = *reading;
    /* Absent is -1; anything else without a value is malformed or there twice. */
    if (names == NULL && critical != -1)
        findings_add(read->notes, FINDING_RULE_SAN_FORM, "O subjectAltName está malformado ou repetido.");
    read->subject = describe_name(read, X509_get_subject_name(certificate));
    read->issuer = describe_name(read, X509_get_issuer_name(certificate));
    read->serial = read_serial(read, certificate);
    read->not_before = read_time(read, X509_get0_notBefore(certificate));
    read->not_after = read_time(read, X509_get0_notAfter(certificate));
    done = read->subject != NULL && read->issuer != NULL && read->serial != NULL
               ? read_public_key(read, certificate, error)
               : ra_fail(error, RA_NO_MEMORY, "certificate");
    ERR_clear_error();
    if (!done) {
        talloc_free(*reading);
        *reading = NULL;
    }
    return done;
}

bool certificate_decode(struct bytes input, X509 **certificate, struct ra_error *error)
{
    static const char *const labels[] = {"CERTIFICATE", "X509 CERTIFICATE", NULL};
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct bytes der = {NULL, 0};
    *certificate = NULL;
    if (scratch == NULL)
        return ra_fail(error, RA_NO_MEMORY, "certificate");
    if (input.length <= CERTIFICATE_MAX && armour_open(scratch, input, labels, &der))
        *certificate = decoded_certificate(der);
    talloc_free(scratch);
    ERR_clear_error();
    return *certificate != NULL ||
           ra_fail_reason(error, RA_VERIFICATION_FAILED, "certificate-malformed",
                          "O certificado não pôde ser lido: envie um único certificado, em PEM ou DER.");
}

bool certificate_read_cpf(X509 *certificate, char cpf[12], struct ra_error *error)
{
    struct certificate_reading *reading;
    struct field_problem problem;
    char normalised[CPF_SIZE];
    cpf[0] = '\0';
    if (!certificate_read(NULL, certificate, &reading, error))
        return false;
    bool good = reading->has_person && findings_find(reading->notes, "san-duplicate") == NULL &&
                cpf_normalise(reading->data.cpf, normalised, &problem) &&
                strcmp(normalised, reading->data.cpf) == 0;
    if (good)
        memcpy(cpf, normalised, CPF_SIZE);
    talloc_free(reading);
    return good || ra_fail_reason(error, RA_VERIFICATION_FAILED, "certificate-without-cpf",
                                  "O certificado não traz o CPF do titular (campo 2.16.76.1.3.1).");
}
