/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts that cover the screen: help, a case's history, the slip, and what is read before it is signed.
 */
#include "ra-cli/screen/keys.h"
#include "ra-cli/screen/model_internal.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void drop_lines(struct screen_text *text)
{
    for (size_t i = 0; text->secret && i < text->count; i++)
        OPENSSL_cleanse(text->lines[i], strlen(text->lines[i]));
    TALLOC_FREE(text->lines);
    text->count = 0;
}

static void drop_text(struct screen_text *text)
{
    drop_lines(text);
    if (text->secret && text->content != NULL)
        OPENSSL_cleanse(text->content, strlen(text->content));
    TALLOC_FREE(text->content);
    text->top = 0;
    text->secret = false;
}

static void add_line(struct screen_text *text, size_t indent, const char *line, size_t length)
{
    char **longer = talloc_realloc(NULL, text->lines, char *, (unsigned)text->count + 1);
    if (longer == NULL)
        return;
    text->lines = longer;
    longer[text->count] = talloc_asprintf(longer, "%*s%.*s", (int)indent, "", (int)length, line);
    if (longer[text->count] != NULL)
        text->count++;
}

/* Bytes of as much of a line as fits: what is signed is never cut. */
static size_t fitting(const char *line, size_t length, size_t columns)
{
    size_t used = 0, i = 0;
    while (i < length && used < columns) {
        for (i++; i < length && ((unsigned char)line[i] & 0xC0) == 0x80; i++)
            ;
        used++;
    }
    return i;
}

/* The same, but not in the middle of a word that would fit on the next line. */
static size_t whole_words(const char *line, size_t length, size_t columns)
{
    const size_t fits = fitting(line, length, columns);
    if (fits == length || fits == 0)
        return fits;
    size_t blank = fits - 1; /* the blank stays on its line, within the width: a wider line would be cut */
    while (blank > fits / 2 && line[blank] != ' ')
        blank--;
    return blank > fits / 2 ? blank + 1 : fits;
}

/* Columns before the last gap of a line's beginning: "  k      Chama" goes on under its "Chama". */
static size_t hanging(const char *line, size_t length, size_t columns)
{
    const size_t blanks = strspn(line, " ");
    const size_t word = blanks + strcspn(line + blanks, " \n");
    const size_t gap = strspn(line + word, " ");
    const size_t indent = word < length && gap >= 2 ? word + gap : blanks;
    return indent < columns / 2 ? indent : 0;
}

static void split(struct screen_text *text, const char *content, size_t columns)
{
    size_t indent = 0;
    for (bool begins = true; *content != '\0';) {
        const size_t length = strcspn(content, "\n");
        const size_t fits = whole_words(content, length, begins ? columns : columns - indent);
        add_line(text, begins ? 0 : indent, content, fits);
        if (begins)
            indent = hanging(content, length, columns);
        begins = fits == length;
        content += fits;
        if (begins && *content == '\n')
            content++;
    }
}

/* In the same place, as far as lines of another length have one. */
static void wrap(struct screen_model *model)
{
    struct screen_text *text = &model->text;
    const size_t before = text->count;
    drop_lines(text);
    split(text, text->content, model->page_columns);
    talloc_steal(model, text->lines);
    text->top = before == 0 ? 0 : text->top * text->count / before;
}

void screen_size(struct screen_model *model, size_t lines, size_t columns)
{
    const bool other = columns != model->page_columns;
    model->page_lines = lines;
    model->page_columns = columns;
    if (other && model->text.content != NULL)
        wrap(model);
}

static bool shows_end(const struct screen_model *model)
{
    return model->text.top + model->page_lines >= model->text.count;
}

void model_show_text(struct screen_model *model, const char *title, const char *text, bool secret)
{
    drop_text(&model->text);
    model->text.title = title;
    model->text.secret = secret;
    model->text.content = talloc_strdup(model, text);
    if (model->text.content != NULL)
        wrap(model);
    if (model->page != PAGE_TEXT && model->page != PAGE_READ)
        model->under = model->page;
    model->page = PAGE_TEXT;
}

