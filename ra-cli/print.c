/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Papers without secrets: the ticket, the list of what is missing, the receipt. They go to CUPS (lp) or into
 * a folder. The server numbers the copies before anything is printed, so that a second one says that it is
 * one: a try that failed half-way never prints the same paper twice unnoticed. The slip with the counter half
 * is not printed here (slip.h).
 */
#include "pki/base/file.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/terminal.h"
#include "ra-cli/words.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* --- the paper --- */

static void head(FILE *out, const json_t *paper)
{
    const json_int_t copy = json_integer_value(json_object_get(paper, "copy"));
    terminal_text(out, text(paper, "office"));
    fputs("\n\n", out);
    if (copy > 1)
        fprintf(out, "*** %" JSON_INTEGER_FORMAT "a VIA ***\n\n", copy);
}

static void write_receipt(FILE *out, const json_t *paper)
{
    const json_int_t cents = json_integer_value(json_object_get(paper, "amount_cents"));
    fputs("RECIBO\n\nRecebemos de ", out);
    terminal_text(out, text(paper, "name"));
    fprintf(out, "\nR$ %" JSON_INTEGER_FORMAT ",%02" JSON_INTEGER_FORMAT " por ", cents / 100, cents % 100);
    terminal_text(out, text(paper, "product"));
    fprintf(out, "\nPedido %s\nForma: %s %s\n", text(paper, "order"), words_state(text(paper, "method")),
            text(paper, "reference"));
}

static bool ticket_of(struct cli *cli, const char *order, const char **ticket, struct ra_error *error)
{
    json_t *queue = NULL, *item;
    size_t index;
    if (!client_json(cli, "GET", "/api/office/queue", NULL, &queue, error))
        return false;
    *ticket = NULL;
    json_array_foreach(json_object_get(queue, "items"), index, item)
    {
        if (strcmp(text(item, "order"), client_order_code(cli, order)) == 0 &&
            text(item, "ticket")[0] != '\0')
            *ticket = talloc_strdup(cli->context, text(item, "ticket"));
    }
    json_decref(queue);
    return *ticket != NULL || ra_fail(error, RA_CONFLICT, "a chegada ainda não foi registrada: não há senha");
}

/* What the paper needs beyond the server's record, read before a copy is counted. */
struct material {
    const char *ticket;
    json_t *missing;
};

static bool gather(struct cli *cli, const char *order, const char *what, struct material *material,
                   struct ra_error *error)
{
    *material = (struct material){.ticket = ""};
    if (strcmp(what, "ticket") == 0)
        return ticket_of(cli, order, &material->ticket, error);
    if (strcmp(what, "missing") == 0)
        return client_json(cli, "GET", client_order_path(cli, order, "/missing"), NULL, &material->missing,
                           error);
    return true;
}

static char *compose(struct cli *cli, const json_t *paper, const struct material *material)
{
    char *content = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&content, &size);
    if (out == NULL)
        return NULL;
    head(out, paper);
    if (material->missing != NULL)
        render_missing(cli, material->missing, out);
    else if (material->ticket[0] != '\0')
        fprintf(out, "SENHA\n\n      %s\n\nAguarde a chamada no painel.\n", material->ticket);
    else
        write_receipt(out, paper);
    fprintf(out, "\n%s\n", text(paper, "phone"));
    fclose(out);
    return content;
}

/* --- the printer --- */

static bool write_all(int descriptor, const char *content)
{
    for (size_t left = strlen(content); left > 0;) {
        ssize_t written = write(descriptor, content, left);
        if (written <= 0)
            return false;
        content += written;
        left -= (size_t)written;
    }
    return true;
}

/* `lp` with the paper on its standard input; errno's value when it does not start, 0 otherwise. What it
 * complains of goes to `complaint`. */
