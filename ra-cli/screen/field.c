/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/field.h"

#include "ra-cli/screen/keys.h"

#include <openssl/crypto.h>
#include <string.h>

/* UTF-8 of a code point; 0 for what is no character. */
static size_t encode(int point, char bytes[4])
{
    if (point < 0x20 || point == 0x7F || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        return 0;
    if (point < 0x80) {
        bytes[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const int lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3F));
    bytes[0] = (char)(lead[length] | point);
    return length;
}

static void erase_last(struct screen_field *field)
{
    while (field->length > 0 && ((unsigned char)field->text[field->length - 1] & 0xC0) == 0x80)
        field->text[--field->length] = '\0';
    if (field->length > 0)
        field->text[--field->length] = '\0';
}

bool field_key(struct screen_field *field, int key)
{
    char bytes[4];
    if (key == SCREEN_BACKSPACE) {
        erase_last(field);
        return true;
    }
    if (key == SCREEN_CLEAR) {
        field_wipe(field);
        return true;
    }
    size_t length = key >= SCREEN_ENTER ? 0 : encode(key, bytes);
    if (length == 0)
        return false;
    if (field->length + length < sizeof field->text) {
        memcpy(field->text + field->length, bytes, length);
        field->length += length;
        field->text[field->length] = '\0';
    }
    return true;
}

void field_set(struct screen_field *field, const char *text)
{
    size_t length = strnlen(text, sizeof field->text - 1);
    memcpy(field->text, text, length);
    field->text[length] = '\0';
    field->length = length;
}

void field_wipe(struct screen_field *field)
{
    OPENSSL_cleanse(field, sizeof *field);
}

size_t field_digits(const struct screen_field *field, char *digits, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < field->length; i++) {
        if (field->text[i] < '0' || field->text[i] > '9')
            continue;
        if (count + 1 < size)
            digits[count] = field->text[i];
        count++;
    }
    digits[count < size ? count : size - 1] = '\0';
    return count;
}
