/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "day/day.h"

#include <stdio.h>
#include <string.h>

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value == NULL ? "" : value;
}

int64_t day_recorded_cash(const json_t *facts)
{
    size_t index;
    json_t *one;
    json_array_foreach(json_object_get(facts, "money"), index, one)
    {
        if (strcmp(text(one, "method"), "cash") == 0)
            return json_integer_value(json_object_get(one, "cents"));
    }
    return 0;
}

static int64_t difference(const json_t *facts, const struct day_counted *counted)
{
    return counted->cash_cents - day_recorded_cash(facts);
}

/* NULL: nothing to explain. A house without tokens needs no count. */
static const char *tokens_problem(const json_t *facts)
{
    const json_t *tokens = json_object_get(facts, "tokens");
    if (!json_is_integer(json_object_get(tokens, "counted")))
        return json_integer_value(json_object_get(tokens, "house")) == 0
                   ? NULL
                   : "os tokens não foram contados hoje";
    if (json_array_size(json_object_get(tokens, "missing")) > 0)
        return "faltam tokens na gaveta";
    if (json_array_size(json_object_get(tokens, "unexpected")) > 0)
        return "há tokens a mais na gaveta";
    return json_integer_value(json_object_get(tokens, "later")) == 0
               ? NULL
               : "um token mudou de lugar depois da contagem";
}

bool day_is_closed(const json_t *facts)
{
    const json_t *closings = json_object_get(facts, "closings");
    size_t count = json_array_size(closings);
    return count > 0 && !json_is_object(json_object_get(json_array_get(closings, count - 1), "reopened"));
}

bool day_may_close(const json_t *facts, const struct day_counted *counted, struct ra_error *error)
{
    const int64_t cents = difference(facts, counted);
    const char *tokens = tokens_problem(facts);
    if (counted->reason[0] != '\0' || (cents == 0 && tokens == NULL))
        return true;
    if (cents == 0)
        return ra_fail_reason(error, RA_RULE_REFUSED, "tokens-uncounted",
                              "Não fecha: %s. Conte, ou diga o motivo.", tokens);
    const int64_t size = cents < 0 ? -cents : cents;
    return ra_fail_reason(error, RA_RULE_REFUSED, "difference-unexplained",
                          "%s R$ %lld,%02lld no caixa: confira, ou diga o motivo.",
                          cents < 0 ? "Faltam" : "Sobram", (long long)(size / 100), (long long)(size % 100));
}

/* --- the text --- */

static void money_line(char **to, const char *label, int64_t cents)
{
    const int64_t size = cents < 0 ? -cents : cents;
    if (*to != NULL)
        *to = talloc_asprintf_append(*to, "%s: %sR$ %lld,%02lld\n", label, cents < 0 ? "-" : "",
                                     (long long)(size / 100), (long long)(size % 100));
}

/* "Sem conferência: 2 (AAAA, BBBB)" */
static void list_line(char **to, const char *label, const json_t *list, const char *member)
{
    size_t index;
    json_t *one;
    if (*to != NULL)
        *to = talloc_asprintf_append(*to, "%s: %zu", label, json_array_size(list));
    json_array_foreach(list, index, one)
    {
        if (*to != NULL)
            *to = talloc_asprintf_append(*to, "%s%s", index == 0 ? " (" : ", ", text(one, member));
    }
    if (*to != NULL)
        *to = talloc_strdup_append(*to, index > 0 ? ")\n" : "\n");
}

static const char *method_name(const char *method)
{
    static const struct {
        const char *method, *name;
    } names[] = {{"cash", "dinheiro"},
                 {"card", "cartão"},
                 {"pix", "Pix"},
                 {"transfer", "transferência"},
                 {"voucher", "voucher"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].method, method) == 0)
            return names[i].name;
    return method;
}

static void tokens_lines(char **to, const json_t *facts)
{
    const json_t *tokens = json_object_get(facts, "tokens");
    if (*to != NULL)
        *to = talloc_asprintf_append(*to, "Tokens na casa: %lld, com defeito: %lld\n",
                                     (long long)json_integer_value(json_object_get(tokens, "house")),
                                     (long long)json_integer_value(json_object_get(tokens, "defective")));
    const char *problem = tokens_problem(facts);
    if (*to != NULL)
        *to = talloc_asprintf_append(*to, "Diferença de tokens: %s\n", problem == NULL ? "nenhuma" : problem);
}

static void money_lines(char **to, const json_t *facts, const struct day_counted *counted)
{
    size_t index;
    json_t *one;
    json_array_foreach(json_object_get(facts, "money"), index, one)
    {
        char label[96];
        (void)snprintf(label, sizeof label, "Recebido em %s (%lld)", method_name(text(one, "method")),
                       (long long)json_integer_value(json_object_get(one, "count")));
        money_line(to, label, json_integer_value(json_object_get(one, "cents")));
    }
    tokens_lines(to, facts);
    money_line(to, "Dinheiro contado no caixa", counted->cash_cents);
    money_line(to, "Diferença", difference(facts, counted));
    if (*to != NULL && counted->reason[0] != '\0')
        *to = talloc_asprintf_append(*to, "Motivo: %s\n", counted->reason);
}

char *day_closing_text(TALLOC_CTX *context, const char *office, const char *day, const char *agent,
                       const json_t *facts, const struct day_counted *counted)
{
    const json_t *tomorrow = json_object_get(facts, "tomorrow");
    char *to =
        talloc_asprintf(context, "guiche-day-closing-v1\nUnidade: %s\nDia: %s\nAgente: %s\nAtendidos: %lld\n",
                        office, day, agent, (long long)json_integer_value(json_object_get(facts, "served")));
    list_line(&to, "Atendimentos em aberto", json_object_get(facts, "open"), "order");
    list_line(&to, "Marcados sem chegada nem falta", json_object_get(facts, "absent"), "order");
    list_line(&to, "À espera do segundo agente", json_object_get(facts, "unverified"), "order");
    list_line(&to, "Aprovados sem certificado", json_object_get(facts, "undelivered"), "order");
    list_line(&to, "E-mails que voltaram", json_object_get(facts, "bounced"), "order");
    list_line(&to, "Quedas", json_object_get(facts, "outages"), "what");
    money_lines(&to, facts, counted);
    if (to != NULL)
        to = talloc_asprintf_append(to, "Próximo dia: %s, %lld marcados, %lld vagas livres\n",
                                    text(tomorrow, "day"),
                                    (long long)json_integer_value(json_object_get(tomorrow, "booked")),
                                    (long long)json_integer_value(json_object_get(tomorrow, "free")));
    return to;
}
