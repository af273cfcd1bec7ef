/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/words.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *state;
    const char *word;
} words[] = {
    {"none", "-"},
    {"pregnant", "gestante"},
    {"infant", "criança de colo"},
    {"nursing", "lactante"},
    {"disability", "deficiência"},
    {"autism", "TEA"},
    {"obesity", "obesidade"},
    {"mobility", "mobilidade reduzida"},
    {"donor", "doador de sangue"},
    {"return", "volta com correção"},
    {"ramp", "rampa"},
    {"libras", "Libras"},
    {"interpreter", "intérprete"},
    {"cash", "dinheiro"},
    {"card", "cartão"},
    {"pix", "Pix"},
    {"transfer", "transferência"},
    {"awaiting_payment", "a pagar"},
    {"paid", "pago"},
    {"refunded", "devolvido"},
    {"booked", "marcado"},
    {"cancelled", "cancelado"},
    {"kept", "compareceu"},
    {"missed", "faltou"},
    {"waiting", "esperando"},
    {"called", "em atendimento"},
    {"parked", "à parte"},
    {"finished", "atendido"},
    {"no_show", "não veio"},
    {"open", "aberta"},
    {"suspended", "suspensa"},
    {"validated", "validada, falta o segundo agente"},
    {"verified", "verificada"},
    {"returned", "devolvida para correção"},
    {"refused", "recusada"},
    {"ready", "pronta para emitir"},
    {"requested", "pedida à AC"},
    {"unknown", "sem resposta da AC"},
    {"failed", "recusada pela AC"},
    {"issued", "emitido"},
    {"delivered", "entregue"},
    {"revocation_requested", "revogação pedida"},
    {"revoked", "revogado"},
};

const char *words_state(const char *state)
{
    if (state == NULL)
        return "";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].state, state) == 0)
            return words[i].word;
    return state;
}

const char *words_act(const char *act)
{
    static const struct {
        const char *act, *word;
    } acts[] = {{"checkin", "a chegada"},
                {"call", "a chamada"},
                {"park", "a pausa"},
                {"reactivate", "a volta à fila"},
                {"transfer", "a devolução à fila"},
                {"noshow", "a falta"},
                {"finish", "o fim do atendimento"},
                {"priority", "a prioridade"}};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (strcmp(acts[i].act, act) == 0)
            return acts[i].word;
    return act;
}

const char *words_role(const char *role)
{
    static const struct {
        const char *role, *word;
    } roles[] = {{"holder", "titular"},
                 {"responsible", "responsável"},
                 {"representative", "representante"},
                 {"attorney", "procurador"},
                 {"interpreter", "intérprete"}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i].role, role) == 0)
            return roles[i].word;
    return role;
}

const char *words_fraud(const char *kind)
{
    return strcmp(kind, "realised") == 0 ? "fraude consumada" : "tentativa de fraude";
}
