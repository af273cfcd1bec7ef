/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Protocol 6: a certificate is revoked by its holder's own word, and by nobody else's; an AC that answers
 * late, twice, never or garbage leaves one known state.
 */
#include "pki/trust/holder_revocation.h"
#include "tests/unit/signer/office.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

enum { HOUR_S = 3600, DAY_S = 86400 };

#define ORDER       "ABCD1234EFG5"
#define OTHER_ORDER "ZZZZ9999ZZZ9"
#define PASSWORD    "uma senha longa"

static struct office office;
static json_t *issued;

static int make(void **state)
{
    (void)state;
    office_make(&office);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    office_free(&office);
    return 0;
}

static json_t *issue(const char *order, EVP_PKEY *key)
{
    struct draft draft;
    office_draft(&office, order, 1, &draft);
    draft.key = draft.proved_key = key;
    json_t *answer = office_send(&office, office_request(&draft));
    assert_string_equal(answer_text(answer, "type"), "issued");
    return answer;
}

static int reset(void **state)
{
    (void)state;
    office_reset(&office);
    issued = issue(ORDER, office.holder_key);
    office.line.carried = 0;
    return 0;
}

static int forget(void **state)
{
    (void)state;
    json_decref(issued);
    return 0;
}

/* The word as an honest holder says it, before a test bends it. */
struct word {
    const char *kind;
    const char *order;
    json_int_t attempt;
    struct holder_revocation about;
    EVP_PKEY *key;        /* signs */
    const char *password; /* NULL: none */
    EVP_PKEY *registrar;  /* registers the password's key */
    const char *certificate;
};

static struct word honest(const char *kind)
{
    return (struct word){.kind = kind,
                         .order = ORDER,
                         .attempt = 1,
                         .about = {OFFICE_INSTANCE, ORDER, 4, clock_now(&office.clock)},
                         .key = office.holder_key,
                         .password = strcmp(kind, "password") == 0 ? PASSWORD : NULL,
                         .registrar = office.holder_key,
                         .certificate = answer_text(issued, "certificate")};
}

/* Deriving takes its time; every test of this file derives the same. */
static const uint8_t *seed_of(const char *password)
{
    static uint8_t right[ED25519_SEED_SIZE], wrong[ED25519_SEED_SIZE];
    static bool derived;
    struct ra_error error = {0};
    if (!derived)
        assert_true(revocation_password_seed(PASSWORD, OFFICE_INSTANCE, ORDER, right, &error) &&
                    revocation_password_seed("outra senha longa", OFFICE_INSTANCE, ORDER, wrong, &error));
    derived = true;
    return strcmp(password, PASSWORD) == 0 ? right : wrong;
}

static json_t *request_of(const struct word *word)
{
    struct ra_error error = {0};
    struct bytes signature = {NULL, 0}, registration = {NULL, 0};
    uint8_t public_key[ED25519_KEY_SIZE], made[ED25519_SIGNATURE_SIZE];
    if (word->password != NULL) {
        assert_true(ed25519_public(seed_of(PASSWORD), public_key, &error) &&
                    revocation_key_register(office.memory, word->registrar, OFFICE_INSTANCE, ORDER,
                                            public_key, &registration, &error) &&
                    revocation_password_sign(seed_of(word->password), &word->about, made, &error));
        signature = (struct bytes){made, sizeof made};
    } else {
        assert_true(holder_revocation_sign(office.memory, word->key, &word->about, &signature, &error));
    }
    json_t *holder =
        json_pack("{s:s,s:s,s:I,s:I,s:I,s:o,s:o,s:o,s:s}", "kind", word->kind, "order", word->order,
                  "attempt", word->attempt, "reason", (json_int_t)word->about.reason, "issued_at",
                  (json_int_t)word->about.issued_at, "signature", office_base64(signature), "public_key",
                  office_base64(word->password != NULL ? (struct bytes){public_key, sizeof public_key}
                                                       : (struct bytes){NULL, 0}),
                  "registration", office_base64(registration), "responsible", "");
    return json_pack("{s:s,s:[],s:s,s:[],s:o}", "type", "revoke", "statements", "certificate",
                     word->certificate, "crls", "holder", holder);
}

static void protocol_6_the_holder_revokes_by_the_certificate_s_key(void **state)
{
    (void)state;
    const struct word word = honest("key");
    int before = office_count_revoked(&office);
    office_expect(&office, request_of(&word), "revoked");
    assert_int_equal(office_count_revoked(&office), before + 1);
    int carried = office.line.carried;
    office_restart(&office);
    office_expect(&office, request_of(&word), "revoked"); /* said again: done is done */
    assert_int_equal(office.line.carried, carried);
}

static void protocol_6_the_holder_revokes_by_the_password_chosen_at_emission(void **state)
{
    (void)state;
    const struct word word = honest("password");
    int before = office_count_revoked(&office);
    office_expect(&office, request_of(&word), "revoked");
    assert_int_equal(office_count_revoked(&office), before + 1);
}

