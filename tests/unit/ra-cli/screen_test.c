/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The counter's screen without a terminal: keys in, commands out.
 */
#include "ra-cli/screen/events.h"
#include "ra-cli/screen/keys.h"
#include "ra-cli/screen/model.h"
#include "ra-cli/screen/transport.h"
#include "ra-cli/screen/words_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* --- an office of three people --- */

static const char queue_text[] = "{\"items\":[{\"order\":\"AAAAAAAAAAAA\",\"ticket\":\"A001\",\"name\":"
                                 "\"ANA\",\"product\":\"ecpf-a1\",\"state\":"
                                 "\"waiting\",\"start\":\"2026-11-26T09:00:00-03:00\",\"deadline\":null},"
                                 "{\"order\":\"BBBBBBBBBBBB\",\"ticket\":\"A002\",\"name\":\"BIA\","
                                 "\"product\":\"ecpf-a1\",\"state\":\"booked\","
                                 "\"start\":\"2026-11-26T09:30:00-03:00\",\"deadline\":null}],\"inbox\":[{"
                                 "\"order\":\"CCCCCCCCCCCC\",\"name\":"
                                 "\"CAIO\",\"validated_by\":\"DORA\"}]}";
static const char items_text[] =
    "{\"complete\":false,\"items\":["
    "{\"id\":\"ATT-01\",\"kind\":\"presence\",\"person\":\"holder\",\"person_id\":\"p1\",\"person_name\":"
    "\"ANA\","
    "\"required\":true,\"state\":\"%s\",\"text\":\"Presente\"},"
    "{\"id\":\"PFBR-01\",\"kind\":\"document\",\"person\":\"holder\",\"person_id\":\"p1\",\"required\":true,"
    "\"state\":"
    "\"%s\",\"text\":\"Documento\",\"alternatives\":[\"rg\",\"cnh\"],\"alternative_names\":[\"RG\",\"CNH\"]},"
    "{\"id\":\"REC-01\",\"kind\":\"consultation\",\"consult\":\"cpf\",\"person\":\"holder\",\"person_id\":"
    "\"p1\","
    "\"required\":true,\"state\":\"%s\",\"text\":\"Receita\"},"
    "{\"id\":\"PJ-01\",\"kind\":\"attestation\",\"person\":\"company\",\"person_id\":\"\",\"required\":true,"
    "\"state\":"
    "\"%s\",\"text\":\"Empresa\"}],\"questions\":[{\"key\":\"signature\",\"person_id\":\"\",\"question\":"
    "\"Como "
    "assina?\",\"options\":[\"sole\",\"joint\"],\"labels\":[\"isolada\",\"em "
    "conjunto\"],\"value\":\"sole\"}]}";

struct office {
    struct screen_model *model;
    const char *states[4]; /* of the four items */
    const char *attendance;
    const char *queue;   /* another queue than the usual one; NULL */
    const char *refusal; /* what the next act is refused with; NULL: it succeeds */
    json_t *last;        /* words of the last act */
    size_t acts;
};

static json_t *checklist(const struct office *office)
{
    char text[2048];
    snprintf(text, sizeof text, items_text, office->states[0], office->states[1], office->states[2],
             office->states[3]);
    return json_loads(text, 0, NULL);
}

static json_t *answer(struct office *office, const struct screen_job *job)
{
    switch (job->kind) {
    case JOB_QUEUE:
        return json_loads(office->queue == NULL ? queue_text : office->queue, 0, NULL);
    case JOB_CASE:
        return json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:s}}", "order", job->order, "product", "ecpf-a1", "states",
                         "appointment", "none", "attendance", office->attendance, "identification", "open",
                         "issuance", "none");
    case JOB_ITEMS:
        return checklist(office);
    case JOB_REASONS:
        return json_loads("{\"reasons\":[{\"code\":\"not_legible\",\"text\":\"Não está nítido\"}]}", 0, NULL);
    case JOB_LISTS:
        return json_loads(
            "{\"date\":\"2026-11-24\",\"products\":[{\"id\":\"ecpf-a1\",\"name\":\"e-CPF A1\"}],"
            "\"priorities\":[{\"id\":\"80+\",\"text\":\"80 anos ou mais\"}]}",
            0, NULL);
    case JOB_FIND:
        return json_loads("{\"items\":[{\"order\":\"DDDDDDDDDDDD\",\"name\":\"DAVI\"}]}", 0, NULL);
    case JOB_CHOICES:
        return json_loads("{\"folder\":\"/scan\",\"files\":[\"/scan/1.jpg\",\"/scan/2.jpg\"]}", 0, NULL);
    case JOB_ACT:
        return json_pack("{s:s,s:s}", "order", job->order[0] == '\0' ? "AAAAAAAAAAAA" : job->order, "ticket",
                         "A001");
    case JOB_TEXT:
    case JOB_LOCK:
    case JOB_UNLOCK:
        break;
    }
    return json_object();
}

