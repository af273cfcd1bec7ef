/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/credentials.h"

#include "pki/base/file.h"
#include "pki/certificate/identifiers.h"
#include "pki/certificate/names.h"
#include "pki/certificate/subject.h"
#include "pki/homolog-ca/certificate_builder.h"

#include <openssl/pem.h>
#include <string.h>

enum { DAY_S = 86400, YEAR_S = 365 * DAY_S, LEAF_KEY_BITS = 2048 };

#define TEST_ORGANISATION "ICP-Brasil TESTE"
#define TEST_UNIT         "Ambiente de Teste - Sem Valor Legal"

/* The whole credential of one leaf: freshly made key, its certificate, who signed it. */
struct credential {
    enum authority_id issuer;
    EVP_PKEY *key;
    bool key_elsewhere; /* `key` is its public half */
    X509_NAME *subject;
    X509 *certificate;
};

static void credential_clear(struct credential *credential)
{
    EVP_PKEY_free(credential->key);
    X509_NAME_free(credential->subject);
    X509_free(credential->certificate);
}

static bool add_units(X509_NAME *name, const char *const *units, const char *common_name,
                      struct ra_error *error)
{
    bool ok = name_add(name, "C", "BR", error) && name_add(name, "O", TEST_ORGANISATION, error);
    for (size_t i = 0; ok && units[i] != NULL; i++)
        ok = name_add(name, "OU", units[i], error);
    return ok && name_add(name, "CN", common_name, error);
}

static bool credential_begin(const struct registry *registry, struct credential *credential, EVP_PKEY *key,
                             const char *const *units, const char *common_name, struct ra_error *error)
{
    credential->key = key;
    credential->subject = X509_NAME_new();
    if (key == NULL || credential->subject == NULL)
        return ra_fail_crypto(error, "generate a key");
    struct clock_span span = clock_span_now(registry->clock);
    X509 *issuer = registry->hierarchy->certificate[credential->issuer];
    return add_units(credential->subject, units, common_name, error) &&
           builder_begin(X509_get_subject_name(issuer), credential->subject, key, span.earlier - DAY_S,
                         span.later + YEAR_S, &credential->certificate, error) &&
           builder_add_text(credential->certificate, issuer, NID_basic_constraints, "CA:FALSE", error) &&
           builder_add_text(credential->certificate, issuer, NID_subject_key_identifier, "hash", error);
}

static bool write_credential(const struct credential *credential, STACK_OF(X509) *chain, const char *output,
                             struct ra_error *error)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    bool ok = bio != NULL &&
              (credential->key_elsewhere ||
               PEM_write_bio_PrivateKey(bio, credential->key, NULL, NULL, 0, NULL, NULL) == 1) &&
              PEM_write_bio_X509(bio, credential->certificate) == 1;
    for (int i = 0; ok && i + 1 < sk_X509_num(chain); i++) /* without the root: trust comes from elsewhere */
        ok = PEM_write_bio_X509(bio, sk_X509_value(chain, i)) == 1;
    char *data = NULL;
    long length = ok ? BIO_get_mem_data(bio, &data) : 0;
    ok = length > 0 ? file_write(output, (struct bytes){(const uint8_t *)data, (size_t)length}, 0600, error)
                    : ra_fail_crypto(error, "encode a credential");
    BIO_free(bio);
    return ok;
}

/* Signs, records and writes. The record comes first: what is in use must be revocable. */
static bool credential_finish(const struct registry *registry, struct credential *credential,
                              const char *output, struct ra_error *error)
{
    const struct hierarchy *hierarchy = registry->hierarchy;
    if (X509_sign(credential->certificate, hierarchy->key[credential->issuer], EVP_sha256()) <= 0)
        return ra_fail_crypto(error, "sign a credential");
    STACK_OF(X509) *chain = hierarchy_chain(hierarchy, credential->issuer);
    bool ok = chain != NULL || ra_fail(error, RA_NO_MEMORY, "chain");
    ok = ok && store_keep_certificate(registry->store, "credentials", credential->certificate, error) &&
         write_credential(credential, chain, output, error);
    sk_X509_pop_free(chain, X509_free);
    return ok;
}

