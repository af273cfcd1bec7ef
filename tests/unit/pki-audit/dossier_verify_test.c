/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A package of a real issue verifies; every way of bending one is found by the check that is there for it,
 * although the forger's manifest lists and signs all of his files rightly.
 */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "package.h"
#include "pki/homolog-ca/revocation.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

static struct package_world world;
static struct package good; /* issued, bound by code */

static int make_world(void **state)
{
    (void)state;
    const struct recipe recipe = {.order = PACKAGE_ORDER, .issued = true};
    package_world_make(&world);
    package_make(&world, &recipe, &good);
    return 0;
}

static int free_world(void **state)
{
    (void)state;
    package_world_free(&world);
    return 0;
}

static void show(const struct dossier_report *report)
{
    for (size_t at = 0; at < DOSSIER_CHECK_COUNT; at++)
        print_message("%-9s %-17s %s\n", dossier_verdict_word(report->checks[at].verdict),
                      dossier_check_word((enum dossier_check_id)at), report->checks[at].detail);
}

static void expect(const struct package *package, enum dossier_check_id id, enum dossier_verdict verdict,
                   const char *detail)
{
    struct dossier_report report;
    package_verify(&world, package, &report);
    const struct dossier_check *check = &report.checks[id];
    if (check->verdict != verdict || strstr(check->detail, detail) == NULL) {
        show(&report);
        fail_msg("%s is %s (%s)", dossier_check_word(id), dossier_verdict_word(check->verdict),
                 check->detail);
    }
    assert_false(dossier_holds(&report));
}

static void expect_fails(const struct package *package, enum dossier_check_id id, const char *detail)
{
    expect(package, id, DOSSIER_FAILS, detail);
}

/* --- what holds --- */

static void an_issued_case_verifies_in_every_check(void **state)
{
    (void)state;
    struct dossier_report report;
    package_verify(&world, &good, &report);
    for (size_t at = 0; at < DOSSIER_CHECK_COUNT; at++) {
        if (at == DOSSIER_CHECK_OTHERS)
            continue; /* nobody refused or revoked */
        if (report.checks[at].verdict != DOSSIER_HOLDS) {
            show(&report);
            fail_msg("%s", dossier_check_word((enum dossier_check_id)at));
        }
    }
    assert_int_equal(report.checks[DOSSIER_CHECK_OTHERS].verdict, DOSSIER_NOT_ASKED);
    assert_true(dossier_holds(&report));
    assert_string_equal(report.order, PACKAGE_ORDER);
    assert_int_equal(report.attempt, 1);
    assert_int_equal(report.documents, 1);
    assert_int_equal(report.leaves, 4);
}

static void without_administrators_the_roster_is_not_proved_and_not_needed(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct dossier_report report;
    const struct dossier_trust trust = {note_key_verifier(world.log), world.anchors, NULL, 1};
    package_write(&world, &good, NULL);
    assert_true(dossier_verify(world.path, &trust, &report, &error));
    assert_int_equal(report.checks[DOSSIER_CHECK_ROSTER].verdict, DOSSIER_HOLDS);
    assert_int_equal(report.checks[DOSSIER_CHECK_ROSTER_SIGNATURE].verdict, DOSSIER_CANNOT_TELL);
    assert_true(dossier_holds(&report));
}

static void a_refused_case_verifies_without_a_verification(void **state)
{
    (void)state;
    struct dossier_report report;
    struct package package;
    const struct recipe recipe = {.order = "7Q2KX0M4ZT9B", .refused = true};
    package_make(&world, &recipe, &package);
    package_verify(&world, &package, &report);
    if (!dossier_holds(&report)) {
        show(&report);
        fail_msg("a refused case");
    }
    assert_int_equal(report.checks[DOSSIER_CHECK_OTHERS].verdict, DOSSIER_HOLDS);
    assert_int_equal(report.checks[DOSSIER_CHECK_VERIFICATION].verdict, DOSSIER_NOT_ASKED);
    assert_int_equal(report.checks[DOSSIER_CHECK_CERTIFICATE].verdict, DOSSIER_NOT_ASKED);
}

static void an_approved_case_without_an_issue_verifies(void **state)
{
    (void)state;
    struct dossier_report report;
    struct package package;
    const struct recipe recipe = {.order = "7Q2KX0M4ZT9C"};
    package_make(&world, &recipe, &package);
    package_verify(&world, &package, &report);
    assert_true(dossier_holds(&report));
    assert_int_equal(report.checks[DOSSIER_CHECK_KEY].verdict, DOSSIER_NOT_ASKED);
}

