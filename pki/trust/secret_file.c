/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/secret_file.h"

#include "pki/base/file.h"

#include <openssl/crypto.h>
#include <string.h>

static int wipe(uint8_t *data)
{
    OPENSSL_cleanse(data, talloc_get_size(data));
    return 0;
}

bool secret_file_read(TALLOC_CTX *context, const char *path, size_t limit, struct bytes *content,
                      struct ra_error *error)
{
    if (!file_read(context, path, limit, content, error))
        return false;
    uint8_t *owned = NULL; /* the same memory, ours to change */
    memcpy(&owned, &content->data, sizeof owned);
    talloc_set_destructor(owned, wipe);
    return true;
}
