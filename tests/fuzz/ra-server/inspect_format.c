/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The walk of one format (INSPECTED) over foreign bytes: what passes has sizes within the limits, what does
 * not has a reason. The walks are called after the first bytes were recognised, and so they are here.
 */
#include "identification/inspect.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_recognised(struct bytes content)
{
    struct ra_error error = {0};
    struct inspection inspection = {0};
    return inspect_document(content, &inspection, &error) || strcmp(error.reason, "document-type") != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes content = {data, size};
    struct ra_error error = {0};
    struct inspection inspection = {.pages = 1};
    if (size < 8 || !is_recognised(content))
        return 0;
    if (!INSPECTED(content, &inspection, &error)) {
        if (error.code == RA_OK || error.reason[0] == '\0' || error.detail[0] == '\0')
            abort();
        return 0;
    }
    if (inspection.width > INSPECTION_SIDE_MAX || inspection.height > INSPECTION_SIDE_MAX ||
        (uint64_t)inspection.width * inspection.height > INSPECTION_PIXELS_MAX || error.code != RA_OK)
        abort();
    return 0;
}
