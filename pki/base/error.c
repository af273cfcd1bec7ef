/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/error.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct ra_error_info infos[RA_ERROR_COUNT] = {
#define X(id, code, category, status, sentence, hint)                                                        \
    [id] = {code, RA_CATEGORY_##category, status, sentence, hint},
    RA_ERROR_TABLE(X)
#undef X
};

const struct ra_error_info *ra_error_info(enum ra_error_code code)
{
    if ((unsigned)code >= RA_ERROR_COUNT)
        return &infos[RA_INTERNAL];
    return &infos[code];
}

/* snprintf may stop inside a UTF-8 sequence; a cut character must not reach a JSON encoder. */
static void drop_cut_character(char *text, size_t size)
{
    size_t length = strnlen(text, size);
    if (length + 1 < size || length == 0)
        return;
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t want = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (length - start < want)
        text[start - 1] = '\0';
}

RA_PRINTF(3, 0)
static void set_detail(struct ra_error *error, enum ra_error_code code, const char *format, va_list arguments)
{
    *error = (struct ra_error){.code = code};
    vsnprintf(error->detail, sizeof error->detail, format, arguments);
    drop_cut_character(error->detail, sizeof error->detail);
}

bool ra_fail(struct ra_error *error, enum ra_error_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_detail(error, code, format, arguments);
    va_end(arguments);
    return false;
}

bool ra_fail_reason(struct ra_error *error, enum ra_error_code code, const char *reason, const char *format,
                    ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_detail(error, code, format, arguments);
    va_end(arguments);
    snprintf(error->reason, sizeof error->reason, "%s", reason);
    return false;
}

bool ra_fail_field(struct ra_error *error, const char *field, const char *code, const char *message)
{
    if (error->code == RA_OK)
        error->code = RA_INVALID;
    if (error->field_count == RA_FIELD_ERRORS_MAX)
        return false;
    struct ra_field_error *slot = &error->fields[error->field_count++];
    snprintf(slot->field, sizeof slot->field, "%s", field);
    snprintf(slot->code, sizeof slot->code, "%s", code);
    snprintf(slot->message, sizeof slot->message, "%s", message);
    drop_cut_character(slot->message, sizeof slot->message);
    return false;
}

bool ra_fail_crypto(struct ra_error *error, const char *what)
{
    char reason[160] = "sem detalhe";
    unsigned long newest = ERR_peek_last_error();
    if (newest != 0)
        ERR_error_string_n(newest, reason, sizeof reason);
    ERR_clear_error();
    return ra_fail(error, RA_CRYPTO, "%s: %s", what, reason);
}

bool ra_fail_errno(struct ra_error *error, const char *what)
{
    int saved = errno;
    char text[128];
    return ra_fail(error, RA_IO, "%s: %s", what, strerror_r(saved, text, sizeof text));
}

bool ra_fail_file(struct ra_error *error, enum ra_file_use use, const char *path)
{
    static const struct {
        int number;
        const char *why;
    } problems[] = {
        {ENOENT, "não existe"},
        {ENOTDIR, "o caminho passa por algo que não é uma pasta"},
        {EISDIR, "é uma pasta, não um arquivo"},
        {EACCES, "sem permissão"},
        {EPERM, "sem permissão"},
        {EROFS, "a pasta só pode ser lida"},
        {ENAMETOOLONG, "o nome é longo demais"},
        {ELOOP, "os atalhos do caminho não chegam a um arquivo"},
        {ENXIO, "não é um arquivo"},
        {EEXIST, "já existe"},
    };
    static const struct {
        const char *verb, *reason;
    } uses[] = {
        [RA_FILE_READ] = {"ler", RA_FILE_UNREADABLE}, [RA_FILE_WRITE] = {"gravar", RA_FILE_UNWRITABLE}};
    int saved = errno;
    char text[128];
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        if (problems[i].number == saved)
            return ra_fail_reason(error, RA_IO, uses[use].reason, "não foi possível %s %s: %s",
                                  uses[use].verb, path, problems[i].why);
    return ra_fail(error, RA_IO, "não foi possível %s %s: %s", uses[use].verb, path,
                   strerror_r(saved, text, sizeof text));
}
