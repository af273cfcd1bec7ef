/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/text.h"

#include <string.h>

size_t utf8_next(struct bytes input, size_t at, uint32_t *point)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t lead = input.data[at];
    size_t size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (size == 0 || size > input.length - at)
        return 0;
    uint32_t value = size == 1 ? lead : lead & (0x7FU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((input.data[at + i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (input.data[at + i] & 0x3FU);
    }
    if (size > 1 && (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)))
        return 0;
    *point = value;
    return size;
}

size_t utf8_count(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        if (((unsigned char)*text & 0xC0) != 0x80)
            count++;
    return count;
}

/* Controls, soft hyphen, zero-width and direction marks, separators, byte order mark, tags: nothing a name
 * needs. */
static bool is_harmless(uint32_t point)
{
    static const uint32_t hidden[][2] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},
                                         {0x61C, 0x61C},   {0x200B, 0x200F}, {0x2028, 0x202E},
                                         {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xE0000, 0xE0FFF}};
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (point >= hidden[i][0] && point <= hidden[i][1])
            return false;
    return true;
}

char *text_printable(TALLOC_CTX *context, struct bytes input, bool *changed)
{
    char *output = talloc_size(context, input.length + 1);
    size_t length = 0;
    bool replaced = false;
    if (output == NULL)
        return NULL;
    for (size_t at = 0; at < input.length;) {
        uint32_t point = 0;
        size_t size = utf8_next(input, at, &point);
        if (size > 0 && is_harmless(point)) {
            memcpy(output + length, input.data + at, size);
            length += size;
        } else {
            output[length++] = '?';
            replaced = true;
        }
        at += size > 0 ? size : 1;
    }
    output[length] = '\0';
    if (changed != NULL)
        *changed = replaced;
    return output;
}

char *text_ascii(TALLOC_CTX *context, struct bytes input, bool *changed)
{
    char *output = talloc_size(context, input.length + 1);
    bool replaced = false;
    if (output == NULL)
        return NULL;
    for (size_t i = 0; i < input.length; i++) {
        bool plain = input.data[i] >= 0x20 && input.data[i] <= 0x7E;
        output[i] = '?';
        if (plain)
            output[i] = (char)input.data[i];
        replaced = replaced || !plain;
    }
    output[input.length] = '\0';
    if (changed != NULL)
        *changed = replaced;
    return output;
}