static void protocol_1_nobody_else_s_word_revokes(void **state)
{
    (void)state;
    json_t *other = issue(OTHER_ORDER, office.thief_key);
    int before = office_count_revoked(&office);
    struct word word = honest("key");
    word.key = office.thief_key;
    office_expect_refused(&office, request_of(&word), "proof-revocation");

    word = honest("password");
    word.password = "outra senha longa";
    office_expect_refused(&office, request_of(&word), "proof-revocation");

    word = honest("password"); /* a public half of the thief's own, put into the database */
    word.registrar = office.thief_key;
    office_expect_refused(&office, request_of(&word), "revocation-key");

    word = honest("key"); /* the word for one order, carried to another one's certificate */
    word.certificate = answer_text(other, "certificate");
    office_expect_refused(&office, request_of(&word), "proof-revocation");
    word.key = office.thief_key; /* by that one's own key */
    office_expect_refused(&office, request_of(&word), "order-mismatch");

    word = honest("key"); /* the same, the order renamed */
    word.certificate = answer_text(other, "certificate");
    word.order = OTHER_ORDER;
    office_expect_refused(&office, request_of(&word), "proof-revocation");

    word = honest("key");
    word.attempt = 2;
    office_expect_refused(&office, request_of(&word), "order-mismatch");

    word = honest("key");
    word.about.instance = OFFICE_OTHER;
    office_expect_refused(&office, request_of(&word), "proof-revocation");

    word = honest("responsible");
    office_expect_refused(&office, request_of(&word), "certificate-malformed");
    assert_int_equal(office_count_revoked(&office), before);
    assert_int_equal(office.line.carried > 0, true); /* the other order's issue alone */
    json_decref(other);
}

static void protocol_6_an_old_word_is_none_and_a_word_once_believed_stays(void **state)
{
    (void)state;
    struct word word = honest("key");
    word.about.issued_at -= DAY_S + HOUR_S;
    office_expect_refused(&office, request_of(&word), "proof-expired");
    word = honest("key");
    word.about.issued_at += HOUR_S;
    office_expect_refused(&office, request_of(&word), "proof-expired");
    word = honest("key");
    office.line.loses_request_from = 1;
    office_expect(&office, request_of(&word), "pending");
    office.line = (struct office_line){.carried = 0};
    office.clock.offset_s += 2 * DAY_S; /* the AC was away for longer than a word lives */
    office_expect(&office, request_of(&word), "revoked");
    office.clock.offset_s -= 2 * DAY_S;
}

static void an_ac_that_answers_late_or_never_leaves_the_revocation_pending_and_once(void **state)
{
    (void)state;
    const struct word word = honest("key");
    int before = office_count_revoked(&office);
    office.line.loses_request_from = 1;
    office_expect(&office, request_of(&word), "pending");
    office_restart(&office);
    office_expect(&office, request_of(&word), "pending");
    office.line = (struct office_line){.loses_answer_from = 1};
    office_expect(&office, request_of(&word), "pending"); /* it is revoked, and nobody heard */
    office.line = (struct office_line){.carried = 0};
    office_expect(&office, request_of(&word), "revoked");
    assert_int_equal(office_count_revoked(&office), before + 1);
}

static void malformed_words_are_refused(void **state)
{
    (void)state;
    const struct word word = honest("key");
    static const struct {
        const char *member;
        const char *value;
    } bent[] = {{"kind", "\"agent\""},    {"reason", "6"},        {"reason", "\"1\""},
                {"signature", "\"%%%\""}, {"attempt", "0"},       {"order", "\"CURTO\""},
                {"responsible", "7"},     {"public_key", "null"}, {"more", "1"}};
    for (size_t i = 0; i < sizeof bent / sizeof *bent; i++) {
        json_t *request = request_of(&word);
        json_object_set_new(json_object_get(request, "holder"), bent[i].member,
                            json_loads(bent[i].value, JSON_DECODE_ANY, NULL));
        office_expect_refused(&office, request, "malformed");
    }
    json_t *both = request_of(&word);
    json_array_append_new(json_object_get(both, "statements"), json_string("AAAA"));
    office_expect_refused(&office, both, "malformed");
    json_t *neither = request_of(&word);
    json_object_del(neither, "holder");
    office_expect_refused(&office, neither, "malformed");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, reset, forget)
    const struct CMUnitTest tests[] = {
        TEST(protocol_6_the_holder_revokes_by_the_certificate_s_key),
        TEST(protocol_6_the_holder_revokes_by_the_password_chosen_at_emission),
        TEST(protocol_1_nobody_else_s_word_revokes),
        TEST(protocol_6_an_old_word_is_none_and_a_word_once_believed_stays),
        TEST(an_ac_that_answers_late_or_never_leaves_the_revocation_pending_and_once),
        TEST(malformed_words_are_refused),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
