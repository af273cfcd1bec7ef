/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/acts.h"

#include "ra-cli/screen/keys.h"

#include <stdio.h>
#include <string.h>

#define END                                                                                                  \
    {                                                                                                        \
        NULL, NULL, FORM_TEXT, false, SOURCE_TEXT, NULL                                                      \
    }
static const struct act_field order_fields[] = {
    {"Produto", NULL, FORM_CHOICE, true, SOURCE_PRODUCTS, ""},
    {"CPF", "cpf", FORM_CPF, true, SOURCE_TEXT, ""},
    {"Nascimento", "birth-date", FORM_DATE, true, SOURCE_TEXT, ""},
    {"Nome", "name", FORM_TEXT, true, SOURCE_TEXT, ""},
    {"E-mail", "email", FORM_TEXT, true, SOURCE_TEXT, ""},
    {"Telefone", "phone", FORM_TEXT, true, SOURCE_TEXT, ""},
    {"Nome social", "social-name", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"CNPJ", "cnpj", FORM_CNPJ, false, SOURCE_TEXT, ""},
    {"Empresa", "company-name", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Estado", "company-uf", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Cidade", "company-city", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field arrival_fields[] = {
    {"Prioridade", "priority", FORM_CHOICE, false, SOURCE_PRIORITIES, "=sem prioridade"},
    {"Sem hora marcada", "", FORM_CHOICE, false, SOURCE_TEXT, "=não;walk-in=sim"},
    END};
static const struct act_field joining_fields[] = {
    {"Quem chegou", "person", FORM_CHOICE, true, SOURCE_PEOPLE, ""}, END};
static const struct act_field document_fields[] = {
    {"Arquivo", NULL, FORM_CHOICE, true, SOURCE_FILES, ""},
    {"Espécie", "kind", FORM_CHOICE, true, SOURCE_KINDS, ""},
    {"Emissão", "issued", FORM_DATE, false, SOURCE_TEXT, ""},
    {"Validade", "expires", FORM_DATE, false, SOURCE_TEXT, ""},
    {"Número", "number", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Via", "via", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Órgão", "issuer", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Original visto", "", FORM_CHOICE, false, SOURCE_TEXT, "original-seen=sim;=não"},
    {"Com foto", "", FORM_CHOICE, false, SOURCE_TEXT, "=sim;no-photo=não"},
    {"Nítido", "", FORM_CHOICE, false, SOURCE_TEXT, "=sim;not-legible=não"},
    {"Girar", "rotate", FORM_CHOICE, false, SOURCE_TEXT, "=não;90=90°;180=180°;270=270°"},
    END};
static const struct act_field consult_fields[] = {
    {"Base", NULL, FORM_CHOICE, true, SOURCE_BASES,
     "cnh=CNH;cpf=CPF;cnpj=CNPJ;neglist=lista negativa;psbio=PSBio"},
    {"Resultado", "result", FORM_CHOICE, false, SOURCE_TEXT,
     "ok=confere;alert=alerta;not_found=não encontrado;conflict=diverge;unavailable=fora do ar;"
     "=perguntar à base ligada"},
    {"Protocolo", "protocol", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Registro", "registration", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Formulário", "form-number", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Via vista", "via-seen", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field item_reason_fields[] = {
    {"Motivo", "reason", FORM_CHOICE, true, SOURCE_REASONS, ""}, END};
static const struct act_field reason_fields[] = {{"Motivo", "reason", FORM_TEXT, true, SOURCE_TEXT, ""}, END};
static const struct act_field answer_fields[] = {{"Resposta", NULL, FORM_CHOICE, true, SOURCE_ANSWERS, ""},
                                                 END};
static const struct act_field person_fields[] = {
    {"Papel", NULL, FORM_CHOICE, true, SOURCE_TEXT,
     "representative=representante;attorney=procurador;interpreter=intérprete"},
    {"CPF", "cpf", FORM_CPF, true, SOURCE_TEXT, ""},
    {"Nascimento", "birth-date", FORM_DATE, true, SOURCE_TEXT, ""},
    {"Nome", "name", FORM_TEXT, true, SOURCE_TEXT, ""},
    {"E-mail", "email", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Telefone", "phone", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field leaving_fields[] = {{"Quem sai", NULL, FORM_CHOICE, true, SOURCE_PEOPLE, ""},
                                                  END};
static const struct act_field pay_fields[] = {
    {"Meio", "method", FORM_CHOICE, true, SOURCE_TEXT,
     "pix=Pix;card=cartão;cash=dinheiro;transfer=transferência;voucher=voucher"},
    {"Comprovante", "reference", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field note_fields[] = {{"Nota", NULL, FORM_TEXT, true, SOURCE_TEXT, ""}, END};
static const struct act_field contact_fields[] = {{"E-mail", "email", FORM_TEXT, false, SOURCE_TEXT, ""},
                                                  {"Telefone", "phone", FORM_TEXT, false, SOURCE_TEXT, ""},
                                                  END};
static const struct act_field resend_fields[] = {
    {"Mensagem", NULL, FORM_CHOICE, true, SOURCE_TEXT,
     "confirmation=confirmação do e-mail;invitation=convite da sessão;emission=link da emissão"},
    END};
static const struct act_field slot_fields[] = {{"Horário", NULL, FORM_CHOICE, true, SOURCE_SLOTS, ""},
                                               {"Com o pedido", "with", FORM_TEXT, false, SOURCE_TEXT, ""},
                                               END};
static const struct act_field waiting_fields[] = {{"Até o dia", "until", FORM_DATE, true, SOURCE_TEXT, ""},
                                                  {"Desde o dia", "from", FORM_DATE, false, SOURCE_TEXT, ""},
                                                  END};
static const struct act_field validate_fields[] = {
    {"CSR do titular", "bind-csr", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Cópia do termo", "term", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field file_fields[] = {{"Arquivo", NULL, FORM_CHOICE, true, SOURCE_FILES, ""}, END};
static const struct act_field reuse_fields[] = {{"Outro pedido", NULL, FORM_TEXT, true, SOURCE_TEXT, ""},
                                                END};
static const struct act_field revoke_fields[] = {
    {"Motivo", "reason", FORM_CHOICE, true, SOURCE_TEXT,
     "0=não especificado;1=chave comprometida;3=mudança de dados;4=substituído;5=encerrou atividades;"
     "9=perda de direito"},
    END};
static const struct act_field priority_fields[] = {
    {"Prioridade", NULL, FORM_CHOICE, true, SOURCE_PRIORITIES, "none=sem prioridade"}, END};
static const struct act_field needs_fields[] = {
    {"Precisa de", NULL, FORM_CHOICE, false, SOURCE_TEXT,
     "ramp=rampa;libras=Libras;interpreter=intérprete;=nada disso"},
    END};
static const struct act_field transfer_fields[] = {
    {"Para o agente", "to", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Para o guichê", "desk", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field park_fields[] = {
    {"Motivo", "reason", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Volta em, minutos", "minutes", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field take_fields[] = {
    {"Série do token", NULL, FORM_TEXT, true, SOURCE_TEXT, ""},
    {"Modelo, se é dele", "own", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field deliver_fields[] = {
    {"Série do token", NULL, FORM_TEXT, true, SOURCE_TEXT, ""},
    {"Recibo em papel", "paper", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field defective_fields[] = {
    {"Série do token", NULL, FORM_TEXT, true, SOURCE_TEXT, ""},
    {"Defeito", "reason", FORM_TEXT, true, SOURCE_TEXT, ""},
    END};
static const struct act_field give_back_fields[] = {
    {"Série do token", NULL, FORM_TEXT, true, SOURCE_TEXT, ""},
    {"Motivo", "reason", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field count_fields[] = {
    {"Séries na gaveta", NULL, FORM_WORDS, false, SOURCE_TEXT, ""},
    {"Ou o arquivo delas", "file", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field receive_fields[] = {
    {"Modelo", NULL, FORM_TEXT, true, SOURCE_TEXT, ""},
    {"Séries", NULL, FORM_WORDS, false, SOURCE_TEXT, ""},
    {"Ou o arquivo delas", "file", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Nota fiscal", "reason", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field print_fields[] = {
    {"Papel", NULL, FORM_CHOICE, true, SOURCE_TEXT, "ticket=senha;missing=lista do que falta;receipt=recibo"},
    END};
static const struct act_field close_fields[] = {
    {"Dinheiro no caixa", "cash", FORM_MONEY, true, SOURCE_TEXT, ""},
    {"Motivo da diferença", "reason", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};
static const struct act_field receipt_fields[] = {{"Arquivo", "o", FORM_TEXT, true, SOURCE_TEXT, ""}, END};
static const struct act_field task_fields[] = {
    {"Número da tarefa", NULL, FORM_TEXT, true, SOURCE_TEXT, ""},
    {"O que foi feito", "outcome", FORM_TEXT, true, SOURCE_TEXT, ""},
    END};
static const struct act_field handover_fields[] = {{"Nota", NULL, FORM_TEXT, true, SOURCE_TEXT, ""}, END};
static const struct act_field outage_fields[] = {
    {"O que caiu", NULL, FORM_CHOICE, true, SOURCE_TEXT,
     "ac=a AC;psbio=PSBio;cpf=Receita CPF;cnpj=Receita CNPJ;cnh=CNH;neglist=lista negativa"},
    END};
static const struct act_field fraud_fields[] = {
    {"O que houve", "description", FORM_TEXT, true, SOURCE_TEXT, ""},
    {"Espécie", "kind", FORM_CHOICE, true, SOURCE_TEXT, "attempt=tentativa;realised=consumada"},
    {"Como agiu", "modus", FORM_TEXT, false, SOURCE_TEXT, ""},
    {"Aparência", "physical", FORM_TEXT, false, SOURCE_TEXT, ""},
    END};

#define VERB(key, places, verb, label, help, rank)                                                           \
    {                                                                                                        \
        key, places, ACT_VERB, verb, SUBJECT_NONE, "", NULL, NULL, NULL, NULL, label, help, rank             \
    }
#define RUN(key, places, subject, command, label, help, rank)                                                \
    {                                                                                                        \
        key, places, ACT_RUN, VERB_NONE, subject, command, NULL, NULL, NULL, NULL, label, help, rank         \
    }
#define FORM(key, places, subject, command, fields, label, help, rank)                                       \
    {                                                                                                        \
        key, places, ACT_FORM, VERB_NONE, subject, command, fields, NULL, NULL, NULL, label, help, rank      \
    }
#define SHOW(key, places, subject, command, label, help, rank)                                               \
    {                                                                                                        \
        key, places, ACT_SHOW, VERB_NONE, subject, command, NULL, NULL, NULL, NULL, label, help, rank        \
    }

const struct screen_act screen_acts[] = {
    VERB(SCREEN_ENTER, ACT_IN_QUEUE | ACT_IN_INBOX, VERB_OPEN, "abrir", "Abre o caso escolhido.", 1),
    VERB(SCREEN_ENTER, ACT_IN_CASE, VERB_ITEM, "fazer item",
         "Faz o que o item pede (documento, consulta, pergunta ou aceite) e segue para o próximo.", 1),
    RUN('n', ACT_ANYWHERE, SUBJECT_NONE, "call", "próximo", "Chama o próximo da fila.", 2),
    FORM('i', ACT_IN_QUEUE | ACT_IN_CASE, SUBJECT_ORDER, "checkin", arrival_fields, "chegada",
         "Registra a chegada, com a prioridade, mesmo sem hora marcada.", 3),
    RUN('k', ACT_IN_QUEUE | ACT_IN_CASE, SUBJECT_ORDER, "call", "chamar", "Chama este caso.", 4),
    RUN('a', ACT_IN_CASE, SUBJECT_ITEM, "item accept", "aceitar", "Aceita o item.", 2),
    FORM('r', ACT_IN_CASE, SUBJECT_ITEM, "item reject", item_reason_fields, "rejeitar",
         "Rejeita o item, com o motivo.", 2),
    {'d', ACT_IN_CASE, ACT_FORM, VERB_NONE, SUBJECT_ITEM, "document add", document_fields, NULL,
     "item accept", "issued", "documento",
     "Inclui o documento que está na pasta do scanner; Enter também aceita o item, F2 só inclui.", 2},
    {'c', ACT_IN_CASE, ACT_FORM, VERB_NONE, SUBJECT_ITEM, "consult", consult_fields, NULL, NULL, "protocol",
     "consulta", "Registra a consulta a uma base, ou pergunta à base ligada.", 2},
    RUN('b', ACT_IN_CASE, SUBJECT_ITEM, "item reopen", "reabrir", "Reabre o item.", 0),
    FORM('z', ACT_IN_CASE, SUBJECT_ITEM, "item waive", reason_fields, "dispensar",
         "Dispensa o item, onde uma regra permite.", 0),
    VERB('f', ACT_IN_CASE, VERB_FACTS, "perguntas",
         "Vai às perguntas que mudam a lista, a primeira sem resposta.", 4),
    FORM('+', ACT_IN_CASE, SUBJECT_ORDER, "person add", person_fields, "pessoa", "Inclui uma pessoa no caso.",
         0),
    FORM('-', ACT_IN_CASE, SUBJECT_ORDER, "person remove", leaving_fields, "tirar pessoa",
         "Tira uma pessoa do caso.", 0),
    FORM('j', ACT_IN_CASE, SUBJECT_ORDER, "checkin", joining_fields, "chegou também",
         "Registra a chegada de mais alguém do caso.", 0),
    RUN('e', ACT_IN_CASE, SUBJECT_ORDER, "finish", "encerrar", "Encerra o atendimento.", 3),
    RUN('v', ACT_IN_CASE, SUBJECT_ORDER, "validate", "validar",
        "Primeiro agente: mostra tudo o que será assinado e assina.", 3),
    FORM('V', ACT_IN_CASE, SUBJECT_ORDER, "validate", validate_fields, "validar com CSR",
         "Valida para um CSR que o titular trouxe, ou guardando cópia do termo.", 0),
    RUN('y', ACT_IN_CASE | ACT_IN_INBOX, SUBJECT_ORDER, "verify", "conferir",
        "Segundo agente: confere, mostra tudo o que será assinado e assina.", 3),
    FORM('t', ACT_IN_CASE | ACT_IN_INBOX, SUBJECT_ORDER, "return", reason_fields, "devolver",
         "Segundo agente: devolve para correção.", 4),
    FORM('R', ACT_IN_CASE, SUBJECT_ORDER, "refuse", reason_fields, "recusar",
         "Encerra o caso, assinando a recusa.", 0),
    RUN('s', ACT_IN_CASE, SUBJECT_ORDER, "park", "à parte", "Deixa o atendimento à parte.", 4),
    FORM('S', ACT_IN_CASE, SUBJECT_ORDER, "park", park_fields, "à parte até",
         "Deixa à parte, com o motivo e a hora de voltar.", 0),
    FORM('*', ACT_IN_QUEUE | ACT_IN_CASE, SUBJECT_ORDER, "priority", priority_fields, "prioridade",
         "Declara ou muda a prioridade da lei, sem pedir prova do que não se vê.", 6),
    FORM('=', ACT_IN_QUEUE | ACT_IN_CASE, SUBJECT_ORDER, "needs", needs_fields, "precisa de",
         "Diz se a pessoa precisa de rampa, Libras ou intérprete.", 0),
    FORM('>', ACT_IN_QUEUE | ACT_IN_CASE, SUBJECT_ORDER, "transfer", transfer_fields, "passar",
         "Devolve à fila, no mesmo lugar, para outro agente ou um guichê.", 0),
    RUN('<', ACT_IN_QUEUE | ACT_IN_CASE, SUBJECT_ORDER, "reactivate", "volta à fila",
        "Põe de volta na fila quem estava à parte, ausente ou com outro agente.", 0),
    RUN('f', ACT_IN_QUEUE, SUBJECT_ORDER, "noshow", "não veio", "Registra que a pessoa não veio.", 5),
    RUN('N', ACT_IN_CASE, SUBJECT_ORDER, "noshow", "não veio", "Registra que a pessoa não veio.", 0),
    RUN('u', ACT_IN_QUEUE | ACT_IN_CASE, SUBJECT_ORDER, "undo", "desfazer",
        "Desfaz o último ato do balcão neste caso.", 5),
    FORM('p', ACT_IN_CASE, SUBJECT_ORDER, "pay", pay_fields, "pagar", "Registra o pagamento no balcão.", 5),
    FORM('m', ACT_IN_CASE, SUBJECT_ORDER, "note", note_fields, "nota", "Anota algo no caso.", 5),
    SHOW('l', ACT_IN_CASE, SUBJECT_ORDER, "missing", "o que falta", "Mostra o que a pessoa deve trazer.", 5),
    SHOW('h', ACT_IN_CASE | ACT_IN_QUEUE | ACT_IN_INBOX, SUBJECT_ORDER, "show", "história",
         "Mostra o caso inteiro, com notas e linha do tempo.", 6),
    SHOW('g', ACT_IN_CASE, SUBJECT_ORDER, "checklist", "lista toda",
         "Mostra a lista de itens com fontes e porquês.", 0),
    FORM('w', ACT_ANYWHERE, SUBJECT_NONE, "order new", order_fields, "pedido novo",
         "Abre um pedido no balcão, para quem chega sem nada.", 4),
    FORM('M', ACT_IN_CASE, SUBJECT_ORDER, "book", slot_fields, "marcar", "Marca a sessão.", 0),
    FORM('U', ACT_IN_CASE, SUBJECT_ORDER, "move", slot_fields, "remarcar", "Remarca a sessão.", 0),
    FORM('A', ACT_IN_CASE, SUBJECT_ORDER, "waiting join", waiting_fields, "lista de espera",
         "Põe o pedido na lista de espera por um horário que alguém devolva.", 0),
    RUN('I', ACT_IN_CASE, SUBJECT_ORDER, "waiting leave", "sair da espera",
        "Tira o pedido da lista de espera.", 0),
    SHOW('o', ACT_IN_CASE, SUBJECT_ORDER, "open", "página",
         "O endereço da página do caso: documentos e face lado a lado.", 0),
    SHOW('H', ACT_ANYWHERE, SUBJECT_NONE, "agenda", "agenda",
         "A agenda de hoje: horários, faixas, quem está ausente.", 0),
    SHOW('Y', ACT_ANYWHERE, SUBJECT_NONE, "agenda conflicts", "sem horário",
         "Quem ficou sem horário por uma mudança da agenda, e como falar com cada um.", 0),
    SHOW('v', ACT_IN_QUEUE, SUBJECT_NONE, "revocations", "revogações",
         "As revogações em curso e o prazo de cada uma.", 0),
    SHOW('g', ACT_IN_QUEUE, SUBJECT_NONE, "clock", "relógio",
         "A hora prometida: os casos de hoje e as medidas.", 0),
    RUN('C', ACT_IN_CASE, SUBJECT_ORDER, "cancel", "desmarcar", "Desmarca a sessão.", 0),
    FORM('@', ACT_IN_CASE, SUBJECT_ORDER, "contact", contact_fields, "contato", "Corrige e-mail ou telefone.",
         0),
    FORM('E', ACT_IN_CASE, SUBJECT_ORDER, "resend", resend_fields, "reenviar", "Manda o e-mail de novo.", 0),
    FORM('T', ACT_IN_CASE, SUBJECT_ORDER, "term paper", file_fields, "termo em papel",
         "Guarda o termo que o titular assinou no papel.", 0),
    FORM('J', ACT_IN_CASE, SUBJECT_ORDER, "reuse", reuse_fields, "aproveitar",
         "Aproveita o que as mesmas pessoas mostraram hoje em outro pedido.", 0),
    FORM('X', ACT_IN_CASE, SUBJECT_ORDER, "revoke", revoke_fields, "revogar", "Assina o pedido de revogação.",
         0),
    FORM('!', ACT_IN_CASE, SUBJECT_ORDER, "fraud report", fraud_fields, "fraude",
         "Relata fraude ou tentativa: para o caso e abre o comunicado.", 0),
    FORM('F', ACT_IN_CASE, SUBJECT_QUESTION, "fact", answer_fields, "responder",
         "Responde a pergunta escolhida.", 0),
    FORM('K', ACT_IN_CASE, SUBJECT_ORDER_LAST, "token take", take_fields, "token",
         "Põe um token na mesa para este caso.", 6),
    FORM('B', ACT_IN_CASE, SUBJECT_NONE, "token defective", defective_fields, "token ruim",
         "Registra o defeito do token; antes da emissão o caso recomeça com o próximo.", 0),
    FORM('G', ACT_IN_CASE, SUBJECT_ORDER_LAST, "token deliver", deliver_fields, "entregar token",
         "Entrega o token, com o recibo assinado.", 0),
    FORM('#', ACT_IN_CASE, SUBJECT_ORDER, "token receipt", receipt_fields, "recibo do token",
         "Guarda num arquivo o recibo do token, para o titular assinar.", 0),
    FORM('Z', ACT_IN_CASE | ACT_IN_QUEUE, SUBJECT_NONE, "token return", give_back_fields, "devolver token",
         "Devolve o token da mesa ao estoque, ou do estoque para fora.", 0),
    FORM('c', ACT_IN_QUEUE | ACT_IN_INBOX, SUBJECT_NONE, "token count", count_fields, "contar tokens",
         "Registra as séries que estão na gaveta; muitas vêm de um arquivo, uma por linha.", 7),
    FORM('r', ACT_IN_QUEUE, SUBJECT_NONE, "token receive", receive_fields, "receber tokens",
         "Recebe tokens do fornecedor no estoque.", 0),
    SHOW('l', ACT_IN_QUEUE, SUBJECT_NONE, "token list", "tokens", "Os tokens da casa e onde está cada um.",
         0),
    SHOW('b', ACT_IN_QUEUE, SUBJECT_NONE, "token balance", "livro",
         "O livro dos tokens, a contagem e a diferença.", 0),
    FORM('P', ACT_IN_CASE, SUBJECT_ORDER, "print", print_fields, "imprimir",
         "Imprime senha, lista do que falta ou recibo.", 6),
    SHOW('d', ACT_IN_QUEUE | ACT_IN_INBOX, SUBJECT_NONE, "day show", "o dia",
         "O dia: aberto, por conferir, por entregar, dinheiro, e-mails que voltaram, amanhã.", 6),
    FORM('D', ACT_IN_QUEUE | ACT_IN_INBOX, SUBJECT_NONE, "day close", close_fields, "fechar o dia",
         "Fecha o dia: confere o caixa, mostra o fechamento e assina.", 7),
    FORM('R', ACT_IN_QUEUE | ACT_IN_INBOX, SUBJECT_NONE, "day reopen", reason_fields, "reabrir o dia",
         "Reabre o dia já fechado, com o motivo.", 0),
    FORM('o', ACT_IN_QUEUE | ACT_IN_INBOX, SUBJECT_NONE, "handover", handover_fields, "passagem",
         "Deixa uma nota para o próximo turno.", 7),
    FORM('O', ACT_ANYWHERE, SUBJECT_NONE, "outage start", outage_fields, "queda",
         "A AC ou uma base caiu: põe à parte os casos em mãos e avisa quem está marcado hoje.", 0),
    FORM('W', ACT_ANYWHERE, SUBJECT_NONE, "outage end", outage_fields, "voltou", "O que tinha caído voltou.",
         0),
    VERB('x', ACT_ANYWHERE, VERB_SWAP, "trocar",
         "Troca o caso em mãos pelo que ficou ao lado (o de quem telefona).", 2),
    VERB('/', ACT_ANYWHERE, VERB_FIND, "procurar", "Procura qualquer caso, enquanto se digita.", 2),
    VERB('1', ACT_ANYWHERE, VERB_QUEUE, "fila", "A fila do dia.", 7),
    VERB('2', ACT_ANYWHERE, VERB_INBOX, "conferir", "Os casos que esperam o segundo agente.", 7),
    SHOW('q', ACT_ANYWHERE, SUBJECT_NONE, "tasks", "tarefas", "Tarefas abertas, com prazo.", 0),
    FORM('t', ACT_IN_QUEUE, SUBJECT_NONE, "task close", task_fields, "encerrar tarefa",
         "Encerra uma tarefa, pelo número que a lista mostra, com o que foi feito.", 0),
    VERB('L', ACT_ANYWHERE, VERB_LOCK, "trancar",
         "Apaga a tela e tira a chave da memória; a senha abre de novo.", 6),
    VERB('?', ACT_ANYWHERE, VERB_HELP, "ajuda", "Todas as teclas.", 1),
    VERB('Q', ACT_ANYWHERE, VERB_LEAVE, "sair", "Sai do balcão.", 8),
    {0, 0, ACT_VERB, VERB_NONE, SUBJECT_NONE, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0},
};

const struct screen_act *act_of_key(int key, enum act_place place)
{
    for (const struct screen_act *act = screen_acts; act->key != 0; act++)
        if (act->key == key && (act->places & (unsigned)place) != 0)
            return act;
    return NULL;
}

const char *act_key_name(int key, char name[8])
{
    if (key == SCREEN_ENTER)
        return "Enter";
    snprintf(name, 8, "%c", key < 0x80 ? key : '?');
    return name;
}
