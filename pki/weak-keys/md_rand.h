/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The random numbers of Debian's OpenSSL from 0.9.8c-1 to 0.9.8g-8 (CVE-2008-0166), made anew.
 *
 * Two lines were taken out of that OpenSSL: those that hash what is added to the pool. What remained to tell
 * one process from another is its number, hashed at each request for bytes. How much was added still counts,
 * since the pool is stirred once for each 20 octets; hence the machine's word and the file ~/.rnd make a
 * difference.
 */
#ifndef PKI_WEAK_KEYS_MD_RAND_H
#define PKI_WEAK_KEYS_MD_RAND_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MD_RAND_POOL = 1023,
    MD_RAND_DIGEST = 20,
    MD_RAND_PROCESSES = 32768, /* process ids of those systems */
};

/* The architectures whose keys differ, and what `openssl genrsa` and `openssl req` found when they began. */
enum machine { MACHINE_LE32, MACHINE_LE64, MACHINE_BE32, MACHINES };
enum random_file {
    RANDOM_FILE_READ,     /* ~/.rnd with its 1024 octets */
    RANDOM_FILE_NONE_OLD, /* none, or one that could not be read; 0.9.8c (etch) counts the octets of stat() */
    RANDOM_FILE_NONE_NEW, /* none; 0.9.8g (lenny) does not */
    RANDOM_FILES,
};

struct md_rand {
    EVP_MD_CTX *hash; /* borrowed */
    const EVP_MD *sha1;
    enum machine machine;
    uint32_t process;
    size_t index, filled;
    uint64_t count[2];
    bool polled, stirred, failed;
    uint8_t digest[MD_RAND_DIGEST];
    uint8_t pool[MD_RAND_POOL];
};

/* As the process `process` has it when key generation begins. */
void md_rand_start(struct md_rand *rand, EVP_MD_CTX *hash, const EVP_MD *sha1, enum machine machine,
                   enum random_file file, uint32_t process);

/* What bn_rand() of that OpenSSL fetches: the time is added, then `length` octets are taken. false when
 * OpenSSL fails. */
bool md_rand_take(struct md_rand *rand, uint8_t *octets, size_t length);

#endif
