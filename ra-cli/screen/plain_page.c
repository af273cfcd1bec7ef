/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/keys.h"
#include "ra-cli/screen/plain_internal.h"
#include "ra-cli/screen/words_view.h"
#include "ra-cli/terminal.h"
#include "ra-cli/words.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

size_t plain_width(void)
{
    return isatty(STDOUT_FILENO) ? terminal_width(stdout) : SIZE_MAX;
}

void plain_say(const char *text)
{
    terminal_paragraph(stdout, text, 0, 0, plain_width());
}

static const char *joined(char *text)
{
    return text == NULL ? "" : text;
}

static const char *queue_line(const struct screen_model *model, TALLOC_CTX *context, const json_t *item)
{
    const bool inbox = model->page == PAGE_INBOX;
    const bool renewal = strcmp(screen_member(item, "kind"), "renewal") == 0;
    const char *left = hour_left(context, screen_member(item, "deadline"), model->now_s);
    const char *ticket = screen_member(item, "ticket"), *start = screen_member(item, "start");
    char *text = talloc_asprintf(context, "%s%s%s", ticket, ticket[0] == '\0' ? "" : " ", words_called(item));
    if (text != NULL && strlen(start) > 16)
        text = talloc_asprintf_append(text, ", às %.5s", start + 11);
    if (text != NULL)
        text = talloc_asprintf_append(text, "%s%s", inbox && !renewal ? ", validado por " : ", ",
                                      renewal ? "renovação: conferir e validar"
                                      : inbox ? screen_member(item, "validated_by")
                                              : words_standing(context, model, item, ", ", false));
    if (text != NULL && left[0] != '\0')
        text = talloc_asprintf_append(text, ", %s", left);
    return joined(text);
}

static const char *case_line(TALLOC_CTX *context, const struct screen_row *row)
{
    const char *id = row->question ? "" : screen_member(row->json, "id");
    return joined(talloc_asprintf(context, "%s%s%s: %s", row_word(row), id[0] == '\0' ? "" : ", ", id,
                                  row_text(context, row)));
}

size_t plain_rows(struct screen_model *model)
{
    if (model->page == PAGE_CASE)
        return screen_front(model)->row_count;
    return screen_queue_count(model, model->page == PAGE_INBOX ? "inbox" : "items");
}

static const json_t *row_here(struct screen_model *model, size_t index)
{
    if (model->page == PAGE_CASE)
        return screen_front(model)->rows[index].json;
    return screen_queue_item(model, model->page == PAGE_INBOX ? "inbox" : "items", index);
}

size_t *plain_chosen(struct screen_model *model)
{
    return model->page == PAGE_CASE    ? &screen_front(model)->at
           : model->page == PAGE_INBOX ? &model->inbox_at
                                       : &model->queue_at;
}

static void say_row(struct screen_model *model, TALLOC_CTX *context, size_t index)
{
    const char *line = model->page == PAGE_CASE ? case_line(context, &screen_front(model)->rows[index])
                                                : queue_line(model, context, row_here(model, index));
    plain_say(joined(talloc_asprintf(context, "%zu%s. %s", index + 1,
                                     index == *plain_chosen(model) ? " (escolhido)" : "", line)));
}

static void say_queue(struct screen_model *model, TALLOC_CTX *context)
{
    const char *note = words_handover(context, model->queue), *notice;
    for (size_t line = 0; (notice = words_notice(context, model->queue, line)) != NULL; line++)
        plain_say(notice);
    if (note[0] != '\0')
        plain_say(note);
    plain_say(joined(talloc_asprintf(
        context, "%s: %zu", model->page == PAGE_INBOX ? "Casos que esperam um agente" : "Fila do dia",
        plain_rows(model))));
    for (size_t i = 0; i < plain_rows(model); i++)
        say_row(model, context, i);
}

/* A dot between two words is read aloud, a comma is a pause. */
static const char *without_dots(TALLOC_CTX *context, const char *text)
{
    static const char dot[] = " \u00b7 ";
    char *said = talloc_strdup(context, "");
    for (const char *at; said != NULL && (at = strstr(text, dot)) != NULL; text = at + sizeof dot - 1)
        said = talloc_asprintf_append(said, "%.*s, ", (int)(at - text), text);
    return joined(said == NULL ? NULL : talloc_asprintf_append(said, "%s", text));
}

