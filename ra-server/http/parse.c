/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/parse.h"

#include <ctype.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

bool pairs_add(TALLOC_CTX *context, struct http_pairs *pairs, const char *name, const char *value,
               struct ra_error *error)
{
    pairs->items = talloc_realloc(context, pairs->items, struct http_pair, (unsigned)pairs->count + 1);
    if (pairs->items == NULL)
        return ra_fail(error, RA_NO_MEMORY, "pairs");
    pairs->items[pairs->count++] = (struct http_pair){name, value};
    return true;
}

const char *pairs_find(const struct http_pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->count; i++) {
        if (strcmp(pairs->items[i].name, name) == 0)
            return pairs->items[i].value;
    }
    return NULL;
}

/* Length of the well-formed sequence at `at` (RFC 3629), 0 when there is none. */
static size_t utf8_sequence(const unsigned char *at, size_t left)
{
    if (at[0] < 0x80)
        return 1;
    size_t length = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (at[0] < 0xC2 || at[0] > 0xF4 || left < length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    }
    bool overlong = (at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xF0 && at[1] < 0x90);
    bool beyond = (at[0] == 0xED && at[1] > 0x9F) || (at[0] == 0xF4 && at[1] > 0x8F);
    return overlong || beyond ? 0 : length;
}

bool is_utf8(const char *text, size_t length)
{
    const unsigned char *at = (const unsigned char *)text;
    for (size_t i = 0; i < length;) {
        size_t step = utf8_sequence(at + i, length - i);
        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

static bool acceptable(const char *text, size_t length, bool lines)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool line = byte == '\n' || byte == '\r' || byte == '\t';
        if ((byte < 0x20 && !(lines && line)) || byte == 0x7F)
            return false;
    }
    return is_utf8(text, length);
}

char *parse_percent(TALLOC_CTX *context, const char *text, size_t length, bool plus_is_space, bool lines)
{
    char *output = talloc_size(context, length + 1);
    if (output == NULL)
        return NULL;
    size_t written = 0;
    for (size_t i = 0; i < length; i++) {
        char byte = text[i];
        if (byte == '%') {
            int high = length - i > 2 ? hex_value(text[i + 1]) : -1;
            int low = length - i > 2 ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                goto refused;
            byte = (char)(high << 4 | low);
            i += 2;
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        output[written++] = byte;
    }
    output[written] = '\0';
    if (acceptable(output, written, lines))
        return output;
refused:
    talloc_free(output);
    return NULL;
}

/* --- name=value&name=value --- */

typedef bool take_pair(void *argument, const char *name, const char *value, struct ra_error *error);

static bool each_pair(TALLOC_CTX *context, const char *text, size_t length, size_t limit, bool lines,
                      take_pair *take, void *argument, struct ra_error *error)
{
    size_t count = 0;
    for (size_t at = 0; at < length;) {
        const char *end = memchr(text + at, '&', length - at);
        size_t piece = end != NULL ? (size_t)(end - text) - at : length - at;
        if (piece > 0) {
            const char *equals = memchr(text + at, '=', piece);
            size_t name_length = equals != NULL ? (size_t)(equals - text) - at : piece;
            char *name = parse_percent(context, text + at, name_length, true, false);
            char *value = equals == NULL
                              ? talloc_strdup(context, "")
                              : parse_percent(context, equals + 1, piece - name_length - 1, true, lines);
            if (name == NULL || value == NULL || name[0] == '\0')
                return ra_fail(error, RA_BAD_REQUEST, "Há um parâmetro malformado.");
            if (++count > limit)
                return ra_fail(error, RA_BAD_REQUEST, "Há parâmetros demais.");
            if (!take(argument, name, value, error))
                return false;
        }
        at += piece + 1;
    }
    return true;
}

struct query_taker {
    TALLOC_CTX *context;
    struct http_pairs *pairs;
};

static bool take_query(void *argument, const char *name, const char *value, struct ra_error *error)
{
    struct query_taker *taker = argument;
    if (pairs_find(taker->pairs, name) != NULL)
        return ra_fail(error, RA_BAD_REQUEST, "Um parâmetro veio repetido.");
    return pairs_add(taker->context, taker->pairs, name, value, error);
}

bool parse_query(TALLOC_CTX *context, const char *text, struct http_pairs *pairs, struct ra_error *error)
{
    struct query_taker taker = {context, pairs};
    return each_pair(context, text, strlen(text), PARSE_PAIRS_MAX, false, take_query, &taker, error);
}

/* --- forms --- */

static bool is_field_name(const char *name)
{
    size_t dots = 0;
    for (const char *at = name; *at != '\0'; at++) {
        if (*at == '.' && (at == name || at[-1] == '.' || at[1] == '\0' || ++dots > PARSE_FIELD_DEPTH_MAX))
            return false;
        if (!isalnum((unsigned char)*at) && *at != '_' && *at != '-' && *at != '.')
            return false;
    }
    return true;
}

/* The object that `length` bytes of name open in `parent`, made when it is not there. Borrowed. */
static json_t *child_object(json_t *parent, const char *name, size_t length)
{
    json_t *child = json_object_getn(parent, name, length);
    if (child != NULL)
        return json_is_object(child) ? child : NULL;
    child = json_object();
    return json_object_setn_new(parent, name, length, child) == 0 ? child : NULL;
}

static bool take_field(void *argument, const char *name, const char *value, struct ra_error *error)
{
    json_t *parent = argument;
    if (!is_field_name(name))
        return ra_fail(error, RA_BAD_REQUEST, "Há um campo de nome inválido.");
    const char *last = name;
    for (const char *dot; (dot = strchr(last, '.')) != NULL; last = dot + 1) {
        parent = child_object(parent, last, (size_t)(dot - last));
        if (parent == NULL)
            return ra_fail(error, RA_BAD_REQUEST, "Há campos que se contradizem.");
    }
    if (json_object_get(parent, last) != NULL)
        return ra_fail(error, RA_BAD_REQUEST, "Um campo veio repetido.");
    return json_object_set_new(parent, last, json_string(value)) == 0 || ra_fail(error, RA_NO_MEMORY, "form");
}

/* Index of an array element: one or two digits without a leading zero; -1 otherwise. */
static int array_index(const char *key)
{
    if (!isdigit((unsigned char)key[0]))
        return -1;
    if (key[1] == '\0')
        return key[0] - '0';
    if (key[0] == '0' || !isdigit((unsigned char)key[1]) || key[2] != '\0')
        return -1;
    int index = (key[0] - '0') * 10 + (key[1] - '0');
    return index < PARSE_ARRAY_MAX ? index : -1;
}

static bool is_array_like(json_t *object)
{
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        if (array_index(json_object_iter_key(at)) < 0)
            return false;
    }
    return json_object_size(object) > 0;
}