/* The four fields in stored form. */
struct identity_texts {
    char name[PERSON_NAME_SIZE];
    char cpf[CPF_SIZE];
    char birth_date[DATE_SIZE];
    char email[EMAIL_SIZE];
};

static bool normalise_identity(const struct identity_data *data, struct identity_texts *texts,
                               struct ra_error *error)
{
    struct field_problem problem;
    if (!person_name_normalise(bytes_of_text(data->name), texts->name, &problem))
        return ra_fail(error, RA_INVALID, "--name: %s", problem.message);
    if (!cpf_normalise(data->cpf, texts->cpf, &problem))
        return ra_fail(error, RA_INVALID, "--cpf: %s", problem.message);
    if (!birth_date_normalise(data->birth_date, texts->birth_date, &problem))
        return ra_fail(error, RA_INVALID, "--birth: %s", problem.message);
    if (!email_normalise(data->email, texts->email, &problem))
        return ra_fail(error, RA_INVALID, "--email: %s", problem.message);
    return true;
}

/* certificate-profiles 1.6.1: birth, CPF, the rest zeros; e-mail last. */
static bool add_person_names(X509 *certificate, const struct identity_texts *texts, struct ra_error *error)
{
    struct certificate_data data = {
#define X(member) .member = "",
        CERTIFICATE_DATA_FIELDS(X)
#undef X
    };
    data.cpf = texts->cpf;
    data.birth_date = texts->birth_date;
    char person[SUBJECT_PERSON_BLOCK_SIZE], voter[SUBJECT_VOTER_BLOCK_SIZE];
    subject_person_block(&data, person);
    subject_voter_block(&data, voter);
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    bool ok = names != NULL && builder_push_other_name(names, ICP_OID_PERSON, person, error) &&
              builder_push_other_name(names, ICP_OID_PERSON_CEI, "000000000000", error) &&
              builder_push_other_name(names, ICP_OID_VOTER, voter, error) &&
              builder_push_text_name(names, GEN_EMAIL, texts->email, error);
    if (ok && X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) != 1)
        ok = ra_fail_crypto(error, "subjectAltName");
    GENERAL_NAMES_free(names);
    return ok;
}

bool credentials_make_identity(const struct registry *registry, const struct identity_data *data,
                               const char *output, struct ra_error *error)
{
    static const char *const UNITS[] = {TEST_UNIT, "Certificado PF A1", NULL};
    static const char *const POLICY[] = {"2.16.76.1.2.1.999999", NULL};
    struct identity_texts texts;
    if (!normalise_identity(data, &texts, error))
        return false;
    char common_name[COMMON_NAME_SIZE];
    common_name_format(texts.name, COMMON_NAME_PERSON_MAX, texts.cpf, common_name);
    struct credential credential = {.issuer = AUTHORITY_TMUL};
    X509 *issuer = registry->hierarchy->certificate[AUTHORITY_TMUL];
    bool ok =
        credential_begin(registry, &credential, EVP_RSA_gen(LEAF_KEY_BITS), UNITS, common_name, error) &&
        builder_add_text(credential.certificate, issuer, NID_key_usage,
                         "critical,digitalSignature,nonRepudiation,keyEncipherment", error) &&
        builder_add_text(credential.certificate, issuer, NID_ext_key_usage, "clientAuth,emailProtection",
                         error) &&
        builder_add_policies(credential.certificate, POLICY, "http://dpc.teste.invalid/dpc.pdf", error) &&
        add_person_names(credential.certificate, &texts, error) &&
        hierarchy_add_issuer_extensions(registry->hierarchy, AUTHORITY_TMUL, credential.certificate, error) &&
        credential_finish(registry, &credential, output, error);
    credential_clear(&credential);
    return ok;
}

