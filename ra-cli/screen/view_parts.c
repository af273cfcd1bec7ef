/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/view_internal.h"
#include "ra-cli/screen/words_view.h"
#include "ra-cli/terminal.h"
#include "ra-cli/words.h"

#include <ncurses.h>
#include <stdlib.h>
#include <string.h>

enum {
    TALL = 32,
    TALL_DETAIL_LINES = 8,
    DETAIL_LINES = 4,
    LABEL_WIDTH = 24,
    NARROW = 70,
    MARK_WIDTH = 4,
    ID_WIDTH = 9
};

static bool is(const json_t *object, const char *name, const char *value)
{
    return strcmp(screen_member(object, name), value) == 0;
}

/* The first of a list to draw, so that the one in hand is in view. */
static size_t first_shown(size_t at, size_t room)
{
    return at < room ? 0 : at - room + 1;
}

/* A line of columns while it is written. */
struct columns {
    FILE *out;
    char *text;
    size_t size;
};

static bool columns_open(struct columns *columns)
{
    *columns = (struct columns){.text = NULL};
    columns->out = open_memstream(&columns->text, &columns->size);
    return columns->out != NULL;
}

static const char *columns_close(struct view *view, struct columns *columns)
{
    fclose(columns->out);
    const char *text = talloc_strdup(view->context, columns->text);
    free(columns->text);
    return text == NULL ? "" : text;
}

/* --- the queue and the inbox --- */

static enum paint paint_of(const json_t *item, const char *left)
{
    if (strncmp(left, "ATRASO", 6) == 0)
        return PAINT_BAD;
    if (is(item, "state", "called"))
        return PAINT_GOOD;
    return is(item, "state", "waiting") ? PAINT_WARN : PAINT_PLAIN;
}

static const char *hour_of(struct view *view, const char *stamp)
{
    const char *hour = strlen(stamp) > 16 ? talloc_strndup(view->context, stamp + 11, 5) : NULL;
    return hour == NULL ? "" : hour;
}

static const char *standing(struct view *view, const json_t *item, int width, const char *left)
{
    const char *text = words_standing(view->context, view->model, item, " · ",
                                      width < NARROW && !is(item, "state", "called"));
    if (left[0] == '\0')
        return text;
    text = talloc_asprintf(view->context, "%s · %s", text, left);
    return text == NULL ? "" : text;
}

static const char *queue_line(struct view *view, const json_t *item, int width, const char *left)
{
    struct columns columns;
    if (!columns_open(&columns))
        return "";
    fprintf(columns.out, " %s ", queue_mark(screen_member(item, "state")));
    terminal_column(columns.out, screen_member(item, "ticket"), 5);
    terminal_column(columns.out, hour_of(view, screen_member(item, "start")), 6);
    terminal_column(columns.out, words_called(item), width < NARROW ? 16 : 27);
    fputc(' ', columns.out);
    if (width >= NARROW) {
        terminal_column(columns.out, screen_member(item, "product"), 9);
        fputc(' ', columns.out);
    }
    fputs(width < NARROW && left[0] != '\0' ? left : standing(view, item, width, left), columns.out);
    return columns_close(view, &columns);
}

/* What the shift must know, under the queue, and the note of who left. Returns the last line free. */
static int draw_board(struct view *view, int last, int column, int width)
{
    const json_t *queue = view->model->queue;
    const char *note = words_handover(view->context, queue), *notice;
    for (size_t at = 0; (notice = words_notice(view->context, queue, at)) != NULL; at++)
        view_put(view, last--, column, width, PAINT_BAD, false, notice);
    if (note[0] != '\0') {
        view_paragraph(view, last - 1, last, column, width, note);
        view_rule(view, last - 2, column, width, "");
        last -= 3;
    }
    return last;
}

/* The promised hour runs from the end of the attendance; a check-in that was undone has none. */
static const char *hour_of_item(struct view *view, const json_t *item)
{
    return is(item, "state", "finished")
               ? hour_left(view->context, screen_member(item, "deadline"), view->model->now_s)
               : "";
}

void view_queue(struct view *view, int first, int last, int column, int width, bool chosen)
{
    struct screen_model *model = view->model;
    last = draw_board(view, last, column, width);
    const size_t count = screen_queue_count(model, "items"), room = (size_t)(last - first);
    view_rule(view, first, column, width, " Senha Hora  Nome ");
    size_t top = first_shown(chosen ? model->queue_at : 0, room);
    for (size_t i = top; i < count && i - top < room; i++) {
        const json_t *item = screen_queue_item(model, "items", i);
        const char *left = hour_of_item(view, item);
        view_put(view, first + 1 + (int)(i - top), column, width, paint_of(item, left),
                 chosen && i == model->queue_at, queue_line(view, item, width, left));
    }
    if (count == 0)
        view_put(view, first + 2, column + 2, width - 2, PAINT_PLAIN, false,
                 model->queue == NULL ? "lendo a fila…" : "Ninguém na fila. w abre um pedido, / procura.");
}

