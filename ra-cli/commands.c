/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of commands: parser, help and manual are made from it.
 */
#include "ra-cli/commands.h"

#define END                                                                                                  \
    {                                                                                                        \
        NULL, NULL, false, false                                                                             \
    }

static const struct cli_option queue_options[] = {{"date", "AAAA-MM-DD", false, false}, END};
static const struct cli_option order_options[] = {
    {"name", "NOME", true, false},
    {"cpf", "CPF", true, false},
    {"birth-date", "DD/MM/AAAA", true, false},
    {"email", "E-MAIL", true, false},
    {"phone", "TELEFONE", true, false},
    {"nis", "NIS", false, false},
    {"rg", "RG", false, false},
    {"rg-issuer", "ORGAO", false, false},
    {"rg-uf", "UF", false, false},
    {"voter-id", "TITULO", false, false},
    {"voter-zone", "ZONA", false, false},
    {"voter-section", "SECAO", false, false},
    {"voter-city", "CIDADE", false, false},
    {"voter-uf", "UF", false, false},
    {"cei", "CEI", false, false},
    {"social-name", "NOME SOCIAL", false, false},
    {"cnpj", "CNPJ", false, false},
    {"company-name", "NOME", false, false},
    {"company-uf", "UF", false, false},
    {"company-city", "CIDADE", false, false},
    {"company-cei", "CEI", false, false},
    {"representative-name", "NOME", false, false},
    {"representative-cpf", "CPF", false, false},
    {"representative-birth-date", "DD/MM/AAAA", false, false},
    {"representative-as", "parent|guardian|curator", false, false},
    END};
static const struct cli_option contact_options[] = {
    {"email", "E-MAIL", false, false}, {"phone", "TELEFONE", false, false}, END};
static const struct cli_option availability_options[] = {{"from", "AAAA-MM-DD", false, false},
                                                         {"days", "N", false, false},
                                                         {"mode", "in_person|video", false, false},
                                                         END};
static const struct cli_option feed_options[] = {{"office", NULL, false, false}, END};
static const struct cli_option appointment_options[] = {{"mode", "in_person|video", false, false},
                                                        {"priority", "CLASSE", false, false},
                                                        {"with", "PEDIDO", false, false},
                                                        {"need", "ramp|libras|interpreter", false, true},
                                                        END};
static const struct cli_option waiting_options[] = {{"until", "AAAA-MM-DD", true, false},
                                                    {"from", "AAAA-MM-DD", false, false},
                                                    {"mode", "in_person|video", false, false},
                                                    END};
static const struct cli_option pay_options[] = {
    {"method", "cash|card|pix|transfer|voucher", false, false}, {"reference", "TEXTO", false, false}, END};
static const struct cli_option checkin_options[] = {{"walk-in", NULL, false, false},
                                                    {"priority", "CLASSE", false, false},
                                                    {"person", "PAPEL|CPF|all", false, false},
                                                    {"need", "ramp|libras|interpreter", false, true},
                                                    END};
static const struct cli_option call_options[] = {{"desk", "GUICHE", false, false}, END};
static const struct cli_option park_options[] = {
    {"reason", "MOTIVO", false, false}, {"minutes", "N", false, false}, END};
static const struct cli_option transfer_options[] = {
    {"to", "AGENTE", false, false}, {"desk", "GUICHÊ", false, false}, END};
static const struct cli_option person_options[] = {{"name", "NOME", true, false},
                                                   {"cpf", "CPF", true, false},
                                                   {"birth-date", "DD/MM/AAAA", true, false},
                                                   {"email", "E-MAIL", false, false},
                                                   {"phone", "TELEFONE", false, false},
                                                   END};
static const struct cli_option fact_options[] = {{"person", "PAPEL|CPF", false, false}, END};
static const struct cli_option document_options[] = {{"kind", "ESPECIE", false, false},
                                                     {"number", "N", false, false},
                                                     {"issued", "AAAA-MM-DD", false, false},
                                                     {"expires", "AAAA-MM-DD", false, false},
                                                     {"via", "N", false, false},
                                                     {"person", "PAPEL|CPF", false, false},
                                                     {"issuer", "ORGAO", false, false},
                                                     {"sides", "front|back|both", false, false},
                                                     {"original-seen", NULL, false, false},
                                                     {"no-photo", NULL, false, false},
                                                     {"not-legible", NULL, false, false},
                                                     {"scanner", "PASTA", false, false},
                                                     {"rotate", "90|180|270", false, false},
                                                     {"crop", "X,Y,LARGURA,ALTURA", false, false},
                                                     {"straighten", NULL, false, false},
                                                     {"keep-original", NULL, false, false},
                                                     END};
