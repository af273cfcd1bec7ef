/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hash tiles of the log (C2SP tlog-tiles): tile (level, index) holds up to 256 hashes; hash i of it is node
 * (8 * level, 256 * index + i) of the tree. Path: tile/<level>/<index>[.p/<width>], the index in groups of
 * three digits, every group but the last with an x before it: 1234067 is x001/x234/067.
 */
#ifndef PKI_TRUST_TILE_H
#define PKI_TRUST_TILE_H

#include "pki/trust/merkle.h"

enum {
    TILE_WIDTH = 256,
    TILE_LEVEL_MAX = 5, /* 8 * 5 < MERKLE_LEVELS */
    TILE_PATH_SIZE = 64,
};

struct tile {
    unsigned level; /* 0..TILE_LEVEL_MAX */
    uint64_t index;
    unsigned width; /* 1..TILE_WIDTH; less than TILE_WIDTH is a partial tile */
};

/* "tile/0/x001/067.p/12", without a slash in front. false when the tile is out of range. */
RA_MUST_CHECK bool tile_path(const struct tile *tile, char path[TILE_PATH_SIZE]);

/* Strict reading of a path in the one canonical form. false for anything else: it is a 404. */
RA_MUST_CHECK bool tile_parse(const char *path, struct tile *tile);

#endif
