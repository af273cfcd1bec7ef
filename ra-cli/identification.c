/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checklist and consultations of a case.
 */
#include "pki/base/file.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/terminal.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_DOCUMENT = 20 << 20 };

bool identification_checklist(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                              struct ra_error *error)
{
    return client_json(cli, "GET", client_order_path(cli, arguments->positional[0], "/checklist"), NULL,
                       result, error);
}

static bool judge(struct cli *cli, const struct cli_arguments *arguments, const char *verb, json_t **result,
                  struct ra_error *error)
{
    const char *suffix =
        talloc_asprintf(cli->context, "/items/%s/%s", client_escape(cli, arguments->positional[1]), verb);
    json_t *body = json_object();
    const char *reason = cli_option(arguments, "reason");
    const char *person = cli_option(arguments, "person");
    if (suffix == NULL || body == NULL ||
        (reason != NULL && json_object_set_new(body, "reason", json_string(reason)) != 0) ||
        (person != NULL && json_object_set_new(body, "person", json_string(person)) != 0)) {
        json_decref(body);
        return ra_fail(error, RA_NO_MEMORY, "json");
    }
    bool ok = client_json(cli, "POST", client_order_path(cli, arguments->positional[0], suffix), body, result,
                          error);
    json_decref(body);
    return ok;
}

bool identification_accept(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                           struct ra_error *error)
{
    return judge(cli, arguments, "accept", result, error);
}

bool identification_reject(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                           struct ra_error *error)
{
    return judge(cli, arguments, "reject", result, error);
}

bool identification_reopen(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                           struct ra_error *error)
{
    return judge(cli, arguments, "reopen", result, error);
}

bool identification_waive(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                          struct ra_error *error)
{
    return judge(cli, arguments, "waive", result, error);
}

/* Evidence goes into the dossier first; the consultation names it. */
static bool upload_evidence(struct cli *cli, const struct cli_arguments *arguments, const char *file,
                            json_t *body, struct ra_error *error)
{
    struct bytes content;
    json_t *answer = NULL;
    const char *suffix = talloc_asprintf(cli->context, "/documents?item=%s&kind=evidence",
                                         client_escape(cli, arguments->positional[1]));
    if (suffix == NULL || !file_read(cli->context, file, LARGEST_DOCUMENT, &content, error) ||
        !client_upload(cli, client_order_path(cli, arguments->positional[0], suffix),
                       "application/octet-stream", content, &answer, error))
        return false;
    uint8_t digest[32];
    bool ok = sha256(content, digest) || ra_fail_crypto(error, "evidence");
    const char *hex = ok ? hex_encode(cli->context, (struct bytes){digest, sizeof digest}) : NULL;
    ok = ok && json_object_set(body, "evidence", json_object_get(answer, "document")) == 0 && hex != NULL &&
         json_object_set_new(body, "evidence_sha256", json_string(hex)) == 0;
    json_decref(answer);
    return ok || error->code != RA_OK ? ok : ra_fail(error, RA_NO_MEMORY, "json");
}

/* Options are written with hyphens, members of the API with underscores. */
static const char *member_name(struct cli *cli, const char *option)
{
    char *name = talloc_strdup(cli->context, option);
    for (char *c = name; c != NULL && *c != '\0'; c++)
        if (*c == '-')
            *c = '_';
    return name == NULL ? option : name;
}

/* Asks how a question stands until it has its end or the patience is over: then it is shown as it is. */
static bool wait_for_end(struct cli *cli, json_t **result, struct ra_error *error)
{
    enum { PAUSE_MS = 250, PATIENCE_MS = 20000 };
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    const char *poll = talloc_strdup(cli->context, text(*result, "poll"));
    for (int waited = 0; waited < PATIENCE_MS && strcmp(text(*result, "state"), "asking") == 0;
         waited += PAUSE_MS) {
        json_t *answer = NULL;
        nanosleep(&pause, NULL);
        if (poll == NULL || !client_json(cli, "GET", poll, NULL, &answer, error))
            return false;
        json_decref(*result);
        *result = answer;
    }
    return true;
}

static void render_line(const json_t *result, const char *label, const char *member, FILE *out)
{
    if (text(result, member)[0] == '\0')
        return;
    fputs(label, out);
    terminal_text(out, text(result, member));
    fputc('\n', out);
}

/* One that was recorded by hand answers with the checklist, as every act on the dossier does. */
void render_consultation(const struct cli *cli, const json_t *result, FILE *out)
{
    if (json_object_get(result, "items") != NULL) {
        render_checklist(cli, result, out);
        return;
    }
    if (strcmp(text(result, "state"), "asking") == 0) {
        fputs("A base ainda não respondeu. O mesmo comando volta a esperar por ela.\n", out);
        return;
    }
    render_line(result, "Base:      ", "base", out);
    render_line(result, "Resultado: ", "result", out);
    render_line(result, "Motivo:    ", "detail", out);
    render_line(result, "Protocolo: ", "protocol", out);
    render_line(result, "Evidência: ", "document", out);
}

