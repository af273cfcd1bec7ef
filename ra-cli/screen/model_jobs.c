/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the model asks of the world, and what it makes of the answers.
 */
#include "ra-cli/screen/model_internal.h"

#include <stdio.h>
#include <string.h>

/* --- asking --- */

json_t *model_words(const char *command, const char *order)
{
    json_t *words = json_array();
    for (size_t length; *command != '\0'; command += length + (command[length] == ' ')) {
        length = strcspn(command, " ");
        json_array_append_new(words, json_stringn(command, length));
    }
    json_array_append_new(words, json_string("--"));
    if (order != NULL)
        json_array_append_new(words, json_string(order));
    return words;
}

static bool is_queued(const struct screen_model *model, enum screen_job_kind kind, size_t slot)
{
    for (size_t i = 0; i < model->job_count; i++)
        if (model->jobs[i].kind == kind && model->jobs[i].slot == slot)
            return true;
    return false;
}

static void push_slot(struct screen_model *model, enum screen_job_kind kind, size_t slot, json_t *take_words,
                      const char *order, const char *label)
{
    if (model->job_count == SCREEN_JOBS_MAX) {
        json_decref(take_words);
        return;
    }
    struct screen_job *job = &model->jobs[model->job_count++];
    *job = (struct screen_job){
        .kind = kind, .slot = slot, .serial = model->search_serial, .words = take_words, .label = label};
    snprintf(job->order, sizeof job->order, "%s", order);
}

void model_push(struct screen_model *model, enum screen_job_kind kind, json_t *take_words, const char *order,
                const char *label)
{
    model->acting = model->acting || kind == JOB_ACT || kind == JOB_TEXT || kind == JOB_CHOICES;
    push_slot(model, kind, 0, take_words, order, label);
}

static void read_queue(struct screen_model *model)
{
    if (!is_queued(model, JOB_QUEUE, 0))
        push_slot(model, JOB_QUEUE, 0, model_words("queue", NULL), "", "fila");
}

void screen_refresh(struct screen_model *model)
{
    if (model->page == PAGE_LOCK)
        return;
    read_queue(model);
    if (model->reasons == NULL && !is_queued(model, JOB_REASONS, 0))
        push_slot(model, JOB_REASONS, 0, model_words("reasons", NULL), "", "motivos");
    const char *day = screen_member(model->queue, "date");
    const bool stale =
        model->lists == NULL || (day[0] != '\0' && strcmp(screen_member(model->lists, "date"), day) != 0);
    if (stale && !is_queued(model, JOB_LISTS, 0))
        push_slot(model, JOB_LISTS, 0, model_words("choices", NULL), "", "listas");
}

void model_read_case(struct screen_model *model, size_t slot)
{
    const char *order = model->cases[slot].order;
    if (order[0] == '\0')
        return;
    if (!is_queued(model, JOB_CASE, slot))
        push_slot(model, JOB_CASE, slot, model_words("show", order), order, "caso");
    if (!is_queued(model, JOB_ITEMS, slot))
        push_slot(model, JOB_ITEMS, slot, model_words("checklist", order), order, "itens");
}

bool screen_take_job(struct screen_model *model, struct screen_job *job)
{
    if (model->job_count == 0)
        return false;
    *job = model->jobs[0];
    memmove(model->jobs, model->jobs + 1, --model->job_count * sizeof *model->jobs);
    model->running++;
    return true;
}

/* --- the two cases --- */

static bool is_in_hand(const struct screen_case *kase)
{
    return kase->order[0] != '\0' &&
           strcmp(screen_member(json_object_get(kase->show, "states"), "attendance"), "called") == 0;
}

static void clear_case(struct screen_case *kase)
{
    json_decref(kase->show);
    json_decref(kase->checklist);
    *kase = (struct screen_case){.order = ""};
}

/* A case in hand is never put away for another: that one goes beside it. */
void model_open_case(struct screen_model *model, const char *order)
{
    const size_t beside = (model->front + 1) % SCREEN_SLOTS;
    model->page = PAGE_CASE;
    model->acting = true;
    if (strcmp(model->cases[beside].order, order) == 0 ||
        (strcmp(screen_front(model)->order, order) != 0 && is_in_hand(screen_front(model))))
        model->front = beside;
    struct screen_case *kase = screen_front(model);
    if (strcmp(kase->order, order) != 0) {
        clear_case(kase);
        snprintf(kase->order, sizeof kase->order, "%s", order);
    }
    model_read_case(model, model->front);
}

/* --- rows --- */

static bool is_pending(const struct screen_row *row)
{
    return !row->question && strcmp(screen_member(row->json, "state"), "pending") == 0 &&
           json_is_true(json_object_get(row->json, "required"));
}

