/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The binding `renewal` in a package: what the holder signed is judged, and every way of bending it is found.
 */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "package.h"

#include <openssl/pem.h>
#include <string.h>

#define OLD_ORDER "ABCD1234EFG5"

static struct package_world world;
static struct identity *old, *of_another, *of_a1; /* the holder's A3, somebody else's, the holder's A1 */

static void write_pem(BIO *pem, const char *text)
{
    struct bytes der;
    assert_true(base64_decode(world.context, text, strlen(text), &der));
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    assert_int_equal(PEM_write_bio_X509(pem, certificate), 1);
    X509_free(certificate);
}

/* A certificate in the usual way, bound by the key, as its holder's file has it. */
static struct identity *certified(const char *order, const char *profile_id, const char *cpf, EVP_PKEY *key)
{
    struct draft draft;
    struct ra_error error = {0};
    struct identity *identity = NULL;
    char *data = NULL;
    size_t index;
    json_t *above;
    const struct certificate_profile *profile = settings_profile(world.office.settings, profile_id);
    office_draft(&world.office, order, 1, &draft);
    struct statement_validation *facts = &draft.validation.validation;
    facts->profile.id = profile->id;
    memcpy(facts->profile.digest, profile->digest, 32);
    facts->profile.media = profile->media;
    if (cpf != NULL) {
        facts->data.cpf = cpf;
        draft.person.cpf = cpf;
    }
    draft.key = key;
    draft_bind_spki(&draft);
    json_t *answer = office_send(&world.office, office_request(&draft));
    assert_string_equal(answer_text(answer, "type"), "issued");
    BIO *pem = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PrivateKey(pem, key, NULL, NULL, 0, NULL, NULL), 1);
    write_pem(pem, answer_text(answer, "certificate"));
    json_array_foreach(json_object_get(answer, "chain"), index, above)
        write_pem(pem, json_string_value(above));
    long length = BIO_get_mem_data(pem, &data);
    assert_true(identity_parse(world.context, (struct bytes){(const uint8_t *)data, (size_t)length}, NULL,
                               &identity, &error));
    BIO_free(pem);
    json_decref(answer);
    return identity;
}

static EVP_PKEY *another_key, *a1_key;
static struct ocsp_responder *responder;

static int make_world(void **state)
{
    (void)state;
    package_world_make(&world);
    struct ra_error error = {0};
    responder = ocsp_responder_new(world.context, &world.office.registry, &error);
    assert_non_null(responder);
    another_key = EVP_RSA_gen(2048);
    a1_key = EVP_RSA_gen(2048);
    old = certified(OLD_ORDER, "RFB_ECPF_A3", NULL, world.office.holder_key);
    of_another = certified("ABCD1234EFG6", "RFB_ECPF_A3", "39053344705", another_key);
    of_a1 = certified("ABCD1234EFG7", "RFB_ECPF_A1", NULL, a1_key);
    return 0;
}

static int free_world(void **state)
{
    (void)state;
    EVP_PKEY_free(another_key);
    EVP_PKEY_free(a1_key);
    package_world_free(&world);
    return 0;
}

static void make(const struct identity *signer, void (*bend)(struct statement *wish), struct package *package)
{
    const struct recipe recipe = {.order = PACKAGE_ORDER,
                                  .issued = true,
                                  .renews = old,
                                  .responder = responder,
                                  .shown_signer = signer,
                                  .bend_wish = bend};
    office_reset(&world.office);
    package_make(&world, &recipe, package);
}

static void expect(const struct package *package, enum dossier_check_id id, enum dossier_verdict verdict,
                   const char *detail)
{
    struct dossier_report report;
    package_verify(&world, package, &report);
    if (report.checks[id].verdict != verdict || strstr(report.checks[id].detail, detail) == NULL)
        fail_msg("%s is %s (%s)", dossier_check_word(id), dossier_verdict_word(report.checks[id].verdict),
                 report.checks[id].detail);
    assert_int_equal(dossier_holds(&report), verdict == DOSSIER_HOLDS);
}

static void a_renewal_verifies_in_every_check_with_one_agent(void **state)
{
    (void)state;
    struct package package;
    make(old, NULL, &package);
    expect(&package, DOSSIER_CHECK_KEY, DOSSIER_HOLDS, "o titular assinou com o certificado anterior");
    expect(&package, DOSSIER_CHECK_LOG_ACTS, DOSSIER_HOLDS, "");
    expect(&package, DOSSIER_CHECK_SIGNERS, DOSSIER_HOLDS, "um agente");
}

static void other_data(struct statement *wish)
{
    wish->renewal.data[0] ^= 1;
}

static void other_key(struct statement *wish)
{
    wish->renewal.spki[0] ^= 1;
}

static void other_order(struct statement *wish)
{
    wish->order = OLD_ORDER;
}

static void later(struct statement *wish)
{
    wish->issued_at += 3600;
    wish->not_after += 3600;
}

static void what_the_holder_signed_is_this_case_these_data_and_this_key(void **state)
{
    (void)state;
    static const struct {
        void (*bend)(struct statement *wish);
        const char *detail;
    } cases[] = {{other_data, "outros dados"},
                 {other_key, "outra chave"},
                 {other_order, "de outro pedido"},
                 {later, "não estava em vigor"}};
    for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
        struct package package;
        make(old, cases[at].bend, &package);
        expect(&package, DOSSIER_CHECK_KEY, DOSSIER_FAILS, cases[at].detail);
    }
}

static void who_signed_is_the_same_holder_by_an_a3(void **state)
{
    (void)state;
    struct package package;
    make(of_another, NULL, &package);
    expect(&package, DOSSIER_CHECK_KEY, DOSSIER_FAILS, "mesmo titular");
    make(of_a1, NULL, &package);
    expect(&package, DOSSIER_CHECK_KEY, DOSSIER_FAILS, "REN-06");
    make(world.office.outsider, NULL, &package);
    expect(&package, DOSSIER_CHECK_KEY, DOSSIER_FAILS, "");
}

static void the_log_had_the_holder_s_words(void **state)
{
    (void)state;
    struct package package;
    const struct recipe recipe = {
        .order = PACKAGE_ORDER, .issued = true, .renews = old, .responder = responder, .unlogged_wish = true};
    office_reset(&world.office);
    package_make(&world, &recipe, &package);
    expect(&package, DOSSIER_CHECK_LOG_ACTS, DOSSIER_FAILS, "pedido de renovação");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_renewal_verifies_in_every_check_with_one_agent),
        cmocka_unit_test(what_the_holder_signed_is_this_case_these_data_and_this_key),
        cmocka_unit_test(who_signed_is_the_same_holder_by_an_a3),
        cmocka_unit_test(the_log_had_the_holder_s_words),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
