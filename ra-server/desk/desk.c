/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk/desk.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *priority;
    const char *because;
} priorities[] = {
    {"80+", "80 anos ou mais, Lei 10.741/2003, art. 3º § 2º"},
    {"60+", "60 anos ou mais, Lei 10.741/2003, art. 3º"},
    {"pregnant", "gestante, Lei 10.048/2000"},
    {"infant", "com criança de colo, Lei 10.048/2000"},
    {"nursing", "lactante, Lei 10.048/2000"},
    {"disability", "pessoa com deficiência, Lei 10.048/2000"},
    {"autism", "pessoa com TEA, Lei 10.048/2000"},
    {"obesity", "pessoa com obesidade, Lei 10.048/2000"},
    {"mobility", "mobilidade reduzida, Lei 10.048/2000"},
    {"donor", "doador de sangue, Lei 14.626/2023"},
    {DESK_PRIORITY_RETURN, "volta com a correção pedida"},
};

static const char *because_of(const char *priority)
{
    for (size_t i = 0; i < sizeof priorities / sizeof *priorities; i++)
        if (strcmp(priorities[i].priority, priority) == 0)
            return priorities[i].because;
    return NULL;
}

bool desk_priority_known(const char *priority)
{
    return priority[0] == '\0' ||
           (because_of(priority) != NULL && strcmp(priority, DESK_PRIORITY_RETURN) != 0);
}

char *desk_ticket_text(TALLOC_CTX *context, const char *letter, int number)
{
    return talloc_asprintf(context, "%s%03d", letter, number);
}

void desk_call_sentence(const char *ticket, const char *priority, bool walk_in, bool by_choice,
                        char *sentence, size_t size)
{
    const char *because = because_of(priority);
    if (by_choice)
        snprintf(sentence, size, "%s chamado pelo agente.", ticket);
    else if (because != NULL)
        snprintf(sentence, size, "%s chamado com prioridade: %s.", ticket, because);
    else
        snprintf(sentence, size, "%s chamado pela ordem %s.", ticket,
                 walk_in ? "de chegada" : "da hora marcada");
}
