/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/signer/office.h"

#include "pki/base/file.h"
#include "pki/trust/roster.h"
#include "tests/support/implicit_confirm.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <dirent.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CLOCK_AHEAD_S = 100 * 86400, TEST_KEY_BITS = 2048, HOUR_S = 3600, DAY_S = 86400 };

static void must(bool ok, const struct ra_error *error)
{
    if (!ok)
        fail_msg("%s (%s)", error->detail, error->reason);
}

static void put(struct office *office, const char *name, struct bytes content, mode_t mode)
{
    struct ra_error error = {0};
    char *path = talloc_asprintf(office->memory, "%s/%s", office->home, name);
    must(file_write(path, content, mode, &error), &error);
}

static void copy(struct office *office, const char *from, const char *to, mode_t mode)
{
    struct ra_error error = {0};
    struct bytes content;
    must(file_read(office->memory, from, 1 << 20, &content, &error), &error);
    put(office, to, content, mode);
}

static void make_folder(struct office *office, const char *name)
{
    char *path = talloc_asprintf(office->memory, "%s%s", office->home, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static struct identity *make_person(struct office *office, const char *file, const char *name,
                                    const char *cpf)
{
    struct ra_error error = {0};
    struct identity *identity = NULL;
    char *path = talloc_asprintf(office->memory, "%s/%s.pem", office->folder, file);
    const struct identity_data data = {name, cpf, "1980-01-31", "pessoa@ar.example"};
    must(credentials_make_identity(&office->registry, &data, path, &error), &error);
    must(identity_load(office->memory, path, NULL, &identity, &error), &error);
    return identity;
}

/* A row that this AR has and the AC does not sell. */
static void write_unsold_profile(struct office *office)
{
    struct ra_error error = {0};
    struct bytes content;
    json_t *row = json_load_file("pki/profiles/RFB_ECPF_A1.json", JSON_REJECT_DUPLICATES, NULL);
    assert_int_equal(json_object_set_new(row, "id", json_string(OFFICE_UNSOLD)), 0);
    assert_int_equal(json_object_set_new(row, "policy_oid", json_string("2.16.76.1.2.1.777777")), 0);
    char *text = json_dumps(row, JSON_INDENT(2));
    content = bytes_of_text(text);
    struct certificate_profile *profile;
    must(profile_parse(office->memory, content, &profile, &error), &error);
    put(office, "conf/profiles/" OFFICE_UNSOLD ".json", content, 0600);
    free(text);
    json_decref(row);
}

static void write_administrators(struct office *office)
{
    BIO *output = BIO_new(BIO_s_mem());
    char *data;
    assert_int_equal(PEM_write_bio_X509(output, identity_certificate(office->admin)), 1);
    long length = BIO_get_mem_data(output, &data);
    put(office, "conf/administrators.pem", (struct bytes){(const uint8_t *)data, (size_t)length}, 0600);
    BIO_free(output);
}

static void write_home(struct office *office)
{
    static const char CONFIGURATION[] = "# homologation\n"
                                        "instance = " OFFICE_INSTANCE "\n"
                                        "environment = homologation\n"
                                        "ar_cnpj = 12345678000195\n"
                                        "log_name = guiche.homologacao/teste\n"
                                        "roster_threshold = 1\n"
                                        "validation_hours = 24\n"
                                        "code_days = 7\n";
    struct ra_error error = {0};
    static const char *const FOLDERS[] = {"", "/conf", "/conf/profiles", "/journal", "/run"};
    for (size_t i = 0; i < sizeof FOLDERS / sizeof *FOLDERS; i++)
        make_folder(office, FOLDERS[i]);
    char *roots = talloc_asprintf(office->memory, "%s/public/roots.pem", office->folder);
    char *ra = talloc_asprintf(office->memory, "%s/conf/ra.pem", office->home);
    char *log_key = talloc_asprintf(office->memory, "%s/conf/log.key", office->home);
    put(office, "conf/signer.conf", bytes_of_text(CONFIGURATION), 0600);
    copy(office, roots, "conf/agents-anchors.pem", 0600);
    copy(office, roots, "conf/ac-anchors.pem", 0600);
    copy(office, "pki/profiles/RFB_ECPF_A1.json", "conf/profiles/RFB_ECPF_A1.json", 0600);
    copy(office, "pki/profiles/RFB_ECPF_A3.json", "conf/profiles/RFB_ECPF_A3.json", 0600);
    write_unsold_profile(office);
    write_administrators(office);
    must(credentials_make_ra(&office->registry, ra, &error), &error);
    must(note_key_create(log_key, &error), &error);
}

void office_read_crls(struct office *office)
{
    static const char *const NAMES[] = {"tmul", "tac5", "tr5"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct ra_error error = {0};
        struct bytes content;
        char *path = talloc_asprintf(office->memory, "%s/public/%s.crl", office->folder, NAMES[i]);
        must(file_read(office->memory, path, 1 << 20, &content, &error), &error);
        office->crls[i] = base64_encode(office->memory, content);
    }
}

void office_corrupt_ac(struct office *office, enum corruption corruption)
{
    struct ra_error error = {0};
    static struct cmp_server_options options;
    options = (struct cmp_server_options){.confirm_seconds = 600, .corruption = corruption};
    TALLOC_FREE(office->ac);
    office->ac = cmp_server_new(office->memory, &office->registry, &options, &error);
    must(office->ac != NULL, &error);
}

static void open_signer(struct office *office)
{
    struct ra_error error = {0};
    must(signer_open(office->memory, office->settings, &office->clock, office->journal, false,
                     &office->signer, &error),
         &error);
}

void office_restart(struct office *office)
{
    TALLOC_FREE(office->signer);
    open_signer(office);
}

void office_reset(struct office *office)
{
    struct ra_error error = {0};
    TALLOC_FREE(office->signer);
    office->line = (struct office_line){.carried = 0};
    remove(talloc_asprintf(office->memory, "%s/journal", office->journal));
    remove(talloc_asprintf(office->memory, "%s/head", office->journal));
    must(ledger_create(office->journal, OFFICE_INSTANCE, clock_now(&office->clock), &error), &error);
    open_signer(office);
    office_expect(office, office_roster(office, 1), "roster");
}

void office_make(struct office *office)
{
    *office = (struct office){.folder = "/tmp/signer-test.XXXXXX", .clock = {CLOCK_AHEAD_S}};
    struct ra_error error = {0};
    office->memory = talloc_new(NULL);
    assert_non_null(mkdtemp(office->folder));
    office->home = talloc_asprintf(office->memory, "%s/signer", office->folder);
    office->journal = talloc_asprintf(office->memory, "%s/journal", office->home);
    office->store.root = office->folder;
    office->registry = (struct registry){&office->store, &office->hierarchy, &office->clock};
    must(hierarchy_init(&office->store, &office->clock, "http://localhost:1", TEST_KEY_BITS, &error) &&
             hierarchy_load(&office->store, &office->hierarchy, &error) &&
             revocation_refresh(&office->registry, false, &error),
         &error);
#define X(member, file, name, cpf) office->member = make_person(office, file, name, cpf);
    OFFICE_PEOPLE(X)
#undef X
    office->holder_key = EVP_RSA_gen(2048);
    office->thief_key = EVP_RSA_gen(2048);
    write_home(office);
    office_read_crls(office);
    office_corrupt_ac(office, CORRUPTION_NONE);
    must(settings_load(office->memory, office->home, NULL, &office->settings, &error), &error);
    office_reset(office);
}

static void remove_tree(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        remove(path);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *inside = talloc_asprintf(NULL, "%s/%s", path, entry->d_name);
        remove_tree(inside);
        talloc_free(inside);
    }
    closedir(folder);
    remove(path);
}

void office_free(struct office *office)
{
    TALLOC_FREE(office->signer);
    talloc_free(office->memory);
    EVP_PKEY_free(office->holder_key);
    EVP_PKEY_free(office->thief_key);
    hierarchy_clear(&office->hierarchy);
    remove_tree(office->folder);
}

/* --- statements --- */

struct statement office_statement(struct office *office, enum statement_type type, const char *order,
                                  int64_t attempt)
{
    int64_t now = clock_now(&office->clock);
    return (struct statement){.type = type,
                              .instance = OFFICE_INSTANCE,
                              .order = order,
                              .attempt = attempt,
                              .issued_at = now,
                              .not_after = now + HOUR_S};
}

struct bytes office_sign(struct office *office, const struct identity *identity,
                         const struct statement *statement)
{
    struct ra_error error = {0};
    struct bytes content, cms;
    must(statement_write(office->memory, statement, &content, &error), &error);
    must(signed_sign(office->memory, identity, statement->type, content, clock_now(&office->clock), &cms,
                     &error),
         &error);
    return cms;
}

json_t *office_base64(struct bytes value)
{
    char *text = base64_encode(NULL, value);
    json_t *encoded = json_string(text);
    talloc_free(text);
    return encoded;
}

json_t *office_crls(struct office *office)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof office->crls / sizeof *office->crls; i++)
        json_array_append_new(list, json_string(office->crls[i]));
    return list;
}

