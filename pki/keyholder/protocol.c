/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/keyholder/protocol.h"

#include <openssl/objects.h>
#include <string.h>

static const uint8_t MAGIC[4] = {'G', 'K', 'H', '1'};

static const struct {
    int nid;
    uint8_t word;
    size_t size;
} ALGORITHMS[] = {{NID_sha256, 1, 32}, {NID_sha384, 2, 48}, {NID_sha512, 3, 64}};

enum { ALGORITHM_COUNT = sizeof ALGORITHMS / sizeof *ALGORITHMS, HEAD = sizeof MAGIC + 1 };

bool keyholder_write_question(int digest_nid, struct bytes digest, uint8_t question[KEYHOLDER_QUESTION_MAX],
                              size_t *length)
{
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        if (ALGORITHMS[i].nid != digest_nid || ALGORITHMS[i].size != digest.length)
            continue;
        memcpy(question, MAGIC, sizeof MAGIC);
        question[sizeof MAGIC] = ALGORITHMS[i].word;
        memcpy(question + HEAD, digest.data, digest.length);
        *length = HEAD + digest.length;
        return true;
    }
    return false;
}

bool keyholder_read_question(struct bytes packet, const EVP_MD **algorithm, struct bytes *digest)
{
    if (packet.length <= HEAD || memcmp(packet.data, MAGIC, sizeof MAGIC) != 0)
        return false;
    *digest = (struct bytes){packet.data + HEAD, packet.length - HEAD};
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        if (ALGORITHMS[i].word != packet.data[sizeof MAGIC] || ALGORITHMS[i].size != digest->length)
            continue;
        *algorithm = EVP_get_digestbynid(ALGORITHMS[i].nid);
        return *algorithm != NULL;
    }
    return false;
}
