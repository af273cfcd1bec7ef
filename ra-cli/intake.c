/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/intake.h"

#include "ra-server/identification/inspect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- files and folders --- */

static bool no_memory(struct ra_error *error)
{
    return ra_fail(error, RA_NO_MEMORY, "pasta");
}

/* What scanners and browsers are still writing has another name until it is whole. */
static bool is_wanted_name(const struct dirent *entry)
{
    static const char *const unfinished[] = {".tmp", ".part", ".partial", ".crdownload"};
    const char *end = strrchr(entry->d_name, '.');
    if (entry->d_name[0] == '.')
        return false;
    for (size_t i = 0; end != NULL && i < sizeof unfinished / sizeof *unfinished; i++)
        if (strcasecmp(end, unfinished[i]) == 0)
            return false;
    return true;
}

static int wanted(const struct dirent *entry)
{
    return is_wanted_name(entry) ? 1 : 0;
}

static bool is_regular(const char *path, struct stat *status)
{
    return lstat(path, status) == 0 && S_ISREG(status->st_mode);
}

static bool fits(const char *path, int64_t size, struct ra_error *error)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    struct ra_error refusal = {0};
    if (size > 0 && size <= INSPECTION_BYTES_MAX)
        return true;
    inspect_set_refusal(size == 0 ? INSPECTION_EMPTY : INSPECTION_LARGE, &refusal);
    return ra_fail_reason(error, refusal.code, refusal.reason, "%s: %s", name, refusal.detail);
}

static bool take(TALLOC_CTX *context, const char *path, int64_t size, struct intake *intake,
                 struct ra_error *error)
{
    if (intake->count == INTAKE_FILES_MAX)
        return ra_fail(error, RA_TOO_LARGE, "São mais de %d arquivos: confira a pasta e inclua em partes.",
                       INTAKE_FILES_MAX);
    const char *copy = talloc_strdup(context, path);
    if (copy == NULL)
        return no_memory(error);
    intake->files[intake->count++] = copy;
    return fits(path, size, error);
}

static bool add_entry(TALLOC_CTX *context, const char *folder, const char *name, struct intake *intake,
                      struct ra_error *error)
{
    struct stat status;
    const char *path = talloc_asprintf(context, "%s/%s", folder, name);
    if (path == NULL)
        return no_memory(error);
    return !is_regular(path, &status) || take(context, path, status.st_size, intake, error);
}

static bool add_folder(TALLOC_CTX *context, const char *folder, struct intake *intake, struct ra_error *error)
{
    struct dirent **entries = NULL;
    const size_t before = intake->count;
    int count = scandir(folder, &entries, wanted, versionsort);
    bool ok = count >= 0 || ra_fail_file(error, RA_FILE_READ, folder);
    for (int i = 0; i < count; i++) {
        ok = ok && add_entry(context, folder, entries[i]->d_name, intake, error);
        free(entries[i]);
    }
    free(entries);
    return ok &&
           (intake->count > before || ra_fail(error, RA_NOT_FOUND, "%s: não há arquivos na pasta", folder));
}

bool intake_whole(TALLOC_CTX *context, const char *folder, time_t now, struct intake *intake,
                  struct ra_error *error)
{
    struct dirent **entries = NULL;
    struct stat status;
    int count = scandir(folder, &entries, wanted, versionsort);
    bool ok = count >= 0 || ra_fail_file(error, RA_FILE_READ, folder);
    for (int i = 0; i < count; i++) {
        const char *path = talloc_asprintf(context, "%s/%s", folder, entries[i]->d_name);
        if (path != NULL && is_regular(path, &status) && status.st_size > 0 && status.st_mtim.tv_sec < now &&
            intake->count < INTAKE_FILES_MAX)
            intake->files[intake->count++] = path;
        free(entries[i]);
    }
    free(entries);
    return ok;
}

bool intake_add(TALLOC_CTX *context, const char *path, struct intake *intake, struct ra_error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return ra_fail_file(error, RA_FILE_READ, path);
    return S_ISDIR(status.st_mode) ? add_folder(context, path, intake, error)
                                   : take(context, path, status.st_size, intake, error);
}

/* --- the scanner's folder --- */

enum {
    POLL_MS = 250,
    STILL_MS = 1000,         /* a file that did not grow for so long is whole */
    GROWING_MAX_MS = 120000, /* a slow sheet gets more time, not for ever */
};

struct sheet {
    const char *name;
    int64_t size;
    struct timespec written;
    int still_ms;
    bool done; /* was there before, or was given out */
};

struct scanner {
    const char *folder;
    struct sheet *sheets;
    size_t count;
    bool first_came;
};

static struct sheet *find_sheet(struct scanner *scanner, const char *name)
{
    for (size_t i = 0; i < scanner->count; i++)
        if (strcmp(scanner->sheets[i].name, name) == 0)
            return &scanner->sheets[i];
    return NULL;
}

