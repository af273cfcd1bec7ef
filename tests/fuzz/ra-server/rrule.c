/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Repetition rules: what is read is written, and what was written is read as the same.
 */
#include "agenda/hours/rrule.h"

#include "agenda/hours/plan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[RRULE_TEXT_MAX + 2], written[RRULE_SIZE];
    struct rrule rule, again;
    struct ra_error error = {0};
    if (size >= sizeof text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (!rrule_read(text, -10800, &rule, &error))
        return 0;
    rrule_write(&rule, -10800, written);
    if (!rrule_read(written, -10800, &again, &error) || again.weekdays != rule.weekdays ||
        again.every_weeks != rule.every_weeks || again.until != rule.until)
        abort();
    return 0;
}
