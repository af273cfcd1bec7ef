/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/plain.h"

#include "ra-cli/screen/keys.h"
#include "ra-cli/screen/plain_internal.h"
#include "ra-cli/screen/words_view.h"
#include "ra-cli/terminal.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = FIELD_SIZE, WAIT_MS = 200, SOME_KEYS = 150 };

/* --- lines in and out --- */

static void say_and_free(char *take_text)
{
    plain_say(take_text == NULL ? "" : take_text);
    talloc_free(take_text);
}

/* false at the end of the input. The prompt's line ends, when it is long, where its last word does. */
static bool ask(const char *prompt, char line[LINE_SIZE])
{
    char *lines = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&lines, &size);
    if (out == NULL)
        return false;
    terminal_paragraph(out, prompt, 0, 0, plain_width());
    fclose(out);
    lines[strlen(lines) - 1] = ' '; /* the paragraph's last line stays open */
    fputs(lines, stdout);
    free(lines);
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
            plain_say("Sem rede. O ato vai de novo, uma vez só, quando ela voltar.");
        told = told || !model->linked;
    }
}

static void say_message(struct screen_model *model)
{
    if (model->message_is_problem && model->message[0] != '\0')
        say_and_free(talloc_asprintf(model, "Não: %s", model->message));
    else if (model->message[0] != '\0')
        say_and_free(
            talloc_asprintf(model, "%c%s", toupper((unsigned char)model->message[0]), model->message + 1));
    model->message[0] = '\0';
}

/* --- forms --- */

static void say_choices(struct screen_form *form, const struct form_field *field)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        say_and_free(talloc_asprintf(form, "%zu%s. %s", i + 1, i == field->chosen ? " (escolhido)" : "",
                                     field->choices[i].label));
    }
}

/* "." gives the form up; an empty line leaves the field as it is. */
static bool fill_field(struct screen_form *form, struct form_field *field)
{
    char line[LINE_SIZE], prompt[LINE_SIZE];
    const char *shown = form_shown(form, field);
    snprintf(prompt, sizeof prompt, "%s%s%s%s%s:", field->label, field->required ? ", necessário" : "",
             shown[0] == '\0' ? "" : " [", shown, shown[0] == '\0' ? "" : "]");
    if (field->kind == FORM_CHOICE)
        say_choices(form, field);
    if (!ask(prompt, line) || strcmp(line, ".") == 0)
        return false;
    size_t number = field->kind == FORM_CHOICE ? number_of(line, field->choice_count) : 0;
    if (number > 0)
        field->chosen = number - 1;
    else if (field->kind != FORM_CHOICE && line[0] != '\0')
        field_set(&field->typed, line);
    return true;
}

static void fill_form(struct plain *plain)
{
    struct screen_model *model = plain->session->model;
    struct screen_form *form = model->form;
    plain_say(form->title);
    if (!plain->form_told)
        plain_say("Linha vazia mantém; ponto desiste.");
    plain->form_told = true;
    if (form->subject != NULL)
        plain_say(form->subject);
    for (size_t i = 0; i < form->count; i++) {
        if (!fill_field(form, &form->fields[i])) {
            screen_key(model, SCREEN_ESCAPE);
            return;
        }
    }
    screen_key(model, SCREEN_ENTER);
    if (model->form != NULL && model->form->problem != NULL)
        plain_say(model->form->problem);
}

/* --- pages that are no list --- */

static void say_text(const struct screen_model *model)
{
    putchar('\n');
    plain_say(model->text.title);
    for (const char *line = model->text.content; line != NULL && line[0] != '\0';) {
        const size_t length = strcspn(line, "\n");
        char *one = talloc_strndup(model, line, length);
        plain_say(one == NULL ? "" : one);
        if (one != NULL)
            OPENSSL_cleanse(one, length); /* it may be the slip */
        talloc_free(one);
        line += length + (line[length] == '\n');
    }
}

static bool read_and_sign(struct screen_model *model)
{
    char line[LINE_SIZE];
    say_text(model);
    model->read_to_end = true; /* it was read out whole */
    bool more = ask("Assinar? s ou n:", line);
    screen_key(model, more && (line[0] == 's' || line[0] == 'S') ? 's' : 'n');
    return more;
}

