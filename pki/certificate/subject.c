/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/subject.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

enum { RG_WIDTH = 15, RG_ISSUER_WIDTH = 10, UF_WIDTH = 2, VOTER_CITY_WIDTH = 20 };

/* The value, or zeros for an absent one (DOC-ICP-04 7.1.2.4). */
static const char *or_zeros(const char *value, const char *zeros)
{
    return value[0] != '\0' ? value : zeros;
}

void subject_person_block(const struct certificate_data *data, char output[SUBJECT_PERSON_BLOCK_SIZE])
{
    char issuer[RG_ISSUER_WIDTH + 1] = "";
    char rg[RG_WIDTH + 1];
    size_t digits = strnlen(data->rg, RG_WIDTH);
    memset(rg, '0', RG_WIDTH);
    memcpy(rg + RG_WIDTH - digits, data->rg, digits);
    rg[RG_WIDTH] = '\0';
    /* Without RG the issuer is left out; readers take the UF from the end, so the issuer is what gets cut. */
    if (digits > 0)
        snprintf(issuer, sizeof issuer, "%.*s%.*s", RG_ISSUER_WIDTH - UF_WIDTH, data->rg_issuer, UF_WIDTH,
                 data->rg_uf);
    snprintf(output, SUBJECT_PERSON_BLOCK_SIZE, "%.2s%.2s%.4s%.11s%.11s%s%s", data->birth_date + 8,
             data->birth_date + 5, data->birth_date, data->cpf, or_zeros(data->nis, "00000000000"), rg,
             issuer);
}

void subject_voter_block(const struct certificate_data *data, char output[SUBJECT_VOTER_BLOCK_SIZE])
{
    if (data->voter_id[0] == '\0') {
        snprintf(output, SUBJECT_VOTER_BLOCK_SIZE, "%s", "0000000000000000000");
        return;
    }
    size_t city = strnlen(data->voter_city, VOTER_CITY_WIDTH);
    while (city > 0 && data->voter_city[city - 1] == ' ')
        city--;
    snprintf(output, SUBJECT_VOTER_BLOCK_SIZE, "%.12s%.3s%.4s%.*s%.2s", data->voter_id, data->voter_zone,
             data->voter_section, (int)city, data->voter_city, data->voter_uf);
}

void subject_common_name(enum certificate_holder holder, const struct certificate_data *data,
                         char output[COMMON_NAME_SIZE])
{
    if (holder == CERTIFICATE_HOLDER_COMPANY)
        common_name_format(data->company_name, COMMON_NAME_COMPANY_MAX, data->cnpj, output);
    else
        common_name_format(data->name, COMMON_NAME_PERSON_MAX, data->cpf, output);
}

static bool check_order(const struct certificate_order *order, struct ra_error *error)
{
    char cnpj[CNPJ_SIZE];
    struct field_problem problem;
    if (!cnpj_normalise(order->ra_cnpj, cnpj, &problem))
        return ra_fail(error, RA_INTERNAL, "CNPJ da AR na configuração: %s", problem.message);
    if (strcmp(cnpj, order->ra_cnpj) != 0)
        return ra_fail(error, RA_INTERNAL, "CNPJ da AR na configuração: escreva sem máscara, em maiúsculas");
    if ((unsigned)order->profile->layout >= PROFILE_LAYOUT_COUNT)
        return ra_fail(error, RA_INTERNAL, "leiaute desconhecido");
    if ((unsigned)order->method >= IDENTIFICATION_METHOD_COUNT)
        return ra_fail(error, RA_INTERNAL, "forma de identificação desconhecida");
    return certificate_data_check(order->profile->holder, order->data, error);
}

/* Adds RDNs in the order of calls; the first failure sticks. */
struct name_writer {
    X509_NAME *name;
    bool failed;
};

static bool fits_printable_string(const char *text)
{
    for (; *text != '\0'; text++) {
        bool alphanumeric = (*text >= 'A' && *text <= 'Z') || (*text >= 'a' && *text <= 'z') ||
                            (*text >= '0' && *text <= '9');
        if (!alphanumeric && strchr(" '()+,-./:=?", *text) == NULL)
            return false;
    }
    return true;
}

