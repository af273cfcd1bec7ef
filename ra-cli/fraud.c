/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fraud: one guided act (what will happen, step by step, then one signature), the comunicado for the AC, and
 * the record that it went.
 */
#include "pki/trust/signed.h"
#include "ra-cli/client.h"
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/moment.h"
#include "ra-cli/signing.h"
#include "ra-cli/terminal.h"

#include <stdlib.h>
#include <string.h>

enum { STATEMENT_LIFE_S = 86400, KEY_COMPROMISE = 1 };

/* By the office's hour, also on paper. */
static void moment(FILE *out, const char *instant)
{
    char at[MOMENT_SIZE];
    fputs(moment_long(instant, at), out);
}

static const char *role_name(const char *role)
{
    static const struct {
        const char *word, *name;
    } names[] = {{"holder", "titular"},
                 {"responsible", "responsável"},
                 {"representative", "representante"},
                 {"attorney", "procurador"},
                 {"interpreter", "intérprete"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].word, role) == 0)
            return names[i].name;
    return role;
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

static const char *kind_name(const char *kind)
{
    return strcmp(kind, "realised") == 0 ? "fraude consumada" : "tentativa de fraude";
}

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
                role_name(text(person, "role")), number(person, "documents"), number(person, "faces"));
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
    if (cli->json)
        return;
    FILE *out = cli_reading(cli, stderr);
    fputs("\nRelato de fraude. De uma vez só, ou nada:\n", out);
    show_stop(out, plan);
    show_list(out, arguments, plan);
    fputs("  3. O COMUNICADO DE FRAUDE fica pronto. Envie-o à AC até ", out);
    moment(out, text(plan, "due"));
    fputs(".\n", out);
    revoke_render_renewals(plan, out);
}

/* --- report --- */

/* As much of the description as a refusal's reason takes: whole characters, at most `size` - 1 bytes. */
static void write_reason(const char *kind, const char *description, char *reason, size_t size)
{
    const int written = snprintf(reason, size, "%s: %s", kind_name(kind), description);
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
    if (!signing_head(cli, plan, refusal ? STATEMENT_REFUSAL : STATEMENT_REVOCATION, STATEMENT_LIFE_S,
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

/* --- list, sent --- */

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
        terminal_column(out, kind_name(text(report, "kind")), 20);
        print_state(out, report);
        fputc('\n', out);
    }
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

/* --- the comunicado on paper --- */

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
        line(out, role_name(text(person, "role")), text(person, "name"));
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
    fprintf(out, ": %s\n  ", kind_name(text(result, "kind")));
    print_state(out, result);
    fputc('\n', out);
    line(out, "agente", text(result, "agent"));
    line(out, "o que houve", text(form, "description"));
    line(out, "como agiu", text(form, "modus"));
    line(out, "características", text(form, "physical"));
    print_done(out, result);
}