/* --- documents and leaves --- */

static const char *document_name(const struct package *package)
{
    for (size_t at = 0; at < package->count; at++)
        if (strncmp(package->files[at].name, "documents/", 10) == 0)
            return package->files[at].name;
    return NULL;
}

#define OTHER_DOCUMENT "documents/4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865.pdf"

static void every_document_is_the_one_that_a_leaf_names(void **state)
{
    (void)state;
    struct package package = good;
    package_put(&package, document_name(&good), bytes_of_text("%PDF-1.4 outro"));
    expect_fails(&package, DOSSIER_CHECK_DOCUMENTS, "não é o que o nome");
    package = good;
    package_remove(&package, document_name(&good));
    expect_fails(&package, DOSSIER_CHECK_DOCUMENTS, "falta um documento");
    package = good;
    package_put(&package, OTHER_DOCUMENT, bytes_of_text("1\n")); /* its true name */
    expect_fails(&package, DOSSIER_CHECK_DOCUMENTS, "a mais");
}

/* The annex is described, and nothing is in it that is not. */
static void a_document_of_the_annex_is_described(void **state)
{
    (void)state;
    struct package package = good;
    struct dossier_report report;
    json_t *description = package_json(&good, "dossier.json");
    json_t *annex = json_pack("{s:s, s:s, s:s, s:s}", "id", "a", "item", "term_signature", "part", "annex",
                              "sha256", "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865");
    json_array_append_new(json_object_get(description, "documents"), annex);
    package_put_json(&world, &package, "dossier.json", description);
    expect_fails(&package, DOSSIER_CHECK_DOCUMENTS, "falta um documento");
    package_put(&package, OTHER_DOCUMENT, bytes_of_text("1\n"));
    package_verify(&world, &package, &report);
    assert_true(dossier_holds(&report));
    assert_int_equal(report.documents, 2);
}

static void a_description_beside_the_leaves_is_found(void **state)
{
    (void)state;
    struct package package = good;
    json_t *description = package_json(&good, "dossier.json");
    json_t *document = json_array_get(json_object_get(description, "documents"), 0);
    json_object_set_new(document, "part", json_string("annex"));
    package_put_json(&world, &package, "dossier.json", description);
    expect_fails(&package, DOSSIER_CHECK_DOCUMENTS, "não descreve todos");
    description = package_json(&good, "dossier.json");
    document = json_array_get(json_object_get(description, "documents"), 0);
    json_object_set_new(document, "id", json_string("outro"));
    package_put_json(&world, &package, "dossier.json", description);
    expect_fails(&package, DOSSIER_CHECK_DOCUMENTS, "as folhas não têm");
}

static void a_case_that_changed_after_the_validation_is_void(void **state)
{
    (void)state;
    static const char *const changed[] = {
        "item|DOC-01|holder|waived|", "fact|nationality|pt",
        "consultation|cpf|holder|alert|receita|1||2026-11-26T12:00:00.000000Z"};
    for (size_t at = 0; at < sizeof changed / sizeof changed[0]; at++) {
        struct package package = good;
        json_t *description = package_json(&good, "dossier.json");
        json_t *leaves = json_incref(json_object_get(description, "leaves"));
        json_decref(description);
        json_array_set_new(leaves, 3, json_string(changed[at]));
        package_put_leaves(&world, &package, leaves);
        expect_fails(&package, DOSSIER_CHECK_ROOT, "mudou depois da validação");
    }
    struct package package = good;
    json_t *description = package_json(&good, "dossier.json");
    json_array_remove(json_object_get(description, "leaves"), 0);
    package_put_json(&world, &package, "dossier.json", description);
    expect_fails(&package, DOSSIER_CHECK_ROOT, "não é a das folhas");
}

