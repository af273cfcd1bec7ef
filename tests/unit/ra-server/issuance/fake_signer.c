/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/fake_signer.h"

#include "floors/check.h"
#include "issuance/signer_client.h"
#include "pki/base/long_message.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PACKET = 131072, PLACES = 16 };

struct fake_signer {
    int listening;
    char path[108];
    int connections[PLACES];
    int at; /* the connection being answered */
    pthread_t thread;
    atomic_bool stopping;
    fake_answer *answer;
    void *argument;
};

static bool send_json(int fd, json_t *take)
{
    char *text = json_dumps(take, JSON_COMPACT);
    json_decref(take);
    bool sent = text != NULL && send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
    free(text);
    return sent;
}

static json_t *receive_json(int fd)
{
    struct ra_error error = {0};
    char *buffer = malloc(PACKET);
    int file = -1;
    ssize_t length = long_message_receive(fd, buffer, PACKET, 0, &file);
    if (file >= 0) {
        size_t size = 0;
        free(buffer);
        assert_true(long_message_read(file, SIGNER_MESSAGE_MAX, &buffer, &size, &error));
        length = (ssize_t)size;
    }
    json_t *json = length > 0 ? json_loadb(buffer, (size_t)length, 0, NULL) : NULL;
    free(buffer);
    return json;
}

json_t *fake_signer_carry(struct fake_signer *signer, json_t *take_packet)
{
    int fd = signer->connections[signer->at];
    return send_json(fd, take_packet) ? receive_json(fd) : NULL;
}

void fake_signer_carry_and_leave(struct fake_signer *signer, json_t *take_packet)
{
    (void)send_json(signer->connections[signer->at], take_packet);
    (void)shutdown(signer->connections[signer->at], SHUT_RDWR);
}

static void serve(struct fake_signer *signer, int place)
{
    signer->at = place;
    json_t *message = receive_json(signer->connections[place]);
    json_t *answer = message != NULL ? signer->answer(signer, message, signer->argument) : NULL;
    json_decref(message);
    if (answer == NULL || !send_json(signer->connections[place], answer)) {
        close(signer->connections[place]);
        signer->connections[place] = -1;
    }
}

static void take(struct fake_signer *signer)
{
    int fd = accept(signer->listening, NULL, NULL);
    for (int place = 0; fd >= 0 && place < PLACES; place++) {
        if (signer->connections[place] < 0) {
            signer->connections[place] = fd;
            return;
        }
    }
    close(fd);
}

static void *run(void *argument)
{
    struct fake_signer *signer = argument;
    while (!atomic_load(&signer->stopping)) {
        struct pollfd ready[PLACES + 1];
        for (int place = 0; place < PLACES; place++) {
            ready[place] = (struct pollfd){.fd = signer->connections[place], .events = POLLIN};
        }
        ready[PLACES] = (struct pollfd){.fd = signer->listening, .events = POLLIN};
        if (poll(ready, PLACES + 1, 20) <= 0) {
            continue;
        }
        if ((ready[PLACES].revents & POLLIN) != 0) {
            take(signer);
        }
        for (int place = 0; place < PLACES; place++) {
            if (ready[place].fd >= 0 && ready[place].revents != 0) {
                serve(signer, place);
            }
        }
    }
    return NULL;
}

struct fake_signer *fake_signer_start(const char *path, fake_answer *answer, void *argument)
{
    struct fake_signer *signer = calloc(1, sizeof *signer);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_non_null(signer);
    assert_true(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    memcpy(signer->path, path, strlen(path) + 1);
    signer->answer = answer;
    signer->argument = argument;
    for (int place = 0; place < PLACES; place++) {
        signer->connections[place] = -1;
    }
    unlink(path);
    signer->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_true(signer->listening >= 0);
    assert_int_equal(bind(signer->listening, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(signer->listening, PLACES), 0);
    assert_int_equal(pthread_create(&signer->thread, NULL, run, signer), 0);
    return signer;
}

void fake_signer_stop(struct fake_signer *signer)
{
    atomic_store(&signer->stopping, true);
    pthread_join(signer->thread, NULL);
    for (int place = 0; place < PLACES; place++) {
        if (signer->connections[place] >= 0) {
            close(signer->connections[place]);
        }
    }
    close(signer->listening);
    unlink(signer->path);
    free(signer);
}
