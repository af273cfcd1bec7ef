/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/limits.h"

#include "pki/base/bytes.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>

enum { SETS = 4096, WAYS = 4, NETWORK_SIZE = 9, MS_PER_MINUTE = 60000 };

struct bucket {
    uint8_t network[NETWORK_SIZE]; /* family, then IPv4 address or IPv6 /64 */
    bool used;
    int64_t tokens; /* in units of 1/60000 request */
    int64_t seen_ms;
};

struct limits {
    pthread_mutex_t mutex;
    int64_t per_minute;
    uint64_t seed; /* so that nobody can aim at a set */
    struct bucket buckets[SETS][WAYS];
};

static int destroy(struct limits *limits)
{
    pthread_mutex_destroy(&limits->mutex);
    return 0;
}

bool limits_new(TALLOC_CTX *context, int64_t per_minute, struct limits **limits, struct ra_error *error)
{
    struct limits *made = talloc_zero(context, struct limits);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "limits");
    made->per_minute = per_minute;
    if (!random_bytes((uint8_t *)&made->seed, sizeof made->seed) ||
        pthread_mutex_init(&made->mutex, NULL) != 0) {
        talloc_free(made);
        return ra_fail(error, RA_INTERNAL, "limits");
    }
    talloc_set_destructor(made, destroy);
    *limits = made;
    return true;
}

static void make_network(const char *address, uint8_t network[NETWORK_SIZE])
{
    uint8_t six[16];
    memset(network, 0, NETWORK_SIZE);
    if (inet_pton(AF_INET, address, network + 1) == 1) {
        network[0] = 4;
    } else if (inet_pton(AF_INET6, address, six) == 1) {
        network[0] = 6;
        memcpy(network + 1, six, NETWORK_SIZE - 1);
    }
}

/* FNV-1a, seeded. */
static size_t set_of(const struct limits *limits, const uint8_t network[NETWORK_SIZE])
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ limits->seed;
    for (size_t i = 0; i < NETWORK_SIZE; i++)
        hash = (hash ^ network[i]) * UINT64_C(1099511628211);
    return (size_t)(hash >> 32) % SETS;
}

static struct bucket *find(struct limits *limits, const uint8_t network[NETWORK_SIZE], int64_t now_ms)
{
    struct bucket *set = limits->buckets[set_of(limits, network)];
    struct bucket *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].used && memcmp(set[i].network, network, NETWORK_SIZE) == 0)
            return &set[i];
        if (!set[i].used || (oldest->used && set[i].seen_ms < oldest->seen_ms))
            oldest = &set[i];
    }
    *oldest = (struct bucket){.used = true, .tokens = limits->per_minute * MS_PER_MINUTE, .seen_ms = now_ms};
    memcpy(oldest->network, network, NETWORK_SIZE);
    return oldest;
}

unsigned limits_take(struct limits *limits, const char *address, int64_t now_ms)
{
    uint8_t network[NETWORK_SIZE];
    make_network(address, network);
    pthread_mutex_lock(&limits->mutex);
    struct bucket *bucket = find(limits, network, now_ms);
    int64_t full = limits->per_minute * MS_PER_MINUTE;
    int64_t elapsed = now_ms - bucket->seen_ms;
    /* A whole minute fills any bucket; capping it keeps the product small. */
    bucket->tokens += (elapsed < MS_PER_MINUTE ? elapsed : MS_PER_MINUTE) * limits->per_minute;
    bucket->tokens = bucket->tokens < full ? bucket->tokens : full;
    bucket->seen_ms = now_ms;
    unsigned wait_s = 0;
    if (bucket->tokens >= MS_PER_MINUTE) {
        bucket->tokens -= MS_PER_MINUTE;
    } else {
        int64_t missing_ms = (MS_PER_MINUTE - bucket->tokens) / limits->per_minute;
        wait_s = (unsigned)(missing_ms / 1000 + 1);
    }
    pthread_mutex_unlock(&limits->mutex);
    return wait_s;
}
