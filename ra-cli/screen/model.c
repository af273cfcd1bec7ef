/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/model.h"

#include "pki/base/clock.h"
#include "ra-cli/screen/keys.h"
#include "ra-cli/screen/model_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SEARCH_LEAST = 3, ROOM_AT_FIRST = 18, COLUMNS_AT_FIRST = 80 };

static int release(struct screen_model *model)
{
    json_decref(model->queue);
    json_decref(model->reasons);
    json_decref(model->lists);
    json_decref(model->found);
    json_decref(model->then);
    for (size_t i = 0; i < SCREEN_SLOTS; i++) {
        json_decref(model->cases[i].show);
        json_decref(model->cases[i].checklist);
    }
    for (size_t i = 0; i < model->job_count; i++)
        json_decref(model->jobs[i].words);
    field_wipe(&model->secret);
    return 0;
}

struct screen_model *screen_new(TALLOC_CTX *context, const char *who, bool is_protected)
{
    struct screen_model *model = talloc_zero(context, struct screen_model);
    if (model == NULL)
        return NULL;
    talloc_set_destructor(model, release);
    model->who = talloc_strdup(model, who);
    model->is_protected = is_protected;
    model->linked = true;
    model->page_lines = ROOM_AT_FIRST;
    model->page_columns = COLUMNS_AT_FIRST;
    model->page = is_protected ? PAGE_LOCK : PAGE_QUEUE;
    if (!is_protected)
        screen_refresh(model);
    return model;
}

void screen_message(struct screen_model *model, bool problem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(model->message, sizeof model->message, format, arguments);
    va_end(arguments);
    model->message_is_problem = problem;
}

const char *screen_member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

struct screen_case *screen_front(struct screen_model *model)
{
    return &model->cases[model->front];
}

size_t screen_queue_count(const struct screen_model *model, const char *list)
{
    return json_array_size(json_object_get(model->queue, list));
}

const json_t *screen_queue_item(const struct screen_model *model, const char *list, size_t index)
{
    return json_array_get(json_object_get(model->queue, list), index);
}

const struct screen_row *screen_row_in_hand(struct screen_model *model)
{
    const struct screen_case *kase = screen_front(model);
    return kase->at < kase->row_count ? &kase->rows[kase->at] : NULL;
}

enum act_place screen_place(const struct screen_model *model)
{
    switch (model->page) {
    case PAGE_QUEUE:
        return ACT_IN_QUEUE;
    case PAGE_INBOX:
        return ACT_IN_INBOX;
    case PAGE_CASE:
        return ACT_IN_CASE;
    case PAGE_FIND:
    case PAGE_TEXT:
    case PAGE_READ:
    case PAGE_LOCK:
        break;
    }
    return (enum act_place)0;
}

void screen_link(struct screen_model *model, bool linked)
{
    model->linked = linked;
}

/* --- moving about --- */

static void move(size_t *at, size_t count, int key, size_t page)
{
    const size_t last = count == 0 ? 0 : count - 1;
    switch (key) {
    case SCREEN_UP:
        *at -= *at > 0;
        break;
    case SCREEN_DOWN:
        *at += *at < last;
        break;
    case SCREEN_PAGE_UP:
        *at -= *at < page ? *at : page;
        break;
    case SCREEN_PAGE_DOWN:
        *at = *at + page > last ? last : *at + page;
        break;
    case SCREEN_HOME:
        *at = 0;
        break;
    case SCREEN_END:
        *at = last;
        break;
    default:
        break;
    }
}

static bool move_key(struct screen_model *model, int key)
{
    if (key < SCREEN_UP || key > SCREEN_END || key == SCREEN_LEFT || key == SCREEN_RIGHT)
        return false;
    if (model->page == PAGE_QUEUE)
        move(&model->queue_at, screen_queue_count(model, "items"), key, model->page_lines);
    else if (model->page == PAGE_INBOX)
        move(&model->inbox_at, screen_queue_count(model, "inbox"), key, model->page_lines);
    else
        move(&screen_front(model)->at, screen_front(model)->row_count, key, model->page_lines / 2);
    return true;
}

