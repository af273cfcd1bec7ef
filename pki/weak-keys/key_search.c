/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/weak-keys/key_search.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIEVE_PRIMES = 2048, /* NUMPRIMES of that OpenSSL: 2 to 17863 */
    SIEVE_LIMIT = 17864,
    SIEVE_BLOCK = 64,
    SIEVE_WINDOW = 512,
    PUBLIC_EXPONENT = 65537,
    /* BN_prime_checks_for_size(): Miller-Rabin rounds for primes of 1024 and of 2048 bits */
    ROUNDS_1024 = 3,
    ROUNDS_2048 = 2,
};

/* A process on its way to a key. */
struct search {
    bool active;
    uint32_t process;
    unsigned primes; /* found so far */
    struct md_rand rand;
    uint8_t candidate[FERMAT_OCTETS_MAX], prime[FERMAT_OCTETS_MAX];
};

struct sieve {
    uint32_t prime[SIEVE_PRIMES];
    double inverse[SIEVE_PRIMES];
    uint32_t power[SIEVE_PRIMES / SIEVE_BLOCK][FERMAT_OCTETS_MAX][SIEVE_BLOCK]; /* 256^k modulo each prime */
    uint32_t rest[SIEVE_PRIMES];
};

static void fill_sieve(struct sieve *sieve)
{
    bool composite[SIEVE_LIMIT] = {false};
    unsigned count = 0;
    for (uint32_t number = 2; number < SIEVE_LIMIT && count < SIEVE_PRIMES; number++) {
        if (composite[number])
            continue;
        for (uint32_t multiple = number * number; multiple < SIEVE_LIMIT && number < 200; multiple += number)
            composite[multiple] = true;
        sieve->prime[count] = number;
        sieve->inverse[count] = 1.0 / number;
        uint32_t power = 1 % number;
        for (unsigned k = 0; k < FERMAT_OCTETS_MAX; k++) {
            sieve->power[count / SIEVE_BLOCK][k][count % SIEVE_BLOCK] = power;
            power = power * 256 % number;
        }
        count++;
    }
}

/* Shaped so that the compiler makes vectors of it: this is half of the work otherwise. */
static void find_rests(struct sieve *sieve, const uint8_t *number, size_t length)
{
    for (unsigned block = 0; block < SIEVE_PRIMES / SIEVE_BLOCK; block++) {
        uint32_t sum[SIEVE_BLOCK] = {0};
        for (size_t k = 0; k < length; k++) {
            uint32_t octet = number[length - 1 - k];
            for (unsigned i = 0; i < SIEVE_BLOCK; i++)
                sum[i] += octet * sieve->power[block][k][i]; /* at most 256 · 255 · 17863 < 2^32 */
        }
        memcpy(sieve->rest + (size_t)block * SIEVE_BLOCK, sum, sizeof sum);
    }
    for (unsigned i = 0; i < SIEVE_PRIMES; i++) {
        int32_t quotient = (int32_t)((double)sieve->rest[i] * sieve->inverse[i]);
        int32_t rest = (int32_t)(sieve->rest[i] - (uint32_t)quotient * sieve->prime[i]);
        rest += rest < 0 ? (int32_t)sieve->prime[i] : 0;
        rest -= rest >= (int32_t)sieve->prime[i] ? (int32_t)sieve->prime[i] : 0;
        sieve->rest[i] = (uint32_t)rest;
    }
}

/* Marks the steps k of the window for which number + 2k, or that less one, is a multiple of the prime. */
static void mark(bool *unfit, uint32_t rest, uint32_t prime)
{
    uint32_t multiple = prime - rest;                                /* number + this is a multiple */
    uint32_t half = multiple % 2 == 0 ? multiple : multiple + prime; /* and even */
    uint32_t step = half / 2 < prime ? half / 2 : half / 2 - prime;
    uint32_t step_before =
        step + (prime + 1) / 2 < prime ? step + (prime + 1) / 2 : step + (prime + 1) / 2 - prime;
    for (uint32_t k = step; k < SIEVE_WINDOW; k += prime)
        unfit[k] = true;
    for (uint32_t k = step_before; k < SIEVE_WINDOW; k += prime)
        unfit[k] = true;
}

/* probable_prime(): what to add so that neither the number nor the number less one has a small odd factor. */
static uint32_t find_delta(struct sieve *sieve)
{
    for (uint32_t delta = 0;; delta += 2 * SIEVE_WINDOW) {
        bool unfit[SIEVE_WINDOW] = {false};
        for (unsigned i = 1; i < SIEVE_PRIMES; i++)
            mark(unfit, delta == 0 ? sieve->rest[i] : (sieve->rest[i] + delta) % sieve->prime[i],
                 sieve->prime[i]);
        const bool *fit = memchr(unfit, false, sizeof unfit);
        if (fit != NULL)
            return delta + 2 * (uint32_t)(fit - unfit);
    }
}

