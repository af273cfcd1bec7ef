/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/state.h"

static int state_destructor(struct signer_state *state)
{
    pthread_mutex_destroy(&state->roster_lock);
    pthread_mutex_destroy(&state->checkpoint_lock);
    pthread_mutex_destroy(&state->lock);
    return 0;
}

struct files *state_files_new(TALLOC_CTX *context, const struct settings *settings)
{
    struct files *files = talloc_zero(context, struct files);
    if (files != NULL)
        files->settings = settings;
    return files;
}

struct signer_state *state_new(TALLOC_CTX *context, const struct settings *settings)
{
    struct signer_state *state = talloc_zero(context, struct signer_state);
    if (state == NULL || pthread_mutex_init(&state->roster_lock, NULL) != 0 ||
        pthread_mutex_init(&state->checkpoint_lock, NULL) != 0 ||
        pthread_mutex_init(&state->lock, NULL) != 0 ||
        (state->files = state_files_new(state, settings)) == NULL) {
        talloc_free(state);
        return NULL;
    }
    talloc_set_destructor(state, state_destructor);
    return state;
}

struct files *state_hold(struct signer_state *state)
{
    pthread_mutex_lock(&state->lock);
    struct files *files = state->files;
    files->users++;
    pthread_mutex_unlock(&state->lock);
    return files;
}

void state_let_go(struct signer_state *state, struct files *files)
{
    pthread_mutex_lock(&state->lock);
    files->users--;
    if (files->users == 0 && files != state->files)
        talloc_free(files);
    pthread_mutex_unlock(&state->lock);
}

void state_replace(struct signer_state *state, struct files *take_files)
{
    struct files *old = state_hold(state);
    pthread_mutex_lock(&state->lock);
    state->files = talloc_steal(state, take_files);
    pthread_mutex_unlock(&state->lock);
    state_let_go(state, old);
}

void state_put_roster(struct signer_state *state, struct roster *take_roster)
{
    pthread_mutex_lock(&state->lock);
    state->roster = talloc_steal(state, take_roster);
    pthread_mutex_unlock(&state->lock);
}