json_t *office_roster(struct office *office, int64_t version)
{
    struct ra_error error = {0};
    struct statement statement = office_statement(office, STATEMENT_ROSTER, "", 0);
    struct roster_entry entries[] = {
        {"ANA BEATRIZ SOUZA TESTE", "73190486204", {0}, ROSTER_AGENT, 0, INT32_MAX},
        {"BRUNO CARVALHO LIMA TESTE", "64081725390", {0}, ROSTER_AGENT, 0, INT32_MAX},
        {"CARLA MENDES ROCHA TESTE", "91527304680", {0}, ROSTER_AGENT, 0, INT32_MAX},
        {"DANIEL FERREIRA ALVES TESTE", "50813697484", {0}, ROSTER_AUDITOR, 0, INT32_MAX},
    };
    const struct identity *people[] = {office->agent1, office->agent2, office->agent3, office->auditor};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        memcpy(entries[i].spki, identity_spki(people[i]), 32);
        entries[i].from = statement.issued_at - DAY_S;
        entries[i].until = statement.issued_at + (int64_t)300 * DAY_S;
    }
    statement.not_after = statement.issued_at + (int64_t)30 * DAY_S;
    statement.roster.version = version;
    statement.roster.count = sizeof entries / sizeof *entries;
    statement.roster.entries = entries;
    struct bytes cms = office_sign(office, office->admin, &statement), bundle;
    must(roster_bundle(office->memory, &cms, 1, &bundle, &error), &error);
    return json_pack("{s:s,s:o}", "type", "roster", "roster", office_base64(bundle));
}

