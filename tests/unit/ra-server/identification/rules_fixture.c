/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules_fixture.h"

#include "config/config.h"
#include "db/db.h"
#include "db/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PEOPLE_MAX = 12, ROWS_MAX = 40, WORDS_MAX = 14 };

static const struct config *config;
static struct db *connection;
static json_t *snapshots; /* by day: a table of cases asks for the same one hundreds of times */

/* --- the database --- */

int rules_fixture_start(void **state)
{
    struct ra_error error = {0};
    const char *folder = getenv("RA_TEST_PG");
    char sources[4096]; /* ctest starts unit tests at the top of the sources */
    (void)state;
    assert_non_null(folder);
    assert_non_null(getcwd(sources, sizeof sources));
    char *text = talloc_asprintf(NULL,
                                 "home = /tmp\ndatabase = host=%s dbname=ra user=ra_app\n"
                                 "database_owner = host=%s dbname=ra user=ra_owner\n"
                                 "migrations_dir = %s/sql/migrations\nrules_dir = %s/sql/rules\n"
                                 "profiles_dir = %s/pki/profiles\n",
                                 folder, folder, sources, sources, sources);
    assert_done(config_parse(NULL, "test", text, &config, &error));
    talloc_free(text);
    assert_done(migrate(config, &error));
    assert_done(db_connect(NULL, config->database, &statement_table, 0, &connection, &error));
    snapshots = json_object();
    return 0;
}

int rules_fixture_stop(void **state)
{
    (void)state;
    json_decref(snapshots);
    talloc_free(connection);
    talloc_free((void *)(uintptr_t)config);
    return 0;
}

char *rules_owner_sql(const char *sql)
{
    const struct statement_row row = {"test", sql, NULL, 0, "test"};
    const struct statement_table table = {&row, 1};
    struct ra_error error = {0};
    struct db *db = NULL;
    struct db_rows *rows = NULL;
    assert_done(db_connect(NULL, config->database_owner, &table, 0, &db, &error));
    assert_done(db_query(db, db, (enum db_statement)0, DB_NO_VALUES, &rows, &error));
    char *value = talloc_strdup(NULL, db_row_count(rows) > 0 ? row_text(rows, 0, "value") : "");
    talloc_free(db);
    assert_non_null(value);
    return value;
}

json_t *rules_snapshot_json(const char *day)
{
    struct ra_error error = {0};
    struct db_rows *rows = NULL;
    TALLOC_CTX *context = talloc_new(NULL);
    assert_done(
        db_one(connection, context, STATEMENT_IDENTIFICATION_RULES, DB_VALUES(db_text(day)), &rows, &error));
    json_t *snapshot = row_json(rows, 0, "rules");
    talloc_free(context);
    assert_non_null(snapshot);
    return snapshot;
}

static json_t *remembered_snapshot(const char *day)
{
    if (json_object_get(snapshots, day) == NULL)
        json_object_set_new(snapshots, day, rules_snapshot_json(day));
    return json_deep_copy(json_object_get(snapshots, day));
}

struct ruleset *rules_of_json(TALLOC_CTX *context, const json_t *snapshot)
{
    struct ra_error error = {0};
    struct ruleset *ruleset = NULL;
    assert_done(ruleset_read(context, snapshot, "test", &ruleset, &error));
    return ruleset;
}

struct ruleset *rules_on_day(TALLOC_CTX *context, const char *day)
{
    json_t *snapshot = rules_snapshot_json(day);
    struct ruleset *ruleset = rules_of_json(context, snapshot);
    json_decref(snapshot);
    return ruleset;
}

/* --- a case from its line --- */

/* The arrays are longer than any case; the engine's case counts what is used. */
struct building {
    TALLOC_CTX *context;
    const char *line;
    struct engine_person people[PEOPLE_MAX];
    struct engine_answer answers[ROWS_MAX];
    struct engine_document documents[ROWS_MAX];
    struct engine_consultation consultations[ROWS_MAX];
    struct engine_mark marks[ROWS_MAX];
    struct engine_case of;
    const char *policies[ROWS_MAX];
    size_t policy_count;
};

