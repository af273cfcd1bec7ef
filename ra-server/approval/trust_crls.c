/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Authorities and their CRLs: from the folder where they are kept, and which of them the paths of our
 * certificates need. A CRL proves itself by its issuer's signature.
 */
#include "approval/crl_set.h"
#include "approval/trust_internal.h"
#include "approval/trust_state.h"
#include "log.h"
#include "pki/base/file.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>

static X509 *find_authority(const struct trust_state *state, const STACK_OF(X509) *untrusted,
                            const X509_NAME *name)
{
    X509 *anchor = crl_set_issuer(state->anchors, name);
    return anchor != NULL ? anchor : crl_set_issuer(untrusted, name);
}

X509 *trust_find_authority(const struct trust_state *state, const X509_NAME *name)
{
    return find_authority(state, state->untrusted, name);
}

/* --- the folder --- */

/* Of what was read the newest of each issuer that we know and that signed it. */
static void choose(const struct trust_state *state, const STACK_OF(X509) *untrusted, STACK_OF(X509_CRL) *read,
                   STACK_OF(X509_CRL) *chosen)
{
    X509_CRL *crl = NULL;
    while ((crl = sk_X509_CRL_pop(read)) != NULL) {
        (void)crl_set_offer(chosen, crl, find_authority(state, untrusted, X509_CRL_get_issuer(crl)));
    }
}

static bool make_folder(const char *path, struct ra_error *error)
{
    struct stat status;
    if (mkdir(path, 0700) == 0 || (stat(path, &status) == 0 && S_ISDIR(status.st_mode))) {
        return true;
    }
    return ra_fail_errno(error, "crl_dir");
}

/* Where an issuer's file lies: named by the digest of its name, so that the newer replaces the older. */
static const char *file_of(const struct ra_app *app, TALLOC_CTX *context, const X509_NAME *name,
                           const char *suffix)
{
    unsigned char *der = NULL;
    uint8_t digest[32];
    int length = i2d_X509_NAME(name, &der);
    bool hashed = length > 0 && sha256((struct bytes){der, (size_t)length}, digest);
    OPENSSL_free(der);
    char *hex = hashed ? hex_encode(context, (struct bytes){digest, sizeof digest}) : NULL;
    return hex == NULL ? NULL : talloc_asprintf(context, "%s/%s.%s", app->config->crl_dir, hex, suffix);
}

void trust_keep_file(const struct ra_app *app, const X509_NAME *name, const char *suffix,
                     struct bytes content)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error error = {0};
    const char *path = file_of(app, context, name, suffix);
    if (path == NULL || !file_write(path, content, 0600, &error)) {
        log_error("crl-not-kept", "crls", &error);
    }
    talloc_free(context);
}

/* --- what is needed --- */

/* Under the lock. */
static struct trust_needed *find_needed(struct trust_state *state, const X509_NAME *issuer)
{
    for (size_t at = 0; at < state->needed_count; at++) {
        if (X509_NAME_cmp(state->needed[at].issuer, issuer) == 0) {
            return &state->needed[at];
        }
    }
    return NULL;
}

/* Calls `each` for every certificate from `certificate` up to, not including, the root; false as soon as it
 * does, or when an issuer is not known. Under the lock. */
typedef bool each_child(struct trust_state *state, X509 *child, void *argument);

static bool walk(struct trust_state *state, X509 *certificate, each_child *each, void *argument)
{
    X509 *child = certificate;
    for (unsigned depth = 0; depth < CRL_DEPTH_MAX; depth++) {
        const X509_NAME *issuer = X509_get_issuer_name(child);
        if (X509_NAME_cmp(X509_get_subject_name(child), issuer) == 0) {
            return true;
        }
        if (!each(state, child, argument)) {
            return false;
        }
        child = find_authority(state, state->untrusted, issuer);
        if (child == NULL) {
            return false;
        }
    }
    return false;
}

static bool is_served(struct trust_state *state, X509 *child, void *argument)
{
    const time_t *now = argument;
    const X509_NAME *issuer = X509_get_issuer_name(child);
    const X509_CRL *crl = crl_set_newest(state->crls, issuer);
    return find_needed(state, issuer) != NULL && crl != NULL && crl_set_next_update(crl) > *now;
}

/* Whom to forget when the table is full: who was asked for longest ago. */
static struct trust_needed *place_for(struct trust_state *state)
{
    if (state->needed_count < TRUST_NEEDED_MAX) {
        return &state->needed[state->needed_count++];
    }
    struct trust_needed *oldest = &state->needed[0];
    for (size_t at = 1; at < state->needed_count; at++) {
        oldest = state->needed[at].tried_at < oldest->tried_at ? &state->needed[at] : oldest;
    }
    X509_NAME_free(oldest->issuer);
    return oldest;
}

bool trust_is_signed_by(X509 *child, X509 *authority)
{
    EVP_PKEY *key = authority != NULL ? X509_get0_pubkey(authority) : NULL;
    bool is = key != NULL && X509_check_issued(authority, child) == X509_V_OK && X509_verify(child, key) == 1;
    ERR_clear_error();
    return is;
}

