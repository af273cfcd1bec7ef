/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A case's checklist as a manual of the counter: person by person, what is asked, what serves, why, and what
 * is still missing.
 */
#include "ra-cli/cli.h"
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/terminal.h"

#include <string.h>
#include <strings.h>

enum { ITEM_INDENT = 13, ID_WIDTH = 9, ANSWER_INDENT = 6 };

struct listing {
    TALLOC_CTX *context;
    FILE *out;
    const json_t *items;
    size_t width;
};

static bool is(const json_t *object, const char *name, const char *value)
{
    return strcmp(text(object, name), value) == 0;
}

static const char *role_name(const char *role)
{
    static const struct {
        const char *role, *name;
    } roles[] = {{"holder", "Titular"},
                 {"responsible", "Responsável pela empresa"},
                 {"representative", "Representante"},
                 {"attorney", "Procurador"},
                 {"interpreter", "Intérprete"},
                 {"company", "Empresa"},
                 {"case", "Sobre o caso"}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i].role, role) == 0)
            return roles[i].name;
    return role;
}

/* `take_line` may be NULL: memory ran out, and nothing is written. */
static void print_line(const struct listing *listing, size_t indent, char *take_line)
{
    if (take_line == NULL)
        return;
    fprintf(listing->out, "%*s", (int)indent, "");
    terminal_paragraph(listing->out, take_line, indent, indent + 2, listing->width);
    talloc_free(take_line);
}

static void print_labelled(const struct listing *listing, const char *label, const char *value)
{
    if (value[0] != '\0')
        print_line(listing, ITEM_INDENT, talloc_asprintf(listing->context, "%s %s", label, value));
}

static void print_person(const struct listing *listing, const json_t *one)
{
    const char *name = text(one, "person_name");
    fputc('\n', listing->out);
    print_line(listing, 0,
               talloc_asprintf(listing->context, "%s%s%s", role_name(text(one, "person")),
                               name[0] == '\0' ? "" : ": ", name));
}

/* --- items --- */

static bool is_done(const json_t *item)
{
    return is(item, "state", "accepted") || is(item, "state", "waived");
}

static const char *state_mark(const json_t *item)
{
    if (is(item, "state", "accepted"))
        return "[x]";
    if (is(item, "state", "rejected"))
        return "[!]";
    return is(item, "state", "waived") ? "[-]" : "[ ]";
}

/* What serves and why is told once, where several people have the same item. */
static bool is_told(const struct listing *listing, const json_t *item)
{
    size_t index;
    json_t *before;
    json_array_foreach(listing->items, index, before)
    {
        if (before == item)
            return false;
        if (!is_done(before) && is(before, "id", text(item, "id")) && is(before, "text", text(item, "text")))
            return true;
    }
    return false;
}

/* "rg; cin = CIN (nova identidade)": the words that --kind takes, with the names that people use. */
static void print_alternatives(const struct listing *listing, const json_t *item)
{
    const json_t *names = json_object_get(item, "alternative_names");
    char *line = NULL;
    size_t index;
    json_t *kind;
    json_array_foreach(json_object_get(item, "alternatives"), index, kind)
    {
        const char *word = json_string_value(kind), *name = json_string_value(json_array_get(names, index));
        const bool same = name == NULL || strcasecmp(word, name) == 0;
        line = line == NULL ? talloc_strdup(listing->context, "Serve:") : talloc_asprintf_append(line, ";");
        if (line == NULL)
            return;
        line = talloc_asprintf_append(line, " %s%s%s", word, same ? "" : " = ", same ? "" : name);
    }
    if (line != NULL)
        print_line(listing, ITEM_INDENT, line);
}

