/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identification/case_words.h"

#include <string.h>

struct word {
    const char *word;
    const char *label;
    const char *tone;
};

static struct words_state find(const struct word *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i].word, word) == 0)
            return (struct words_state){words[i].label, words[i].tone};
    return (struct words_state){word, ""};
}

#define FIND(table, word) find(table, sizeof(table) / sizeof *(table), word)

struct words_state words_of_item(const char *state, bool required)
{
    static const struct word words[] = {{"accepted", "aceito", "success"},
                                        {"rejected", "rejeitado", "danger"},
                                        {"waived", "dispensado", ""},
                                        {"pending", "falta", "warning"}};
    if (!required && strcmp(state, "pending") == 0)
        return (struct words_state){"opcional", ""};
    return FIND(words, state);
}

struct words_state words_of_identification(const char *state)
{
    static const struct word words[] = {{"open", "em identificação", ""},
                                        {"suspended", "suspenso por divergência", "danger"},
                                        {"validated", "validado pelo primeiro agente", "success"},
                                        {"verified", "conferido pelos dois agentes", "success"},
                                        {"returned", "devolvido para correção", "warning"},
                                        {"refused", "encerrado por recusa", "danger"}};
    return FIND(words, state);
}

const char *words_of_role(enum rules_role role)
{
    static const struct word words[] = {{"holder", "Titular", ""},
                                        {"responsible", "Responsável pela empresa", ""},
                                        {"representative", "Representante", ""},
                                        {"attorney", "Procurador", ""},
                                        {"interpreter", "Intérprete", ""},
                                        {"company", "Empresa", ""}};
    return FIND(words, rules_role_word(role)).label;
}

const char *words_of_sides(const char *sides)
{
    static const struct word words[] = {
        {"front", "frente", ""}, {"back", "verso", ""}, {"both", "frente e verso", ""}};
    return FIND(words, sides).label;
}

const char *words_of_result(const char *result)
{
    static const struct word words[] = {{"ok", "confere", ""},
                                        {"alert", "alerta", ""},
                                        {"not_found", "não encontrado", ""},
                                        {"conflict", "divergência", ""},
                                        {"unavailable", "base não respondeu", ""}};
    return FIND(words, result).label;
}