/* A new attempt: what was signed before is of no effect, whether the case changed or was sent back. */
static void a_void_attempt_proves_nothing(void **state)
{
    (void)state;
    struct package package = good;
    json_t *description = package_json(&good, "dossier.json");
    json_object_set_new(description, "attempt", json_integer(2));
    package_put_json(&world, &package, "dossier.json", description);
    expect(&package, DOSSIER_CHECK_ROOT, DOSSIER_CANNOT_TELL, "não vale mais");
    expect(&package, DOSSIER_CHECK_VALIDATION, DOSSIER_CANNOT_TELL, "não há validação");
    description = package_json(&package, "dossier.json");
    json_t *leaves = json_incref(json_object_get(description, "leaves"));
    json_decref(description);
    json_array_append_new(leaves, json_string("item|DOC-02|holder|accepted|"));
    package_put_leaves(&world, &package, leaves);
    expect_fails(&package, DOSSIER_CHECK_ROOT, "mudou depois da validação da tentativa 1");
}

/* --- statements --- */

static void a_statement_of_another_case_is_found(void **state)
{
    (void)state;
    struct package other;
    struct package package = good;
    const struct recipe recipe = {.order = "7Q2KX0M4ZT9D"};
    package_make(&world, &recipe, &other);
    package_put(&package, "statements/validation-1.p7s", package_get(&other, "statements/validation-1.p7s"));
    expect_fails(&package, DOSSIER_CHECK_VALIDATION, "outro pedido");
    package = good;
    package_put(&package, "statements/verification-1.p7s", package_get(&good, "statements/validation-1.p7s"));
    expect_fails(&package, DOSSIER_CHECK_VERIFICATION, "outro tipo");
    package = good;
    package_remove(&package, "statements/verification-1.p7s");
    expect(&package, DOSSIER_CHECK_VERIFICATION, DOSSIER_CANNOT_TELL, "não há verificação");
    package = good;
    package_put(&package, "statements/validation-2.p7s", package_get(&good, "statements/validation-1.p7s"));
    expect_fails(&package, DOSSIER_CHECK_OTHERS, "outra tentativa");
}

static void a_byte_of_a_statement_is_found(void **state)
{
    (void)state;
    struct bytes cms = package_get(&good, "statements/validation-1.p7s");
    for (size_t at = 60; at < cms.length; at += cms.length / 7) {
        struct package package = good;
        uint8_t *bent = talloc_memdup(world.context, cms.data, cms.length);
        bent[at] ^= 1;
        package_put(&package, "statements/validation-1.p7s", (struct bytes){bent, cms.length});
        expect_fails(&package, DOSSIER_CHECK_VALIDATION, "");
    }
}

static void one_agent_is_enough_only_with_the_mail_half_and_by_the_log(void **state)
{
    (void)state;
    struct dossier_report report;
    struct package package;
    struct package two;
    const struct recipe recipe = {.order = "7Q2KX0M4ZT9S", .alone = true};
    package_make(&world, &recipe, &package);
    package_verify(&world, &package, &report);
    if (!dossier_holds(&report)) {
        show(&report);
        fail_msg("one agent");
    }
    assert_int_equal(report.checks[DOSSIER_CHECK_VERIFICATION].verdict, DOSSIER_NOT_ASKED);
    assert_int_equal(report.checks[DOSSIER_CHECK_PAIR].verdict, DOSSIER_NOT_ASKED);
    assert_string_equal(report.checks[DOSSIER_CHECK_SIGNERS].detail,
                        "um agente; piso do assinador não conferível aqui");

    /* The same statement where the log says that two signed. */
    const struct recipe signed_by_two = {.order = "7Q2KX0M4ZT9S"};
    package_make(&world, &signed_by_two, &two);
    package_put(&package, "audit-proof.json", package_get(&two, "audit-proof.json"));
    expect_fails(&package, DOSSIER_CHECK_LOG_ACTS, "");

    const struct recipe party = {.order = "7Q2KX0M4ZT9T", .alone = true, .party = "73190486204"};
    package_make(&world, &party, &package);
    expect_fails(&package, DOSSIER_CHECK_SIGNERS, "parte do caso");
}

static void one_of_two_agents_by_key_is_not_one_agent(void **state)
{
    (void)state;
    struct package package;
    const struct recipe recipe = {.order = "7Q2KX0M4ZT9V", .by_key = true};
    package_make(&world, &recipe, &package);
    package_remove(&package, "statements/verification-1.p7s");
    expect_fails(&package, DOSSIER_CHECK_LOG_ACTS, "não diz que um agente bastou");
}

