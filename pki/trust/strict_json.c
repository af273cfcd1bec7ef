/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/strict_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024, LONGEST_INTEGER = 16, HEX_DIGITS = 64 };

bool strict_json_fail(struct strict_json *json, const char *key, const char *what)
{
    return ra_fail_reason(json->error, RA_STATEMENT_REFUSED, "statement-malformed", "%s: %s (byte %zu)",
                          key != NULL ? key : "declaração", what, json->writing ? json->length : json->at);
}

bool strict_json_read(struct strict_json *json, TALLOC_CTX *context, struct bytes input, size_t limit,
                      struct ra_error *error)
{
    *json = (struct strict_json){.context = context, .error = error, .input = input, .limit = limit};
    return input.length <= limit || strict_json_fail(json, NULL, "grande demais");
}

bool strict_json_write(struct strict_json *json, TALLOC_CTX *context, size_t limit, struct ra_error *error)
{
    *json = (struct strict_json){.context = context, .error = error, .writing = true, .limit = limit};
    json->output = talloc_size(context, FIRST_CAPACITY);
    return json->output != NULL || ra_fail(error, RA_NO_MEMORY, "statement");
}

bool strict_json_end(struct strict_json *json)
{
    return json->writing || json->at == json->input.length ||
           strict_json_fail(json, NULL, "há bytes depois do fim");
}

static bool put(struct strict_json *json, const void *data, size_t length)
{
    size_t capacity = talloc_get_size(json->output);
    if (length > json->limit - json->length)
        return strict_json_fail(json, NULL, "grande demais");
    if (length > capacity - json->length) {
        while (capacity - json->length < length)
            capacity *= 2;
        uint8_t *larger = talloc_realloc_size(json->context, json->output, capacity);
        if (larger == NULL)
            return ra_fail(json->error, RA_NO_MEMORY, "statement");
        json->output = larger;
    }
    memcpy(json->output + json->length, data, length);
    json->length += length;
    return true;
}

static bool next_is(const struct strict_json *json, char wanted)
{
    return json->at < json->input.length && json->input.data[json->at] == (uint8_t)wanted;
}

/* Writes exactly this, or demands exactly this. */
static bool literal(struct strict_json *json, const char *key, const char *text)
{
    size_t length = strlen(text);
    if (json->writing)
        return put(json, text, length);
    if (json->input.length - json->at < length || memcmp(json->input.data + json->at, text, length) != 0)
        return strict_json_fail(json, key, "chave ou sinal fora do lugar");
    json->at += length;
    return true;
}

static bool member(struct strict_json *json, const char *key)
{
    bool comma = !json->first;
    json->first = false;
    return (!comma || literal(json, key, ",")) && literal(json, key, "\"") && literal(json, key, key) &&
           literal(json, key, "\":");
}

bool strict_json_open(struct strict_json *json, const char *key)
{
    bool done = (key == NULL || member(json, key)) && literal(json, key, "{");
    json->first = true;
    return done;
}

bool strict_json_close(struct strict_json *json)
{
    json->first = false;
    return literal(json, NULL, "}");
}

bool strict_json_array(struct strict_json *json, const char *key)
{
    return member(json, key) && literal(json, key, "[");
}

bool strict_json_next(struct strict_json *json, const char *key, size_t index, size_t count, size_t most,
                      bool *more)
{
    *more = json->writing ? index < count : !next_is(json, ']');
    if (!*more)
        return literal(json, key, "]");
    if (index >= most)
        return strict_json_fail(json, key, "itens demais");
    return index == 0 || literal(json, key, ",");
}

struct range {
    uint32_t first;
    uint32_t last;
};

/* Control characters, and what has no visible form or changes the direction or order of what is seen: blanks
 * of odd widths, soft hyphen, joiners, bidirectional marks, variation selectors, tags, non-characters. */
static const struct range unseen[] = {
    {0x00, 0x1f},       {0x7f, 0xa0},     {0xad, 0xad},       {0x034f, 0x034f},   {0x061c, 0x061c},
    {0x115f, 0x1160},   {0x1680, 0x1680}, {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x206f}, {0x3000, 0x3000},   {0x3164, 0x3164},   {0xd800, 0xdfff},
    {0xe000, 0xf8ff},   {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},   {0xfffe, 0xffff}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    {0xf0000, 0x10ffff}};

static bool is_visible(uint32_t point)
{
    for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
        if (point >= unseen[i].first && point <= unseen[i].last)
            return false;
    return (point & 0xfffe) != 0xfffe;
}

/* One code point of strict UTF-8 (RFC 3629: shortest form, no surrogates); 0 bytes taken when malformed. */
static size_t decode_point(const uint8_t *at, size_t left, uint32_t *point)
{
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = at[0] < 0x80   ? 1
                    : at[0] < 0xc2 ? 0
                    : at[0] < 0xe0 ? 2
                    : at[0] < 0xf0 ? 3
                    : at[0] < 0xf5 ? 4
                                   : 0;
    if (length == 0 || length > left)
        return 0;
    *point = length == 1 ? at[0] : at[0] & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        *point = *point << 6 | (at[i] & 0x3fU);
    }
    return *point >= lowest[length] && *point <= 0x10ffff ? length : 0;
}

static bool text_is_visible(const char *text, size_t length)
{
    const uint8_t *bytes = (const uint8_t *)text;
    for (size_t at = 0; at < length;) {
        uint32_t point = 0;
        size_t taken = decode_point(bytes + at, length - at, &point);
        if (taken == 0 || !is_visible(point))
            return false;
        at += taken;
    }
    return true;
}

