/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "term/term_layout.h"

#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>

/* Points. */
static const double margin = 62, bottom = 772, footer_top = 786;
static const double label_width = 148, item_indent = 14, notice_padding = 9;

/* --- styles --- */

struct style {
    const char *font;
    double red, green, blue;
    double before; /* space above, points */
    double leading;
    PangoAlignment alignment;
};

#define INK    0.11, 0.13, 0.15
#define SOFT   0.30, 0.34, 0.36
#define PETROL 0.04, 0.31, 0.32
#define BROWN  0.36, 0.24, 0.02

static const struct style title_style = {"Lato Bold 24", PETROL, 0, 1.0, PANGO_ALIGN_LEFT};
static const struct style subtitle_style = {"Lato 12", SOFT, 4, 1.2, PANGO_ALIGN_LEFT};
static const struct style notice_style = {"Lato 9.5", BROWN, 14, 1.15, PANGO_ALIGN_LEFT};
static const struct style section_style = {"Lato Bold 12.5", PETROL, 20, 1.0, PANGO_ALIGN_LEFT};
static const struct style text_style = {"Lato 10.5", INK, 8, 1.2, PANGO_ALIGN_LEFT};
static const struct style label_style = {"Lato 10.5", SOFT, 4.5, 1.1, PANGO_ALIGN_LEFT};
static const struct style value_style = {"Lato Bold 10.5", INK, 4.5, 1.1, PANGO_ALIGN_LEFT};
static const struct style item_style = {"Lato 10.5", INK, 5.5, 1.2, PANGO_ALIGN_LEFT};
static const struct style head_style = {"Lato Bold 7.5", PETROL, 2.5, 1.0, PANGO_ALIGN_LEFT};
static const struct style cell_style = {"Lato 7.5", INK, 2.5, 1.05, PANGO_ALIGN_LEFT};
static const struct style footer_style = {"Lato 7.5", SOFT, 0, 1.2, PANGO_ALIGN_LEFT};
static const struct style number_style = {"Lato 7.5", SOFT, 0, 1.2, PANGO_ALIGN_RIGHT};

/* --- the sheet --- */

struct sheet {
    cairo_t *cairo;
    PangoContext *fonts;
    const struct term_blocks *blocks;
    double y;
    unsigned page, pages;
    bool drawing; /* false: only measured, to know the number of pages */
};

/* Without a name, what is drawn is no part of the document's text: footers repeat on every page. */
static void tag_begin(const struct sheet *sheet, const char *name)
{
    if (sheet->drawing && name != NULL)
        cairo_tag_begin(sheet->cairo, name, NULL);
}

static void tag_end(const struct sheet *sheet, const char *name)
{
    if (sheet->drawing && name != NULL)
        cairo_tag_end(sheet->cairo, name);
}

/* No ligatures, no hyphens of ours: readers that copy or search find the letters that were written. */
static PangoAttrList *plain_letters(void)
{
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_font_features_new("liga=0, clig=0, dlig=0"));
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    return attributes;
}

static PangoLayout *lay_out(const struct sheet *sheet, const struct style *style, const char *text,
                            double width)
{
    PangoLayout *layout = pango_layout_new(sheet->fonts);
    PangoFontDescription *font = pango_font_description_from_string(style->font);
    PangoAttrList *attributes = plain_letters();
    pango_layout_set_font_description(layout, font);
    pango_layout_set_attributes(layout, attributes);
    pango_layout_set_width(layout, pango_units_from_double(width));
    pango_layout_set_alignment(layout, style->alignment);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout, (float)style->leading);
    pango_layout_set_text(layout, text, -1);
    pango_attr_list_unref(attributes);
    pango_font_description_free(font);
    return layout;
}

/* Sets the text below (x, y), in a tag of its own; its height. */
static double set_text(const struct sheet *sheet, const char *tag, const struct style *style,
                       const char *text, double x, double y, double width)
{
    int height = 0;
    PangoLayout *layout = lay_out(sheet, style, text, width);
    pango_layout_get_size(layout, NULL, &height);
    if (sheet->drawing) {
        cairo_set_source_rgb(sheet->cairo, style->red, style->green, style->blue);
        cairo_move_to(sheet->cairo, x, y);
        tag_begin(sheet, tag);
        pango_cairo_show_layout(sheet->cairo, layout);
        tag_end(sheet, tag);
    }
    g_object_unref(layout);
    return pango_units_to_double(height);
}

static void rule(const struct sheet *sheet, double x, double y, double width, double thickness)
{
    if (!sheet->drawing)
        return;
    cairo_rectangle(sheet->cairo, x, y, width, thickness);
    cairo_fill(sheet->cairo);
}

/* --- blocks: each is set below y and answers its height, the space above included --- */

static const double text_width = 595.276 - 2 * 62;

