/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/hours/duration.h"

#include "catalog/catalog.h"

#include <string.h>

enum { OF_ANY_PRODUCT, OF_THE_PRODUCT };

/* -1 when the row says nothing of this part. */
static int speaks_of(const struct duration_row *row, const char *day, const char *mode,
                     const struct duration_part *part)
{
    if (strcmp(row->mode, mode) != 0 || row->persons > part->persons ||
        !catalog_day_within(day, row->from, row->until))
        return -1;
    if (strcmp(row->product, part->product) == 0)
        return OF_THE_PRODUCT;
    return strcmp(row->product, "*") == 0 ? OF_ANY_PRODUCT : -1;
}

static bool is_nearer(const struct duration_row *row, int rank, const struct duration_row *best,
                      int best_rank)
{
    if (best == NULL || rank != best_rank)
        return best == NULL || rank > best_rank;
    if (row->persons != best->persons)
        return row->persons > best->persons;
    return strcmp(row->from, best->from) > 0;
}

static const struct duration_row *row_of(const struct duration_row *rows, size_t count, const char *day,
                                         const char *mode, const struct duration_part *part)
{
    const struct duration_row *best = NULL;
    int best_rank = -1;
    for (size_t i = 0; i < count; i++) {
        int rank = speaks_of(&rows[i], day, mode, part);
        if (rank >= 0 && is_nearer(&rows[i], rank, best, best_rank)) {
            best = &rows[i];
            best_rank = rank;
        }
    }
    return best;
}

bool duration_add_up(const struct duration_row *rows, size_t row_count, const char *day, const char *mode,
                     const struct duration_part *parts, size_t part_count, struct duration *duration)
{
    *duration = (struct duration){0};
    for (size_t i = 0; i < part_count; i++) {
        const struct duration_row *row = row_of(rows, row_count, day, mode, &parts[i]);
        if (row == NULL)
            return false;
        duration->minutes += row->minutes;
        duration->skills |= row->skills;
        if (row->preparation_minutes > duration->preparation_minutes)
            duration->preparation_minutes = row->preparation_minutes;
    }
    return part_count > 0;
}

struct agenda_need duration_need(const struct duration *duration)
{
    const int64_t minute_us = INT64_C(60000000);
    return (struct agenda_need){.before_us = duration->preparation_minutes * minute_us,
                                .with_us = duration->minutes * minute_us,
                                .skills = duration->skills};
}

struct duration_part duration_part_of(const struct order *order)
{
    int persons = 0;
    for (size_t i = 0; i < order->people_count; i++) {
        const char *role = order->people[i].role;
        persons += strcmp(role, "holder") == 0 || strcmp(role, "responsible") == 0 ||
                           strcmp(role, "representative") == 0
                       ? 1
                       : 0;
    }
    return (struct duration_part){order->product_id, persons > 0 ? persons : 1};
}
