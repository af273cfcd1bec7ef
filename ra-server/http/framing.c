/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/framing.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Twice one of these and two readers may disagree about the request. */
static const char *const only_once[] = {
    "host",   "content-length",  "transfer-encoding", "content-type", "authorization",
    "origin", "idempotency-key", "x-real-ip",         "cookie",       "x-client-cert",
};

static bool name_is(const char *name, size_t size, const char *wanted)
{
    return size == strlen(wanted) && strncasecmp(name, wanted, size) == 0;
}

static bool is_name(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)name[i];
        if (!isalnum(byte) && (byte == '\0' || strchr("!#$%&'*+-.^_`|~", byte) == NULL))
            return false;
    }
    return size > 0;
}

static bool is_value(const char *value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)value[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F)
            return false;
    }
    return true;
}

static void read_length(struct framing *framing, const char *value, size_t size)
{
    framing->has_length = true;
    framing->length = 0;
    framing->bad_length = framing->bad_length || size == 0 || size > 18;
    for (size_t i = 0; i < size && !framing->bad_length; i++) {
        if (!isdigit((unsigned char)value[i]))
            framing->bad_length = true;
        else
            framing->length = framing->length * 10 + (uint64_t)(value[i] - '0');
    }
}

void framing_header(struct framing *framing, const char *name, size_t name_size, const char *value,
                    size_t value_size)
{
    framing->headers++;
    framing->bytes += name_size + value_size;
    if (!is_name(name, name_size) || !is_value(value, value_size))
        framing->malformed = true;
    for (unsigned i = 0; i < sizeof only_once / sizeof only_once[0]; i++) {
        if (!name_is(name, name_size, only_once[i]))
            continue;
        framing->repeated = framing->repeated || (framing->seen & 1u << i) != 0;
        framing->seen |= 1u << i;
    }
    if (name_is(name, name_size, "content-length"))
        read_length(framing, value, value_size);
    if (name_is(name, name_size, "host"))
        framing->has_host = value_size > 0;
    if (name_is(name, name_size, "transfer-encoding")) {
        framing->chunked = name_is(value, value_size, "chunked");
        framing->bad_coding = framing->bad_coding || !framing->chunked;
    }
}

static bool is_uri(const char *uri)
{
    if (uri[0] != '/')
        return false;
    for (; *uri != '\0'; uri++) {
        unsigned char byte = (unsigned char)*uri;
        if (byte <= 0x20 || byte >= 0x7F || strchr("\"<>\\^`{|}#", byte) != NULL)
            return false;
    }
    return true;
}

bool framing_check(const struct framing *framing, const char *version, const char *uri,
                   struct ra_error *error)
{
    if (strlen(uri) > FRAMING_URI_MAX)
        return ra_fail(error, RA_URI_TOO_LONG, "%s", "");
    if (framing->bytes > FRAMING_HEADER_MAX || framing->headers > FRAMING_HEADERS_MAX)
        return ra_fail(error, RA_HEADER_TOO_LARGE, "%s", "");
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
        return ra_fail_reason(error, RA_BAD_REQUEST, "version", "A versão do HTTP não é aceita.");
    if (framing->malformed || !is_uri(uri))
        return ra_fail_reason(error, RA_BAD_REQUEST, "octets", "O pedido tem caracteres que não cabem ali.");
    if (framing->repeated)
        return ra_fail_reason(error, RA_BAD_REQUEST, "repeated-header", "Um cabeçalho único veio repetido.");
    if (!framing->has_host)
        return ra_fail_reason(error, RA_BAD_REQUEST, "host", "Falta o cabeçalho Host.");
    if (framing->bad_length || framing->bad_coding || (framing->has_length && (framing->chunked)))
        return ra_fail_reason(error, RA_BAD_REQUEST, "body-length", "O tamanho do corpo está mal declarado.");
    return true;
}

bool framing_has_body(const struct framing *framing)
{
    return framing->chunked || (framing->has_length && framing->length > 0);
}