static const char *inbox_line(struct view *view, const json_t *item)
{
    struct columns columns;
    if (!columns_open(&columns))
        return "";
    fputs("   ", columns.out);
    terminal_column(columns.out, hour_of(view, screen_member(item, "since")), 6);
    terminal_column(columns.out, words_called(item), 28);
    fputc(' ', columns.out);
    terminal_column(columns.out, screen_member(item, "product"), 9);
    if (is(item, "kind", "renewal"))
        fputs(" renovação: conferir e validar", columns.out);
    else
        fprintf(columns.out, " validado por %s", screen_member(item, "validated_by"));
    return columns_close(view, &columns);
}

/* "Livres: BRUNO …, CARLA …" */
static const char *who_is_free(struct view *view)
{
    char *text = talloc_strdup(view->context, "Podem conferir agora:");
    size_t index, free_ones = 0;
    json_t *agent;
    json_array_foreach(json_object_get(view->model->queue, "agents"), index, agent)
    {
        if (text == NULL || !json_is_true(json_object_get(agent, "free")))
            continue;
        text =
            talloc_asprintf_append(text, "%s %s", free_ones++ == 0 ? "" : ",", screen_member(agent, "name"));
    }
    if (free_ones == 0)
        return "Nenhum outro agente está livre agora.";
    return text == NULL ? "" : text;
}

void view_inbox(struct view *view, int first, int last, int column, int width)
{
    struct screen_model *model = view->model;
    const size_t count = screen_queue_count(model, "inbox"), room = (size_t)(last - first - 1);
    view_rule(view, first, column, width, " Esperam um agente, o mais antigo primeiro ");
    size_t top = first_shown(model->inbox_at, room);
    for (size_t i = top; i < count && i - top < room; i++)
        view_put(view, first + 1 + (int)(i - top), column, width, PAINT_PLAIN, i == model->inbox_at,
                 inbox_line(view, screen_queue_item(model, "inbox", i)));
    if (count == 0)
        view_put(view, first + 2, column + 2, width - 2, PAINT_PLAIN, false,
                 "Nenhum caso espera conferência.");
    view_put(view, last, column, width, PAINT_DIM, false, who_is_free(view));
}

/* --- the case --- */

static enum paint paint_of_row(const struct screen_row *row)
{
    if (row->question)
        return PAINT_DIM;
    if (is(row->json, "state", "rejected"))
        return PAINT_BAD;
    return is(row->json, "state", "accepted") || is(row->json, "state", "waived") ? PAINT_GOOD : PAINT_PLAIN;
}

static const char *item_line(struct view *view, const struct screen_row *row)
{
    struct columns columns;
    if (!columns_open(&columns))
        return "";
    fprintf(columns.out, "%s ", row_mark(row));
    if (!row->question)
        terminal_column(columns.out, screen_member(row->json, "id"), ID_WIDTH);
    fputs(row_text(view->context, row), columns.out);
    return columns_close(view, &columns);
}

static bool begins_person(const struct screen_case *kase, size_t i)
{
    return i == 0 || kase->rows[i].question != kase->rows[i - 1].question ||
           !is(kase->rows[i].json, "person_id", screen_member(kase->rows[i - 1].json, "person_id"));
}

/* Lines that the rows from `from` to `to` take, with the titles of persons. */
static size_t lines_between(const struct screen_case *kase, size_t from, size_t to)
{
    size_t lines = 0;
    for (size_t i = from; i <= to && i < kase->row_count; i++)
        lines += begins_person(kase, i) || i == from ? 2U : 1U;
    return lines;
}

static void draw_rows(struct view *view, int first, int last, int column, int width)
{
    const struct screen_case *kase = screen_front(view->model);
    const size_t room = last < first ? 0 : (size_t)last - (size_t)first + 1;
    size_t top = 0;
    while (top < kase->at && lines_between(kase, top, kase->at) > room)
        top++;
    int line = first;
    for (size_t i = top; i < kase->row_count && line <= last; i++) {
        if (begins_person(kase, i) || i == top) {
            char *title = talloc_asprintf(view->context, "%s%s", kase->rows[i].question ? "Perguntas · " : "",
                                          row_person(view->context, &kase->rows[i]));
            view_put(view, line++, column, width, PAINT_DIM, false, title == NULL ? "" : title);
        }
        if (line <= last)
            view_put(view, line++, column + 1, width - 1, paint_of_row(&kase->rows[i]), i == kase->at,
                     item_line(view, &kase->rows[i]));
    }
}

static const char *hour_of_case(struct view *view, const struct screen_case *kase)
{
    for (size_t i = 0; i < screen_queue_count(view->model, "items"); i++) {
        const json_t *item = screen_queue_item(view->model, "items", i);
        if (is(item, "order", kase->order))
            return hour_of_item(view, item);
    }
    return "";
}