static double set_title(const struct sheet *sheet, const char *text, double y)
{
    if (sheet->drawing)
        cairo_set_source_rgb(sheet->cairo, 0.96, 0.69, 0.12);
    rule(sheet, margin, y, 46, 4);
    return 14 + set_text(sheet, "H1", &title_style, text, margin, y + 14, text_width);
}

static double set_notice(const struct sheet *sheet, const char *text, double y)
{
    struct sheet measured = *sheet;
    measured.drawing = false;
    double top = y + notice_style.before;
    double width = text_width - 2 * notice_padding;
    double height = set_text(&measured, "P", &notice_style, text, margin, top, width) + 2 * notice_padding;
    if (sheet->drawing)
        cairo_set_source_rgb(sheet->cairo, 1.0, 0.96, 0.86);
    rule(sheet, margin, top, text_width, height);
    if (sheet->drawing)
        cairo_set_source_rgb(sheet->cairo, 0.96, 0.69, 0.12);
    rule(sheet, margin, top, 2.5, height);
    (void)set_text(sheet, "P", &notice_style, text, margin + notice_padding, top + notice_padding, width);
    return notice_style.before + height;
}

static double set_section(const struct sheet *sheet, const char *text, double y)
{
    double top = y + section_style.before;
    return section_style.before + 1 + set_text(sheet, "H2", &section_style, text, margin, top, text_width);
}

static double set_fact(const struct sheet *sheet, const struct term_block *block, double y)
{
    double top = y + label_style.before;
    tag_begin(sheet, "TR");
    double label = set_text(sheet, "TH", &label_style, block->label, margin, top, label_width - 10);
    double value =
        set_text(sheet, "TD", &value_style, block->text, margin + label_width, top, text_width - label_width);
    tag_end(sheet, "TR");
    return label_style.before + (label > value ? label : value);
}

static double set_item(const struct sheet *sheet, const char *text, double y)
{
    double top = y + item_style.before;
    tag_begin(sheet, "LI");
    (void)set_text(sheet, "Lbl", &item_style, "•", margin + 2, top, item_indent);
    double height =
        set_text(sheet, "LBody", &item_style, text, margin + item_indent, top, text_width - item_indent);
    tag_end(sheet, "LI");
    return item_style.before + height;
}

static double set_sign_here(const struct sheet *sheet, const char *text, double y)
{
    static const double room = 46; /* for the pen */
    if (sheet->drawing)
        cairo_set_source_rgb(sheet->cairo, 0.11, 0.13, 0.15);
    rule(sheet, margin, y + room, 300, 0.6);
    return room + 4 + set_text(sheet, "P", &text_style, text, margin, y + room + 4, text_width);
}

enum { CELL_SIZE = 2048 };

/* What is too long ends in an ellipsis, never within a character. */
static void take_cell(char cell[CELL_SIZE], const char *text, size_t length)
{
    static const char more[] = "…";
    if (length < CELL_SIZE) {
        memcpy(cell, text, length);
        cell[length] = '\0';
        return;
    }
    size_t kept = CELL_SIZE - sizeof more;
    while (kept > 0 && ((unsigned char)text[kept] & 0xC0) == 0x80)
        kept--;
    memcpy(cell, text, kept);
    memcpy(cell + kept, more, sizeof more);
}

/* A row of a long table of small type. A cell that is missing is empty. `tagged` is false where a head is
 * repeated. */
static double set_row(const struct sheet *sheet, const char *text, bool head, bool tagged, double y)
{
    static const double starts[TERM_ROW_CELLS + 1] = {0, 38, 124, 308, 400, 595.276 - 2 * 62};
    static const char separator[] = " | ";
    const struct style *style = head ? &head_style : &cell_style;
    double height = 0;
    tag_begin(sheet, tagged ? "TR" : NULL);
    for (size_t at = 0; at < TERM_ROW_CELLS; at++) {
        char cell[CELL_SIZE];
        const char *end = strstr(text, separator);
        size_t length = end != NULL && at + 1 < TERM_ROW_CELLS ? (size_t)(end - text) : strlen(text);
        take_cell(cell, text, length);
        text += end != NULL && at + 1 < TERM_ROW_CELLS ? length + strlen(separator) : length;
        double needed =
            set_text(sheet,
                     !tagged ? NULL
                     : head  ? "TH"
                             : "TD",
                     style, cell, margin + starts[at], y + style->before, starts[at + 1] - starts[at] - 6);
        height = needed > height ? needed : height;
    }
    tag_end(sheet, tagged ? "TR" : NULL);
    if (sheet->drawing)
        cairo_set_source_rgb(sheet->cairo, 0.86, 0.88, 0.88);
    rule(sheet, margin, y + height + 2 * style->before, text_width, head ? 0.8 : 0.4);
    return height + 2 * style->before + 1;
}

/* The first row of a run says what its columns are. */
static bool is_head(const struct term_blocks *blocks, size_t at)
{
    return at == 0 || blocks->items[at - 1].kind != TERM_ROW;
}

