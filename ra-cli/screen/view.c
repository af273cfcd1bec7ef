/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/view.h"

#include "ra-cli/screen/keys.h"
#include "ra-cli/screen/view_internal.h"
#include "ra-cli/screen/words_view.h"
#include "ra-cli/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDE = 110, ESCAPE_MS = 25 };

/* --- the terminal --- */

bool view_open(void)
{
    setlocale(LC_ALL, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_ALL, "C.UTF-8");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || newterm(NULL, stdout, stdin) == NULL)
        return false;
    raw(); /* Ctrl-C and Ctrl-Z must not leave a half-made act behind */
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    nodelay(stdscr, TRUE);
    curs_set(0);
    if (has_colors()) {
        start_color();
        use_default_colors();
        init_pair(PAINT_GOOD, COLOR_GREEN, -1);
        init_pair(PAINT_WARN, COLOR_YELLOW, -1);
        init_pair(PAINT_BAD, COLOR_RED, -1);
        init_pair(PAINT_BAR, COLOR_WHITE, COLOR_BLUE);
        init_pair(PAINT_DIM, COLOR_CYAN, -1);
    }
    return true;
}

void view_close(void)
{
    endwin();
}

static int key_of(int got, wint_t wide)
{
    static const struct {
        int curses, key;
    } keys[] = {{KEY_UP, SCREEN_UP},         {KEY_DOWN, SCREEN_DOWN},
                {KEY_LEFT, SCREEN_LEFT},     {KEY_RIGHT, SCREEN_RIGHT},
                {KEY_PPAGE, SCREEN_PAGE_UP}, {KEY_NPAGE, SCREEN_PAGE_DOWN},
                {KEY_HOME, SCREEN_HOME},     {KEY_END, SCREEN_END},
                {KEY_ENTER, SCREEN_ENTER},   {KEY_BACKSPACE, SCREEN_BACKSPACE},
                {KEY_BTAB, SCREEN_BACKTAB},  {KEY_F(2), SCREEN_SEND}};
    static const struct {
        wint_t control;
        int key;
    } controls[] = {{'\r', SCREEN_ENTER},    {'\n', SCREEN_ENTER},  {'\t', SCREEN_TAB}, {27, SCREEN_ESCAPE},
                    {127, SCREEN_BACKSPACE}, {8, SCREEN_BACKSPACE}, {21, SCREEN_CLEAR}, {12, SCREEN_LOCK}};
    for (size_t i = 0; got == KEY_CODE_YES && i < sizeof keys / sizeof *keys; i++)
        if (wide == (wint_t)keys[i].curses)
            return keys[i].key;
    for (size_t i = 0; got == OK && i < sizeof controls / sizeof *controls; i++)
        if (wide == controls[i].control)
            return controls[i].key;
    return got == OK && wide >= 0x20 ? (int)wide : 0;
}

int view_key(int descriptor, int milliseconds)
{
    wint_t wide = 0;
    int got = get_wch(&wide);
    if (got == ERR) {
        struct pollfd ready[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                 {.fd = descriptor, .events = POLLIN}};
        poll(ready, 2, milliseconds);
        got = get_wch(&wide);
    }
    return got == ERR ? 0 : key_of(got, wide);
}

/* --- drawing --- */

static short paint_pair(enum paint paint)
{
    static const short pairs[] = {
        [PAINT_PLAIN] = 0,       [PAINT_GOOD] = PAINT_GOOD, [PAINT_WARN] = PAINT_WARN,
        [PAINT_BAD] = PAINT_BAD, [PAINT_BAR] = PAINT_BAR,   [PAINT_DIM] = PAINT_DIM};
    return pairs[has_colors() ? paint : PAINT_PLAIN];
}

static attr_t attributes_of(enum paint paint)
{
    switch (paint) {
    case PAINT_BAR:
        return has_colors() ? A_BOLD : A_REVERSE;
    case PAINT_BAD:
    case PAINT_WARN:
        return A_BOLD;
    case PAINT_PLAIN:
    case PAINT_GOOD:
    case PAINT_DIM:
        break;
    }
    return A_NORMAL;
}

void view_put(const struct view *view, int line, int column, int width, enum paint paint, bool selected,
              const char *text)
{
    char *safe = NULL;
    size_t size = 0;
    if (line < 0 || line >= view->lines || column >= view->columns || width <= 0)
        return;
    if (column + width > view->columns)
        width = view->columns - column;
    FILE *out = open_memstream(&safe, &size);
    if (out == NULL)
        return;
    terminal_column(out, text, (size_t)width);
    fclose(out);
    attr_set(attributes_of(paint) | (selected ? A_REVERSE : 0), paint_pair(paint), NULL);
    mvaddstr(line, column, safe);
    attr_set(A_NORMAL, 0, NULL);
    free(safe);
}