static void serve(struct office *office)
{
    struct screen_job job;
    while (screen_take_job(office->model, &job)) {
        struct screen_result result = {.ok = true, .document = answer(office, &job), .text = "texto"};
        if (job.kind == JOB_ACT) {
            json_decref(office->last);
            office->last = json_incref(job.words);
            office->acts++;
            result.ok = office->refusal == NULL;
            result.problem = office->refusal;
        }
        screen_done(office->model, &job, &result);
        json_decref(result.document);
        json_decref(job.words);
    }
}

static void keys(struct office *office, const char *text)
{
    for (; *text != '\0'; text++) {
        int key = *text == '\n' ? SCREEN_ENTER : *text == '\t' ? SCREEN_TAB : (unsigned char)*text;
        if ((key & 0xE0) == 0xC0) /* two bytes of UTF-8 are enough for Portuguese */
            key = (key & 0x1F) << 6 | (*++text & 0x3F);
        screen_key(office->model, key);
        serve(office);
    }
}

static void says(const struct office *office, const char *words)
{
    char joined[600] = "";
    size_t used = 0, index;
    json_t *word;
    json_array_foreach(office->last, index, word) used += (size_t)snprintf(
        joined + used, sizeof joined - used, "%s%s", index == 0 ? "" : " ", json_string_value(word));
    assert_string_equal(joined, words);
}

static int open_office(void **state)
{
    struct office *office = talloc_zero(NULL, struct office);
    *office =
        (struct office){.attendance = "waiting", .states = {"accepted", "pending", "pending", "pending"}};
    office->model = screen_new(office, "agent1", false);
    serve(office);
    *state = office;
    return 0;
}

static int close_office(void **state)
{
    struct office *office = *state;
    json_decref(office->last);
    talloc_free(office);
    return 0;
}

/* --- the table --- */

static void every_key_means_one_thing_in_a_place(void **state)
{
    (void)state;
    for (const struct screen_act *act = screen_acts; act->key != 0; act++) {
        assert_true(strlen(act->label) > 0 && strlen(act->help) > 0);
        for (const struct screen_act *other = act + 1; other->key != 0; other++)
            if (other->key == act->key)
                assert_int_equal(other->places & act->places, 0);
    }
}

static void the_help_page_tells_every_key(void **state)
{
    struct office *office = *state;
    keys(office, "?");
    assert_int_equal(office->model->page, PAGE_TEXT);
    char *page = talloc_strdup(office, "");
    for (size_t i = 0; i < office->model->text.count; i++) { /* a line that was wrapped is whole again */
        const char *line = office->model->text.lines[i];
        const size_t blanks = strspn(line, " ");
        page = talloc_strdup_append(page, blanks > 2 ? line + blanks : line);
    }
    for (const struct screen_act *act = screen_acts; act->key != 0; act++)
        assert_non_null(strstr(page, act->help));
}

/* A line of help goes on under its text, not under its key; nothing of it is lost in a narrower terminal. */
static void a_text_is_wrapped_anew_when_the_terminal_changes(void **state)
{
    struct office *office = *state;
    static const char text[] = "  k      Chama este caso, que espera na fila. [ra-cli call]\nfim";
    static const size_t widths[] = {80, 40, 30, 120};
    screen_read(office->model, text, "Leia");
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        screen_size(office->model, 19, widths[i]);
        char *whole = talloc_strdup(office, "");
        for (size_t line = 0; line < office->model->text.count; line++) {
            const char *one = office->model->text.lines[line];
            const bool goes_on = line > 0 && line + 1 < office->model->text.count;
            assert_true(strlen(one) <= widths[i]);
            assert_int_equal(strspn(one, " "), goes_on ? 9 : line == 0 ? 2 : 0);
            whole = talloc_strdup_append(whole, goes_on ? one + 9 : one);
        }
        assert_string_equal(whole, "  k      Chama este caso, que espera na fila. [ra-cli call]fim");
    }
}