static void not_understood(const struct building *building, const char *what)
{
    fail_msg("case not understood at \"%s\": %s", what, building->line);
}

static const char *const ids[PEOPLE_MAX] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"};

static void add_person(struct building *building, const char *word, const char *birth_date)
{
    enum rules_role role = RULES_ROLE_COUNT;
    size_t place = building->of.people_count;
    if (!rules_role_parse(word, &role) || place == PEOPLE_MAX)
        not_understood(building, word);
    building->people[place] = (struct engine_person){
        .id = role == RULES_ROLE_COMPANY ? "" : ids[place], .role = role, .birth_date = birth_date};
    building->of.people_count++;
}

/* "role" or "roleN". */
static struct engine_person *find_person(struct engine_person *people, size_t count, const char *name)
{
    size_t length = strcspn(name, "0123456789");
    int wanted = name[length] == '\0' ? 1 : name[length] - '0';
    for (size_t i = 0; i < count; i++) {
        const char *word = rules_role_word(people[i].role);
        if (strlen(word) == length && strncmp(word, name, length) == 0 && --wanted == 0)
            return &people[i];
    }
    return NULL;
}

static void declare(struct building *building, const char *number)
{
    size_t length = strcspn(number, "@");
    struct engine_person *person =
        number[length] == '\0'
            ? &building->people[0]
            : find_person(building->people, building->of.people_count, number + length + 1);
    if (person == NULL)
        not_understood(building, number);
    const char **longer = talloc_zero_array(building->context, const char *, 4);
    for (size_t i = 0; i < person->declared_count; i++)
        longer[i] = person->declared[i];
    longer[person->declared_count++] = talloc_strndup(building->context, number, length);
    person->declared = longer;
}

static const char *after(const char *word, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(word, prefix, length) == 0 ? word + length : NULL;
}

/* The person that a word names; NULL: it names none. */
static const char *person_id(const struct building *building, const char *word)
{
    const struct engine_person *person =
        find_person((struct engine_person *)(uintptr_t)building->people, building->of.people_count, word);
    return person == NULL ? NULL : person->id;
}

static void read_fact(struct building *building, const char *const *words, size_t count)
{
    const char *equals = count > 1 ? strchr(words[1], '=') : NULL;
    const char *who = count > 2 ? person_id(building, words[2]) : "";
    if (equals == NULL || who == NULL)
        not_understood(building, "fact");
    building->answers[building->of.answer_count++] = (struct engine_answer){
        who, talloc_strndup(building->context, words[1], (size_t)(equals - words[1])), equals + 1};
}

static void read_document(struct building *building, const char *const *words, size_t count)
{
    if (count < 3)
        not_understood(building, "doc");
    struct engine_document document = {.person_id = building->people[0].id,
                                       .item = words[1],
                                       .kind = words[2],
                                       .number = "",
                                       .issued_on = "",
                                       .expires_on = "",
                                       .via = "",
                                       .original_seen = true,
                                       .photo = true,
                                       .legible = true};
    for (size_t i = 3; i < count; i++) {
        const char *value = NULL;
        if ((value = after(words[i], "number=")) != NULL)
            document.number = value;
        else if ((value = after(words[i], "issued=")) != NULL)
            document.issued_on = value;
        else if ((value = after(words[i], "expires=")) != NULL)
            document.expires_on = value;
        else if ((value = after(words[i], "via=")) != NULL)
            document.via = value;
        else if (strcmp(words[i], "unseen") == 0)
            document.original_seen = false;
        else if (strcmp(words[i], "nophoto") == 0)
            document.photo = false;
        else if (strcmp(words[i], "illegible") == 0)
            document.legible = false;
        else if ((document.person_id = person_id(building, words[i])) == NULL)
            not_understood(building, words[i]);
    }
    building->documents[building->of.document_count++] = document;
}

