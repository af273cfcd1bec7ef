/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The day of the office: how it stands, its closing, the note of the shift, and outages.
 */
#include "pki/trust/signed.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/moment.h"
#include "ra-cli/signing.h"
#include "ra-cli/terminal.h"
#include "ra-cli/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool post(struct cli *cli, const char *path, json_t *take_body, json_t **result,
                 struct ra_error *error)
{
    if (take_body == NULL)
        return ra_fail(error, RA_INVALID, "o texto não é válido");
    bool ok = client_json(cli, "POST", path, take_body, result, error);
    json_decref(take_body);
    return ok;
}

/* --- show --- */

bool day_show(struct cli *cli, const struct cli_arguments *arguments, json_t **result, struct ra_error *error)
{
    const char *date = cli_option(arguments, "date");
    const char *path =
        date == NULL ? "/api/office/day"
                     : talloc_asprintf(cli->context, "/api/office/day?date=%s", client_escape(cli, date));
    return client_json(cli, "GET", path, NULL, result, error);
}

static void render_cases(FILE *out, const char *title, const json_t *list)
{
    size_t index;
    json_t *one;
    fprintf(out, "%s: %zu\n", title, json_array_size(list));
    json_array_foreach(list, index, one)
    {
        fputs("  ", out);
        terminal_column(out, text(one, text(one, "hour")[0] != '\0' ? "hour" : "ticket"), 5);
        fputc(' ', out);
        terminal_column(out, text(one, "order"), 13);
        fputc(' ', out);
        terminal_text(out, text(one, "name"));
        terminal_text(out, text(one, "kind"));
        if (text(one, "state")[0] != '\0')
            fprintf(out, " (%s)", words_state(text(one, "state")));
        if (text(one, "error")[0] != '\0') {
            fputs(": ", out);
            terminal_text(out, text(one, "error"));
        }
        fputc('\n', out);
    }
}

static void render_money(FILE *out, const json_t *money)
{
    size_t index;
    json_t *one;
    fprintf(out, "Recebido hoje%s\n", json_array_size(money) == 0 ? ": nada" : ":");
    json_array_foreach(money, index, one)
    {
        const json_int_t cents = json_integer_value(json_object_get(one, "cents"));
        fputs("  ", out);
        terminal_column(out, words_state(text(one, "method")), 14);
        fprintf(out, "%4" JSON_INTEGER_FORMAT "  R$ %" JSON_INTEGER_FORMAT ",%02" JSON_INTEGER_FORMAT "\n",
                json_integer_value(json_object_get(one, "count")), cents / 100, cents % 100);
    }
}

static void render_tokens(FILE *out, const json_t *tokens)
{
    const json_t *counted = json_object_get(tokens, "counted");
    fprintf(out, "Tokens na casa: %" JSON_INTEGER_FORMAT,
            json_integer_value(json_object_get(tokens, "house")));
    if (!json_is_integer(counted))
        fputs(", não contados hoje\n", out);
    else
        fprintf(out, ", contados %" JSON_INTEGER_FORMAT ", faltam %zu, a mais %zu\n",
                json_integer_value(counted), json_array_size(json_object_get(tokens, "missing")),
                json_array_size(json_object_get(tokens, "unexpected")));
}

static void render_note(FILE *out, const json_t *note)
{
    char at[MOMENT_SIZE];
    if (!json_is_object(note))
        return;
    fprintf(out, "Passagem de turno (%s, ", moment_short(text(note, "at"), at));
    terminal_text(out, text(note, "agent"));
    fputs("): ", out);
    terminal_text(out, text(note, "text"));
    fputc('\n', out);
}

static void render_tomorrow(FILE *out, const json_t *tomorrow)
{
    char day[MOMENT_SIZE];
    const json_int_t free_seats = json_integer_value(json_object_get(tomorrow, "free"));
    if (!json_is_object(tomorrow))
        fputs("Próximo dia: não há vagas abertas\n", out);
    else
        fprintf(out,
                "Próximo dia: %s, %" JSON_INTEGER_FORMAT " marcados, %" JSON_INTEGER_FORMAT " vagas livres\n",
                moment_day(text(tomorrow, "day"), day),
                json_integer_value(json_object_get(tomorrow, "booked")), free_seats);
}

