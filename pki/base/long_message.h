/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages too long for one packet of a local SOCK_SEQPACKET socket: buffers of the kernel end at some
 * hundred kilobytes, the list of revoked certificates of a large AC at megabytes. Such a message lies in a
 * memory file whose descriptor a packet of one byte carries. The file is sealed: nobody changes or shortens
 * it while it is read, and reading it never waits for anybody.
 *
 * Thread rules: none of its own; who uses the socket sees to that.
 */
#ifndef PKI_BASE_LONG_MESSAGE_H
#define PKI_BASE_LONG_MESSAGE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"

#include <sys/types.h>

/* The one byte of the packet. */
#define LONG_MESSAGE_MARK '@'

/* RA_IO, with errno as it was. */
RA_MUST_CHECK bool long_message_send(int socket, struct bytes content, struct ra_error *error);

/* recvmsg(2) into `buffer`; *file is the descriptor that came along, the caller's, or -1. */
ssize_t long_message_receive(int socket, void *buffer, size_t size, int flags, int *file);

/* All of a file that came so, which is closed: malloc's, the caller's to free. false when it is not sealed,
 * empty or longer than `limit` (RA_TOO_LARGE), or cannot be read. */
RA_MUST_CHECK bool long_message_read(int take_file, size_t limit, char **content, size_t *length,
                                     struct ra_error *error);

#endif
