/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/debian_keys.h"

#include <stdlib.h>
#include <string.h>

__asm__(".section .rodata\n"
        ".global ra_debian_keys\n"
        ".global ra_debian_keys_end\n"
        "ra_debian_keys: .incbin \"" RA_DEBIAN_KEYS "\"\n"
        "ra_debian_keys_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const uint8_t ra_debian_keys[], ra_debian_keys_end[];

static int compare(const void *left, const void *right)
{
    return memcmp(left, right, DEBIAN_KEY_SIZE);
}

size_t debian_keys_count(void)
{
    return (size_t)(ra_debian_keys_end - ra_debian_keys) / DEBIAN_KEY_SIZE;
}

bool debian_keys_hold(const uint8_t tail[DEBIAN_KEY_SIZE])
{
    return bsearch(tail, ra_debian_keys, debian_keys_count(), DEBIAN_KEY_SIZE, compare) != NULL;
}