static bool same_row(const json_t *left, const json_t *right)
{
    return strcmp(screen_member(left, "id"), screen_member(right, "id")) == 0 &&
           strcmp(screen_member(left, "key"), screen_member(right, "key")) == 0 &&
           strcmp(screen_member(left, "person_id"), screen_member(right, "person_id")) == 0;
}

static void add_rows(struct screen_case *kase, const char *list, bool question)
{
    size_t index;
    json_t *one;
    json_array_foreach(json_object_get(kase->checklist, list), index, one)
    {
        if (kase->row_count < SCREEN_ROWS_MAX)
            kase->rows[kase->row_count++] = (struct screen_row){one, question};
    }
}

static bool is_unanswered(const struct screen_row *row)
{
    return row->question && !json_is_true(json_object_get(row->json, "answered"));
}

/* From `from` on, round the end. */
size_t model_next_pending(const struct screen_case *kase, size_t from)
{
    for (size_t i = 0; i < kase->row_count; i++)
        if (is_pending(&kase->rows[(from + i) % kase->row_count]))
            return (from + i) % kase->row_count;
    return from < kase->row_count ? from : 0;
}

/* The next question that nobody answered; after the last one, the items. */
static size_t next_question(const struct screen_case *kase, size_t from)
{
    for (size_t i = from; i < kase->row_count; i++)
        if (is_unanswered(&kase->rows[i]))
            return i;
    return model_next_pending(kase, 0);
}

static bool is_resolved(const struct screen_row *row)
{
    const char *state = screen_member(row->json, "state");
    return !row->question && (strcmp(state, "accepted") == 0 || strcmp(state, "waived") == 0);
}

static bool was_pending(const json_t *held)
{
    return held != NULL && strcmp(screen_member(held, "state"), "pending") == 0;
}

/* The row in hand stays in hand; once it is done the next one that is missing comes. */
static void take_checklist(struct screen_model *model, struct screen_case *kase, json_t *checklist)
{
    const bool first = kase->checklist == NULL;
    json_t *before = kase->checklist;
    const json_t *held = kase->at < kase->row_count ? kase->rows[kase->at].json : NULL;
    kase->checklist = json_incref(checklist);
    kase->row_count = 0;
    add_rows(kase, "items", false);
    add_rows(kase, "questions", true);
    size_t at = 0;
    for (size_t i = 0; held != NULL && i < kase->row_count; i++)
        if (same_row(kase->rows[i].json, held))
            at = i;
    const struct screen_row *row = kase->row_count == 0 ? NULL : &kase->rows[at];
    if (row != NULL && is_resolved(row) && (first || was_pending(held)))
        at = model_next_pending(kase, at);
    else if (row != NULL && row->question && model->advance)
        at = next_question(kase, at);
    kase->at = at;
    json_decref(before);
}

/* --- answers --- */

static void keep(json_t **held, json_t *document)
{
    json_decref(*held);
    *held = json_incref(document);
}

static void clamp(size_t *at, size_t count)
{
    if (*at >= count)
        *at = count == 0 ? 0 : count - 1;
}

/* Who is chosen stays chosen when others come or go: a key pressed then is meant for him. */
static void follow(struct screen_model *model, const char *list, const char *order, size_t *at)
{
    const size_t count = screen_queue_count(model, list);
    for (size_t i = 0; order[0] != '\0' && i < count; i++)
        if (strcmp(screen_member(screen_queue_item(model, list, i), "order"), order) == 0)
            *at = i;
    clamp(at, count);
}

/* The server knows whom this agent has before him: a screen that was opened anew finds him again. */
static void find_in_hand(struct screen_model *model)
{
    const char *me = screen_member(model->queue, "agent");
    size_t index;
    json_t *agent;
    json_array_foreach(json_object_get(model->queue, "agents"), index, agent)
    {
        struct screen_case *kase = screen_front(model);
        const char *order = screen_member(agent, "order");
        if (order[0] == '\0' || me[0] == '\0' || strcmp(screen_member(agent, "name"), me) != 0 ||
            kase->order[0] != '\0')
            continue;
        snprintf(kase->order, sizeof kase->order, "%s", order);
        model_read_case(model, model->front);
        screen_message(model, false, "Há um caso em suas mãos: x abre.");
    }
}

static void take_queue(struct screen_model *model, json_t *document)
{
    char chosen[SCREEN_ORDER_SIZE], conferred[SCREEN_ORDER_SIZE];
    snprintf(chosen, sizeof chosen, "%s",
             screen_member(screen_queue_item(model, "items", model->queue_at), "order"));
    snprintf(conferred, sizeof conferred, "%s",
             screen_member(screen_queue_item(model, "inbox", model->inbox_at), "order"));
    keep(&model->queue, document);
    model_keep_time(model);
    follow(model, "items", chosen, &model->queue_at);
    follow(model, "inbox", conferred, &model->inbox_at);
    find_in_hand(model);
}

