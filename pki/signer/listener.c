/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/listener.h"

#include "pki/signer/log.h"
#include "pki/signer/packet.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct listener {
    struct signer *signer;
    const char *home;
    uid_t server_uid;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    int connections[LISTENER_CONNECTIONS]; /* descriptors; -1 is a free place */
    unsigned running;
};

struct connection {
    struct listener *listener;
    size_t place;
    int socket;
};

int listener_open(const char *home, struct ra_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (snprintf(address.sun_path, sizeof address.sun_path, "%s/run/sock", home) >=
        (int)sizeof address.sun_path) {
        ra_fail(error, RA_IO, "%s: path too long for a socket", home);
        return -1;
    }
    int listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    bool ok = listening >= 0 && (unlink(address.sun_path) == 0 || errno == ENOENT);
    /* From its first moment the socket is no wider than it will be. */
    mode_t before = umask(0117);
    ok = ok && bind(listening, (const struct sockaddr *)&address, sizeof address) == 0 &&
         listen(listening, LISTENER_CONNECTIONS) == 0;
    umask(before);
    if (ok)
        return listening;
    ra_fail_errno(error, address.sun_path);
    if (listening >= 0)
        close(listening);
    return -1;
}

/* --- one connection --- */

static bool read_carried(json_t *message, TALLOC_CTX *memory, struct bytes *answer, struct ra_error *error)
{
    const char *type = NULL, *text = NULL, *failure = NULL;
    if (json_unpack(message, "{s:s,s?s,s?s!}", "type", &type, "message", &text, "error", &failure) != 0 ||
        strcmp(type, "carried") != 0 || (text == NULL) == (failure == NULL))
        return ra_fail(error, RA_UPSTREAM, "carrier: not an answer to carry");
    if (failure != NULL)
        return ra_fail(error, RA_UPSTREAM, "carrier: the AC was not reached");
    if (!base64_decode(memory, text, strlen(text), answer))
        return ra_fail(error, RA_UPSTREAM, "carrier: not base64");
    return true;
}

static bool carry(void *context, const char *transaction, struct bytes message, TALLOC_CTX *memory,
                  struct bytes *answer, struct ra_error *error)
{
    const struct connection *connection = context;
    const char *encoded = base64_encode(memory, message);
    json_t *answered = NULL;
    if (!packet_send(
            connection->socket,
            json_pack("{s:s,s:s,s:s}", "type", "carry", "transaction", transaction, "message", encoded),
            error))
        return false;
    bool ok = false;
    switch (packet_receive(connection->socket, LISTENER_CARRY_SECONDS, &answered, error)) {
    case PACKET_MESSAGE:
        ok = read_carried(answered, memory, answer, error);
        break;
    case PACKET_MALFORMED:
        break;
    case PACKET_CLOSED:
        ra_fail(error, RA_UPSTREAM, "carrier: it left");
        /* What it may still send answers this message, and is no request. */
        (void)shutdown(connection->socket, SHUT_RD);
        break;
    }
    json_decref(answered);
    return ok;
}

static bool answer_one(const struct connection *connection)
{
    struct ra_error error = {0};
    const struct signer_channel channel = {.carry = carry, .context = (void *)(uintptr_t)connection};
    json_t *request = NULL;
    switch (packet_receive(connection->socket, LISTENER_IDLE_SECONDS, &request, &error)) {
    case PACKET_MESSAGE: {
        json_t *answer = signer_handle(connection->listener->signer, &channel, request);
        json_decref(request);
        return packet_send(connection->socket, answer, &error);
    }
    case PACKET_MALFORMED:
        return packet_send(connection->socket, signer_refusal(&error), &error);
    case PACKET_CLOSED:
        return false;
    }
    return false;
}

static void *serve(void *argument)
{
    struct connection *connection = argument;
    struct listener *listener = connection->listener;
    while (answer_one(connection))
        continue;
    OPENSSL_thread_stop(); /* who waits for the last thread ends the process at once */
    pthread_mutex_lock(&listener->lock);
    close(connection->socket);
    listener->connections[connection->place] = -1;
    listener->running--;
    pthread_cond_signal(&listener->ended);
    pthread_mutex_unlock(&listener->lock);
    free(connection);
    return NULL;
}

