/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "authority.h"

#include "check.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

enum { KEY_SLOTS = 8, WEAK_SLOT = 7 };
static EVP_PKEY *keys[KEY_SLOTS];

EVP_PKEY *test_key(unsigned slot)
{
    assert_in_range(slot, 0, KEY_SLOTS - 1);
    if (keys[slot] == NULL)
        keys[slot] = EVP_RSA_gen(slot == WEAK_SLOT ? 1024 : 2048);
    assert_non_null(keys[slot]);
    return keys[slot];
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

X509 *make_certificate(const struct certificate_recipe *recipe)
{
    X509 *made = X509_new();
    X509 *issuer = recipe->issuer != NULL ? recipe->issuer : made;
    assert_non_null(made);
    assert_int_equal(X509_set_version(made, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(made), recipe->serial), 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(made), recipe->not_before));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(made), recipe->not_after));
    assert_int_equal(X509_set_pubkey(made, recipe->key), 1);
    X509_NAME *name = X509_get_subject_name(made);
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC, (const unsigned char *)"BR", -1, -1, 0), 1);
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)recipe->name, -1, -1, 0),
        1);
    assert_int_equal(X509_set_issuer_name(made, X509_get_subject_name(issuer)), 1);
    if (recipe->authority)
        add_extension(made, issuer, NID_basic_constraints, "critical,CA:TRUE");
    else
        add_extension(made, issuer, NID_basic_constraints, "CA:FALSE");
    if (recipe->key_usage != NULL)
        add_extension(made, issuer, NID_key_usage, recipe->key_usage);
    add_extension(made, issuer, NID_subject_key_identifier, "hash");
    add_extension(made, issuer, NID_authority_key_identifier, "keyid");
    assert_true(X509_sign(made, recipe->issuer_key != NULL ? recipe->issuer_key : recipe->key, EVP_sha256()) >
                0);
    return made;
}

static X509 *make_authority(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key, long serial)
{
    return make_certificate(&(struct certificate_recipe){.name = name,
                                                         .key = key,
                                                         .issuer = issuer,
                                                         .issuer_key = issuer_key,
                                                         .key_usage = "critical,keyCertSign,cRLSign",
                                                         .authority = true,
                                                         .not_before = TEST_NOW - TEST_DAY * 400,
                                                         .not_after = TEST_NOW + TEST_DAY * 4000,
                                                         .serial = serial});
}

struct bytes identity_pem(TALLOC_CTX *context, EVP_PKEY *key, X509 *certificate, STACK_OF(X509) *others)
{
    char *data = NULL;
    BIO *output = BIO_new(BIO_s_mem());
    assert_non_null(output);
    if (key != NULL)
        assert_int_equal(PEM_write_bio_PrivateKey(output, key, NULL, NULL, 0, NULL, NULL), 1);
    if (certificate != NULL)
        assert_int_equal(PEM_write_bio_X509(output, certificate), 1);
    for (int i = 0; others != NULL && i < sk_X509_num(others); i++)
        assert_int_equal(PEM_write_bio_X509(output, sk_X509_value(others, i)), 1);
    long length = BIO_get_mem_data(output, &data);
    struct bytes pem = bytes_copy(context, data, (size_t)length);
    BIO_free(output);
    return pem;
}

static struct identity *make_identity(struct authority *authority, EVP_PKEY *key, X509 *certificate)
{
    struct ra_error error = {0};
    struct identity *identity = NULL;
    STACK_OF(X509) *others = sk_X509_new_null();
    sk_X509_push(others, authority->root);
    sk_X509_push(others, authority->issuing);
    struct bytes pem = identity_pem(authority, key, certificate, others);
    sk_X509_free(others);
    assert_true(identity_parse(authority, pem, NULL, &identity, &error));
    return identity;
}