static void the_help_line_fits_eighty_columns(void **state)
{
    struct office *office = *state;
    const char *pages[] = {"1", "2", "1\n", "d"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        keys(office, pages[i]);
        const char *line = keys_line(office, office->model, 80);
        size_t columns = 0;
        for (; *line != '\0'; line++)
            columns += ((unsigned char)*line & 0xC0) != 0x80;
        assert_in_range(columns, 20, 80);
    }
}

/* --- the queue and the case --- */

static void enter_opens_the_case_and_stands_on_the_first_item_that_is_missing(void **state)
{
    struct office *office = *state;
    keys(office, "\n");
    assert_int_equal(office->model->page, PAGE_CASE);
    assert_string_equal(screen_front(office->model)->order, "AAAAAAAAAAAA");
    assert_int_equal(screen_front(office->model)->at, 1);
}

static void a_case_is_identified_with_few_keys(void **state)
{
    struct office *office = *state;
    keys(office, "\n\n");
    assert_non_null(office->model->form);
    keys(office, "1011201510012035");
    office->states[1] = "accepted";
    keys(office, "123\n");
    says(office, "item accept --person p1 -- AAAAAAAAAAAA PFBR-01");
    assert_string_equal(office->model->form->command, "consult");
    office->states[2] = "accepted";
    keys(office, "P-1\n");
    says(office, "consult --person p1 --result ok --protocol P-1 -- AAAAAAAAAAAA cpf");
    assert_null(office->model->form);
    assert_int_equal(screen_front(office->model)->at, 3);
    office->states[3] = "accepted";
    keys(office, "a");
    says(office, "item accept -- AAAAAAAAAAAA PJ-01");
}

static void a_document_goes_with_what_was_typed(void **state)
{
    struct office *office = *state;
    keys(office, "\nd10112015100120");
    keys(office, "35123");
    screen_key(office->model, SCREEN_SEND);
    serve(office);
    says(office, "document add --person p1 --kind rg --issued 2015-11-10 --expires 2035-01-10 --number 123 "
                 "--original-seen -- AAAAAAAAAAAA PFBR-01 /scan/1.jpg");
}

static void an_incomplete_date_is_not_sent(void **state)
{
    struct office *office = *state;
    keys(office, "\nd1011\n");
    assert_non_null(office->model->form);
    assert_string_equal(office->model->form->problem, "Emissão: incompleto");
    assert_int_equal(office->acts, 0);
}

static void a_question_is_answered_by_the_beginning_of_a_word(void **state)
{
    struct office *office = *state;
    keys(office, "\nfem\n");
    says(office, "fact -- AAAAAAAAAAAA signature joint");
}

static void who_has_no_hour_is_a_walk_in(void **state)
{
    struct office *office = *state;
    keys(office, "\ni80\n");
    says(office, "checkin --priority 80+ --walk-in -- AAAAAAAAAAAA");
}

static void a_callers_case_stands_beside_the_one_in_hand(void **state)
{
    struct office *office = *state;
    office->attendance = "called";
    keys(office, "\n/davi\n");
    assert_string_equal(screen_front(office->model)->order, "DDDDDDDDDDDD");
    keys(office, "mligar amanhã\n");
    says(office, "note -- DDDDDDDDDDDD ligar amanhã");
    keys(office, "x");
    assert_string_equal(screen_front(office->model)->order, "AAAAAAAAAAAA");
    assert_int_equal(screen_front(office->model)->at, 1);
}

/* Issue 4.6: refresh pushed by the server; a key is meant for who was chosen when it was pressed. */
static void who_is_chosen_stays_chosen_when_others_come(void **state)
{
    struct office *office = *state;
    screen_key(office->model, SCREEN_DOWN);
    office->queue = "{\"items\":[{\"order\":\"EEEEEEEEEEEE\"},{\"order\":\"AAAAAAAAAAAA\"},"
                    "{\"order\":\"BBBBBBBBBBBB\"}],\"inbox\":[]}";
    screen_refresh(office->model);
    serve(office);
    keys(office, "k");
    says(office, "call -- BBBBBBBBBBBB");
}

