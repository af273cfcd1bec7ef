/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calendar, shown to a person.
 */
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/terminal.h"

#include <string.h>

/* "24/11/2026 08:20" of "2026-11-24T08:20:00-03:00". */
static void instant(FILE *out, const char *value)
{
    if (strlen(value) < 16)
        terminal_text(out, value);
    else
        fprintf(out, "%.2s/%.2s/%.4s %.5s", value + 8, value + 5, value, value + 11);
}

static void day(FILE *out, const char *value)
{
    if (strlen(value) != 10)
        terminal_text(out, value);
    else
        fprintf(out, "%.2s/%.2s/%.4s", value + 8, value + 5, value);
}

static const char *outcome_text(const char *outcome)
{
    if (strcmp(outcome, "same_time") == 0)
        return "mesma hora, outro agente";
    if (strcmp(outcome, "reserve") == 0)
        return "mesma hora, na reserva";
    return strcmp(outcome, "message") == 0 ? "recebe mensagem com três escolhas" : "telefonar: sem e-mail";
}

void render_agenda_change(const struct cli *cli, const json_t *result, FILE *out)
{
    const json_t *hits = json_object_get(result, "hits"), *hit;
    bool applied = json_is_true(json_object_get(result, "applied"));
    size_t at;
    (void)cli;
    fprintf(out, "%s: %lld vagas a mais, %lld vagas livres a menos.\n", applied ? "Mudança feita" : "Prévia",
            number(result, "added"), number(result, "dropped"));
    if (json_array_size(hits) == 0)
        fputs("Nenhum horário marcado é atingido.\n", out);
    else
        fprintf(out, "%zu %s:\n", json_array_size(hits),
                json_array_size(hits) == 1 ? "horário marcado é atingido"
                                           : "horários marcados são atingidos");
    json_array_foreach(hits, at, hit)
    {
        fputs("  ", out);
        instant(out, text(hit, "start"));
        fputs("  ", out);
        terminal_column(out, text(hit, "order"), 13);
        fputc(' ', out);
        terminal_column(out, text(hit, "name"), 28);
        fprintf(out, " %s\n", outcome_text(text(hit, "outcome")));
    }
    if (!applied)
        fprintf(out, "Para fazer esta mesma mudança depois: --apply %s\n", text(result, "digest"));
}

/* --- hours --- */

static void weekdays(FILE *out, const json_t *list)
{
    static const char *const names[] = {"", "seg", "ter", "qua", "qui", "sex", "sáb", "dom"};
    size_t at;
    const json_t *value;
    json_array_foreach(list, at, value)
    {
        json_int_t weekday = json_integer_value(value);
        if (weekday >= 1 && weekday <= 7)
            fprintf(out, "%s%s", at == 0 ? "" : ",", names[weekday]);
    }
}

static void lanes(FILE *out, const json_t *row)
{
    fprintf(out, "%s-%s, cada %lld min, %lld ao público + %lld internas", text(row, "opens"),
            text(row, "closes"), number(row, "slot_minutes"), number(row, "public_lanes"),
            number(row, "internal_lanes"));
    if (number(row, "walk_in_lanes") > 0)
        fprintf(out, " + %lld para quem chega", number(row, "walk_in_lanes"));
}

static void series(FILE *out, const json_t *list)
{
    size_t at;
    const json_t *row;
    json_array_foreach(list, at, row)
    {
        fputs("  ", out);
        weekdays(out, json_object_get(row, "weekdays"));
        if (number(row, "every_weeks") > 1)
            fprintf(out, ", a cada %lld semanas", number(row, "every_weeks"));
        fputs("  ", out);
        lanes(out, row);
        fputs("  desde ", out);
        day(out, text(row, "from"));
        if (text(row, "until")[0] != '\0') {
            fputs(" até ", out);
            day(out, text(row, "until"));
        }
        fprintf(out, "  [%s]\n", text(row, "series"));
    }
}

static void exceptions(FILE *out, const json_t *list)
{
    size_t at;
    const json_t *row;
    json_array_foreach(list, at, row)
    {
        fprintf(out, "  %lld  ", number(row, "id"));
        day(out, text(row, "day"));
        if (strcmp(text(row, "kind"), "open") == 0) {
            fputs("  abre ", out);
            lanes(out, row);
        } else {
            fprintf(out, "  fecha %s-%s", text(row, "opens"), text(row, "closes"));
        }
        fputs("  ", out);
        terminal_text(out, text(row, "reason"));
        fputc('\n', out);
    }
}

static void absences(FILE *out, const json_t *list)
{
    size_t at;
    const json_t *row;
    json_array_foreach(list, at, row)
    {
        fprintf(out, "  %lld  ", number(row, "id"));
        terminal_text(out, text(row, "agent"));
        fputs(", de ", out);
        instant(out, text(row, "starts"));
        fputs(" a ", out);
        instant(out, text(row, "ends"));
        fputs("  ", out);
        terminal_text(out, text(row, "reason"));
        fputc('\n', out);
    }
}