void view_case(struct view *view, int first, int last, int column, int width)
{
    const struct screen_case *kase = screen_front(view->model);
    const struct screen_row *row = screen_row_in_hand(view->model);
    const char *hour = hour_of_case(view, kase);
    for (size_t i = 0; i < 3; i++)
        view_put(view, first + (int)i, column, width, PAINT_PLAIN, false,
                 case_head(view->context, kase, i, (size_t)width));
    char *count = talloc_asprintf(view->context, " %s%s%s ", case_count(view->context, kase),
                                  hour[0] == '\0' ? "" : " · a hora: ", hour);
    view_rule(view, first + 3, column, width, count == NULL ? "" : count);
    const int detail = view->lines < TALL ? DETAIL_LINES : TALL_DETAIL_LINES;
    draw_rows(view, first + 4, last - detail - 1, column, width);
    view_rule(view, last - detail, column, width, "");
    if (row != NULL)
        view_paragraph(view, last - detail + 1, last, column, width, row_detail(view->context, row, true));
}

/* --- search --- */

static const char *found_line(struct view *view, const json_t *item)
{
    struct columns columns;
    const json_t *states = json_object_get(item, "states");
    const char *issuance = screen_member(states, "issuance");
    if (!columns_open(&columns))
        return "";
    fputs("  ", columns.out);
    terminal_column(columns.out, screen_member(item, "order"), 13);
    fputc(' ', columns.out);
    terminal_column(columns.out, words_called(item), 36);
    fputc(' ', columns.out);
    terminal_column(columns.out, screen_member(item, "product"), 10);
    fprintf(columns.out, " %s",
            words_state(strcmp(issuance, "none") != 0 ? issuance : screen_member(states, "attendance")));
    return columns_close(view, &columns);
}

void view_find(struct view *view, int first, int last)
{
    const struct screen_model *model = view->model;
    const json_t *items = json_object_get(model->found, "items");
    char *typed = talloc_asprintf(view->context, "Procurar: %s_", model->search.text);
    view_rule(view, first, 0, view->columns, " CPF, CNPJ, nome, código, série ou telefone ");
    view_put(view, first + 1, 0, view->columns, PAINT_PLAIN, false, typed == NULL ? "" : typed);
    for (size_t i = 0; i < json_array_size(items) && first + 3 + (int)i <= last; i++)
        view_put(view, first + 3 + (int)i, 0, view->columns, PAINT_PLAIN, i == model->found_at,
                 found_line(view, json_array_get(items, i)));
    if (model->found != NULL && json_array_size(items) == 0)
        view_put(view, first + 3, 2, view->columns - 2, PAINT_PLAIN, false, "Nada encontrado.");
}

/* --- forms --- */

static void draw_field(struct view *view, int line, int column, int width, size_t i)
{
    struct screen_form *form = view->model->form;
    const struct form_field *field = &form->fields[i];
    const bool here = i == form->at;
    const char *shown = form_shown(form, field);
    char *value = field->kind == FORM_CHOICE
                      ? talloc_asprintf(view->context, "%s %s", here ? "‹›" : "  ", shown)
                      : talloc_asprintf(view->context, "%s%s", shown, here ? "_" : "");
    char *label = talloc_asprintf(view->context, "%s%s%s", here ? "▸ " : "  ", field->label,
                                  field->required ? " *" : "");
    view_put(view, line, column, LABEL_WIDTH, PAINT_PLAIN, false, label == NULL ? "" : label);
    view_put(view, line, column + LABEL_WIDTH, width - LABEL_WIDTH, PAINT_PLAIN, here,
             value == NULL ? "" : value);
}

static int draw_subject(struct view *view, int line, int column, int width)
{
    const struct screen_form *form = view->model->form;
    if (form->subject == NULL)
        return line;
    return view_paragraph(view, line, line + 1, column, width, form->subject);
}

/* A box over the page; the page stays readable above it. */
void view_form(struct view *view)
{
    struct screen_form *form = view->model->form;
    const int column = view_is_split(view) ? VIEW_BESIDE + 1 : 0;
    const int width = view->columns - column;
    const int room = (int)form->count + (form->subject == NULL ? 2 : 4);
    const int first = view->lines - 2 - room < 2 ? 2 : view->lines - 2 - room;
    char *title = talloc_asprintf(view->context, " %s ", form->title);
    for (int line = first; line < first + room && line < view->lines - 2; line++)
        view_put(view, line, column, width, PAINT_PLAIN, false, "");
    view_rule(view, first, column, width, title == NULL ? "" : title);
    int line = draw_subject(view, first + 1, column + 1, width - 2);
    for (size_t i = 0; i < form->count; i++)
        draw_field(view, line + (int)i, column, width, i);
    line += (int)form->count;
    view_put(view, line, column + 2, width - 2, PAINT_BAD, false, form->problem == NULL ? "" : form->problem);
}
