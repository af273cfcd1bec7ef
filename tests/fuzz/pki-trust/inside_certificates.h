/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For fuzzing beyond the path check: the certificates inside a CMS, to be pinned, so that the input's own
 * signer is trusted and everything behind that is reached.
 */
#ifndef TESTS_FUZZ_PKI_TRUST_INSIDE_CERTIFICATES_H
#define TESTS_FUZZ_PKI_TRUST_INSIDE_CERTIFICATES_H

#include "pki/base/bytes.h"

#include <openssl/cms.h>
#include <openssl/err.h>

/* A stack of the caller's, maybe empty. */
static inline STACK_OF(X509) *inside_certificates(struct bytes cms)
{
    const unsigned char *at = cms.data;
    CMS_ContentInfo *info = d2i_CMS_ContentInfo(NULL, &at, (long)cms.length);
    STACK_OF(X509) *found = info != NULL ? CMS_get1_certs(info) : NULL;
    CMS_ContentInfo_free(info);
    ERR_clear_error();
    return found != NULL ? found : sk_X509_new_null();
}

/* The instant at which the corpus was signed. */
#define FUZZ_NOW ((time_t)1790000000)

#endif
