/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Addresses of tokens: whatever the text, a PIN in it is never taken.
 */
#include "pki/token/token_uri.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TALLOC_CTX *context = talloc_new(NULL);
    char *text = talloc_strndup(context, (const char *)data, size);
    struct token_uri *uri = NULL;
    struct ra_error error = {0};
    bool taken = text != NULL && token_uri_parse(context, text, &uri, &error);
    if (taken && (!token_uri_is(text) || strcasestr(text, "pin-value") != NULL ||
                  strcasestr(text, "pin-source") != NULL || strlen(text) > TOKEN_URI_MAX))
        abort();
    if (taken != (uri != NULL) || (!taken && error.code == RA_OK))
        abort();
    if (taken && token_uri_module(uri) != NULL && strlen(token_uri_module(uri)) > TOKEN_URI_MAX)
        abort();
    talloc_free(context);
    return 0;
}
