/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/audit/dossier_format.h"

#include <string.h>

enum { DIGEST_DIGITS = 64, NUMBER_DIGITS = 10 };

static const struct {
    const char *name;
    uint64_t most;
    bool whole;
} known_files[] = {
#define X(id, file_name, bytes, is_whole) [id] = {file_name, bytes, is_whole},
    DOSSIER_FILES(X)
#undef X
};

static const struct {
    const char *media_type;
    const char *extension;
} extensions[] = {
    {"image/jpeg", "jpg"},
    {"image/png", "png"},
    {"image/tiff", "tif"},
    {"application/pdf", "pdf"},
    {"application/json", "json"},
    {"text/plain", "txt"},
    {"application/pkcs7-signature", "p7s"},
};

static const char unknown_extension[] = "bin";

const char *dossier_extension(const char *media_type)
{
    for (size_t at = 0; at < sizeof extensions / sizeof extensions[0]; at++) {
        if (strcmp(extensions[at].media_type, media_type) == 0) {
            return extensions[at].extension;
        }
    }
    return unknown_extension;
}

static bool is_extension(const char *text)
{
    for (size_t at = 0; at < sizeof extensions / sizeof extensions[0]; at++) {
        if (strcmp(extensions[at].extension, text) == 0) {
            return true;
        }
    }
    return strcmp(text, unknown_extension) == 0;
}

/* Steps over 1 to NUMBER_DIGITS digits without a leading zero; NULL when there are none. */
static const char *after_number(const char *text)
{
    size_t digits = text != NULL ? strspn(text, "0123456789") : 0;
    return digits >= 1 && digits <= NUMBER_DIGITS && text[0] != '0' ? text + digits : NULL;
}

static const char *after_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    return text != NULL && strncmp(text, word, length) == 0 ? text + length : NULL;
}

static bool ends_as(const char *text, const char *end)
{
    return text != NULL && strcmp(text, end) == 0;
}

static bool is_document(const char *rest)
{
    return strspn(rest, "0123456789abcdef") == DIGEST_DIGITS && rest[DIGEST_DIGITS] == '.' &&
           is_extension(rest + DIGEST_DIGITS + 1);
}

static bool is_statement(const char *rest)
{
    static const char *const once[] = {"validation-", "verification-", "refusal-"};
    for (size_t at = 0; at < sizeof once / sizeof once[0]; at++) {
        if (ends_as(after_number(after_word(rest, once[at])), ".p7s")) {
            return true;
        }
    }
    const char *number = after_word(after_number(after_word(rest, "revocation-")), "-");
    return ends_as(after_number(number), ".p7s");
}

static bool is_in_folder(enum dossier_file file, const char *rest)
{
    switch ((int)file) {
    case DOSSIER_DOCUMENT:
        return is_document(rest);
    case DOSSIER_STATEMENT:
        return is_statement(rest);
    case DOSSIER_ROSTER:
        return ends_as(after_number(rest), ".der");
    case DOSSIER_CRL:
        return ends_as(after_number(rest), ".crl");
    default:
        return rest[0] == '\0';
    }
}

bool dossier_file_of(const char *name, enum dossier_file *file)
{
    for (size_t at = 0; at < DOSSIER_FILE_COUNT; at++) {
        const char *rest = after_word(name, known_files[at].name);
        if (rest != NULL && is_in_folder((enum dossier_file)at, rest)) {
            *file = (enum dossier_file)at;
            return true;
        }
    }
    return false;
}

const char *dossier_file_name(enum dossier_file file)
{
    return known_files[file].name;
}

uint64_t dossier_file_most(enum dossier_file file)
{
    return known_files[file].most;
}

bool dossier_file_is_whole(enum dossier_file file)
{
    return known_files[file].whole;
}