static void a_screen_opened_anew_finds_the_case_that_the_agent_has_in_hand(void **state)
{
    struct office *office = *state;
    office->attendance = "called";
    office->queue = "{\"agent\":\"ANA\",\"items\":[],\"inbox\":[],\"agents\":[{\"name\":\"BIA\",\"order\":"
                    "\"BBBBBBBBBBBB\"},{\"name\":\"ANA\",\"order\":\"AAAAAAAAAAAA\"}]}";
    screen_refresh(office->model);
    serve(office);
    assert_int_equal(office->model->page, PAGE_QUEUE);
    keys(office, "x");
    assert_int_equal(office->model->page, PAGE_CASE);
    assert_string_equal(screen_front(office->model)->order, "AAAAAAAAAAAA");
    assert_true(screen_front(office->model)->row_count > 0);
    keys(office, "/davi\n");
    assert_string_equal(screen_front(office->model)->order, "DDDDDDDDDDDD");
    keys(office, "1x");
    screen_refresh(office->model);
    serve(office);
    assert_string_equal(screen_front(office->model)->order, "DDDDDDDDDDDD"); /* and takes nobody's place */
}

/* --- what is typed while something runs --- */

static void what_is_typed_while_an_act_runs_is_played_after_it(void **state)
{
    struct office *office = *state;
    keys(office, "\n");
    screen_key(office->model, 'k');
    screen_key(office->model, 'a');
    assert_int_equal(office->model->waiting_count, 1);
    serve(office);
    assert_int_equal(office->acts, 2);
    says(office, "item accept --person p1 -- AAAAAAAAAAAA PFBR-01");
}

static void a_refusal_throws_away_what_was_typed_after_it(void **state)
{
    struct office *office = *state;
    keys(office, "\n");
    office->refusal = "não pode";
    screen_key(office->model, 'k');
    screen_key(office->model, 'a');
    serve(office);
    assert_int_equal(office->acts, 1);
    assert_true(office->model->message_is_problem);
    assert_non_null(strstr(office->model->message, "não pode"));
}

static void an_older_search_does_not_overwrite_a_newer_one(void **state)
{
    struct office *office = *state;
    struct screen_job first, second;
    keys(office, "/");
    for (const char *c = "dav"; *c != '\0'; c++)
        screen_key(office->model, *c);
    assert_true(screen_take_job(office->model, &first));
    screen_key(office->model, 'i');
    assert_true(screen_take_job(office->model, &second));
    json_t *newer = json_pack("{s:[{s:s}]}", "items", "order", "NEW"), *older = json_pack("{s:[]}", "items");
    screen_done(office->model, &second, &(struct screen_result){.ok = true, .document = newer});
    screen_done(office->model, &first, &(struct screen_result){.ok = true, .document = older});
    assert_int_equal(json_array_size(json_object_get(office->model->found, "items")), 1);
    json_decref(newer);
    json_decref(older);
    json_decref(first.words);
    json_decref(second.words);
}

static void half_a_code_is_no_fault_while_one_types(void **state)
{
    struct office *office = *state;
    struct screen_job job;
    keys(office, "/da");
    screen_key(office->model, '1');
    assert_true(screen_take_job(office->model, &job));
    screen_done(office->model, &job, &(struct screen_result){.ok = false, .problem = "Há dados a corrigir."});
    assert_string_equal(office->model->message, "");
    assert_int_equal(json_array_size(json_object_get(office->model->found, "items")), 0);
    json_decref(job.words);
}

/* --- reading and the lock --- */

static void nothing_is_signed_before_it_was_read_to_the_end(void **state)
{
    struct office *office = *state;
    char text[121];
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = i % 2 == 0 ? 'x' : '\n';
    text[sizeof text - 1] = '\0';
    screen_read(office->model, text, "Leia");
    screen_key(office->model, 's');
    assert_int_equal(office->model->verdict, 0);
    screen_key(office->model, SCREEN_END);
    screen_key(office->model, 's');
    assert_int_equal(office->model->verdict, 1);
}

