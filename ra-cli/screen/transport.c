/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/transport.h"

#include "pki/base/file.h"
#include "pki/trust/identity.h"
#include "ra-cli/client.h"
#include "ra-cli/intake.h"
#include "ra-cli/options.h"
#include "ra-cli/screen/events.h"
#include "ra-cli/screen/transport_internal.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { WORDS_MAX = 64 };

/* --- between the threads --- */

static void free_text(char *text)
{
    if (text != NULL)
        OPENSSL_cleanse(text, strlen(text));
    free(text);
}

void transport_free_news(struct transport_news *news)
{
    free_text(news->text);
    json_decref(news->result.document);
    json_decref(news->job.words);
    *news = (struct transport_news){.kind = TRANSPORT_NOTHING};
}

/* "Something changed" and "it answers" may be said less often; answers have the other half to themselves. */
static bool has_room(const struct transport *transport, const struct transport_news *news)
{
    const bool answer = news->kind == TRANSPORT_DONE || news->kind == TRANSPORT_QUESTION;
    return transport->news_count < (answer ? TRANSPORT_NEWS_MAX : TRANSPORT_NEWS_MAX / 2);
}

static void tell(struct transport *transport, struct transport_news *take_news)
{
    const uint64_t one = 1;
    pthread_mutex_lock(&transport->lock);
    if (has_room(transport, take_news))
        transport->news[transport->news_count++] = *take_news;
    else
        transport_free_news(take_news);
    pthread_mutex_unlock(&transport->lock);
    (void)!write(transport->descriptor, &one, sizeof one);
}

void transport_tell_changed(struct transport *transport)
{
    tell(transport, &(struct transport_news){.kind = TRANSPORT_CHANGED});
}

void transport_send(struct transport *transport, const struct screen_job *job)
{
    pthread_mutex_lock(&transport->lock);
    if (transport->job_count < TRANSPORT_JOBS_MAX)
        transport->jobs[transport->job_count++] = *job;
    pthread_cond_broadcast(&transport->changed);
    pthread_mutex_unlock(&transport->lock);
}

void transport_secret(struct transport *transport, const char *passphrase)
{
    pthread_mutex_lock(&transport->lock);
    snprintf(transport->typed, sizeof transport->typed, "%s", passphrase);
    pthread_mutex_unlock(&transport->lock);
}

void transport_receive(struct transport *transport, struct transport_news *news)
{
    *news = (struct transport_news){.kind = TRANSPORT_NOTHING};
    pthread_mutex_lock(&transport->lock);
    if (transport->news_count > 0) {
        *news = transport->news[0];
        memmove(transport->news, transport->news + 1, --transport->news_count * sizeof *news);
    }
    if (transport->news_count == 0) {
        uint64_t count;
        (void)!read(transport->descriptor, &count, sizeof count);
    }
    pthread_mutex_unlock(&transport->lock);
}

void transport_answer(struct transport *transport, bool agreed)
{
    pthread_mutex_lock(&transport->lock);
    transport->verdict = agreed ? 1 : -1;
    pthread_cond_broadcast(&transport->changed);
    pthread_mutex_unlock(&transport->lock);
}

void transport_give_up(struct transport *transport)
{
    pthread_mutex_lock(&transport->lock);
    transport->gave_up = true;
    pthread_cond_broadcast(&transport->changed);
    pthread_mutex_unlock(&transport->lock);
}

int transport_descriptor(const struct transport *transport)
{
    return transport->descriptor;
}

/* --- what a command asks of its host --- */

static bool host_agree(void *state, const char *question)
{
    struct transport *transport = state;
    fflush(transport->cli.reading);
    tell(transport,
         &(struct transport_news){.kind = TRANSPORT_QUESTION,
                                  .text = strdup(transport->read_text == NULL ? "" : transport->read_text),
                                  .question = question});
    pthread_mutex_lock(&transport->lock);
    transport->verdict = 0;
    while (transport->verdict == 0 && !transport->stopping)
        pthread_cond_wait(&transport->changed, &transport->lock);
    bool agreed = transport->verdict == 1;
    pthread_mutex_unlock(&transport->lock);
    return agreed;
}