/* Tab goes round the pages there are: queue, inbox, the case in front. */
static void next_page(struct screen_model *model)
{
    if (model->page == PAGE_QUEUE)
        model->page = PAGE_INBOX;
    else if (model->page == PAGE_INBOX && screen_front(model)->order[0] != '\0')
        model->page = PAGE_CASE;
    else
        model->page = PAGE_QUEUE;
}

/* --- search as you type --- */

static void search(struct screen_model *model)
{
    size_t characters = 0;
    for (size_t i = 0; i < model->search.length; i++)
        characters += ((unsigned char)model->search.text[i] & 0xC0) != 0x80;
    model->search_serial++;
    if (characters < SEARCH_LEAST) {
        json_decref(model->found);
        model->found = NULL;
        return;
    }
    json_t *words = model_words("find", NULL);
    json_array_append_new(words, json_string(model->search.text));
    model_push(model, JOB_FIND, words, "", "procurar");
}

static void find_key(struct screen_model *model, int key)
{
    const json_t *items = json_object_get(model->found, "items");
    const json_t *chosen = json_array_get(items, model->found_at);
    if (key == SCREEN_ESCAPE) {
        model->page = model->under;
    } else if (key == SCREEN_ENTER && chosen != NULL) {
        model->page = PAGE_CASE;
        model_open_case(model, screen_member(chosen, "order"));
    } else if (field_key(&model->search, key)) {
        model->found_at = 0;
        search(model);
    } else {
        move(&model->found_at, json_array_size(items), key, model->page_lines);
    }
}

/* --- keys --- */

/* What must work whatever runs: the lock, leaving, giving up the wait for the network. */
static bool urgent_key(struct screen_model *model, int key)
{
    if (key == SCREEN_LOCK) {
        model_lock(model);
        return true;
    }
    if (model->form != NULL || model->page == PAGE_FIND)
        return false;
    if (key == SCREEN_ESCAPE && !model->linked) {
        model->give_up = true;
        model->waiting_count = 0;
        screen_message(model, true, "Desistindo do que esperava a rede.");
        return true;
    }
    return false;
}

static void plain_key(struct screen_model *model, int key)
{
    const struct screen_act *act = act_of_key(key, screen_place(model));
    if (move_key(model, key))
        return;
    if (key == SCREEN_TAB)
        next_page(model);
    else if (key == SCREEN_ESCAPE)
        model->flow = false;
    else if (act != NULL)
        model_act(model, act);
    else
        screen_message(model, true, "Essa tecla não faz nada aqui; ? mostra todas.");
}

void screen_key(struct screen_model *model, int key)
{
    if (model->page == PAGE_LOCK) {
        model_lock_key(model, key);
        return;
    }
    if (urgent_key(model, key))
        return;
    if (model->page == PAGE_READ) {
        model_text_key(model, key);
        return;
    }
    if (model->form != NULL) {
        model_form_key(model, key);
    } else if (model->page == PAGE_FIND) {
        find_key(model, key);
    } else if (model->acting) {
        if (model->waiting_count < SCREEN_WAITING_KEYS)
            model->waiting[model->waiting_count++] = key;
    } else if (model->page == PAGE_TEXT) {
        model_text_key(model, key);
    } else {
        model->message[0] = '\0';
        plain_key(model, key);
    }
}

void model_keep_time(struct screen_model *model)
{
    enum { SLACK_S = 2 };
    int64_t office_us = 0;
    if (!clock_parse(screen_member(model->queue, "now"), &office_us))
        return;
    const int64_t ahead_s = office_us / INT64_C(1000000) - model->station_s;
    if (ahead_s > model->ahead_s + SLACK_S || ahead_s < model->ahead_s - SLACK_S)
        model->ahead_s = ahead_s;
}