static void read_consultation(struct building *building, const char *const *words, size_t count)
{
    if (count < 3)
        not_understood(building, "consult");
    struct engine_consultation consultation = {.person_id = building->people[0].id,
                                               .kind = words[1],
                                               .result = words[2],
                                               .day = building->of.day,
                                               .base = "base",
                                               .protocol = "",
                                               .registration = "",
                                               .form_number = "",
                                               .via_seen = ""};
    for (size_t i = 3; i < count; i++) {
        const char *value = after(words[i], "day=");
        if (value != NULL) {
            consultation.day = value;
        } else if (strcmp(words[i], "whole") == 0) {
            consultation.registration = "01234567890";
            consultation.form_number = "123456789";
            consultation.has_evidence = true;
        } else if ((value = after(words[i], "via=")) != NULL) {
            consultation.via_seen = value;
        } else if ((consultation.person_id = person_id(building, words[i])) == NULL) {
            not_understood(building, words[i]);
        }
    }
    building->consultations[building->of.consultation_count++] = consultation;
}

static void read_mark(struct building *building, const char *const *words, size_t count)
{
    if (count < 3)
        not_understood(building, "mark");
    struct engine_mark mark = {building->people[0].id, words[1], words[2], ""};
    for (size_t i = 3; i < count; i++) {
        const char *reason = after(words[i], "reason=");
        if (reason != NULL)
            mark.reason = reason;
        else if ((mark.person_id = person_id(building, words[i])) == NULL)
            not_understood(building, words[i]);
    }
    building->marks[building->of.mark_count++] = mark;
}

static void read_subject(struct building *building, const char *subject)
{
    building->of.subject = subject;
    if (strcmp(subject, "pf") == 0) {
        add_person(building, "holder", "1990-05-10");
    } else {
        add_person(building, "responsible", "1980-05-10");
        add_person(building, "company", "");
    }
}

static void read_statement(struct building *building, const char *const *words, size_t count)
{
    const char *verb = words[0];
    if (strcmp(verb, "pf") == 0 || strcmp(verb, "pj") == 0)
        read_subject(building, verb);
    else if (building->of.people_count == 0)
        not_understood(building, verb);
    else if (strcmp(verb, "video") == 0)
        building->of.mode = "video";
    else if (strcmp(verb, "also") == 0)
        building->people[0].also_representative = true;
    else if (strcmp(verb, "fact") == 0)
        read_fact(building, words, count);
    else if (strcmp(verb, "doc") == 0)
        read_document(building, words, count);
    else if (strcmp(verb, "consult") == 0)
        read_consultation(building, words, count);
    else if (strcmp(verb, "mark") == 0)
        read_mark(building, words, count);
    else if (count < 2)
        not_understood(building, verb);
    else if (strcmp(verb, "day") == 0)
        building->of.day = words[1];
    else if (strcmp(verb, "requested") == 0)
        building->of.requested_on = words[1];
    else if (strcmp(verb, "born") == 0)
        building->people[0].birth_date = words[1];
    else if (strcmp(verb, "declared") == 0)
        declare(building, words[1]);
    else if (strcmp(verb, "policy") == 0)
        building->policies[building->policy_count++] = words[1];
    else if (strcmp(verb, "person") == 0)
        add_person(building, words[1], count > 2 ? words[2] : "1975-03-01");
    else
        not_understood(building, verb);
}

static void read_line(struct building *building, char *line)
{
    char *statements = NULL;
    for (char *one = strtok_r(line, ";", &statements); one != NULL; one = strtok_r(NULL, ";", &statements)) {
        const char *words[WORDS_MAX];
        char *rest = NULL;
        size_t count = 0;
        for (char *word = strtok_r(one, " ", &rest); word != NULL && count < WORDS_MAX;
             word = strtok_r(NULL, " ", &rest))
            words[count++] = word;
        if (count > 0)
            read_statement(building, words, count);
    }
}

static void set_policies(const struct building *building, json_t *snapshot)
{
    for (size_t i = 0; i < building->policy_count; i++) {
        const char *equals = strchr(building->policies[i], '=');
        char key[64];
        if (equals == NULL)
            not_understood(building, building->policies[i]);
        snprintf(key, sizeof key, "%.*s", (int)(equals - building->policies[i]), building->policies[i]);
        json_t *value = json_loads(equals + 1, JSON_DECODE_ANY, NULL);
        assert_non_null(value);
        json_object_set_new(json_object_get(snapshot, "policies"), key, value);
    }
}