/* The pass phrase is typed at the lock alone. */
static bool host_secret(void *state, char *buffer, size_t size)
{
    (void)state;
    (void)buffer;
    (void)size;
    return false;
}

static bool host_patience(void *state, unsigned attempt)
{
    struct transport *transport = state;
    struct timespec until;
    tell(transport, &(struct transport_news){.kind = TRANSPORT_LINK, .linked = false});
    clock_gettime(CLOCK_MONOTONIC, &until); /* a wall clock that is set back makes nobody wait longer */
    until.tv_sec += (time_t)transport_patience_s(attempt);
    pthread_mutex_lock(&transport->lock);
    while (!transport->gave_up && !transport->stopping &&
           pthread_cond_clockwait(&transport->changed, &transport->lock, CLOCK_MONOTONIC, &until) == 0)
        ;
    bool again = !transport->gave_up && !transport->stopping;
    pthread_mutex_unlock(&transport->lock);
    return again;
}

/* --- running one job --- */

static void move_scanned(struct transport *transport, const struct cli_arguments *arguments)
{
    struct scanner *scanner = NULL;
    struct ra_error ignored = {0};
    struct intake intake = {.count = 0};
    const char *folder = transport->cli.scanner;
    if (folder == NULL || !scanner_open(transport->cli.context, folder, &scanner, &ignored))
        return;
    for (size_t i = 2; i < arguments->positional_count; i++)
        if (strncmp(arguments->positional[i], folder, strlen(folder)) == 0)
            (void)!intake_add(transport->cli.context, arguments->positional[i], &intake, &ignored);
    for (size_t i = 0; i < intake.count; i++)
        (void)!scanner_sent(scanner, intake.files[i], &ignored);
}

static char *rendered(struct transport *transport, const struct cli_command *command, const json_t *document)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    command->render(&transport->cli, document, out);
    fclose(out);
    return text;
}

static void run_words(struct transport *transport, const struct screen_job *job, struct transport_news *news)
{
    struct ra_error error = {0};
    struct cli_arguments arguments = {0};
    const struct cli_command *command = NULL;
    char *words[WORDS_MAX];
    size_t count = json_array_size(job->words);
    for (size_t i = 0; i < count && i < WORDS_MAX; i++)
        words[i] = talloc_strdup(transport->cli.context, json_string_value(json_array_get(job->words, i)));
    if (count > WORDS_MAX || !options_command(&transport->cli, (int)count, words, &command, &arguments))
        ra_fail(&error, RA_INVALID, "o que foi preenchido não serve para este ato");
    else
        news->result.ok = command->run(&transport->cli, &arguments, &news->result.document, &error);
    if (news->result.ok && (job->kind == JOB_TEXT || job->kind == JOB_ACT))
        client_office_hour(&transport->cli);
    if (news->result.ok && (job->kind == JOB_TEXT || job->kind == JOB_ACT))
        news->text = rendered(transport, command, news->result.document);
    if (news->result.ok && strcmp(command->name, "document add") == 0)
        move_scanned(transport, &arguments);
    if (!news->result.ok)
        news->text = strdup(transport_problem(&transport->cli, &error));
}

static bool unlock(struct transport *transport, struct transport_news *news)
{
    char typed[CLI_PASSPHRASE_SIZE];
    pthread_mutex_lock(&transport->lock);
    memcpy(typed, transport->typed, sizeof typed);
    OPENSSL_cleanse(transport->typed, sizeof transport->typed);
    pthread_mutex_unlock(&transport->lock);
    transport->cli.passphrase = OPENSSL_strdup(typed);
    OPENSSL_cleanse(typed, sizeof typed);
    struct identity *identity = NULL;
    struct ra_error error = {0};
    bool ok = transport_identity(&transport->cli, &identity, &error);
    if (!ok) {
        transport_forget(&transport->cli);
        news->text = strdup("A senha não abre a identidade.");
    }
    return ok;
}

