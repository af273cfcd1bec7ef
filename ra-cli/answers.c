/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the acts of the counter answer, in a sentence or two: one function per kind of answer.
 */
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/moment.h"
#include "ra-cli/terminal.h"
#include "ra-cli/words.h"

#include <string.h>

/* --- the order --- */

void render_order_new(const struct cli *cli, const json_t *result, FILE *out)
{
    size_t index;
    json_t *one;
    (void)cli;
    terminal_say(out, "Pedido ", text(result, "order"), " aberto");
    terminal_say(out, ", ", words_state(text(result, "state")), ".\n");
    json_array_foreach(json_object_get(result, "next"), index, one)
    {
        terminal_say(out, "  - ", text(one, "text"), "\n");
    }
}

void render_contact(const struct cli *cli, const json_t *result, FILE *out)
{
    const json_t *holder = json_object_get(result, "holder");
    (void)cli;
    terminal_say(out, "Contato do pedido ", text(result, "order"), "\n");
    terminal_say(out, "  E-mail:   ", text(holder, "email"),
                 json_is_true(json_object_get(result, "email_confirmed")) ? "\n" : " (não confirmado)\n");
    terminal_say(out, "  Telefone: ", text(holder, "phone"), "\n");
}

void render_paid(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    terminal_say(out, "Pagamento registrado. Pedido ", text(result, "order"), ": ");
    terminal_say(out, "", words_state(text(result, "state")), ".\n");
}

void render_noted(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    terminal_say(out, "Anotado no pedido ", text(result, "order"), ".\n");
}

void render_resent(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    terminal_say(out, "E-mail do pedido ", text(result, "order"), " a caminho de novo.\n");
}

/* --- hours --- */

void render_appointment(const struct cli *cli, const json_t *result, FILE *out)
{
    char day[MOMENT_SIZE], hour[MOMENT_SIZE];
    const bool video = strcmp(text(result, "mode"), "video") == 0;
    (void)cli;
    fprintf(out, "%s: %s às %s, %s",
            strcmp(text(result, "state"), "cancelled") == 0 ? "Sessão desmarcada" : "Sessão marcada",
            moment_day(text(result, "start"), day), moment_hour(text(result, "start"), hour),
            video ? "por videoconferência" : "presencial");
    terminal_say(out, ", unidade ", text(result, "office"), ".\n");
}

/* One line a day, each hour with its seats: "08:00 (3)". */
void render_availability(const struct cli *cli, const json_t *result, FILE *out)
{
    enum { DAY_COLUMNS = 12, HOUR_COLUMNS = 10 };
    const json_t *slots = json_object_get(result, "slots");
    const size_t width = cli_columns(cli);
    char day[MOMENT_SIZE], hour[MOMENT_SIZE];
    const char *before = "";
    size_t index, column = 0;
    json_t *slot;
    fputs(json_array_size(slots) == 0 ? "Nenhum horário livre neste período.\n"
                                      : "Horários livres, com as vagas de cada um:\n",
          out);
    json_array_foreach(slots, index, slot)
    {
        const char *start = text(slot, "start");
        if (before[0] == '\0' || !moment_same_day(before, start)) {
            fputs(before[0] == '\0' ? "" : "\n", out);
            terminal_column(out, moment_day(start, day), DAY_COLUMNS);
            column = DAY_COLUMNS;
        } else if (column + HOUR_COLUMNS > width) {
            fprintf(out, "\n%*s", DAY_COLUMNS, "");
            column = DAY_COLUMNS;
        }
        fprintf(out, "%s (%lld) ", moment_hour(start, hour), number(slot, "seats"));
        column += HOUR_COLUMNS;
        before = start;
    }
    fputs(before[0] == '\0' ? "" : "\n", out);
}

void render_feed(const struct cli *cli, const json_t *result, FILE *out)
{
    char since[MOMENT_SIZE];
    const bool office = strcmp(text(result, "of"), "office") == 0;
    (void)cli;
    terminal_say(out, office ? "Agenda da unidade:\n  " : "Sua agenda:\n  ", text(result, "url"), "\n");
    fprintf(out,
            "Endereço criado em %s. Quem o tem lê a agenda: não o passe adiante; rotate cria outro e encerra "
            "este.\n",
            moment_long(text(result, "since"), since));
}

