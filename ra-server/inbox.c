/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inbox.h"

#include "pki/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 512, NAME_BYTES = 16 };

static bool join(const struct config *config, const char *folder, const char *name, const char *mark,
                 char path[PATH_SIZE], struct ra_error *error)
{
    int length = snprintf(path, PATH_SIZE, "%s/%s/%s%s", config->mail_inbox, folder, name, mark);
    return (length > 0 && length < PATH_SIZE) ||
           ra_fail(error, RA_INVALID, "a path of the inbox is too long");
}

static bool make_folder(const char *path, struct ra_error *error)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ||
           ra_fail(error, RA_IO, "%s: %s", path, strerror(errno));
}

bool inbox_prepare(const struct config *config, struct ra_error *error)
{
    static const char *const folders[] = {"tmp", "new", "cur"};
    char path[PATH_SIZE];
    bool done = make_folder(config->mail_inbox, error);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && done; i++)
        done = join(config, folders[i], "", "", path, error) && make_folder(path, error);
    return done;
}

/* --- in --- */

static bool read_descriptor(TALLOC_CTX *context, int descriptor, struct bytes *mail, struct ra_error *error)
{
    uint8_t *buffer = talloc_size(context, INBOX_MAIL_MAX + 1);
    size_t used = 0;
    if (buffer == NULL)
        return ra_fail(error, RA_NO_MEMORY, "mail");
    while (used <= INBOX_MAIL_MAX) {
        ssize_t got = read(descriptor, buffer + used, INBOX_MAIL_MAX + 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ra_fail(error, RA_IO, "mail: %s", strerror(errno));
        if (got == 0)
            break;
        used += (size_t)got;
    }
    *mail = (struct bytes){buffer, used};
    return used <= INBOX_MAIL_MAX || ra_fail(error, RA_TOO_LARGE, "a mail of more than 1 MiB");
}

static bool file_in(const struct config *config, TALLOC_CTX *context, struct bytes mail,
                    struct ra_error *error)
{
    uint8_t raw[NAME_BYTES];
    char unfinished[PATH_SIZE], finished[PATH_SIZE];
    if (!random_bytes(raw, sizeof raw))
        return ra_fail_crypto(error, "random bytes");
    const char *name = hex_encode(context, (struct bytes){raw, sizeof raw});
    if (name == NULL)
        return ra_fail(error, RA_NO_MEMORY, "mail");
    if (!join(config, "tmp", name, "", unfinished, error) ||
        !join(config, "new", name, "", finished, error) || !file_write(unfinished, mail, 0600, error))
        return false;
    return rename(unfinished, finished) == 0 || ra_fail(error, RA_IO, "%s: %s", finished, strerror(errno));
}

bool inbox_receive(const struct config *config, int descriptor, struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct bytes mail = {NULL, 0};
    bool done = inbox_prepare(config, error) && read_descriptor(scratch, descriptor, &mail, error) &&
                file_in(config, scratch, mail, error);
    talloc_free(scratch);
    return done;
}

/* --- out --- */

bool inbox_list(const struct config *config, TALLOC_CTX *context, size_t most, char ***names, size_t *count,
                struct ra_error *error)
{
    char path[PATH_SIZE];
    *count = 0;
    *names = talloc_array(context, char *, (unsigned)most);
    if (*names == NULL)
        return ra_fail(error, RA_NO_MEMORY, "inbox");
    if (!join(config, "new", "", "", path, error))
        return false;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return ra_fail(error, RA_IO, "%s: %s", path, strerror(errno));
    for (struct dirent *entry; *count < most && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        (*names)[*count] = talloc_strdup(*names, entry->d_name);
        *count += (*names)[*count] != NULL ? 1 : 0;
    }
    closedir(folder);
    return true;
}

bool inbox_read(const struct config *config, TALLOC_CTX *context, const char *name, struct bytes *mail,
                struct ra_error *error)
{
    char path[PATH_SIZE];
    return join(config, "new", name, "", path, error) &&
           file_read(context, path, INBOX_MAIL_MAX, mail, error);
}

bool inbox_remove(const struct config *config, const char *name, struct ra_error *error)
{
    char path[PATH_SIZE];
    return join(config, "new", name, "", path, error) &&
           (unlink(path) == 0 || errno == ENOENT || ra_fail(error, RA_IO, "%s: %s", path, strerror(errno)));
}

bool inbox_set_aside(const struct config *config, const char *name, struct ra_error *error)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    const char *mark = strstr(name, ":2,") == NULL ? ":2," : "";
    return join(config, "new", name, "", from, error) && join(config, "cur", name, mark, to, error) &&
           (rename(from, to) == 0 || errno == ENOENT || ra_fail(error, RA_IO, "%s: %s", to, strerror(errno)));
}
