/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What waits in the scanner's folder: the counter offers it when a document is included.
 */
#include "ra-cli/commands.h"
#include "ra-cli/intake.h"
#include "ra-cli/terminal.h"

bool scanner_list(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    struct intake intake = {.count = 0};
    (void)arguments;
    const struct ra_clock machine = {0}; /* files carry its time, not the instance's */
    if (cli->scanner != NULL &&
        !intake_whole(cli->context, cli->scanner, clock_now(&machine), &intake, error))
        return false;
    json_t *files = json_array();
    for (size_t i = 0; i < intake.count; i++)
        json_array_append_new(files, json_string(intake.files[i]));
    *result = json_pack("{s:s,s:o}", "folder", cli->scanner == NULL ? "" : cli->scanner, "files", files);
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
}

void render_scanner(const struct cli *cli, const json_t *result, FILE *out)
{
    size_t index;
    json_t *file;
    (void)cli;
    if (json_array_size(json_object_get(result, "files")) == 0)
        fputs("Nenhuma folha espera.\n", out);
    json_array_foreach(json_object_get(result, "files"), index, file)
    {
        terminal_text(out, json_string_value(file));
        fputc('\n', out);
    }
}
