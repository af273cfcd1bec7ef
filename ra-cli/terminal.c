/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/terminal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* Length of the valid UTF-8 sequence at `text`, 0 when it is not one; the code point goes to *point. */
static size_t decode(const char *text, uint32_t *point)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t length = byte[0] < 0x80 ? 1 : byte[0] >= 0xF0 ? 4 : byte[0] >= 0xE0 ? 3 : byte[0] >= 0xC2 ? 2 : 0;
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (length == 0 || byte[0] > 0xF4)
        return 0;
    uint32_t value = length == 1 ? byte[0] : byte[0] & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (byte[i] & 0x3F);
    }
    if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *point = value;
    return length;
}

static bool is_hostile(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0xAD || point == 0x61C ||
           (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF || (point >= 0xE0000 && point <= 0xE0FFF);
}

void terminal_sheet(FILE *out, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        uint32_t point = (unsigned char)text[at];
        size_t length = decode(text + at, &point);
        if (length == 0 || (is_hostile(point) && point != '\n'))
            fprintf(out, "\\x{%X}", (unsigned)point);
        else
            fwrite(text + at, 1, length, out);
        at += length == 0 ? 1 : length;
    }
}

/* Writes at most `room` columns of `text`; returns the columns written. One code point counts as one column.
 */
static size_t put(FILE *out, const char *text, size_t room)
{
    size_t used = 0;
    while (*text != '\0') {
        uint32_t point = (unsigned char)*text;
        size_t length = decode(text, &point);
        char shown[16];
        size_t columns = 1;
        if (length == 0 || is_hostile(point))
            columns = (size_t)snprintf(shown, sizeof shown, "\\x{%X}", (unsigned)point);
        if (used + columns > room)
            break;
        if (length == 0 || is_hostile(point))
            fwrite(shown, 1, columns, out);
        else
            fwrite(text, 1, length, out);
        used += columns;
        text += length == 0 ? 1 : length;
    }
    return used;
}

void terminal_text(FILE *out, const char *text)
{
    put(out, text, SIZE_MAX);
}

static void put_escaped(FILE *out, uint32_t point)
{
    if (point > 0xFFFF)
        fprintf(out, "\\u%04X\\u%04X", (unsigned)(0xD800 + ((point - 0x10000) >> 10)),
                (unsigned)(0xDC00 + ((point - 0x10000) & 0x3FF)));
    else
        fprintf(out, "\\u%04X", (unsigned)point);
}

/* What jansson writes is valid UTF-8 with C0 controls escaped; outside of strings it is ASCII. */
bool terminal_json(FILE *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);
    if (text == NULL)
        return false;
    for (const char *at = text; *at != '\0';) {
        uint32_t point = 0;
        size_t length = decode(at, &point);
        if (length == 0)
            break;
        if (is_hostile(point))
            put_escaped(out, point);
        else
            fwrite(at, 1, length, out);
        at += length;
    }
    fputc('\n', out);
    free(text);
    return true;
}

static size_t columns_of(const char *text)
{
    size_t columns = 0;
    for (; *text != '\0'; text++)
        if (((unsigned char)*text & 0xC0) != 0x80)
            columns++;
    return columns;
}

void terminal_column(FILE *out, const char *text, size_t width)
{
    if (width == 0)
        return;
    bool cut = columns_of(text) > width;
    size_t used = put(out, text, cut ? width - 1 : width);
    if (cut) {
        fputs("…", out);
        used++;
    }
    for (; used < width; used++)
        fputc(' ', out);
}

void terminal_say(FILE *out, const char *before, const char *value, const char *after)
{
    fputs(before, out);
    terminal_text(out, value);
    fputs(after, out);
}

size_t terminal_width(FILE *out)
{
    enum { NARROWEST = 40, WIDEST = 120 };
    struct winsize size;
    int descriptor = fileno(out);
    if (descriptor < 0 || !isatty(descriptor) || ioctl(descriptor, TIOCGWINSZ, &size) != 0 ||
        size.ws_col == 0)
        return TERMINAL_USUAL;
    return size.ws_col < NARROWEST ? NARROWEST : size.ws_col > WIDEST ? WIDEST : size.ws_col;
}

void terminal_paragraph(FILE *out, const char *text, size_t column, size_t indent, size_t width)
{
    char word[256];
    bool first = true; /* of its line */
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t length = strcspn(text, " ");
        if (length >= sizeof word) /* longer than any line: told in pieces */
            length = sizeof word - 1;
        memcpy(word, text, length);
        word[length] = '\0';
        text += length;
        size_t columns = columns_of(word);
        if (!first && column + 1 + columns > width) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        if (!first) {
            fputc(' ', out);
            column++;
        }
        column += put(out, word, SIZE_MAX);
        first = false;
    }
    fputc('\n', out);
}

static bool read_line(FILE *terminal, char *buffer, size_t size)
{
    if (fgets(buffer, (int)size, terminal) == NULL)
        return false;
    buffer[strcspn(buffer, "\r\n")] = '\0';
    return strchr(buffer, '\003') == NULL;
}

bool terminal_confirm(const char *question)
{
    FILE *terminal = fopen("/dev/tty", "r+e");
    if (terminal == NULL)
        return false;
    fprintf(terminal, "%s [s/N] ", question);
    fflush(terminal);
    char answer[16] = "";
    bool read = read_line(terminal, answer, sizeof answer);
    fclose(terminal);
    return read && (strcasecmp(answer, "s") == 0 || strcasecmp(answer, "sim") == 0);
}

bool terminal_secret(const char *prompt, char *buffer, size_t size)
{
    FILE *terminal = fopen("/dev/tty", "r+e");
    if (terminal == NULL)
        return false;
    setvbuf(terminal, NULL, _IONBF, 0); /* no second copy of the secret in a stdio buffer */
    struct termios before, silent;
    bool ok = tcgetattr(fileno(terminal), &before) == 0;
    if (ok) {
        silent = before;
        silent.c_lflag &= ~(tcflag_t)(ECHO | ISIG); /* Ctrl-C would leave the terminal without echo */
        ok = tcsetattr(fileno(terminal), TCSAFLUSH, &silent) == 0;
    }
    if (ok) {
        fputs(prompt, terminal);
        ok = read_line(terminal, buffer, size);
        fputc('\n', terminal);
        tcsetattr(fileno(terminal), TCSAFLUSH, &before);
    }
    fclose(terminal);
    return ok;
}