struct read_case *rules_read_case(TALLOC_CTX *context, const char *given)
{
    struct ra_error error = {0};
    struct read_case *read = talloc_zero(context, struct read_case);
    struct building *building = talloc_zero(read, struct building);
    assert_non_null(building);
    building->context = building;
    building->line = given;
    building->of = (struct engine_case){.day = RULES_TODAY,
                                        .requested_on = "",
                                        .mode = "in_person",
                                        .media = "software",
                                        .people = building->people,
                                        .answers = building->answers,
                                        .documents = building->documents,
                                        .consultations = building->consultations,
                                        .marks = building->marks};
    read_line(building, talloc_strdup(building, given));
    json_t *snapshot = remembered_snapshot(building->of.day);
    set_policies(building, snapshot);
    read->ruleset = rules_of_json(read, snapshot);
    json_decref(snapshot);
    read->of = building->of;
    assert_done(engine_judge(read, read->ruleset, &read->of, &read->verdict, &error));
    return read;
}

/* --- what is expected --- */

struct checking {
    const struct rule_case *one;
    const struct read_case *read;
    char *unmet;
};

static void unmet(struct checking *checking, const char *expectation, const char *found)
{
    checking->unmet = talloc_asprintf_append(checking->unmet, "\n    expected %s%s%s", expectation,
                                             found == NULL ? "" : ", found ", found == NULL ? "" : found);
}

/* "ITEM" or "ITEM@person", up to `length`. */
static const struct engine_item *find_item(const struct checking *checking, const char *name, size_t length)
{
    char id[32], who[32] = "";
    snprintf(id, sizeof id, "%.*s", (int)length, name);
    char *at = strchr(id, '@');
    if (at != NULL) {
        snprintf(who, sizeof who, "%s", at + 1);
        *at = '\0';
    }
    const struct engine_case *of = &checking->read->of;
    const struct engine_person *person =
        who[0] == '\0' ? NULL
                       : find_person((struct engine_person *)(uintptr_t)of->people, of->people_count, who);
    if (who[0] != '\0' && person == NULL)
        fail_msg("%s: nobody is %s", checking->one->name, who);
    for (size_t i = 0; i < checking->read->verdict.item_count; i++) {
        const struct engine_item *item = &checking->read->verdict.items[i];
        if (strcmp(item->rule->id, id) == 0 && (person == NULL || item->person == person))
            return item;
    }
    return NULL;
}

static bool is_asked(const struct checking *checking, const char *name)
{
    const struct read_case *read = checking->read;
    size_t length = strcspn(name, "@");
    const struct engine_person *person = name[length] == '\0'
                                             ? NULL
                                             : find_person((struct engine_person *)(uintptr_t)read->of.people,
                                                           read->of.people_count, name + length + 1);
    for (size_t i = 0; i < read->verdict.question_count; i++) {
        const struct engine_question *question = &read->verdict.questions[i];
        if (strlen(question->fact->key) == length && strncmp(question->fact->key, name, length) == 0 &&
            (person == NULL || question->person == person))
            return true;
    }
    return false;
}

static void check_state(struct checking *checking, const char *expectation)
{
    const char *equals = strchr(expectation, '=');
    const struct engine_item *item = find_item(checking, expectation, (size_t)(equals - expectation));
    if (item == NULL) {
        unmet(checking, expectation, "no such item");
        return;
    }
    char found[160];
    const char *colon = strchr(equals, ':');
    if (colon == NULL)
        snprintf(found, sizeof found, "%s", engine_state_word(item->state));
    else
        snprintf(found, sizeof found, "%s:%s", engine_state_word(item->state), item->reason);
    if (strcmp(found, equals + 1) != 0)
        unmet(checking, expectation, found);
}

