/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The names of a PDF: those that make a document act, carry other files or hide itself, and its pages.
 */
#include "identification/inspect_pdf.h"

#include <string.h>

/* A name of fewer letters than this turns up by chance in compressed bytes. */
enum { TELLING_LENGTH = 5 };

static const struct {
    const char *name;
    enum inspection_refusal refusal;
} told[] = {
    {"EmbeddedFile", INSPECTION_ATTACHMENT},
    {"EmbeddedFiles", INSPECTION_ATTACHMENT},
    {"Encrypt", INSPECTION_ENCRYPTED},
    {"FileAttachment", INSPECTION_ATTACHMENT},
    {"GoToE", INSPECTION_ACTIVE},
    {"ImportData", INSPECTION_ACTIVE},
    {"JS", INSPECTION_ACTIVE},
    {"JavaScript", INSPECTION_ACTIVE},
    {"Launch", INSPECTION_ACTIVE},
    {"Rendition", INSPECTION_ACTIVE},
    {"RichMedia", INSPECTION_ACTIVE},
    {"SubmitForm", INSPECTION_ACTIVE},
    {"XFA", INSPECTION_ACTIVE},
};

bool pdf_is_space(uint8_t byte)
{
    return byte == 0 || byte == '\t' || byte == '\n' || byte == '\f' || byte == '\r' || byte == ' ';
}

bool pdf_is_delimiter(uint8_t byte)
{
    return pdf_is_space(byte) || (byte != 0 && strchr("()<>[]{}/%", byte) != NULL);
}

bool pdf_name_decode(struct bytes raw, char name[PDF_NAME_MAX + 1])
{
    size_t length = 0;
    for (size_t i = 0; i < raw.length; length++) {
        uint8_t byte = raw.data[i];
        if (length == PDF_NAME_MAX)
            return false;
        char digits[3] = {0};
        if (byte == '#' && has_bytes(raw, i, 3))
            memcpy(digits, raw.data + i + 1, 2);
        bool escaped = hex_decode(digits, &byte, 1);
        name[length] = (char)byte;
        i += escaped ? 3 : 1;
    }
    name[length] = '\0';
    return true;
}

struct pdf_names pdf_names_start(bool holds_objects)
{
    return (struct pdf_names){.holds_objects = holds_objects, .refusal = INSPECTION_REFUSAL_COUNT};
}

/* Encryption goes first: what else was found in such a file may be chance. */
static void note_refusal(struct pdf_names *names, const char *name)
{
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        bool counts = names->holds_objects || strlen(told[i].name) >= TELLING_LENGTH;
        if (!counts || strcmp(told[i].name, name) != 0)
            continue;
        if (names->refusal == INSPECTION_REFUSAL_COUNT || told[i].refusal > names->refusal)
            names->refusal = told[i].refusal;
    }
}

static void finish_name(struct pdf_names *names)
{
    char name[PDF_NAME_MAX + 1];
    struct bytes raw = {(const uint8_t *)names->raw, names->length};
    names->reading = false;
    if (names->length > sizeof names->raw || !pdf_name_decode(raw, name)) {
        names->after_type = false;
        return;
    }
    if (names->after_type && strcmp(name, "Page") == 0)
        names->pages++;
    names->after_type = strcmp(name, "Type") == 0;
    note_refusal(names, name);
}

static const uint8_t *next_name(struct pdf_names *names, const uint8_t *at, const uint8_t *end)
{
    const uint8_t *slash = memchr(at, '/', (size_t)(end - at));
    if (slash == NULL)
        return end;
    names->reading = true;
    names->length = 0;
    return slash + 1;
}

void pdf_names_feed(struct pdf_names *names, struct bytes piece)
{
    const uint8_t *end = piece.data + piece.length;
    for (const uint8_t *at = piece.data; at < end;) {
        if (!names->reading) {
            at = next_name(names, at, end);
            continue;
        }
        if (pdf_is_delimiter(*at)) {
            finish_name(names); /* a slash begins the next one: it is looked at again */
            continue;
        }
        if (names->length < sizeof names->raw)
            names->raw[names->length] = (char)*at;
        if (names->length <= sizeof names->raw)
            names->length++;
        at++;
    }
}

void pdf_names_end(struct pdf_names *names)
{
    if (names->reading)
        finish_name(names);
}

bool pdf_names_judge(const struct pdf_names *names, struct ra_error *error)
{
    return names->refusal == INSPECTION_REFUSAL_COUNT || inspect_refuse(names->refusal, error);
}
