/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One object of a PDF, token by token, as far as its stream or its end.
 */
#include "identification/inspect_pdf.h"

#include <string.h>

enum {
    OBJECT_MAX = 1 << 20, /* bytes of an object that are looked at, its stream apart */
    TOKEN_COST = 8,       /* bytes of work that a byte read as tokens takes */
    INTEGER_MAX = 1 << 30
};

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_INTEGER,
    TOKEN_WORD,
    TOKEN_STRING,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_OPEN_ARRAY,
    TOKEN_CLOSE_ARRAY
};

struct token {
    enum token_kind kind;
    struct bytes text; /* of a name without its slash, of a word */
    uint32_t integer;
};

struct reader {
    struct bytes content;
    size_t at;
};

/* What is known at a point of the outermost dictionary. */
struct place {
    int dictionaries, arrays; /* open ones */
    char key[PDF_NAME_MAX + 1];
    bool has_key, has_value;
};

bool pdf_work(struct pdf_walk *walk, uint64_t bytes, struct ra_error *error)
{
    if (bytes > walk->work_left)
        return inspect_refuse(INSPECTION_EXPANSION, error);
    walk->work_left -= bytes;
    return true;
}

static void skip_blank(struct reader *reader)
{
    bool comment = false;
    for (; reader->at < reader->content.length; reader->at++) {
        uint8_t byte = reader->content.data[reader->at];
        if (byte == '%')
            comment = true;
        else if (byte == '\n' || byte == '\r')
            comment = false;
        else if (!comment && !pdf_is_space(byte))
            return;
    }
}

/* From behind the opening parenthesis to behind the one that closes it. */
static void skip_string(struct reader *reader)
{
    for (int depth = 1; reader->at < reader->content.length && depth > 0; reader->at++) {
        uint8_t byte = reader->content.data[reader->at];
        if (byte == '\\' && reader->at + 1 < reader->content.length)
            reader->at++;
        else if (byte == '(')
            depth++;
        else if (byte == ')')
            depth--;
    }
}

static struct bytes read_regular(struct reader *reader)
{
    size_t start = reader->at;
    while (reader->at < reader->content.length && !pdf_is_delimiter(reader->content.data[reader->at]))
        reader->at++;
    return part_of(reader->content, start, reader->at - start);
}

/* A whole number up to INTEGER_MAX, which stands for everything beyond. */
static bool read_integer(struct bytes text, uint32_t *integer)
{
    *integer = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return i == 0 && text.data[i] == '+' && text.length > 1;
        uint64_t value = (uint64_t)*integer * 10 + (text.data[i] - '0');
        *integer = value > INTEGER_MAX ? INTEGER_MAX : (uint32_t)value;
    }
    return text.length > 0;
}

static struct token word_token(struct reader *reader)
{
    struct token token = {.kind = TOKEN_WORD, .text = read_regular(reader)};
    if (token.text.length == 0)
        reader->at++; /* a stray delimiter */
    else if (read_integer(token.text, &token.integer))
        token.kind = TOKEN_INTEGER;
    return token;
}

/* The opening of a dictionary, or a whole hexadecimal string. */
static struct token angle_token(struct reader *reader)
{
    if (reader->at < reader->content.length && reader->content.data[reader->at] == '<') {
        reader->at++;
        return (struct token){.kind = TOKEN_OPEN};
    }
    size_t end = find_text(reader->content, reader->at, ">");
    reader->at = end < reader->content.length ? end + 1 : end;
    return (struct token){.kind = TOKEN_STRING};
}

static struct token close_token(struct reader *reader)
{
    bool twice = reader->at < reader->content.length && reader->content.data[reader->at] == '>';
    if (twice)
        reader->at++;
    return (struct token){.kind = twice ? TOKEN_CLOSE : TOKEN_WORD};
}

static struct token next_token(struct reader *reader)
{
    skip_blank(reader);
    if (reader->at >= reader->content.length)
        return (struct token){.kind = TOKEN_END};
    switch (reader->content.data[reader->at++]) {
    case '/':
        return (struct token){.kind = TOKEN_NAME, .text = read_regular(reader)};
    case '(':
        skip_string(reader);
        return (struct token){.kind = TOKEN_STRING};
    case '<':
        return angle_token(reader);
    case '>':
        return close_token(reader);
    case '[':
        return (struct token){.kind = TOKEN_OPEN_ARRAY};
    case ']':
        return (struct token){.kind = TOKEN_CLOSE_ARRAY};
    default:
        reader->at--;
        return word_token(reader);
    }
}

static bool token_is(const struct token *token, const char *word)
{
    return token->kind == TOKEN_WORD && token->text.length == strlen(word) && starts_with(token->text, word);
}

