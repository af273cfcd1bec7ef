/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issuance/signer_client.h"

#include "issuance/reasons.h"
#include "pki/base/long_message.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { IDLE_MAX = 8, CARRIES_MAX = 16 };

struct signer_client {
    const char *path;
    pthread_mutex_t lock;
    int idle[IDLE_MAX]; /* under lock */
    size_t idle_count;  /* under lock */
};

static int client_destructor(struct signer_client *client)
{
    for (size_t at = 0; at < client->idle_count; at++) {
        (void)close(client->idle[at]);
    }
    (void)pthread_mutex_destroy(&client->lock);
    return 0;
}

struct signer_client *signer_client_new(TALLOC_CTX *context, const char *path)
{
    struct signer_client *client = talloc_zero(context, struct signer_client);
    if (client == NULL || pthread_mutex_init(&client->lock, NULL) != 0) {
        talloc_free(client);
        return NULL;
    }
    client->path = path;
    talloc_set_destructor(client, client_destructor);
    return client;
}

/* Leaves errno as it is. */
static bool no_signer(struct ra_error *error, const char *what)
{
    int saved = errno;
    struct ra_error cause = {0};
    (void)ra_fail_errno(&cause, what);
    errno = saved;
    return ra_fail_reason(error, RA_SIGNER_UNAVAILABLE, "signer-unavailable", "%s", cause.detail);
}

static int open_connection(const char *path, struct ra_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = SIGNER_ANSWER_SECONDS};
    if (strlen(path) >= sizeof address.sun_path) {
        (void)ra_fail(error, RA_SIGNER_UNAVAILABLE, "o caminho do socket do assinador é longo demais");
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        (void)no_signer(error, "socket");
        return -1;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        (void)no_signer(error, "connect");
        (void)close(fd);
        return -1;
    }
    return fd;
}

static int take_idle(struct signer_client *client)
{
    (void)pthread_mutex_lock(&client->lock);
    int fd = client->idle_count > 0 ? client->idle[--client->idle_count] : -1;
    (void)pthread_mutex_unlock(&client->lock);
    return fd;
}

static void give_back(struct signer_client *client, int fd)
{
    (void)pthread_mutex_lock(&client->lock);
    bool kept = client->idle_count < IDLE_MAX;
    if (kept) {
        client->idle[client->idle_count++] = fd;
    }
    (void)pthread_mutex_unlock(&client->lock);
    if (!kept) {
        (void)close(fd);
    }
}

static bool send_packet(int fd, const json_t *packet, struct ra_error *error)
{
    char *text = json_dumps(packet, JSON_COMPACT);
    if (text == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "message to the signer");
    }
    size_t length = strlen(text);
    bool sent = false;
    errno = 0; /* who asks why looks at it */
    if (length > SIGNER_MESSAGE_MAX) {
        (void)ra_fail(error, RA_TOO_LARGE, "a mensagem ao assinador é grande demais");
    } else {
        sent = length > SIGNER_PACKET_MAX
                   ? long_message_send(fd, (struct bytes){(const uint8_t *)text, length}, error)
                   : send(fd, text, length, MSG_NOSIGNAL) == (ssize_t)length;
        if (!sent) {
            (void)no_signer(error, "send");
        }
    }
    free(text);
    return sent;
}

/* `*closed`: the connection ended in order, without a word. */
static bool receive_packet(int fd, json_t **packet, bool *closed, struct ra_error *error)
{
    /* How long it is, first: most are far below the limit. */
    ssize_t length = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC);
    *closed = length == 0 || (length < 0 && errno == ECONNRESET);
    if (length <= 0) {
        errno = length == 0 ? ECONNRESET : errno;
        return no_signer(error, "recv");
    }
    char *buffer = length <= SIGNER_PACKET_MAX ? talloc_array(NULL, char, (unsigned)length) : NULL;
    *packet = buffer != NULL && recv(fd, buffer, (size_t)length, 0) == length
                  ? json_loadb(buffer, (size_t)length, JSON_REJECT_DUPLICATES, NULL)
                  : NULL;
    talloc_free(buffer);
    if (!json_is_string(json_object_get(*packet, "type"))) {
        json_decref(*packet);
        *packet = NULL;
        return ra_fail(error, RA_SIGNER_UNAVAILABLE, "o assinador respondeu o que não se entende");
    }
    return true;
}

