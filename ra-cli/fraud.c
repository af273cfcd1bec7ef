/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fraud: one guided act (what will happen, step by step, then one signature), the comunicado for the AC, and
 * the record that it went.
 */
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/moment.h"
#include "ra-cli/signing.h"
#include "ra-cli/terminal.h"
#include "ra-cli/words.h"

#include <string.h>

enum { KEY_COMPROMISE = 1 };

/* --- what will happen --- */

static void show_stop(FILE *out, const json_t *plan)
{
    const char *stop = text(plan, "stop");
    fputs("  1. O pedido ", out);
    terminal_text(out, text(plan, "order"));
    if (strcmp(stop, "refusal") == 0) {
        fputs(" é RECUSADO, com a sua assinatura.\n", out);
    } else if (strcmp(stop, "revocation") == 0) {
        fputs(" tem o certificado ", out);
        terminal_text(out, text(plan, "serial"));
        fputs(" REVOGADO por chave comprometida, com a sua assinatura.\n", out);
    } else {
        fputs(" já está encerrado: não há o que assinar.\n", out);
    }
}

static bool is_named(const json_t *person, const char *name)
{
    const char *cpf = text(person, "cpf");
    if (strcmp(name, "all") == 0 || strcmp(name, text(person, "role")) == 0)
        return true;
    for (; *name != '\0'; name++) {
        if (*name == '.' || *name == '-')
            continue;
        if (*name != *cpf++)
            return false;
    }
    return *cpf == '\0';
}

static bool is_wanted(const struct cli_arguments *arguments, const json_t *person)
{
    const char *name;
    if (cli_option(arguments, "person") == NULL)
        return true;
    for (size_t i = 0; (name = cli_option_at(arguments, "person", i)) != NULL; i++)
        if (is_named(person, name))
            return true;
    return false;
}

static void show_list(FILE *out, const struct cli_arguments *arguments, const json_t *plan)
{
    const json_t *company = json_object_get(plan, "company");
    size_t index;
    json_t *person;
    fputs("  2. Vão para a LISTA NEGATIVA:\n", out);
    json_array_foreach(json_object_get(plan, "people"), index, person)
    {
        if (!is_wanted(arguments, person))
            continue;
        fputs("     - ", out);
        terminal_text(out, text(person, "name"));
        fprintf(out, ", CPF %s (%s): %lld documentos de identidade, %lld rostos\n", text(person, "cpf"),
                words_role(text(person, "role")), number(person, "documents"), number(person, "faces"));
    }
    if (json_is_object(company)) {
        fputs("     - ", out);
        terminal_text(out, text(company, "name"));
        fputs(", CNPJ ", out);
        terminal_text(out, text(company, "cnpj"));
        fputc('\n', out);
    }
}

static void show_plan(const struct cli *cli, const struct cli_arguments *arguments, const json_t *plan)
{
    char due[MOMENT_SIZE];
    if (cli->json)
        return;
    FILE *out = cli_reading(cli, stderr);
    fputs("\nRelato de fraude. De uma vez só, ou nada:\n", out);
    show_stop(out, plan);
    show_list(out, arguments, plan);
    fprintf(out, "  3. O COMUNICADO DE FRAUDE fica pronto. Envie-o à AC até %s.\n",
            moment_long(text(plan, "due"), due));
    revoke_render_renewals(plan, out);
}

/* --- report --- */

/* As much of the description as a refusal's reason takes: whole characters, at most `size` - 1 bytes. */
static void write_reason(const char *kind, const char *description, char *reason, size_t size)
{
    const int written = snprintf(reason, size, "%s: %s", words_fraud(kind), description);
    if (written < 0 || (size_t)written < size)
        return;
    size_t end = size - 1;
    while (end > 0 && ((unsigned char)reason[end - 1] & 0xC0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)reason[end - 1] >= 0xC0)
        reason[end - 1] = '\0';
}