/* A new reference to `value` with its objects of numbered keys turned into arrays. NULL: memory ran out. */
static json_t *with_arrays(json_t *value)
{
    if (!json_is_object(value))
        return json_incref(value);
    const char *key = NULL;
    json_t *member = NULL;
    json_t *result = json_object();
    json_object_foreach(value, key, member)
    {
        if (json_object_set_new(result, key, with_arrays(member)) != 0) {
            json_decref(result);
            return NULL;
        }
    }
    if (!is_array_like(result))
        return result;
    json_t *array = json_array();
    for (int i = 0; i < PARSE_ARRAY_MAX; i++) {
        const char name[3] = {(char)('0' + (i < 10 ? i : i / 10)), (char)(i < 10 ? '\0' : '0' + i % 10),
                              '\0'};
        json_t *element = json_object_get(result, name);
        if (element != NULL && json_array_append(array, element) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    json_decref(result);
    return array;
}

bool parse_form(TALLOC_CTX *context, struct bytes body, json_t **object, struct ra_error *error)
{
    json_t *fields = json_object();
    json_t *result = NULL;
    if (fields != NULL && each_pair(context, (const char *)body.data, body.length, PARSE_FIELDS_MAX, true,
                                    take_field, fields, error)) {
        result = with_arrays(fields);
        if (result == NULL)
            ra_fail(error, RA_NO_MEMORY, "form");
    }
    json_decref(fields);
    if (result != NULL && !json_is_object(result)) {
        json_decref(result);
        return ra_fail(error, RA_BAD_REQUEST, "Há um campo de nome inválido.");
    }
    *object = result;
    return result != NULL;
}

/* --- JSON --- */

/* Refuses depth and size before jansson allocates anything: it counts brackets and commas outside strings. */
static bool json_is_bounded(struct bytes body)
{
    size_t depth = 0;
    size_t values = 0;
    bool inside = false;
    for (size_t i = 0; i < body.length; i++) {
        uint8_t byte = body.data[i];
        if (inside) {
            if (byte == '\\')
                i++;
            else if (byte == '"')
                inside = false;
            continue;
        }
        inside = byte == '"';
        if (byte == '{' || byte == '[') {
            if (++depth > PARSE_JSON_DEPTH_MAX)
                return false;
        } else if ((byte == '}' || byte == ']') && depth > 0) {
            depth--;
        }
        if ((byte == ',' || byte == '{' || byte == '[') && ++values > PARSE_JSON_VALUES_MAX)
            return false;
    }
    return true;
}

bool parse_json(struct bytes body, json_t **object, struct ra_error *error)
{
    if (body.length == 0)
        return ra_fail(error, RA_BAD_JSON, "O corpo veio vazio.");
    if (!json_is_bounded(body))
        return ra_fail(error, RA_BAD_JSON, "O JSON tem níveis ou valores demais.");
    json_error_t place;
    json_t *value = json_loadb((const char *)body.data, body.length, JSON_REJECT_DUPLICATES, &place);
    if (value == NULL)
        return ra_fail(error, RA_BAD_JSON, "JSON inválido na linha %d, coluna %d.", place.line, place.column);
    if (!json_is_object(value)) {
        json_decref(value);
        return ra_fail(error, RA_BAD_JSON, "O corpo deve ser um objeto JSON.");
    }
    *object = value;
    return true;
}

/* --- headers --- */

static bool is_token(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)text[i]) && strchr("!#$%&'*+-.^_`|~", text[i]) == NULL)
            return false;
    }
    return length > 0;
}

