/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/long_message.h"

#include "pki/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

/* Room for one descriptor: CMSG_LEN of it, so that the kernel closes a second one. */
union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
};

static bool send_descriptor(int socket, int file)
{
    char mark = LONG_MESSAGE_MARK;
    union control control = {.room = {0}};
    struct iovec part = {&mark, 1};
    const struct msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(sizeof file)};
    control.header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof file), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &file, sizeof file);
    ssize_t sent;
    do
        sent = sendmsg(socket, &header, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == 1;
}

bool long_message_send(int socket, struct bytes content, struct ra_error *error)
{
    int file = memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    bool ok = file >= 0 && file_write_all(file, content) && fcntl(file, F_ADD_SEALS, SEALS) == 0 &&
              send_descriptor(socket, file);
    const int number = errno;
    if (!ok)
        ra_fail_errno(error, "long message");
    if (file >= 0)
        close(file);
    errno = number;
    return ok;
}

ssize_t long_message_receive(int socket, void *buffer, size_t size, int flags, int *file)
{
    union control control;
    struct iovec part = {buffer, size};
    struct msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(sizeof *file)};
    *file = -1;
    ssize_t got = recvmsg(socket, &header, flags | MSG_CMSG_CLOEXEC);
    const struct cmsghdr *first = got >= 0 ? CMSG_FIRSTHDR(&header) : NULL;
    if (first != NULL && first->cmsg_level == SOL_SOCKET && first->cmsg_type == SCM_RIGHTS &&
        first->cmsg_len == CMSG_LEN(sizeof *file))
        memcpy(file, CMSG_DATA(first), sizeof *file);
    return got;
}

static bool read_whole(int file, char *content, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t got = pread(file, content + done, length - done, (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static bool read_sealed(int file, size_t limit, char **content, size_t *length, struct ra_error *error)
{
    struct stat status;
    const int seals = fcntl(file, F_GET_SEALS);
    if (seals < 0 || (seals & SEALS) != SEALS || fstat(file, &status) != 0 || status.st_size <= 0)
        return ra_fail(error, RA_IO, "long message: not a sealed file");
    if ((uintmax_t)status.st_size > limit)
        return ra_fail(error, RA_TOO_LARGE, "long message: over %zu bytes", limit);
    *length = (size_t)status.st_size;
    *content = malloc(*length);
    if (*content == NULL)
        return ra_fail(error, RA_NO_MEMORY, "long message");
    if (read_whole(file, *content, *length))
        return true;
    ra_fail_errno(error, "long message");
    free(*content);
    *content = NULL;
    return false;
}

bool long_message_read(int take_file, size_t limit, char **content, size_t *length, struct ra_error *error)
{
    *content = NULL;
    *length = 0;
    bool ok = read_sealed(take_file, limit, content, length, error);
    close(take_file);
    return ok;
}
