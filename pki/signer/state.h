/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What outlives a request: the files in force and the roster. For signer.c and records.c.
 *
 * Thread rules: `lock` covers the pointers, the counts and the list of talloc children; it is held for
 * moments. `roster_lock` is held by who judges and accepts a roster, from reading the journal to putting it
 * in force, and is taken first.
 */
#ifndef PKI_SIGNER_STATE_H
#define PKI_SIGNER_STATE_H

#include "pki/signer/signer.h"

/* Files that were read, and how many requests judge by them. */
struct files {
    const struct settings *settings;
    unsigned users;
};

struct signer_state {
    pthread_mutex_t roster_lock;
    pthread_mutex_t checkpoint_lock; /* one checkpoint at a time */
    pthread_mutex_t lock;
    struct files *files;
    const struct roster *roster; /* in force or not; old ones stay: threads may be reading them */
};

/* With the files of the start, which are borrowed. NULL when memory ran out. */
struct signer_state *state_new(TALLOC_CTX *context, const struct settings *settings);

/* The files in force, held until they are let go. */
struct files *state_hold(struct signer_state *state);
void state_let_go(struct signer_state *state, struct files *files);

/* Files on any context, with settings that are borrowed or that the caller steals to them. */
struct files *state_files_new(TALLOC_CTX *context, const struct settings *settings);

/* Puts files in force; the old ones end with their last request. */
void state_replace(struct signer_state *state, struct files *take_files);

/* With roster_lock held. NULL: nobody is an agent. */
void state_put_roster(struct signer_state *state, struct roster *take_roster);

#endif
