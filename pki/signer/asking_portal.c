/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/bundle.h"
#include "pki/signer/asking_internal.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

enum { PORTAL_RETRY_SECONDS = 300 };

static bool has_key(X509 *certificate, struct bytes spki)
{
    unsigned char *der = NULL;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    bool same = length > 0 && bytes_equal((struct bytes){der, (size_t)length}, spki);
    OPENSSL_free(der);
    return same;
}

/* Borrowed from the list; NULL when none has the attempt's key. The PKCS#10 is no secret: who has it can
 * write a certificate over the key, and only what an AC signed says anything about the AC. */
static X509 *certificate_of_key(const struct asking *asking, STACK_OF(X509) *list)
{
    for (int i = 0; i < sk_X509_num(list); i++) {
        X509 *certificate = sk_X509_value(list, i);
        if (has_key(certificate, asking->spki) &&
            settings_issuer_of(asking->signer->settings, certificate) != NULL)
            return certificate;
    }
    return NULL;
}

static enum asking_result judge(struct asking *asking, X509 *certificate, struct ra_error *error)
{
    switch (asking_check_certificate(asking, certificate, error)) {
    case CMP_CHECK_ACCEPTED:
        return asking_settle(asking, ATTEMPT_CONFIRMED, ASKING_CONFIRMED, error);
    case CMP_CHECK_REFUSED:
        return asking_refuse(asking, CMP_WITHDRAWAL_DENIED, error); /* nobody has told the AC */
    case CMP_CHECK_UNDECIDED:
        break;
    }
    return ASKING_FAILED;
}

static enum asking_result take_answer(struct asking *asking, struct bytes answer, struct ra_error *error)
{
    STACK_OF(X509) *list = NULL;
    if (!bundle_read(answer, &list, error))
        return ASKING_REFUSED;
    X509 *certificate = certificate_of_key(asking, list);
    enum asking_result result = ASKING_REFUSED;
    if (certificate != NULL)
        result = judge(asking, certificate, error);
    else
        ra_fail_reason(error, RA_STATEMENT_REFUSED, "portal-no-certificate",
                       "O arquivo da AC não traz o certificado desta chave.");
    sk_X509_pop_free(list, X509_free);
    ERR_clear_error();
    return result;
}

enum asking_result asking_run_by_portal(struct asking *asking, struct bytes answer, int *retry_after_s,
                                        struct ra_error *error)
{
    *retry_after_s = PORTAL_RETRY_SECONDS;
    /* Whoever asks takes the PKCS#10 to the portal: from here on the AC may know of it. */
    if (asking->state == ATTEMPT_INTENT &&
        asking_settle(asking, ATTEMPT_SENT, ASKING_WAITING, error) != ASKING_WAITING)
        return ASKING_FAILED;
    return answer.length > 0 ? take_answer(asking, answer, error) : ASKING_WAITING;
}