int authority_setup(void **state)
{
    static const char *const names[PEOPLE] = {"ALICE DE TESTE", "BRUNO DE TESTE", "CARLA DE TESTE"};
    struct authority *authority = talloc_zero(NULL, struct authority);
    authority->root_key = test_key(0);
    authority->issuing_key = test_key(1);
    authority->root = make_authority("Raiz de Teste", authority->root_key, NULL, NULL, 1);
    authority->issuing =
        make_authority("AC de Teste", authority->issuing_key, authority->root, authority->root_key, 2);
    for (unsigned i = 0; i < PEOPLE; i++) {
        authority->person_keys[i] = test_key(2 + i);
        authority->people[i] = make_certificate(&(struct certificate_recipe){
            .name = names[i],
            .key = authority->person_keys[i],
            .issuer = authority->issuing,
            .issuer_key = authority->issuing_key,
            .key_usage = "critical,digitalSignature,nonRepudiation,keyEncipherment",
            .not_before = TEST_NOW - 86400,
            .not_after = TEST_NOW + TEST_DAY * 365,
            .serial = 100 + (long)i});
        authority->identities[i] = make_identity(authority, authority->person_keys[i], authority->people[i]);
    }
    authority->anchors = sk_X509_new_null();
    sk_X509_push(authority->anchors, authority->root);
    *state = authority;
    return 0;
}

int authority_teardown(void **state)
{
    struct authority *authority = *state;
    sk_X509_free(authority->anchors);
    X509_free(authority->root);
    X509_free(authority->issuing);
    for (unsigned i = 0; i < PEOPLE; i++)
        X509_free(authority->people[i]);
    talloc_free(authority);
    for (unsigned i = 0; i < KEY_SLOTS; i++) {
        EVP_PKEY_free(keys[i]);
        keys[i] = NULL;
    }
    return 0;
}

X509_CRL *make_crl(X509 *issuer, EVP_PKEY *issuer_key, time_t last_update, time_t next_update,
                   const X509 *revoked)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *last = ASN1_TIME_set(NULL, last_update);
    ASN1_TIME *next = ASN1_TIME_set(NULL, next_update);
    assert_non_null(crl);
    assert_int_equal(X509_CRL_set_version(crl, X509_CRL_VERSION_2), 1);
    assert_int_equal(X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)), 1);
    assert_int_equal(X509_CRL_set1_lastUpdate(crl, last), 1);
    if (next_update > 0)
        assert_int_equal(X509_CRL_set1_nextUpdate(crl, next), 1);
    if (revoked != NULL) {
        X509_REVOKED *entry = X509_REVOKED_new();
        ASN1_INTEGER *serial = ASN1_INTEGER_dup(X509_get0_serialNumber(revoked));
        assert_int_equal(X509_REVOKED_set_serialNumber(entry, serial), 1);
        ASN1_INTEGER_free(serial);
        assert_int_equal(X509_REVOKED_set_revocationDate(entry, last), 1);
        assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
    }
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, NULL, NULL, crl, 0);
    X509_EXTENSION *key_id = X509V3_EXT_nconf_nid(NULL, &context, NID_authority_key_identifier, "keyid");
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    assert_int_equal(ASN1_INTEGER_set(number, 1), 1);
    assert_int_equal(X509_CRL_add_ext(crl, key_id, -1), 1);
    assert_int_equal(X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0), 1);
    X509_EXTENSION_free(key_id);
    ASN1_INTEGER_free(number);
    assert_true(X509_CRL_sign(crl, issuer_key, EVP_sha256()) > 0);
    ASN1_TIME_free(last);
    ASN1_TIME_free(next);
    return crl;
}

STACK_OF(X509_CRL) *make_crls(const struct authority *authority, const X509 *revoked)
{
    STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
    sk_X509_CRL_push(crls,
                     make_crl(authority->root, authority->root_key, TEST_NOW - 3600, TEST_NOW + 3600, NULL));
    sk_X509_CRL_push(crls, make_crl(authority->issuing, authority->issuing_key, TEST_NOW - 3600,
                                    TEST_NOW + 3600, revoked));
    return crls;
}

static const struct statement_person sample_people[] = {{"11144477735", STATEMENT_ROLE_HOLDER},
                                                        {"52998224725", STATEMENT_ROLE_REPRESENTATIVE}};