/* A refused case may have ended before a second agent saw it; one that brought a certificate has not. */
static void a_refusal_does_not_stand_for_the_second_agent_of_a_certificate(void **state)
{
    (void)state;
    struct package package;
    const struct recipe recipe = {.order = "7Q2KX0M4ZT9W", .issued = true, .refused = true};
    EVP_PKEY *key = world.office.holder_key;
    world.office.holder_key = EVP_RSA_gen(2048);
    package_make(&world, &recipe, &package);
    EVP_PKEY_free(world.office.holder_key);
    world.office.holder_key = key;
    expect(&package, DOSSIER_CHECK_VERIFICATION, DOSSIER_CANNOT_TELL, "não há verificação");
}

static void a_verification_of_another_validation_is_found(void **state)
{
    (void)state;
    struct package first;
    struct package second;
    const struct recipe recipe = {.order = "7Q2KX0M4ZT9E"};
    package_make(&world, &recipe, &first);
    package_make(&world, &recipe, &second); /* another counter half: another validation */
    package_put(&first, "statements/verification-1.p7s",
                package_get(&second, "statements/verification-1.p7s"));
    expect_fails(&first, DOSSIER_CHECK_PAIR, "outra validação");
}

static void signers_are_two_and_nobody_in_the_case(void **state)
{
    (void)state;
    struct package package;
    struct recipe recipe = {.order = "7Q2KX0M4ZT9F", .second = world.office.agent1};
    package_make(&world, &recipe, &package);
    expect_fails(&package, DOSSIER_CHECK_SIGNERS, "mesma pessoa");
    recipe = (struct recipe){.order = "7Q2KX0M4ZT9G", .party = "64081725390"};
    package_make(&world, &recipe, &package);
    expect_fails(&package, DOSSIER_CHECK_SIGNERS, "parte do caso");
}

static void signers_are_agents_by_a_roster_of_the_administrators(void **state)
{
    (void)state;
    struct package package;
    const struct recipe outsider = {.order = "7Q2KX0M4ZT9H", .second = world.office.outsider};
    const struct recipe auditor = {.order = "7Q2KX0M4ZT9J", .first = world.office.auditor};
    package_make(&world, &outsider, &package);
    expect_fails(&package, DOSSIER_CHECK_ROSTER, "não era agente");
    package_make(&world, &auditor, &package);
    expect_fails(&package, DOSSIER_CHECK_ROSTER, "não era agente");
    package = good;
    package_remove(&package, "rosters/1.der");
    expect(&package, DOSSIER_CHECK_ROSTER, DOSSIER_CANNOT_TELL, "nenhuma lista");

    STACK_OF(X509) *pinned = world.administrators;
    world.administrators = sk_X509_new_null();
    sk_X509_push(world.administrators, identity_certificate(world.office.auditor));
    expect_fails(&good, DOSSIER_CHECK_ROSTER_SIGNATURE, "administradores");
    sk_X509_free(world.administrators);
    world.administrators = pinned;
}

static void a_signer_revoked_before_is_found_and_one_revoked_after_is_not(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct package before;
    struct package after;
    struct dossier_report report;
    const struct recipe old = {.order = "7Q2KX0M4ZT9K", .second = world.office.agent3, .age_s = 600};
    const struct recipe fresh = {.order = "7Q2KX0M4ZT9M", .second = world.office.agent3};
    assert_true(revocation_add(&world.office.registry, identity_certificate(world.office.agent3), 1, &error));
    office_read_crls(&world.office);
    package_make(&world, &old, &after);
    package_verify(&world, &after, &report);
    assert_int_equal(report.checks[DOSSIER_CHECK_REVOCATION].verdict, DOSSIER_HOLDS);
    package_make(&world, &fresh, &before);
    expect_fails(&before, DOSSIER_CHECK_REVOCATION, "revogado");
}

static void without_a_crl_nobody_can_tell(void **state)
{
    (void)state;
    struct package package = good;
    struct dossier_report report;
    package_remove(&package, "crls/1.crl");
    package_verify(&world, &package, &report);
    assert_int_equal(report.checks[DOSSIER_CHECK_REVOCATION].verdict, DOSSIER_CANNOT_TELL);
    assert_true(dossier_holds(&report));
}

/* --- the certificate --- */

