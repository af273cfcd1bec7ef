/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The challenge that a click under attack brings back: what is read is of our shape, and judging it never
 * looks beyond it.
 */
#include "agenda/agenda_work.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct work_claim claim;
    char *text = talloc_strndup(NULL, size > 0 ? (const char *)data : "", size);
    char *nonce = strchr(text, '\n');
    if (nonce != NULL)
        *nonce++ = '\0';
    if (work_read(text, &claim)) {
        if (claim.signed_length >= strlen(text) || text[claim.signed_length] != '.' || claim.bits < 0 ||
            strlen(text) >= WORK_CHALLENGE_SIZE || strlen(claim.order) >= sizeof claim.order)
            abort();
        (void)work_judge(&claim, text, nonce != NULL ? nonce : "", claim.order, claim.issued_us, 30);
    }
    talloc_free(text);
    return 0;
}
