/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who passes at the office's door (protocol 5, 8): the certificate is judged anew, and only the signed roster
 * says what its holder is. Against a private PostgreSQL; a small authority makes the people.
 */
#include "approval/approval.h"
#include "approval/office.h"
#include "approval/trust_internal.h"
#include "approval/trust_state.h"
#include "authority.h"
#include "catalog/catalog.h"
#include "config/config.h"
#include "db/db.h"
#include "db/migrate.h"
#include "floors/check.h"
#include "pki/base/file.h"
#include "pki/trust/roster.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum door_person { AGENT, AUDITOR, ADMINISTRATOR, STRANGER, PERSONS };
static const char *const cpfs[PERSONS] = {"11144477735", "52998224725", "39053344705", "12345678909"};

struct world {
    struct authority *authority;
    char folder[32];
    const struct config *config;
    struct ra_app app;
    struct db *db;
    X509 *people[PERSONS];
    struct identity *administrator;
};

static time_t now(void)
{
    const struct ra_clock clock = {0};
    return clock_now(&clock);
}

/* otherName .3.1: birth date, CPF, the rest absent. */
static void add_cpf(X509 *certificate, EVP_PKEY *issuer_key, const char *cpf)
{
    char value[160];
    snprintf(value, sizeof value, "otherName:2.16.76.1.3.1;PRINTABLESTRING:01011980%s%s", cpf,
             "00000000000000000000000000");
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
    assert_true(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
}

static X509 *make_person(struct world *world, unsigned slot, const char *cpf, time_t until)
{
    const struct certificate_recipe recipe = {
        .name = "PESSOA DE TESTE",
        .key = test_key(slot),
        .issuer = world->authority->issuing,
        .issuer_key = world->authority->issuing_key,
        .key_usage = "critical,digitalSignature,nonRepudiation",
        .not_before = now() - 2 * TEST_DAY,
        .not_after = until,
        .serial = 100 + (long)slot,
    };
    X509 *certificate = make_certificate(&recipe);
    if (cpf != NULL) {
        add_cpf(certificate, world->authority->issuing_key, cpf);
    }
    return certificate;
}

static void write_pem(const struct world *world, const char *name, X509 *certificate)
{
    struct ra_error error = {0};
    char path[96];
    char *text = NULL;
    BIO *pem = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509(pem, certificate), 1);
    long length = BIO_get_mem_data(pem, &text);
    snprintf(path, sizeof path, "%s/%s", world->folder, name);
    assert_done(file_write(path, (struct bytes){(const uint8_t *)text, (size_t)length}, 0600, &error));
    BIO_free(pem);
}

static void write_crl(const struct world *world, const char *name, X509 *issuer, EVP_PKEY *key,
                      const X509 *revoked)
{
    struct ra_error error = {0};
    char path[96];
    unsigned char *der = NULL;
    X509_CRL *crl = make_crl(issuer, key, now() - 3600, now() + 3600, revoked);
    int length = i2d_X509_CRL(crl, &der);
    assert_true(length > 0);
    snprintf(path, sizeof path, "%s/crl/%s", world->folder, name);
    assert_done(file_write(path, (struct bytes){der, (size_t)length}, 0600, &error));
    OPENSSL_free(der);
    X509_CRL_free(crl);
}

static void load_config(struct world *world)
{
    struct ra_error error = {0};
    char text[2048];
    char here[512];
    const char *pg = getenv("RA_TEST_PG");
    assert_non_null(pg);
    assert_non_null(getcwd(here, sizeof here));
    snprintf(text, sizeof text,
             "home = %s\ndatabase = host=%s dbname=ra user=ra_app\n"
             "database_owner = host=%s dbname=ra user=ra_owner\nmigrations_dir = %s/sql/migrations\n"
             "rules_dir = %s/sql/rules\nprofiles_dir = %s/pki/profiles\nagents_anchors = "
             "roots.pem\nadministrators = "
             "administrators.pem\ncrl_dir = crl\n",
             world->folder, pg, pg, here, here, here);
    assert_done(config_parse(NULL, "test", text, &world->config, &error));
    assert_done(migrate(world->config, &error));
    world->app.config = world->config;
}

