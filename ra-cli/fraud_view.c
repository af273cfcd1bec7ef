/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frauds for who reads them: what a report did, the comunicados and their deadlines, and the comunicado on
 * paper.
 */
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/moment.h"
#include "ra-cli/terminal.h"
#include "ra-cli/words.h"

#include <string.h>

/* By the office's hour, also on paper. */
static void moment(FILE *out, const char *instant)
{
    char at[MOMENT_SIZE];
    fputs(moment_long(instant, at), out);
}

/* What happened to the case, and what the bases said, for who reads the comunicado elsewhere. */
static const char *said(const char *word)
{
    static const struct {
        const char *word, *text;
    } texts[] = {{"ordered", "pedido feito"},
                 {"booked", "horário marcado"},
                 {"moved", "horário mudado"},
                 {"cancelled", "horário cancelado"},
                 {"email_confirmed", "e-mail confirmado"},
                 {"paid", "pago"},
                 {"checked_in", "chegada"},
                 {"called", "chamada ao balcão"},
                 {"finished", "fim do balcão"},
                 {"validated", "validação"},
                 {"verified", "verificação"},
                 {"returned", "devolução"},
                 {"refused", "recusa"},
                 {"new_attempt", "nova tentativa"},
                 {"csr_received", "pedido de emissão"},
                 {"issued", "emissão"},
                 {"delivered", "entrega"},
                 {"revocation_requested", "revogação pedida"},
                 {"revoked", "revogação"},
                 {"cpf", "CPF"},
                 {"cnpj", "CNPJ"},
                 {"cnh", "CNH"},
                 {"neglist", "lista negativa"},
                 {"psbio", "PSBio"},
                 {"ok", "sem restrição"},
                 {"alert", "alerta"},
                 {"not_found", "não encontrado"},
                 {"conflict", "divergência"},
                 {"unavailable", "base indisponível"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].word, word) == 0)
            return texts[i].text;
    return word;
}

void render_fraud_reported(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const char *stop = text(result, "stop");
    fprintf(out, "Comunicado de fraude %lld, pedido ", number(result, "report"));
    terminal_text(out, text(result, "order"));
    fputs(strcmp(stop, "refusal") == 0      ? ": o pedido foi recusado.\n"
          : strcmp(stop, "revocation") == 0 ? ": a revogação foi pedida.\n"
                                            : ": o pedido já estava encerrado.\n",
          out);
    revoke_render_renewals(result, out);
    fprintf(out, "Lista negativa: %zu ocorrências, %lld imagens.\n",
            json_array_size(json_object_get(result, "entries")), number(result, "images"));
    if (number(result, "unreadable") > 0)
        fprintf(out, "%lld imagens do dossiê não puderam ser lidas.\n", number(result, "unreadable"));
    fprintf(out, "Imprima com: fraud show %lld --print\nEnvie à AC até ", number(result, "report"));
    moment(out, text(result, "due"));
    fprintf(out, " e registre: fraud sent %lld --protocol N\n", number(result, "report"));
}

static void print_state(FILE *out, const json_t *report)
{
    if (strcmp(text(report, "state"), "sent") == 0) {
        fputs("enviado em ", out);
        moment(out, text(report, "sent"));
        fputs(", protocolo ", out);
        terminal_text(out, text(report, "protocol"));
        fputs(json_is_true(json_object_get(report, "late")) ? " (fora do prazo)" : "", out);
        return;
    }
    fputs(json_is_true(json_object_get(report, "late")) ? "ATRASADO, era até " : "enviar até ", out);
    moment(out, text(report, "due"));
}

void render_frauds(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    size_t index;
    json_t *report;
    if (json_array_size(json_object_get(result, "reports")) == 0)
        fputs("Nenhum comunicado de fraude.\n", out);
    json_array_foreach(json_object_get(result, "reports"), index, report)
    {
        fprintf(out, "%4lld ", number(report, "report"));
        terminal_column(out, text(report, "order"), 13);
        terminal_column(out, words_fraud(text(report, "kind")), 20);
        print_state(out, report);
        fputc('\n', out);
    }
}

/* --- the comunicado on paper --- */

static void line(FILE *out, const char *label, const char *value)
{
    if (value[0] == '\0')
        return;
    fputs("  ", out);
    terminal_column(out, label, 18);
    terminal_text(out, value);
    fputc('\n', out);
}

static void moment_line(FILE *out, const char *label, const char *instant)
{
    if (instant[0] == '\0')
        return;
    fputs("  ", out);
    terminal_column(out, label, 18);
    moment(out, instant);
    fputc('\n', out);
}

static void heading(FILE *out, const char *title)
{
    fprintf(out, "\n%s\n", title);
}

static void print_case(FILE *out, const json_t *form)
{
    const json_t *about = json_object_get(form, "case");
    heading(out, "PEDIDO");
    line(out, "código", text(about, "order"));
    line(out, "certificado", text(about, "product"));
    line(out, "número de série", text(about, "serial"));
    moment_line(out, "feito em", text(about, "created"));
    line(out, "veio por", strcmp(text(about, "origin"), "site") == 0 ? "site" : "balcão");
}

static void print_people(FILE *out, const json_t *form)
{
    const json_t *company = json_object_get(form, "company");
    size_t index;
    json_t *person;
    heading(out, "PESSOAS");
    json_array_foreach(json_object_get(form, "people"), index, person)
    {
        line(out, words_role(text(person, "role")), text(person, "name"));
        line(out, "  CPF", text(person, "cpf"));
        line(out, "  nascimento", text(person, "birth_date"));
        line(out, "  RG", text(person, "rg"));
        line(out, "  e-mail", text(person, "email"));
        line(out, "  telefone", text(person, "phone"));
    }
    line(out, "empresa", text(company, "name"));
    line(out, "  CNPJ", text(company, "cnpj"));
}

