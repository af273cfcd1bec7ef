/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/expired.h"

#include "pki/homolog-ca/certificate_builder.h"

enum { DAY_S = 86400, LIFE_S = 730 * DAY_S };

static bool change_key(X509 *certificate, EVP_PKEY *key, struct ra_error *error)
{
    const int at = X509_get_ext_by_NID(certificate, NID_subject_key_identifier, -1);
    if (at >= 0)
        X509_EXTENSION_free(X509_delete_ext(certificate, at));
    if (X509_set_pubkey(certificate, key) != 1)
        return ra_fail_crypto(error, "key of an expired certificate");
    return builder_add_text(certificate, NULL, NID_subject_key_identifier, "hash", error);
}

bool expired_copy(X509 *original, EVP_PKEY *key, EVP_PKEY *issuer_key, time_t now, X509 **copy,
                  struct ra_error *error)
{
    X509 *made = X509_dup(original);
    bool ok = (made != NULL && ASN1_TIME_set(X509_getm_notBefore(made), now - LIFE_S) != NULL &&
               ASN1_TIME_set(X509_getm_notAfter(made), now - DAY_S) != NULL) ||
              ra_fail_crypto(error, "copy a certificate");
    ok = ok && (key == NULL || change_key(made, key, error));
    if (ok && X509_sign(made, issuer_key, EVP_sha256()) <= 0)
        ok = ra_fail_crypto(error, "sign an expired certificate");
    if (!ok) {
        X509_free(made);
        made = NULL;
    }
    *copy = made;
    return ok;
}
