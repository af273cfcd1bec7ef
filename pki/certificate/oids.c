/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/oids.h"

#include <stdio.h>
#include <string.h>

static const struct known {
    uint8_t length;
    uint8_t content[11];
} known[] = {{0, {0}},
#define X(id, ...) {sizeof((uint8_t[]){__VA_ARGS__}), {__VA_ARGS__}},
             KNOWN_OIDS(X)
#undef X
};

int oid_known(struct bytes content)
{
    for (size_t i = 1; i < sizeof known / sizeof known[0]; i++)
        if (known[i].length == content.length && memcmp(known[i].content, content.data, content.length) == 0)
            return (int)i;
    return OID_UNKNOWN;
}

size_t oid_arcs(struct bytes content, uint32_t *arcs, size_t most)
{
    size_t count = 0;
    uint32_t value = 0;
    bool within = false;
    for (size_t i = 0; i < content.length; i++) {
        uint8_t octet = content.data[i];
        if ((!within && octet == 0x80) || value > UINT32_MAX >> 7)
            return 0;
        value = value << 7 | (octet & 0x7FU);
        within = (octet & 0x80) != 0;
        if (within)
            continue;
        if (count + (count == 0 ? 2 : 1) > most)
            return 0;
        if (count == 0) {
            arcs[count++] = value < 80 ? value / 40 : 2;
            arcs[count++] = value < 80 ? value % 40 : value - 80;
        } else {
            arcs[count++] = value;
        }
        value = 0;
    }
    return within ? 0 : count;
}

void oid_text(struct bytes content, char output[OID_TEXT_SIZE])
{
    uint32_t arcs[32];
    size_t count = oid_arcs(content, arcs, 32);
    size_t used = 0;
    snprintf(output, OID_TEXT_SIZE, "?");
    for (size_t i = 0; i < count && used < OID_TEXT_SIZE; i++)
        used += (size_t)snprintf(output + used, OID_TEXT_SIZE - used, "%s%u", i > 0 ? "." : "", arcs[i]);
}
