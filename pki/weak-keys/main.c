/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * debian-keys BITS MACHINE FILE FIRST LAST   prints a line for each key of the processes FIRST to LAST: the
 * last 20 digits of SHA-1("Modulus=" ‖ modulus ‖ "\n"), as openssl-vulnkey has them debian-keys pack < LINES
 * > LIST            sorts lines and leaves the octets
 *
 * MACHINE is le32, le64 or be32; FILE is rnd, nornd-old or nornd-new (md_rand.h).
 */
#include "pki/weak-keys/key_search.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAIL = 10, TAIL_DIGITS = 2 * TAIL, PACKED = 8, PACKED_DIGITS = 2 * PACKED, PACK_MAX = 1 << 20 };

static const char *const machine_names[MACHINES] = {"le32", "le64", "be32"};
static const char *const file_names[RANDOM_FILES] = {"rnd", "nornd-old", "nornd-new"};

static bool digest_modulus(const char *modulus, uint8_t digest[MD_RAND_DIGEST])
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool done = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha1(), NULL) == 1 &&
                EVP_DigestUpdate(hash, "Modulus=", strlen("Modulus=")) == 1 &&
                EVP_DigestUpdate(hash, modulus, strlen(modulus)) == 1 &&
                EVP_DigestUpdate(hash, "\n", 1) == 1 && EVP_DigestFinal_ex(hash, digest, NULL) == 1;
    EVP_MD_CTX_free(hash);
    return done;
}

static bool print(void *closure, uint32_t process, const uint8_t *p, const uint8_t *q, size_t length)
{
    uint8_t digest[MD_RAND_DIGEST];
    (void)closure, (void)process;
    BN_CTX *context = BN_CTX_new();
    BIGNUM *first = BN_bin2bn(p, (int)length, NULL), *second = BN_bin2bn(q, (int)length, NULL);
    bool done =
        context != NULL && first != NULL && second != NULL && BN_mul(first, first, second, context) == 1;
    char *modulus = done ? BN_bn2hex(first) : NULL;
    done = modulus != NULL && digest_modulus(modulus, digest);
    OPENSSL_free(modulus);
    BN_free(second);
    BN_free(first);
    BN_CTX_free(context);
    for (unsigned i = 0; done && i < TAIL; i++)
        done = printf("%02x", digest[MD_RAND_DIGEST - TAIL + i]) == 2;
    return done && putchar('\n') != EOF && fflush(stdout) == 0;
}

static int compare(const void *left, const void *right)
{
    return memcmp(left, right, PACKED);
}

static bool read_line(char line[TAIL_DIGITS + 2], uint8_t packed[PACKED])
{
    size_t length = 0;
    if (strlen(line) != TAIL_DIGITS + 1 || line[TAIL_DIGITS] != '\n')
        return false;
    line[TAIL_DIGITS] = '\0';
    return OPENSSL_hexstr2buf_ex(packed, PACKED, &length, line + TAIL_DIGITS - PACKED_DIGITS, '\0') == 1 &&
           length == PACKED;
}

static bool pack(void)
{
    static uint8_t keys[PACK_MAX][PACKED];
    size_t count = 0, written = 0;
    char line[TAIL_DIGITS + 2];
    for (; fgets(line, sizeof line, stdin) != NULL; count++)
        if (count == PACK_MAX || !read_line(line, keys[count]))
            return false;
    qsort(keys, count, PACKED, compare);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || compare(keys[i - 1], keys[i]) != 0)
            written += fwrite(keys[i], PACKED, 1, stdout);
    fprintf(stderr, "%zu lines, %zu keys\n", count, written);
    return ferror(stdin) == 0 && fflush(stdout) == 0;
}

static unsigned index_of(const char *name, const char *const *names, unsigned count)
{
    unsigned index = 0;
    while (index < count && strcmp(name, names[index]) != 0)
        index++;
    return index;
}

static bool search(char **arguments)
{
    unsigned machine = index_of(arguments[1], machine_names, MACHINES);
    unsigned file = index_of(arguments[2], file_names, RANDOM_FILES);
    unsigned long bits = strtoul(arguments[0], NULL, 10), first = strtoul(arguments[3], NULL, 10);
    unsigned long last = strtoul(arguments[4], NULL, 10);
    return machine < MACHINES && file < RANDOM_FILES && first <= last && last < MD_RAND_PROCESSES &&
           key_search((unsigned)bits, (enum machine)machine, (enum random_file)file, (uint32_t)first,
                      (uint32_t)last, print, NULL);
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "pack") == 0)
        return pack() ? 0 : 1;
    if (count == 6)
        return search(arguments + 1) ? 0 : 1;
    fprintf(stderr, "debian-keys BITS le32|le64|be32 rnd|nornd-old|nornd-new FIRST LAST\ndebian-keys pack\n");
    return 2;
}
