/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The day's queue as a person reads it, line by line: no colour, nothing that a screen reader would skip.
 */
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/terminal.h"
#include "ra-cli/words.h"

#include <string.h>

/* ", LABEL VALUE" for a member that is there. */
static void add(FILE *out, const char *label, const char *value)
{
    if (value[0] == '\0')
        return;
    fprintf(out, ", %s", label);
    terminal_text(out, value);
}

static void add_needs(FILE *out, const json_t *needs)
{
    size_t index;
    json_t *need;
    json_array_foreach(needs, index, need) add(out, "precisa de ", words_state(json_string_value(need)));
}

/* Where the visit is, and since when. */
static void add_visit(FILE *out, const json_t *item)
{
    const char *state = text(item, "state");
    const char *until = text(item, "parked_until");
    const json_int_t waited_s = json_integer_value(json_object_get(item, "waited_s"));
    terminal_text(out, words_state(state));
    if (strcmp(state, "called") == 0) {
        add(out, "com ", text(item, "agent"));
        add(out, "guichê ", text(item, "desk"));
    }
    if (strcmp(state, "waiting") == 0 && waited_s >= 60)
        fprintf(out, " há %lld min", (long long)(waited_s / 60));
    if (strcmp(state, "parked") == 0) {
        add(out, "", text(item, "parked_reason"));
        if (strlen(until) > 16)
            fprintf(out, ", até %.5s", until + 11);
    }
    add(out, "reservado para ", text(item, "reserved_for"));
    add(out, "para o guichê ", text(item, "reserved_desk"));
}

static const char *called(const json_t *item)
{
    const char *social = text(item, "social_name");
    return social[0] != '\0' ? social : text(item, "name");
}

static void show_item(FILE *out, const json_t *item)
{
    const char *start = text(item, "start");
    terminal_column(out, text(item, "ticket"), 6);
    fprintf(out, " %-6.5s ", strlen(start) > 16 ? start + 11 : start);
    terminal_column(out, text(item, "order"), 13);
    fputc(' ', out);
    terminal_column(out, called(item), 31);
    fputc(' ', out);
    terminal_column(out, text(item, "product"), 10);
    fputc(' ', out);
    add_visit(out, item);
    add(out, "prioridade ", text(item, "priority_text"));
    if (strcmp(text(item, "mode"), "video") == 0)
        fputs(", por vídeo", out);
    add_needs(out, json_object_get(item, "needs"));
    if (!json_is_true(json_object_get(item, "email_confirmed")))
        fputs(", e-mail não confirmado", out);
    fputc('\n', out);
}

static void show_waiting_case(FILE *out, const json_t *item)
{
    fputs("  ", out);
    terminal_column(out, text(item, "order"), 13);
    fputc(' ', out);
    terminal_column(out, called(item), 31);
    if (strcmp(text(item, "kind"), "renewal") == 0) {
        fputs(" renovação assinada pelo titular: conferir e validar\n", out);
        return;
    }
    fputs(" validado por ", out);
    terminal_text(out, text(item, "validated_by"));
    fputc('\n', out);
}

static void show_free(FILE *out, const json_t *agents)
{
    size_t index;
    json_t *agent;
    const char *separator = "";
    fputs("Agentes livres: ", out);
    json_array_foreach(agents, index, agent)
    {
        if (!json_is_true(json_object_get(agent, "free")))
            continue;
        fputs(separator, out);
        terminal_text(out, text(agent, "name"));
        separator = ", ";
    }
    fputs(separator[0] == '\0' ? "nenhum\n" : "\n", out);
}

void render_queue(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const json_t *items = json_object_get(result, "items");
    const json_t *inbox = json_object_get(result, "inbox");
    size_t index;
    json_t *item;
    json_array_foreach(json_object_get(result, "warnings"), index, item)
    {
        fputs("Atenção: ", out);
        terminal_text(out, text(item, "text"));
        fputc('\n', out);
    }
    fputs("Senha  Hora   Pedido        Nome                            Produto    Situação\n", out);
    json_array_foreach(items, index, item) show_item(out, item);
    if (json_array_size(items) == 0)
        fputs("(ninguém na fila)\n", out);
    if (json_array_size(inbox) == 0)
        return;
    fputs("\nAguardam um agente, o mais antigo primeiro:\n", out);
    json_array_foreach(inbox, index, item) show_waiting_case(out, item);
    show_free(out, json_object_get(result, "agents"));
}
