/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PDF (ISO 32000-1): header, end, and whatever lies between.
 */
#include "identification/inspect_pdf.h"

#include <string.h>

enum { UPDATE_HEAD = 64 /* bytes in which a cut update shows its first object */ };

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool judge_header(struct bytes content, struct ra_error *error)
{
    const uint8_t *version = content.data + 5;
    if (!has_bytes(content, 5, 3))
        return inspect_refuse(INSPECTION_TRUNCATED, error);
    return (is_digit(version[0]) && version[1] == '.' && is_digit(version[2])) ||
           inspect_refuse(INSPECTION_MALFORMED, error);
}

static size_t find_last(struct bytes content, const char *text)
{
    size_t last = content.length;
    for (size_t at = find_text(content, 0, text); at != content.length; at = find_text(content, at + 1, text))
        last = at;
    return last;
}

/* Behind the end mark nothing may follow; objects there are an update or a web view that was cut. */
static bool judge_end(struct bytes content, size_t mark, struct ra_error *error)
{
    if (mark == content.length)
        return inspect_refuse(INSPECTION_TRUNCATED, error);
    size_t end = mark + strlen("%%EOF");
    if (inspect_trailer_is_harmless(content, end))
        return true;
    size_t left = content.length - end;
    struct bytes head = part_of(content, end, left < UPDATE_HEAD ? left : UPDATE_HEAD);
    bool is_update = find_text(head, 0, " obj") != head.length;
    return inspect_refuse(is_update ? INSPECTION_TRUNCATED : INSPECTION_TWO_KINDS, error);
}

/* Readers rebuild a table that is not where it should be; a place outside the file was never one. */
static bool judge_table_place(struct bytes before_mark, size_t file_length, struct ra_error *error)
{
    size_t at = find_last(before_mark, "startxref");
    if (at == before_mark.length)
        return true;
    at += strlen("startxref");
    while (at < before_mark.length && pdf_is_space(before_mark.data[at]))
        at++;
    size_t place = 0, digits = 0;
    for (; at < before_mark.length && is_digit(before_mark.data[at]) && place < file_length; at++, digits++)
        place = place * 10 + (size_t)(before_mark.data[at] - '0');
    return (digits > 0 && place < file_length) || inspect_refuse(INSPECTION_MALFORMED, error);
}

static bool walk_names(struct pdf_walk *walk, struct ra_error *error)
{
    struct pdf_names names = pdf_names_start(false);
    pdf_names_feed(&names, walk->content);
    pdf_names_end(&names);
    walk->pages += names.pages;
    return pdf_names_judge(&names, error);
}

/* "obj" as a word of its own, behind an object's number. */
static bool is_object_word(struct bytes content, size_t at)
{
    uint8_t before = content.data[at - 1];
    return (pdf_is_space(before) || is_digit(before)) && has_bytes(content, at, 4) &&
           pdf_is_delimiter(content.data[at + 3]);
}

static bool walk_objects(struct pdf_walk *walk, struct ra_error *error)
{
    struct bytes content = walk->content;
    for (size_t at = find_text(content, 1, "obj"); at != content.length;
         at = find_text(content, at + 3, "obj")) {
        if (is_object_word(content, at) && !pdf_walk_object(walk, at + 3, error))
            return false;
    }
    return true;
}

static bool walk_content(struct bytes content, struct inspection *inspection, struct ra_error *error)
{
    struct pdf_walk walk = {.content = content, .work_left = INSPECTION_WORK_MAX};
    if (inflateInit(&walk.inflater) != Z_OK)
        return ra_fail(error, RA_NO_MEMORY, "zlib");
    bool ok = walk_names(&walk, error) && walk_objects(&walk, error);
    inflateEnd(&walk.inflater);
    inspection->pages = walk.pages;
    return ok;
}

bool inspect_pdf(struct bytes content, struct inspection *inspection, struct ra_error *error)
{
    if (!judge_header(content, error))
        return false;
    size_t mark = find_last(content, "%%EOF");
    return judge_end(content, mark, error) &&
           judge_table_place(part_of(content, 0, mark), content.length, error) &&
           walk_content(content, inspection, error);
}
