/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A leaf of the dossier ("item|PFBR-01|holder|accepted|…") with each of its fields named. The leaf itself is
 * what is hashed; an unknown one is shown as it is, and so is a field that the table does not name.
 */
#include "ra-cli/leaf_view.h"

#include "ra-cli/terminal.h"
#include "ra-cli/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { FIELDS_MAX = 16, FIELD_SIZE = 1024 };

/* Labels in the order of the fields (ra-server/identification/dossier.c); "-" is a field that only ties the
 * leaf to a row, "" one that needs no label. */
static const struct {
    const char *type, *title;
    const char *labels[FIELDS_MAX];
} leaves[] = {
    {"item", "Item", {"", "", "", "motivo", "-"}},
    {"document",
     "Documento",
     {"-", "para o item", "de", "SHA-256", "espécie", "número", "emitido em", "vale até", "via",
      "original visto", "-", "órgão", "foto", "legível", "lados", "copiado de"}},
    {"consultation",
     "Consulta",
     {"", "de", "resultado", "base", "protocolo", "evidência", "registrada em", "-", "feita em", "registro",
      "formulário", "via vista"}},
    {"rules", "Regras do caso", {"versão"}},
    {"fact", "Resposta", {"-", "", ""}},
};

static const struct {
    const char *word, *name;
} words[] = {{"company", "empresa"},     {"accepted", "aceito"},       {"pending", "PENDENTE"},
             {"rejected", "REJEITADO"},  {"waived", "DISPENSADO"},     {"not_applicable", "não se aplica"},
             {"ok", "sem restrição"},    {"alert", "ALERTA"},          {"not_found", "NÃO ENCONTRADO"},
             {"conflict", "DIVERGENTE"}, {"unavailable", "fora do ar"}};

static const char *name_of(const char *label, const char *value)
{
    const bool yes_or_no =
        strcmp(label, "original visto") == 0 || strcmp(label, "foto") == 0 || strcmp(label, "legível") == 0;
    if (yes_or_no)
        return strcmp(value, "1") == 0 ? "sim" : "não";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, value) == 0)
            return words[i].name;
    return words_role(value);
}

static void field(FILE *out, const char *label, const char *value, bool *first)
{
    if (value[0] == '\0' || strcmp(label, "-") == 0)
        return;
    fputs(*first ? " " : ", ", out);
    fputs(label, out);
    fputs(label[0] == '\0' ? "" : " ", out);
    terminal_text(out, name_of(label, value));
    *first = false;
}

static void fields(FILE *out, const char *const labels[FIELDS_MAX], const char *rest)
{
    bool first = true;
    for (size_t at = 0; *rest != '\0'; at++) {
        char value[FIELD_SIZE];
        const size_t length = strcspn(rest, "|");
        (void)snprintf(value, sizeof value, "%.*s", (int)(length < sizeof value ? length : sizeof value - 1),
                       rest);
        field(out, at < FIELDS_MAX && labels[at] != NULL ? labels[at] : "", value, &first);
        rest += length;
        rest += *rest == '|';
    }
}

void leaf_show(FILE *out, const char *leaf)
{
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++) {
        const size_t length = strlen(leaves[i].type);
        if (strncmp(leaf, leaves[i].type, length) != 0 || leaf[length] != '|')
            continue;
        fprintf(out, "  %s", leaves[i].title);
        fields(out, leaves[i].labels, leaf + length + 1);
        fputc('\n', out);
        return;
    }
    fputs("  ", out);
    terminal_text(out, leaf);
    fputc('\n', out);
}