static void run_job(struct transport *transport, const struct screen_job *job)
{
    struct transport_news news = {.kind = TRANSPORT_DONE, .job = *job};
    size_t size = 0;
    transport->cli.context = talloc_new(NULL);
    transport->read_text = NULL;
    transport->cli.reading = open_memstream(&transport->read_text, &size);
    if (transport->cli.reading == NULL || transport->cli.context == NULL)
        news.text = strdup("memória insuficiente");
    else if (job->kind == JOB_LOCK) {
        transport_forget(&transport->cli);
        events_lock(transport->events, NULL);
        news.result.ok = true;
    } else if (job->kind == JOB_UNLOCK) {
        news.result.ok = unlock(transport, &news);
        if (news.result.ok)
            events_lock(transport->events, transport->cli.passphrase);
    } else {
        run_words(transport, job, &news);
    }
    if (transport->cli.reading != NULL)
        fclose(transport->cli.reading);
    transport->cli.reading = NULL;
    free_text(transport->read_text);
    transport->read_text = NULL;
    json_decref(transport->cli.problem);
    transport->cli.problem = NULL;
    talloc_free(transport->cli.context);
    transport->cli.context = NULL;
    if (news.result.ok && job->words != NULL)
        tell(transport, &(struct transport_news){.kind = TRANSPORT_LINK, .linked = true});
    tell(transport, &news);
}

static bool next_job(struct transport *transport, struct screen_job *job)
{
    pthread_mutex_lock(&transport->lock);
    while (transport->job_count == 0 && !transport->stopping)
        pthread_cond_wait(&transport->changed, &transport->lock);
    bool more = !transport->stopping;
    if (more) {
        *job = transport->jobs[0];
        memmove(transport->jobs, transport->jobs + 1, --transport->job_count * sizeof *job);
        transport->gave_up = false;
    }
    pthread_mutex_unlock(&transport->lock);
    return more;
}

static void *work(void *state)
{
    struct transport *transport = state;
    struct screen_job job;
    while (next_job(transport, &job))
        run_job(transport, &job);
    client_disconnect(&transport->cli);
    return NULL;
}

/* --- start and stop --- */

struct transport *transport_start(const struct cli *cli, struct ra_error *error)
{
    static const struct cli_host host = {
        .agree = host_agree, .secret = host_secret, .patience = host_patience};
    struct transport *transport = talloc_zero(cli->context, struct transport);
    if (transport == NULL) {
        ra_fail(error, RA_NO_MEMORY, "transport");
        return NULL;
    }
    transport->host = host;
    transport->host.state = transport;
    transport->cli = *cli;
    transport->cli.passphrase = cli->passphrase == NULL ? NULL : OPENSSL_strdup(cli->passphrase);
    transport->cli.host = &transport->host;
    transport->cli.connection = NULL;
    transport->cli.problem = NULL;
    transport->cli.json = transport->cli.yes = false;
    transport->cli.columns = 0; /* a page beside the queue, not the whole terminal */
    pthread_mutex_init(&transport->lock, NULL);
    pthread_cond_init(&transport->changed, NULL);
    transport->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    transport->events = events_start(transport, cli);
    if (transport->descriptor < 0 || transport->events == NULL ||
        pthread_create(&transport->thread, NULL, work, transport) != 0) {
        ra_fail(error, RA_INTERNAL, "a tela não conseguiu iniciar as suas tarefas");
        return NULL;
    }
    return transport;
}

void transport_stop(struct transport *transport)
{
    pthread_mutex_lock(&transport->lock);
    transport->stopping = true;
    pthread_cond_broadcast(&transport->changed);
    pthread_mutex_unlock(&transport->lock);
    events_stop(transport->events);
    pthread_join(transport->thread, NULL);
    for (size_t i = 0; i < transport->job_count; i++)
        json_decref(transport->jobs[i].words);
    for (size_t i = 0; i < transport->news_count; i++)
        transport_free_news(&transport->news[i]);
    transport_forget(&transport->cli);
    close(transport->descriptor);
    pthread_cond_destroy(&transport->changed);
    pthread_mutex_destroy(&transport->lock);
    talloc_free(transport);
}