/* --- the visit --- */

static void say_needs(FILE *out, const json_t *needs)
{
    size_t index;
    json_t *need;
    json_array_foreach(needs, index, need)
        terminal_say(out, index == 0 ? "  Precisa de: " : ", ", words_state(json_string_value(need)), "");
    fputs(json_array_size(needs) > 0 ? "\n" : "", out);
}

static void say_line(FILE *out, const char *label, const char *value)
{
    if (value[0] != '\0')
        terminal_say(out, label, value, "\n");
}

void render_visit(const struct cli *cli, const json_t *result, FILE *out)
{
    char day[MOMENT_SIZE], hour[MOMENT_SIZE];
    const char *attendance = text(json_object_get(result, "states"), "attendance");
    const char *booked_for = text(result, "booked_for");
    (void)cli;
    terminal_say(out, "", text(result, "ticket"), text(result, "ticket")[0] == '\0' ? "" : ", ");
    terminal_say(out, "pedido ", text(result, "order"), ": ");
    terminal_say(out, "",
                 strcmp(attendance, "none") == 0 ? "sem chegada registrada" : words_state(attendance), ".\n");
    say_line(out, "  Desfeito: ", words_act(text(result, "undone")));
    say_line(out, "  Chamada: ", strcmp(attendance, "called") == 0 ? text(result, "sentence") : "");
    say_line(out, "  Prioridade: ", words_state(text(result, "priority")));
    say_needs(out, json_object_get(result, "needs"));
    say_line(out, "  ATENÇÃO: ", text(result, "warning"));
    if (booked_for[0] != '\0' && !moment_same_day(booked_for, text(result, "now")))
        fprintf(out, "  ATENÇÃO: Marcado para %.5s às %s\n", moment_day(booked_for, day),
                moment_hour(booked_for, hour));
}

void render_tasks(const struct cli *cli, const json_t *result, FILE *out)
{
    char due[MOMENT_SIZE];
    size_t index;
    json_t *one;
    (void)cli;
    if (json_array_size(json_object_get(result, "tasks")) == 0)
        fputs("Nenhuma tarefa aberta.\n", out);
    json_array_foreach(json_object_get(result, "tasks"), index, one)
    {
        const bool late = json_is_true(json_object_get(one, "late"));
        fprintf(out, "%4lld ", number(one, "id"));
        terminal_column(out, text(one, "order"), 13);
        fprintf(out, "%s %s  ", late ? "ATRASADA, era até" : "até", moment_short(text(one, "due"), due));
        terminal_say(out, "", text(one, "text"), "\n");
    }
}

void render_task_closed(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    (void)result;
    fputs("Tarefa encerrada.\n", out);
}

/* --- documents and files --- */

static void document_line(FILE *out, const json_t *document)
{
    const json_t *legibility = json_object_get(document, "legibility");
    terminal_say(out, "Documento ", text(document, "document"), " no dossiê");
    fprintf(out, ", %lld bytes%s.\n", number(document, "size"),
            strcmp(text(legibility, "verdict"), "not-legible") == 0 ? ", difícil de ler" : "");
    terminal_say(out, "  SHA-256 ", text(document, "sha256"), "\n");
}

void render_documents(const struct cli *cli, const json_t *result, FILE *out)
{
    const json_t *documents = json_object_get(result, "documents");
    size_t index;
    json_t *document;
    (void)cli;
    if (documents == NULL)
        document_line(out, result);
    json_array_foreach(documents, index, document)
    {
        document_line(out, document);
    }
}

void render_saved(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    terminal_say(out, "Gravado em ", text(result, "file"), "");
    if (json_object_get(result, "size") != NULL)
        fprintf(out, " (%lld bytes)", number(result, "size"));
    fputs(".\n", out);
}

void render_received(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    fprintf(out, "Tokens recebidos no estoque: %lld, ", number(result, "received"));
    terminal_say(out, "", text(result, "model"), ".\n");
}