static enum pdf_filter filter_of(const char *name)
{
    static const struct {
        const char *name;
        enum pdf_filter filter;
    } known[] = {
        {"ASCII85Decode", PDF_FILTER_ASCII85},
        {"A85", PDF_FILTER_ASCII85},
        {"ASCIIHexDecode", PDF_FILTER_ASCII_HEX},
        {"AHx", PDF_FILTER_ASCII_HEX},
        {"FlateDecode", PDF_FILTER_FLATE},
        {"Fl", PDF_FILTER_FLATE},
        {"RunLengthDecode", PDF_FILTER_RUN_LENGTH},
        {"RL", PDF_FILTER_RUN_LENGTH},
        {"DCTDecode", PDF_FILTER_DCT},
        {"DCT", PDF_FILTER_DCT},
        {"CCITTFaxDecode", PDF_FILTER_IMAGE},
        {"CCF", PDF_FILTER_IMAGE},
        {"JBIG2Decode", PDF_FILTER_IMAGE},
        {"JPXDecode", PDF_FILTER_IMAGE},
        {"Crypt", PDF_FILTER_CRYPT},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) == 0)
            return known[i].filter;
    }
    return PDF_FILTER_OTHER;
}

static bool key_is(const struct place *place, const char *key)
{
    return place->has_key && strcmp(place->key, key) == 0;
}

static void take_name_value(struct pdf_dictionary *dictionary, const struct place *place, const char *name)
{
    if (key_is(place, "Filter")) {
        if (dictionary->filter_count < PDF_FILTERS_MAX)
            dictionary->filters[dictionary->filter_count] = filter_of(name);
        dictionary->filter_count++;
    }
}

static void take_name(struct pdf_dictionary *dictionary, struct place *place, const char *name)
{
    dictionary->predicted = dictionary->predicted || strcmp(name, "Predictor") == 0;
    if (place->dictionaries != 1)
        return;
    if (place->arrays > 0) {
        take_name_value(dictionary, place, name);
    } else if (place->has_key && !place->has_value) {
        take_name_value(dictionary, place, name);
        place->has_value = true;
    } else {
        memcpy(place->key, name, strlen(name) + 1);
        place->has_key = true;
        place->has_value = false;
        /* Readers find an object stream by the table, not by its type: what makes it one is this member. */
        dictionary->holds_objects = dictionary->holds_objects || strcmp(name, "First") == 0;
    }
}

static void take_integer(struct pdf_dictionary *dictionary, const struct place *place, uint32_t integer)
{
    if (place->dictionaries != 1 || place->arrays != 0 || place->has_value)
        return;
    if (key_is(place, "Width"))
        dictionary->width = integer;
    else if (key_is(place, "Height"))
        dictionary->height = integer;
    else if (key_is(place, "BitsPerComponent"))
        dictionary->bits = integer;
}

static void take_token(struct pdf_dictionary *dictionary, struct place *place, const struct token *token)
{
    char name[PDF_NAME_MAX + 1];
    switch (token->kind) {
    case TOKEN_NAME:
        take_name(dictionary, place, pdf_name_decode(token->text, name) ? name : "");
        return;
    case TOKEN_OPEN:
        place->dictionaries++;
        return;
    case TOKEN_CLOSE:
        place->dictionaries--;
        break;
    case TOKEN_OPEN_ARRAY:
        place->arrays++;
        return;
    case TOKEN_CLOSE_ARRAY:
        place->arrays--;
        break;
    case TOKEN_INTEGER:
        take_integer(dictionary, place, token->integer);
        break;
    case TOKEN_WORD:
        if (token_is(token, "R") && place->dictionaries == 1 && key_is(place, "Filter"))
            dictionary->filter_elsewhere = true;
        break;
    case TOKEN_STRING:
    case TOKEN_END:
        break;
    }
    if (place->dictionaries == 1 && place->arrays == 0)
        place->has_value = true;
}

static bool ends_object(const struct token *token)
{
    return token->kind == TOKEN_END || token_is(token, "endobj") || token_is(token, "stream");
}

/* Behind the word `stream`: one end of line, and the blanks that some writers leave before it. */
static size_t data_start(struct bytes content, size_t at)
{
    while (at < content.length && content.data[at] == ' ')
        at++;
    if (at < content.length && content.data[at] == '\r')
        at++;
    if (at < content.length && content.data[at] == '\n')
        at++;
    return at;
}

bool pdf_walk_object(struct pdf_walk *walk, size_t at, struct ra_error *error)
{
    size_t limit = has_bytes(walk->content, at, OBJECT_MAX) ? at + OBJECT_MAX : walk->content.length;
    struct reader reader = {.content = part_of(walk->content, 0, limit), .at = at};
    struct pdf_dictionary dictionary = {0};
    struct place place = {0};
    struct token token = next_token(&reader);
    if (token.kind != TOKEN_OPEN && token.kind != TOKEN_OPEN_ARRAY)
        return true;
    for (; !ends_object(&token); token = next_token(&reader))
        take_token(&dictionary, &place, &token);
    struct pdf_names names = pdf_names_start(true);
    pdf_names_feed(&names, part_of(walk->content, at, reader.at - at));
    pdf_names_end(&names);
    return pdf_work(walk, TOKEN_COST * (uint64_t)(reader.at - at), error) && pdf_names_judge(&names, error) &&
           (!token_is(&token, "stream") ||
            pdf_walk_stream(walk, data_start(walk->content, reader.at), &dictionary, error));
}
