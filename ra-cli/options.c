/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/options.h"

#include "ra-cli/options_global.h"
#include "ra-cli/options_help.h"
#include "ra-cli/terminal.h"

#include <string.h>
#include <unistd.h>

static size_t option_index(const struct cli_option *options, const char *name)
{
    size_t index = 0;
    while (options != NULL && options[index].name != NULL && strcmp(options[index].name, name) != 0)
        index++;
    return index;
}

const char *cli_option_at(const struct cli_arguments *arguments, const char *name, size_t index)
{
    size_t at = option_index(arguments->options, name);
    if (arguments->options == NULL || at >= CLI_OPTIONS_MAX || arguments->options[at].name == NULL ||
        index >= arguments->value_counts[at])
        return NULL;
    return arguments->values[at][index];
}

const char *cli_option(const struct cli_arguments *arguments, const char *name)
{
    return cli_option_at(arguments, name, 0);
}

bool cli_flag(const struct cli_arguments *arguments, const char *name)
{
    return cli_option(arguments, name) != NULL;
}

/* --- what was wrong --- */

static char said[400];

const char *options_wrong(void)
{
    return said;
}

static enum options_outcome say_wrong(void)
{
    fputs("ra-cli: ", stderr);
    terminal_text(stderr, said);
    fputs("\n(ra-cli --help mostra os comandos)\n", stderr);
    return OPTIONS_WRONG;
}

static enum options_outcome wrong(const char *what, const char *which)
{
    snprintf(said, sizeof said, "%s%s%s", what, which == NULL ? "" : ": ", which == NULL ? "" : which);
    return say_wrong();
}

bool options_refuse(const char *what, const char *which)
{
    (void)wrong(what, which);
    return false;
}

static enum options_outcome missing_option(const char *name)
{
    snprintf(said, sizeof said, "falta a opção %s%s", name[1] == '\0' ? "-" : "--", name);
    return say_wrong();
}

/* `words` up to the first option, joined: what a command's name may begin with. */
static void join_words(int count, char **words, char *joined, size_t size)
{
    size_t used = 0;
    joined[0] = '\0';
    for (int i = 0; i < count && words[i][0] != '-' && used < size; i++)
        used += (size_t)snprintf(joined + used, size - used, "%s%s", i == 0 ? "" : " ", words[i]);
}

static enum options_outcome print_help_of(int count, char **words)
{
    char wanted[96];
    join_words(count, words, wanted, sizeof wanted);
    return help_commands(stdout, wanted) > 0 ? OPTIONS_HELP : wrong("comando desconhecido", wanted);
}

/* Typed without its second word ("waiting"), or with one that it does not have: those there are, with their
 * lines. */
static enum options_outcome not_a_command(int count, char **words)
{
    char wanted[96], names[300];
    join_words(count, words, wanted, sizeof wanted);
    while (!help_names(wanted, names, sizeof names)) {
        char *last = strrchr(wanted, ' ');
        if (last == NULL)
            return wrong("comando desconhecido", words[0]);
        *last = '\0';
    }
    (void)help_commands(stderr, wanted);
    return wrong("falta dizer qual", names);
}

static bool asks_help(int argc, char **argv, int at)
{
    while (at < argc && strcmp(argv[at], "--") != 0 && strcmp(argv[at], "--help") != 0)
        at++;
    return at < argc && strcmp(argv[at], "--help") == 0;
}

/* --- the command and its own arguments --- */

/* The longest name wins: "order new" before a command called "order". */
static const struct cli_command *find_command(int argc, char **argv, int *at)
{
    const struct cli_command *best = NULL;
    size_t best_words = 0;
    for (const struct cli_command *command = cli_commands; command->name != NULL; command++) {
        char joined[96] = "";
        size_t words = 1;
        for (const char *c = command->name; *c != '\0'; c++)
            words += *c == ' ';
        if (*at + (int)words > argc || words <= best_words)
            continue;
        size_t used = 0;
        for (size_t i = 0; i < words && used < sizeof joined; i++)
            used += (size_t)snprintf(joined + used, sizeof joined - used, "%s%s", i == 0 ? "" : " ",
                                     argv[*at + (int)i]);
        if (used < sizeof joined && strcmp(joined, command->name) == 0) {
            best = command;
            best_words = words;
        }
    }
    *at += (int)best_words;
    return best;
}

/* "--name", or "-o": one dash and one letter. "-" alone is a file name. */
static bool looks_like_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && (word[1] == '-' || word[2] == '\0');
}

/* --json and --yes are welcome after the command too. */
static bool take_switch(struct cli *cli, const char *word)
{
    if (strcmp(word, "--json") == 0)
        cli->json = cli->yes = true;
    else if (strcmp(word, "--yes") == 0)
        cli->yes = true;
    else
        return false;
    return true;
}