void render_neglist_added(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    terminal_say(out, "Ocorrência ", text(result, "entry"), " incluída na lista negativa.\n");
}

void render_neglist_done(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    (void)result;
    fputs("Registrado na lista negativa.\n", out);
}

void render_term_paper(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    (void)result;
    fputs("Termo assinado no papel guardado no dossiê.\n", out);
}

/* --- what was signed, what is being revoked --- */

void render_verified(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    (void)result;
    fputs("Verificação assinada: os dois agentes assinaram e o titular já pode emitir.\n", out);
}

void render_refused(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    (void)result;
    fputs("Recusa assinada: o caso está encerrado.\n", out);
}

static const char *revocation_word(const json_t *one)
{
    if (strcmp(text(one, "state"), "executed") == 0)
        return "a AC executou; falta a LCR";
    return strcmp(text(one, "state"), "awaiting_second") == 0 ? "falta o segundo agente"
                                                              : words_state(text(one, "state"));
}

static const char *lateness_word(const char *lateness)
{
    static const char *const words[][2] = {{"in_time", "no prazo"},
                                           {"past_target", "além da meta"},
                                           {"alarm", "ALARME"},
                                           {"past_limit", "ALÉM DO PRAZO DA NORMA"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], lateness) == 0)
            return words[i][1];
    return lateness;
}

void render_revocations(const struct cli *cli, const json_t *result, FILE *out)
{
    char requested[MOMENT_SIZE];
    size_t index;
    json_t *one;
    (void)cli;
    if (json_array_size(json_object_get(result, "revocations")) == 0)
        fputs("Nenhuma revogação por concluir.\n", out);
    json_array_foreach(json_object_get(result, "revocations"), index, one)
    {
        const long long minutes = number(one, "age_s") / 60;
        terminal_column(out, text(one, "order"), 14);
        fprintf(out, "pedida em %s, há %lldh%02lld (limite %lldh), %s: ",
                moment_short(text(one, "requested"), requested), minutes / 60, minutes % 60,
                number(one, "limit_s") / 3600, lateness_word(text(one, "lateness")));
        terminal_say(out, "", revocation_word(one), "\n");
        terminal_say(out, "              série ", text(one, "serial"), "\n");
    }
}

void render_fraud_sent(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    fprintf(out, "Comunicado %lld, pedido ", number(result, "report"));
    terminal_say(out, "", text(result, "order"), ": envio registrado");
    terminal_say(out, ", protocolo da AC ", text(result, "protocol"),
                 json_is_true(json_object_get(result, "late")) ? ", fora do prazo.\n" : ", no prazo.\n");
}

/* --- the office --- */

void render_handover(const struct cli *cli, const json_t *result, FILE *out)
{
    char day[MOMENT_SIZE];
    (void)cli;
    fprintf(out, "Nota de %s deixada para o próximo turno.\n", moment_day(text(result, "date"), day));
}

void render_outage_over(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    terminal_say(out, "Voltou: ", text(result, "what"), ". Fim da queda registrado.\n");
}

static const char *role_word(const char *role)
{
    static const char *const words[][2] = {
        {"agent", "agente"}, {"auditor", "auditor"}, {"admin", "administrador"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], role) == 0)
            return words[i][1];
    return role;
}

void render_roster(const struct cli *cli, const json_t *result, FILE *out)
{
    char from[MOMENT_SIZE], until[MOMENT_SIZE];
    size_t index;
    json_t *one;
    (void)cli;
    fprintf(out, "Quadro de agentes, versão %lld; a assinatura do administrador confere.\n",
            number(result, "version"));
    json_array_foreach(json_object_get(result, "entries"), index, one)
    {
        fputs("  ", out);
        terminal_column(out, role_word(text(one, "role")), 14);
        terminal_column(out, text(one, "name"), 36);
        fprintf(out, " CPF %s, de %s a %s\n", text(one, "cpf"), moment_day(text(one, "from"), from),
                moment_day(text(one, "until"), until));
    }
}

void render_roster_signed(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    fprintf(out, "Quadro de agentes assinado e em vigor, versão %lld.\n", number(result, "version"));
}