static bool remember(struct trust_state *state, X509 *child, void *argument)
{
    (void)argument;
    const X509_NAME *issuer = X509_get_issuer_name(child);
    if (find_needed(state, issuer) != NULL) {
        return true;
    }
    if (!trust_is_signed_by(child, find_authority(state, state->untrusted, issuer))) {
        return false;
    }
    X509_NAME *name = X509_NAME_dup(issuer);
    if (name == NULL) {
        return false;
    }
    struct trust_needed *needed = place_for(state);
    *needed = (struct trust_needed){.issuer = name};
    crl_set_crl_address(child, needed->crl_address);
    return true;
}

static void remember_all(struct trust_state *state, const STACK_OF(X509) *certificates)
{
    for (int at = 0; at < sk_X509_num(certificates); at++) {
        (void)walk(state, sk_X509_value(certificates, at), remember, NULL);
    }
}

bool trust_read_folder(struct ra_app *app, struct ra_error *error)
{
    struct trust_state *state = trust_state_of(app);
    STACK_OF(X509) *untrusted = sk_X509_new_null();
    STACK_OF(X509_CRL) *read = sk_X509_CRL_new_null();
    STACK_OF(X509_CRL) *chosen = sk_X509_CRL_new_null();
    bool done = untrusted != NULL && read != NULL && chosen != NULL;
    done = done ? make_folder(app->config->crl_dir, error) &&
                      crl_set_read_folder(app->config->crl_dir, untrusted, read, error)
                : ra_fail(error, RA_NO_MEMORY, "CRLs");
    if (done) {
        trust_add_ac_roots(app, untrusted);
        choose(state, untrusted, read, chosen);
        (void)pthread_rwlock_wrlock(&state->lock);
        STACK_OF(X509) *untrusted_before = state->untrusted;
        STACK_OF(X509_CRL) *crls_before = state->crls;
        state->untrusted = untrusted;
        state->crls = chosen;
        remember_all(state, state->anchors);
        remember_all(state, state->administrators);
        (void)pthread_rwlock_unlock(&state->lock);
        untrusted = untrusted_before;
        chosen = crls_before;
    }
    sk_X509_pop_free(untrusted, X509_free);
    sk_X509_CRL_pop_free(read, X509_CRL_free);
    sk_X509_CRL_pop_free(chosen, X509_CRL_free);
    return done;
}

struct gathering {
    json_t *array;
    bool failed;
};

static bool holds_text(const json_t *array, const char *text)
{
    for (size_t at = 0; at < json_array_size(array); at++) {
        if (strcmp(json_string_value(json_array_get(array, at)), text) == 0) {
            return true;
        }
    }
    return false;
}

static bool gather_child(struct trust_state *state, X509 *child, void *argument)
{
    struct gathering *gathering = argument;
    const X509_CRL *crl = crl_set_newest(state->crls, X509_get_issuer_name(child));
    unsigned char *der = NULL;
    int length = crl != NULL ? i2d_X509_CRL(crl, &der) : 0;
    if (length <= 0) {
        return true;
    }
    char *text = base64_encode(NULL, (struct bytes){der, (size_t)length});
    gathering->failed = text == NULL || (!holds_text(gathering->array, text) &&
                                         json_array_append_new(gathering->array, json_string(text)) != 0);
    talloc_free(text);
    OPENSSL_free(der);
    return !gathering->failed;
}

bool trust_add_crls(struct ra_app *app, X509 *certificate, json_t *array, struct ra_error *error)
{
    struct trust_state *state = trust_state_of(app);
    struct gathering gathering = {.array = array};
    trust_need(app, certificate);
    (void)pthread_rwlock_rdlock(&state->lock);
    (void)walk(state, certificate, gather_child, &gathering);
    (void)pthread_rwlock_unlock(&state->lock);
    return !gathering.failed || ra_fail(error, RA_NO_MEMORY, "CRLs");
}

bool trust_crls_until(struct ra_app *app, int64_t *until)
{
    struct trust_state *state = trust_state_of(app);
    *until = INT64_MAX;
    (void)pthread_rwlock_rdlock(&state->lock);
    for (size_t at = 0; at < state->needed_count; at++) {
        const X509_CRL *crl = crl_set_newest(state->crls, state->needed[at].issuer);
        int64_t end = crl != NULL ? crl_set_next_update(crl) : 0;
        *until = end < *until ? end : *until;
    }
    bool any = state->needed_count > 0;
    (void)pthread_rwlock_unlock(&state->lock);
    return any;
}

void trust_need(struct ra_app *app, X509 *certificate)
{
    struct trust_state *state = trust_state_of(app);
    time_t now = clock_now(&app->clock);
    (void)pthread_rwlock_rdlock(&state->lock);
    bool served = walk(state, certificate, is_served, &now);
    (void)pthread_rwlock_unlock(&state->lock);
    if (served) {
        return;
    }
    (void)pthread_rwlock_wrlock(&state->lock);
    (void)walk(state, certificate, remember, NULL);
    bool due = trust_any_due(state, now);
    (void)pthread_rwlock_unlock(&state->lock);
    if (due && app->jobs != NULL) {
        jobs_wake(app->jobs, "crls");
    }
}
