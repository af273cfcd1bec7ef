/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/plain.h"

#include "ra-cli/screen/keys.h"
#include "ra-cli/screen/words_view.h"
#include "ra-cli/terminal.h"
#include "ra-cli/words.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = FIELD_SIZE, WAIT_MS = 200 };

/* --- lines in and out --- */

static void say(const char *text)
{
    terminal_text(stdout, text);
    putchar('\n');
}

/* false at the end of the input. */
static bool ask(const char *prompt, char line[LINE_SIZE])
{
    terminal_text(stdout, prompt);
    fflush(stdout);
    if (fgets(line, LINE_SIZE, stdin) == NULL)
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

/* A number of the list that was read out, from 1 on; 0: it is none. */
static size_t number_of(const char *line, size_t count)
{
    char *end = NULL;
    unsigned long number = strtoul(line, &end, 10);
    return isdigit((unsigned char)line[0]) && *end == '\0' && number <= count ? (size_t)number : 0;
}

static void type(struct screen_model *model, const char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        int point = byte;
        size_t more = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : byte >= 0xC0 ? 1 : 0;
        if (more > 0)
            point = byte & (0x3F >> more);
        for (; more > 0 && text[1] != '\0'; more--)
            point = point << 6 | (*++text & 0x3F);
        screen_key(model, point);
    }
}

/* Until the act and its readings are over, or something must be read or typed. */
static void settle(struct session *session)
{
    struct screen_model *model = session->model;
    bool told = false;
    session_step(session);
    while ((model->acting || model->running > 0 || model->job_count > 0) && model->page != PAGE_READ &&
           !model->leaving) {
        struct pollfd ready = {.fd = transport_descriptor(session->transport), .events = POLLIN};
        poll(&ready, 1, WAIT_MS);
        session_step(session);
        if (!model->linked && !told)
            say("Sem rede. O ato vai de novo, uma vez só, quando ela voltar.");
        told = told || !model->linked;
    }
}

/* --- what is in hand, read out --- */

static void say_member(const json_t *item, const char *name)
{
    const char *value = screen_member(item, name);
    fputs(value[0] == '\0' ? "" : ", ", stdout);
    terminal_text(stdout, words_state(value));
}

static void say_queue(struct screen_model *model, TALLOC_CTX *context)
{
    const bool inbox = model->page == PAGE_INBOX;
    const char *list = inbox ? "inbox" : "items";
    const size_t count = screen_queue_count(model, list), at = inbox ? model->inbox_at : model->queue_at;
    const char *note = words_handover(context, model->queue), *notice;
    putchar('\n');
    for (size_t line = 0; (notice = words_notice(context, model->queue, line)) != NULL; line++)
        say(notice);
    if (note[0] != '\0')
        say(note);
    printf("%s: %zu\n", inbox ? "Casos que esperam um agente" : "Fila do dia", count);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = screen_queue_item(model, list, i);
        const char *left = hour_left(context, screen_member(item, "deadline"), model->now_s);
        const char *ticket = screen_member(item, "ticket"), *start = screen_member(item, "start");
        printf("%zu%s. ", i + 1, i == at ? " (escolhido)" : "");
        terminal_text(stdout, ticket);
        fputs(ticket[0] == '\0' ? "" : " ", stdout);
        terminal_text(stdout, screen_member(item, "name"));
        if (strlen(start) > 16)
            printf(", às %.5s", start + 11);
        const bool renewal = strcmp(screen_member(item, "kind"), "renewal") == 0;
        fputs(inbox && !renewal ? ", validado por " : ", ", stdout);
        terminal_text(stdout, renewal ? "renovação: conferir e validar"
                              : inbox ? screen_member(item, "validated_by")
                                      : words_state(screen_member(item, "state")));
        say_member(item, "parked_reason");
        say_member(item, "priority");
        printf("%s%s\n", left[0] == '\0' ? "" : ", ", left);
    }
}

static void say_case(struct screen_model *model, TALLOC_CTX *context)
{
    const struct screen_case *kase = screen_front(model);
    const char *person = "";
    putchar('\n');
    for (size_t i = 0; i < 3; i++)
        say(case_head(context, kase, i));
    say(case_count(context, kase));
    for (size_t i = 0; i < kase->row_count; i++) {
        const struct screen_row *row = &kase->rows[i];
        const char *whose = row_person(context, row);
        if (strcmp(whose, person) != 0)
            say(whose);
        person = whose;
        printf("%zu%s. %s ", i + 1, i == kase->at ? " (escolhido)" : "", row_mark(row));
        terminal_text(stdout, row->question ? "" : screen_member(row->json, "id"));
        putchar(' ');
        say(row_text(context, row));
    }
    if (screen_row_in_hand(model) != NULL)
        say(row_detail(context, screen_row_in_hand(model)));
}

static void say_page(struct screen_model *model)
{
    TALLOC_CTX *context = talloc_new(model);
    if (model->page == PAGE_CASE)
        say_case(model, context);
    else
        say_queue(model, context);
    say(keys_line(context, model, 400));
    talloc_free(context);
}

static void say_message(struct screen_model *model)
{
    if (model->message[0] != '\0')
        printf("%s", model->message_is_problem ? "Não: " : "Sim: ");
    if (model->message[0] != '\0')
        say(model->message);
    model->message[0] = '\0';
}

/* --- forms --- */

static void say_choices(const struct form_field *field)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        printf("  %zu%s. ", i + 1, i == field->chosen ? " (escolhido)" : "");
        say(field->choices[i].label);
    }
}