void view_rule(const struct view *view, int line, int column, int width, const char *title)
{
    attr_set(attributes_of(PAINT_DIM), paint_pair(PAINT_DIM), NULL);
    mvhline(line, column, ACS_HLINE, width);
    attr_set(A_NORMAL, 0, NULL);
    if (title[0] != '\0')
        view_put(view, line, column + 2,
                 (int)strlen(title) < width - 4 ? (int)view_columns(title) : width - 4, PAINT_DIM, false,
                 title);
}

size_t view_columns(const char *text)
{
    size_t columns = 0;
    for (; *text != '\0'; text++)
        columns += ((unsigned char)*text & 0xC0) != 0x80;
    return columns;
}

/* Lines of at most `width` columns, broken between words; "" when memory ran out. */
static char *wrapped(const struct view *view, int width, const char *text)
{
    char *lines = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&lines, &size);
    if (out == NULL)
        return talloc_strdup(view->context, "");
    terminal_paragraph(out, text, 0, 0, (size_t)width);
    fclose(out);
    char *kept = talloc_strdup(view->context, lines);
    free(lines);
    return kept;
}

int view_paragraph(const struct view *view, int line, int last, int column, int width, const char *text)
{
    char *rest = wrapped(view, width, text);
    for (char *one = strsep(&rest, "\n"); one != NULL && one[0] != '\0' && line <= last;
         one = strsep(&rest, "\n"))
        view_put(view, line++, column, width, PAINT_PLAIN, false, one);
    return line;
}

/* --- the frame --- */

static const char *an_instant(const struct screen_model *model)
{
    const char *now = screen_member(model->queue, "now");
    return now[0] != '\0' ? now : screen_member(screen_queue_item(model, "items", 0), "start");
}

static void draw_title(struct view *view)
{
    const struct screen_model *model = view->model;
    const char *link = model->linked ? "● ligado" : "✗ SEM REDE, tentando";
    char *left = talloc_asprintf(view->context, " Guichê  %s", model->who);
    const char *instant = an_instant(model); /* before the office has said its hour there is none to show */
    char *right = talloc_asprintf(view->context, "%s  %s ", link,
                                  instant[0] == '\0' ? "" : clock_at(view->context, instant, model->now_s));
    if (left == NULL || right == NULL)
        return;
    int width = (int)view_columns(right);
    view_put(view, 0, 0, view->columns, PAINT_BAR, false, left);
    view_put(view, 0, view->columns - width, width, PAINT_BAR, false, right);
}

static int draw_tab(struct view *view, int column, bool here, const char *text)
{
    int width = (int)view_columns(text);
    view_put(view, 1, column, width, here ? PAINT_PLAIN : PAINT_DIM, here, text);
    return column + width + 1;
}

static void draw_tabs(struct view *view)
{
    struct screen_model *model = view->model;
    enum screen_page page = model->page > PAGE_CASE ? model->under : model->page;
    int column = draw_tab(view, 0, page == PAGE_QUEUE,
                          talloc_asprintf(view->context, " 1 Fila %zu ", screen_queue_count(model, "items")));
    column = draw_tab(view, column, page == PAGE_INBOX,
                      talloc_asprintf(view->context, " 2 Conferir %zu ", screen_queue_count(model, "inbox")));
    for (size_t i = 0; i < SCREEN_SLOTS; i++) {
        const struct screen_case *kase = &model->cases[(model->front + i) % SCREEN_SLOTS];
        if (kase->order[0] == '\0')
            continue;
        const char *name = case_name(view->context, model, kase);
        column = draw_tab(view, column, page == PAGE_CASE && i == 0,
                          talloc_asprintf(view->context, " %s%.40s ", i == 0 ? "" : "x ao lado: ", name));
    }
}

