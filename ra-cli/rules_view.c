/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Policies for people: each row with its layer, mark and source, and how far a change of one has come.
 */
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/terminal.h"

#include <stdlib.h>
#include <string.h>

static void show_day(FILE *out, const char *day)
{
    if (strlen(day) == 10)
        fprintf(out, "%.2s/%.2s/%.4s", day + 8, day + 5, day);
    else
        terminal_text(out, day);
}

static void show_value(FILE *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    terminal_text(out, json_is_null(value) || text == NULL ? "nenhum" : text);
    free(text);
}

static void show_row(FILE *out, const json_t *row)
{
    const json_t *change = json_object_get(row, "change");
    const char *until = text(row, "until");
    terminal_text(out, text(row, "key"));
    fputs(" = ", out);
    show_value(out, json_object_get(row, "value"));
    fputs("\n    [", out);
    terminal_text(out, text(row, "evidence"));
    fputs("] ", out);
    terminal_text(out, text(row, "layer"));
    fputs(", de ", out);
    show_day(out, text(row, "from"));
    fputs(until[0] != '\0' ? " até " : " em diante", out);
    show_day(out, until);
    if (json_is_integer(change))
        fprintf(out, ", mudança %" JSON_INTEGER_FORMAT, json_integer_value(change));
    fputs("\n    ", out);
    terminal_text(out, text(row, "description"));
    fputs("\n    Fonte: ", out);
    terminal_text(out, text(row, "source"));
    if (text(row, "accepts")[0] != '\0') {
        fputs("\n    Aceita: ", out);
        terminal_text(out, text(row, "accepts"));
    }
    fputs("\n\n", out);
}

void render_rules(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    size_t index;
    json_t *row;
    json_array_foreach(json_object_get(result, "rows"), index, row) show_row(out, row);
    fputs("Regras de ", out);
    show_day(out, text(result, "day"));
    fputs(", versão ", out);
    terminal_text(out, text(result, "version"));
    fputs("\nMarcas: [SEED] Carta de Serviços, [T] texto da norma lido, [S] fonte secundária, [V] prática de "
          "uma "
          "AC ou AR, [U] ainda não confirmada\n",
          out);
}

static const char *state_name(const char *state)
{
    static const struct {
        const char *word;
        const char *name;
    } names[] = {{"pending", "à espera de assinatura"},
                 {"in_force", "aceita"},
                 {"withdrawn", "retirada"},
                 {"expired", "passou do prazo para assinar"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].word, state) == 0)
            return names[i].name;
    return state;
}

static void show_change(FILE *out, const json_t *change)
{
    const json_t *signers = json_object_get(change, "signers");
    size_t index;
    json_t *signer;
    fprintf(out, "%" JSON_INTEGER_FORMAT "  ", json_integer_value(json_object_get(change, "change")));
    terminal_text(out, text(change, "key"));
    fputs(": ", out);
    show_value(out, json_object_get(change, "before"));
    fputs(" → ", out);
    show_value(out, json_object_get(change, "value"));
    fputs(" a partir de ", out);
    show_day(out, text(change, "from"));
    fputs(" (", out);
    terminal_text(out, state_name(text(change, "state")));
    fputs(")\n    [", out);
    terminal_text(out, text(change, "evidence"));
    fputs("] ", out);
    terminal_text(out, text(change, "layer"));
    fputs(", fonte: ", out);
    terminal_text(out, text(change, "source"));
    fputs("\n    Motivo: ", out);
    terminal_text(out, text(change, "reason"));
    fputs("\n    Assinada por ", out);
    json_array_foreach(signers, index, signer)
    {
        fputs(index == 0 ? "" : ", ", out);
        terminal_text(out, json_string_value(signer));
    }
    fputs("\n\n", out);
}

void render_changes(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const json_t *changes = json_object_get(result, "changes");
    size_t index;
    json_t *change;
    json_array_foreach(changes, index, change) show_change(out, change);
    if (json_array_size(changes) == 0)
        fputs("(nenhuma mudança)\n", out);
}

void render_change_state(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const char *state = text(result, "state");
    fprintf(out, "Mudança %" JSON_INTEGER_FORMAT ": ", json_integer_value(json_object_get(result, "change")));
    terminal_text(out, state_name(state));
    if (strcmp(state, "pending") == 0)
        fprintf(out, "\nOutro administrador: ra-cli admin rules confirm %" JSON_INTEGER_FORMAT,
                json_integer_value(json_object_get(result, "change")));
    fputc('\n', out);
}
