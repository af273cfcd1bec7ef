/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stock of tokens: each act of the counter is one POST; the count and the closing of the day.
 */
#include "pki/base/file.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/terminal.h"

#include <string.h>

enum { SERIALS_FILE_MAX = 262144, PAPER_MAX = 16 << 20 };

static const char *state_word(const char *state)
{
    static const struct {
        const char *state, *word;
    } words[] = {{"stock", "no estoque"},
                 {"desk", "na mesa"},
                 {"delivered", "entregue"},
                 {"defective", "com defeito"},
                 {"returned", "devolvido"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].state, state) == 0)
            return words[i].word;
    return state;
}

/* --- reading --- */

bool media_models(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    (void)arguments;
    return client_json(cli, "GET", "/api/office/media/models", NULL, result, error);
}

void render_models(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    size_t index;
    json_t *model;
    json_array_foreach(json_object_get(result, "models"), index, model)
    {
        terminal_column(out, text(model, "id"), 24);
        terminal_column(out, text(model, "name"), 34);
        terminal_column(out, text(model, "homologation"), 22);
        fputs(json_is_true(json_object_get(model, "valid")) ? "em vigor" : "VENCIDA", out);
        if (text(model, "valid_to")[0] != '\0')
            fprintf(out, " (até %s)", text(model, "valid_to"));
        fputc('\n', out);
    }
}

bool media_list(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    const char *state = cli_option(arguments, "state");
    const char *path = state == NULL ? "/api/office/media"
                                     : talloc_asprintf(cli->context, "/api/office/media?state=%s",
                                                       client_escape(cli, state));
    return (path != NULL || ra_fail(error, RA_NO_MEMORY, "path")) &&
           client_json(cli, "GET", path, NULL, result, error);
}

void render_media(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    size_t index;
    json_t *token;
    if (json_array_size(json_object_get(result, "tokens")) == 0)
        fputs("Nenhum token.\n", out);
    json_array_foreach(json_object_get(result, "tokens"), index, token)
    {
        terminal_column(out, text(token, "serial"), 24);
        terminal_column(out, text(token, "model"), 28);
        terminal_column(out, state_word(text(token, "state")), 13);
        terminal_column(out, text(token, "order"), 14);
        if (json_is_true(json_object_get(token, "brought")))
            fputs("do titular ", out);
        if (!json_is_true(json_object_get(token, "valid")))
            fputs("HOMOLOGAÇÃO VENCIDA", out);
        fputc('\n', out);
    }
}

/* --- serials: on the command line, or one on a line of a file --- */

static bool add_serial(json_t *serials, const char *begin, size_t length, struct ra_error *error)
{
    if (length == 0)
        return true;
    return json_array_append_new(serials, json_stringn(begin, length)) == 0 ||
           ra_fail(error, RA_INVALID, "um número de série não é texto válido");
}

static bool add_file(struct cli *cli, const char *path, json_t *serials, struct ra_error *error)
{
    struct bytes file;
    if (!file_read(cli->context, path, SERIALS_FILE_MAX, &file, error))
        return false;
    const char *at = (const char *)file.data, *end = at + file.length;
    while (at < end) {
        size_t length = 0;
        while (at + length < end && strchr(" \t\r\n", at[length]) == NULL)
            length++;
        if (!add_serial(serials, at, length, error))
            return false;
        at += length + 1;
    }
    return true;
}

static bool read_serials(struct cli *cli, const struct cli_arguments *arguments, size_t first,
                         json_t *serials, struct ra_error *error)
{
    for (size_t at = first; at < arguments->positional_count; at++)
        if (!add_serial(serials, arguments->positional[at], strlen(arguments->positional[at]), error))
            return false;
    const char *path = cli_option(arguments, "file");
    return path == NULL || add_file(cli, path, serials, error);
}

static bool post_serials(struct cli *cli, const struct cli_arguments *arguments, size_t first,
                         const char *path, json_t *body, json_t **result, struct ra_error *error)
{
    json_t *serials = json_array();
    bool ok = body != NULL && json_object_set_new(body, "serials", serials) == 0
                  ? read_serials(cli, arguments, first, serials, error)
                  : ra_fail(error, RA_NO_MEMORY, "json");
    ok = ok && client_json(cli, "POST", path, body, result, error);
    json_decref(body);
    return ok;
}

bool media_receive(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    const char *reason = cli_option(arguments, "reason");
    json_t *body =
        json_pack("{s:s, s:s}", "model", arguments->positional[0], "reason", reason == NULL ? "" : reason);
    return post_serials(cli, arguments, 1, "/api/office/media", body, result, error);
}

bool media_count(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                 struct ra_error *error)
{
    return post_serials(cli, arguments, 0, "/api/office/media/count", json_object(), result, error);
}

/* --- acts --- */

static bool act(struct cli *cli, const char *serial, const char *verb, json_t *take_body, json_t **result,
                struct ra_error *error)
{
    const char *path =
        talloc_asprintf(cli->context, "/api/office/media/%s/%s", client_escape(cli, serial), verb);
    bool ok = path != NULL && take_body != NULL ? client_json(cli, "POST", path, take_body, result, error)
                                                : ra_fail(error, RA_INVALID, "um dos textos não é válido");
    json_decref(take_body);
    return ok;
}

bool media_take(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                struct ra_error *error)
{
    const char *own = cli_option(arguments, "own");
    json_t *body = json_pack("{s:s}", "order", client_order_code(cli, arguments->positional[1]));
    if (own != NULL)
        json_object_set_new(body, "own", json_string(own));
    return act(cli, arguments->positional[0], "take", body, result, error);
}

