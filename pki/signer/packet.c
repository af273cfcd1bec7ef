/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/packet.h"

#include "pki/base/long_message.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

enum { SEND_SECONDS = 10 };

bool packet_prepare(int socket, struct ra_error *error)
{
    const int room = 2 * PACKET_MAX;
    const struct timeval patience = {.tv_sec = SEND_SECONDS};
    if (setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &room, sizeof room) != 0 ||
        setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) != 0 ||
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0)
        return ra_fail_errno(error, "socket options");
    return true;
}

static enum packet_result parse(const char *text, size_t length, json_t **message, struct ra_error *error)
{
    *message = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    if (*message != NULL && json_is_object(*message))
        return PACKET_MESSAGE;
    json_decref(*message);
    *message = NULL;
    ra_fail_reason(error, RA_BAD_JSON, "malformed", "a mensagem não é um objeto JSON estrito");
    return PACKET_MALFORMED;
}

/* Of the packet that waits, without taking it: most are far below PACKET_MAX. One beyond it is taken and
 * thrown away. */
static enum packet_result next_length(int socket, size_t *length, struct ra_error *error)
{
    struct msghdr header = {.msg_iovlen = 0};
    ssize_t waiting = recvmsg(socket, &header, MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC);
    if (waiting <= 0)
        return PACKET_CLOSED;
    *length = (size_t)waiting;
    if (*length <= PACKET_MAX)
        return PACKET_MESSAGE;
    if (recvmsg(socket, &header, MSG_DONTWAIT | MSG_TRUNC) != waiting)
        return PACKET_CLOSED;
    ra_fail_reason(error, RA_TOO_LARGE, "malformed", "mensagem de mais de %d bytes", PACKET_MAX);
    return PACKET_MALFORMED;
}

/* A packet that carries a file says nothing itself but its mark. */
static enum packet_result receive_long(int take_file, bool marked, json_t **message, struct ra_error *error)
{
    char *content = NULL;
    size_t length = 0;
    enum packet_result result = PACKET_MALFORMED;
    if (long_message_read(take_file, PACKET_LONG_MAX, &content, &length, error) && marked)
        result = parse(content, length, message, error);
    else
        ra_fail_reason(error, RA_BAD_REQUEST, "malformed", "a mensagem longa não veio como devia");
    OPENSSL_cleanse(content, length);
    free(content);
    return result;
}

enum packet_result packet_receive(int socket, int seconds, json_t **message, struct ra_error *error)
{
    *message = NULL;
    struct pollfd ready = {.fd = socket, .events = POLLIN};
    int polled;
    do
        polled = poll(&ready, 1, seconds * 1000);
    while (polled < 0 && errno == EINTR);
    if (polled <= 0)
        return PACKET_CLOSED;
    size_t length = 0;
    char *buffer = NULL;
    switch (next_length(socket, &length, error)) {
    case PACKET_MESSAGE:
        buffer = malloc(length);
        break;
    case PACKET_MALFORMED:
        return PACKET_MALFORMED;
    case PACKET_CLOSED:
        break;
    }
    if (buffer == NULL)
        return PACKET_CLOSED;
    int file = -1;
    ssize_t got = long_message_receive(socket, buffer, length, MSG_DONTWAIT, &file);
    enum packet_result result = PACKET_CLOSED;
    if (file >= 0)
        result = receive_long(file, got == 1 && *buffer == LONG_MESSAGE_MARK, message, error);
    else if (got == (ssize_t)length)
        result = parse(buffer, length, message, error);
    /* Halves of codes never come here, but proofs and personal data do. */
    OPENSSL_cleanse(buffer, length);
    free(buffer);
    return result;
}

bool packet_send(int socket, json_t *message, struct ra_error *error)
{
    char *text = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL;
    json_decref(message);
    if (text == NULL)
        return ra_fail(error, RA_NO_MEMORY, "answer");
    size_t length = strlen(text);
    ssize_t sent = -1;
    if (length <= PACKET_MAX)
        do
            sent = send(socket, text, length, MSG_NOSIGNAL);
        while (sent < 0 && errno == EINTR);
    else
        errno = EMSGSIZE;
    free(text);
    if (sent != (ssize_t)length)
        return ra_fail_errno(error, "send");
    return true;
}