static bool sign(struct cli *cli, const struct cli_arguments *arguments, const json_t *plan,
                 struct bytes *cms, struct ra_error *error)
{
    const bool refusal = strcmp(text(plan, "stop"), "refusal") == 0;
    char reason[STATEMENT_REASON_MAX + 1];
    struct statement statement = {0};
    struct identity *identity = NULL;
    if (!signing_head(cli, plan, refusal ? STATEMENT_REFUSAL : STATEMENT_REVOCATION, SIGNING_LIFE_S,
                      &statement, error))
        return false;
    if (refusal) {
        write_reason(cli_option(arguments, "kind"), cli_option(arguments, "description"), reason,
                     sizeof reason);
        statement.refusal.reason = reason;
    } else {
        statement.revocation = (struct statement_revocation){text(plan, "serial"), KEY_COMPROMISE};
    }
    return signing_identity(cli, &identity, error) &&
           signing_sign(cli, identity, &statement, (struct bytes){NULL, 0}, statement.type, cms, error);
}

static json_t *body_of(const struct cli_arguments *arguments)
{
    static const char *const copied[] = {"kind", "description", "modus", "physical"};
    json_t *body = json_object();
    json_t *people = json_array();
    const char *value;
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        if ((value = cli_option(arguments, copied[i])) != NULL)
            json_object_set_new(body, copied[i], json_string(value));
    for (size_t i = 0; (value = cli_option_at(arguments, "person", i)) != NULL; i++)
        json_array_append_new(people, json_string(value));
    json_object_set_new(body, "people", people);
    return body;
}

/* The one question: with the signature where there is something to sign. */
static bool agree(struct cli *cli, const struct cli_arguments *arguments, const json_t *plan, json_t *body,
                  struct ra_error *error)
{
    const char *stop = text(plan, "stop");
    struct bytes cms;
    if (strcmp(stop, "later") == 0)
        return ra_fail_reason(error, RA_CONFLICT, "certificate-asked-for",
                              "o certificado está sendo pedido à AC neste momento: repita em instantes");
    if (strcmp(stop, "none") == 0)
        return cli_agrees(cli, "\nRelatar?") || ra_fail(error, RA_FORBIDDEN, "nada foi relatado");
    if (!sign(cli, arguments, plan, &cms, error))
        return false;
    char *encoded = base64_encode(cli->context, cms);
    return (encoded != NULL && json_object_set_new(body, "cms", json_string(encoded)) == 0) ||
           ra_fail(error, RA_NO_MEMORY, "json");
}

bool fraud_report(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    const char *path = client_order_path(cli, arguments->positional[0], "/fraud");
    json_t *plan = NULL;
    json_t *body = body_of(arguments);
    bool ok = client_json(cli, "GET", path, NULL, &plan, error);
    if (ok)
        client_office_hour(cli);
    show_plan(cli, arguments, plan);
    ok =
        ok && agree(cli, arguments, plan, body, error) && client_json(cli, "POST", path, body, result, error);
    json_decref(plan);
    json_decref(body);
    return ok;
}

/* --- the comunicado: list, show, sent --- */

static const char *number_path(struct cli *cli, const struct cli_arguments *arguments, const char *suffix)
{
    return talloc_asprintf(cli->context, "/api/office/fraud/%s%s",
                           client_escape(cli, arguments->positional[0]), suffix);
}

bool fraud_list(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    (void)arguments;
    return client_json(cli, "GET", "/api/office/fraud", NULL, result, error);
}

bool fraud_sent(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    const char *path = number_path(cli, arguments, "/sent");
    json_t *body = json_pack("{s:s}", "protocol", cli_option(arguments, "protocol"));
    const bool ok = ((path != NULL && body != NULL) || ra_fail(error, RA_NO_MEMORY, "json")) &&
                    client_json(cli, "POST", path, body, result, error);
    json_decref(body);
    return ok;
}

bool fraud_show(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    const char *path = number_path(cli, arguments, "");
    if (path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "path");
    if (!client_json(cli, "GET", path, NULL, result, error))
        return false;
    if (!cli->json && cli_flag(arguments, "print"))
        json_object_set_new(*result, "print", json_true());
    return true;
}