static void check_acceptance(struct checking *checking, const char *expectation)
{
    struct ra_error error = {0};
    const bool may = expectation[0] == '+';
    const char *name = expectation + 1;
    size_t length = strcspn(name, ":");
    const struct engine_item *item = find_item(checking, name, length);
    if (item == NULL) {
        unmet(checking, expectation, "no such item");
        return;
    }
    bool found = engine_may_accept(checking->read->ruleset, &checking->read->of, item, &error);
    if (found != may)
        unmet(checking, expectation, found ? "may accept" : error.reason);
    else if (!may && (strcmp(error.reason, name + length + 1) != 0 || error.code != RA_RULE_REFUSED ||
                      error.source[0] == '\0' || error.detail[0] == '\0'))
        unmet(checking, expectation, error.reason);
}

static void check_waivable(struct checking *checking, const char *expectation, const char *name, bool wanted)
{
    const struct engine_item *item = find_item(checking, name, strlen(name));
    if (item == NULL)
        unmet(checking, expectation, "no such item");
    else if (item->may_waive != wanted)
        unmet(checking, expectation, NULL);
}

static void check_one(struct checking *checking, const char *expectation)
{
    const struct engine_verdict *verdict = &checking->read->verdict;
    const bool not_so = expectation[0] == '-';
    const char *rest = not_so ? expectation + 1 : expectation;
    const char *waivable = after(rest, "waivable:");
    if (waivable != NULL)
        check_waivable(checking, expectation, waivable, !not_so);
    else if (rest[0] == '?' && is_asked(checking, rest + 1) == not_so)
        unmet(checking, expectation, NULL);
    else if (rest[0] == '?')
        return;
    else if (expectation[0] == '+' || expectation[0] == '!')
        check_acceptance(checking, expectation);
    else if (strcmp(rest, "suspended") == 0 && (verdict->suspended == NULL) != not_so)
        unmet(checking, expectation, NULL);
    else if (strcmp(rest, "suspended") == 0)
        return;
    else if (strcmp(expectation, "complete") == 0 || strcmp(expectation, "open") == 0) {
        if (verdict->complete != (expectation[0] == 'c'))
            unmet(checking, expectation, rules_verdict_text(checking->unmet, verdict));
    } else if (not_so && find_item(checking, rest, strlen(rest)) != NULL)
        unmet(checking, expectation, NULL);
    else if (!not_so && strchr(expectation, '=') != NULL)
        check_state(checking, expectation);
    else if (!not_so)
        fail_msg("%s: not an expectation: %s", checking->one->name, expectation);
}

char *rules_check(char *unmet_before, const struct rule_case *one)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct checking checking = {
        .one = one, .read = rules_read_case(context, one->given), .unmet = talloc_strdup(context, "")};
    char *expected = talloc_strdup(context, one->expected), *rest = NULL;
    for (char *word = strtok_r(expected, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        check_one(&checking, word);
    if (checking.unmet[0] != '\0')
        unmet_before = talloc_asprintf_append(unmet_before, "\n%s%s", one->name, checking.unmet);
    talloc_free(context);
    return unmet_before;
}

char *rules_verdict_text(TALLOC_CTX *context, const struct engine_verdict *verdict)
{
    char *text = talloc_asprintf(context, "%s%s", verdict->complete ? "complete" : "open",
                                 verdict->suspended == NULL ? "" : " suspended");
    for (size_t i = 0; i < verdict->item_count; i++) {
        const struct engine_item *item = &verdict->items[i];
        text = talloc_asprintf_append(text, " %s/%s@%s=%s:%s:%s%s", item->rule->id, item->rule->variant,
                                      item->person->id, engine_state_word(item->state), item->reason,
                                      item->detail, item->may_waive ? ":waivable" : "");
    }
    for (size_t i = 0; i < verdict->question_count; i++)
        text = talloc_asprintf_append(text, " ?%s@%s=%s", verdict->questions[i].fact->key,
                                      verdict->questions[i].person == NULL ? ""
                                                                           : verdict->questions[i].person->id,
                                      verdict->questions[i].value);
    assert_non_null(text);
    return text;
}
