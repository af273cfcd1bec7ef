/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs the model's jobs, which are plain commands, on a thread of its own, so that the screen answers keys
 * while the network does not. Requests that get no answer are sent again, with the same Idempotency-Key,
 * until they get one or somebody gives up.
 *
 * Thread rules: the functions here are for the screen's thread; the worker touches no model.
 */
#ifndef RA_CLI_SCREEN_TRANSPORT_H
#define RA_CLI_SCREEN_TRANSPORT_H

#include "ra-cli/cli.h"
#include "ra-cli/screen/model.h"

struct transport;

/* How long to wait, in seconds, before an act that found no server is tried for the (attempt + 2)nd time.
 * There is no last attempt: the agent gives up, or leaves, or the network comes back. */
static inline unsigned transport_patience_s(unsigned attempt)
{
    enum { LONGEST_S = 5 };
    return attempt < LONGEST_S ? attempt + 1 : LONGEST_S;
}

/* What came from the worker. One of the members beyond `kind` is set. */
enum transport_event {
    TRANSPORT_NOTHING,
    TRANSPORT_DONE,     /* `job` was answered with `result` */
    TRANSPORT_QUESTION, /* `text` is to be read and `question` answered with transport_answer */
    TRANSPORT_LINK,     /* `linked` says whether the server answers */
    TRANSPORT_CHANGED,  /* the server said that something changed */
};

struct transport_news {
    enum transport_event kind;
    struct screen_job job; /* its words are the receiver's */
    struct screen_result result;
    char *text; /* owned: transport_free_news */
    const char *question;
    bool linked;
};

/* `cli` is the parent's: copied, but for what changes. NULL with *error set. */
struct transport *transport_start(const struct cli *cli, struct ra_error *error);

/* Readable when there is news. */
int transport_descriptor(const struct transport *transport);

void transport_send(struct transport *transport, const struct screen_job *job);

/* `passphrase` goes along with the next unlock; copied and wiped when used. */
void transport_secret(struct transport *transport, const char *passphrase);

/* TRANSPORT_NOTHING when there is none. Never waits. */
void transport_receive(struct transport *transport, struct transport_news *news);
void transport_free_news(struct transport_news *news);

void transport_answer(struct transport *transport, bool agreed);
void transport_give_up(struct transport *transport);

/* Ends the threads; waits for the request that runs. */
void transport_stop(struct transport *transport);

#endif
