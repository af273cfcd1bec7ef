/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the worker and the listener to the server's events share.
 */
#ifndef RA_CLI_SCREEN_TRANSPORT_INTERNAL_H
#define RA_CLI_SCREEN_TRANSPORT_INTERNAL_H

#include "pki/trust/identity.h"
#include "ra-cli/screen/transport.h"

#include <pthread.h>

enum { TRANSPORT_NEWS_MAX = 64, TRANSPORT_JOBS_MAX = 48 };

struct events;

struct transport {
    struct cli cli; /* the worker's own; its context lives as long as a job */
    struct cli_host host;
    struct events *events;
    pthread_t thread;
    int descriptor;
    char *read_text; /* the worker's: what cli.reading wrote */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct screen_job jobs[TRANSPORT_JOBS_MAX];
    size_t job_count;
    struct transport_news news[TRANSPORT_NEWS_MAX];
    size_t news_count;
    char typed[CLI_PASSPHRASE_SIZE];
    int verdict;
    bool gave_up, stopping;
};

/* From the listener's thread. */
void transport_tell_changed(struct transport *transport);

/* The refusal as one line for the agent, on cli->context. */
const char *transport_problem(struct cli *cli, const struct ra_error *error);

/* Loads the identity with cli->passphrase, to see that it opens. */
RA_MUST_CHECK bool transport_identity(struct cli *cli, struct identity **identity, struct ra_error *error);

/* The pass phrase and the connection go; nothing of the key stays in memory. */
void transport_forget(struct cli *cli);

#endif