static double set_block(const struct sheet *sheet, const struct term_block *block, double y)
{
    switch (block->kind) {
    case TERM_TITLE:
        return set_title(sheet, block->text, y);
    case TERM_SUBTITLE:
        return subtitle_style.before + set_text(sheet, "P", &subtitle_style, block->text, margin,
                                                y + subtitle_style.before, text_width);
    case TERM_NOTICE:
        return set_notice(sheet, block->text, y);
    case TERM_SECTION:
        return set_section(sheet, block->text, y);
    case TERM_FACT:
        return set_fact(sheet, block, y);
    case TERM_ITEM:
        return set_item(sheet, block->text, y);
    case TERM_SIGN_HERE:
        return set_sign_here(sheet, block->text, y);
    case TERM_ROW:
        return set_row(sheet, block->text, is_head(sheet->blocks, (size_t)(block - sheet->blocks->items)),
                       true, y);
    case TERM_PARAGRAPH:
        return text_style.before +
               set_text(sheet, "P", &text_style, block->text, margin, y + text_style.before, text_width);
    case TERM_FOOTER:
    case TERM_BLOCK_KIND_COUNT:
    default:
        return 0;
    }
}

/* --- pages --- */

static void set_footer(const struct sheet *sheet)
{
    char number[40];
    (void)snprintf(number, sizeof number, "Página %u de %u", sheet->page, sheet->pages);
    if (sheet->drawing)
        cairo_set_source_rgb(sheet->cairo, 0.78, 0.80, 0.80);
    rule(sheet, margin, footer_top - 6, text_width, 0.5);
    (void)set_text(sheet, NULL, &footer_style, term_blocks_first(sheet->blocks, TERM_FOOTER), margin,
                   footer_top, text_width - 80);
    (void)set_text(sheet, NULL, &number_style, number, TERM_PAGE_WIDTH - margin - 70, footer_top, 70);
}

static void next_page(struct sheet *sheet)
{
    set_footer(sheet);
    if (sheet->drawing)
        cairo_show_page(sheet->cairo);
    sheet->page++;
    sheet->y = margin;
}

/* A heading stays with what it heads, a table with the paragraph that explains it, a line to sign with the
 * words above it. */
static bool keeps_next(const struct term_blocks *blocks, size_t at)
{
    if (at + 1 == blocks->count)
        return false;
    enum term_block_kind kind = blocks->items[at].kind;
    enum term_block_kind next = blocks->items[at + 1].kind;
    return kind == TERM_SECTION || (kind == TERM_ROW && next == TERM_ROW && is_head(blocks, at)) ||
           next == TERM_SIGN_HERE || (kind == TERM_FACT && (next == TERM_FACT || next == TERM_PARAGRAPH));
}

static double height_with_next(const struct sheet *sheet, size_t at)
{
    struct sheet measured = *sheet;
    measured.drawing = false;
    double height = set_block(&measured, &sheet->blocks->items[at], 0);
    return keeps_next(sheet->blocks, at) ? height + height_with_next(sheet, at + 1) : height;
}

/* The tag around a run of blocks of one kind; NULL for none. */
static const char *group_tag(enum term_block_kind kind)
{
    return kind == TERM_FACT || kind == TERM_ROW ? "Table" : kind == TERM_ITEM ? "L" : NULL;
}

/* Every page of a long table shows what its columns are. */
static void repeat_head(struct sheet *sheet, size_t at)
{
    size_t head = at;
    if (sheet->blocks->items[at].kind != TERM_ROW || is_head(sheet->blocks, at))
        return;
    while (!is_head(sheet->blocks, head))
        head--;
    sheet->y += set_row(sheet, sheet->blocks->items[head].text, true, false, sheet->y);
}

static void set_blocks(struct sheet *sheet)
{
    const struct term_blocks *blocks = sheet->blocks;
    const char *open = NULL;
    sheet->page = 1;
    sheet->y = margin;
    tag_begin(sheet, "Document");
    for (size_t at = 0; at < blocks->count; at++) {
        const char *group = group_tag(blocks->items[at].kind);
        bool new_group = at == 0 || blocks->items[at].kind != blocks->items[at - 1].kind;
        if (open != NULL && new_group)
            tag_end(sheet, open);
        if (sheet->y + height_with_next(sheet, at) > bottom) {
            next_page(sheet);
            repeat_head(sheet, at);
        }
        if (group != NULL && new_group)
            tag_begin(sheet, group);
        open = group;
        sheet->y += set_block(sheet, &blocks->items[at], sheet->y);
    }
    if (open != NULL)
        tag_end(sheet, open);
    set_footer(sheet);
    tag_end(sheet, "Document");
}

void term_layout_draw(cairo_t *cairo, PangoContext *fonts, const struct term_blocks *blocks)
{
    struct sheet sheet = {.cairo = cairo, .fonts = fonts, .blocks = blocks};
    set_blocks(&sheet);
    sheet.pages = sheet.page;
    sheet.drawing = true;
    set_blocks(&sheet);
    cairo_show_page(cairo);
}