void render_day(const struct cli *cli, const json_t *result, FILE *out)
{
    char at[MOMENT_SIZE];
    size_t index;
    json_t *one;
    (void)cli;
    fprintf(out, "Dia %s, unidade %s. Atendidos: %" JSON_INTEGER_FORMAT "\n\n",
            moment_day(text(result, "date"), at), text(result, "office"),
            json_integer_value(json_object_get(result, "served")));
    render_cases(out, "Atendimentos em aberto", json_object_get(result, "open"));
    render_cases(out, "Marcados sem chegada nem falta", json_object_get(result, "absent"));
    render_cases(out, "À espera do segundo agente", json_object_get(result, "unverified"));
    render_cases(out, "Aprovados sem certificado", json_object_get(result, "undelivered"));
    render_cases(out, "E-mails que voltaram", json_object_get(result, "bounced"));
    json_array_foreach(json_object_get(result, "outages"), index, one)
    {
        const char *over = text(one, "to");
        fprintf(out, "Queda: %s, desde %s, ", text(one, "what"), moment_short(text(one, "from"), at));
        fprintf(out, "%s%s\n", over[0] == '\0' ? "ainda" : "até ", moment_short(over, at));
    }
    render_money(out, json_object_get(result, "money"));
    render_tokens(out, json_object_get(result, "tokens"));
    render_tomorrow(out, json_object_get(result, "tomorrow"));
    render_note(out, json_object_get(result, "handover"));
    json_array_foreach(json_object_get(result, "closings"), index, one)
    {
        const json_t *reopened = json_object_get(one, "reopened");
        fprintf(out, "Fechado em %s por ", moment_long(text(one, "at"), at));
        terminal_text(out, text(one, "agent"));
        fputc('\n', out);
        if (!json_is_object(reopened))
            continue;
        fprintf(out, "  reaberto em %s por ", moment_long(text(reopened, "at"), at));
        terminal_text(out, text(reopened, "agent"));
        fputs(": ", out);
        terminal_text(out, text(reopened, "reason"));
        fputc('\n', out);
    }
}

/* --- close --- */

static json_t *figures(const struct cli_arguments *arguments, struct ra_error *error)
{
    const char *typed = cli_option(arguments, "cash"), *reason = cli_option(arguments, "reason");
    const char *date = cli_option(arguments, "date");
    char *end = NULL;
    errno = 0;
    const long long cents = strtoll(typed, &end, 10);
    if (end == typed || *end != '\0' || cents < 0 || errno != 0) {
        ra_fail(error, RA_INVALID, "--cash é o dinheiro contado no caixa, em centavos");
        return NULL;
    }
    json_t *body = json_pack("{s:I}", "cash_cents", (json_int_t)cents);
    if (body != NULL && reason != NULL)
        json_object_set_new(body, "reason", json_string(reason));
    if (body != NULL && date != NULL)
        json_object_set_new(body, "date", json_string(date));
    if (body == NULL)
        ra_fail(error, RA_NO_MEMORY, "json");
    return body;
}

/* The text is shown, agreed to and signed as it came: the server compares it with the day as it then stands.
 */