static bool with_reason(struct cli *cli, const struct cli_arguments *arguments, const char *verb,
                        json_t **result, struct ra_error *error)
{
    const char *reason = cli_option(arguments, "reason");
    return act(cli, arguments->positional[0], verb,
               json_pack("{s:s}", "reason", reason == NULL ? "" : reason), result, error);
}

bool media_defective(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                     struct ra_error *error)
{
    return with_reason(cli, arguments, "defective", result, error);
}

bool media_return(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                  struct ra_error *error)
{
    return with_reason(cli, arguments, "return", result, error);
}

void render_media_act(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    static const struct {
        const char *next, *sentence;
    } after[] = {
        {"csr", "Agora crie a chave nele: ra-cli token csr PEDIDO --token pkcs11:… -o CHAVE.csr"},
        {"take", "Pegue o próximo token (ra-cli token take); a validação recomeça com ele."},
        {"ask_ac",
         "A AC ainda não respondeu ao pedido feito com este token: repita a emissão antes de tudo."},
        {"revoke", "O certificado que está neste token precisa ser revogado; depois, um pedido novo."},
        {"finish", "Já se pode encerrar o atendimento."},
    };
    fputs("Token ", out);
    terminal_text(out, text(result, "serial"));
    fprintf(out, ": %s.\n", state_word(text(result, "state")));
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        if (strcmp(after[i].next, text(result, "next")) == 0)
            fprintf(out, "%s\n", after[i].sentence);
}

/* --- receipt and delivery --- */

static const char *receipt_path(struct cli *cli, const char *order)
{
    return client_order_path(cli, order, "/media/receipt");
}

bool media_receipt(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    const char *path = receipt_path(cli, arguments->positional[0]);
    return client_save(cli, path, cli_option(arguments, "o"), result, error);
}

static bool hand_in_paper(struct cli *cli, const char *order, const char *path, struct ra_error *error)
{
    struct bytes paper;
    json_t *answer = NULL;
    bool ok = file_read(cli->context, path, PAPER_MAX, &paper, error) &&
              client_upload(cli, receipt_path(cli, order), "application/octet-stream", paper, &answer, error);
    json_decref(answer);
    return ok;
}

static bool sign_by_key(struct cli *cli, const char *order, const char *uri, json_t *body,
                        struct ra_error *error)
{
    struct bytes pdf = {NULL, 0};
    const char *signature = NULL;
    return client_download(cli, receipt_path(cli, order), &pdf, error) &&
           token_sign_receipt(cli, order, uri, pdf, &signature, error) &&
           (json_object_set_new(body, "receipt_signature", json_string(signature)) == 0 ||
            ra_fail(error, RA_NO_MEMORY, "json"));
}

bool media_deliver(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    const char *paper = cli_option(arguments, "paper"), *uri = cli_option(arguments, "token");
    const char *order = arguments->positional[1];
    json_t *body = json_pack("{s:s}", "order", client_order_code(cli, order));
    if ((paper != NULL && !hand_in_paper(cli, order, paper, error)) ||
        (uri != NULL && !sign_by_key(cli, order, uri, body, error))) {
        json_decref(body);
        return false;
    }
    return act(cli, arguments->positional[0], "deliver", body, result, error);
}

/* --- closing --- */

bool media_balance(struct cli *cli, const struct cli_arguments *arguments, json_t **result,
                   struct ra_error *error)
{
    const char *date = cli_option(arguments, "date");
    const char *path = date == NULL ? "/api/office/media/balance"
                                    : talloc_asprintf(cli->context, "/api/office/media/balance?date=%s",
                                                      client_escape(cli, date));
    return (path != NULL || ra_fail(error, RA_NO_MEMORY, "path")) &&
           client_json(cli, "GET", path, NULL, result, error);
}

static void figures(FILE *out, const char *label, const json_t *of)
{
    fprintf(out, "%-12s %8lld %8lld %9lld %12lld %11lld\n", label, number(of, "stock"), number(of, "desk"),
            number(of, "delivered"), number(of, "defective"), number(of, "returned"));
}

static void differences(FILE *out, const json_t *count, const char *name, const char *label)
{
    size_t index;
    json_t *serial;
    json_array_foreach(json_object_get(count, name), index, serial)
    {
        fprintf(out, "  %s: ", label);
        terminal_text(out, json_string_value(serial));
        fputc('\n', out);
    }
}

void render_balance(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const json_t *acts = json_object_get(result, "acts");
    const json_t *count = json_object_get(result, "count");
    fprintf(out, "Tokens em %s\n%-12s %8s %8s %9s %12s %11s\n", text(result, "day"), "", "estoque", "mesa",
            "entregues", "com defeito", "devolvidos");
    figures(out, "no começo", json_object_get(result, "opening"));
    figures(out, "agora", json_object_get(result, "closing"));
    fprintf(out,
            "Atos do dia: %lld recebidos, %lld pegos, %lld trazidos pelo titular, %lld entregues, %lld com "
            "defeito, %lld devolvidos.\n",
            number(acts, "receive"), number(acts, "take"), number(acts, "bring"), number(acts, "deliver"),
            number(acts, "defective"), number(acts, "return"));
    differences(out, count, "missing", "no livro, mas não na gaveta");
    differences(out, count, "unexpected", "na gaveta, mas não no livro");
    if (json_is_true(json_object_get(result, "balanced")))
        fputs("Contagem e livro batem.\n", out);
    else
        fprintf(out, "NÃO FECHA: %s\n", text(result, "obstacle"));
}