static void what_the_shift_must_know_stands_beside_the_queue(void **state)
{
    struct office *office = *state;
    static const char text[] =
        "{\"outages\":[\"ac\",\"cpf\"],\"warnings\":[{\"code\":\"few-agents\",\"text\":\"Só um agente pode "
        "assinar.\"}],\"handover\":{\"agent\":\"ANA\",\"text\":\"falta papel\"}}";
    json_t *queue = json_loads(text, 0, NULL), *quiet = json_object();
    assert_string_equal(words_notice(office->model, queue, 0), "! FORA DO AR: ac, cpf (W quando voltar)");
    assert_string_equal(words_notice(office->model, queue, 1), "! Só um agente pode assinar.");
    assert_null(words_notice(office->model, queue, 2));
    assert_string_equal(words_handover(office->model, queue), "Passagem, de ANA: falta papel");
    assert_null(words_notice(office->model, quiet, 0));
    assert_string_equal(words_handover(office->model, quiet), "");
    json_decref(queue);
    json_decref(quiet);
}

static void a_wait_is_counted_by_the_office_whatever_the_station_s_clock(void **state)
{
    struct office *office = *state;
    struct screen_model *model = office->model;
    TALLOC_CTX *context = talloc_new(NULL);
    office->queue =
        "{\"now\":\"2026-11-24T09:00:00-03:00\",\"items\":[{\"order\":\"AAAAAAAAAAAA\",\"name\":\"ANA\","
        "\"state\":\"waiting\",\"waited_s\":600,\"priority\":\"80+\",\"mode\":\"video\",\"needs\":["
        "\"libras\"]},"
        "{\"order\":\"BBBBBBBBBBBB\",\"name\":\"BIA\",\"state\":\"called\",\"agent\":\"DORA "
        "LEME\",\"waited_s\":60,"
        "\"parked_reason\":\"outage\"}]}";
    for (int64_t wrong_s = -3000; wrong_s <= 3000; wrong_s += 3000) {
        model->station_s = 1795521600 + wrong_s; /* 24 November 2026, 12h00 UTC */
        screen_refresh(model);
        serve(office);
        model->now_s = model->station_s + model->ahead_s;
        const json_t *ana = screen_queue_item(model, "items", 0), *bia = screen_queue_item(model, "items", 1);
        assert_string_equal(words_standing(context, model, ana, " · ", false),
                            "esperando há 10 min · 80+ · por vídeo · Libras");
        model->now_s += 120;
        assert_string_equal(words_standing(context, model, ana, ", ", true),
                            "80+, por vídeo, Libras, esperando há 12 min");
        assert_string_equal(words_standing(context, model, bia, " · ", false), "em atendimento com DORA");
    }
    talloc_free(context);
}

static void a_long_line_is_wrapped_and_never_cut(void **state)
{
    struct office *office = *state;
    char text[201];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    screen_read(office->model, text, "Leia");
    size_t whole = 0;
    for (size_t i = 0; i < office->model->text.count; i++)
        whole += strlen(office->model->text.lines[i]);
    assert_int_equal(whole, 200);
    assert_int_equal(office->model->text.count, 3);
}

static void a_word_that_ends_at_the_edge_keeps_its_last_letter(void **state)
{
    struct office *office = *state;
    const size_t columns = office->model->page_columns;
    char text[301];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    text[columns - 20] = text[columns] = text[2 * columns + 1] = ' ';
    screen_read(office->model, text, "Leia");
    size_t whole = 0;
    for (size_t i = 0; i < office->model->text.count; i++) {
        assert_true(strlen(office->model->text.lines[i]) <= columns);
        whole += strlen(office->model->text.lines[i]);
    }
    assert_int_equal(whole, sizeof text - 1);
}

static void the_lock_keeps_what_was_typed_and_opens_by_name(void **state)
{
    struct office *office = *state;
    keys(office, "\nmmeia nota");
    screen_key(office->model, SCREEN_LOCK);
    assert_int_equal(office->model->page, PAGE_LOCK);
    keys(office, "outro\n");
    assert_int_equal(office->model->page, PAGE_LOCK);
    assert_string_equal(office->model->secret.text, "");
    keys(office, "agent1\n");
    assert_int_equal(office->model->page, PAGE_CASE);
    keys(office, "\n");
    says(office, "note -- AAAAAAAAAAAA meia nota");
}