bool identification_consult(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                            struct ra_error *error)
{
    static const char *const copied[] = {"result",       "base",        "protocol", "person",
                                         "registration", "form-number", "via-seen", "consulted-at"};
    json_t *body = json_pack("{s:s}", "kind", arguments->positional[1]);
    bool ok = body != NULL || ra_fail(error, RA_NO_MEMORY, "json");
    for (size_t i = 0; ok && i < sizeof copied / sizeof *copied; i++) {
        const char *value = cli_option(arguments, copied[i]);
        if (value != NULL)
            json_object_set_new(body, member_name(cli, copied[i]), json_string(value));
    }
    const char *evidence = cli_option(arguments, "evidence");
    if (ok && evidence != NULL)
        ok = upload_evidence(cli, arguments, evidence, body, error);
    ok = ok && client_json(cli, "POST", client_order_path(cli, arguments->positional[0], "/consultations"),
                           body, result, error);
    json_decref(body);
    if (ok && !wait_for_end(cli, result, error)) {
        json_decref(*result);
        *result = NULL;
        return false;
    }
    return ok;
}

/* --- people and facts --- */

bool identification_person_add(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                               struct ra_error *error)
{
    static const char *const copied[] = {"name", "cpf", "birth-date", "email", "phone"};
    json_t *body = json_pack("{s:s}", "role", arguments->positional[1]);
    for (size_t i = 0; body != NULL && i < sizeof copied / sizeof *copied; i++) {
        const char *value = cli_option(arguments, copied[i]);
        if (value != NULL)
            json_object_set_new(body, member_name(cli, copied[i]), json_string(value));
    }
    bool ok = (body != NULL || ra_fail(error, RA_NO_MEMORY, "json")) &&
              client_json(cli, "POST", client_order_path(cli, arguments->positional[0], "/people"), body,
                          result, error);
    json_decref(body);
    return ok;
}

bool identification_person_remove(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                                  struct ra_error *error)
{
    const char *suffix =
        talloc_asprintf(cli->context, "/people/%s", client_escape(cli, arguments->positional[1]));
    return (suffix != NULL || ra_fail(error, RA_NO_MEMORY, "path")) &&
           client_json(cli, "DELETE", client_order_path(cli, arguments->positional[0], suffix), NULL, result,
                       error);
}

bool identification_fact(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                         struct ra_error *error)
{
    const char *person = cli_option(arguments, "person");
    json_t *body = json_pack("{s:s,s:s,s:s}", "key", arguments->positional[1], "value",
                             arguments->positional[2], "person", person == NULL ? "" : person);
    bool ok = (body != NULL || ra_fail(error, RA_NO_MEMORY, "json")) &&
              client_json(cli, "PUT", client_order_path(cli, arguments->positional[0], "/facts"), body,
                          result, error);
    json_decref(body);
    return ok;
}

bool identification_reuse(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                          struct ra_error *error)
{
    json_t *body = json_pack("{s:s}", "from", client_order_code(cli, arguments->positional[1]));
    bool ok = (body != NULL || ra_fail(error, RA_NO_MEMORY, "json")) &&
              client_json(cli, "POST", client_order_path(cli, arguments->positional[0], "/reuse"), body,
                          result, error);
    json_decref(body);
    return ok;
}

/* --- what is missing, reasons, tasks --- */

bool identification_missing(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                            struct ra_error *error)
{
    return client_json(cli, "GET", client_order_path(cli, arguments->positional[0], "/missing"), NULL, result,
                       error);
}

bool identification_reasons(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                            struct ra_error *error)
{
    (void)arguments;
    return client_json(cli, "GET", "/api/office/reasons", NULL, result, error);
}

void render_reasons(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    size_t index;
    json_t *one;
    json_array_foreach(json_object_get(result, "reasons"), index, one)
    {
        terminal_column(out, text(one, "code"), 20);
        terminal_column(out, text(one, "rule"), 9);
        terminal_text(out, text(one, "citizen"));
        fputc('\n', out);
    }
}

bool identification_tasks(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                          struct ra_error *error)
{
    (void)arguments;
    return client_json(cli, "GET", "/api/office/tasks", NULL, result, error);
}

bool identification_task_close(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                               struct ra_error *error)
{
    const char *path = talloc_asprintf(cli->context, "/api/office/tasks/%s/close",
                                       client_escape(cli, arguments->positional[0]));
    json_t *body = json_pack("{s:s}", "outcome", cli_option(arguments, "outcome"));
    bool ok = (path != NULL && body != NULL) || ra_fail(error, RA_NO_MEMORY, "json");
    ok = ok && client_json(cli, "POST", path, body, result, error);
    json_decref(body);
    return ok;
}
