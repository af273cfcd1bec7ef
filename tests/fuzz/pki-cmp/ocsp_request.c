/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a request to the homologation CA's OCSP responder; a copy of what is taken can be encoded and
 * is taken again.
 */
#include "pki/homolog-ca/ocsp_request.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OCSP_REQUEST *request = ocsp_request_read((struct bytes){data, size});
    if (request == NULL)
        return 0;
    const int count = OCSP_request_onereq_count(request);
    if (count < 1 || count > OCSP_QUESTIONS_MAX)
        abort();
    for (int at = 0; at < count; at++) {
        ASN1_OBJECT *digest = NULL;
        ASN1_INTEGER *serial = NULL;
        if (OCSP_id_get0_info(NULL, &digest, NULL, &serial,
                              OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, at))) != 1 ||
            digest == NULL || serial == NULL)
            abort();
    }
    OCSP_REQUEST_free(request);
    return 0;
}