void model_leave_text(struct screen_model *model)
{
    drop_text(&model->text);
    model->page = model->under;
}

void screen_read(struct screen_model *model, const char *text, const char *question)
{
    if (model->page == PAGE_LOCK) {
        model->verdict = -1;
        return;
    }
    model_show_text(model, question, text, false);
    model->page = PAGE_READ;
    model->verdict = 0;
    model->read_to_end = shows_end(model);
}

static void scroll(struct screen_model *model, int key)
{
    struct screen_text *text = &model->text;
    const size_t page = model->page_lines, last = text->count > page ? text->count - page : 0;
    if (key == SCREEN_UP)
        text->top -= text->top > 0;
    else if (key == SCREEN_DOWN)
        text->top++;
    else if (key == SCREEN_PAGE_UP)
        text->top -= text->top < page ? text->top : page;
    else if (key == SCREEN_PAGE_DOWN || key == ' ')
        text->top += page;
    else if (key == SCREEN_HOME)
        text->top = 0;
    else if (key == SCREEN_END)
        text->top = last;
    if (text->top > last)
        text->top = last;
}

static void read_key(struct screen_model *model, int key)
{
    model->read_to_end = model->read_to_end || shows_end(model);
    if (key == SCREEN_ESCAPE || key == 'n') {
        model->verdict = -1;
        model_leave_text(model);
    } else if (key == 's' && model->read_to_end) {
        model->verdict = 1;
        model_leave_text(model);
    } else if (key == 's') {
        screen_message(model, true, "Leia até o fim antes de assinar (espaço desce).");
    }
}

void model_text_key(struct screen_model *model, int key)
{
    scroll(model, key);
    if (model->page == PAGE_READ)
        read_key(model, key);
    else if (key == SCREEN_ESCAPE || key == SCREEN_ENTER)
        model_leave_text(model);
}

/* --- help --- */

static const char *place_title(enum act_place place)
{
    switch (place) {
    case ACT_IN_QUEUE:
        return "NA FILA";
    case ACT_IN_INBOX:
        return "NOS CASOS A CONFERIR";
    case ACT_IN_CASE:
        return "NO CASO";
    case ACT_ANYWHERE:
        break;
    }
    return "EM TODA PARTE";
}

static void help_of(FILE *out, enum act_place place)
{
    char name[8];
    fprintf(out, "%s\n", place_title(place));
    for (const struct screen_act *act = screen_acts; act->key != 0; act++) {
        const bool everywhere = act->places == ACT_ANYWHERE;
        if (place == ACT_ANYWHERE ? !everywhere : everywhere || (act->places & (unsigned)place) == 0)
            continue;
        fprintf(out, "  %-6s %s", act_key_name(act->key, name), act->help);
        if (act->command[0] != '\0')
            fprintf(out, " [ra-cli %s]", act->command);
        fputc('\n', out);
    }
    fputc('\n', out);
}

void model_show_help(struct screen_model *model)
{
    char *content = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&content, &size);
    if (out == NULL)
        return;
    enum act_place here = screen_place(model);
    help_of(out, here);
    help_of(out, ACT_ANYWHERE);
    for (unsigned place = ACT_IN_QUEUE; place <= ACT_IN_CASE; place *= 2)
        if (place != (unsigned)here)
            help_of(out, (enum act_place)place);
    fputs(
        "Setas, Page Up, Page Down, Home e End andam; Tab muda de página.\nNum formulário, Enter envia, Tab "
        "ou seta passa ao próximo campo, esquerda e direita (ou as primeiras letras) escolhem, Esc fecha.\n",
        out);
    fclose(out);
    model_show_text(model, "Teclas do balcão", content, false);
    free(content);
}
