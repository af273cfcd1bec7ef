/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a key's act to what it does: a word of the screen itself, the words of a command, or the form that
 * makes them (model_form.c).
 */
#include "ra-cli/screen/keys.h"
#include "ra-cli/screen/model_internal.h"

#include <stdio.h>
#include <string.h>

/* --- what the act is about --- */

const char *model_order_in_hand(struct screen_model *model)
{
    if (model->page == PAGE_QUEUE)
        return screen_member(screen_queue_item(model, "items", model->queue_at), "order");
    if (model->page == PAGE_INBOX)
        return screen_member(screen_queue_item(model, "inbox", model->inbox_at), "order");
    return screen_front(model)->order;
}

const json_t *model_row_for(struct screen_model *model, const struct screen_act *act)
{
    const struct screen_row *row = screen_row_in_hand(model);
    const bool question = act->subject == SUBJECT_QUESTION;
    if (row == NULL || row->question != question) {
        screen_message(model, true,
                       question ? "Escolha uma pergunta (tecla f)." : "Escolha um item da lista.");
        return NULL;
    }
    return row->json;
}

/* --- acts --- */

static json_t *words_of(const struct screen_act *act, const char *order, const json_t *row)
{
    json_t *words = json_array();
    json_t *command = model_words(act->command, NULL);
    json_array_remove(command, json_array_size(command) - 1);
    json_array_extend(words, command);
    json_decref(command);
    const char *person = screen_member(row, "person_id");
    if (person[0] != '\0') {
        json_array_append_new(words, json_string("--person"));
        json_array_append_new(words, json_string(person));
    }
    json_array_append_new(words, json_string("--"));
    if (order[0] != '\0')
        json_array_append_new(words, json_string(order));
    if (row != NULL)
        json_array_append_new(words, json_string(screen_member(row, "id")));
    return words;
}

static void run(struct screen_model *model, const struct screen_act *act, enum screen_job_kind kind)
{
    const char *order = act->subject == SUBJECT_NONE ? "" : model_order_in_hand(model);
    const json_t *row = NULL;
    if (act->subject != SUBJECT_NONE && order[0] == '\0') {
        screen_message(model, true, "Não há caso escolhido.");
        return;
    }
    if (act->subject == SUBJECT_ITEM && (row = model_row_for(model, act)) == NULL)
        return;
    if (act->kind == ACT_FORM && model_form_needs_choices(act)) {
        model_ask_choices(model, act);
        return;
    }
    if (act->kind == ACT_FORM) {
        model_open_form(model, act, NULL);
        return;
    }
    screen_message(model, false, "%s…", act->label);
    model_push(model, kind, words_of(act, order, row), order, act->label);
}

/* The first that nobody answered opens its form, and the next ones follow; where all are answered the first
 * is in hand, to be changed. */
static void to_questions(struct screen_model *model)
{
    struct screen_case *kase = screen_front(model);
    size_t first = kase->row_count, open = kase->row_count;
    for (size_t i = kase->row_count; i-- > 0;) {
        if (!kase->rows[i].question)
            continue;
        first = i;
        if (!json_is_true(json_object_get(kase->rows[i].json, "answered")))
            open = i;
    }
    if (first == kase->row_count) {
        screen_message(model, true, "Este caso não tem perguntas.");
        return;
    }
    kase->at = open < kase->row_count ? open : first;
    model->flow = true;
    model_flow(model);
}

static void begin_search(struct screen_model *model)
{
    model->under = model->page;
    model->page = PAGE_FIND;
    field_wipe(&model->search);
    json_decref(model->found);
    model->found = NULL;
    model->found_at = 0;
}

static void swap(struct screen_model *model)
{
    const size_t beside = (model->front + 1) % SCREEN_SLOTS;
    if (model->page == PAGE_CASE && model->cases[beside].order[0] == '\0') {
        screen_message(model, true, "Não há outro caso ao lado.");
        return;
    }
    if (model->page == PAGE_CASE)
        model->front = beside;
    if (screen_front(model)->order[0] != '\0')
        model->page = PAGE_CASE;
}

static void do_verb(struct screen_model *model, enum act_verb verb)
{
    switch (verb) {
    case VERB_QUEUE:
        model->page = PAGE_QUEUE;
        break;
    case VERB_INBOX:
        model->page = PAGE_INBOX;
        break;
    case VERB_SWAP:
        swap(model);
        break;
    case VERB_FIND:
        begin_search(model);
        break;
    case VERB_OPEN:
        if (model_order_in_hand(model)[0] != '\0')
            model_open_case(model, model_order_in_hand(model));
        break;
    case VERB_ITEM:
        model->flow = true;
        model_natural_act(model);
        break;
    case VERB_FACTS:
        to_questions(model);
        break;
    case VERB_HELP:
        model_show_help(model);
        break;
    case VERB_LOCK:
        model_lock(model);
        break;
    case VERB_LEAVE:
        model->leaving = true;
        break;
    case VERB_NONE:
        break;
    }
}

void model_act(struct screen_model *model, const struct screen_act *act)
{
    switch (act->kind) {
    case ACT_VERB:
        do_verb(model, act->verb);
        break;
    case ACT_RUN:
    case ACT_FORM:
        run(model, act, JOB_ACT);
        break;
    case ACT_SHOW:
        run(model, act, JOB_TEXT);
        break;
    }
}

/* --- the natural act of an item --- */

static int natural_key(const struct screen_row *row)
{
    if (row->question)
        return 'F';
    if (strcmp(screen_member(row->json, "kind"), "document") == 0)
        return 'd';
    return screen_member(row->json, "consult")[0] != '\0' ? 'c' : 'a';
}

void model_natural_act(struct screen_model *model)
{
    const struct screen_row *row = screen_row_in_hand(model);
    if (row == NULL)
        return;
    if (!row->question && strcmp(screen_member(row->json, "state"), "pending") != 0) {
        screen_message(model, true, "Este item já está resolvido; b reabre.");
        return;
    }
    model_act(model, act_of_key(natural_key(row), ACT_IN_CASE));
}

/* The next item's form opens by itself; what needs a person's judgement alone waits for it. */
void model_flow(struct screen_model *model)
{
    const struct screen_row *row = screen_row_in_hand(model);
    const bool open =
        row != NULL && (row->question ? !json_is_true(json_object_get(row->json, "answered"))
                                      : strcmp(screen_member(row->json, "state"), "pending") == 0);
    if (model->page != PAGE_CASE || !open) {
        model->flow = false;
        return;
    }
    if (natural_key(row) != 'a')
        model_natural_act(model);
}