/* Whole, over the last lines of the page where one is not enough; a form stands there. */
static void draw_message(struct view *view, enum paint paint, const char *text)
{
    enum { MOST = 4 };
    int count = 0;
    if (view->model->form != NULL || (int)view_columns(text) <= view->columns) {
        view_put(view, view->lines - 2, 0, view->columns, paint, false, text);
        return;
    }
    char *lines[MOST] = {NULL}, *rest = wrapped(view, view->columns, text);
    for (char *one = strsep(&rest, "\n"); one != NULL && one[0] != '\0' && count < MOST;
         one = strsep(&rest, "\n"))
        lines[count++] = one;
    for (int i = 0; i < count; i++)
        view_put(view, view->lines - 1 - count + i, 0, view->columns, paint, false, lines[i]);
}

static void draw_bottom(struct view *view)
{
    const struct screen_model *model = view->model;
    const bool problem = model->message_is_problem;
    const char *mark = model->message[0] == '\0' || model->acting ? "" : problem ? "✗ " : "✓ ";
    const char *said = !model->linked && model->acting
                           ? "Sem rede: o ato vai de novo, uma vez só, quando ela voltar. Esc desiste."
                           : model->message;
    char *line = talloc_asprintf(view->context, "%s%s", model->linked ? mark : "✗ ", said);
    draw_message(view,
                 problem || !model->linked   ? PAINT_BAD
                 : model->message[0] != '\0' ? PAINT_GOOD
                                             : PAINT_PLAIN,
                 line == NULL ? "" : line);
    view_put(view, view->lines - 1, 0, view->columns, PAINT_DIM, false,
             keys_line(view->context, model, (size_t)view->columns));
}

/* --- pages --- */

static void draw_lock(struct view *view)
{
    const struct screen_model *model = view->model;
    char hidden[64];
    size_t length = model->secret.length < sizeof hidden - 1 ? model->secret.length : sizeof hidden - 1;
    memset(hidden, '*', length);
    hidden[length] = '\0';
    const char *ask = model->is_protected ? "Senha da identidade:" : "Trancado. Digite o nome da identidade:";
    int line = view->lines / 2 - 1, column = view->columns > 60 ? (view->columns - 60) / 2 : 0;
    view_put(view, line, column, 60, PAINT_PLAIN, false, ask);
    view_put(view, line + 1, column, 60, PAINT_PLAIN, true,
             model->is_protected ? hidden : model->secret.text);
    view_put(view, line + 3, column, 60, PAINT_BAD, false, model->trying ? "conferindo…" : model->message);
    move(line + 1, column + (int)length);
}

static void draw_text(struct view *view)
{
    const struct screen_model *model = view->model;
    const struct screen_text *text = &model->text;
    const char *more = text->top + model->page_lines < text->count ? " (há mais abaixo)" : "";
    char *title = talloc_asprintf(view->context, " %s%s ", text->title, more);
    view_rule(view, 2, 0, view->columns, title == NULL ? "" : title);
    for (size_t i = 0; i < model->page_lines && text->top + i < text->count; i++)
        view_put(view, 3 + (int)i, 0, view->columns, PAINT_PLAIN, false, text->lines[text->top + i]);
}

bool view_is_split(const struct view *view)
{
    return view->columns >= WIDE && view->model->page == PAGE_CASE;
}

static void draw_body(struct view *view)
{
    struct screen_model *model = view->model;
    enum screen_page page = model->page;
    if (page == PAGE_TEXT || page == PAGE_READ) {
        draw_text(view);
        return;
    }
    if (page == PAGE_FIND) {
        view_find(view, 2, view->lines - 3);
        return;
    }
    if (view_is_split(view)) {
        view_queue(view, 2, view->lines - 3, 0, VIEW_BESIDE, false);
        view_case(view, 2, view->lines - 3, VIEW_BESIDE + 1, view->columns - VIEW_BESIDE - 1);
    } else if (page == PAGE_CASE) {
        view_case(view, 2, view->lines - 3, 0, view->columns);
    } else if (page == PAGE_INBOX) {
        view_inbox(view, 2, view->lines - 3, 0, view->columns);
    } else {
        view_queue(view, 2, view->lines - 3, 0, view->columns, true);
    }
}

void view_draw(struct screen_model *model)
{
    struct view view = {.model = model, .context = talloc_new(model)};
    getmaxyx(stdscr, view.lines, view.columns);
    screen_size(model, view.lines > 8 ? (size_t)view.lines - 5 : 3, (size_t)view.columns);
    erase();
    curs_set(0);
    if (model->page == PAGE_LOCK) {
        draw_lock(&view);
    } else {
        draw_title(&view);
        draw_tabs(&view);
        draw_body(&view);
        draw_bottom(&view);
        if (model->form != NULL)
            view_form(&view);
    }
    refresh();
    talloc_free(view.context);
}