static const struct statement_waiver sample_waivers[] = {{"psbio", "serviço \"fora do ar\" \\ protocolo 12"},
                                                         {"neglist", "consulta feita em papel, às 10h"}};
static const struct roster_entry sample_entries[] = {
    {.name = "ALICE DE TESTE",
     .cpf = "11144477735",
     .spki = {1},
     .role = ROSTER_AGENT,
     .from = 1700000000,
     .until = 1900000000},
    {.name = "BRUNO DE TESTE",
     .cpf = "52998224725",
     .spki = {2},
     .role = ROSTER_AUDITOR,
     .from = 1700000000,
     .until = 1900000000},
};

static void fill_validation(struct statement_validation *validation)
{
#define X(member) validation->data.member = "";
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    validation->profile.id = "RFB_ECPF_A1";
    memset(validation->profile.digest, 0xab, 32);
    validation->profile.term_months = 12;
    validation->profile.media = PROFILE_MEDIA_SOFTWARE;
    validation->data.name = "MARIA APARECIDA DE TESTE";
    validation->data.cpf = "11144477735";
    validation->data.birth_date = "1980-01-31";
    validation->data.email = "maria@exemplo.com.br";
    validation->people = (struct statement_people){2, sample_people};
    validation->method = IDENTIFICATION_IN_PERSON;
    validation->place.kind = STATEMENT_PLACE_IT;
    validation->place.office = "sede";
    validation->place.ibge = "3509502";
    validation->place.station = "guiche-1";
    validation->rules = "2026-09-01";
    validation->waived = (struct statement_waivers){2, sample_waivers};
    validation->media.model = validation->media.serial = validation->media.homologation = "";
    memset(validation->dossier, 0xcd, 32);
    validation->binding.kind = PROFILE_BINDING_CODE;
    memset(validation->binding.counter, 0xef, 32);
}

struct statement sample_statement(enum statement_type type)
{
    struct statement statement = {.type = type,
                                  .instance = TEST_INSTANCE,
                                  .order = TEST_ORDER,
                                  .attempt = 1,
                                  .issued_at = (int64_t)TEST_NOW,
                                  .not_after = (int64_t)TEST_NOW + 86400};
    switch (type) {
    case STATEMENT_VALIDATION:
        fill_validation(&statement.validation);
        break;
    case STATEMENT_VERIFICATION:
        memset(statement.verification.validation, 0x12, 32);
        statement.verification.waived = (struct statement_waivers){2, sample_waivers};
        statement.verification.has_mail = true;
        memset(statement.verification.mail, 0x34, 32);
        break;
    case STATEMENT_REFUSAL:
        statement.refusal.reason = "documento não confere";
        break;
    case STATEMENT_REVOCATION:
        statement.revocation.serial = "00ab34";
        statement.revocation.reason = 1;
        break;
    case STATEMENT_ROSTER:
        statement.order = "";
        statement.attempt = 0;
        statement.roster = (struct statement_roster){3, 2, sample_entries};
        break;
    case STATEMENT_RULES:
        statement.order = "";
        statement.attempt = 0;
        statement.rules = (struct statement_rules){.version = 7,
                                                   .key = "poa_max_age_days",
                                                   .before = "90",
                                                   .value = "60",
                                                   .valid_from = "2026-10-01",
                                                   .layer = RULE_LAYER_AC,
                                                   .source = "DPC da AC, 3.2.2",
                                                   .evidence = RULE_MARK_V,
                                                   .reason = "a AC pediu prazo menor"};
        break;
    case STATEMENT_RENEWAL:
        memset(statement.renewal.data, 0x71, 32);
        memset(statement.renewal.spki, 0x72, 32);
        break;
    case STATEMENT_TYPE_COUNT:
    default:
        fail_msg("no such type");
    }
    return statement;
}

struct bytes sample_content(TALLOC_CTX *context, enum statement_type type)
{
    struct ra_error error = {0};
    struct bytes content;
    struct statement statement = sample_statement(type);
    if (!statement_write(context, &statement, &content, &error))
        fail_msg("%s", error.detail);
    return content;
}