static void a_protected_identity_begins_locked_and_asks_nothing_of_the_server(void **state)
{
    struct screen_job job;
    struct screen_model *model = screen_new(*state, "agent1", true);
    assert_int_equal(model->page, PAGE_LOCK);
    assert_false(screen_take_job(model, &job));
    screen_key(model, 'x');
    screen_key(model, SCREEN_ENTER);
    assert_true(screen_take_job(model, &job));
    assert_int_equal(job.kind, JOB_UNLOCK);
    screen_done(model, &job, &(struct screen_result){.ok = false, .problem = "não abre"});
    assert_int_equal(model->page, PAGE_LOCK);
    assert_int_equal(model->secret.length, 0);
}

static void a_server_that_does_not_answer_is_asked_less_and_less_often(void **state)
{
    (void)state;
    assert_int_equal(events_pause_s(0), 1);
    assert_int_equal(events_pause_s(1), 2);
    assert_int_equal(events_pause_s(3), 8);
    assert_int_equal(events_pause_s(4), 15);
    assert_int_equal(events_pause_s(4000000000U), 15);
}

/* When each try after a cut happens, in seconds from the cut, if a try takes no time. */
static void a_cut_of_a_minute_or_an_hour_is_outlasted(void **state)
{
    static const struct {
        unsigned cut_s, acts, news;       /* tries within the cut */
        unsigned act_back_s, news_back_s; /* after its end, at most */
    } cuts[] = {{1, 1, 1, 2, 2},    {4, 2, 2, 5, 4},         {10, 4, 3, 5, 8},           {60, 14, 7, 5, 15},
                {61, 14, 7, 5, 15}, {3600, 722, 243, 5, 15}, {86400, 17282, 5763, 5, 15}};
    (void)state;
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        unsigned at = 0, tries = 0;
        while ((at += transport_patience_s(tries)) <= cuts[i].cut_s)
            tries++;
        assert_int_equal(tries, cuts[i].acts);
        assert_in_range(at - cuts[i].cut_s, 1, cuts[i].act_back_s);
        for (at = 0, tries = 0; (at += events_pause_s(tries)) <= cuts[i].cut_s; tries++)
            ;
        assert_int_equal(tries, cuts[i].news);
        assert_in_range(at - cuts[i].cut_s, 1, cuts[i].news_back_s);
    }
    assert_int_equal(transport_patience_s(4000000000U), 5);
}

/* Issue 4.6: keys for everything shown, and each a plain command (screen.test.mjs looks from the key to the
 * command). */
static void what_the_day_needs_has_its_key(void **state)
{
    static const char *const needed[] = {
        "task close",    "token receipt", "token take",    "token defective",
        "token deliver", "token return",  "token count",   "token receive",
        "token list",    "token balance", "tasks",         "checkin",
        "call",          "park",          "transfer",      "reactivate",
        "undo",          "noshow",        "finish",        "validate",
        "verify",        "return",        "refuse",        "revoke",
        "priority",      "needs",         "pay",           "note",
        "missing",       "show",          "checklist",     "order new",
        "book",          "move",          "cancel",        "waiting join",
        "waiting leave", "contact",       "resend",        "print",
        "day show",      "day close",     "day reopen",    "handover",
        "outage start",  "outage end",    "document add",  "consult",
        "item accept",   "item reject",   "item reopen",   "item waive",
        "fact",          "person add",    "person remove", "reuse",
        "fraud report",  "term paper",    "agenda",        "agenda conflicts",
        "clock",         "revocations",   "open"};
    (void)state;
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        const struct screen_act *act = screen_acts;
        while (act->key != 0 && (act->command == NULL || strcmp(act->command, needed[i]) != 0))
            act++;
        if (act->key == 0)
            fail_msg("no key for %s", needed[i]);
    }
}