static bool is_cookie_value(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte <= 0x20 || byte >= 0x7F || strchr("\",;\\", byte) != NULL)
            return false;
    }
    return true;
}

static bool take_cookie(TALLOC_CTX *context, const char *piece, size_t length, struct http_pairs *pairs,
                        struct ra_error *error)
{
    while (length > 0 && (*piece == ' ' || *piece == '\t')) {
        piece++;
        length--;
    }
    const char *equals = memchr(piece, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - piece) : 0;
    if (!is_token(piece, name_length) || !is_cookie_value(equals + 1, length - name_length - 1) ||
        pairs->count == PARSE_PAIRS_MAX)
        return true;
    const char *name = talloc_strndup(context, piece, name_length);
    const char *value = talloc_strndup(context, equals + 1, length - name_length - 1);
    if (name == NULL || value == NULL)
        return ra_fail(error, RA_NO_MEMORY, "cookies");
    return pairs_find(pairs, name) != NULL || pairs_add(context, pairs, name, value, error);
}

bool parse_cookies(TALLOC_CTX *context, const char *text, struct http_pairs *pairs, struct ra_error *error)
{
    while (*text != '\0') {
        size_t length = strcspn(text, ";");
        if (!take_cookie(context, text, length, pairs, error))
            return false;
        text += length + (text[length] == ';' ? 1 : 0);
    }
    return true;
}

char *parse_media_type(TALLOC_CTX *context, const char *text)
{
    size_t length = strcspn(text, "; \t");
    char *type = talloc_strndup(context, text, length);
    for (size_t i = 0; type != NULL && i < length; i++)
        type[i] = (char)tolower((unsigned char)type[i]);
    return type;
}

bool parse_client_certificate(TALLOC_CTX *context, const char *text, struct bytes *der,
                              struct ra_error *error)
{
    char *pem = parse_percent(context, text, strlen(text), false, true);
    BIO *source = pem != NULL ? BIO_new_mem_buf(pem, -1) : NULL;
    X509 *certificate = source != NULL ? PEM_read_bio_X509(source, NULL, NULL, NULL) : NULL;
    unsigned char *encoded = NULL;
    int length = certificate != NULL ? i2d_X509(certificate, &encoded) : -1;
    bool done = length > 0;
    if (done) {
        *der = bytes_copy(context, encoded, (size_t)length);
        done = der->data != NULL || ra_fail(error, RA_NO_MEMORY, "certificate");
    } else {
        ra_fail_crypto(error, "the front's client certificate");
        ra_fail(error, RA_UNAUTHENTICATED, "O certificado de cliente não pôde ser lido.");
    }
    OPENSSL_free(encoded);
    X509_free(certificate);
    BIO_free(source);
    return done;
}
