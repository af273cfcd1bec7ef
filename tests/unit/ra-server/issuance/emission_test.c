/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the holder sends, judged before anything is stored (protocol 3): the right codes over the right key,
 * and thieves.
 */
#include "floors/check.h"
#include "issuance/emission.h"
#include "pki/base/file.h"
#include "pki/trust/emission_code.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>
#include <unistd.h>

#define INSTANCE "00112233445566778899aabbccddeeff"
#define ORDER    "7Q2KX0M4ZT9A"

struct bench {
    EVP_PKEY *key;
    EVP_PKEY *other_key;
    EVP_PKEY *small_key;
    struct certificate_profile *profile;
    struct weak_key_list *weak_keys;
    uint8_t counter[EMISSION_HALF_SIZE];
    uint8_t mail[EMISSION_HALF_SIZE];
    struct statement validation;
    struct statement verification;
    struct signed_statement first;
    struct signed_statement second;
    struct approval_pair pair;
};

static int setup(void **state)
{
    struct ra_error error = {0};
    struct bench *bench = talloc_zero(NULL, struct bench);
    bench->key = EVP_RSA_gen(2048);
    bench->other_key = EVP_RSA_gen(2048);
    bench->small_key = EVP_RSA_gen(1024);
    assert_done(profile_load(bench, "pki/profiles/RFB_ECPF_A1.json", &bench->profile, &error));
    memset(bench->counter, 0x0c, sizeof bench->counter);
    memset(bench->mail, 0x0d, sizeof bench->mail);
    bench->validation = (struct statement){
        .type = STATEMENT_VALIDATION, .instance = INSTANCE, .order = ORDER, .not_after = 2000};
    bench->verification = (struct statement){
        .type = STATEMENT_VERIFICATION, .instance = INSTANCE, .order = ORDER, .not_after = 1000};
#define X(member) bench->validation.validation.data.member = "";
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    bench->validation.validation.data.name = "MARIA DE TESTE";
    bench->validation.validation.data.cpf = "11144477735";
    bench->validation.validation.data.email = "maria@exemplo.com.br";
    bench->validation.validation.profile.term_months = 12;
    bench->first.statement = &bench->validation;
    bench->second.statement = &bench->verification;
    memset(bench->first.digest, 0x44, 32);
    bench->pair = (struct approval_pair){.validation = &bench->first, .verification = &bench->second};
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    EVP_PKEY_free(bench->key);
    EVP_PKEY_free(bench->other_key);
    EVP_PKEY_free(bench->small_key);
    talloc_free(bench);
    return 0;
}

static void bind_by_code(struct bench *bench)
{
    struct ra_error error = {0};
    struct statement_binding *binding = &bench->validation.validation.binding;
    *binding = (struct statement_binding){.kind = PROFILE_BINDING_CODE};
    bench->verification.verification.has_mail = true;
    assert_done(
        emission_public_key(bench->counter, EMISSION_COUNTER, INSTANCE, ORDER, binding->counter, &error));
    assert_done(emission_public_key(bench->mail, EMISSION_MAIL, INSTANCE, ORDER,
                                    bench->verification.verification.mail, &error));
}