/* The string type is chosen here: OpenSSL's own choice would be UTF8String for all but country. */
static void write_rdn(struct name_writer *writer, int nid, const char *value)
{
    int type = fits_printable_string(value) ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
    if (!writer->failed)
        writer->failed = X509_NAME_add_entry_by_NID(writer->name, nid, type, (const unsigned char *)value,
                                                    (int)strlen(value), -1, 0) != 1;
}

static const char *method_ou(enum identification_method method)
{
    static const char *const values[] = {
#define X(id, word, ou) [id] = (ou),
        IDENTIFICATION_METHODS(X)
#undef X
    };
    return values[method];
}

/* Leiaute AC-RFB 5.0: e-CPF and e-CNPJ list their OUs in different orders. */
static void write_rfb_units(struct name_writer *writer, const struct certificate_order *order)
{
    bool company = order->profile->holder == CERTIFICATE_HOLDER_COMPANY;
    write_rdn(writer, NID_organizationalUnitName, order->ra_cnpj);
    write_rdn(writer, NID_organizationalUnitName, method_ou(order->method));
    if (company) {
        write_rdn(writer, NID_organizationalUnitName, order->profile->type_ou);
        write_rdn(writer, NID_organizationalUnitName, SUBJECT_RFB_OU);
    } else {
        write_rdn(writer, NID_organizationalUnitName, SUBJECT_RFB_OU);
        write_rdn(writer, NID_organizationalUnitName, order->profile->type_ou);
        write_rdn(writer, NID_organizationalUnitName, SUBJECT_NO_SPONSOR_OU);
    }
}

/* DOC-ICP-04 7.1.4.1 (Res. 197/2021): the issuing AC, the AR, the identification. */
static void write_multiple_units(struct name_writer *writer, const struct certificate_order *order)
{
    write_rdn(writer, NID_organizationalUnitName, order->profile->issuer);
    write_rdn(writer, NID_organizationalUnitName, order->ra_cnpj);
    write_rdn(writer, NID_organizationalUnitName, method_ou(order->method));
    write_rdn(writer, NID_organizationalUnitName, order->profile->type_ou);
}

/* Between O and CN. */
static void write_middle(struct name_writer *writer, const struct certificate_order *order)
{
    bool company = order->profile->holder == CERTIFICATE_HOLDER_COMPANY;
    if (order->profile->layout == PROFILE_LAYOUT_NEW) {
        write_rdn(writer, NID_serialNumber, company ? order->data->cnpj : order->data->cpf);
        return;
    }
    if (company) {
        write_rdn(writer, NID_stateOrProvinceName, order->data->company_uf);
        write_rdn(writer, NID_localityName, order->data->company_city);
    }
    if (order->profile->layout == PROFILE_LAYOUT_RFB)
        write_rfb_units(writer, order);
    else
        write_multiple_units(writer, order);
}

static void write_name(struct name_writer *writer, const struct certificate_order *order)
{
    char common_name[COMMON_NAME_SIZE];
    subject_common_name(order->profile->holder, order->data, common_name);
    write_rdn(writer, NID_countryName, "BR");
    write_rdn(writer, NID_organizationName, "ICP-Brasil");
    write_middle(writer, order);
    write_rdn(writer, NID_commonName, common_name);
}

bool subject_build_name(const struct certificate_order *order, X509_NAME **name, struct ra_error *error)
{
    *name = NULL;
    if (!check_order(order, error))
        return false;
    struct name_writer writer = {.name = X509_NAME_new()};
    writer.failed = writer.name == NULL;
    if (!writer.failed)
        write_name(&writer, order);
    if (writer.failed) {
        X509_NAME_free(writer.name);
        return ra_fail_crypto(error, "X509_NAME");
    }
    *name = writer.name;
    return true;
}

/* Takes ownership of `entry` (NULL is a failure) whatever happens. */
static bool push_name(GENERAL_NAMES *names, GENERAL_NAME *entry)
{
    if (entry != NULL && sk_GENERAL_NAME_push(names, entry) > 0)
        return true;
    GENERAL_NAME_free(entry);
    return false;
}

