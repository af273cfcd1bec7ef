/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checklist, documents and consultations of a case.
 */
#include "pki/base/file.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/terminal.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LARGEST_DOCUMENT = 20 << 20 };

bool identification_checklist(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                              struct ra_error *error)
{
    return client_json(cli, "GET", client_order_path(cli, arguments->positional[0], "/checklist"), NULL,
                       result, error);
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value == NULL ? "" : value;
}

static const char *state_mark(const char *state)
{
    if (strcmp(state, "accepted") == 0)
        return "[x]";
    if (strcmp(state, "rejected") == 0)
        return "[!]";
    return strcmp(state, "waived") == 0 ? "[-]" : "[ ]";
}

void render_checklist(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(result, "items"), index, item)
    {
        fprintf(out, "%s ", state_mark(text(item, "state")));
        terminal_column(out, text(item, "id"), 9);
        terminal_text(out, text(item, "text"));
        fputs("\n              ", out);
        terminal_text(out, text(item, "source"));
        fputc('\n', out);
    }
    fputs(json_is_true(json_object_get(result, "complete")) ? "Completo: pode validar.\n"
                                                            : "Ainda falta algo.\n",
          out);
}

/* Query string of the options that describe a document. */
static char *document_query(struct cli *cli, const struct cli_arguments *arguments)
{
    static const char *const described[] = {"kind", "number", "issued", "expires", "via", "person"};
    char *query =
        talloc_asprintf(cli->context, "/documents?item=%s", client_escape(cli, arguments->positional[1]));
    for (size_t i = 0; query != NULL && i < sizeof described / sizeof *described; i++) {
        const char *value = cli_option(arguments, described[i]);
        if (value != NULL)
            query = talloc_asprintf_append(query, "&%s=%s", described[i], client_escape(cli, value));
    }
    if (query != NULL && cli_flag(arguments, "original-seen"))
        query = talloc_asprintf_append(query, "&original_seen=1");
    return query;
}

bool identification_document_add(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                                 struct ra_error *error)
{
    const char *query = document_query(cli, arguments);
    json_t *documents = json_array();
    bool ok = query != NULL && documents != NULL;
    if (!ok)
        ra_fail(error, RA_NO_MEMORY, "document add");
    for (size_t i = 2; ok && i < arguments->positional_count; i++) {
        struct bytes content;
        json_t *answer = NULL;
        ok = file_read(cli->context, arguments->positional[i], LARGEST_DOCUMENT, &content, error) &&
             client_upload(cli, client_order_path(cli, arguments->positional[0], query),
                           "application/octet-stream", content, &answer, error);
        if (ok)
            json_array_append_new(documents, answer);
    }
    if (ok && json_array_size(documents) == 1)
        *result = json_incref(json_array_get(documents, 0));
    else if (ok)
        *result = json_pack("{s:O}", "documents", documents);
    json_decref(documents);
    return ok;
}

bool identification_document_get(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                                 struct ra_error *error)
{
    const char *output = cli_option(arguments, "o");
    const char *path = talloc_asprintf(cli->context, "/api/office/documents/%s",
                                       client_escape(cli, arguments->positional[0]));
    struct bytes content;
    if (!client_download(cli, path, &content, error) || !file_write(output, content, 0600, error))
        return false;
    *result = json_pack("{s:s,s:I}", "file", output, "size", (json_int_t)content.length);
    return *result != NULL || ra_fail(error, RA_NO_MEMORY, "json");
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
    json_object_set(body, "evidence", json_object_get(answer, "document"));
    json_decref(answer);
    return true;
}

bool identification_consult(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                            struct ra_error *error)
{
    static const char *const copied[] = {"result", "base", "protocol", "person"};
    json_t *body = json_pack("{s:s}", "kind", arguments->positional[1]);
    bool ok = body != NULL || ra_fail(error, RA_NO_MEMORY, "json");
    for (size_t i = 0; ok && i < sizeof copied / sizeof *copied; i++) {
        const char *value = cli_option(arguments, copied[i]);
        if (value != NULL)
            json_object_set_new(body, copied[i], json_string(value));
    }
    const char *evidence = cli_option(arguments, "evidence");
    if (ok && evidence != NULL)
        ok = upload_evidence(cli, arguments, evidence, body, error);
    ok = ok && client_json(cli, "POST", client_order_path(cli, arguments->positional[0], "/consultations"),
                           body, result, error);
    json_decref(body);
    return ok;
}
