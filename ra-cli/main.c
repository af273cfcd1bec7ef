/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ra-cli: the agents', auditors' and holders' command line. Finds the command in the table, reads its
 * arguments, runs it and shows the result, once, as JSON or for people.
 */
#include "ra-cli/cli.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/options.h"
#include "ra-cli/screen/screen.h"
#include "ra-cli/terminal.h"
#include "ra-cli/token.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A file that the command line named and that cannot be read or written is a wrong command line: nobody's
 * server is at fault. */
static bool blames_file(const struct ra_error *error)
{
    return error->code == RA_IO &&
           (strcmp(error->reason, RA_FILE_UNREADABLE) == 0 || strcmp(error->reason, RA_FILE_UNWRITABLE) == 0);
}

/* Options that do not go together, which only their command knows. */
static bool blames_options(const struct ra_error *error)
{
    return error->code == RA_BAD_REQUEST && strcmp(error->reason, "usage") == 0;
}

static enum cli_exit exit_of(const struct ra_error *error)
{
    if (blames_file(error) || blames_options(error))
        return CLI_USAGE;
    if (error->code == RA_VERIFICATION_FAILED)
        return CLI_VERIFICATION_FAILED;
    switch (ra_error_info(error->code)->category) {
    case RA_CATEGORY_NONE:
        return CLI_DONE;
    case RA_CATEGORY_INPUT:
    case RA_CATEGORY_AUTH:
    case RA_CATEGORY_CONFLICT:
    case RA_CATEGORY_NOT_FOUND:
    case RA_CATEGORY_LIMIT:
        return CLI_REFUSED;
    case RA_CATEGORY_UNAVAILABLE:
    case RA_CATEGORY_INTERNAL:
        break;
    }
    return CLI_UNREACHABLE;
}

/* The problem as the server said it, or one of the same shape for what failed here. */
static json_t *problem_document(const struct cli *cli, const struct ra_error *error)
{
    if (cli->problem != NULL)
        return json_incref(cli->problem);
    const struct ra_error_info *info = ra_error_info(blames_file(error) ? RA_BAD_REQUEST : error->code);
    /* A name on the command line may be no UTF-8: then the sentence alone. */
    json_t *detail = json_string(error->detail[0] != '\0' ? error->detail : info->sentence);
    if (detail == NULL)
        detail = json_string(info->sentence);
    json_t *problem = json_pack("{s:s+,s:s,s:i,s:o,s:[]}", "type", "urn:guiche:problem:", info->code, "title",
                                info->sentence, "status", info->http_status, "detail", detail, "errors");
    if (problem != NULL && error->reason[0] != '\0')
        json_object_set_new(problem, "reason", json_string(error->reason));
    return problem;
}

/* With --json stdout is exactly one document, also when nothing was done. */
static void show_problem(const struct cli *cli, const struct ra_error *error)
{
    if (!cli->json)
        return;
    json_t *problem = problem_document(cli, error);
    (void)!terminal_json(stdout, problem); /* the exit code tells it too */
    json_decref(problem);
}

static void show_refusal(const struct cli *cli, const struct ra_error *error)
{
    const struct ra_error_info *info = ra_error_info(error->code);
    fputs("ra-cli: ", stderr);
    terminal_text(stderr, error->detail[0] != '\0' ? error->detail : info->sentence);
    fputc('\n', stderr);
    for (size_t i = 0; i < error->field_count; i++) {
        fputs("  ", stderr);
        terminal_text(stderr, error->fields[i].field);
        fputs(": ", stderr);
        terminal_text(stderr, error->fields[i].message);
        fputc('\n', stderr);
    }
    show_problem(cli, error);
}

/* Rendered first and looked through as a whole: whatever the server sent, only lines reach the terminal. */
static bool show_text(const struct cli *cli, const struct cli_command *command, const json_t *result)
{
    char *text = NULL;
    size_t size = 0;
    FILE *sheet = open_memstream(&text, &size);
    if (sheet == NULL) {
        return false;
    }
    command->render(cli, result, sheet);
    bool whole = fclose(sheet) == 0;
    if (whole) {
        terminal_sheet(stdout, text, size);
    }
    free(text);
    return whole;
}

