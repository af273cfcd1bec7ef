/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/session.h"

#include <string.h>

enum { REFRESH_US = 500000 };

/* "agent1" for …/agent1.pem */
static const char *short_name(struct cli *cli)
{
    const char *slash = strrchr(cli->identity_path, '/');
    char *name = talloc_strdup(cli->context, slash == NULL ? cli->identity_path : slash + 1);
    char *dot = name == NULL ? NULL : strrchr(name, '.');
    if (dot != NULL)
        *dot = '\0';
    return name == NULL ? "" : name;
}

bool session_begin(struct cli *cli, struct session *session, struct ra_error *error)
{
    *session = (struct session){.cli = cli};
    session->model = screen_new(cli->context, short_name(cli), cli_identity_is_protected(cli));
    if (session->model == NULL)
        return ra_fail(error, RA_NO_MEMORY, "tela");
    session->transport = transport_start(cli, error);
    return session->transport != NULL;
}

void session_end(struct session *session)
{
    if (session->transport != NULL)
        transport_stop(session->transport);
    talloc_free(session->model);
}

static void take(struct session *session, struct transport_news *news)
{
    struct screen_model *model = session->model;
    switch (news->kind) {
    case TRANSPORT_DONE:
        news->result.text = news->result.ok ? news->text : NULL;
        news->result.problem = news->result.ok ? NULL : news->text;
        screen_done(model, &news->job, &news->result);
        break;
    case TRANSPORT_QUESTION:
        session->reading = true;
        screen_read(model, news->text, "Leia até o fim. Você assina exatamente isto:");
        break;
    case TRANSPORT_LINK:
        screen_link(model, news->linked);
        break;
    case TRANSPORT_CHANGED:
        session->changed = true;
        break;
    case TRANSPORT_NOTHING:
        break;
    }
}

static void hand_out(struct session *session)
{
    struct screen_job job;
    while (screen_take_job(session->model, &job)) {
        if (job.kind == JOB_UNLOCK)
            transport_secret(session->transport, session->model->secret.text);
        transport_send(session->transport, &job);
    }
}

/* Many changes in a moment are one reading. */
static void refresh(struct session *session)
{
    int64_t now_us = clock_now_us(&session->cli->clock);
    if (!session->changed || (now_us - session->read_at_us < REFRESH_US && now_us >= session->read_at_us))
        return;
    session->changed = false;
    session->read_at_us = now_us;
    screen_refresh(session->model);
}

bool session_step(struct session *session)
{
    struct transport_news news;
    bool any = false;
    session->model->station_s = (int64_t)clock_now(&session->cli->clock);
    for (transport_receive(session->transport, &news); news.kind != TRANSPORT_NOTHING;
         transport_receive(session->transport, &news)) {
        any = true;
        take(session, &news);
        transport_free_news(&news);
    }
    if (session->reading && session->model->verdict != 0) {
        session->reading = false;
        transport_answer(session->transport, session->model->verdict == 1);
        session->model->verdict = 0;
    }
    if (session->model->give_up) {
        session->model->give_up = false;
        transport_give_up(session->transport);
    }
    refresh(session);
    hand_out(session);
    session->model->now_s = session->model->station_s + session->model->ahead_s;
    return any;
}