static bool sign_day(struct cli *cli, const char *content, json_t *body, struct ra_error *error)
{
    struct identity *identity = NULL;
    struct bytes cms;
    FILE *out = cli_reading(cli, stderr);
    if (!cli->json) {
        fputs("\nO fechamento do dia:\n\n", out);
        for (const char *line = content; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
            char *one = talloc_strndup(cli->context, line, strcspn(line, "\n"));
            fputs("  ", out);
            terminal_text(out, one == NULL ? "?" : one);
            fputc('\n', out);
        }
    }
    if (!cli_agrees(cli, "\nFechar o dia e assinar?"))
        return ra_fail(error, RA_FORBIDDEN, "o dia não foi fechado");
    if (!signing_identity(cli, &identity, error) ||
        !signed_sign_detached(cli->context, identity, bytes_of_text(content), clock_now(&cli->clock), &cms,
                              error))
        return false;
    const char *encoded = base64_encode(cli->context, cms);
    return (encoded != NULL && json_object_set_new(body, "content", json_string(content)) == 0 &&
            json_object_set_new(body, "cms", json_string(encoded)) == 0) ||
           ra_fail(error, RA_NO_MEMORY, "json");
}

bool day_close(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
               struct ra_error *error)
{
    json_t *body = figures(arguments, error), *draft = NULL;
    const char *content;
    bool ok = body != NULL && client_json(cli, "POST", "/api/office/day/draft", body, &draft, error) &&
              signing_text(draft, "content", &content, error) && sign_day(cli, content, body, error) &&
              client_json(cli, "POST", "/api/office/day/closing", body, result, error);
    json_decref(draft);
    json_decref(body);
    return ok;
}

void render_day_closed(const struct cli *cli, const json_t *result, FILE *out)
{
    const json_int_t cents = json_integer_value(json_object_get(result, "difference_cents"));
    (void)cli;
    fprintf(out,
            "Dia %s fechado e assinado. Diferença: R$ %s%" JSON_INTEGER_FORMAT ",%02" JSON_INTEGER_FORMAT
            "\n",
            text(result, "date"), cents < 0 ? "-" : "", (cents < 0 ? -cents : cents) / 100,
            (cents < 0 ? -cents : cents) % 100);
}

bool day_reopen(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    const char *date = cli_option(arguments, "date");
    json_t *body = json_pack("{s:s}", "reason", cli_option(arguments, "reason"));
    if (body != NULL && date != NULL)
        json_object_set_new(body, "date", json_string(date));
    return post(cli, "/api/office/day/reopening", body, result, error);
}

void render_day_reopened(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    fprintf(out, "Dia %s reaberto: o fechamento anterior fica guardado. Feche de novo quando terminar.\n",
            text(result, "date"));
}

/* --- the note, outages --- */

bool day_handover(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    return post(cli, "/api/office/day/handover", json_pack("{s:s}", "text", arguments->positional[0]), result,
                error);
}

static bool park_all(struct cli *cli, const char *what, const json_t *orders, struct ra_error *error)
{
    size_t index;
    json_t *order;
    const char *reason = talloc_asprintf(cli->context, "fora do ar: %s", what);
    json_array_foreach(orders, index, order)
    {
        json_t *answer = NULL, *body = json_pack("{s:s}", "reason", reason == NULL ? "" : reason);
        if (body == NULL)
            return ra_fail(error, RA_NO_MEMORY, "json");
        bool ok = client_json(cli, "POST", client_order_path(cli, json_string_value(order), "/park"), body,
                              &answer, error);
        json_decref(answer);
        json_decref(body);
        /* Somebody finished or set it aside meanwhile: that is what was wanted. */
        if (!ok && error->code != RA_CONFLICT && error->code != RA_ILLEGAL_TRANSITION)
            return false;
        *error = (struct ra_error){0};
    }
    return true;
}

bool outage_begin(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    const char *what = arguments->positional[0];
    return post(cli, "/api/office/outage", json_pack("{s:s}", "what", what), result, error) &&
           park_all(cli, what, json_object_get(*result, "in_hand"), error);
}

void render_outage(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    fputs("Queda registrada: ", out);
    terminal_text(out, text(result, "what"));
    fprintf(out, ". À parte: %zu. Avisados por e-mail: %" JSON_INTEGER_FORMAT ".\n",
            json_array_size(json_object_get(result, "in_hand")),
            json_integer_value(json_object_get(result, "told")));
}

bool outage_over(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    return post(cli, "/api/office/outage/end", json_pack("{s:s}", "what", arguments->positional[0]), result,
                error);
}
