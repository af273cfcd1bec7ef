/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checkpoints and verifier lines. An accepted line is the one that would be written.
 */
#include "pki/trust/note.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_line(TALLOC_CTX *context, const char *text)
{
    struct ra_error error = {0};
    struct note_verifier verifier;
    if (!note_verifier_parse(text, &verifier, &error))
        return;
    const char *again = note_verifier_line(context, &verifier);
    size_t length = again != NULL ? strlen(again) : 0;
    if (length == 0 || strncmp(text, again, length) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The key whose seed is 00 01 .. 1f. */
    static const char line[] = "exemplo.test/log+57a1929b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    struct ra_error error = {0};
    struct note_verifier verifier;
    struct checkpoint checkpoint;
    if (!note_verifier_parse(line, &verifier, &error))
        abort();
    bool good = checkpoint_verify((struct bytes){data, size}, &verifier, &checkpoint, &error);
    if (good != (strcmp(checkpoint.origin, verifier.name) == 0))
        abort();
    TALLOC_CTX *context = talloc_new(NULL);
    char *text = talloc_strndup(context, size > 0 ? (const char *)data : "", size);
    read_line(context, text);
    talloc_free(context);
    return 0;
}