static char *csr_of(TALLOC_CTX *context, EVP_PKEY *key)
{
    X509_REQ *request = X509_REQ_new();
    char *text = NULL;
    BIO *pem = BIO_new(BIO_s_mem());
    assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
    assert_true(X509_REQ_sign(request, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509_REQ(pem, request), 1);
    long length = BIO_get_mem_data(pem, &text);
    char *copy = talloc_strndup(context, text, (size_t)length);
    BIO_free(pem);
    X509_REQ_free(request);
    return copy;
}

static char *proof_of(struct bench *bench, TALLOC_CTX *context, EVP_PKEY *key, enum emission_half kind,
                      const uint8_t half[EMISSION_HALF_SIZE], const char *order)
{
    struct ra_error error = {0};
    uint8_t proof[EMISSION_PROOF_SIZE];
    unsigned char *spki = NULL;
    int length = i2d_PUBKEY(key, &spki);
    assert_true(length > 0);
    const struct emission_case about = {.instance = INSTANCE,
                                        .order = order,
                                        .validation = bench->first.digest,
                                        .spki = {spki, (size_t)length}};
    assert_done(emission_prove(half, kind, &about, proof, &error));
    OPENSSL_free(spki);
    return base64_encode(context, (struct bytes){proof, sizeof proof});
}

/* Judges a body; the reason of the refusal, or "" when it is taken. */
static const char *judge(struct bench *bench, TALLOC_CTX *context, const char *csr, const char *counter,
                         const char *mail)
{
    static struct ra_error error;
    struct emission_request request = {0};
    error = (struct ra_error){0};
    json_t *body = json_pack("{s:s, s:{s:s, s:s}}", "csr", csr, "proofs", "counter", counter, "mail", mail);
    bool taken = emission_read(context, body, &request, &error) &&
                 emission_check_key(&request, bench->profile, bench->weak_keys, &error) &&
                 emission_check(&request, &bench->pair, &error);
    json_decref(body);
    return taken ? "" : error.reason[0] != '\0' ? error.reason : ra_error_info(error.code)->code;
}

static void both_codes_over_the_key_open_it(void **state)
{
    struct bench *bench = *state;
    TALLOC_CTX *context = talloc_new(NULL);
    bind_by_code(bench);
    assert_string_equal(judge(bench, context, csr_of(context, bench->key),
                              proof_of(bench, context, bench->key, EMISSION_COUNTER, bench->counter, ORDER),
                              proof_of(bench, context, bench->key, EMISSION_MAIL, bench->mail, ORDER)),
                        "");
    talloc_free(context);
}

static void one_agents_validation_carries_the_mail_half_itself(void **state)
{
    struct bench *bench = *state;
    TALLOC_CTX *context = talloc_new(NULL);
    bind_by_code(bench);
    struct statement_binding *binding = &bench->validation.validation.binding;
    bench->pair.verification = NULL;
    const char *csr = csr_of(context, bench->key);
    const char *counter = proof_of(bench, context, bench->key, EMISSION_COUNTER, bench->counter, ORDER);
    const char *mail = proof_of(bench, context, bench->key, EMISSION_MAIL, bench->mail, ORDER);
    assert_string_equal(judge(bench, context, csr, counter, mail), "binding-mismatch");
    binding->has_mail = true;
    memcpy(binding->mail, bench->verification.verification.mail, sizeof binding->mail);
    assert_string_equal(judge(bench, context, csr, counter, mail), "");
    assert_string_equal(judge(bench, context, csr, counter, counter), "proof-mail");
    json_t *page = emission_json(&bench->pair, "e-CPF A1", "ready", NULL);
    assert_int_equal(json_integer_value(json_object_get(page, "not_after")), bench->validation.not_after);
    json_decref(page);
    bench->pair.verification = &bench->second;
    talloc_free(context);
}

static void a_thief_with_one_code_gets_nothing(void **state)
{
    struct bench *bench = *state;
    TALLOC_CTX *context = talloc_new(NULL);
    bind_by_code(bench);
    const char *csr = csr_of(context, bench->other_key);
    const char *counter = proof_of(bench, context, bench->other_key, EMISSION_COUNTER, bench->counter, ORDER);
    const char *mail = proof_of(bench, context, bench->other_key, EMISSION_MAIL, bench->mail, ORDER);
    assert_string_equal(judge(bench, context, csr, counter, ""), "proof-missing");
    assert_string_equal(judge(bench, context, csr, "", mail), "proof-missing");
    assert_string_equal(judge(bench, context, csr, counter, counter), "proof-mail");
    assert_string_equal(judge(bench, context, csr, mail, mail), "proof-counter");
    talloc_free(context);
}

static void proofs_of_another_key_or_order_do_not_serve(void **state)
{
    struct bench *bench = *state;
    TALLOC_CTX *context = talloc_new(NULL);
    bind_by_code(bench);
    const char *counter = proof_of(bench, context, bench->key, EMISSION_COUNTER, bench->counter, ORDER);
    const char *mail = proof_of(bench, context, bench->key, EMISSION_MAIL, bench->mail, ORDER);
    assert_string_equal(judge(bench, context, csr_of(context, bench->other_key), counter, mail),
                        "proof-counter");
    const char *elsewhere = proof_of(bench, context, bench->key, EMISSION_MAIL, bench->mail, "AAAAAAAAAAAA");
    assert_string_equal(judge(bench, context, csr_of(context, bench->key), counter, elsewhere), "proof-mail");
    talloc_free(context);
}

static void a_key_bound_by_its_digest_needs_no_code(void **state)
{
    struct bench *bench = *state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    struct emission_request request = {0};
    json_t *body = json_pack("{s:s}", "csr", csr_of(context, bench->key));
    assert_done(emission_read(context, body, &request, &error));
    struct statement_binding *binding = &bench->validation.validation.binding;
    *binding = (struct statement_binding){.kind = PROFILE_BINDING_SPKI};
    memcpy(binding->spki, request.csr->spki_digest, 32);
    bench->verification.verification.has_mail = false;
    assert_done(emission_check_key(&request, bench->profile, NULL, &error) &&
                emission_check(&request, &bench->pair, &error));
    json_decref(body);
    assert_string_equal(judge(bench, context, csr_of(context, bench->other_key), "", ""), "binding-mismatch");
    talloc_free(context);
}

static void what_is_no_request_is_refused(void **state)
{
    struct bench *bench = *state;
    TALLOC_CTX *context = talloc_new(NULL);
    bind_by_code(bench);
    assert_string_equal(judge(bench, context, "", "", ""), "csr-malformed");
    assert_string_equal(judge(bench, context, "-----BEGIN CERTIFICATE REQUEST-----", "", ""),
                        "csr-malformed");
    assert_string_equal(judge(bench, context, csr_of(context, bench->small_key), "", ""), "csr-key-size");
    assert_string_equal(judge(bench, context, csr_of(context, bench->key), "not base64!", ""), "invalid");
    char *longer = talloc_zero_size(context, 400);
    memset(longer, 'A', 396);
    assert_string_equal(judge(bench, context, csr_of(context, bench->key), longer, ""), "invalid");
    talloc_free(context);
}

/* The list's own line for a key (docs/lint.md). */
static char *line_of(TALLOC_CTX *context, EVP_PKEY *key)
{
    BIGNUM *modulus = NULL;
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus), 1);
    char *hexadecimal = BN_bn2hex(modulus);
    char *text = talloc_asprintf(context, "Modulus=%s\n", hexadecimal);
    assert_int_equal(EVP_Digest(text, strlen(text), digest, &size, EVP_sha1(), NULL), 1);
    OPENSSL_free(hexadecimal);
    BN_free(modulus);
    return hex_encode(context, (struct bytes){digest + 10, 10});
}