static json_t *carry_once(const json_t *packet, signer_carry *carry, void *argument)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    struct bytes message = {NULL, 0};
    struct bytes answer = {NULL, 0};
    json_t *carried = NULL;
    if (carry != NULL && signer_bytes(context, packet, "message", &message, &error) &&
        carry(argument, context, message, &answer, &error)) {
        carried = json_pack("{s:s, s:o}", "type", "carried", "message", signer_base64(answer));
    } else {
        const char *detail = error.detail[0] != '\0' ? error.detail : ra_error_info(error.code)->sentence;
        carried = json_pack("{s:s, s:s}", "type", "carried", "error", detail);
    }
    talloc_free(context);
    return carried;
}

static bool converse(int fd, const json_t *request, signer_carry *carry, void *argument, json_t **answer,
                     bool *closed, struct ra_error *error)
{
    *closed = false;
    if (!send_packet(fd, request, error)) {
        *closed = errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN;
        return false;
    }
    for (unsigned carries = 0; carries <= CARRIES_MAX; carries++) {
        json_t *packet = NULL;
        bool ended = false;
        if (!receive_packet(fd, &packet, &ended, error)) {
            *closed = ended && carries == 0;
            return false;
        }
        if (strcmp(json_string_value(json_object_get(packet, "type")), "carry") != 0) {
            *answer = packet;
            return true;
        }
        json_t *carried = carry_once(packet, carry, argument);
        json_decref(packet);
        if (carried == NULL) {
            return ra_fail(error, RA_NO_MEMORY, "answer of the AC");
        }
        bool sent = send_packet(fd, carried, error);
        json_decref(carried);
        if (!sent) {
            return false;
        }
    }
    return ra_fail(error, RA_SIGNER_UNAVAILABLE, "o assinador não chega ao fim");
}

bool signer_ask(struct signer_client *client, json_t *take_request, signer_carry *carry, void *argument,
                json_t **answer, struct ra_error *error)
{
    *answer = NULL;
    if (take_request == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "message to the signer");
    }
    if (client == NULL) {
        json_decref(take_request);
        return ra_fail_reason(error, RA_SIGNER_UNAVAILABLE, "signer-unavailable",
                              "o assinador não foi iniciado");
    }
    bool done = false;
    bool closed = true;
    int fd = take_idle(client);
    if (fd >= 0) {
        struct ra_error stale = {0};
        done = converse(fd, take_request, carry, argument, answer, &closed, &stale);
        if (done) {
            give_back(client, fd);
        } else {
            (void)close(fd);
            *error = closed ? *error : stale;
        }
    }
    if (!done && closed) {
        fd = open_connection(client->path, error);
        done = fd >= 0 && converse(fd, take_request, carry, argument, answer, &closed, error);
        if (done) {
            give_back(client, fd);
        } else if (fd >= 0) {
            (void)close(fd);
        }
    }
    json_decref(take_request);
    return done;
}

bool signer_expect(const json_t *answer, const char *type, struct ra_error *error)
{
    const char *got = json_string_value(json_object_get(answer, "type"));
    if (got != NULL && strcmp(got, type) == 0) {
        return true;
    }
    if (got != NULL && strcmp(got, "refused") == 0) {
        const char *reason = json_string_value(json_object_get(answer, "reason"));
        const char *detail = json_string_value(json_object_get(answer, "detail"));
        return reason_fail(error, reason != NULL ? reason : "", detail);
    }
    return ra_fail(error, RA_SIGNER_UNAVAILABLE, "o assinador respondeu outra coisa");
}

bool signer_bytes(TALLOC_CTX *context, const json_t *object, const char *key, struct bytes *bytes,
                  struct ra_error *error)
{
    const json_t *text = json_object_get(object, key);
    if (!json_is_string(text) ||
        !base64_decode(context, json_string_value(text), json_string_length(text), bytes)) {
        return ra_fail(error, RA_SIGNER_UNAVAILABLE, "o assinador respondeu sem %s", key);
    }
    return true;
}

json_t *signer_base64(struct bytes bytes)
{
    char *text = base64_encode(NULL, bytes);
    json_t *value = text != NULL ? json_stringn_nocheck(text, strlen(text)) : NULL; /* ASCII */
    talloc_free(text);
    return value;
}

bool signer_status(struct signer_client *client, json_t **status, struct ra_error *error)
{
    if (!signer_ask(client, json_pack("{s:s}", "type", "status"), NULL, NULL, status, error)) {
        return false;
    }
    if (!signer_expect(*status, "status", error)) {
        json_decref(*status);
        *status = NULL;
        return false;
    }
    return true;
}