/* Who has a social name is called by it; beside it stands the name that the papers have. */
static void who_has_a_social_name_is_called_by_it(void **state)
{
    struct office *office = *state;
    struct screen_case kase = {.order = "AAAAAAAAAAAA", .show = json_object()};
    json_object_set_new(
        kase.show, "holder",
        json_pack("{s:s,s:s,s:s}", "name", "LAURO LIMA", "social_name", "LUANA LIMA", "cpf", "11144477735"));
    assert_memory_equal(case_head(office, &kase, 0, 80), "LUANA LIMA · CPF 11144477735", 26);
    assert_non_null(strstr(case_head(office, &kase, 2, 80), "no CPF: LAURO LIMA"));
    assert_string_equal(case_name(office, office->model, &kase), "A001 LUANA LIMA");
    json_object_set_new(json_object_get(kase.show, "holder"), "social_name", json_string(""));
    assert_memory_equal(case_head(office, &kase, 0, 80), "LAURO LIMA · CPF", 16);
    assert_null(strstr(case_head(office, &kase, 2, 80), "no CPF"));
    json_decref(kase.show);
}

/* What is said of a case is what can still be done with it. */
static void a_case_says_where_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *states, *head, *count;
    } cases[] = {
        {"{\"order\":\"unpaid\",\"appointment\":\"booked\",\"attendance\":\"none\",\"identification\":"
         "\"none\"}",
         "horário: marcado", "0 de 0 itens"},
        {"{\"appointment\":\"kept\",\"attendance\":\"called\",\"identification\":\"open\"}",
         "em atendimento · identificação: aberta", "0 de 0 itens, COMPLETO: pode validar"},
        {"{\"appointment\":\"kept\",\"attendance\":\"finished\",\"identification\":\"verified\"}",
         "atendido · identificação: verificada", "0 de 0 itens"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        TALLOC_CTX *context = talloc_new(NULL);
        struct screen_case kase = {.show = json_object(), .checklist = json_pack("{s:b}", "complete", true)};
        json_object_set_new(kase.show, "states", json_loads(cases[i].states, 0, NULL));
        assert_non_null(strstr(case_head(context, &kase, 1, 80), cases[i].head));
        assert_string_equal(case_count(context, &kase), cases[i].count);
        json_decref(kase.show);
        json_decref(kase.checklist);
        talloc_free(context);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_office, close_office)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_does_not_answer_is_asked_less_and_less_often),
        cmocka_unit_test(a_cut_of_a_minute_or_an_hour_is_outlasted),
        cmocka_unit_test(what_the_day_needs_has_its_key),
        cmocka_unit_test(a_case_says_where_it_stands),
        cmocka_unit_test(every_key_means_one_thing_in_a_place),
        TEST(who_has_a_social_name_is_called_by_it),
        TEST(the_help_page_tells_every_key),
        TEST(a_text_is_wrapped_anew_when_the_terminal_changes),
        TEST(the_help_line_fits_eighty_columns),
        TEST(enter_opens_the_case_and_stands_on_the_first_item_that_is_missing),
        TEST(a_case_is_identified_with_few_keys),
        TEST(a_document_goes_with_what_was_typed),
        TEST(an_incomplete_date_is_not_sent),
        TEST(a_question_is_answered_by_the_beginning_of_a_word),
        TEST(who_has_no_hour_is_a_walk_in),
        TEST(a_callers_case_stands_beside_the_one_in_hand),
        TEST(who_is_chosen_stays_chosen_when_others_come),
        TEST(a_screen_opened_anew_finds_the_case_that_the_agent_has_in_hand),
        TEST(what_is_typed_while_an_act_runs_is_played_after_it),
        TEST(a_refusal_throws_away_what_was_typed_after_it),
        TEST(an_older_search_does_not_overwrite_a_newer_one),
        TEST(half_a_code_is_no_fault_while_one_types),
        TEST(nothing_is_signed_before_it_was_read_to_the_end),
        TEST(what_the_shift_must_know_stands_beside_the_queue),
        TEST(a_wait_is_counted_by_the_office_whatever_the_station_s_clock),
        TEST(a_long_line_is_wrapped_and_never_cut),
        TEST(a_word_that_ends_at_the_edge_keeps_its_last_letter),
        TEST(the_lock_keeps_what_was_typed_and_opens_by_name),
        TEST(a_protected_identity_begins_locked_and_asks_nothing_of_the_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