static void add_small(uint8_t *number, size_t length, uint32_t summand)
{
    uint64_t carry = summand;
    for (size_t i = length; i-- > 0 && carry != 0; carry >>= 8) {
        carry += number[i];
        number[i] = (uint8_t)carry;
    }
}

static bool draw_candidate(struct search *search, struct sieve *sieve, size_t length)
{
    if (!md_rand_take(&search->rand, search->candidate, length))
        return false;
    search->candidate[0] |= 0xC0;
    search->candidate[length - 1] |= 1;
    find_rests(sieve, search->candidate, length);
    add_small(search->candidate, length, find_delta(sieve));
    return true;
}

/* BN_pseudo_rand_range(): a base of Miller-Rabin, below the candidate less one. Which one does not matter. */
static bool draw_base(struct search *search, size_t length)
{
    uint8_t base[FERMAT_OCTETS_MAX], limit[FERMAT_OCTETS_MAX];
    memcpy(limit, search->candidate, length);
    limit[length - 1] &= 0xFE;
    do {
        if (!md_rand_take(&search->rand, base, length))
            return false;
    } while (memcmp(base, limit, length) >= 0);
    return true;
}

/* p - 1 must have no factor in common with the public exponent, which is prime. */
static bool suits_exponent(const uint8_t *number, size_t length)
{
    uint64_t rest = 0;
    for (size_t i = 0; i < length; i++)
        rest = (rest << 8 | number[i]) % PUBLIC_EXPONENT;
    return rest != 1;
}

struct job {
    enum machine machine;
    enum random_file file;
    size_t length;
    uint32_t next, last;
    EVP_MD_CTX *hash;
    EVP_MD *sha1;
    key_search_found *found;
    void *closure;
    struct sieve sieve;
    struct search searches[FERMAT_LANES];
};

static void start_next(struct job *job, struct search *search)
{
    search->active = job->next <= job->last;
    if (!search->active)
        return;
    search->process = job->next++;
    search->primes = 0;
    md_rand_start(&search->rand, job->hash, job->sha1, job->machine, job->file, search->process);
}

/* The rounds after the first, which the Fermat test stood for; then the prime is p or q, or is given up. */
static bool take_prime(struct job *job, struct search *search)
{
    unsigned rounds = job->length == FERMAT_OCTETS_MAX ? ROUNDS_2048 : ROUNDS_1024;
    for (unsigned round = 1; round < rounds; round++)
        if (!draw_base(search, job->length))
            return false;
    if (!suits_exponent(search->candidate, job->length) ||
        (search->primes == 1 && memcmp(search->candidate, search->prime, job->length) == 0))
        return true;
    if (search->primes++ == 0) {
        memcpy(search->prime, search->candidate, job->length);
        return true;
    }
    bool swap = memcmp(search->prime, search->candidate, job->length) < 0;
    bool go_on = job->found(job->closure, search->process, swap ? search->candidate : search->prime,
                            swap ? search->prime : search->candidate, job->length);
    start_next(job, search);
    return go_on;
}

/* One candidate of each search; false in `active` when none is left. */
static bool step(struct job *job, bool *active)
{
    const uint8_t *numbers[FERMAT_LANES];
    bool prime[FERMAT_LANES];
    *active = false;
    for (unsigned lane = 0; lane < FERMAT_LANES; lane++) {
        struct search *search = &job->searches[lane];
        numbers[lane] = search->active ? search->candidate : NULL;
        *active = *active || search->active;
        if (search->active &&
            (!draw_candidate(search, &job->sieve, job->length) || !draw_base(search, job->length)))
            return false;
    }
    if (!*active)
        return true;
    if (!fermat_test(numbers, job->length, prime))
        return false;
    for (unsigned lane = 0; lane < FERMAT_LANES; lane++)
        if (job->searches[lane].active && prime[lane] && !take_prime(job, &job->searches[lane]))
            return false;
    return true;
}

bool key_search(unsigned bits, enum machine machine, enum random_file file, uint32_t first, uint32_t last,
                key_search_found *found, void *closure)
{
    struct job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return false;
    *job = (struct job){.machine = machine,
                        .file = file,
                        .length = bits / 16,
                        .next = first,
                        .last = last,
                        .hash = EVP_MD_CTX_new(),
                        .sha1 = EVP_MD_fetch(NULL, "SHA1", NULL),
                        .found = found,
                        .closure = closure};
    bool done = job->hash != NULL && job->sha1 != NULL && (bits == 2048 || bits == 4096);
    fill_sieve(&job->sieve);
    for (unsigned lane = 0; done && lane < FERMAT_LANES; lane++)
        start_next(job, &job->searches[lane]);
    for (bool active = true; done && active;)
        done = step(job, &active);
    EVP_MD_free(job->sha1);
    EVP_MD_CTX_free(job->hash);
    free(job);
    return done;
}