/* --- drafts --- */

static void fill_validation(struct draft *draft)
{
    struct statement_validation *facts = &draft->validation.validation;
    facts->profile.id = "RFB_ECPF_A1";
    facts->profile.term_months = 12;
    facts->profile.media = PROFILE_MEDIA_SOFTWARE;
    memcpy(facts->profile.digest, settings_profile(draft->office->settings, facts->profile.id)->digest, 32);
#define X(member) facts->data.member = "";
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    facts->data.name = "MARIA FICTICIA DA SILVA";
    facts->data.cpf = OFFICE_HOLDER;
    facts->data.birth_date = "1985-08-15";
    facts->data.email = "maria@exemplo.com.br";
    draft->person = (struct statement_person){OFFICE_HOLDER, STATEMENT_ROLE_HOLDER};
    facts->people.count = 1;
    facts->people.items = &draft->person;
    facts->method = IDENTIFICATION_IN_PERSON;
    facts->place.kind = STATEMENT_PLACE_IT;
    facts->place.office = "sede";
    facts->place.ibge = "3509502";
    facts->place.station = "BALCAO-1";
    facts->rules = "2026-11";
    facts->waived.items = draft->waivers;
    facts->media.model = facts->media.serial = facts->media.homologation = "";
    facts->binding.kind = PROFILE_BINDING_CODE;
}

static void make_halves(struct draft *draft)
{
    struct ra_error error = {0};
    const char *order = draft->validation.order;
    must(emission_half_make(draft->counter_half, &error) && emission_half_make(draft->mail_half, &error) &&
             emission_public_key(draft->counter_half, EMISSION_COUNTER, OFFICE_INSTANCE, order,
                                 draft->validation.validation.binding.counter, &error) &&
             emission_public_key(draft->mail_half, EMISSION_MAIL, OFFICE_INSTANCE, order,
                                 draft->verification.verification.mail, &error),
         &error);
    memcpy(draft->used_counter_half, draft->counter_half, EMISSION_HALF_SIZE);
    memcpy(draft->used_mail_half, draft->mail_half, EMISSION_HALF_SIZE);
}

void office_draft(struct office *office, const char *order, int64_t attempt, struct draft *draft)
{
    *draft = (struct draft){.office = office,
                            .validation = office_statement(office, STATEMENT_VALIDATION, order, attempt),
                            .verification = office_statement(office, STATEMENT_VERIFICATION, order, attempt),
                            .first = office->agent1,
                            .second = office->agent2,
                            .key = office->holder_key,
                            .proved_key = office->holder_key,
                            .proof_instance = OFFICE_INSTANCE,
                            .proof_order = order};
    fill_validation(draft);
    draft->verification.verification.has_mail = true;
    draft->verification.verification.waived.items = draft->waivers;
    make_halves(draft);
}

static struct bytes spki_of(struct office *office, EVP_PKEY *key)
{
    unsigned char *encoded = NULL;
    int length = i2d_PUBKEY(key, &encoded);
    assert_true(length > 0);
    struct bytes spki = bytes_copy(office->memory, encoded, (size_t)length);
    OPENSSL_free(encoded);
    return spki;
}

void draft_bind_spki(struct draft *draft)
{
    struct statement_binding *binding = &draft->validation.validation.binding;
    binding->kind = PROFILE_BINDING_SPKI;
    draft->verification.verification.has_mail = false;
    assert_true(sha256(spki_of(draft->office, draft->key), binding->spki));
}

