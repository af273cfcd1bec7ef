/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "notice/alarm.h"

#include "app.h"
#include "db/db.h"
#include "notice/notice.h"
#include "rooms.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 32, DETAIL_SIZE = 200 };

#define CODE_HEALTH "health"

bool alarm_raise(struct ra_app *app, struct db *db, int64_t now_us, const struct alarm *alarm,
                 struct ra_error *error)
{
    json_t *message = json_pack("{s:s, s:s, s:s, s:s}", "title", alarm->title, "text", alarm->text, "order",
                                alarm->order, "detail", alarm->detail);
    char *dumped = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL;
    json_decref(message);
    bool done = dumped != NULL
                    ? db_exec(db, STATEMENT_NOTICE_ALARM_RAISE,
                              DB_VALUES(db_text(alarm->code), db_text(alarm->about), db_text(alarm->text),
                                        db_text(app->config->office_mail), db_text(dumped), db_time(now_us)),
                              NULL, error)
                    : ra_fail(error, RA_NO_MEMORY, "alarm");
    free(dumped);
    return done;
}

/* --- what only shows in the health of a part --- */

/* The outbox cannot tell about itself, and two rooms raise alarms of their own. */
static bool is_told_otherwise(const char *part)
{
    static const char *const parts[] = {"outbox", "certificates", "revocations"};
    for (size_t at = 0; at < sizeof parts / sizeof parts[0]; at++)
        if (strcmp(part, parts[at]) == 0)
            return true;
    return false;
}

static void words_of(const char *part, struct alarm *alarm)
{
    static const struct {
        const char *prefix, *title, *text;
    } words[] = {
        {"signer", "o módulo assinador não está bem",
         "Sem o assinador nada é emitido nem revogado. Veja o serviço ra-signer e o registro dele."},
        {"crls", "as listas de revogados dos agentes estão vencendo",
         "Sem listas em vigor nenhuma assinatura de agente é aceita. Veja se a AC publica e se a rede a "
         "alcança."},
        {"roster", "a lista de agentes está vencendo",
         "Os administradores devem assinar a próxima lista de agentes antes do fim da atual."},
        {"log", "o registro não está sendo selado",
         "Os eventos são gravados, mas não entram no registro assinado. Veja o assinador e o banco de "
         "dados."},
        {"log_content", "o registro não foi conferido, ou não é mais o que foi selado",
         "Ou alguém mudou o banco de dados por fora, ou a conferência diária não chega ao fim; o estado "
         "abaixo diz qual. Exporte o registro (ra-cli audit export), confira-o e chame o auditor."},
        {"fraud_deadlines", "há comunicação de fraude fora do prazo",
         "Envie a comunicação que a norma pede e registre o envio."},
        {"base-", "uma base de consulta não responde",
         "As consultas dessa base passam a ser feitas à mão até que ela volte."},
    };
    alarm->title = "uma parte do serviço não está bem";
    alarm->text = "Veja o estado de cada parte em /healthz.";
    for (size_t at = 0; at < sizeof words / sizeof words[0]; at++)
        if (strncmp(part, words[at].prefix, strlen(words[at].prefix)) == 0) {
            alarm->title = words[at].title;
            alarm->text = words[at].text;
        }
}

/* By the one thread of the job: what was ill at the look before. One look alone may fall into a restart. */
static bool was_ill[PARTS_MAX];

static bool tell(struct job_run *run, const char *part, const char *detail, struct ra_error *error)
{
    char named[DETAIL_SIZE + 64];
    struct alarm alarm = {.code = CODE_HEALTH, .about = part, .order = "", .detail = named};
    words_of(part, &alarm);
    (void)snprintf(named, sizeof named, "%s: %s", part, detail);
    if (!alarm_raise(run->app, run->db, run->now_us, &alarm, error))
        return false;
    jobs_wake(run->app->jobs, NOTICE_JOB);
    return true;
}

static bool look(struct job_run *run, const struct health_part *part, bool *ill_before,
                 struct ra_error *error)
{
    char detail[DETAIL_SIZE] = "";
    json_t *facts = json_object();
    bool ill = part->check(run->app, run->db, facts, detail, sizeof detail) != HEALTH_OK;
    bool before = *ill_before;
    json_decref(facts);
    *ill_before = ill;
    if (ill)
        return !before || tell(run, part->name, detail, error);
    return db_exec(run->db, STATEMENT_NOTICE_ALARM_OVER,
                   DB_VALUES(db_text(CODE_HEALTH), db_text(part->name), db_time(run->now_us)), NULL, error);
}

bool alarm_watch_run(struct job_run *run, struct ra_error *error)
{
    size_t seen = 0;
    for (size_t room = 0; rooms[room] != NULL; room++)
        for (size_t at = 0; at < rooms[room]->health_count && seen < PARTS_MAX; at++) {
            const struct health_part *part = &rooms[room]->health[at];
            if (jobs_stopping(run->app->jobs))
                return true;
            if (!is_told_otherwise(part->name) && !look(run, part, &was_ill[seen], error))
                return false;
            seen++;
        }
    return true;
}
