/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report.h"

int64_t report_percentile(const int64_t *ascending, size_t count, unsigned percent)
{
    size_t rank = (count * percent + 99) / 100;
    return ascending[rank == 0 ? 0 : rank - 1];
}

size_t report_breaches(const int64_t *values, size_t count, int64_t promise)
{
    size_t breaches = 0;
    for (size_t i = 0; i < count; i++)
        breaches += values[i] > promise;
    return breaches;
}