static void a_certificate_of_another_order_is_found(void **state)
{
    (void)state;
    struct package other;
    struct package package = good;
    const struct recipe recipe = {.order = "7Q2KX0M4ZT9N", .issued = true};
    EVP_PKEY *key = world.office.holder_key;
    world.office.holder_key = world.office.thief_key;
    package_make(&world, &recipe, &other);
    world.office.holder_key = key;
    package_put(&package, "certificate.pem", package_get(&other, "certificate.pem"));
    expect_fails(&package, DOSSIER_CHECK_KEY, "não são desta chave");
    expect_fails(&package, DOSSIER_CHECK_LOG_ACTS, "emissão deste certificado");
    package_remove(&package, "certificate.pem");
    expect_fails(&package, DOSSIER_CHECK_LOG_ACTS, "o certificado não está no dossiê");
}

static void an_agents_certificate_is_not_the_approved_one(void **state)
{
    (void)state;
    struct package package = good;
    BIO *output = BIO_new(BIO_s_mem());
    char *data = NULL;
    assert_int_equal(PEM_write_bio_X509(output, identity_certificate(world.office.agent1)), 1);
    long length = BIO_get_mem_data(output, &data);
    package_put(&package, "certificate.pem", bytes_copy(world.context, data, (size_t)length));
    BIO_free(output);
    expect(&package, DOSSIER_CHECK_CERTIFICATE, DOSSIER_CANNOT_TELL, "certificado da AC");
    expect_fails(&package, DOSSIER_CHECK_KEY, "não são desta chave");
}

static void another_profile_or_office_is_found(void **state)
{
    (void)state;
    struct package package = good;
    json_t *row = package_json(&good, "profile.json");
    json_object_set_new(row, "term_months", json_integer(36));
    package_put_json(&world, &package, "profile.json", row);
    expect_fails(&package, DOSSIER_CHECK_CERTIFICATE, "não é o perfil");
    package = good;
    json_t *description = package_json(&good, "dossier.json");
    json_object_set_new(description, "ra_cnpj", json_string("11222333000181"));
    package_put_json(&world, &package, "dossier.json", description);
    expect_fails(&package, DOSSIER_CHECK_CERTIFICATE, "nome do titular");
}

/* --- the log --- */

static void only_this_log_proves_only_this_case(void **state)
{
    (void)state;
    struct package package = good;
    json_t *proof = package_json(&good, "audit-proof.json");
    json_object_set_new(proof, "order", json_string("7Q2KX0M4ZT9B"));
    package_put_json(&world, &package, "audit-proof.json", proof);
    expect_fails(&package, DOSSIER_CHECK_LOG, "outro pedido");
    proof = package_json(&good, "audit-proof.json");
    json_array_remove(json_object_get(proof, "leaves"), 0);
    package_put_json(&world, &package, "audit-proof.json", proof);
    expect_fails(&package, DOSSIER_CHECK_LOG_ACTS, "não está no registro");
    package_remove(&package, "audit-proof.json");
    expect(&package, DOSSIER_CHECK_LOG, DOSSIER_CANNOT_TELL, "faltam as provas");

    struct ra_error error = {0};
    struct note_key *log = world.log;
    char *path = talloc_asprintf(world.context, "%s/other.key", world.office.folder);
    assert_true(note_key_create(path, &error) &&
                note_key_load(world.context, path, "guiche.homologacao/teste", &world.log, &error));
    expect_fails(&good, DOSSIER_CHECK_LOG, "");
    world.log = log;
}

/* --- the manifest --- */

static void expect_exporter(struct identity *signer, const char *detail)
{
    struct ra_error error = {0};
    struct dossier_report report;
    const struct dossier_trust trust = {note_key_verifier(world.log), world.anchors, world.administrators, 1};
    package_write(&world, &good, signer);
    assert_true(dossier_verify(world.path, &trust, &report, &error));
    assert_int_equal(report.checks[DOSSIER_CHECK_MANIFEST].verdict, DOSSIER_FAILS);
    assert_non_null(strstr(report.checks[DOSSIER_CHECK_MANIFEST].detail, detail));
    assert_false(dossier_holds(&report));
}

