/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/weak-keys/md_rand.h"

#include <string.h>

enum {
    HALF_DIGEST = MD_RAND_DIGEST / 2,
    POLL_OCTETS = 32, /* from /dev/urandom */
    FILE_OCTETS = 1024,
    WORD_MAX = 8,
    PROCESS_ID_OCTETS = 4,
};

/* Octets of a long and of a struct stat. */
static const struct {
    size_t word, stat;
    bool big_endian;
} machines[MACHINES] = {
    [MACHINE_LE32] = {4, 88, false},
    [MACHINE_LE64] = {8, 144, false},
    [MACHINE_BE32] = {4, 88, true},
};

static void begin(struct md_rand *rand)
{
    rand->failed = EVP_DigestInit_ex(rand->hash, rand->sha1, NULL) != 1 || rand->failed;
}

static void hash(struct md_rand *rand, const void *octets, size_t length)
{
    rand->failed = EVP_DigestUpdate(rand->hash, octets, length) != 1 || rand->failed;
}

static void end(struct md_rand *rand, uint8_t digest[MD_RAND_DIGEST])
{
    rand->failed = EVP_DigestFinal_ex(rand->hash, digest, NULL) != 1 || rand->failed;
}

static void hash_number(struct md_rand *rand, uint64_t number, size_t size)
{
    uint8_t octets[WORD_MAX];
    for (size_t i = 0; i < size; i++)
        octets[machines[rand->machine].big_endian ? size - 1 - i : i] = (uint8_t)(number >> (8 * i));
    hash(rand, octets, size);
}

static void hash_counts(struct md_rand *rand, uint64_t first, uint64_t second)
{
    hash_number(rand, first, machines[rand->machine].word);
    hash_number(rand, second, machines[rand->machine].word);
}

/* A stretch of the pool, which is a ring of `size` octets. */
static void hash_pool(struct md_rand *rand, size_t at, size_t length, size_t size)
{
    size_t head = at + length > size ? size - at : length;
    hash(rand, rand->pool + at, head);
    if (length > head)
        hash(rand, rand->pool, length - head);
}

/* RAND_add() without the line that hashed what was added. */
static void add(struct md_rand *rand, size_t length)
{
    uint8_t local[MD_RAND_DIGEST];
    size_t at = rand->index;
    uint64_t second = rand->count[1];
    memcpy(local, rand->digest, sizeof local);
    rand->index += length;
    if (rand->index >= MD_RAND_POOL) {
        rand->index %= MD_RAND_POOL;
        rand->filled = MD_RAND_POOL;
    } else if (rand->filled < rand->index) {
        rand->filled = rand->index;
    }
    rand->count[1] += (length + MD_RAND_DIGEST - 1) / MD_RAND_DIGEST;
    for (size_t done = 0; done < length; done += MD_RAND_DIGEST) {
        size_t part = length - done < MD_RAND_DIGEST ? length - done : MD_RAND_DIGEST;
        begin(rand);
        hash(rand, local, sizeof local);
        hash_pool(rand, at, part, MD_RAND_POOL);
        hash_counts(rand, rand->count[0], second++);
        end(rand, local);
        for (size_t i = 0; i < part; i++) {
            rand->pool[at] ^= local[i];
            at = (at + 1) % MD_RAND_POOL;
        }
    }
    for (size_t i = 0; i < sizeof local; i++)
        rand->digest[i] ^= local[i];
}

/* /dev/urandom, process, user, time. */
static void poll_system(struct md_rand *rand)
{
    add(rand, POLL_OCTETS);
    for (unsigned i = 0; i < 3; i++)
        add(rand, machines[rand->machine].word);
    rand->polled = true;
}

/* RAND_bytes() without the line that hashed the buffer it was given. */
static void take(struct md_rand *rand, uint8_t *octets, size_t length)
{
    uint8_t local[MD_RAND_DIGEST];
    if (!rand->polled)
        poll_system(rand);
    for (size_t i = 0; !rand->stirred && i < MD_RAND_POOL; i += MD_RAND_DIGEST)
        add(rand, MD_RAND_DIGEST);
    rand->stirred = true;
    size_t at = rand->index, size = rand->filled;
    uint64_t first = rand->count[0]++;
    memcpy(local, rand->digest, sizeof local);
    rand->index += (length + HALF_DIGEST - 1) / HALF_DIGEST * HALF_DIGEST;
    if (rand->index > size)
        rand->index %= size;
    for (size_t done = 0; done < length; done += HALF_DIGEST) {
        begin(rand);
        if (done == 0 && rand->process != 0)
            hash_number(rand, rand->process, PROCESS_ID_OCTETS);
        hash(rand, local, sizeof local);
        hash_counts(rand, first, rand->count[1]);
        hash_pool(rand, at, HALF_DIGEST, size);
        end(rand, local);
        for (size_t i = 0; i < HALF_DIGEST; i++) {
            rand->pool[at] ^= local[i];
            at = at + 1 >= size ? 0 : at + 1;
            if (done + i < length)
                octets[done + i] = local[HALF_DIGEST + i];
        }
    }
    begin(rand);
    hash_counts(rand, first, rand->count[1]);
    hash(rand, local, sizeof local);
    hash(rand, rand->digest, sizeof rand->digest);
    end(rand, rand->digest);
}

void md_rand_start(struct md_rand *rand, EVP_MD_CTX *context, const EVP_MD *sha1, enum machine machine,
                   enum random_file file, uint32_t process)
{
    *rand = (struct md_rand){.hash = context, .sha1 = sha1, .machine = machine, .process = process};
    if (file != RANDOM_FILE_NONE_NEW)
        add(rand, machines[machine].stat);
    if (file == RANDOM_FILE_READ)
        add(rand, FILE_OCTETS);
    else
        poll_system(rand); /* it was asked whether it had enough */
}

bool md_rand_take(struct md_rand *rand, uint8_t *octets, size_t length)
{
    add(rand, machines[rand->machine].word); /* time() */
    take(rand, octets, length);
    return !rand->failed;
}
