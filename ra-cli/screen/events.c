/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/screen/events.h"

#include "ra-cli/client.h"
#include "ra-cli/screen/transport_internal.h"

#include <openssl/crypto.h>
#include <string.h>
#include <time.h>

struct events {
    struct transport *transport;
    struct cli cli;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool stopping;
    bool locked;
    unsigned failures; /* of the listening thread's own: since something was heard */
    char passphrase[CLI_PASSPHRASE_SIZE];
};

static bool must_end(void *state)
{
    struct events *events = state;
    pthread_mutex_lock(&events->lock);
    bool end = events->stopping || events->locked;
    pthread_mutex_unlock(&events->lock);
    return end;
}

static void heard(void *state)
{
    struct events *events = state;
    events->failures = 0;
    transport_tell_changed(events->transport);
}

/* Waits until the screen is open; false: it is over. */
static bool may_listen(struct events *events)
{
    pthread_mutex_lock(&events->lock);
    while (events->locked && !events->stopping)
        pthread_cond_wait(&events->changed, &events->lock);
    bool more = !events->stopping;
    if (more && events->passphrase[0] != '\0')
        events->cli.passphrase = OPENSSL_strdup(events->passphrase);
    pthread_mutex_unlock(&events->lock);
    return more;
}

static void rest(struct events *events)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until); /* a wall clock that is set back makes nobody wait longer */
    until.tv_sec += (time_t)events_pause_s(events->failures++);
    pthread_mutex_lock(&events->lock);
    while (!events->stopping &&
           pthread_cond_clockwait(&events->changed, &events->lock, CLOCK_MONOTONIC, &until) == 0)
        ;
    pthread_mutex_unlock(&events->lock);
}

static void *listen_on(void *state)
{
    struct events *events = state;
    while (may_listen(events)) {
        struct ra_error error = {0};
        const struct client_stream stream = {.state = events, .heard = heard, .must_end = must_end};
        events->cli.context = talloc_new(NULL);
        (void)!client_listen(&events->cli, "/api/office/events", &stream, &error);
        transport_forget(&events->cli);
        json_decref(events->cli.problem);
        events->cli.problem = NULL;
        talloc_free(events->cli.context);
        if (!must_end(events)) {
            rest(events);
            transport_tell_changed(events->transport);
        }
    }
    return NULL;
}

struct events *events_start(struct transport *transport, const struct cli *cli)
{
    struct events *events = talloc_zero(transport, struct events);
    if (events == NULL)
        return NULL;
    events->transport = transport;
    events->cli = *cli;
    events->cli.passphrase = NULL;
    events->cli.connection = NULL;
    events->cli.problem = NULL;
    events->cli.json = true;
    events->locked = cli_identity_is_protected(cli);
    pthread_mutex_init(&events->lock, NULL);
    pthread_cond_init(&events->changed, NULL);
    return pthread_create(&events->thread, NULL, listen_on, events) == 0 ? events : NULL;
}

void events_lock(struct events *events, const char *passphrase)
{
    pthread_mutex_lock(&events->lock);
    events->locked = passphrase == NULL;
    OPENSSL_cleanse(events->passphrase, sizeof events->passphrase);
    if (passphrase != NULL)
        snprintf(events->passphrase, sizeof events->passphrase, "%s", passphrase);
    pthread_cond_broadcast(&events->changed);
    pthread_mutex_unlock(&events->lock);
}

void events_stop(struct events *events)
{
    pthread_mutex_lock(&events->lock);
    events->stopping = true;
    pthread_cond_broadcast(&events->changed);
    pthread_mutex_unlock(&events->lock);
    pthread_join(events->thread, NULL);
    OPENSSL_cleanse(events->passphrase, sizeof events->passphrase);
    pthread_cond_destroy(&events->changed);
    pthread_mutex_destroy(&events->lock);
}