static const struct cli_option open_options[] = {{"browser", NULL, false, false}, END};
static const struct cli_option export_p12_options[] = {{"passphrase-file", "ARQUIVO", false, false}, END};
static const struct cli_option output_options[] = {{"o", "ARQUIVO", true, false}, END};
static const struct cli_option judge_options[] = {
    {"reason", "MOTIVO", false, false}, {"person", "PAPEL|CPF", false, false}, END};
static const struct cli_option consult_options[] = {
    {"result", "ok|alert|not_found|conflict|unavailable", false, false},
    {"base", "BASE", false, false},
    {"evidence", "ARQUIVO", false, false},
    {"protocol", "N", false, false},
    {"person", "PAPEL|CPF", false, false},
    {"registration", "N", false, false},
    {"form-number", "N", false, false},
    {"via-seen", "N", false, false},
    {"consulted-at", "AAAA-MM-DDTHH:MM:SSZ", false, false},
    END};
static const struct cli_option neglist_search_options[] = {
    {"all", NULL, false, false},
    {"any", NULL, false, false},
    {"name", "PARTES DO NOME", false, false},
    {"cpf", "CPF", false, false},
    {"email", "E-MAIL", false, false},
    {"phone", "TELEFONE", false, false},
    {"company", "PARTES DA RAZAO SOCIAL", false, false},
    {"cnpj", "CNPJ", false, false},
    {"uf", "UF", false, false},
    {"city", "CODIGO DO IBGE", false, true},
    {"description", "CARACTERISTICAS", false, false},
    {"faces", NULL, false, false},
    END};
static const struct cli_option neglist_add_options[] = {{"name", "NOME", false, false},
                                                        {"cpf", "CPF", false, false},
                                                        {"email", "E-MAIL", false, false},
                                                        {"phone", "TELEFONE", false, false},
                                                        {"company", "RAZAO SOCIAL", false, false},
                                                        {"cnpj", "CNPJ", false, false},
                                                        {"uf", "UF", false, false},
                                                        {"city", "CODIGO DO IBGE", false, false},
                                                        {"description", "CARACTERISTICAS", false, false},
                                                        {"modus", "COMO AGIU", false, false},
                                                        {"source", "local|ac", false, false},
                                                        {"reference", "NUMERO NA AC", false, false},
                                                        {"order", "PEDIDO", false, false},
                                                        END};
static const struct cli_option neglist_image_options[] = {{"kind", "face|document", true, false}, END};
static const struct cli_option neglist_withdraw_options[] = {
    {"reason", "MOTIVO", true, false}, {"expired", NULL, false, false}, END};
static const struct cli_option validate_options[] = {{"bind-csr", "ARQUIVO", false, false},
                                                     {"weak-keys", "LISTA", false, false},
                                                     {"term", "COPIA.pdf", false, false},
                                                     {"slip-device", "DISPOSITIVO", false, false},
                                                     END};
static const struct cli_option term_get_options[] = {
    {"o", "ARQUIVO", true, false}, {"part", "pdf|text|countersignature|signature|paper", false, false}, END};
static const struct cli_option fraud_options[] = {
    {"kind", "attempt|realised", true, false}, {"description", "O QUE HOUVE", true, false},
    {"modus", "COMO AGIU", false, false},      {"physical", "CARACTERISTICAS", false, false},
    {"person", "PAPEL|CPF", false, true},      END};
static const struct cli_option print_options[] = {{"print", NULL, false, false}, END};
static const struct cli_option close_options[] = {{"cash", "CENTAVOS", true, false},
                                                  {"reason", "MOTIVO DA DIFERENCA", false, false},
                                                  {"date", "AAAA-MM-DD", false, false},
                                                  END};
static const struct cli_option reopen_options[] = {
    {"reason", "MOTIVO", true, false}, {"date", "AAAA-MM-DD", false, false}, END};
static const struct cli_option printer_options[] = {{"printer", "IMPRESSORA|PASTA", false, false}, END};
static const struct cli_option protocol_options[] = {{"protocol", "N", true, false}, END};
static const struct cli_option reason_options[] = {{"reason", "MOTIVO", true, false}, END};
static const struct cli_option renew_options[] = {
    {"key", "ARQUIVO.p12", false, false},   {"passphrase-file", "ARQUIVO", false, false},
    {"token", "pkcs11:URI", false, false},  {"csr", "ARQUIVO", false, false},
    {"new-key", "SAIDA.p12", false, false}, {"new-passphrase-file", "ARQUIVO", false, false},
    {"bits", "2048|4096", false, false},    {"order-token", "ARQUIVO", false, false},
    {"product", "PRODUTO", false, false},   END};
static const struct cli_option revoke_options[] = {{"reason", "MOTIVO", true, false},
                                                   {"order-of", "ac|court", false, false},
                                                   {"paper", "ARQUIVO", false, false},
                                                   {"key", "ARQUIVO.p12", false, false},
                                                   {"passphrase-file", "ARQUIVO", false, false},
                                                   {"token", "pkcs11:URI", false, false},
                                                   {"responsible", NULL, false, false},
                                                   {"password-file", "ARQUIVO", false, false},
                                                   END};
