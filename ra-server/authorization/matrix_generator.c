/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ra-matrix-table OUTPUT MATRIX: writes the C table of matrix.txt. Part of the build.
 */
#include "authorization/matrix_source.h"
#include "pki/base/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 1 << 20 };

static char *append_roles(char *text, const struct authorization_table *table)
{
    text = talloc_strdup_append(text, "static const struct authorization_role roles[] = {\n");
    for (size_t i = 0; i < table->role_count && text != NULL; i++)
        text = talloc_asprintf_append(text, "    {\"%s\", \"%s\", %" PRIu32 "},\n", table->roles[i].word,
                                      table->roles[i].text, table->roles[i].channels);
    return text == NULL ? NULL : talloc_strdup_append(text, "};\n\n");
}

static char *append_states(char *text, const struct authorization_machine *machine)
{
    text = talloc_asprintf_append(text, "static const struct authorization_word states_of_%s[] = {\n",
                                  machine->word);
    for (size_t i = 0; i < machine->state_count && text != NULL; i++)
        text = talloc_asprintf_append(text, "    {\"%s\", \"%s\"},\n", machine->states[i].word,
                                      machine->states[i].text);
    return text == NULL ? NULL : talloc_strdup_append(text, "};\n\n");
}

static char *append_machines(char *text, const struct authorization_table *table)
{
    for (size_t i = 0; i < table->machine_count && text != NULL; i++)
        text = append_states(text, &table->machines[i]);
    if (text != NULL)
        text = talloc_strdup_append(text, "static const struct authorization_machine machines[] = {\n");
    for (size_t i = 0; i < table->machine_count && text != NULL; i++) {
        const struct authorization_machine *machine = &table->machines[i];
        text = talloc_asprintf_append(text, "    {\"%s\", \"%s\", states_of_%s, %zu},\n", machine->word,
                                      machine->text, machine->word, machine->state_count);
    }
    return text == NULL ? NULL : talloc_strdup_append(text, "};\n\n");
}

static char *append_row(char *text, const struct authorization_row *row)
{
    text = talloc_asprintf_append(text, "    {\"%s\", %" PRIu32 ", %" PRIu32 ", %s, {", row->operation,
                                  row->channels, row->roles, row->on_case ? "true" : "false");
    for (size_t i = 0; i < AUTHORIZATION_MACHINES_MAX && text != NULL; i++)
        text = talloc_asprintf_append(text, "%s0x%" PRIx32, i > 0 ? ", " : "", row->states[i]);
    return text == NULL ? NULL : talloc_asprintf_append(text, "}, \"%s\"},\n", row->origin);
}

static char *table_text(TALLOC_CTX *context, const struct authorization_table *table)
{
    char *text =
        talloc_strdup(context, "/* Made by the build from authorization/matrix.txt; do not edit. */\n"
                               "#include \"authorization/matrix_table.h\"\n\n");
    if (text != NULL)
        text = append_roles(text, table);
    if (text != NULL)
        text = append_machines(text, table);
    if (text != NULL)
        text = talloc_strdup_append(text, "static const struct authorization_row rows[] = {\n");
    for (size_t i = 0; i < table->row_count && text != NULL; i++)
        text = append_row(text, &table->rows[i]);
    return text == NULL
               ? NULL
               : talloc_asprintf_append(text,
                                        "};\n\nconst struct authorization_table authorization_table = {\n"
                                        "    roles, %zu, machines, %zu, rows, %zu};\n",
                                        table->role_count, table->machine_count, table->row_count);
}

/* Without the folder, so that the result is the same wherever the checkout lies. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool generate(TALLOC_CTX *context, const char *output, const char *matrix, struct ra_error *error)
{
    struct bytes content = {0};
    struct authorization_table table = {0};
    if (!file_read(context, matrix, LARGEST_FILE, &content, error) ||
        !matrix_source_read(context, base_name(matrix), (const char *)content.data, &table, error))
        return false;
    const char *text = table_text(context, &table);
    return text != NULL ? file_write(output, bytes_of_text(text), 0644, error)
                        : ra_fail(error, RA_NO_MEMORY, "matrix");
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s OUTPUT MATRIX\n", argv[0]);
        return EXIT_FAILURE;
    }
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    bool done = context != NULL && generate(context, argv[1], argv[2], &error);
    if (!done)
        fprintf(stderr, "%s\n", error.detail);
    talloc_free(context);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
