/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What ra-signer says to ra-keyholder over a SOCK_SEQPACKET socket, a packet a message:
 *
 *   question  "GKH1", one byte that names the digest's algorithm, the digest
 *   answer    one byte, 0 for done, and the PKCS#1 v1.5 signature (RFC 8017 8.2); any other byte alone: no
 *
 * Digests alone are signed: nothing else has a form here.
 */
#ifndef PKI_KEYHOLDER_PROTOCOL_H
#define PKI_KEYHOLDER_PROTOCOL_H

#include "pki/base/bytes.h"

#include <openssl/evp.h>
#include <stdbool.h>

enum {
    KEYHOLDER_QUESTION_MAX = 4 + 1 + 64, /* bytes */
    KEYHOLDER_ANSWER_MAX = 1 + 1024,
    KEYHOLDER_DONE = 0,
    KEYHOLDER_REFUSED = 1,
};

/* SHA-256, SHA-384 and SHA-512; false for any other, or a digest of another length. */
bool keyholder_write_question(int digest_nid, struct bytes digest, uint8_t question[KEYHOLDER_QUESTION_MAX],
                              size_t *length);

/* `digest` is borrowed from the packet. false when it is no question. */
bool keyholder_read_question(struct bytes packet, const EVP_MD **algorithm, struct bytes *digest);

#endif
