/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "authorization/document.h"

#include "authorization/authorization.h"

static const char head[] =
    "# Quem pode o quê\n"
    "\n"
    "Feito de `ra-server/authorization/matrix.txt` e das rotas por `ninja -C build/release "
    "authorization_document`;\n"
    "não se edita à mão. O que não está aqui é recusado: papel ou canal errado, com 403; situação errada do "
    "caso, com\n"
    "409 e a razão `state-not-allowed`. Uma operação nova sem linha na matriz não compila.\n"
    "\n";

static char *append_roles(char *text)
{
    static const char *const where[] = {"", "no canal público", "no canal do balcão", "nos dois canais"};
    text = talloc_strdup_append(text, "## Papéis\n\n");
    for (size_t i = 0; i < authorization_table.role_count && text != NULL; i++) {
        const struct authorization_role *role = &authorization_table.roles[i];
        text = talloc_asprintf_append(text, "- **%s** (`%s`), %s\n", role->text, role->word,
                                      where[role->channels & 3]);
    }
    if (text == NULL)
        return NULL;
    return talloc_strdup_append(
        text, "\nO que é do visitante qualquer pessoa faz, sem se identificar. O titular entrou "
              "com o token ou o cookie\ndo seu pedido; os outros, com certificado e lista "
              "de agentes.\n\n");
}

static char *append_machines(char *text)
{
    text = talloc_strdup_append(text, "## Situações de um caso\n\n| Máquina | Situações |\n|---|---|\n");
    for (size_t m = 0; m < authorization_table.machine_count && text != NULL; m++) {
        const struct authorization_machine *machine = &authorization_table.machines[m];
        text = talloc_asprintf_append(text, "| %s (`%s`) |", machine->text, machine->word);
        for (size_t i = 0; i < machine->state_count && text != NULL; i++)
            text = talloc_asprintf_append(text, "%s %s (`%s`)", i > 0 ? ";" : "", machine->states[i].text,
                                          machine->states[i].word);
        text = text == NULL ? NULL : talloc_strdup_append(text, " |\n");
    }
    return text == NULL ? NULL : talloc_strdup_append(text, "\n");
}

/* --- operations --- */

static char *append_table_head(char *text)
{
    text = talloc_strdup_append(text, "## Operações\n\n| Operação | O que faz | Endereço | Canal |");
    for (size_t i = 0; i < authorization_table.role_count && text != NULL; i++)
        text = talloc_asprintf_append(text, " %s |", authorization_table.roles[i].text);
    text = text == NULL ? NULL : talloc_strdup_append(text, " Situações |\n|---|---|---|---|");
    for (size_t i = 0; i < authorization_table.role_count && text != NULL; i++)
        text = talloc_strdup_append(text, ":-:|");
    return text == NULL ? NULL : talloc_strdup_append(text, "---|\n");
}

static char *append_restriction(char *text, const struct authorization_machine *machine, uint32_t allowed,
                                const char *joint)
{
    text = talloc_asprintf_append(text, "%s%s:", joint, machine->text);
    bool first = true;
    for (size_t i = 0; i < machine->state_count && text != NULL; i++) {
        if ((allowed >> i & 1) == 0)
            continue;
        text = talloc_asprintf_append(text, "%s *%s*", first ? "" : ",", machine->states[i].text);
        first = false;
    }
    return text;
}

static char *append_states(char *text, const struct authorization_row *row)
{
    bool restricted = false;
    if (!row->on_case)
        return talloc_strdup_append(text, "não abre um caso");
    for (size_t i = 0; i < authorization_table.machine_count && text != NULL; i++) {
        if (row->states[i] == AUTHORIZATION_ANY)
            continue;
        text = append_restriction(text, &authorization_table.machines[i], row->states[i],
                                  restricted ? "; " : "");
        restricted = true;
    }
    return restricted || text == NULL ? text : talloc_strdup_append(text, "qualquer uma");
}

static char *append_row(char *text, const struct http_route *route)
{
    static const char *const channels[] = {"", "público", "balcão", "público, balcão"};
    const struct authorization_row *row = authorization_row(route->operation);
    if (row == NULL)
        return text;
    text = talloc_asprintf_append(text, "| `%s` | %s | %s `%s` | %s |", route->operation, route->summary,
                                  http_method_name(route->method),
                                  route->api_path != NULL ? route->api_path : route->page_path,
                                  channels[row->channels & 3]);
    for (size_t i = 0; i < authorization_table.role_count && text != NULL; i++)
        text = talloc_strdup_append(text, (row->roles >> i & 1) != 0 ? " sim |" : " não |");
    text = text == NULL ? NULL : talloc_strdup_append(text, " ");
    text = text == NULL ? NULL : append_states(text, row);
    return text == NULL ? NULL : talloc_strdup_append(text, " |\n");
}

char *authorization_document(TALLOC_CTX *context, const struct route_table *tables, size_t table_count)
{
    char *text = talloc_strdup(context, head);
    text = text == NULL ? NULL : append_roles(text);
    text = text == NULL ? NULL : append_machines(text);
    text = text == NULL ? NULL : append_table_head(text);
    for (size_t t = 0; t < table_count; t++) {
        for (size_t i = 0; i < tables[t].count && text != NULL; i++)
            text = append_row(text, &tables[t].routes[i]);
    }
    return text;
}
