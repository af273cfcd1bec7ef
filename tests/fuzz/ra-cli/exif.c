/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The orientation of any bytes is one of the eight.
 */
#include "ra-cli/exif.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int orientation = exif_orientation((struct bytes){data, size});
    if (orientation < 1 || orientation > 8)
        abort();
    return 0;
}