static int start_lp(const char *printer, const char *title, int input, int complaint, pid_t *child)
{
    char *words[] = {strdup("lp"), strdup("-t"), strdup(title), strdup("-d"), strdup(printer), NULL};
    posix_spawn_file_actions_t actions;
    if (printer[0] == '\0') { /* CUPS's usual one */
        free(words[3]);
        words[3] = NULL;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, complaint, STDERR_FILENO);
    const int failure = posix_spawnp(child, "lp", &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        free(words[i]);
    return failure;
}

/* Once more is always another copy: the server counted this one. */
#define AGAIN "Ao imprimir de novo, o papel sai como outra via."

/* Why, in the words of who knows: the system when lp is not there, lp itself otherwise. */
static bool refuse(struct ra_error *error, int failure, FILE *complaint)
{
    char why[160] = "";
    if (failure == ENOENT)
        return ra_fail_reason(error, RA_UNAVAILABLE, "printer",
                              "Não há o programa lp (CUPS) nesta estação: instale-o ou imprima numa pasta "
                              "(--printer /PASTA). " AGAIN);
    rewind(complaint);
    if (fgets(why, sizeof why, complaint) == NULL)
        (void)snprintf(why, sizeof why, "sem dizer por quê");
    why[strcspn(why, "\r\n")] = '\0';
    return ra_fail_reason(error, RA_UNAVAILABLE, "printer", "A impressora não aceitou (%s). " AGAIN, why);
}

static bool spool(const char *printer, const char *title, const char *content, struct ra_error *error)
{
    int ends[2], status = -1;
    pid_t child = -1;
    const int said = memfd_create("lp", MFD_CLOEXEC);
    FILE *complaint = said < 0 ? NULL : fdopen(said, "r+e");
    if (complaint == NULL || pipe2(ends, O_CLOEXEC) != 0)
        return ra_fail_errno(error, "lp");
    void (*before)(int) = signal(SIGPIPE, SIG_IGN); /* a printer that hangs up is a refusal, not our end */
    const int failure = start_lp(printer, title, ends[0], said, &child);
    close(ends[0]);
    bool sent = failure == 0 && write_all(ends[1], content);
    close(ends[1]);
    if (failure == 0 && waitpid(child, &status, 0) != child)
        status = -1;
    if (before != SIG_ERR)
        (void)signal(SIGPIPE, before);
    const bool ok = (sent && status == 0) || refuse(error, failure, complaint);
    fclose(complaint);
    return ok;
}

static bool keep(struct cli *cli, const char *folder, const char *title, const char *content,
                 struct ra_error *error)
{
    const char *path = talloc_asprintf(cli->context, "%s/%s.txt", folder, title);
    return (path != NULL || ra_fail(error, RA_NO_MEMORY, "print")) &&
           file_write(path, bytes_of_text(content), 0600, error);
}

/* A name of CUPS, a folder, or nothing: the printer that CUPS has as its usual one. */
static const char *printer_of(const struct cli_arguments *arguments)
{
    const char *given = cli_option(arguments, "printer");
    const char *printer = given != NULL ? given : getenv("RA_PRINTER");
    return printer == NULL ? "" : printer;
}

/* Before a copy is counted: CUPS has no name that begins with a slash, so it is a folder or nothing. */
static bool is_there(const char *printer, struct ra_error *error)
{
    struct stat status;
    if (printer[0] != '/' || (stat(printer, &status) == 0 && S_ISDIR(status.st_mode)))
        return true;
    return ra_fail_reason(error, RA_UNAVAILABLE, "printer",
                          "A pasta de impressão %s não existe. Nada foi impresso.", printer);
}

static bool deliver(struct cli *cli, const char *printer, const char *title, const char *content,
                    struct ra_error *error)
{
    return printer[0] == '/' ? keep(cli, printer, title, content, error)
                             : spool(printer, title, content, error);
}

bool print_paper(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    const char *order = arguments->positional[0], *what = arguments->positional[1];
    struct material material;
    json_t *paper = NULL, *body = json_pack("{s:s}", "what", what);
    const char *printer = printer_of(arguments);
    bool ok = body != NULL && is_there(printer, error) && gather(cli, order, what, &material, error) &&
              client_json(cli, "POST", client_order_path(cli, order, "/print"), body, &paper, error);
    json_decref(body);
    if (!ok)
        return false;
    const char *title = talloc_asprintf(cli->context, "%s-%s-%" JSON_INTEGER_FORMAT, text(paper, "order"),
                                        what, json_integer_value(json_object_get(paper, "copy")));
    char *content = compose(cli, paper, &material);
    ok = (title != NULL && content != NULL) || ra_fail(error, RA_NO_MEMORY, "print");
    ok = ok && deliver(cli, printer, title, content, error);
    if (ok)
        *result = json_pack("{s:s, s:s, s:O}", "order", text(paper, "order"), "what", what, "copy",
                            json_object_get(paper, "copy"));
    free(content);
    json_decref(material.missing);
    json_decref(paper);
    return ok;
}

void render_printed(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    fprintf(out, "Impresso, %" JSON_INTEGER_FORMAT "a via.\n",
            json_integer_value(json_object_get(result, "copy")));
}