/* --- the door --- */

static bool may_speak(const struct listener *listener, int socket)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer)
        return false;
    if (peer.uid == listener->server_uid || peer.uid == geteuid())
        return true;
    log_event(LOG_LEVEL_ALARM, "stranger", "{s:I}", "uid", (json_int_t)peer.uid);
    return false;
}

/* A free place, or -1. With the lock held. */
static int free_place(const struct listener *listener)
{
    for (int i = 0; i < LISTENER_CONNECTIONS; i++)
        if (listener->connections[i] < 0)
            return i;
    return -1;
}

static bool start_thread(struct listener *listener, int socket)
{
    struct connection *connection = malloc(sizeof *connection);
    pthread_attr_t detached;
    if (connection == NULL || pthread_attr_init(&detached) != 0) {
        free(connection);
        return false;
    }
    pthread_mutex_lock(&listener->lock);
    int place = free_place(listener);
    bool started = false;
    if (place >= 0) {
        *connection = (struct connection){listener, (size_t)place, socket};
        pthread_t thread;
        started = pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED) == 0 &&
                  pthread_attr_setstacksize(&detached, LISTENER_STACK) == 0 &&
                  pthread_create(&thread, &detached, serve, connection) == 0;
    }
    if (started) {
        listener->connections[place] = socket;
        listener->running++;
    } else {
        free(connection);
    }
    pthread_mutex_unlock(&listener->lock);
    pthread_attr_destroy(&detached);
    return started;
}

static void take(struct listener *listener, int listening)
{
    struct ra_error error = {0};
    int socket = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (socket < 0)
        return;
    if (!may_speak(listener, socket) || !packet_prepare(socket, &error) || !start_thread(listener, socket))
        close(socket);
}

/* Silent connections are ended; those at work end their request first. */
static bool stop(struct listener *listener)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += LISTENER_STOP_SECONDS;
    pthread_mutex_lock(&listener->lock);
    for (int i = 0; i < LISTENER_CONNECTIONS; i++)
        if (listener->connections[i] >= 0)
            shutdown(listener->connections[i], SHUT_RD);
    int waited = 0;
    while (listener->running > 0 && waited == 0)
        waited = pthread_cond_timedwait(&listener->ended, &listener->lock, &deadline);
    bool at_rest = listener->running == 0;
    pthread_mutex_unlock(&listener->lock);
    return at_rest;
}

static void reload(struct listener *listener)
{
    struct ra_error error = {0};
    if (signer_reload(listener->signer, listener->home, &error))
        log_event(LOG_LEVEL_INFO, "reloaded", "{}");
    else
        log_event(LOG_LEVEL_ALARM, "reload-refused", "{s:s,s:s}", "code", ra_error_info(error.code)->code,
                  "detail", error.detail);
}

/* Signals are blocked; they are taken here, one at a time. */
static bool told_to_stop(struct listener *listener, const sigset_t *signals)
{
    const struct timespec now = {0, 0};
    int signal = sigtimedwait(signals, NULL, &now);
    if (signal == SIGHUP)
        reload(listener);
    return signal == SIGTERM || signal == SIGINT;
}

bool listener_run(struct signer *signer, const char *home, int socket, uid_t server_uid, bool *at_rest,
                  struct ra_error *error)
{
    static struct listener listener; /* detached threads may outlive the wait at the end */
    listener.signer = signer;
    listener.home = home;
    listener.server_uid = server_uid;
    for (int i = 0; i < LISTENER_CONNECTIONS; i++)
        listener.connections[i] = -1;
    if (pthread_mutex_init(&listener.lock, NULL) != 0 || pthread_cond_init(&listener.ended, NULL) != 0)
        return ra_fail(error, RA_NO_MEMORY, "listener");
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    while (!told_to_stop(&listener, &signals)) {
        enum { TICK_MS = 200 };
        struct pollfd ready = {.fd = socket, .events = POLLIN};
        if (poll(&ready, 1, TICK_MS) > 0)
            take(&listener, socket);
    }
    *at_rest = stop(&listener);
    return true;
}