static void duties(FILE *out, const json_t *list)
{
    size_t at, word;
    const json_t *row, *skill;
    json_array_foreach(list, at, row)
    {
        fprintf(out, "  guichê %lld: ", number(row, "lane"));
        terminal_text(out, text(row, "agent")[0] != '\0' ? text(row, "agent") : "qualquer agente");
        fputs("  (", out);
        json_array_foreach(json_object_get(row, "skills"), word, skill)
            fprintf(out, "%s%s", word == 0 ? "" : ", ", json_string_value(skill));
        fprintf(out, ") desde ");
        day(out, text(row, "from"));
        fputc('\n', out);
    }
}

static void section(FILE *out, const char *title, const json_t *list, void (*show)(FILE *, const json_t *))
{
    if (json_array_size(list) == 0)
        return;
    fprintf(out, "%s\n", title);
    show(out, list);
}

void render_hours(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    section(out, "Horários:", json_object_get(result, "series"), series);
    section(out, "Dias próprios e fechados:", json_object_get(result, "exceptions"), exceptions);
    section(out, "Ausências:", json_object_get(result, "absences"), absences);
    section(out, "Guichês:", json_object_get(result, "lanes"), duties);
    fputs("Feriados: ra-cli holiday\n", out);
}

static const char *closes_text(const char *closes)
{
    if (strcmp(closes, "day") == 0)
        return "fecha";
    return strcmp(closes, "morning") == 0 ? "fecha até o meio-dia" : "abre";
}

void render_holidays(const struct cli *cli, const json_t *result, FILE *out)
{
    size_t at;
    const json_t *row;
    (void)cli;
    json_array_foreach(json_object_get(result, "holidays"), at, row)
    {
        fputs("  ", out);
        day(out, text(row, "day"));
        fputs("  ", out);
        terminal_column(out, text(row, "name"), 30);
        fprintf(out, " %-20s ", closes_text(text(row, "closes")));
        terminal_text(out, text(row, "law"));
        if (number(row, "id") > 0)
            fprintf(out, "  [nº %lld]", number(row, "id"));
        else if (strcmp(text(row, "kind"), "optional") == 0)
            fprintf(out, "  [%s]", text(row, "rule"));
        fputc('\n', out);
    }
}

/* --- the day --- */

static void warnings(FILE *out, const json_t *list)
{
    size_t at;
    const json_t *row;
    json_array_foreach(list, at, row)
    {
        fputs("Atenção: ", out);
        terminal_text(out, text(row, "text"));
        fputc('\n', out);
    }
}

static void agents(FILE *out, const json_t *result)
{
    size_t at;
    const json_t *row;
    fprintf(out, "Agentes que podem assinar: %lld\n", number(result, "agents_may_sign"));
    json_array_foreach(json_object_get(result, "agents"), at, row)
    {
        fputs("  ", out);
        terminal_text(out, text(row, "name"));
        fputs(json_is_true(json_object_get(row, "absent")) ? " (ausente)\n" : "\n", out);
    }
}

void render_agenda(const struct cli *cli, const json_t *result, FILE *out)
{
    size_t at;
    const json_t *row;
    long long free_seats = 0;
    (void)cli;
    day(out, text(result, "date"));
    fputs(json_is_true(json_object_get(result, "open")) ? "\n" : ": fechado\n", out);
    json_array_foreach(json_object_get(result, "holidays"), at, row)
    {
        terminal_text(out, text(row, "name"));
        fprintf(out, ": %s\n", closes_text(text(row, "closes")));
    }
    warnings(out, json_object_get(result, "warnings"));
    agents(out, result);
    json_array_foreach(json_object_get(result, "slots"), at, row) free_seats += number(row, "free");
    fprintf(out, "Vagas livres: %lld\n", free_seats);
    json_array_foreach(json_object_get(result, "appointments"), at, row)
    {
        fprintf(out, "  %.5s  ", strlen(text(row, "start")) > 16 ? text(row, "start") + 11 : "");
        terminal_column(out, text(row, "order"), 13);
        fputc(' ', out);
        terminal_column(out, text(row, "name"), 31);
        fputc(' ', out);
        terminal_column(out, text(row, "product"), 10);
        fputs(strcmp(text(row, "mode"), "video") == 0 ? " por vídeo" : "", out);
        fputs(json_is_true(json_object_get(row, "hour_gone")) ? " perdeu o horário\n" : "\n", out);
    }
}

void render_conflicts(const struct cli *cli, const json_t *result, FILE *out)
{
    size_t at;
    const json_t *row;
    (void)cli;
    if (json_array_size(json_object_get(result, "items")) == 0)
        fputs("Ninguém espera outro horário.\n", out);
    json_array_foreach(json_object_get(result, "items"), at, row)
    {
        instant(out, text(row, "start"));
        fputs("  ", out);
        terminal_column(out, text(row, "order"), 13);
        fputc(' ', out);
        terminal_column(out, text(row, "name"), 28);
        if (json_is_true(json_object_get(row, "call"))) {
            fputs(" telefonar: ", out);
            terminal_text(out, text(row, "phone"));
            fputc('\n', out);
        } else {
            fputs(" avisado por e-mail\n", out);
        }
    }
}
