/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/options_help.h"

#include <string.h>

void help_command(FILE *out, const struct cli_command *command)
{
    fprintf(out, "  %s %s", command->name, command->positional);
    for (const struct cli_option *option = command->options; option != NULL && option->name != NULL;
         option++) {
        const char *dashes = option->name[1] == '\0' ? "-" : "--";
        fprintf(out, option->required ? " %s%s" : " [%s%s", dashes, option->name);
        if (option->value != NULL)
            fprintf(out, " %s", option->value);
        fputs(option->required ? "" : "]", out);
        fputs(option->repeatable ? "…" : "", out);
    }
    fprintf(out, "\n      %s\n", command->summary);
}

void help_all(FILE *out)
{
    fputs("uso: ra-cli [--as NOME | --identity PEM|P12|pkcs11:URI] [--ca ARQUIVO] [--server URL] [--station "
          "NOME] "
          "[--scanner-folder PASTA] [--json] [--yes] COMANDO …\n"
          "ra-cli help COMANDO, ou COMANDO --help, mostra as linhas dele; --version, a versão.\n"
          "Sem comando, num terminal, abre o balcão de tela inteira; com --plain, o balcão em linhas.\n\n"
          "Comandos:\n",
          out);
    for (const struct cli_command *command = cli_commands; command->name != NULL; command++)
        help_command(out, command);
}

static bool begins_with(const struct cli_command *command, const char *words)
{
    const size_t length = strlen(words);
    return length > 0 && strncmp(command->name, words, length) == 0 &&
           (command->name[length] == '\0' || command->name[length] == ' ');
}

size_t help_commands(FILE *out, const char *words)
{
    size_t found = 0;
    for (const struct cli_command *command = cli_commands; command->name != NULL; command++) {
        if (!begins_with(command, words))
            continue;
        help_command(out, command);
        found++;
    }
    return found;
}

bool help_names(const char *words, char *names, size_t size)
{
    size_t used = 0;
    names[0] = '\0';
    for (const struct cli_command *command = cli_commands; command->name != NULL; command++)
        if (begins_with(command, words) && used < size)
            used += (size_t)snprintf(names + used, size - used, "%s%s", used == 0 ? "" : ", ", command->name);
    return used > 0;
}
