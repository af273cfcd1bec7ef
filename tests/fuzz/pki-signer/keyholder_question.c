/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any packet as a question to ra-keyholder: one that is read is written again to the same bytes.
 */
#include "pki/keyholder/protocol.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const EVP_MD *algorithm = NULL;
    struct bytes digest = {NULL, 0};
    uint8_t again[KEYHOLDER_QUESTION_MAX];
    size_t length = 0;
    if (!keyholder_read_question((struct bytes){data, size}, &algorithm, &digest))
        return 0;
    if (!keyholder_write_question(EVP_MD_get_type(algorithm), digest, again, &length) ||
        !bytes_equal((struct bytes){again, length}, (struct bytes){data, size}))
        abort();
    return 0;
}