static bool find(struct screen_model *model, struct session *session)
{
    char line[LINE_SIZE];
    if (!ask("Procurar (vazio desiste):", line))
        return false;
    screen_key(model, SCREEN_CLEAR);
    type(model, line);
    settle(session);
    const json_t *items = json_object_get(model->found, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        snprintf(line, LINE_SIZE, "%zu. %s, pedido %s", i + 1,
                 screen_member(json_array_get(items, i), "name"),
                 screen_member(json_array_get(items, i), "order"));
        plain_say(line);
    }
    if (json_array_size(items) == 0)
        plain_say("Nada encontrado.");
    bool more = ask("Número a abrir (vazio desiste):", line);
    size_t number = number_of(line, json_array_size(items));
    model->found_at = number == 0 ? 0 : number - 1;
    screen_key(model, number == 0 ? SCREEN_ESCAPE : SCREEN_ENTER);
    return more;
}

static bool unlock(struct screen_model *model)
{
    char typed[LINE_SIZE] = "";
    bool read = model->is_protected ? terminal_secret("Senha da identidade: ", typed, sizeof typed)
                                    : ask("Trancado. Nome da identidade:", typed);
    type(model, typed);
    OPENSSL_cleanse(typed, sizeof typed);
    screen_key(model, SCREEN_ENTER);
    return read;
}

/* --- the loop --- */

/* Once: how one goes about, and the keys that serve most. */
static void begin(struct screen_model *model)
{
    TALLOC_CTX *context = talloc_new(model);
    plain_say(
        "Número escolhe; letra faz; linha vazia é Enter. ler diz a lista de novo; fila, conferir e caso "
        "mudam de página; ? diz todas as teclas de onde você está.");
    plain_say(keys_line(context, model, SOME_KEYS));
    talloc_free(context);
}

static const char *prompt_here(const struct screen_model *model)
{
    return model->page == PAGE_CASE ? "Caso:" : model->page == PAGE_INBOX ? "Conferir:" : "Fila:";
}

/* As if coming from elsewhere, and as the server has it now. */
static void read_again(struct plain *plain)
{
    screen_refresh(plain->session->model);
    plain->page = PAGE_LOCK;
}

/* A number that was heard chooses; 1 and 2 are pages as well, so those go by word. */
static bool command(struct plain *plain)
{
    struct screen_model *model = plain->session->model;
    char line[LINE_SIZE];
    plain_say_place(plain);
    if (!plain->begun)
        begin(model);
    plain->begun = true;
    if (!ask(prompt_here(model), line))
        return false;
    size_t number = number_of(line, json_array_size(plain->heard));
    if (number > 0)
        plain_choose(plain, number);
    else if (strcmp(line, "fila") == 0)
        screen_key(model, '1');
    else if (strcmp(line, "conferir") == 0)
        screen_key(model, '2');
    else if (strcmp(line, "caso") == 0 && screen_front(model)->order[0] != '\0')
        model->page = PAGE_CASE;
    else if (strcmp(line, "ler") == 0)
        read_again(plain);
    else if (strcmp(line, "?") == 0)
        plain_say_keys(model);
    else if (line[0] == '\0')
        screen_key(model, SCREEN_ENTER);
    else
        type(model, line);
    return true;
}

static bool turn(struct plain *plain)
{
    struct screen_model *model = plain->session->model;
    if (model->page == PAGE_LOCK)
        return unlock(model);
    if (model->page == PAGE_READ)
        return read_and_sign(model);
    if (model->page == PAGE_FIND)
        return find(model, plain->session);
    if (model->page == PAGE_TEXT) {
        say_text(model);
        screen_key(model, SCREEN_ESCAPE);
        return true;
    }
    if (model->form != NULL) {
        fill_form(plain);
        return !feof(stdin);
    }
    return command(plain);
}

void plain_run(struct session *session)
{
    struct screen_model *model = session->model;
    struct plain plain = {.session = session, .page = PAGE_LOCK};
    bool more = true;
    settle(session);
    while (more && !model->leaving) {
        more = turn(&plain);
        settle(session);
        say_message(model);
    }
    json_decref(plain.heard);
}