/* Key and certificates as an identity. */
static struct identity *identity_of(EVP_PKEY *key, X509 *certificate, struct bytes chain)
{
    struct ra_error error = {0};
    struct identity *identity = NULL;
    BIO *output = BIO_new(BIO_s_mem());
    char *data = NULL;
    assert_int_equal(PEM_write_bio_PrivateKey(output, key, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(PEM_write_bio_X509(output, certificate), 1);
    assert_true(chain.length == 0 || BIO_write(output, chain.data, (int)chain.length) > 0);
    long length = BIO_get_mem_data(output, &data);
    assert_true(identity_parse(world.context, (struct bytes){(const uint8_t *)data, (size_t)length}, NULL,
                               &identity, &error));
    BIO_free(output);
    return identity;
}

static void a_stranger_and_the_holder_sign_no_manifest(void **state)
{
    (void)state;
    X509 *self_made = X509_new();
    X509_set_version(self_made, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(self_made), 7);
    X509_gmtime_adj(X509_getm_notBefore(self_made), 0);
    X509_gmtime_adj(X509_getm_notAfter(self_made), 86400 * 200);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(self_made), "CN", MBSTRING_UTF8,
                               (const unsigned char *)"SERVIDOR DE EXPORTACAO", -1, -1, 0);
    X509_set_issuer_name(self_made, X509_get_subject_name(self_made));
    X509_set_pubkey(self_made, world.office.thief_key);
    assert_true(X509_sign(self_made, world.office.thief_key, EVP_sha256()) > 0);
    expect_exporter(identity_of(world.office.thief_key, self_made, (struct bytes){NULL, 0}), "caminho");
    X509_free(self_made);

    struct bytes pem = package_get(&good, "certificate.pem");
    BIO *input = BIO_new_mem_buf(pem.data, (int)pem.length);
    X509 *holder = PEM_read_bio_X509(input, NULL, NULL, NULL);
    BIO_free(input);
    expect_exporter(identity_of(world.office.holder_key, holder, package_get(&good, "chain.pem")),
                    "parte do caso");
    X509_free(holder);
}

static void what_is_no_package_is_refused(void **state)
{
    (void)state;
    struct ra_error error = {0};
    struct dossier_report report;
    const struct dossier_trust trust = {note_key_verifier(world.log), world.anchors, world.administrators, 1};
    struct package package = good;
    package_remove(&package, "dossier.json");
    package_write(&world, &package, NULL);
    assert_false(dossier_verify(world.path, &trust, &report, &error));
    assert_string_equal(error.reason, "dossier-malformed");
    package = good;
    package_put(&package, "dossier.json", bytes_of_text("{\"format\":\"guiche-dossier-v2\"}"));
    package_write(&world, &package, NULL);
    assert_false(dossier_verify(world.path, &trust, &report, &error));
    assert_string_equal(error.reason, "dossier-malformed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_issued_case_verifies_in_every_check),
        cmocka_unit_test(without_administrators_the_roster_is_not_proved_and_not_needed),
        cmocka_unit_test(a_refused_case_verifies_without_a_verification),
        cmocka_unit_test(an_approved_case_without_an_issue_verifies),
        cmocka_unit_test(every_document_is_the_one_that_a_leaf_names),
        cmocka_unit_test(a_document_of_the_annex_is_described),
        cmocka_unit_test(a_description_beside_the_leaves_is_found),
        cmocka_unit_test(a_case_that_changed_after_the_validation_is_void),
        cmocka_unit_test(a_void_attempt_proves_nothing),
        cmocka_unit_test(a_statement_of_another_case_is_found),
        cmocka_unit_test(a_byte_of_a_statement_is_found),
        cmocka_unit_test(a_refusal_does_not_stand_for_the_second_agent_of_a_certificate),
        cmocka_unit_test(a_verification_of_another_validation_is_found),
        cmocka_unit_test(one_agent_is_enough_only_with_the_mail_half_and_by_the_log),
        cmocka_unit_test(one_of_two_agents_by_key_is_not_one_agent),
        cmocka_unit_test(signers_are_two_and_nobody_in_the_case),
        cmocka_unit_test(signers_are_agents_by_a_roster_of_the_administrators),
        cmocka_unit_test(without_a_crl_nobody_can_tell),
        cmocka_unit_test(a_certificate_of_another_order_is_found),
        cmocka_unit_test(an_agents_certificate_is_not_the_approved_one),
        cmocka_unit_test(another_profile_or_office_is_found),
        cmocka_unit_test(only_this_log_proves_only_this_case),
        cmocka_unit_test(a_stranger_and_the_holder_sign_no_manifest),
        cmocka_unit_test(what_is_no_package_is_refused),
        cmocka_unit_test(a_signer_revoked_before_is_found_and_one_revoked_after_is_not),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