/* NULL when memory ran out. */
static struct sheet *new_sheet(struct scanner *scanner, const char *name)
{
    struct sheet *longer =
        talloc_realloc(scanner, scanner->sheets, struct sheet, (unsigned)scanner->count + 1);
    if (longer == NULL)
        return NULL;
    scanner->sheets = longer;
    longer[scanner->count] = (struct sheet){.name = talloc_strdup(scanner, name)};
    return longer[scanner->count].name == NULL ? NULL : &longer[scanner->count++];
}

/* Notes what changed; a name written over is a new sheet. */
static bool note(struct scanner *scanner, const char *name, bool before, struct ra_error *error)
{
    struct stat status;
    char *path = talloc_asprintf(scanner, "%s/%s", scanner->folder, name);
    if (path == NULL)
        return no_memory(error);
    const bool regular = is_regular(path, &status);
    talloc_free(path);
    if (!regular)
        return true;
    struct sheet *sheet = find_sheet(scanner, name);
    if (sheet == NULL)
        sheet = new_sheet(scanner, name);
    if (sheet == NULL)
        return no_memory(error);
    const bool same = sheet->size == status.st_size && sheet->written.tv_sec == status.st_mtim.tv_sec &&
                      sheet->written.tv_nsec == status.st_mtim.tv_nsec;
    sheet->still_ms = same ? sheet->still_ms + POLL_MS : 0;
    sheet->done = before || (sheet->done && same);
    sheet->size = status.st_size;
    sheet->written = status.st_mtim;
    return true;
}

static bool look(struct scanner *scanner, bool before, struct ra_error *error)
{
    struct dirent **entries = NULL;
    int count = scandir(scanner->folder, &entries, wanted, versionsort);
    bool ok = count >= 0 || ra_fail_file(error, RA_FILE_READ, scanner->folder);
    for (int i = 0; i < count; i++) {
        ok = ok && note(scanner, entries[i]->d_name, before, error);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

bool scanner_open(TALLOC_CTX *context, const char *folder, struct scanner **scanner, struct ra_error *error)
{
    *scanner = talloc_zero(context, struct scanner);
    if (*scanner == NULL)
        return no_memory(error);
    (*scanner)->folder = talloc_strdup(*scanner, folder);
    return (*scanner)->folder == NULL ? no_memory(error) : look(*scanner, true, error);
}

/* The sheet that came first by name among those that are whole; *growing: one is still being written. */
static struct sheet *whole_sheet(struct scanner *scanner, bool *growing)
{
    struct sheet *first = NULL;
    *growing = false;
    for (size_t i = 0; i < scanner->count; i++) {
        struct sheet *sheet = &scanner->sheets[i];
        if (sheet->done)
            continue;
        if (sheet->still_ms < STILL_MS || sheet->size == 0)
            *growing = true;
        else if (first == NULL || strverscmp(sheet->name, first->name) < 0)
            first = sheet;
    }
    return first;
}

/* true when somebody pressed Enter (or closed the terminal). */
static bool pause_or_enter(void)
{
    struct pollfd terminal = {.fd = isatty(STDIN_FILENO) ? STDIN_FILENO : -1, .events = POLLIN};
    return poll(&terminal, 1, POLL_MS) == 1;
}

bool scanner_next(struct scanner *scanner, const char **path, struct ra_error *error)
{
    const int wait_s = scanner->first_came ? INTAKE_NEXT_WAIT_S : INTAKE_FIRST_WAIT_S;
    *path = NULL;
    int growing_ms = 0;
    for (int waited_ms = 0; waited_ms < wait_s * 1000 && growing_ms < GROWING_MAX_MS;) {
        bool growing = false;
        const bool enter = pause_or_enter();
        if (!look(scanner, false, error))
            return false;
        struct sheet *sheet = whole_sheet(scanner, &growing);
        if (sheet != NULL) {
            sheet->done = true;
            scanner->first_came = true;
            *path = talloc_asprintf(scanner, "%s/%s", scanner->folder, sheet->name);
            return *path == NULL ? no_memory(error) : fits(*path, sheet->size, error);
        }
        if (enter)
            return true;
        *(growing ? &growing_ms : &waited_ms) += POLL_MS;
    }
    return scanner->first_came || ra_fail(error, RA_NOT_FOUND, "Nenhum arquivo chegou a %s em %d segundos.",
                                          scanner->folder, INTAKE_FIRST_WAIT_S);
}

bool scanner_sent(struct scanner *scanner, const char *path, struct ra_error *error)
{
    enum { NAMES_MAX = 1000 };
    const char *folder = talloc_asprintf(scanner, "%s/enviados", scanner->folder);
    const char *name = strrchr(path, '/') + 1;
    if (folder == NULL)
        return no_memory(error);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return ra_fail_file(error, RA_FILE_WRITE, folder);
    for (int i = 1; i < NAMES_MAX; i++) {
        const char *target = i == 1 ? talloc_asprintf(scanner, "%s/%s", folder, name)
                                    : talloc_asprintf(scanner, "%s/%d-%s", folder, i, name);
        if (target == NULL)
            return no_memory(error);
        if (renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_NOREPLACE) == 0)
            return true;
        if (errno != EEXIST)
            return ra_fail_file(error, RA_FILE_WRITE, target);
    }
    return ra_fail(error, RA_IO, "%s: a pasta enviados está cheia de nomes iguais", name);
}