static GENERAL_NAME *other_name_new(const char *oid, const char *content)
{
    GENERAL_NAME *entry = GENERAL_NAME_new();
    ASN1_OBJECT *type = OBJ_txt2obj(oid, 1);
    ASN1_TYPE *value = ASN1_TYPE_new();
    ASN1_STRING *octets = ASN1_STRING_type_new(V_ASN1_OCTET_STRING);
    bool done = entry != NULL && type != NULL && value != NULL && octets != NULL &&
                ASN1_STRING_set(octets, content, (int)strlen(content)) == 1;
    if (done) {
        ASN1_TYPE_set(value, V_ASN1_OCTET_STRING, octets);
        octets = NULL;
        done = GENERAL_NAME_set0_othername(entry, type, value) == 1;
    }
    if (done)
        return entry;
    ASN1_STRING_free(octets);
    ASN1_TYPE_free(value);
    ASN1_OBJECT_free(type);
    GENERAL_NAME_free(entry);
    return NULL;
}

static GENERAL_NAME *email_new(const char *address)
{
    GENERAL_NAME *entry = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    if (entry == NULL || text == NULL || ASN1_STRING_set(text, address, (int)strlen(address)) != 1) {
        ASN1_IA5STRING_free(text);
        GENERAL_NAME_free(entry);
        return NULL;
    }
    GENERAL_NAME_set0_value(entry, GEN_EMAIL, text);
    return entry;
}

/* DOC-ICP-04 7.1.2.3 a: .3.1 .3.6 .3.5; the new layout keeps .3.1 alone, for those who read nothing else. */
static bool push_person_names(GENERAL_NAMES *names, enum profile_layout layout,
                              const struct certificate_data *data)
{
    char person[SUBJECT_PERSON_BLOCK_SIZE];
    char voter[SUBJECT_VOTER_BLOCK_SIZE];
    subject_person_block(data, person);
    subject_voter_block(data, voter);
    if (layout == PROFILE_LAYOUT_NEW)
        return push_name(names, other_name_new(ICP_OID_PERSON, person));
    return push_name(names, other_name_new(ICP_OID_PERSON, person)) &&
           push_name(names, other_name_new(ICP_OID_PERSON_CEI, or_zeros(data->cei, "000000000000"))) &&
           push_name(names, other_name_new(ICP_OID_VOTER, voter));
}

/* DOC-ICP-04 7.1.2.3 b: .3.4 .3.2 .3.3 .3.7; the new layout keeps .3.3 alone. */
static bool push_company_names(GENERAL_NAMES *names, enum profile_layout layout,
                               const struct certificate_data *data)
{
    char responsible[SUBJECT_PERSON_BLOCK_SIZE];
    if (layout == PROFILE_LAYOUT_NEW)
        return push_name(names, other_name_new(ICP_OID_CNPJ, data->cnpj));
    subject_person_block(data, responsible);
    return push_name(names, other_name_new(ICP_OID_RESPONSIBLE, responsible)) &&
           push_name(names, other_name_new(ICP_OID_RESPONSIBLE_NAME, data->name)) &&
           push_name(names, other_name_new(ICP_OID_CNPJ, data->cnpj)) &&
           push_name(names, other_name_new(ICP_OID_COMPANY_CEI, or_zeros(data->company_cei, "000000000000")));
}

bool subject_build_alt_names(const struct certificate_order *order, GENERAL_NAMES **names,
                             struct ra_error *error)
{
    *names = NULL;
    if (!check_order(order, error))
        return false;
    GENERAL_NAMES *built = GENERAL_NAMES_new();
    bool company = order->profile->holder == CERTIFICATE_HOLDER_COMPANY;
    enum profile_layout layout = order->profile->layout;
    bool done = built != NULL &&
                (company ? push_company_names(built, layout, order->data)
                         : push_person_names(built, layout, order->data)) &&
                push_name(built, email_new(order->data->email));
    if (!done) {
        GENERAL_NAMES_free(built);
        return ra_fail_crypto(error, "subjectAltName");
    }
    *names = built;
    return true;
}