static bool show_result(const struct cli *cli, const struct cli_command *command, const json_t *result)
{
    return cli->json ? terminal_json(stdout, result) : show_text(cli, command, result);
}

static enum cli_exit run_command(struct cli *cli, const struct cli_command *command,
                                 const struct cli_arguments *arguments)
{
    struct ra_error error = {0};
    json_t *result = NULL;
    bool ok = command->run(cli, arguments, &result, &error);
    enum cli_exit status = CLI_DONE;
    if (ok) {
        if (command->needs_server)
            client_office_hour(cli);
        if (!show_result(cli, command, result)) {
            ra_fail(&error, RA_NO_MEMORY, "a resposta");
            show_refusal(cli, &error);
            status = exit_of(&error);
        }
    } else {
        show_refusal(cli, &error);
        status = exit_of(&error);
    }
    json_decref(result);
    if (fflush(stdout) != 0 && status == CLI_DONE)
        status = CLI_UNREACHABLE;
    return status;
}

static enum cli_exit open_screen(struct cli *cli, bool plain)
{
    struct ra_error error = {0};
    struct identity *identity = NULL; /* a PIN is typed before the screen opens */
    if (cli->identity_path == NULL)
        ra_fail(&error, RA_UNAUTHENTICATED, "diga quem você é: --as NOME ou --identity ARQUIVO");
    else if ((!token_uri_is(cli->identity_path) || cli_token_identity(cli, &identity, &error)) &&
             client_start(&error) && screen_run(cli, plain, &error))
        return CLI_DONE;
    show_refusal(cli, &error);
    return cli->identity_path == NULL ? CLI_USAGE : exit_of(&error);
}

/* PINs, pass phrases and the counter half of a code are in memory: a crash writes none of them to a disk. */
static bool leave_no_core(void)
{
    const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0;
}

int main(int argc, char **argv)
{
    struct cli cli = {.context = talloc_new(NULL), .columns = terminal_width(stdout)};
    struct cli_arguments arguments = {0};
    const struct cli_command *command = NULL;
    struct ra_error error = {0};
    enum cli_exit status = CLI_USAGE;

    if (!leave_no_core())
        return CLI_UNREACHABLE;
    switch (options_parse(&cli, argc, argv, &command, &arguments)) {
    case OPTIONS_RUN:
        if (command->needs_server && cli.identity_path == NULL && command->run != issue_certificate &&
            command->run != revoke_certificate && command->run != renew_certificate) {
            ra_fail(&error, RA_UNAUTHENTICATED, "diga quem você é: --as NOME ou --identity ARQUIVO");
            show_refusal(&cli, &error);
            status = CLI_USAGE;
        } else if (client_start(&error)) {
            status = run_command(&cli, command, &arguments);
            client_disconnect(&cli);
            client_stop();
        } else {
            show_refusal(&cli, &error);
            status = CLI_UNREACHABLE;
        }
        break;
    case OPTIONS_SCREEN:
        status = open_screen(&cli, false);
        break;
    case OPTIONS_SCREEN_PLAIN:
        status = open_screen(&cli, true);
        break;
    case OPTIONS_HELP:
        status = CLI_DONE;
        break;
    case OPTIONS_WRONG: /* what was wrong is on stderr already */
        ra_fail_reason(&error, RA_BAD_REQUEST, "usage",
                       "O comando não está escrito como deve: %s. Veja ra-cli --help.", options_wrong());
        show_problem(&cli, &error);
        break;
    }
    json_decref(cli.problem);
    if (cli.passphrase != NULL)
        OPENSSL_clear_free(cli.passphrase, strlen(cli.passphrase));
    talloc_free(cli.context);
    return (int)status;
}
