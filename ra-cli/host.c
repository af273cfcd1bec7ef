/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a command's reading matter and questions go: the terminal, or the host around it.
 */
#include "ra-cli/cli.h"
#include "ra-cli/terminal.h"

FILE *cli_reading(const struct cli *cli, FILE *usual)
{
    return cli->reading != NULL ? cli->reading : usual;
}

size_t cli_columns(const struct cli *cli)
{
    return cli->columns != 0 ? cli->columns : TERMINAL_USUAL;
}

bool cli_agrees(const struct cli *cli, const char *question)
{
    if (cli->yes)
        return true;
    return cli->host != NULL ? cli->host->agree(cli->host->state, question) : terminal_confirm(question);
}