static const struct cli_option return_options[] = {
    {"reason", "MOTIVO", true, false}, {"item", "ITEM[@PESSOA]=MOTIVO", false, true}, END};
static const struct cli_option outcome_options[] = {{"outcome", "TEXTO", true, false}, END};
static const struct cli_option issue_options[] = {{"csr", "ARQUIVO", false, false},
                                                  {"new-key", "SAIDA.p12", false, false},
                                                  {"token", "pkcs11:URI", false, false},
                                                  {"code", "CODIGO", false, false},
                                                  {"mail-code", "CODIGO", false, false},
                                                  {"passphrase-file", "ARQUIVO", false, false},
                                                  {"term-signature", "ARQUIVO", false, false},
                                                  {"revocation-password-file", "ARQUIVO", false, false},
                                                  {"order-token", "ARQUIVO", false, false},
                                                  END};
static const struct cli_option media_list_options[] = {
    {"state", "stock|desk|delivered|defective|returned", false, false}, END};
static const struct cli_option media_receive_options[] = {
    {"file", "SERIES.txt", false, false}, {"reason", "NOTA FISCAL", false, false}, END};
static const struct cli_option media_take_options[] = {{"own", "MODELO", false, false}, END};
static const struct cli_option media_deliver_options[] = {
    {"paper", "RECIBO", false, false}, {"token", "pkcs11:URI", false, false}, END};
static const struct cli_option token_options[] = {{"token", "pkcs11:URI", true, false}, END};
static const struct cli_option token_setup_options[] = {
    {"token", "pkcs11:URI", true, false}, {"label", "NOME", false, false}, END};
static const struct cli_option token_csr_options[] = {{"token", "pkcs11:URI", true, false},
                                                      {"o", "ARQUIVO", true, false},
                                                      {"bits", "2048|4096", false, false},
                                                      END};
static const struct cli_option media_return_options[] = {{"reason", "MOTIVO", false, false}, END};
static const struct cli_option media_count_options[] = {{"file", "SERIES.txt", false, false}, END};
static const struct cli_option day_options[] = {{"date", "AAAA-MM-DD", false, false}, END};
static const struct cli_option lint_options[] = {{"issuer", "AC.pem", false, false},
                                                 {"crl", "LCR", false, false},
                                                 {"profile", "PERFIL.json", false, false},
                                                 {"weak-keys", "LISTA", false, false},
                                                 END};
static const struct cli_option range_options[] = {
    {"from", "AAAA-MM-DD", false, false}, {"to", "AAAA-MM-DD", false, false}, END};
static const struct cli_option export_options[] = {{"from", "AAAA-MM-DD", true, false},
                                                   {"to", "AAAA-MM-DD", true, false},
                                                   {"format", "csv|jsonl|pdf", false, false},
                                                   {"o", "ARQUIVO.zip", true, false},
                                                   END};
static const struct cli_option verify_options[] = {{"log-key", "ARQUIVO", true, false}, END};
static const struct cli_option dossier_options[] = {{"log-key", "ARQUIVO", true, false},
                                                    {"ca", "ARQUIVO", false, false},
                                                    {"administrators", "ARQUIVO", false, false},
                                                    {"administrators-needed", "N", false, false},
                                                    END};
static const struct cli_option roster_options[] = {{"agent", "CERT.pem", false, true},
                                                   {"auditor", "CERT.pem", false, true},
                                                   {"days", "N", false, false},
                                                   {"version", "N", false, false},
                                                   END};
static const struct cli_option rules_options[] = {
    {"date", "AAAA-MM-DD", false, false}, {"all", NULL, false, false}, END};
static const struct cli_option propose_options[] = {
    {"from", "AAAA-MM-DD", true, false},        {"source", "NORMA", true, false},
    {"reason", "MOTIVO", true, false},          {"layer", "SEED|NORM|AC", false, false},
    {"evidence", "SEED|T|S|V|U", false, false}, END};
static const struct cli_option pending_options[] = {{"all", NULL, false, false}, END};

/* clang-format off */
#define CAPACITY {"slot", "MINUTOS", false, false}, {"public", "N", false, false}, \
                 {"internal", "N", false, false}, {"walk-in", "N", false, false}
#define APPLY {"preview", NULL, false, false}, {"apply", "RESUMO", false, false}
/* clang-format on */
static const struct cli_option hours_add_options[] = {{"days", "seg-sex|ter,qui", false, false},
                                                      {"rrule", "REGRA", false, false},
                                                      {"opens", "HH:MM", true, false},
                                                      {"closes", "HH:MM", true, false},
                                                      {"from", "AAAA-MM-DD", true, false},
                                                      {"until", "AAAA-MM-DD", false, false},
                                                      {"every", "SEMANAS", false, false},
                                                      CAPACITY,
                                                      APPLY,
                                                      END};