/* "." gives the form up; an empty line leaves the field as it is. */
static bool fill_field(struct screen_form *form, struct form_field *field)
{
    char line[LINE_SIZE], prompt[LINE_SIZE];
    snprintf(prompt, sizeof prompt, "%s%s [%s]: ", field->label, field->required ? ", necessário" : "",
             form_shown(form, field));
    if (field->kind == FORM_CHOICE)
        say_choices(field);
    if (!ask(prompt, line) || strcmp(line, ".") == 0)
        return false;
    size_t number = field->kind == FORM_CHOICE ? number_of(line, field->choice_count) : 0;
    if (number > 0)
        field->chosen = number - 1;
    else if (field->kind != FORM_CHOICE && line[0] != '\0')
        field_set(&field->typed, line);
    return true;
}

static void fill_form(struct screen_model *model)
{
    struct screen_form *form = model->form;
    printf("\n%s. Linha vazia mantém; ponto desiste.\n", form->title);
    if (form->subject != NULL)
        say(form->subject);
    for (size_t i = 0; i < form->count; i++) {
        if (!fill_field(form, &form->fields[i])) {
            screen_key(model, SCREEN_ESCAPE);
            return;
        }
    }
    screen_key(model, SCREEN_ENTER);
    if (model->form != NULL && model->form->problem != NULL)
        say(model->form->problem);
}

/* --- pages that are no list --- */

static void say_text(struct screen_model *model)
{
    putchar('\n');
    say(model->text.title);
    for (size_t i = 0; i < model->text.count; i++)
        say(model->text.lines[i]);
}

static bool read_and_sign(struct screen_model *model)
{
    char line[LINE_SIZE];
    say_text(model);
    model->read_to_end = true; /* it was read out whole */
    bool more = ask("Assinar? s ou n: ", line);
    screen_key(model, more && (line[0] == 's' || line[0] == 'S') ? 's' : 'n');
    return more;
}

static bool find(struct screen_model *model, struct session *session)
{
    char line[LINE_SIZE];
    if (!ask("Procurar (vazio desiste): ", line))
        return false;
    screen_key(model, SCREEN_CLEAR);
    type(model, line);
    settle(session);
    const json_t *items = json_object_get(model->found, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        printf("%zu. ", i + 1);
        terminal_text(stdout, screen_member(json_array_get(items, i), "name"));
        printf(", pedido %s\n", screen_member(json_array_get(items, i), "order"));
    }
    if (json_array_size(items) == 0)
        say("Nada encontrado.");
    bool more = ask("Número a abrir (vazio desiste): ", line);
    size_t number = number_of(line, json_array_size(items));
    model->found_at = number == 0 ? 0 : number - 1;
    screen_key(model, number == 0 ? SCREEN_ESCAPE : SCREEN_ENTER);
    return more;
}

static bool unlock(struct screen_model *model)
{
    char typed[LINE_SIZE] = "";
    bool read = model->is_protected ? terminal_secret("Senha da identidade: ", typed, sizeof typed)
                                    : ask("Trancado. Nome da identidade: ", typed);
    type(model, typed);
    OPENSSL_cleanse(typed, sizeof typed);
    screen_key(model, SCREEN_ENTER);
    return read;
}

/* --- the loop --- */

static void choose(struct screen_model *model, size_t number)
{
    if (model->page == PAGE_QUEUE)
        model->queue_at = number - 1;
    else if (model->page == PAGE_INBOX)
        model->inbox_at = number - 1;
    else
        screen_front(model)->at = number - 1;
}

static size_t rows_here(struct screen_model *model)
{
    if (model->page == PAGE_CASE)
        return screen_front(model)->row_count;
    return screen_queue_count(model, model->page == PAGE_INBOX ? "inbox" : "items");
}

/* A number of two digits or of a list chooses; 1 and 2 alone are lists as well, so pages go by Tab: "fila",
 * "conferir". */
static bool command(struct screen_model *model)
{
    char line[LINE_SIZE];
    say_page(model);
    if (!ask("Número escolhe; letra faz; fila, conferir e caso mudam de página: ", line))
        return false;
    size_t number = number_of(line, rows_here(model));
    if (number > 0)
        choose(model, number);
    else if (strcmp(line, "fila") == 0)
        screen_key(model, '1');
    else if (strcmp(line, "conferir") == 0)
        screen_key(model, '2');
    else if (strcmp(line, "caso") == 0 && screen_front(model)->order[0] != '\0')
        model->page = PAGE_CASE;
    else if (line[0] == '\0')
        screen_key(model, SCREEN_ENTER);
    else
        type(model, line);
    return true;
}

static bool turn(struct session *session)
{
    struct screen_model *model = session->model;
    if (model->page == PAGE_LOCK)
        return unlock(model);
    if (model->page == PAGE_READ)
        return read_and_sign(model);
    if (model->page == PAGE_FIND)
        return find(model, session);
    if (model->page == PAGE_TEXT) {
        say_text(model);
        screen_key(model, SCREEN_ESCAPE);
        return true;
    }
    if (model->form != NULL) {
        fill_form(model);
        return !feof(stdin);
    }
    return command(model);
}

void plain_run(struct session *session)
{
    struct screen_model *model = session->model;
    bool more = true;
    settle(session);
    while (more && !model->leaving) {
        more = turn(session);
        settle(session);
        say_message(model);
    }
}
