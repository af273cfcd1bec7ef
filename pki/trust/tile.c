/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/tile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TILE_HEIGHT = 8, GROUP = 1000 };

/* Hashes at the tile's level that a tree of `size` leaves can hold at most. */
static uint64_t level_length(uint64_t size, unsigned level)
{
    return size >> (TILE_HEIGHT * level);
}

static bool in_range(const struct tile *tile)
{
    return tile->level <= TILE_LEVEL_MAX && tile->width >= 1 && tile->width <= TILE_WIDTH &&
           tile->index < level_length(MERKLE_SIZE_MAX, tile->level) / TILE_WIDTH + 1;
}

bool tile_path(const struct tile *tile, char path[TILE_PATH_SIZE])
{
    char groups[TILE_PATH_SIZE];
    if (!in_range(tile))
        return false;
    snprintf(groups, sizeof groups, "%03" PRIu64, tile->index % GROUP);
    for (uint64_t rest = tile->index / GROUP; rest > 0; rest /= GROUP) {
        char longer[TILE_PATH_SIZE];
        if (snprintf(longer, sizeof longer, "x%03" PRIu64 "/%s", rest % GROUP, groups) >= (int)sizeof longer)
            return false;
        memcpy(groups, longer, sizeof groups);
    }
    int length = tile->width == TILE_WIDTH
                     ? snprintf(path, TILE_PATH_SIZE, "tile/%u/%s", tile->level, groups)
                     : snprintf(path, TILE_PATH_SIZE, "tile/%u/%s.p/%u", tile->level, groups, tile->width);
    return length > 0 && length < TILE_PATH_SIZE;
}

/* Up to three digits; *end stands behind them. */
static bool read_group(const char *text, unsigned *value, const char **end)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 3)
        return false;
    *value = (unsigned)strtoul(text, NULL, 10);
    *end = text + digits;
    return true;
}

/* Reads leniently; the one canonical form is enforced by writing the path again. */
bool tile_parse(const char *path, struct tile *tile)
{
    char again[TILE_PATH_SIZE];
    unsigned value = 0;
    const char *at = path;
    *tile = (struct tile){.width = TILE_WIDTH};
    if (strncmp(at, "tile/", 5) != 0 || !read_group(at + 5, &tile->level, &at) || *at != '/')
        return false;
    bool more = true;
    while (more) {
        at++;
        more = *at == 'x';
        if (!read_group(at + more, &value, &at) || (more && *at != '/') ||
            tile->index > MERKLE_SIZE_MAX / GROUP)
            return false;
        tile->index = tile->index * GROUP + value;
    }
    if (strncmp(at, ".p/", 3) == 0 && !read_group(at + 3, &tile->width, &at))
        return false;
    return *at == '\0' && tile_path(tile, again) && strcmp(path, again) == 0;
}