struct bytes office_csr(struct office *office, EVP_PKEY *key)
{
    X509_REQ *request = X509_REQ_new();
    X509_NAME *subject = X509_REQ_get_subject_name(request);
    assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                                (const unsigned char *)"OUTRA PESSOA:00000000000", -1, -1, 0),
                     1);
    assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
    assert_true(X509_REQ_sign(request, key, EVP_sha256()) > 0);
    unsigned char *encoded = NULL;
    int length = i2d_X509_REQ(request, &encoded);
    struct bytes der = bytes_copy(office->memory, encoded, (size_t)length);
    OPENSSL_free(encoded);
    X509_REQ_free(request);
    return der;
}

static json_t *proof(struct draft *draft, enum emission_half kind, const uint8_t digest[32])
{
    if (draft->validation.validation.binding.kind != PROFILE_BINDING_CODE)
        return json_string("");
    struct ra_error error = {0};
    uint8_t made[EMISSION_PROOF_SIZE];
    const struct emission_case about = {.instance = draft->proof_instance,
                                        .order = draft->proof_order,
                                        .validation = digest,
                                        .spki = spki_of(draft->office, draft->proved_key)};
    const uint8_t *half = kind == EMISSION_COUNTER ? draft->used_counter_half : draft->used_mail_half;
    must(emission_prove(half, kind, &about, made, &error), &error);
    return office_base64((struct bytes){made, sizeof made});
}

json_t *office_request(struct draft *draft)
{
    struct office *office = draft->office;
    uint8_t digest[32];
    struct bytes validation = office_sign(office, draft->first, &draft->validation);
    assert_true(sha256(validation, digest));
    if (!draft->keep_validation_digest)
        memcpy(draft->verification.verification.validation, digest, sizeof digest);
    struct bytes verification = {NULL, 0};
    if (!draft->without_verification)
        verification = office_sign(office, draft->second, &draft->verification);
    return json_pack("{s:s,s:o,s:o,s:o,s:{s:o,s:o},s:o}", "type", "issue", "validation",
                     office_base64(validation), "verification", office_base64(verification), "csr",
                     office_base64(office_csr(office, draft->key)), "proofs", "counter",
                     proof(draft, EMISSION_COUNTER, digest), "mail", proof(draft, EMISSION_MAIL, digest),
                     "crls", office_crls(office));
}

/* --- sending --- */

static bool carry(void *context, const char *transaction, struct bytes message, TALLOC_CTX *memory,
                  struct bytes *answer, struct ra_error *error)
{
    struct office *office = context;
    struct office_line *line = &office->line;
    int number = __atomic_add_fetch(&line->carried, 1, __ATOMIC_SEQ_CST);
    assert_int_equal(strlen(transaction), 32);
    snprintf(line->transaction, sizeof line->transaction, "%s", transaction);
    if (line->on_message != NULL)
        line->on_message(number);
    if (line->slow_ms > 0)
        nanosleep(&(struct timespec){0, line->slow_ms * 1000000L}, NULL);
    if (line->loses_request_from > 0 && number >= line->loses_request_from)
        return ra_fail(error, RA_UPSTREAM, "lost");
    if (!cmp_server_handle(office->ac, memory, message, answer, error))
        return false;
    if (line->confirms_for_us && number == 1)
        *answer = implicit_confirm(memory, *answer, office->hierarchy.cmp_key);
    if (line->loses_answer_from > 0 && number >= line->loses_answer_from)
        return ra_fail(error, RA_UPSTREAM, "lost");
    return true;
}

json_t *office_send(struct office *office, json_t *request)
{
    assert_non_null(request);
    const struct signer_channel channel = {.carry = carry, .context = office};
    json_t *answer = signer_handle(office->signer, &channel, request);
    json_decref(request);
    assert_non_null(answer);
    return answer;
}

const char *answer_text(json_t *answer, const char *member)
{
    const char *text = json_string_value(json_object_get(answer, member));
    return text != NULL ? text : "";
}

void office_expect_refused(struct office *office, json_t *request, const char *reason)
{
    json_t *answer = office_send(office, request);
    assert_string_equal(answer_text(answer, "type"), "refused");
    assert_string_equal(answer_text(answer, "reason"), reason);
    json_decref(answer);
}

void office_expect(struct office *office, json_t *request, const char *type)
{
    json_t *answer = office_send(office, request);
    if (strcmp(answer_text(answer, "type"), type) != 0)
        fail_msg("%s: %s %s", answer_text(answer, "type"), answer_text(answer, "reason"),
                 answer_text(answer, "detail"));
    json_decref(answer);
}

static int count_files(struct office *office, const char *name, const char *prefix)
{
    char *path = talloc_asprintf(office->memory, "%s/%s", office->folder, name);
    DIR *folder = opendir(path);
    int count = 0;
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.' && strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    if (folder != NULL)
        closedir(folder);
    return count;
}

int office_count_issued(struct office *office)
{
    return count_files(office, "issued", "");
}

int office_count_revoked(struct office *office)
{
    return count_files(office, "revoked", "");
}
