/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The case for people: what it is, how it stands, what is missing, what happened.
 */
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/moment.h"
#include "ra-cli/terminal.h"
#include "ra-cli/words.h"

#include <string.h>

void render_find(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(result, "items"), index, item)
    {
        const json_t *states = json_object_get(item, "states");
        terminal_column(out, text(item, "order"), 13);
        fputc(' ', out);
        terminal_column(out, text(item, "name"), 36);
        fputc(' ', out);
        terminal_column(out, text(item, "product"), 10);
        fputc(' ', out);
        terminal_text(
            out, words_state(text(states, strcmp(text(states, "issuance"), "none") != 0 ? "issuance"
                                                                                        : "attendance")));
        fputc('\n', out);
    }
    if (json_array_size(json_object_get(result, "items")) == 0)
        fputs("(nada encontrado)\n", out);
}

static void labelled(FILE *out, const char *label, const char *value)
{
    if (value[0] == '\0')
        return;
    fputs("  ", out);
    terminal_column(out, label, 16);
    terminal_text(out, value);
    fputc('\n', out);
}

static void show_people(const json_t *result, FILE *out)
{
    char born[MOMENT_SIZE];
    const json_t *holder = json_object_get(result, "holder"), *company = json_object_get(result, "company");
    if (company != NULL) {
        labelled(out, "Empresa", text(company, "name"));
        labelled(out, "CNPJ", text(company, "cnpj"));
    }
    labelled(out, company == NULL ? "Titular" : "Responsável", text(holder, "name"));
    labelled(out, "Nome social", text(holder, "social_name"));
    labelled(out, "CPF", text(holder, "cpf"));
    labelled(out, "Nascimento", moment_day(text(holder, "birth_date"), born));
    labelled(out, "E-mail", text(holder, "email"));
    if (!json_is_true(json_object_get(result, "email_confirmed")))
        labelled(out, "", "(e-mail não confirmado)");
    labelled(out, "Telefone", text(holder, "phone"));
}

static void show_states(const json_t *result, FILE *out)
{
    static const char *const machines[][2] = {{"order", "Pedido"},
                                              {"appointment", "Sessão"},
                                              {"attendance", "Atendimento"},
                                              {"identification", "Identificação"},
                                              {"issuance", "Emissão"}};
    const json_t *states = json_object_get(result, "states");
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        labelled(out, machines[i][1], words_state(text(states, machines[i][0])));
    labelled(out, "Série", text(result, "serial"));
}

static void show_list(const json_t *list, const char *title, const char *when, const char *what, FILE *out)
{
    size_t index;
    json_t *item;
    if (json_array_size(list) > 0)
        fprintf(out, "\n%s\n", title);
    json_array_foreach(list, index, item)
    {
        char at[MOMENT_SIZE];
        fprintf(out, "  %-17.16s", moment_long(text(item, when), at));
        terminal_text(out, text(item, what));
        if (strcmp(text(item, "kind"), "returned") == 0 || strcmp(text(item, "kind"), "refused") == 0) {
            fputs(": ", out);
            terminal_text(out, text(item, "detail"));
        }
        fputc('\n', out);
    }
}

static void show_term(const json_t *result, FILE *out)
{
    const char *said = text(json_object_get(result, "term"), "text");
    terminal_text(out, said);
    fputs(said[0] == '\0' ? "" : "\n", out);
}

/* What the order came of, and what of the identification that waives and why. */
static void show_origin(const json_t *result, FILE *out)
{
    const json_t *origin = json_object_get(result, "origin");
    if (!json_is_object(origin)) /* of an ordinary order it is a word: where it was opened */
        return;
    fputs(strcmp(text(origin, "kind"), "renewal") == 0 ? "Renovação de " : "Substituição sem custo de ", out);
    terminal_text(out, text(origin, "order"));
    fputs(json_array_size(json_object_get(origin, "waived")) > 0
              ? "; dispensados documentos, biometria e presença. "
              : "; nada da identificação é dispensado. ",
          out);
    terminal_text(out, text(origin, "why"));
    fputc('\n', out);
}

void render_show(const struct cli *cli, const json_t *result, FILE *out)
{
    char booked[MOMENT_SIZE];
    (void)cli;
    terminal_text(out, text(result, "order"));
    fputs("  ", out);
    terminal_text(out, text(result, "product_name"));
    fputc('\n', out);
    show_people(result, out);
    labelled(out, "Hora marcada", moment_long(text(json_object_get(result, "appointment"), "start"), booked));
    if (json_object_get(json_object_get(result, "appointment"), "join_url") != NULL)
        labelled(out, "Sala de vídeo", text(json_object_get(result, "appointment"), "join_url"));
    show_states(result, out);
    show_origin(result, out);
    show_term(result, out);
    show_list(json_object_get(result, "next"), "O que falta", "by", "text", out);
    show_list(json_object_get(result, "notes"), "Notas", "at", "text", out);
    show_list(json_object_get(result, "timeline"), "Linha do tempo", "at", "text", out);
}

/* --- the hour promised --- */

/* "p95" is a word of engineers: so many of a hundred cases took no longer than this. */
static void share_line(FILE *out, const char *share, const json_t *seconds)
{
    const long long value = (long long)json_integer_value(seconds);
    if (json_is_integer(seconds))
        fprintf(out, "%s: até %lld min %02lld s.\n", share, value / 60, value % 60);
}

static void clock_case(FILE *out, const json_t *one)
{
    char at[MOMENT_SIZE];
    const json_t *seconds = json_object_get(one, "finish_to_certificate_s");
    fputs("  ", out);
    terminal_column(out, text(one, "order"), 14);
    terminal_column(out, moment_short(text(one, "finished_at"), at), 13);
    terminal_column(out, words_state(text(one, "issuance")), 20);
    if (json_is_integer(seconds))
        fprintf(out, "%lld min", (long long)json_integer_value(seconds) / 60);
    fputc('\n', out);
}

void render_clock(const struct cli *cli, const json_t *result, FILE *out)
{
    const json_t *orders = json_object_get(result, "orders");
    size_t index;
    json_t *one;
    (void)cli;
    fprintf(out,
            "Da hora do fim do atendimento ao certificado, prometidos %lld min: %zu casos, %lld além dela.\n",
            (long long)json_integer_value(json_object_get(result, "promise_s")) / 60, json_array_size(orders),
            (long long)json_integer_value(json_object_get(result, "breaches")));
    share_line(out, "Metade dos casos", json_object_get(result, "p50_s"));
    share_line(out, "95 de cada 100 casos", json_object_get(result, "p95_s"));
    share_line(out, "99 de cada 100 casos", json_object_get(result, "p99_s"));
    if (json_array_size(orders) > 0)
        fputs("\n  Pedido        Atendido     Situação            Levou\n", out);
    json_array_foreach(orders, index, one)
    {
        clock_case(out, one);
    }
}
