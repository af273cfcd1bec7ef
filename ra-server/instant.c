/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "instant.h"

#include "pki/base/clock.h"

json_t *instant_json(int64_t at_us)
{
    char text[CLOCK_TEXT_SIZE];
    clock_format_utc(at_us, text, sizeof text);
    return json_string(text);
}

json_t *instant_of_row(const struct db_rows *rows, size_t row, const char *column)
{
    return row_is_null(rows, row, column) ? json_null() : instant_json(row_time(rows, row, column));
}
