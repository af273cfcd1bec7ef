/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_rsa_bound all|conversation|signatures EMISSIONS KEY4096.pem KEY2048.pem
 *
 * The bound of an emission: the RSA operations inside it and nothing else, on as many threads as there are
 * processors. `all`: every operation that the programs do now. `conversation`: those that bench_cmp_bound
 * does too. `signatures`: only those without which there is no certificate by CMP; verifications are cheap
 * one by one, but many.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS_MAX = 64, DIGEST_SIZE = 32, SIGNATURE_MAX = 512 };

struct work {
    int bits;
    unsigned signatures;
    unsigned verifications[3]; /* by mode */
};

enum mode { ALL, CONVERSATION, SIGNATURES };

/* One emission bound by `spki`, from the holder's POST to the answer; counted by tests/bench/count-rsa on a
 * running instance, by program and caller.
 *
 *   signatures, 4096 bits
 *      1  homolog-ca, the certificate
 *   signatures, 2048 bits
 *      2  ra-signer, protection of ir and certConf
 *      2  homolog-ca, protection of ip and pkiConf
 *   verifications, 4096 bits (authorities' signatures over certificates and CRLs)
 *     14  ra-server, the two statements, judged once. One judgement takes 7: the agent's path (3
 * certificates, 4 CRLs) 4  ra-server, the returned certificate: path (3), signature by its issuer (1) 14
 * ra-signer, the two statements: 2 times 7 3  ra-signer, whose the CRLs are 6  ra-signer, path of the CMP
 * authority, for ip and for pkiConf 7  ra-signer, the returned certificate: path before it is judged (3),
 * path (3) and signature (1) in the judgement 4  ra-signer, the issuers of the certificate, for the chain
 * handed out 6  homolog-ca, path of the AR's certificate, for ir and for certConf verifications, 2048 bits 1
 * ra-server, proof of possession of the CSR 2  ra-server, signatures of the two statements 3  ra-signer,
 * proof of possession, signatures of the two statements 2  ra-signer, protection of ip and pkiConf 2
 * homolog-ca, protection of ir and certConf
 */
static const struct work emission[] = {
    {4096, 1, {58, 4, 0}},
    {2048, 4, {10, 4, 0}},
};
enum { KINDS = sizeof emission / sizeof emission[0] };

struct key {
    EVP_PKEY *pair;
    uint8_t digest[DIGEST_SIZE];
    uint8_t signature[SIGNATURE_MAX];
    size_t signature_length;
};

static struct key keys[KINDS];
static atomic_long left;
static enum mode mode;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_rsa_bound: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static EVP_PKEY_CTX *new_context(const struct key *key, int (*begin)(EVP_PKEY_CTX *))
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key->pair, NULL);
    if (context == NULL || begin(context) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) != 1)
        die("context");
    return context;
}

static void sign(const struct key *key, uint8_t *signature, size_t *length)
{
    EVP_PKEY_CTX *context = new_context(key, EVP_PKEY_sign_init);
    *length = SIGNATURE_MAX;
    if (EVP_PKEY_sign(context, signature, length, key->digest, DIGEST_SIZE) != 1)
        die("sign");
    EVP_PKEY_CTX_free(context);
}

static void verify(const struct key *key)
{
    EVP_PKEY_CTX *context = new_context(key, EVP_PKEY_verify_init);
    if (EVP_PKEY_verify(context, key->signature, key->signature_length, key->digest, DIGEST_SIZE) != 1)
        die("verify");
    EVP_PKEY_CTX_free(context);
}

static void *work(void *unused)
{
    uint8_t signature[SIGNATURE_MAX];
    size_t length = 0;
    while (atomic_fetch_sub(&left, 1) > 0) {
        for (size_t kind = 0; kind < KINDS; kind++) {
            for (unsigned i = 0; i < emission[kind].signatures; i++)
                sign(&keys[kind], signature, &length);
            for (unsigned i = 0; i < emission[kind].verifications[mode]; i++)
                verify(&keys[kind]);
        }
    }
    return unused;
}

static void load_key(struct key *key, const char *path, int bits)
{
    FILE *file = fopen(path, "r");
    key->pair = file != NULL ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    if (key->pair == NULL || EVP_PKEY_get_bits(key->pair) != bits)
        die(path);
    fclose(file);
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        key->digest[i] = (uint8_t)i;
    sign(key, key->signature, &key->signature_length);
}

static double now_s(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        die("clock");
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    long count = argc == 3 + KINDS ? strtol(argv[2], NULL, 10) : 0;
    long threads = sysconf(_SC_NPROCESSORS_ONLN);
    pthread_t running[THREADS_MAX];
    if (count <= 0) {
        fprintf(stderr,
                "usage: bench_rsa_bound all|conversation|signatures EMISSIONS KEY4096.pem KEY2048.pem\n");
        return 2;
    }
    mode = strcmp(argv[1], "all") == 0            ? ALL
           : strcmp(argv[1], "conversation") == 0 ? CONVERSATION
                                                  : SIGNATURES;
    threads = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
    for (size_t kind = 0; kind < KINDS; kind++)
        load_key(&keys[kind], argv[3 + kind], emission[kind].bits);
    atomic_store(&left, count);
    double started = now_s();
    for (long i = 0; i < threads; i++)
        if (pthread_create(&running[i], NULL, work, NULL) != 0)
            die("thread");
    for (long i = 0; i < threads; i++)
        pthread_join(running[i], NULL);
    double seconds = now_s() - started;
    printf("{\"emissions\":%ld,\"threads\":%ld,\"seconds\":%.6f,\"cpu_seconds\":%.6f}\n", count, threads,
           seconds, (double)clock() / CLOCKS_PER_SEC);
    for (size_t kind = 0; kind < KINDS; kind++)
        EVP_PKEY_free(keys[kind].pair);
    return 0;
}
