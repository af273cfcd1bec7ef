/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CRLs from the addresses that certificates name. Only the job asks outside, without a lock; and only
 * addresses from certificates that an authority known beforehand has signed.
 */
#include "approval/crl_set.h"
#include "approval/trust_internal.h"
#include "approval/trust_state.h"
#include "issuance/ac_carrier.h"
#include "log.h"

#include <string.h>

enum { TRY_AGAIN_S = 10, ASK_ANYWAY_S = 900 };

/* A CRL is asked for anew in the last quarter of its life. */
static bool grown_old(const X509_CRL *crl, time_t now)
{
    if (crl == NULL) {
        return true;
    }
    time_t from = crl_set_this_update(crl);
    time_t until = crl_set_next_update(crl);
    return until == 0 || now >= until - (until - from) / 4;
}

/* A revocation may be published long before the CRL that lacks it ends. Under the lock. */
static bool is_due(const struct trust_state *state, const struct trust_needed *needed, time_t now)
{
    bool old =
        grown_old(crl_set_newest(state->crls, needed->issuer), now) || now - needed->tried_at >= ASK_ANYWAY_S;
    bool just_tried = now >= needed->tried_at && now - needed->tried_at < TRY_AGAIN_S;
    return needed->crl_address[0] != '\0' && old && !just_tried;
}

/* One question to ask: a copy, so that the lock need not be held while it is asked. */
struct question {
    char crl_address[CRL_URL_SIZE];
    X509_NAME *issuer;
};

/* What is missing or old and was not asked for just now; marks it as asked. */
static size_t questions_due(struct trust_state *state, time_t now,
                            struct question questions[TRUST_NEEDED_MAX])
{
    size_t count = 0;
    (void)pthread_rwlock_wrlock(&state->lock);
    for (size_t at = 0; at < state->needed_count; at++) {
        struct trust_needed *needed = &state->needed[at];
        X509_NAME *issuer = is_due(state, needed, now) ? X509_NAME_dup(needed->issuer) : NULL;
        if (issuer != NULL) {
            struct question *question = &questions[count++];
            question->issuer = issuer;
            memcpy(question->crl_address, needed->crl_address, CRL_URL_SIZE);
            needed->tried_at = now;
        }
    }
    (void)pthread_rwlock_unlock(&state->lock);
    return count;
}

static bool fetch_crl(struct ra_app *app, TALLOC_CTX *context, const struct question *question,
                      struct ra_error *error)
{
    struct trust_state *state = trust_state_of(app);
    struct bytes der = {NULL, 0};
    STACK_OF(X509_CRL) *one = sk_X509_CRL_new_null();
    bool done = one != NULL || ra_fail(error, RA_NO_MEMORY, "CRL");
    done = done && ac_fetch(ac_carrier_of(app), context, question->crl_address, CRL_FILE_MAX, &der, error) &&
           signed_read_crl(der, one, error);
    X509_CRL *crl = done ? sk_X509_CRL_pop(one) : NULL;
    if (crl != NULL) {
        (void)pthread_rwlock_wrlock(&state->lock);
        bool newer = crl_set_offer(state->crls, crl, trust_find_authority(state, question->issuer));
        (void)pthread_rwlock_unlock(&state->lock);
        if (newer) {
            trust_keep_file(app, question->issuer, "crl", der);
        }
    }
    sk_X509_CRL_pop_free(one, X509_CRL_free);
    return done;
}

static void ask(struct ra_app *app, const struct question *question)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    if (!fetch_crl(app, context, question, &error)) {
        log_error("crl-not-fetched", "crls", &error);
    }
    talloc_free(context);
}

static bool is_ending(const struct ra_app *app)
{
    return app->jobs != NULL && jobs_stopping(app->jobs);
}

static void ask_what_is_due(struct ra_app *app, time_t now)
{
    struct question *questions = talloc_zero_array(NULL, struct question, TRUST_NEEDED_MAX);
    size_t count = questions != NULL ? questions_due(trust_state_of(app), now, questions) : 0;
    for (size_t at = 0; at < count; at++) {
        if (!is_ending(app)) {
            ask(app, &questions[at]);
        }
        X509_NAME_free(questions[at].issuer);
    }
    talloc_free(questions);
}

bool trust_any_due(const struct trust_state *state, time_t now)
{
    for (size_t at = 0; at < state->needed_count; at++) {
        if (is_due(state, &state->needed[at], now)) {
            return true;
        }
    }
    return false;
}

bool trust_refresh_run(struct job_run *run, struct ra_error *error)
{
    if (!trust_read_folder(run->app, error)) {
        return false;
    }
    if (ac_carrier_of(run->app) != NULL) {
        ask_what_is_due(run->app, (time_t)(run->now_us / 1000000));
    }
    return true;
}
