/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ra-statements OUTPUT_FOLDER FILE.sql…: writes statements.h (enum db_statement) and statements.c
 * (statement_table), so that C names every statement and a misspelt one does not compile. Part of the build.
 */
#include "db/statement_source.h"
#include "pki/base/file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 4 << 20 };

static bool append_escaped(char **output, const char *text)
{
    *output = talloc_strdup_append(*output, "\"");
    for (; *text != '\0' && *output != NULL; text++) {
        if (*text == '\n')
            *output = talloc_strdup_append(*output, text[1] == '\0' ? "\\n" : "\\n\"\n     \"");
        else if (*text == '"' || *text == '\\')
            *output = talloc_asprintf_append(*output, "\\%c", *text);
        else
            *output = talloc_asprintf_append(*output, "%c", *text);
    }
    if (*output != NULL)
        *output = talloc_strdup_append(*output, "\"");
    return *output != NULL;
}

static char *header_text(TALLOC_CTX *context, const struct statement_sources *sources)
{
    char *text = talloc_strdup(context, "/* Made by the build from sql/queries; do not edit. */\n"
                                        "#ifndef DB_STATEMENTS_H\n#define DB_STATEMENTS_H\n\n"
                                        "#include \"db/statement_table.h\"\n\nenum db_statement {\n");
    for (size_t i = 0; i < sources->count && text != NULL; i++) {
        text = talloc_strdup_append(text, "    STATEMENT_");
        for (const char *at = sources->items[i].name; *at != '\0' && text != NULL; at++)
            text = talloc_asprintf_append(text, "%c", toupper((unsigned char)*at));
        if (text != NULL)
            text = talloc_strdup_append(text, ",\n");
    }
    return text == NULL ? NULL : talloc_strdup_append(text, "    STATEMENT_COUNT\n};\n\n#endif\n");
}

static bool append_row(char **text, const struct statement_source *source, size_t index)
{
    *text = talloc_asprintf_append(*text, "    {\"%s\",\n     ", source->name);
    if (*text == NULL || !append_escaped(text, source->sql))
        return false;
    if (source->parameter_count == 0)
        *text = talloc_asprintf_append(*text, ",\n     NULL, 0, ");
    else
        *text =
            talloc_asprintf_append(*text, ",\n     parameters_%zu, %zu, ", index, source->parameter_count);
    if (*text == NULL || !append_escaped(text, source->origin))
        return false;
    *text = talloc_strdup_append(*text, "},\n");
    return *text != NULL;
}

static char *parameters_text(char *text, const struct statement_source *source, size_t index)
{
    if (source->parameter_count == 0)
        return text;
    text = talloc_asprintf_append(text, "static const unsigned parameters_%zu[] = {", index);
    for (size_t i = 0; i < source->parameter_count && text != NULL; i++)
        text = talloc_asprintf_append(text, "%u, ", source->types[i]);
    return text == NULL ? NULL : talloc_strdup_append(text, "};\n");
}

static char *table_text(TALLOC_CTX *context, const struct statement_sources *sources)
{
    char *text = talloc_strdup(context, "/* Made by the build from sql/queries; do not edit. */\n"
                                        "#include \"db/statements.h\"\n\n");
    for (size_t i = 0; i < sources->count && text != NULL; i++)
        text = parameters_text(text, &sources->items[i], i);
    if (text != NULL)
        text = talloc_strdup_append(text, "\nstatic const struct statement_row rows[] = {\n");
    for (size_t i = 0; i < sources->count && text != NULL; i++) {
        if (!append_row(&text, &sources->items[i], i))
            return NULL;
    }
    return text == NULL
               ? NULL
               : talloc_strdup_append(
                     text, "};\n\nconst struct statement_table statement_table = {rows, STATEMENT_COUNT};\n");
}

/* An unchanged file keeps its time, so that a touched query does not rebuild every room. */
static bool write_if_changed(TALLOC_CTX *context, const char *path, const char *text, struct ra_error *error)
{
    struct bytes old = {0};
    struct ra_error ignored = {0};
    struct bytes wanted = bytes_of_text(text);
    if (file_read(context, path, LARGEST_FILE, &old, &ignored) && bytes_equal(old, wanted))
        return true;
    return file_write(path, wanted, 0644, error);
}

/* Without the folder, so that the result is the same wherever the checkout lies. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool generate(TALLOC_CTX *context, const char *folder, char **files, size_t count,
                     struct ra_error *error)
{
    struct statement_sources sources = {0};
    for (size_t i = 0; i < count; i++) {
        struct bytes content = {0};
        if (!file_read(context, files[i], LARGEST_FILE, &content, error) ||
            !statement_source_read(context, base_name(files[i]), (const char *)content.data, &sources, error))
            return false;
    }
    const char *header = header_text(context, &sources);
    const char *table = table_text(context, &sources);
    const char *header_path = talloc_asprintf(context, "%s/statements.h", folder);
    const char *table_path = talloc_asprintf(context, "%s/statements.c", folder);
    if (header == NULL || table == NULL || header_path == NULL || table_path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "statements");
    return write_if_changed(context, header_path, header, error) &&
           write_if_changed(context, table_path, table, error);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s OUTPUT_FOLDER FILE.sql...\n", argv[0]);
        return EXIT_FAILURE;
    }
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    bool done = context != NULL && generate(context, argv[1], argv + 2, (size_t)argc - 2, &error);
    if (!done)
        fprintf(stderr, "%s\n", error.detail);
    talloc_free(context);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