static bool check_text(struct strict_json *json, const char *key, const char *text, size_t least, size_t most,
                       const char *alphabet)
{
    size_t length = strlen(text);
    if (length < least)
        return strict_json_fail(json, key, "curto demais");
    if (length > most)
        return strict_json_fail(json, key, "longo demais");
    bool fine = alphabet != NULL ? text[strspn(text, alphabet)] == '\0' : text_is_visible(text, length);
    return fine || strict_json_fail(json, key, "caractere não permitido");
}

static bool put_string(struct strict_json *json, const char *key, const char *text)
{
    if (!literal(json, key, "\""))
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if (((*at == '"' || *at == '\\') && !put(json, "\\", 1)) || !put(json, at, 1))
            return false;
    return literal(json, key, "\"");
}

/* A string of at most `most` bytes, its two escapes undone; may hold anything but NUL. */
static bool take_string(struct strict_json *json, const char *key, size_t most, const char **value)
{
    if (!literal(json, key, "\""))
        return false;
    char *text = talloc_size(json->context, most + 1);
    if (text == NULL)
        return ra_fail(json->error, RA_NO_MEMORY, "statement");
    size_t length = 0;
    while (json->at < json->input.length && !next_is(json, '"')) {
        if (next_is(json, '\\')) {
            json->at++;
            if (!next_is(json, '"') && !next_is(json, '\\'))
                return strict_json_fail(json, key, "escape não permitido");
        }
        if (json->input.data[json->at] < ' ')
            return strict_json_fail(json, key, "caractere de controle");
        if (length == most)
            return strict_json_fail(json, key, "longo demais");
        text[length++] = (char)json->input.data[json->at++];
    }
    text[length] = '\0';
    char *fitting = talloc_realloc_size(json->context, text, length + 1);
    *value = fitting != NULL ? fitting : text;
    return literal(json, key, "\"");
}

bool strict_json_text(struct strict_json *json, const char *key, const char **value, size_t least,
                      size_t most, const char *alphabet)
{
    if (!member(json, key))
        return false;
    if (!json->writing && !take_string(json, key, most, value))
        return false;
    if (*value == NULL)
        return strict_json_fail(json, key, "falta");
    return check_text(json, key, *value, least, most, alphabet) &&
           (!json->writing || put_string(json, key, *value));
}

static bool take_integer(struct strict_json *json, const char *key, int64_t *value)
{
    size_t start = json->at;
    *value = 0;
    while (json->at < json->input.length && json->input.data[json->at] >= '0' &&
           json->input.data[json->at] <= '9' && json->at - start < LONGEST_INTEGER)
        *value = *value * 10 + (json->input.data[json->at++] - '0');
    size_t digits = json->at - start;
    if (digits == 0 || (digits > 1 && json->input.data[start] == '0'))
        return strict_json_fail(json, key, "não é um número inteiro");
    return true;
}

bool strict_json_integer(struct strict_json *json, const char *key, int64_t *value, int64_t least,
                         int64_t most)
{
    if (!member(json, key) || (!json->writing && !take_integer(json, key, value)))
        return false;
    if (*value < least || *value > most)
        return strict_json_fail(json, key, "fora dos limites");
    if (!json->writing)
        return true;
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, *value);
    return literal(json, key, text);
}

enum { LONGEST_WORD = 40 };

bool strict_json_word(struct strict_json *json, const char *key, unsigned *value, const char *const *words,
                      unsigned count)
{
    if (json->writing) {
        if (*value >= count)
            return strict_json_fail(json, key, "valor desconhecido");
        return member(json, key) && put_string(json, key, words[*value]);
    }
    const char *word = NULL;
    if (!strict_json_text(json, key, &word, 1, LONGEST_WORD, NULL))
        return false;
    for (*value = 0; *value < count; (*value)++)
        if (strcmp(word, words[*value]) == 0)
            return true;
    return strict_json_fail(json, key, "valor desconhecido");
}

bool strict_json_digest(struct strict_json *json, const char *key, uint8_t value[32], bool *present)
{
    const char *text = "";
    if (json->writing && (present == NULL || *present)) {
        text = hex_encode(json->context, (struct bytes){value, 32});
        if (text == NULL)
            return ra_fail(json->error, RA_NO_MEMORY, "statement");
    }
    size_t least = present == NULL ? HEX_DIGITS : 0;
    if (!strict_json_text(json, key, &text, least, HEX_DIGITS, "0123456789abcdef"))
        return false;
    if (json->writing)
        return true;
    if (present != NULL)
        *present = text[0] != '\0';
    if (text[0] == '\0')
        return true;
    return hex_decode(text, value, 32) || strict_json_fail(json, key, "não são 32 bytes");
}

bool strict_json_base64(struct strict_json *json, const char *key, struct bytes *value, size_t most)
{
    const char *text = "";
    if (json->writing) {
        text = base64_encode(json->context, *value);
        if (text == NULL)
            return ra_fail(json->error, RA_NO_MEMORY, "statement");
    }
    size_t longest = (most + 2) / 3 * 4;
    if (!strict_json_text(json, key, &text, 4, longest,
                          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
        return false;
    if (json->writing)
        return value->length <= most || strict_json_fail(json, key, "longo demais");
    /* Encoding again finds the bits that a lax decoder throws away. */
    if (!base64_decode(json->context, text, strlen(text), value) || value->length > most)
        return strict_json_fail(json, key, "base64 malformado");
    const char *again = base64_encode(json->context, *value);
    if (again == NULL)
        return ra_fail(json->error, RA_NO_MEMORY, "statement");
    return strcmp(again, text) == 0 || strict_json_fail(json, key, "base64 malformado");
}