static const struct cli_option hours_end_options[] = {{"on", "AAAA-MM-DD", true, false}, APPLY, END};
static const struct cli_option hours_open_options[] = {{"opens", "HH:MM", true, false},
                                                       {"closes", "HH:MM", true, false},
                                                       {"reason", "MOTIVO", true, false},
                                                       CAPACITY,
                                                       APPLY,
                                                       END};
static const struct cli_option hours_close_options[] = {{"opens", "HH:MM", false, false},
                                                        {"closes", "HH:MM", false, false},
                                                        {"reason", "MOTIVO", true, false},
                                                        APPLY,
                                                        END};
static const struct cli_option apply_options[] = {APPLY, END};
static const struct cli_option holiday_options[] = {{"law", "LEI", true, false}, APPLY, END};
static const struct cli_option choose_options[] = {
    {"from", "AAAA-MM-DD", true, false}, {"reason", "MOTIVO", true, false}, APPLY, END};
static const struct cli_option absence_options[] = {{"from", "AAAA-MM-DD[THH:MM]", true, false},
                                                    {"to", "AAAA-MM-DD[THH:MM]", false, false},
                                                    {"reason", "MOTIVO", true, false},
                                                    APPLY,
                                                    END};
static const struct cli_option lane_options[] = {{"skills", "video,company,libras", true, false},
                                                 {"agent", "NOME", false, false},
                                                 {"from", "AAAA-MM-DD", true, false},
                                                 {"until", "AAAA-MM-DD", false, false},
                                                 APPLY,
                                                 END};
static const struct cli_option import_options[] = {{"from", "AAAA-MM-DD", true, false}, CAPACITY, APPLY, END};