static void say_case(struct screen_model *model, TALLOC_CTX *context)
{
    const struct screen_case *kase = screen_front(model);
    const char *person = "";
    for (size_t i = 0; i < 3; i++)
        plain_say(without_dots(context, case_head(context, kase, i, SIZE_MAX)));
    plain_say(case_count(context, kase));
    for (size_t i = 0; i < kase->row_count; i++) {
        const char *whose = row_person(context, &kase->rows[i]);
        if (strcmp(whose, person) != 0)
            plain_say(whose);
        person = whose;
        say_row(model, context, i);
    }
    if (screen_row_in_hand(model) != NULL)
        plain_say(row_detail(context, screen_row_in_hand(model), false));
}

static void remember(struct plain *plain)
{
    struct screen_model *model = plain->session->model;
    plain->page = model->page;
    plain->changed_told = false;
    snprintf(plain->order, sizeof plain->order, "%s",
             model->page == PAGE_CASE ? screen_front(model)->order : "");
    json_decref(plain->heard);
    plain->heard = json_array();
    for (size_t i = 0; i < plain_rows(model); i++)
        json_array_append_new(plain->heard, json_deep_copy(row_here(model, i)));
}

/* The whole page. */
static void say_page(struct plain *plain)
{
    struct screen_model *model = plain->session->model;
    TALLOC_CTX *context = talloc_new(model);
    putchar('\n');
    if (model->page == PAGE_CASE)
        say_case(model, context);
    else
        say_queue(model, context);
    remember(plain);
    talloc_free(context);
}

static bool same_row(const json_t *left, const json_t *right)
{
    static const char *const members[] = {"order", "id", "key", "person_id"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strcmp(screen_member(left, members[i]), screen_member(right, members[i])) != 0)
            return false;
    return true;
}

static bool list_is_as_heard(const struct plain *plain)
{
    struct screen_model *model = plain->session->model;
    const size_t count = plain_rows(model);
    bool same = count == json_array_size(plain->heard);
    for (size_t i = 0; same && i < count; i++)
        same = same_row(json_array_get(plain->heard, i), row_here(model, i));
    return same;
}

/* Where one is: the page when one has come to it, else only the row in hand. */
void plain_say_place(struct plain *plain)
{
    struct screen_model *model = plain->session->model;
    if (model->page != plain->page ||
        (model->page == PAGE_CASE && strcmp(plain->order, screen_front(model)->order) != 0)) {
        say_page(plain);
        return;
    }
    if (!plain->changed_told && !list_is_as_heard(plain)) {
        plain_say("A lista mudou; ler diz a lista.");
        plain->changed_told = true;
    }
    TALLOC_CTX *context = talloc_new(model);
    if (*plain_chosen(model) < plain_rows(model))
        say_row(model, context, *plain_chosen(model));
    if (model->page == PAGE_CASE && screen_row_in_hand(model) != NULL)
        plain_say(row_detail(context, screen_row_in_hand(model), false));
    talloc_free(context);
}

void plain_say_keys(struct screen_model *model)
{
    TALLOC_CTX *context = talloc_new(model);
    char name[8];
    plain_say(
        "Número escolhe; letra faz; linha vazia é Enter. ler diz a lista; fila, conferir e caso mudam de "
        "página.");
    for (const struct screen_act *act = screen_acts; act->key != 0; act++)
        if ((act->places & (unsigned)screen_place(model)) != 0 && act->key != '1' && act->key != '2')
            plain_say(joined(talloc_asprintf(context, "%s: %s", act_key_name(act->key, name), act->help)));
    talloc_free(context);
}

void plain_choose(struct plain *plain, size_t number)
{
    struct screen_model *model = plain->session->model;
    const json_t *wanted = json_array_get(plain->heard, number - 1);
    for (size_t i = 0; i < plain_rows(model); i++) {
        if (same_row(wanted, row_here(model, i))) {
            *plain_chosen(model) = i;
            return;
        }
    }
    screen_message(model, true, "Saiu da lista; ler diz a lista como está.");
}