/* What the text of the item says already is not said again. */
static bool says_more(const json_t *item)
{
    static const char *const plain[] = {"document-missing", "consultation-missing", "not-judged",
                                        "not-satisfied"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (is(item, "reason", plain[i]))
            return false;
    return true;
}

static void print_standing(const struct listing *listing, const json_t *item)
{
    const char *detail = text(item, "detail");
    if (is(item, "state", "rejected"))
        print_labelled(listing, "Rejeitado:", detail[0] == '\0' ? text(item, "reason") : detail);
    else if (is(item, "state", "waived"))
        print_labelled(listing, "Dispensado:", detail[0] == '\0' ? text(item, "reason") : detail);
    else if (is(item, "state", "pending") && says_more(item))
        print_labelled(listing, "Falta:", detail);
}

static void print_item(const struct listing *listing, const json_t *item)
{
    const bool optional = !json_is_true(json_object_get(item, "required"));
    char *said = talloc_asprintf(listing->context, "%s%s", optional ? "(opcional) " : "", text(item, "text"));
    fprintf(listing->out, "%s ", state_mark(item));
    terminal_column(listing->out, text(item, "id"), ID_WIDTH);
    terminal_paragraph(listing->out, said == NULL ? "" : said, ITEM_INDENT, ITEM_INDENT, listing->width);
    talloc_free(said);
    print_standing(listing, item);
    if (is_done(item))
        return;
    if (json_is_true(json_object_get(item, "waivable")))
        print_labelled(listing, "Dispensa:", "uma regra permite dispensar agora (item waive).");
    if (is_told(listing, item))
        return;
    print_alternatives(listing, item);
    print_labelled(listing, "Consulta:", text(item, "consult"));
    print_line(listing, ITEM_INDENT,
               talloc_asprintf(listing->context, "Por quê: %s Fonte: %s.", text(item, "why"),
                               text(item, "source_text")));
}

/* --- questions --- */

enum { FEW = 4 };

/* "sa (sociedade anônima), ltda (sociedade limitada)": the answers that are not the present one. Once one of
 * many was given, the others are not told again. */
static char *other_answers(const struct listing *listing, const json_t *question)
{
    const json_t *labels = json_object_get(question, "labels");
    const json_t *options = json_object_get(question, "options");
    char *line = talloc_strdup(listing->context, "");
    size_t index;
    json_t *option;
    if (json_is_true(json_object_get(question, "answered")) && json_array_size(options) > FEW)
        return line;
    json_array_foreach(options, index, option)
    {
        const char *word = json_string_value(option),
                   *label = json_string_value(json_array_get(labels, index));
        if (line == NULL || is(question, "value", word) || strcmp(word, "unknown") == 0)
            continue;
        line = talloc_asprintf_append(line, "%s%s", line[0] == '\0' ? ": " : ", ", word);
        if (line != NULL && strcasecmp(word, label) != 0)
            line = talloc_asprintf_append(line, " (%s)", label);
    }
    return line;
}

static const char *present_answer(const json_t *question)
{
    size_t index;
    json_t *option;
    json_array_foreach(json_object_get(question, "options"), index, option)
    {
        if (is(question, "value", json_string_value(option)))
            return json_string_value(json_array_get(json_object_get(question, "labels"), index));
    }
    return text(question, "value");
}

static void print_question(const struct listing *listing, const json_t *question)
{
    char *others = other_answers(listing, question);
    const bool answered = json_is_true(json_object_get(question, "answered"));
    print_line(listing, 2,
               talloc_asprintf(listing->context, "%s %s %s: %s.", answered ? "[x]" : "[ ]",
                               text(question, "question"), answered ? "Resposta" : "Vale agora",
                               present_answer(question)));
    print_line(
        listing, ANSWER_INDENT,
        talloc_asprintf(listing->context, "%s%s", text(question, "key"), others == NULL ? "" : others));
    talloc_free(others);
}

static void print_questions(const struct listing *listing, const json_t *questions)
{
    const char *person = NULL;
    size_t index;
    json_t *question;
    if (json_array_size(questions) == 0)
        return;
    fputs("\nPERGUNTAS QUE MUDAM A LISTA (ra-cli fact PEDIDO CHAVE VALOR)\n", listing->out);
    json_array_foreach(questions, index, question)
    {
        if (person == NULL || strcmp(person, text(question, "person_id")) != 0)
            print_person(listing, question);
        person = text(question, "person_id");
        print_question(listing, question);
    }
}

/* --- what can be taken over --- */

/* What the same people showed today elsewhere, and what they answered last time. */
static void print_offers(const struct listing *listing, const json_t *result)
{
    size_t index;
    json_t *one;
    json_array_foreach(json_object_get(result, "reusable"), index, one)
    {
        fputc('\n', listing->out);
        print_line(listing, 0,
                   talloc_asprintf(listing->context,
                                   "Há documentos e consultas de hoje no pedido %s: ra-cli reuse %s %s",
                                   json_string_value(one), text(result, "order"), json_string_value(one)));
    }
    if (json_array_size(json_object_get(result, "offered")) > 0)
        fputs("\nRespostas da última vez, a confirmar com a pessoa:\n", listing->out);
    json_array_foreach(json_object_get(result, "offered"), index, one)
    {
        print_line(listing, 2,
                   talloc_asprintf(listing->context, "%s = %s", text(one, "key"), text(one, "value")));
    }
}

/* --- the whole --- */

/* "Titular: PFBR-01, REC-01. Empresa: PJ-01." */
static char *missing_items(const struct listing *listing)
{
    char *line = talloc_strdup(listing->context, "Ainda falta algo.");
    const char *person = NULL;
    size_t index;
    json_t *item;
    json_array_foreach(listing->items, index, item)
    {
        if (line == NULL || is_done(item) || !json_is_true(json_object_get(item, "required")))
            continue;
        const bool same = person != NULL && strcmp(person, text(item, "person_id")) == 0;
        if (same)
            line = talloc_asprintf_append(line, ", %s", text(item, "id"));
        else
            line = talloc_asprintf_append(line, "%s %s: %s", person == NULL ? "" : ".",
                                          role_name(text(item, "person")), text(item, "id"));
        person = text(item, "person_id");
    }
    return person == NULL || line == NULL ? line : talloc_asprintf_append(line, ".");
}

/* 2026-11-24 as people write it. */
static const char *day_text(const struct listing *listing, const char *day)
{
    char *written =
        strlen(day) != 10 ? NULL : talloc_asprintf(listing->context, "%.2s/%.2s/%.4s", day + 8, day + 5, day);
    return written == NULL ? day : written;
}

static void print_conclusion(const struct listing *listing, const json_t *result)
{
    fputc('\n', listing->out);
    if (json_object_get(result, "suspended") != NULL)
        print_line(
            listing, 0,
            talloc_asprintf(listing->context,
                            "SUSPENSO por divergência (%s): oriente a regularizar no órgão responsável.",
                            text(result, "suspended")));
    print_line(listing, 0,
               json_is_true(json_object_get(result, "complete"))
                   ? talloc_strdup(listing->context, "Completo: pode validar.")
                   : missing_items(listing));
    print_line(listing, 0,
               talloc_strdup(
                   listing->context,
                   "Fontes: [SEED] Carta de Serviços; [T] norma lida; [S] norma citada por outra fonte; [V] "
                   "prática de AR ou AC; [U] não lida, a confirmar com a AC."));
}

void render_checklist(const struct cli *cli, const json_t *result, FILE *out)
{
    const struct listing listing = {cli->context, out, json_object_get(result, "items"), cli_columns(cli)};
    const char *person = NULL;
    size_t index;
    json_t *item;
    print_line(&listing, 0,
               talloc_asprintf(cli->context, "Pedido %s, %s, regras %s", text(result, "order"),
                               day_text(&listing, text(result, "day")), text(result, "rules")));
    json_array_foreach(listing.items, index, item)
    {
        if (person == NULL || strcmp(person, text(item, "person_id")) != 0)
            print_person(&listing, item);
        person = text(item, "person_id");
        print_item(&listing, item);
    }
    print_questions(&listing, json_object_get(result, "questions"));
    print_offers(&listing, result);
    print_conclusion(&listing, result);
}

static size_t done_items(const json_t *items)
{
    size_t index, count = 0;
    json_t *item;
    json_array_foreach(items, index, item)
    {
        count += is_done(item) ? 1 : 0;
    }
    return count;
}

/* After an act on one item the whole list would hide what the agent asks: how far the case is. */
void render_judged(const struct cli *cli, const json_t *result, FILE *out)
{
    const struct listing listing = {cli->context, out, json_object_get(result, "items"), cli_columns(cli)};
    fputs("Registrado no pedido ", out);
    terminal_text(out, text(result, "order"));
    fprintf(out, ": %zu de %zu itens concluídos.\n", done_items(listing.items),
            json_array_size(listing.items));
    print_line(&listing, 0,
               json_is_true(json_object_get(result, "complete"))
                   ? talloc_strdup(cli->context, "Completo: pode validar.")
                   : missing_items(&listing));
}

/* --- what is missing, for the hands of the person who must bring it: no codes, no norms --- */

void render_missing(const struct cli *cli, const json_t *result, FILE *out)
{
    const struct listing listing = {cli->context, out, NULL, cli_columns(cli)};
    const json_t *missing = json_object_get(result, "missing");
    size_t index;
    json_t *one;
    fprintf(out, "Pedido %s\n\n", text(result, "order"));
    fputs(json_array_size(missing) == 0 ? "Não falta trazer nada.\n" : "Para concluir, traga ou corrija:\n\n",
          out);
    json_array_foreach(missing, index, one)
    {
        const char *name = text(one, "person_name");
        print_line(
            &listing, 0,
            talloc_asprintf(cli->context, "- %s%s%s", name, name[0] == '\0' ? "" : ": ", text(one, "text")));
        if (text(one, "why")[0] != '\0')
            print_line(&listing, 2, talloc_strdup(cli->context, text(one, "why")));
    }
    if (json_array_size(missing) > 0)
        fputs("\nO que já foi aceito continua valendo. Ao voltar, diga que é retorno de correção.\n", out);
}
