/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/migrate.h"

#include "db/internal.h"
#include "log.h"
#include "pki/base/clock.h"
#include "pki/base/file.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 8 << 20, TIMEOUT_MS = 600000 };

enum kind { KIND_MIGRATION, KIND_RULE };
static const char *const kind_names[] = {[KIND_MIGRATION] = "migration", [KIND_RULE] = "rule"};

struct run {
    TALLOC_CTX *context;
    struct db *db;
    enum kind kind;
    const char *folder;
    const char **names; /* of the folder's files, sorted */
    size_t count;
    int applied;
};

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* NNNN_name.sql */
static bool is_script(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < 4; i++) {
        if (!isdigit((unsigned char)name[i]))
            return false;
    }
    return name[4] == '_' && length > 9 && strcmp(name + length - 4, ".sql") == 0;
}

static bool add_name(struct run *run, const char *name, struct ra_error *error)
{
    run->names = talloc_realloc(run->context, run->names, const char *, (unsigned)run->count + 1);
    if (run->names == NULL)
        return ra_fail(error, RA_NO_MEMORY, "migrations");
    run->names[run->count] = talloc_strdup(run->context, name);
    return run->names[run->count++] != NULL || ra_fail(error, RA_NO_MEMORY, "migrations");
}

static bool list_folder(struct run *run, struct ra_error *error)
{
    DIR *folder = opendir(run->folder);
    if (folder == NULL)
        return ra_fail_errno(error, run->folder);
    bool done = true;
    for (struct dirent *entry; done && (entry = readdir(folder)) != NULL;) {
        if (is_script(entry->d_name))
            done = add_name(run, entry->d_name, error);
    }
    closedir(folder);
    if (done && run->count > 0)
        qsort(run->names, run->count, sizeof run->names[0], compare_names);
    return done;
}

/* Two migrations of one number would have no order between rooms that never met. */
static bool check_numbers(const struct run *run, struct ra_error *error)
{
    for (size_t i = 1; i < run->count; i++) {
        if (strncmp(run->names[i - 1], run->names[i], 4) == 0)
            return ra_fail(error, RA_INVALID, "%s and %s have the same number", run->names[i - 1],
                           run->names[i]);
    }
    return true;
}

static bool check_applied_exist(const struct run *run, struct ra_error *error)
{
    struct db_rows *rows = NULL;
    if (!db_query(run->db, run->context, STATEMENT_MIGRATION_LIST, DB_VALUES(db_text(kind_names[run->kind])),
                  &rows, error))
        return false;
    for (size_t i = 0; i < db_row_count(rows); i++) {
        const char *name = row_text(rows, i, "name");
        if (run->count == 0 ||
            bsearch(&name, run->names, run->count, sizeof run->names[0], compare_names) == NULL)
            return ra_fail(error, RA_INVALID, "%s was applied to this database and is missing here", name);
    }
    return true;
}

static bool apply(struct run *run, const char *name, const char *script, const char *checksum,
                  struct ra_error *error)
{
    static const struct ra_clock machine = {0};
    if (!db_script(run->db, script, error)) {
        char detail[sizeof error->detail];
        memcpy(detail, error->detail, sizeof detail);
        return ra_fail(error, error->code, "%s: %s", name, detail);
    }
    run->applied++;
    log_event(LOG_LEVEL_INFO, "applied", "{s:s, s:s}", "kind", kind_names[run->kind], "name", name);
    return db_exec(run->db, STATEMENT_MIGRATION_RECORD,
                   DB_VALUES(db_text(kind_names[run->kind]), db_text(name), db_text(checksum),
                             db_time(clock_now_us(&machine))),
                   NULL, error);
}

static bool consider(struct run *run, const char *name, struct ra_error *error)
{
    uint8_t digest[32];
    struct bytes content = {0};
    struct db_rows *rows = NULL;
    const char *path = talloc_asprintf(run->context, "%s/%s", run->folder, name);
    if (path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "migrations");
    if (!file_read(run->context, path, LARGEST_FILE, &content, error))
        return false;
    if (!sha256(content, digest))
        return ra_fail_crypto(error, "SHA-256");
    const char *checksum = hex_encode(run->context, (struct bytes){digest, sizeof digest});
    if (!db_query(run->db, run->context, STATEMENT_MIGRATION_FIND,
                  DB_VALUES(db_text(kind_names[run->kind]), db_text(name)), &rows, error))
        return false;
    bool known = db_row_count(rows) == 1;
    bool same = known && strcmp(row_text(rows, 0, "checksum"), checksum) == 0;
    if (same)
        return true;
    if (known && run->kind == KIND_MIGRATION)
        return ra_fail(error, RA_INVALID, "%s was changed after it had been applied; write a new one", name);
    return apply(run, name, (const char *)content.data, checksum, error);
}

static bool run_folder(struct run *run, struct ra_error *error)
{
    if (!list_folder(run, error) || !check_numbers(run, error))
        return false;
    if (run->kind == KIND_MIGRATION && !check_applied_exist(run, error))
        return false;
    for (size_t i = 0; i < run->count; i++) {
        if (!consider(run, run->names[i], error))
            return false;
    }
    return true;
}

static bool run_all(struct db *db, TALLOC_CTX *context, const struct config *config, int *applied,
                    struct ra_error *error)
{
    struct run migrations = {
        .context = context, .db = db, .kind = KIND_MIGRATION, .folder = config->migrations_dir};
    struct run rules = {.context = context, .db = db, .kind = KIND_RULE, .folder = config->rules_dir};
    if (!db_exec(db, STATEMENT_MIGRATION_LOCK, DB_NO_VALUES, NULL, error) ||
        !db_exec(db, STATEMENT_MIGRATION_TABLE, DB_NO_VALUES, NULL, error) ||
        !run_folder(&migrations, error) || !run_folder(&rules, error))
        return false;
    *applied = migrations.applied + rules.applied;
    return true;
}

bool migrate(const struct config *config, struct ra_error *error)
{
    if (config->database_owner[0] == '\0')
        return ra_fail(error, RA_INVALID, "--migrate needs database_owner in the configuration");
    TALLOC_CTX *context = talloc_new(NULL);
    struct db *db = NULL;
    int applied = 0;
    bool done = context != NULL || ra_fail(error, RA_NO_MEMORY, "migrations");
    done = done &&
           db_open(context, config->database_owner, &statement_table, TIMEOUT_MS, false, &db, error) &&
           db_begin(db, error) && run_all(db, context, config, &applied, error) && db_commit(db, error);
    if (db != NULL)
        db_rollback(db);
    if (done)
        log_event(LOG_LEVEL_INFO, "migrated", "{s:i}", "applied", applied);
    talloc_free(context);
    return done;
}