static void take_reading(struct screen_model *model, const struct screen_job *job, json_t *document)
{
    struct screen_case *kase = &model->cases[job->slot];
    const bool same = strcmp(kase->order, job->order) == 0;
    if (job->kind == JOB_QUEUE)
        take_queue(model, document);
    else if (job->kind == JOB_REASONS)
        keep(&model->reasons, document);
    else if (job->kind == JOB_LISTS)
        keep(&model->lists, document);
    else if (job->kind == JOB_CASE && same)
        keep(&kase->show, document);
    else if (job->kind == JOB_ITEMS && same)
        take_checklist(model, kase, document);
    else if (job->kind == JOB_FIND && job->serial == model->search_serial)
        keep(&model->found, document);
}

static bool is_command(const struct screen_job *job, const char *name)
{
    const char *first = json_string_value(json_array_get(job->words, 0));
    return first != NULL && strcmp(first, name) == 0;
}

static void say_done(struct screen_model *model, const struct screen_job *job, const json_t *document)
{
    const char *ticket = screen_member(document, "ticket"), *warning = screen_member(document, "warning");
    screen_message(model, false, "feito: %s%s%s%s%s", job->label, ticket[0] == '\0' ? "" : ", senha ", ticket,
                   warning[0] == '\0' ? "" : " · atenção: ", warning);
}

static void read_after(struct screen_model *model, const struct screen_job *job)
{
    for (size_t i = 0; i < SCREEN_SLOTS; i++)
        if (job->order[0] != '\0' && strcmp(model->cases[i].order, job->order) == 0)
            model_read_case(model, i);
    read_queue(model);
}

static void act_done(struct screen_model *model, const struct screen_job *job,
                     const struct screen_result *result)
{
    const char *order = screen_member(result->document, "order");
    say_done(model, job, result->document);
    if (is_command(job, "item") || is_command(job, "consult") || is_command(job, "fact"))
        model->advance = true;
    if (is_command(job, "call") || is_command(job, "order"))
        model_open_case(model, order);
    if (json_object_get(result->document, "emission_code") != NULL)
        model_show_text(model,
                        "Papel do titular: mostre, copie à mão ou imprima na hora; não volta a aparecer",
                        result->text, true);
    if (model->then != NULL) {
        model_push(model, JOB_ACT, model->then, job->order, job->label);
        model->then = NULL;
        return;
    }
    read_after(model, job);
}

/* Half a code or number is none yet: nothing is found, and who is still typing is not told off. */
static void found_nothing(struct screen_model *model, const struct screen_job *job)
{
    json_t *nothing = json_object();
    take_reading(model, job, nothing);
    json_decref(nothing);
}

static void failed(struct screen_model *model, const struct screen_job *job, const char *problem)
{
    if (job->kind == JOB_FIND && model->linked) {
        found_nothing(model, job);
        return;
    }
    screen_message(model, true, "%s: %s", job->label, problem == NULL ? "não deu certo" : problem);
    model->waiting_count = 0;
    model->flow = false;
    json_decref(model->then);
    model->then = NULL;
    if (job->kind == JOB_ACT)
        read_after(model, job);
}

/* What was typed meanwhile, until one of the keys starts the next act. */
static void play_waiting(struct screen_model *model)
{
    while (!model->acting && model->waiting_count > 0) {
        int key = model->waiting[0];
        memmove(model->waiting, model->waiting + 1, --model->waiting_count * sizeof *model->waiting);
        screen_key(model, key);
        if (model->message_is_problem &&
            model->message[0] != '\0') /* the rest was meant for something else */
            model->waiting_count = 0;
    }
}

static void settle(struct screen_model *model)
{
    if (!model->acting || model->running > 0 || model->job_count > 0)
        return;
    model->acting = false;
    if (model->advance && model->flow)
        model_flow(model);
    model->advance = false;
    play_waiting(model);
}

/* What was asked for has come: that it was is said no longer. */
static void show_answer(struct screen_model *model, const struct screen_job *job,
                        const struct screen_result *result)
{
    model->message[0] = '\0';
    model_show_text(model, job->label, result->text == NULL ? "" : result->text, false);
}

void screen_done(struct screen_model *model, const struct screen_job *job, const struct screen_result *result)
{
    model->running--;
    if (job->kind == JOB_UNLOCK)
        model_unlocked(model, result->ok, result->problem);
    else if (!result->ok)
        failed(model, job, result->problem);
    else if (job->kind == JOB_ACT)
        act_done(model, job, result);
    else if (job->kind == JOB_TEXT && model->page != PAGE_LOCK)
        show_answer(model, job, result);
    else if (job->kind == JOB_CHOICES && model->form_act != NULL)
        model_open_form(model, model->form_act, result->document);
    else if (job->kind != JOB_LOCK)
        take_reading(model, job, result->document);
    settle(model);
}