static void issue_5_3_a_key_of_the_office_s_list_is_refused(void **state)
{
    struct bench *bench = *state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    char *path = talloc_asprintf(context, "/tmp/emission-weak-keys-%d", (int)getpid());
    bind_by_code(bench);
    assert_done(weak_key_list_load_if_there(context, path, &bench->weak_keys, &error));
    assert_null(bench->weak_keys);
    assert_done(file_write(path, bytes_of_text(line_of(context, bench->key)), 0600, &error));
    assert_done(weak_key_list_load_if_there(context, path, &bench->weak_keys, &error));
    unlink(path);
    assert_string_equal(judge(bench, context, csr_of(context, bench->key), "", ""), "csr-weak-key");
    assert_string_equal(judge(bench, context, csr_of(context, bench->other_key), "", ""), "proof-missing");
    bench->weak_keys = NULL;
    talloc_free(context);
}

static void the_page_learns_what_it_needs_and_no_more(void **state)
{
    struct bench *bench = *state;
    bind_by_code(bench);
    json_t *json = emission_json(&bench->pair, "e-CPF A1", "ready", NULL);
    char *text = json_dumps(json, JSON_COMPACT);
    assert_string_equal(json_string_value(json_object_get(json, "instance")), INSTANCE);
    assert_string_equal(json_string_value(json_object_get(json, "binding")), "code");
    assert_int_equal(json_integer_value(json_object_get(json, "not_after")), 1000);
    assert_null(strstr(text, "11144477735"));
    assert_null(strstr(text, "maria@"));
    assert_non_null(strstr(text, "***.444.777-**"));
    assert_non_null(strstr(text, "m***@exemplo.com.br"));
    free(text);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_codes_over_the_key_open_it),
        cmocka_unit_test(one_agents_validation_carries_the_mail_half_itself),
        cmocka_unit_test(a_thief_with_one_code_gets_nothing),
        cmocka_unit_test(proofs_of_another_key_or_order_do_not_serve),
        cmocka_unit_test(a_key_bound_by_its_digest_needs_no_code),
        cmocka_unit_test(what_is_no_request_is_refused),
        cmocka_unit_test(issue_5_3_a_key_of_the_office_s_list_is_refused),
        cmocka_unit_test(the_page_learns_what_it_needs_and_no_more),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