static enum options_outcome take_option(const struct cli_command *command, struct cli_arguments *arguments,
                                        int argc, char **argv, int *at)
{
    const char *name = argv[*at] + (argv[*at][1] == '-' ? 2 : 1);
    size_t index = option_index(command->options, name);
    if (command->options == NULL || command->options[index].name == NULL || index >= CLI_OPTIONS_MAX)
        return wrong("opção desconhecida", argv[*at]);
    const struct cli_option *option = &command->options[index];
    size_t *count = &arguments->value_counts[index];
    if (*count > 0 && (!option->repeatable || *count == CLI_REPEATS_MAX))
        return wrong("opção repetida", argv[*at]);
    const char *value = "";
    if (option->value != NULL) {
        if (*at + 1 >= argc)
            return wrong("falta o valor de", argv[*at]);
        value = argv[++*at];
    }
    arguments->values[index][(*count)++] = value;
    return OPTIONS_RUN;
}

static enum options_outcome take_arguments(struct cli *cli, const struct cli_command *command,
                                           struct cli_arguments *arguments, int argc, char **argv, int at)
{
    arguments->options = command->options;
    bool only_positional = false;
    for (; at < argc; at++) {
        if (!only_positional && strcmp(argv[at], "--") == 0) {
            only_positional = true;
        } else if (!only_positional && take_switch(cli, argv[at])) {
            continue;
        } else if (!only_positional && looks_like_option(argv[at])) {
            enum options_outcome outcome = take_option(command, arguments, argc, argv, &at);
            if (outcome != OPTIONS_RUN)
                return outcome;
        } else if (arguments->positional_count == CLI_ARGUMENTS_MAX ||
                   arguments->positional_count == command->positional_max) {
            return wrong("argumento a mais", argv[at]);
        } else {
            arguments->positional[arguments->positional_count++] = argv[at];
        }
    }
    if (arguments->positional_count < command->positional_min)
        return wrong("faltam argumentos", command->positional);
    for (size_t i = 0; command->options != NULL && command->options[i].name != NULL; i++)
        if (command->options[i].required && arguments->value_counts[i] == 0)
            return missing_option(command->options[i].name);
    return OPTIONS_RUN;
}

/* Without a command, on a terminal, the counter opens; a program that forgot its command gets a usage error.
 */
static enum options_outcome open_screen(const struct cli *cli, bool plain)
{
    if (cli->json || (!plain && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))))
        return wrong("falta o comando", NULL);
    return plain ? OPTIONS_SCREEN_PLAIN : OPTIONS_SCREEN;
}

bool options_command(struct cli *cli, int count, char **words, const struct cli_command **command,
                     struct cli_arguments *arguments)
{
    int at = 0;
    *command = find_command(count, words, &at);
    return *command != NULL && take_arguments(cli, *command, arguments, count, words, at) == OPTIONS_RUN;
}

enum options_outcome options_parse(struct cli *cli, int argc, char **argv, const struct cli_command **command,
                                   struct cli_arguments *arguments)
{
    struct options_globals globals = {0};
    int at = 1;
    bool plain = false;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        const char **slot = options_global_slot(&globals, argv[at]);
        if (strcmp(argv[at], "--help") == 0) {
            help_all(stdout);
            return OPTIONS_HELP;
        }
        if (strcmp(argv[at], "--version") == 0) {
            puts("ra-cli " RA_VERSION);
            return OPTIONS_HELP;
        }
        if (take_switch(cli, argv[at]))
            continue;
        if (strcmp(argv[at], "--plain") == 0) {
            plain = true;
            continue;
        }
        if (slot == NULL || at + 1 >= argc)
            return wrong("opção desconhecida ou sem valor", argv[at]);
        else
            *slot = argv[++at];
    }
    if (at < argc && strcmp(argv[at], "help") == 0) {
        if (at + 1 < argc)
            return print_help_of(argc - at - 1, argv + at + 1);
        help_all(stdout);
        return OPTIONS_HELP;
    }
    if (at < argc && asks_help(argc, argv, at)) {
        int after = at;
        const struct cli_command *about = find_command(argc, argv, &after);
        if (about == NULL)
            return print_help_of(argc - at, argv + at);
        help_command(stdout, about);
        return OPTIONS_HELP;
    }
    if (!options_resolve(cli, &globals))
        return OPTIONS_WRONG;
    if (at >= argc)
        return open_screen(cli, plain);
    *command = find_command(argc, argv, &at);
    if (*command == NULL)
        return not_a_command(argc - at, argv + at);
    return take_arguments(cli, *command, arguments, argc, argv, at);
}
