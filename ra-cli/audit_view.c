/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the auditor reads: that an export, a proof or the signer's journal confers, and who waived what.
 */
#include "ra-cli/commands.h"
#include "ra-cli/fields.h"
#include "ra-cli/moment.h"
#include "ra-cli/terminal.h"

static void verified_case(FILE *out, const json_t *result)
{
    const long long events = number(result, "events");
    terminal_say(out, "A prova confere. Pedido ", text(result, "order"), ": ");
    if (events == 0)
        fprintf(out, "nenhum ato do certificado nos primeiros %lld eventos do registro.\n",
                number(result, "tree_size"));
    else
        fprintf(out,
                "%lld atos do certificado (validar, verificar, emitir, revogar), todos entre os primeiros "
                "%lld eventos do "
                "registro e como foram gravados.\n",
                events, number(result, "tree_size"));
    terminal_say(out, "Registro: ", text(result, "origin"), ", assinado pela chave dada.\n");
}

static void verified_export(FILE *out, const json_t *result)
{
    char made[MOMENT_SIZE];
    fprintf(out, "O registro confere: %lld eventos, do nº %lld até antes do nº %lld.\n",
            number(result, "events"), number(result, "first"), number(result, "after"));
    terminal_say(out, "  Registro: ", text(result, "origin"), "");
    fprintf(out,
            ", com %lld eventos ao todo. A chave dada assinou esse total, e os eventos\n"
            "  exportados são os dele: nenhum foi mudado, tirado ou trocado de lugar.\n",
            number(result, "tree_size"));
    fprintf(out, "  Dados pessoais: %lld eventos os trazem abertos; dos outros há só a prova.\n",
            number(result, "disclosed"));
    fprintf(out, "  Arquivos: %lld, os da lista assinada. Exportado em %s por:\n", number(result, "files"),
            moment_anywhere(text(result, "made_at"), made));
    terminal_say(out, "    ", text(result, "signer"), "\n");
    fputs(json_is_true(json_object_get(result, "signer_trusted"))
              ? "  O certificado de quem exportou vem de uma das raízes dadas.\n"
              : "  Quem exportou NÃO foi conferido: o certificado não vem de uma raiz dada (--ca ARQUIVO).\n",
          out);
}

/* Only what confers comes here: what does not is a refusal, with its reason. */
void render_audit_verified(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    if (json_object_get(result, "order") != NULL)
        verified_case(out, result);
    else
        verified_export(out, result);
}

void render_journal(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    fprintf(out,
            "O diário do assinador e o registro conferem: %lld pedidos à AC, %lld certificados confirmados, "
            "%lld no registro de %lld eventos.\n",
            number(result, "attempts"), number(result, "confirmed"), number(result, "logged"),
            number(result, "tree_size"));
    if (number(result, "kept_by_ac") > 0)
        fprintf(
            out,
            "Atenção: %lld certificado(s) que o assinador recusou não foram retirados pela AC. Confira com "
            "ela se estão revogados.\n",
            number(result, "kept_by_ac"));
}
void render_waivers(const struct cli *cli, const json_t *result, FILE *out)
{
    (void)cli;
    char at[MOMENT_SIZE];
    size_t index;
    json_t *one;
    if (json_array_size(json_object_get(result, "waivers")) == 0)
        fputs("Nenhuma dispensa neste período.\n", out);
    json_array_foreach(json_object_get(result, "waivers"), index, one)
    {
        terminal_column(out, moment_long(text(one, "at"), at), 18);
        terminal_column(out, text(one, "order"), 13);
        terminal_column(out, text(one, "rule"), 9);
        terminal_text(out, text(one, "reason"));
        fputs("\n    por ", out);
        terminal_text(out, text(one, "agent"));
        fputs(text(one, "confirmed_by")[0] == '\0' ? "; ainda sem confirmação\n" : "; confirmada por ", out);
        if (text(one, "confirmed_by")[0] != '\0') {
            terminal_text(out, text(one, "confirmed_by"));
            fputc('\n', out);
        }
    }
}
