/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rules 3.2: the consultation of a case against a real store. What the database selects and what the rules
 * say must be the same; what cannot be asked holds.
 */
#include "../orders/rooms_fixture.h"
#include "approval/office.h"
#include "identification/neglist.h"
#include "identification/neglist_internal.h"
#include "identification/vault.h"
#include "pki/base/file.h"

#include <stdio.h>
#include <string.h>

static struct office_caller agent = {
    .name = "Ana Agente", .cpf = "52998224725", .role = OFFICE_AGENT, .station = "g1"};
static struct http_request request;
static struct ra_error error;

/* Every test begins with an empty list: its transaction is never committed. */
static int begin(void **state)
{
    (void)state;
    error = (struct ra_error){0};
    request = (struct http_request){.context = talloc_new(NULL),
                                    .app = rooms_app(),
                                    .db = rooms_db(),
                                    .now_us = INT64_C(1795000000000000),
                                    .listener = HTTP_OFFICE,
                                    .principal = &agent,
                                    .role = "agent"};
    assert_done(db_begin(request.db, &error));
    return 0;
}

static int undo(void **state)
{
    (void)state;
    db_rollback(request.db);
    talloc_free(request.db);
    talloc_free(request.context);
    return 0;
}

static int start(void **state)
{
    const uint8_t master[32] = {7};
    char path[512];
    if (rooms_start(state) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/dossier-master.key", rooms_app()->config->keys_dir);
    assert_done(file_write(path, (struct bytes){master, sizeof master}, 0600, &error));
    return 0;
}

static const char *list(const struct neglist_typed *typed)
{
    struct neglist_entry entry;
    const char *id = NULL;
    assert_done(neglist_entry_read(request.context, typed, &entry, &error));
    assert_done(neglist_keep(&request, NULL, &entry, &id, &error));
    return id;
}

static struct order_person marina = {.id = "0b9bb1a2-3b7c-4e8e-9a53-d3f0c1b0a001",
                                     .role = "holder",
                                     .name = "MARINA GONCALVES PRADO",
                                     .cpf = "11144477735",
                                     .birth_date = "1985-08-15",
                                     .email = "marina@cidadao.example",
                                     .phone = "+5519987654321"};
static struct order_company bakery = {
    .cnpj = "12ABC34501DE35", .name = "PADARIA TRES IRMAOS LTDA", .uf = "SP", .city = "CAMPINAS", .cei = ""};

static json_t *consult(bool with_company, const struct order_person *person, enum neglist_verdict wanted)
{
    const struct order order = {
        .id = 1, .ref = "5b9bb1a2-3b7c-4e8e-9a53-d3f0c1b0a005", .company = with_company ? &bakery : NULL};
    enum neglist_verdict verdict = NEGLIST_HIT;
    json_t *hits = NULL;
    assert_done(neglist_consult(&request, &order, person, &verdict, &hits, &error));
    assert_string_equal(json_string_value(json_object_get(hits, "verdict")), neglist_verdict_word(verdict));
    assert_string_equal(neglist_verdict_word(verdict), neglist_verdict_word(wanted));
    return hits;
}

static void verdicts(void **state)
{
    static const struct {
        struct neglist_typed listed;
        bool company;
        enum neglist_verdict verdict;
    } cases[] = {
        {{.fields = {[NEGLIST_CPF] = "11144477735"}}, false, NEGLIST_HIT},
        {{.fields = {[NEGLIST_EMAIL] = "marina@CIDADAO.example"}}, false, NEGLIST_HIT},
        {{.fields = {[NEGLIST_NAME] = "Marina Prado"}}, false, NEGLIST_COULD_NOT_TELL},
        {{.fields = {[NEGLIST_NAME] = "Marina Prado", [NEGLIST_CPF] = "52998224725"}},
         false,
         NEGLIST_COULD_NOT_TELL},
        {{.fields = {[NEGLIST_PHONE] = "(19) 98765-4321"}}, false, NEGLIST_COULD_NOT_TELL},
        {{.fields = {[NEGLIST_NAME] = "Marina Gonçalves", [NEGLIST_PHONE] = "19987654321"}},
         false,
         NEGLIST_HIT},
        {{.fields = {[NEGLIST_NAME] = "Marina"}}, false, NEGLIST_CLEAN},
        {{.fields = {[NEGLIST_NAME] = "Marina Souza"}}, false, NEGLIST_CLEAN},
        {{.fields = {[NEGLIST_CPF] = "52998224725"}}, false, NEGLIST_CLEAN},
        {{.fields = {[NEGLIST_DESCRIPTION] = "Marina Goncalves Prado"}}, false, NEGLIST_CLEAN},
        {{.fields = {[NEGLIST_CNPJ] = "12.abc.345/01de-35"}}, true, NEGLIST_HIT},
        {{.fields = {[NEGLIST_CNPJ] = "12.abc.345/01de-35"}}, false, NEGLIST_CLEAN},
        {{.fields = {[NEGLIST_COMPANY_NAME] = "Padaria Três Irmãos S.A."}}, true, NEGLIST_COULD_NOT_TELL},
        {{.fields = {[NEGLIST_COMPANY_NAME] = "Padaria Três Irmãos", [NEGLIST_NAME] = "Marina Prado"}},
         true,
         NEGLIST_HIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (i > 0)
            begin(state);
        (void)list(&cases[i].listed);
        json_decref(consult(cases[i].company, &marina, cases[i].verdict));
        if (i + 1 < sizeof cases / sizeof *cases)
            undo(state);
    }
}

static void an_empty_list_is_clean(void **state)
{
    (void)state;
    json_t *hits = consult(true, &marina, NEGLIST_CLEAN);
    assert_int_equal(json_integer_value(json_object_get(hits, "total")), 0);
    assert_int_equal(json_array_size(json_object_get(hits, "items")), 0);
    json_decref(hits);
}

static void a_company_alone_is_consulted_by_its_own_data(void **state)
{
    (void)state;
    list(&(struct neglist_typed){.fields = {[NEGLIST_CPF] = "11144477735"}});
    json_decref(consult(true, NULL, NEGLIST_CLEAN));
    list(&(struct neglist_typed){.fields = {[NEGLIST_CNPJ] = "12ABC34501DE35"}});
    json_decref(consult(true, NULL, NEGLIST_HIT));
}

static void nothing_to_ask_holds(void **state)
{
    static const struct order_person nobody = {
        .id = "0b9bb1a2-3b7c-4e8e-9a53-d3f0c1b0a001", .name = "", .cpf = "", .email = "", .phone = ""};
    static const struct order_person garbled = {.id = "0b9bb1a2-3b7c-4e8e-9a53-d3f0c1b0a001",
                                                .name = "ANA LIMA",
                                                .cpf = "123",
                                                .email = "",
                                                .phone = ""};
    (void)state;
    json_decref(consult(false, &nobody, NEGLIST_COULD_NOT_TELL));
    json_decref(consult(false, &garbled, NEGLIST_COULD_NOT_TELL));
    assert_int_equal(error.code, RA_OK);
}

static void a_withdrawn_occurrence_is_no_hit(void **state)
{
    (void)state;
    const char *id = list(&(struct neglist_typed){.fields = {[NEGLIST_CPF] = "11144477735"}});
    json_decref(consult(false, &marina, NEGLIST_HIT));
    assert_done(db_exec(request.db, STATEMENT_NEGLIST_WITHDRAW,
                        DB_VALUES(db_text(id), db_text("withdrawn"), db_text("engano"), db_text("a"),
                                  db_text("b"), db_time(request.now_us)),
                        NULL, &error));
    json_decref(consult(false, &marina, NEGLIST_CLEAN));
}

/* Namesakes in any number must not push the one strong hit out of a bounded answer. */
static void the_strong_hit_is_never_left_off(void **state)
{
    (void)state;
    const char *id = list(&(struct neglist_typed){.fields = {[NEGLIST_CPF] = "11144477735"}});
    request.now_us += 1000000;
    for (size_t i = 0; i < NEGLIST_RESULTS_MAX + 7; i++)
        list(&(struct neglist_typed){.fields = {[NEGLIST_NAME] = "Marina Prado"}});
    json_t *hits = consult(false, &marina, NEGLIST_HIT);
    const json_t *first = json_array_get(json_object_get(hits, "items"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "entry")), id);
    assert_string_equal(json_string_value(json_object_get(first, "strength")), "strong");
    assert_int_equal(json_array_size(json_object_get(hits, "items")), NEGLIST_RESULTS_MAX);
    assert_int_equal(json_integer_value(json_object_get(hits, "total")), NEGLIST_RESULTS_MAX + 8);
    assert_int_equal(json_integer_value(json_object_get(hits, "left_off")), 8);
    json_decref(hits);
}

static void an_unreachable_list_holds(void **state)
{
    const struct order order = {.id = 1, .ref = "5b9bb1a2-3b7c-4e8e-9a53-d3f0c1b0a005"};
    enum neglist_verdict verdict = NEGLIST_CLEAN;
    json_t *hits = NULL;
    (void)state;
    talloc_free(owner_sql("alter table ra.neglist_withdrawal rename to elsewhere"));
    const bool told = neglist_consult(&request, &order, &marina, &verdict, &hits, &error);
    talloc_free(owner_sql("alter table ra.elsewhere rename to neglist_withdrawal"));
    assert_false(told);
    assert_int_equal(verdict, NEGLIST_COULD_NOT_TELL);
    assert_null(hits);
    assert_int_not_equal(error.code, RA_OK);
    assert_false(db_can_commit(request.db, &error));
}

/* Selected by the database, denied by the rules: somebody changed the words behind our back. */
static void a_search_that_disagrees_with_the_rules_holds(void **state)
{
    const struct order order = {.id = 1, .ref = "5b9bb1a2-3b7c-4e8e-9a53-d3f0c1b0a005"};
    enum neglist_verdict verdict = NEGLIST_CLEAN;
    json_t *hits = NULL;
    (void)state;
    db_rollback(request.db);
    talloc_free(owner_sql(
        "insert into ra.neglist_entry (source, name, name_words, agent, station, at) values ('local', "
        "'OUTRA PESSOA', '{MARINA,PRADO}', 'x', 'y', now())"));
    assert_done(db_begin(request.db, &error));
    assert_false(neglist_consult(&request, &order, &marina, &verdict, &hits, &error));
    assert_int_equal(verdict, NEGLIST_COULD_NOT_TELL);
    assert_int_equal(error.code, RA_INTERNAL);
    assert_null(hits);
    db_rollback(request.db);
    talloc_free(
        owner_sql("insert into ra.neglist_withdrawal select id, 'withdrawn', 'teste', 'x', 'y', now() from "
                  "ra.neglist_entry"));
}

/* The search in SQL and the rules in C, side by side, over every pair of a small world of names. */
static void the_database_selects_what_the_rules_select(void **state)
{
    static const char *const names[] = {"Maria Silva",     "Maria da Silva", "Maria Aparecida Silva",
                                        "Silva Maria",     "Maria",          "Maria Maria",
                                        "Ana Maria Silva", "Mariana Silva",  "Ana",
                                        "D'Ávila Lima",    "Davila",         "Ana Lima Ana"};
    enum { NAMES = sizeof names / sizeof *names };
    struct neglist_entry entries[NAMES];
    const char *ids[NAMES];
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        const struct neglist_typed typed = {.fields = {[NEGLIST_NAME] = names[i]}};
        assert_done(neglist_entry_read(request.context, &typed, &entries[i], &error));
        ids[i] = list(&typed);
    }
    for (size_t i = 0; i < 2 * NAMES; i++) {
        const struct neglist_typed typed = {.fields = {[NEGLIST_NAME] = names[i / 2]}};
        struct neglist_query query = {.whole_names = i % 2 == 0};
        struct neglist_found found;
        size_t selected = 0;
        assert_done(neglist_query_read(request.context, &typed, &query, &error));
        assert_done(neglist_search(&request, &query, &found, &error));
        for (size_t n = 0; n < NAMES; n++) {
            size_t at;
            json_t *id;
            bool there = false;
            json_array_foreach(found.entries, at, id) there =
                there || strcmp(json_string_value(id), ids[n]) == 0;
            if (there != neglist_selects(&query, neglist_match(&query, &entries[n].data)))
                fail_msg("%s against %s, whole names %d", names[i / 2], names[n], query.whole_names);
            selected += there;
        }
        assert_int_equal(found.total, selected);
        assert_true(selected > 0);
        json_decref(found.answer);
        json_decref(found.entries);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, undo)
    const struct CMUnitTest tests[] = {
        TEST(verdicts),
        TEST(an_empty_list_is_clean),
        TEST(a_company_alone_is_consulted_by_its_own_data),
        TEST(nothing_to_ask_holds),
        TEST(a_withdrawn_occurrence_is_no_hit),
        TEST(the_strong_hit_is_never_left_off),
        TEST(an_unreachable_list_holds),
        TEST(a_search_that_disagrees_with_the_rules_holds),
        TEST(the_database_selects_what_the_rules_select),
    };
    return cmocka_run_group_tests_name("3.2 consultation of the lista negativa", tests, start, rooms_stop);
}
