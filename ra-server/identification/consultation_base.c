/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/consultation_base.h"

#include "config/option_file.h"
#include "pki/base/file.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST_FILE = 64 << 10 };

static const struct option_row options[] = {
#define X(kind, name, default_text, minimum, maximum, help)                                                  \
    {#name, OPTION_##kind, default_text, minimum, maximum, offsetof(struct consultation_base, name), help},
    CONSULTATION_BASE_OPTIONS(X)
#undef X
};
enum { OPTION_COUNT = sizeof options / sizeof options[0] };

/* --- the address --- */

struct address {
    char *scheme;
    char *host;
    char *user;
    char *fragment;
};

/* Parts that are not there stay NULL. */
static bool split_address(const char *url, struct address *address)
{
    CURLU *handle = curl_url();
    bool good = handle != NULL && curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(handle, CURLUPART_SCHEME, &address->scheme, 0) == CURLUE_OK &&
                curl_url_get(handle, CURLUPART_HOST, &address->host, 0) == CURLUE_OK;
    if (good) {
        (void)curl_url_get(handle, CURLUPART_USER, &address->user, 0);
        (void)curl_url_get(handle, CURLUPART_FRAGMENT, &address->fragment, 0);
    }
    curl_url_cleanup(handle);
    return good;
}

static void free_address(struct address *address)
{
    curl_free(address->scheme);
    curl_free(address->host);
    curl_free(address->user);
    curl_free(address->fragment);
}

static bool is_loopback(const char *host)
{
    static const char *const names[] = {"127.0.0.1", "[::1]", "localhost"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(host, names[i]) == 0)
            return true;
    return false;
}

static bool check_address(const char *name, const char *url, bool *secure, struct ra_error *error)
{
    struct address address = {NULL, NULL, NULL, NULL};
    bool good = split_address(url, &address);
    *secure = good && strcmp(address.scheme, "https") == 0;
    if (!good || address.user != NULL || address.fragment != NULL)
        good = ra_fail(error, RA_INVALID, "%s: url is not an address without user and fragment", name);
    else if (!*secure && (strcmp(address.scheme, "http") != 0 || !is_loopback(address.host)))
        good = ra_fail(error, RA_INVALID, "%s: url must be https, or http on loopback", name);
    free_address(&address);
    return good;
}

/* --- the file --- */

bool consultation_base_parse(TALLOC_CTX *context, enum consultation_kind kind, const char *name,
                             const char *text, const char *folder, struct consultation_base **base,
                             struct ra_error *error)
{
    bool secure = false;
    struct consultation_base *made = talloc_zero(context, struct consultation_base);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "base");
    bool good = option_file_parse(made, name, text, options, OPTION_COUNT, &folder, error) &&
                check_address(name, made->url, &secure, error);
    if (good && secure && (made->certificate[0] == '\0' || made->key[0] == '\0' || made->ca[0] == '\0'))
        good = ra_fail(error, RA_INVALID, "%s: https needs certificate, key and ca", name);
    if (good && strlen(made->name) > CONSULTATION_PROTOCOL_MAX)
        good = ra_fail(error, RA_INVALID, "%s: name has at most %d bytes", name, CONSULTATION_PROTOCOL_MAX);
    if (!good) {
        talloc_free(made);
        return false;
    }
    if (made->name[0] == '\0')
        made->name = consultation_kind_name(kind);
    *base = made;
    return true;
}

static bool check_readable(const char *name, const char *path, bool secret, struct ra_error *error)
{
    struct stat status;
    if (path[0] == '\0')
        return true;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return ra_fail(error, RA_INVALID, "%s: %s cannot be read: %s", name, path, strerror(errno));
    bool good = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    close(descriptor);
    if (!good)
        return ra_fail(error, RA_INVALID, "%s: %s is not a file", name, path);
    return !secret || (status.st_mode & (S_IRWXO | S_IWGRP)) == 0 ||
           ra_fail(error, RA_INVALID, "%s: %s is open to others: chmod 600", name, path);
}

static bool check_files(const char *name, const struct consultation_base *base, struct ra_error *error)
{
    return check_readable(name, base->certificate, false, error) &&
           check_readable(name, base->key, true, error) && check_readable(name, base->ca, false, error);
}

static bool read_conf(TALLOC_CTX *context, enum consultation_kind kind, const char *name, const char *path,
                      const char *folder, struct consultation_base **base, struct ra_error *error)
{
    struct bytes content = {NULL, 0};
    if (!file_read(context, path, LARGEST_FILE, &content, error))
        return false;
    if (memchr(content.data, '\0', content.length) != NULL)
        return ra_fail(error, RA_INVALID, "%s: a NUL byte in a text file", name);
    return consultation_base_parse(context, kind, name, (const char *)content.data, folder, base, error) &&
           *base != NULL && check_files(name, *base, error);
}

enum consultation_driver consultation_base_load(TALLOC_CTX *context, enum consultation_kind kind,
                                                const char *folder, struct consultation_base **base,
                                                struct ra_error *error)
{
    *base = NULL;
    const char *name = talloc_asprintf(context, "%s.conf", consultation_kind_word(kind));
    const char *path = name == NULL ? NULL : talloc_asprintf(context, "%s/%s", folder, name);
    if (path == NULL) {
        ra_fail(error, RA_NO_MEMORY, "base");
        return CONSULTATION_BROKEN;
    }
    if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return CONSULTATION_MANUAL;
    struct consultation_base *read = NULL;
    if (!read_conf(context, kind, name, path, folder, &read, error))
        return CONSULTATION_BROKEN;
    *base = read;
    return CONSULTATION_HTTP;
}

struct breaker_settings consultation_base_breaker(const struct consultation_base *base)
{
    return (struct breaker_settings){.threshold = (unsigned)base->breaker_failures,
                                     .cooldown_us = base->breaker_cooldown_ms * 1000};
}

#define EQUAL_text(name)   (strcmp(left->name, right->name) == 0)
#define EQUAL_path(name)   (strcmp(left->name, right->name) == 0)
#define EQUAL_number(name) (left->name == right->name)

bool consultation_base_equal(const struct consultation_base *left, const struct consultation_base *right)
{
    return true
#define X(kind, name, default_text, minimum, maximum, help) &&EQUAL_##kind(name)
        CONSULTATION_BASE_OPTIONS(X)
#undef X
            ;
}