static bool certify_ra(const struct registry *registry, EVP_PKEY *take_key, bool elsewhere,
                       const char *output, struct ra_error *error)
{
    static const char *const UNITS[] = {TEST_UNIT, NULL};
    struct credential credential = {.issuer = AUTHORITY_TISS, .key_elsewhere = elsewhere};
    X509 *issuer = registry->hierarchy->certificate[AUTHORITY_TISS];
    bool ok =
        credential_begin(registry, &credential, take_key, UNITS, "AR de Teste", error) &&
        builder_add_text(credential.certificate, issuer, NID_key_usage, "critical,digitalSignature", error) &&
        builder_add_text(credential.certificate, issuer, NID_ext_key_usage, "cmcRA", error) &&
        hierarchy_add_issuer_extensions(registry->hierarchy, AUTHORITY_TISS, credential.certificate, error) &&
        credential_finish(registry, &credential, output, error);
    credential_clear(&credential);
    return ok;
}

bool credentials_make_ra(const struct registry *registry, const char *output, struct ra_error *error)
{
    return certify_ra(registry, EVP_RSA_gen(LEAF_KEY_BITS), false, output, error);
}

bool credentials_certify_ra(const struct registry *registry, EVP_PKEY *public_key, const char *output,
                            struct ra_error *error)
{
    return (EVP_PKEY_up_ref(public_key) == 1 || ra_fail_crypto(error, "public key")) &&
           certify_ra(registry, public_key, true, output, error);
}

static bool push_address(GENERAL_NAMES *names, const char *text, struct ra_error *error)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(text);
    if (name == NULL || address == NULL) {
        GENERAL_NAME_free(name);
        ASN1_OCTET_STRING_free(address);
        return ra_fail(error, RA_INVALID, "--ip: not an address");
    }
    GENERAL_NAME_set0_value(name, GEN_IPADD, address);
    if (sk_GENERAL_NAME_push(names, name) > 0)
        return true;
    GENERAL_NAME_free(name);
    return ra_fail_crypto(error, "iPAddress");
}

static bool add_server_names(X509 *certificate, const char *dns, const char *ip, struct ra_error *error)
{
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    bool ok =
        names != NULL && builder_push_text_name(names, GEN_DNS, dns, error) && push_address(names, ip, error);
    if (ok && X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) != 1)
        ok = ra_fail_crypto(error, "subjectAltName");
    GENERAL_NAMES_free(names);
    return ok;
}

bool credentials_make_tls(const struct registry *registry, const char *dns, const char *ip,
                          const char *output, struct ra_error *error)
{
    static const char ALLOWED[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
    static const char *const UNITS[] = {TEST_UNIT, NULL};
    if (dns[0] == '\0' || strlen(dns) > 64 || strspn(dns, ALLOWED) != strlen(dns))
        return ra_fail(error, RA_INVALID, "--dns: not a host name");
    struct credential credential = {.issuer = AUTHORITY_TLS};
    X509 *issuer = registry->hierarchy->certificate[AUTHORITY_TLS];
    bool ok =
        credential_begin(registry, &credential, EVP_EC_gen("P-256"), UNITS, dns, error) &&
        builder_add_text(credential.certificate, issuer, NID_authority_key_identifier, "keyid:always",
                         error) &&
        builder_add_text(credential.certificate, issuer, NID_key_usage, "critical,digitalSignature", error) &&
        builder_add_text(credential.certificate, issuer, NID_ext_key_usage, "serverAuth", error) &&
        add_server_names(credential.certificate, dns, ip, error) &&
        credential_finish(registry, &credential, output, error);
    credential_clear(&credential);
    return ok;
}

bool credentials_revoke(const struct registry *registry, const char *serial, int reason,
                        struct ra_error *error)
{
    uint8_t binary[SERIAL_SIZE];
    if (strlen(serial) != sizeof binary * 2 || !hex_decode(serial, binary, sizeof binary))
        return ra_fail(error, RA_INVALID, "--serial: %d hexadecimal digits", 2 * SERIAL_SIZE);
    char *text = hex_encode(NULL, (struct bytes){binary, sizeof binary});
    if (text == NULL)
        return ra_fail(error, RA_NO_MEMORY, "serial");
    X509 *certificate = NULL;
    bool ok = store_find_certificate(registry->store, "issued", text, &certificate, error) ||
              store_find_certificate(registry->store, "credentials", text, &certificate, error);
    ok = ok && revocation_add(registry, certificate, reason, error);
    X509_free(certificate);
    talloc_free(text);
    return ok;
}
