/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signer's door: HOME/run/sock, SOCK_SEQPACKET, 0660. Only the configured user may speak; one thread for
 * each connection, LISTENER_CONNECTIONS at most; requests of a connection one after the other.
 */
#ifndef PKI_SIGNER_LISTENER_H
#define PKI_SIGNER_LISTENER_H

#include "pki/signer/signer.h"

#include <sys/types.h>

enum {
    LISTENER_CONNECTIONS = 16,
    LISTENER_STACK = 2 << 20,     /* bytes */
    LISTENER_IDLE_SECONDS = 300,  /* between requests; then the connection is closed */
    LISTENER_CARRY_SECONDS = 120, /* for the AC's answer to come back */
    LISTENER_STOP_SECONDS = 10,   /* for running requests, once told to stop */
};

/* Makes the socket; what is left of an earlier one is removed. The descriptor, or -1 with error set. */
int listener_open(const char *home, struct ra_error *error);

/* Serves until SIGTERM or SIGINT; SIGHUP reloads the files under `home`. All three must be blocked in every
 * thread before. Peers must be `server_uid` or our own user. *at_rest says whether every request had ended
 * when it returned; otherwise nothing that `signer` reaches may be freed. */
RA_MUST_CHECK bool listener_run(struct signer *signer, const char *home, int socket, uid_t server_uid,
                                bool *at_rest, struct ra_error *error);

#endif
