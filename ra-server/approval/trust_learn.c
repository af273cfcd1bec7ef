/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Authorities above the holders' certificates, which no configuration lists: learned from the chains that
 * came with what the AC issued, each only when an authority known before has signed it. They make nobody an
 * agent: a path still ends in the agents' anchors.
 */
#include "approval/crl_set.h"
#include "approval/trust_internal.h"
#include "approval/trust_state.h"
#include "log.h"
#include "pki/base/file.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

static bool is_known(const struct trust_state *state, X509 *certificate)
{
    return trust_find_authority(state, X509_get_subject_name(certificate)) != NULL;
}

/* Under the lock. */
static bool take(struct trust_state *state, X509 *certificate)
{
    X509 *above = trust_find_authority(state, X509_get_issuer_name(certificate));
    return X509_check_ca(certificate) == 1 && !is_known(state, certificate) &&
           trust_is_signed_by(certificate, above) &&
           X509_add_cert(state->untrusted, certificate, X509_ADD_FLAG_UP_REF) == 1;
}

static void keep(const struct ra_app *app, X509 *certificate)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *data = NULL;
    if (memory != NULL && PEM_write_bio_X509(memory, certificate) == 1) {
        long length = BIO_get_mem_data(memory, &data);
        trust_keep_file(app, X509_get_subject_name(certificate), "pem",
                        (struct bytes){(const uint8_t *)data, length > 0 ? (size_t)length : 0});
    }
    BIO_free(memory);
}

/* The upper ones first, in whatever order they came. */
void trust_learn(struct ra_app *app, const STACK_OF(X509) *chain)
{
    struct trust_state *state = trust_state_of(app);
    bool learned = true;
    while (learned) {
        learned = false;
        for (int at = 0; at < sk_X509_num(chain); at++) {
            X509 *certificate = sk_X509_value(chain, at);
            (void)pthread_rwlock_wrlock(&state->lock);
            bool taken = take(state, certificate);
            (void)pthread_rwlock_unlock(&state->lock);
            if (taken) {
                keep(app, certificate);
            }
            learned = learned || taken;
        }
    }
}

void trust_add_ac_roots(const struct ra_app *app, STACK_OF(X509) *untrusted)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error unread = {0};
    struct bytes pem = {NULL, 0};
    STACK_OF(X509) *roots = NULL;
    if (!file_read(context, app->config->ac_anchors, CRL_FILE_MAX, &pem, &unread) ||
        !signed_read_certificates(pem, &roots, &unread)) {
        log_error("ac-anchors-unread", "crls", &unread);
    }
    X509 *root = NULL;
    while ((root = sk_X509_pop(roots)) != NULL) {
        if (sk_X509_push(untrusted, root) <= 0) {
            X509_free(root);
        }
    }
    sk_X509_free(roots);
    talloc_free(context);
}