static void make_files(struct world *world)
{
    char path[96];
    write_pem(world, "roots.pem", world->authority->root);
    write_pem(world, "administrators.pem", world->people[ADMINISTRATOR]);
    snprintf(path, sizeof path, "%s/crl", world->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_pem(world, "crl/issuing.pem", world->authority->issuing);
    write_crl(world, "root.crl", world->authority->root, world->authority->root_key, NULL);
    write_crl(world, "issuing.crl", world->authority->issuing, world->authority->issuing_key, NULL);
}

static int setup(void **state)
{
    struct ra_error error = {0};
    struct world *world = calloc(1, sizeof *world);
    void *authority = NULL;
    assert_int_equal(authority_setup(&authority), 0);
    world->authority = authority;
    for (unsigned person = 0; person < PERSONS; person++) {
        world->people[person] = make_person(world, 2 + person, cpfs[person], now() + TEST_DAY);
    }
    struct bytes pem =
        identity_pem(world->authority, test_key(2 + ADMINISTRATOR), world->people[ADMINISTRATOR], NULL);
    assert_done(identity_parse(world->authority, pem, &(struct identity_passphrase){0}, &world->administrator,
                               &error));
    snprintf(world->folder, sizeof world->folder, "/tmp/ra-door.XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    load_config(world);
    make_files(world);
    assert_done(db_connect(NULL, world->config->database, &statement_table, 0, &world->db, &error));
    assert_done(catalog_room.start(&world->app, world->db, &error));
    assert_done(approval_room.start(&world->app, world->db, &error));
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    static const char *const files[] = {"roots.pem",     "administrators.pem", "crl/issuing.pem",
                                        "crl/root.crl",  "crl/issuing.crl",    "crl/second.pem",
                                        "crl/second.crl"};
    char path[96];
    approval_room.stop(&world->app);
    catalog_room.stop(&world->app);
    talloc_free(world->db);
    talloc_free((void *)(uintptr_t)world->config);
    for (size_t at = 0; at < sizeof files / sizeof files[0]; at++) {
        snprintf(path, sizeof path, "%s/%s", world->folder, files[at]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/crl", world->folder);
    rmdir(path);
    rmdir(world->folder);
    for (unsigned person = 0; person < PERSONS; person++) {
        X509_free(world->people[person]);
    }
    void *authority = world->authority;
    authority_teardown(&authority);
    free(world);
    return 0;
}

/* --- knocking --- */

static const struct http_route route = {.operation = "test"};

/* One request with this certificate (NULL: none) through the authorizer. */
struct knock {
    struct http_request request;
    struct http_pair headers[2];
    struct ra_error error;
};

static bool knock(struct world *world, X509 *certificate, http_authorize *authorize, struct knock *knock)
{
    unsigned char *der = NULL;
    int length = certificate != NULL ? i2d_X509(certificate, &der) : 0;
    *knock = (struct knock){.headers = {{"x-station", "balcao-2"}, {"x-clock", "0"}}};
    knock->request = (struct http_request){
        .context = talloc_new(NULL),
        .app = &world->app,
        .db = world->db,
        .now_us = (int64_t)now() * 1000000,
        .route = &route,
        .listener = HTTP_OFFICE,
        .headers = {knock->headers, 2},
    };
    knock->request.client_certificate =
        length > 0 ? bytes_copy(knock->request.context, der, (size_t)length) : (struct bytes){NULL, 0};
    OPENSSL_free(der);
    struct ra_error error = {0};
    assert_done(db_begin(world->db, &error));
    bool passed = authorize(&knock->request, &knock->error);
    assert_done(db_commit(world->db, &error));
    return passed;
}

static void leave(struct knock *knock)
{
    talloc_free(knock->request.context);
}

static void assert_turned_away(struct world *world, X509 *certificate, http_authorize *authorize,
                               enum ra_error_code code, const char *reason)
{
    struct knock turned;
    assert_false(knock(world, certificate, authorize, &turned));
    assert_string_equal(turned.error.reason, reason);
    assert_int_equal(turned.error.code, code);
    assert_null(office_caller(&turned.request));
    leave(&turned);
}

static void fill_entry(struct world *world, enum door_person person, enum roster_role role, int64_t until,
                       struct roster_entry *entry)
{
    struct ra_error error = {0};
    *entry = (struct roster_entry){
        .name = "PESSOA DE TESTE", .cpf = cpfs[person], .role = role, .from = now() - 100, .until = until};
    assert_done(signed_spki_digest(world->people[person], entry->spki, &error));
}

/* A roster of agent, auditor and administrator, in force from now on. */
static void install_roster(struct world *world, int64_t version, int64_t agent_until)
{
    struct ra_error error = {0};
    struct roster_entry entries[3];
    TALLOC_CTX *context = talloc_new(NULL);
    fill_entry(world, AGENT, ROSTER_AGENT, agent_until, &entries[0]);
    fill_entry(world, AUDITOR, ROSTER_AUDITOR, now() + TEST_DAY, &entries[1]);
    fill_entry(world, ADMINISTRATOR, ROSTER_ADMIN, now() + TEST_DAY, &entries[2]);
    const struct statement statement = {
        .type = STATEMENT_ROSTER,
        .instance = TEST_INSTANCE,
        .order = "",
        .issued_at = now() - 10,
        .not_after = now() + TEST_DAY,
        .roster = {version, 3, entries},
    };
    struct bytes content;
    struct bytes cms;
    struct bytes bundle;
    assert_done(statement_write(context, &statement, &content, &error));
    assert_done(signed_sign(context, world->administrator, STATEMENT_ROSTER, content, now(), &cms, &error));
    assert_done(roster_bundle(context, &cms, 1, &bundle, &error));
    assert_done(trust_roster_install(&world->app, bundle, now(), &error));
    talloc_free(context);
}

/* --- before there is a roster --- */

static void without_a_roster_only_administrators_pass(void **state)
{
    struct world *world = *state;
    struct knock passed;
    assert_turned_away(world, world->people[AGENT], office_authorize_any, RA_FORBIDDEN, "roster-missing");
    assert_true(knock(world, world->people[ADMINISTRATOR], office_authorize_admin, &passed));
    assert_int_equal(office_caller(&passed.request)->role, OFFICE_ADMIN);
    assert_string_equal(office_caller(&passed.request)->cpf, cpfs[ADMINISTRATOR]);
    leave(&passed);
    assert_turned_away(world, world->people[ADMINISTRATOR], office_authorize_agent, RA_FORBIDDEN,
                       "roster-role");
}

/* --- with one --- */

static void an_agent_is_who_the_roster_says(void **state)
{
    struct world *world = *state;
    struct knock passed;
    install_roster(world, 1, now() + TEST_DAY);
    assert_true(knock(world, world->people[AGENT], office_authorize_agent, &passed));
    const struct office_caller *caller = office_caller(&passed.request);
    assert_int_equal(caller->role, OFFICE_AGENT);
    assert_string_equal(caller->name, "PESSOA DE TESTE");
    assert_string_equal(caller->cpf, cpfs[AGENT]);
    assert_string_equal(caller->station, "balcao-2");
    assert_string_equal(caller->serial, "66");
    assert_int_equal(strlen(caller->spki), 64);
    assert_true(caller->clock_known);
    assert_int_equal(caller->clock_offset_ms, -passed.request.now_us / 1000);
    leave(&passed);
}

static void roles_open_their_own_doors_alone(void **state)
{
    struct world *world = *state;
    static const struct {
        enum door_person person;
        http_authorize *authorize;
        bool passes;
    } doors[] = {
        {AGENT, office_authorize_any, true},
        {AGENT, office_authorize_auditor, false},
        {AGENT, office_authorize_admin, false},
        {AUDITOR, office_authorize_any, true},
        {AUDITOR, office_authorize_auditor, true},
        {AUDITOR, office_authorize_agent, false},
        {AUDITOR, office_authorize_admin, false},
        {ADMINISTRATOR, office_authorize_admin, true},
        {ADMINISTRATOR, office_authorize_agent, false},
        {ADMINISTRATOR, office_authorize_auditor, false},
    };
    for (size_t at = 0; at < sizeof doors / sizeof doors[0]; at++) {
        struct knock result;
        bool passed = knock(world, world->people[doors[at].person], doors[at].authorize, &result);
        assert_int_equal(passed, doors[at].passes);
        if (!passed) {
            assert_string_equal(result.error.reason, "roster-role");
        }
        leave(&result);
    }
}

static void a_good_certificate_outside_the_roster_is_nobody(void **state)
{
    assert_turned_away(*state, ((struct world *)*state)->people[STRANGER], office_authorize_any, RA_FORBIDDEN,
                       "roster-not-listed");
}

static void no_certificate_is_unauthenticated(void **state)
{
    assert_turned_away(*state, NULL, office_authorize_any, RA_UNAUTHENTICATED, "certificate-missing");
}

static void a_certificate_of_another_authority_is_turned_away(void **state)
{
    struct world *world = *state;
    const struct certificate_recipe recipe = {
        .name = "PESSOA DE TESTE",
        .key = test_key(2 + AGENT),
        .issuer = NULL,
        .issuer_key = test_key(2 + AGENT),
        .key_usage = "critical,digitalSignature,nonRepudiation",
        .not_before = now() - TEST_DAY,
        .not_after = now() + TEST_DAY,
        .serial = 7,
    };
    X509 *certificate = make_certificate(&recipe);
    add_cpf(certificate, test_key(2 + AGENT), cpfs[AGENT]);
    assert_turned_away(world, certificate, office_authorize_any, RA_UNAUTHENTICATED, "statement-certificate");
    X509_free(certificate);
}

static void an_expired_certificate_is_turned_away(void **state)
{
    struct world *world = *state;
    X509 *certificate = make_person(world, 2 + AGENT, cpfs[AGENT], now() - 3600);
    assert_turned_away(world, certificate, office_authorize_any, RA_UNAUTHENTICATED, "statement-certificate");
    X509_free(certificate);
}

static void a_certificate_without_cpf_is_turned_away(void **state)
{
    struct world *world = *state;
    X509 *certificate = make_person(world, 2 + AGENT, NULL, now() + TEST_DAY);
    assert_turned_away(world, certificate, office_authorize_any, RA_UNAUTHENTICATED,
                       "certificate-without-cpf");
    X509_free(certificate);
}

/* The roster binds key and person: a new certificate of the same key for somebody else is not the agent's. */
static void the_cpf_must_be_the_rosters(void **state)
{
    struct world *world = *state;
    X509 *certificate = make_person(world, 2 + AGENT, cpfs[STRANGER], now() + TEST_DAY);
    assert_turned_away(world, certificate, office_authorize_any, RA_FORBIDDEN, "roster-not-listed");
    X509_free(certificate);
}

static void a_forged_header_of_a_certificate_is_no_certificate(void **state)
{
    struct world *world = *state;
    struct knock result;
    struct ra_error error = {0};
    assert_false(knock(world, NULL, office_authorize_any, &result));
    result.request.client_certificate =
        bytes_of_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    result.error = (struct ra_error){0};
    assert_done(db_begin(world->db, &error));
    assert_false(office_authorize_any(&result.request, &result.error));
    assert_int_equal(result.error.code, RA_UNAUTHENTICATED);
    db_rollback(world->db);
    leave(&result);
}

static void an_entry_that_ended_is_nobody(void **state)
{
    struct world *world = *state;
    install_roster(world, 2, now() - 1);
    assert_turned_away(world, world->people[AGENT], office_authorize_any, RA_FORBIDDEN, "roster-not-listed");
    install_roster(world, 3, now() + TEST_DAY);
}

static void an_older_roster_is_refused(void **state)
{
    struct world *world = *state;
    struct ra_error error = {0};
    TALLOC_CTX *context = talloc_new(NULL);
    struct roster *roster = NULL;
    assert_false(trust_roster_judge(&world->app, context, bytes_of_text("none"), now(), &roster, &error));
    int64_t version = 0;
    int64_t not_after = 0;
    assert_true(trust_roster_facts(&world->app, &version, &not_after));
    assert_int_equal(version, 3);
    talloc_free(context);
}

/* --- whose CRLs are asked for --- */

/* The person's certificate says that the CRL of `issuer` is at `address`; signed by `key`. */
static X509 *certificate_with_address(X509 *issuer, EVP_PKEY *key, const char *address)
{
    char value[96];
    const struct certificate_recipe recipe = {
        .name = "PESSOA DE TESTE",
        .key = test_key(2 + AGENT),
        .issuer = issuer,
        .issuer_key = key,
        .key_usage = "critical,digitalSignature,nonRepudiation",
        .not_before = now() - TEST_DAY,
        .not_after = now() + TEST_DAY,
        .serial = 900,
    };
    X509 *certificate = make_certificate(&recipe);
    snprintf(value, sizeof value, "URI:%s", address);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_crl_distribution_points, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

static X509 *second_authority(const struct world *world)
{
    return make_certificate(&(struct certificate_recipe){.name = "Segunda AC de Teste",
                                                         .key = test_key(6),
                                                         .issuer = world->authority->root,
                                                         .issuer_key = world->authority->root_key,
                                                         .key_usage = "critical,keyCertSign,cRLSign",
                                                         .authority = true,
                                                         .not_before = now() - TEST_DAY,
                                                         .not_after = now() + TEST_DAY,
                                                         .serial = 901});
}

static void read_folder_anew(struct world *world)
{
    struct ra_error error = {0};
    struct job_run run = {
        .context = talloc_new(NULL), .app = &world->app, .db = world->db, .now_us = (int64_t)now() * 1000000};
    assert_done(trust_refresh_run(&run, &error));
    talloc_free(run.context);
}

static void assert_refused_for(struct world *world, X509 *certificate, const char *reason)
{
    struct ra_error error = {0};
    assert_false(trust_check_certificate(&world->app, certificate, now(), &error));
    assert_string_equal(error.reason, reason);
}

static void the_paths_of_the_configured_certificates_are_known_from_the_start(void **state)
{
    struct world *world = *state;
    const struct trust_state *trust = world->app.room_state[ROOM_APPROVAL];
    assert_int_equal(trust->needed_count, 2); /* the administrator's issuer, and the root above it */
}

/* Else anybody could fill the table, and send the server to addresses of their choice. */
static void only_a_certificate_that_its_issuer_signed_teaches_an_address(void **state)
{
    struct world *world = *state;
    const struct trust_state *trust = world->app.room_state[ROOM_APPROVAL];
    size_t before = trust->needed_count;
    X509 *second = second_authority(world);
    X509 *unknown = certificate_with_address(second, test_key(6), "http://ac.example/antes.crl");
    assert_refused_for(world, unknown, "statement-certificate");
    assert_int_equal(trust->needed_count, before);

    write_pem(world, "crl/second.pem", second);
    read_folder_anew(world);
    X509 *forged = certificate_with_address(second, test_key(5), "http://ladrao.example/lcr.crl");
    assert_refused_for(world, forged, "statement-certificate");
    assert_int_equal(trust->needed_count, before);

    X509 *true_one = certificate_with_address(second, test_key(6), "http://ac.example/lcr.crl");
    assert_refused_for(world, true_one, "crl-missing");
    assert_int_equal(trust->needed_count, before + 1);
    assert_string_equal(trust->needed[before].crl_address, "http://ac.example/lcr.crl");

    struct ra_error error = {0};
    write_crl(world, "second.crl", second, test_key(6), NULL);
    read_folder_anew(world);
    assert_done(trust_check_certificate(&world->app, true_one, now(), &error));
    X509_free(true_one);
    X509_free(forged);
    X509_free(unknown);
    X509_free(second);
}

/* Last: a revoked certificate needs no new start to be turned away. */
static void a_revoked_certificate_is_turned_away_at_the_next_reading(void **state)
{
    struct world *world = *state;
    write_crl(world, "issuing.crl", world->authority->issuing, world->authority->issuing_key,
              world->people[AGENT]);
    read_folder_anew(world);
    assert_turned_away(world, world->people[AGENT], office_authorize_any, RA_UNAUTHENTICATED,
                       "certificate-revoked");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_roster_only_administrators_pass),
        cmocka_unit_test(an_agent_is_who_the_roster_says),
        cmocka_unit_test(roles_open_their_own_doors_alone),
        cmocka_unit_test(a_good_certificate_outside_the_roster_is_nobody),
        cmocka_unit_test(no_certificate_is_unauthenticated),
        cmocka_unit_test(a_certificate_of_another_authority_is_turned_away),
        cmocka_unit_test(an_expired_certificate_is_turned_away),
        cmocka_unit_test(a_certificate_without_cpf_is_turned_away),
        cmocka_unit_test(the_cpf_must_be_the_rosters),
        cmocka_unit_test(a_forged_header_of_a_certificate_is_no_certificate),
        cmocka_unit_test(an_entry_that_ended_is_nobody),
        cmocka_unit_test(an_older_roster_is_refused),
        cmocka_unit_test(the_paths_of_the_configured_certificates_are_known_from_the_start),
        cmocka_unit_test(only_a_certificate_that_its_issuer_signed_teaches_an_address),
        cmocka_unit_test(a_revoked_certificate_is_turned_away_at_the_next_reading),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