static void print_place(FILE *out, const json_t *form)
{
    const json_t *place = json_object_get(form, "place");
    const json_t *agent = json_object_get(form, "agent");
    heading(out, "LUGAR E AGENTE");
    line(out, "posto", text(place, "office"));
    line(out, "endereço", text(place, "address"));
    line(out, "município", text(place, "city"));
    line(out, "UF", text(place, "uf"));
    line(out, "código do IBGE", text(place, "ibge"));
    line(out, "agente", text(agent, "name"));
    line(out, "CPF do agente", text(agent, "cpf"));
    line(out, "estação", text(agent, "station"));
}

static void print_documents(FILE *out, const json_t *form)
{
    size_t index;
    json_t *document;
    heading(out, "DOCUMENTOS APRESENTADOS");
    if (json_array_size(json_object_get(form, "documents")) == 0)
        fputs("  nenhum\n", out);
    json_array_foreach(json_object_get(form, "documents"), index, document)
    {
        line(out, text(document, "kind")[0] != '\0' ? text(document, "kind") : text(document, "item"),
             text(document, "person"));
        line(out, "  número", text(document, "number"));
        line(out, "  órgão", text(document, "issuer"));
        line(out, "  via", text(document, "via"));
        line(out, "  emissão", text(document, "issued"));
        line(out, "  validade", text(document, "expires"));
        line(out, "  SHA-256", text(document, "sha256"));
    }
}

static void print_consultations(FILE *out, const json_t *form)
{
    size_t index;
    json_t *one;
    heading(out, "CONSULTAS");
    if (json_array_size(json_object_get(form, "consultations")) == 0)
        fputs("  nenhuma\n", out);
    json_array_foreach(json_object_get(form, "consultations"), index, one)
    {
        line(out, said(text(one, "kind")), text(one, "base"));
        line(out, "  de", text(one, "person"));
        line(out, "  resultado", said(text(one, "result")));
        line(out, "  protocolo", text(one, "protocol"));
        moment_line(out, "  em", text(one, "at"));
    }
}

static void print_dates(FILE *out, const json_t *form)
{
    size_t index;
    json_t *one;
    heading(out, "DATAS");
    json_array_foreach(json_object_get(form, "dates"), index, one)
    {
        const char *actor = text(one, "actor");
        fputs("  ", out);
        terminal_column(out, said(text(one, "what")), 18);
        moment(out, text(one, "at"));
        fputs(", por ", out);
        terminal_text(out, strcmp(actor, "holder") == 0   ? "quem pediu"
                           : strcmp(actor, "system") == 0 ? "sistema"
                                                          : actor);
        fputc('\n', out);
    }
}

static void print_done(FILE *out, const json_t *report)
{
    const json_t *form = json_object_get(report, "form");
    const json_t *done = json_object_get(form, "done");
    const char *stop = text(done, "stop");
    size_t index;
    json_t *entry;
    heading(out, "PROVIDÊNCIAS");
    line(out, "pedido",
         strcmp(stop, "refusal") == 0      ? "recusado por declaração assinada"
         : strcmp(stop, "revocation") == 0 ? "revogação pedida por declaração assinada (chave comprometida)"
                                           : "já estava encerrado");
    line(out, "declaração", text(done, "statement"));
    moment_line(out, "revogado em", text(json_object_get(report, "now"), "revoked"));
    json_array_foreach(json_object_get(done, "entries"), index, entry)
    {
        line(out, "lista negativa", json_string_value(entry));
    }
    fprintf(out, "  imagens guardadas %lld\n", number(done, "images"));
}

static void print_form(FILE *out, const json_t *report)
{
    const json_t *form = json_object_get(report, "form");
    fprintf(out, "COMUNICADO DE FRAUDE nº %lld\n\nÀ ", number(report, "report"));
    terminal_text(out, text(form, "to"));
    fputs("\nDe: ", out);
    terminal_text(out, text(form, "from"));
    fputs("\nNorma: ", out);
    terminal_text(out, text(form, "norm"));
    fputs("\nEm: ", out);
    moment(out, text(form, "at"));
    fputc('\n', out);
    heading(out, strcmp(text(form, "kind"), "realised") == 0 ? "FRAUDE CONSUMADA" : "TENTATIVA DE FRAUDE");
    line(out, "o que houve", text(form, "description"));
    line(out, "como agiu", text(form, "modus"));
    line(out, "características", text(form, "physical"));
    print_case(out, form);
    print_people(out, form);
    print_place(out, form);
    print_documents(out, form);
    print_consultations(out, form);
    print_dates(out, form);
    print_done(out, report);
    fputs("\n\n________________________________________\n", out);
    terminal_text(out, text(json_object_get(form, "agent"), "name"));
    fputs(", agente de registro\n", out);
}

void render_fraud(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    const json_t *form = json_object_get(result, "form");
    if (json_is_true(json_object_get(result, "print"))) {
        print_form(out, result);
        return;
    }
    fprintf(out, "Comunicado de fraude %lld, pedido ", number(result, "report"));
    terminal_text(out, text(result, "order"));
    fprintf(out, ": %s\n  ", words_fraud(text(result, "kind")));
    print_state(out, result);
    fputc('\n', out);
    line(out, "agente", text(result, "agent"));
    line(out, "o que houve", text(form, "description"));
    line(out, "como agiu", text(form, "modus"));
    line(out, "características", text(form, "physical"));
    print_done(out, result);
}