const struct cli_command cli_commands[] = {
    {"queue", "", 0, 0, queue_options, true, case_queue, render_queue,
     "A fila do dia na ordem de chamada e os casos à espera do segundo agente."},
    {"find", "TEXTO", 1, 1, NULL, true, case_find, render_find,
     "Procura por CPF, CNPJ, nome, código, número de série ou telefone."},
    {"order new", "PRODUTO", 1, 1, order_options, true, case_order_new, render_order_new,
     "Abre um pedido no balcão."},
    {"contact", "PEDIDO", 1, 1, contact_options, true, case_contact, render_contact,
     "Corrige e-mail ou telefone."},
    {"agenda feed", "show|rotate", 1, 1, feed_options, true, agenda_feed, render_feed,
     "o endereço secreto da sua agenda, para assinar; rotate cria outro e encerra o anterior"},
    {"availability", "PRODUTO", 1, 1, availability_options, true, case_availability, render_availability,
     "Horários livres, com as vagas internas."},
    {"book", "PEDIDO INICIO", 2, 2, appointment_options, true, case_book, render_appointment,
     "Marca a sessão."},
    {"move", "PEDIDO INICIO", 2, 2, appointment_options, true, case_move, render_appointment,
     "Remarca a sessão."},
    {"cancel", "PEDIDO", 1, 1, NULL, true, case_cancel, render_appointment, "Desmarca a sessão."},
    {"waiting join", "PEDIDO", 1, 1, waiting_options, true, counter_waiting_join, render_waiting,
     "Põe o pedido na lista de espera por um horário que alguém devolva, ou muda os dias."},
    {"waiting leave", "PEDIDO", 1, 1, NULL, true, counter_waiting_leave, render_waiting,
     "Tira o pedido da lista de espera."},
    {"choices", "", 0, 0, NULL, true, counter_choices, render_choices,
     "Os produtos à venda hoje e as classes de prioridade da lei."},
    {"pay", "PEDIDO", 1, 1, pay_options, true, case_pay, render_paid,
     "Registra o pagamento recebido no balcão."},
    {"note", "PEDIDO TEXTO", 2, 2, NULL, true, case_note, render_noted, "Anota algo no caso."},
    {"resend", "PEDIDO [confirmation|invitation|emission]", 1, 2, NULL, true, case_resend, render_resent,
     "Manda o e-mail de novo."},
    {"checkin", "PEDIDO|QR|CPF|NOME", 1, 1, checkin_options, true, counter_checkin, render_visit,
     "Registra a chegada de quem traz o código, o QR, o CPF ou um nome que só uma pessoa tem hoje."},
    {"priority", "PEDIDO CLASSE|none", 2, 2, NULL, true, counter_priority, render_visit,
     "Declara ou muda a prioridade da lei; não se pede prova do que não se vê."},
    {"needs", "PEDIDO [ramp|libras|interpreter…]", 1, 4, NULL, true, counter_needs, render_visit,
     "O que a pessoa precisa: rampa, Libras, intérprete; sem nada, nenhuma."},
    {"call", "[PEDIDO]", 0, 1, call_options, true, counter_call, render_visit,
     "Chama o próximo, ou o pedido dado; o mesmo de novo anuncia outra vez."},
    {"park", "PEDIDO", 1, 1, park_options, true, counter_park, render_visit, "Deixa o atendimento à parte."},
    {"transfer", "PEDIDO", 1, 1, transfer_options, true, counter_transfer, render_visit,
     "Devolve à fila, no mesmo lugar, para outro agente, para um guichê ou para quem estiver livre."},
    {"reactivate", "PEDIDO", 1, 1, NULL, true, counter_reactivate, render_visit,
     "Põe de volta na fila, no mesmo lugar, quem estava à parte, ausente ou com outro agente."},
    {"noshow", "PEDIDO", 1, 1, NULL, true, counter_noshow, render_visit, "Registra que a pessoa não veio."},
    {"finish", "PEDIDO", 1, 1, NULL, true, counter_finish, render_visit, "Encerra o atendimento."},
    {"undo", "PEDIDO", 1, 1, NULL, true, counter_undo, render_visit, "Desfaz o último ato do balcão."},
    {"show", "PEDIDO", 1, 1, NULL, true, case_show, render_show, "O caso inteiro."},
    {"checklist", "PEDIDO", 1, 1, NULL, true, identification_checklist, render_checklist,
     "Os itens do caso, com situação e fonte."},
    {"open", "PEDIDO", 1, 1, open_options, true, office_open, render_open,
     "O endereço da página do caso: documentos e face lado a lado."},
    {"identity export-p12", "SAIDA.p12", 1, 1, export_p12_options, true, identity_export, render_saved,
     "Grava a identidade como o navegador a importa, protegida por senha."},
    {"document add", "PEDIDO ITEM ARQUIVO|PASTA…", 2, CLI_ARGUMENTS_MAX, document_options, true,
     identification_document_add, render_documents,
     "Digitaliza documentos para o dossiê; imagens podem ser giradas, recortadas e endireitadas."},
    {"scanner", "", 0, 0, NULL, false, scanner_list, render_scanner,
     "As folhas que esperam na pasta do scanner (--scanner-folder ou RA_SCANNER)."},
    {"document check", "ARQUIVO", 1, 1, NULL, false, document_check, render_document_check,
     "Mede se a imagem se lê, sem servidor."},
    {"document get", "ID", 1, 1, output_options, true, identification_document_get, render_saved,
     "Traz um documento do dossiê."},
    {"item accept", "PEDIDO ITEM", 2, 2, judge_options, true, identification_accept, render_judged,
     "Aceita um item."},
    {"item reject", "PEDIDO ITEM", 2, 2, judge_options, true, identification_reject, render_judged,
     "Rejeita um item."},
    {"item reopen", "PEDIDO ITEM", 2, 2, judge_options, true, identification_reopen, render_judged,
     "Reabre um item."},
    {"item waive", "PEDIDO ITEM", 2, 2, judge_options, true, identification_waive, render_judged,
     "Dispensa um item, onde uma regra permite."},
    {"consult", "PEDIDO BASE", 2, 2, consult_options, true, identification_consult, render_consultation,
     "Consulta uma base ligada ao sistema; com --result, registra o que se viu nela (cnh, cpf, neglist…)."},
    {"missing", "PEDIDO", 1, 1, NULL, true, identification_missing, render_missing,
     "O que falta trazer, para entregar à pessoa."},
    {"reasons", "", 0, 0, NULL, true, identification_reasons, render_reasons,
     "Motivos codificados de rejeição e devolução."},
    {"tasks", "", 0, 0, NULL, true, identification_tasks, render_tasks, "Tarefas abertas, com prazo."},
    {"task close", "N", 1, 1, outcome_options, true, identification_task_close, render_task_closed,
     "Encerra uma tarefa."},
    {"person add", "PEDIDO representative|attorney|interpreter", 2, 2, person_options, true,
     identification_person_add, render_checklist, "Inclui uma pessoa no caso."},
    {"reuse", "PEDIDO OUTRO", 2, 2, NULL, true, identification_reuse, render_checklist,
     "Aproveita o que as mesmas pessoas apresentaram hoje em outro pedido."},
    {"person remove", "PEDIDO PAPEL|CPF", 2, 2, NULL, true, identification_person_remove, render_checklist,
     "Tira do caso quem não é titular nem responsável."},
    {"fact", "PEDIDO CHAVE VALOR", 3, 3, fact_options, true, identification_fact, render_checklist,
     "Responde uma pergunta do caso; as regras que se aplicam seguem a resposta."},
    {"neglist search", "", 0, 0, neglist_search_options, true, neglist_search, render_neglist,
     "Procura na lista negativa: qualquer campo (--any, o usual) ou todos (--all)."},
    {"neglist add", "", 0, 0, neglist_add_options, true, neglist_add, render_neglist_added,
     "Inclui uma ocorrência na lista negativa."},
    {"neglist show", "OCORRENCIA", 1, 1, NULL, true, neglist_show, render_neglist_entry,
     "Uma ocorrência inteira."},
    {"neglist image add", "OCORRENCIA ARQUIVO", 2, 2, neglist_image_options, true, neglist_image_add,
     render_neglist_done, "Acrescenta um rosto ou documento a uma ocorrência."},
    {"neglist image get", "IMAGEM", 1, 1, output_options, true, neglist_image_get, render_saved,
     "Traz uma imagem da lista negativa."},
    {"neglist withdraw", "OCORRENCIA", 1, 1, neglist_withdraw_options, true, neglist_withdraw,
     render_neglist_done, "Administrador: retira uma ocorrência das procuras."},
    {"fraud report", "PEDIDO", 1, 1, fraud_options, true, fraud_report, render_fraud_reported,
     "Relata fraude ou tentativa: para o caso, alimenta a lista negativa e abre o comunicado."},
    {"fraud list", "", 0, 0, NULL, true, fraud_list, render_frauds,
     "Os comunicados de fraude e seus prazos."},
    {"fraud show", "N", 1, 1, print_options, true, fraud_show, render_fraud,
     "Um comunicado; --print para assinar e enviar à AC."},
    {"fraud sent", "N", 1, 1, protocol_options, true, fraud_sent, render_fraud_sent,
     "Registra o envio do comunicado, com o protocolo da AC."},
    {"agenda", "", 0, 0, queue_options, true, agenda_day, render_agenda,
     "O dia: avisos, agentes, vagas e marcados."},
    {"agenda conflicts", "", 0, 0, NULL, true, agenda_conflicts, render_conflicts,
     "Quem perdeu o horário e ainda não escolheu outro; a quem telefonar."},
    {"agenda lane", "GUICHE", 1, 1, lane_options, true, agenda_lane, render_agenda_change,
     "De quem depende um guichê e o que se atende nele."},
    {"agenda export", "", 0, 0, output_options, true, agenda_export, render_saved,
     "Grava o horário de atendimento em iCalendar (VAVAILABILITY)."},
    {"agenda import", "ARQUIVO.ics", 1, 1, import_options, true, agenda_import, render_agenda_change,
     "Lê o horário de atendimento de um iCalendar; mostra quem a mudança atinge."},
    {"hours", "", 0, 0, NULL, true, hours_list, render_hours,
     "Horários de atendimento, exceções e ausências."},
    {"hours add", "", 0, 0, hours_add_options, true, hours_add, render_agenda_change,
     "Acrescenta um horário que se repete; mostra antes quem a mudança atinge."},
    {"hours end", "HORARIO", 1, 1, hours_end_options, true, hours_end, render_agenda_change,
     "O último dia de um horário."},
    {"hours open", "DIA", 1, 1, hours_open_options, true, hours_open, render_agenda_change,
     "Horário próprio de um dia, também em feriado."},
    {"hours undo", "NUMERO", 1, 1, apply_options, true, hours_undo, render_agenda_change,
     "Retira o horário próprio ou o fechamento de um dia."},
    {"holiday", "", 0, 0, NULL, true, hours_list, render_holidays,
     "Feriados e pontos facultativos, com a sua lei."},
    {"holiday add", "DIA NOME", 2, 2, holiday_options, true, holiday_add, render_agenda_change,
     "Acrescenta um feriado de um dia."},
    {"holiday remove", "NUMERO", 1, 1, apply_options, true, holiday_remove, render_agenda_change,
     "Retira um feriado acrescentado à mão."},
    {"holiday choose", "PONTO day|morning|none", 2, 2, choose_options, true, holiday_choose,
     render_agenda_change, "Se a unidade fecha num ponto facultativo: o dia, até o meio-dia ou não."},
    {"block", "", 0, 0, NULL, true, hours_list, render_hours, "Fechamentos e ausências."},
    {"block day", "DIA", 1, 1, hours_close_options, true, hours_close, render_agenda_change,
     "Fecha um dia ou parte dele."},
    {"block agent", "NOME", 1, 1, absence_options, true, block_agent, render_agenda_change,
     "Ausência de um agente: quem está marcado passa a outro, à reserva, ou recebe três escolhas."},
    {"block undo", "NUMERO", 1, 1, apply_options, true, block_undo, render_agenda_change,
     "Retira uma ausência."},
    {"validate", "PEDIDO", 1, 1, validate_options, true, approval_validate, render_validated,
     "Primeiro agente: mostra o que será assinado e assina."},
    {"verify", "PEDIDO", 1, 1, NULL, true, approval_verify, render_verified,
     "Segundo agente: confere, mostra o que será assinado e assina."},
    {"return", "PEDIDO", 1, 1, return_options, true, approval_return, render_missing,
     "Devolve para correção; diz o que trazer."},
    {"refuse", "PEDIDO", 1, 1, reason_options, true, approval_refuse, render_refused,
     "Encerra o caso, assinando a recusa."},
    {"issue", "PEDIDO", 1, 1, issue_options, true, issue_certificate, render_issued,
     "Emite o certificado para um CSR, uma chave nova ou a chave de um token."},
    {"p12 compatible", "ARQUIVO.p12 SAIDA.p12", 2, 2, export_p12_options, false, p12_compatible, render_p12,
     "Regrava o arquivo para programas antigos que recusam a senha certa (proteção mais fraca)."},
    {"token setup", "", 0, 0, token_setup_options, false, token_command_setup, render_token_done,
     "O titular escolhe PUK e PIN de um token; o que estava nele se apaga."},
    {"token unlock", "", 0, 0, token_options, false, token_command_unlock, render_token_done,
     "O titular troca, pelo PUK, o PIN bloqueado ou esquecido."},
    {"token csr", "PEDIDO", 1, 1, token_csr_options, false, token_command_csr, render_token_csr,
     "Cria no token a chave do pedido e grava o pedido de certificado, para a validação."},
    {"token models", "", 0, 0, NULL, true, media_models, render_models,
     "Os modelos de token, com a homologação e sua validade."},
    {"token list", "", 0, 0, media_list_options, true, media_list, render_media,
     "Os tokens da casa e onde está cada um."},
    {"token receive", "MODELO [SERIE…]", 1, CLI_ARGUMENTS_MAX, media_receive_options, true, media_receive,
     render_received, "Recebe tokens do fornecedor no estoque."},
    {"token take", "SERIE PEDIDO", 2, 2, media_take_options, true, media_take, render_media_act,
     "Põe um token na mesa para um pedido; --own, quando é do próprio titular."},
    {"token receipt", "PEDIDO", 1, 1, output_options, true, media_receipt, render_saved,
     "O recibo do token, para o titular assinar."},
    {"token deliver", "SERIE PEDIDO", 2, 2, media_deliver_options, true, media_deliver, render_media_act,
     "Entrega o token, com o recibo assinado pela chave dele ou no papel."},
    {"token defective", "SERIE", 1, 1, reason_options, true, media_defective, render_media_act,
     "Registra o defeito; antes da emissão, o pedido recomeça com o próximo token."},
    {"token return", "SERIE", 1, 1, media_return_options, true, media_return, render_media_act,
     "Devolve o token: da mesa ao estoque, ou do estoque para fora da casa."},
    {"token count", "[SERIE…]", 0, CLI_ARGUMENTS_MAX, media_count_options, true, media_count, render_balance,
     "Registra os tokens contados e mostra a diferença para o livro."},
    {"token balance", "", 0, 0, day_options, true, media_balance, render_balance,
     "O fechamento do dia: o livro, a contagem e a diferença."},
    {"ac pending", "", 0, 0, NULL, true, ac_pending, render_ac_pending,
     "O que foi pedido à AC e ainda não tem resposta."},
    {"ac request", "PEDIDO", 1, 1, output_options, true, ac_request, render_saved,
     "O PKCS#10 do pedido, para levar ao portal da AC."},
    {"ac answer", "ARQUIVO.p7b", 1, 1, NULL, true, ac_answer, render_ac_answer,
     "Entrega o arquivo do portal da AC; cada certificado acha seu pedido pela chave."},
    {"revoke", "PEDIDO", 1, 1, revoke_options, true, revoke_certificate, render_revoked,
     "Pede a revogação (motivo 0, 1, 3, 4, 5 ou 9): o agente assina; o titular prova com chave ou senha."},
    {"renew", "", 0, 0, renew_options, true, renew_certificate, render_renewed,
     "Renova com o certificado atual (--key ou --token): diz o caminho e, se for a assinatura, assina para a "
     "chave nova (--new-key, --csr, ou no token)."},
    {"replace", "PEDIDO", 1, 1, NULL, true, replace_certificate, render_replaced,
     "Substitui sem custo um certificado revogado, até 14 dias da emissão: abre o pedido novo."},
    {"revocations", "", 0, 0, NULL, true, revocation_list, render_revocations,
     "As revogações por concluir, com o relógio de cada uma."},
    {"term get", "PEDIDO", 1, 1, term_get_options, true, term_get, render_saved,
     "Traz o termo de titularidade em vigor, ou uma de suas assinaturas."},
    {"term paper", "PEDIDO ARQUIVO", 2, 2, NULL, true, term_paper, render_term_paper,
     "Guarda o termo que o titular assinou no papel."},
    {"clock", "", 0, 0, range_options, true, case_clock, render_clock, "O relógio da hora prometida."},
    {"lint", "ARQUIVO", 1, 1, lint_options, false, lint_examine, render_lint,
     "Examina um certificado, pedido (CSR) ou LCR pelo que a ICP-Brasil pede, sem servidor."},
    {"day show", "", 0, 0, queue_options, true, day_show, render_day,
     "O dia: o que está aberto, por conferir e por entregar, o dinheiro, os e-mails que voltaram, o amanhã."},
    {"day close", "", 0, 0, close_options, true, day_close, render_day_closed,
     "Fecha o dia: mostra o fechamento, confere o caixa e assina."},
    {"day reopen", "", 0, 0, reopen_options, true, day_reopen, render_day_reopened,
     "Reabre um dia fechado, com o motivo, para fechá-lo de novo."},
    {"handover", "TEXTO", 1, 1, NULL, true, day_handover, render_handover,
     "Deixa uma nota para o próximo turno."},
    {"outage start", "ac|BASE", 1, 1, NULL, true, outage_begin, render_outage,
     "A AC ou uma base caiu: põe à parte os casos em mãos e avisa quem está marcado hoje."},
    {"outage end", "ac|BASE", 1, 1, NULL, true, outage_over, render_outage_over, "O que tinha caído voltou."},
    {"print", "PEDIDO ticket|missing|receipt", 2, 2, printer_options, true, print_paper, render_printed,
     "Imprime senha, lista do que falta ou recibo, por CUPS ou numa pasta (RA_PRINTER)."},
    {"audit export", "", 0, 0, export_options, true, audit_export, render_saved,
     "Exporta o registro, assinado."},
    {"audit verify", "ARQUIVO", 1, 1, verify_options, false, audit_verify, render_audit_verified,
     "Confere uma exportação ou a prova de um caso, sem servidor."},
    {"audit prove", "PEDIDO", 1, 1, output_options, true, audit_prove, render_saved,
     "Prova de inclusão dos eventos de um caso."},
    {"audit journal", "DIARIO EXPORTACAO.zip", 2, 2, verify_options, false, audit_journal, render_journal,
     "Confere o diário do assinador (ra-signer --print-journal) com o registro exportado, sem servidor."},
    {"audit waivers", "", 0, 0, range_options, true, audit_waivers, render_waivers,
     "O registro das dispensas: quem, o quê, por quê, quem confirmou."},
    {"dossier export", "PEDIDO", 1, 1, output_options, true, dossier_export, render_saved,
     "O caso inteiro num pacote selado, que se confere sem o servidor."},
    {"dossier verify", "ARQUIVO", 1, 1, dossier_options, false, dossier_verify_file, render_dossier,
     "Confere o pacote de um caso, sem servidor."},
    {"admin roster sign", "", 0, 0, roster_options, true, admin_roster_sign, render_roster_signed,
     "Assina e entrega um novo quadro de agentes."},
    {"admin roster show", "", 0, 0, NULL, true, admin_roster_show, render_roster,
     "O quadro de agentes em vigor."},
    {"admin rules", "", 0, 0, rules_options, true, rules_list, render_rules,
     "As políticas em vigor, com camada, fonte e marca de evidência; --all mostra o histórico."},
    {"admin rules propose", "CHAVE VALOR", 2, 2, propose_options, true, rules_propose, render_change_state,
     "Primeiro administrador: propõe e assina a mudança de uma política."},
    {"admin rules pending", "", 0, 0, pending_options, true, rules_pending, render_changes,
     "As mudanças à espera do segundo administrador; --all mostra também as que terminaram."},
    {"admin rules confirm", "NUMERO", 1, 1, NULL, true, rules_confirm, render_change_state,
     "Segundo administrador: mostra o valor velho e o novo, e assina os mesmos bytes."},
    {"admin rules withdraw", "NUMERO", 1, 1, NULL, true, rules_withdraw, render_change_state,
     "Retira uma mudança que ainda não vale."},
    {"admin products", "", 0, 0, rules_options, true, products_list, render_rules,
     "O preço de cada produto e se está à venda, por dia; --all mostra o histórico."},
    {"admin products propose", "PRODUTO price_cents|on_sale VALOR", 3, 3, propose_options, true,
     products_propose, render_change_state,
     "Propõe e assina um preço ou a retirada da venda; outro confirma com admin rules confirm."},
    {"admin retention", "", 0, 0, rules_options, true, retention_list, render_rules,
     "Por quantos anos se guardam dossiês e registros; --all mostra o histórico."},
    {"admin retention propose", "dossier|audit ANOS", 2, 2, propose_options, true, retention_propose,
     render_change_state, "Propõe e assina outro prazo de guarda; outro confirma com admin rules confirm."},
    {NULL, NULL, 0, 0, NULL, false, NULL, NULL, NULL},
};
