/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/ocsp_request.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

enum { NONCE_MAX = 32 };

/* Without a nonce there is nothing to be wrong. */
static bool nonce_is_fine(OCSP_REQUEST *request)
{
    int at = OCSP_REQUEST_get_ext_by_NID(request, NID_id_pkix_OCSP_Nonce, -1);
    if (at < 0)
        return true;
    const ASN1_OCTET_STRING *outer = X509_EXTENSION_get_data(OCSP_REQUEST_get_ext(request, at));
    const unsigned char *data = ASN1_STRING_get0_data(outer);
    ASN1_OCTET_STRING *nonce = d2i_ASN1_OCTET_STRING(NULL, &data, ASN1_STRING_length(outer));
    int length = nonce != NULL ? ASN1_STRING_length(nonce) : 0;
    ASN1_OCTET_STRING_free(nonce);
    return length >= 1 && length <= NONCE_MAX;
}

OCSP_REQUEST *ocsp_request_read(struct bytes request)
{
    const unsigned char *at = request.data;
    OCSP_REQUEST *read = request.length > 0 && request.length <= OCSP_REQUEST_LIMIT
                             ? d2i_OCSP_REQUEST(NULL, &at, (long)request.length)
                             : NULL;
    int count = read != NULL ? OCSP_request_onereq_count(read) : 0;
    bool good = read != NULL && at == request.data + request.length && count > 0 &&
                count <= OCSP_QUESTIONS_MAX && nonce_is_fine(read);
    ERR_clear_error();
    if (good)
        return read;
    OCSP_REQUEST_free(read);
    return NULL;
}
