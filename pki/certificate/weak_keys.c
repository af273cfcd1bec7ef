/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/weak_keys.h"

#include "pki/base/file.h"
#include "pki/certificate/debian_keys.h"

#include <errno.h>
#include <math.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PRIME_COUNT = 38,
    PRIME_MAX = 167,
    GROUP_PRODUCTS = 10,
    GENERATOR = 65537,
    SQUARE_MODULUS = 64 * 63 * 65 * 11,
    DIGEST_TAIL = 10, /* octets of the SHA-1 that the list keeps */
    LINE_DIGITS = 2 * DIGEST_TAIL,
    LIST_FILE_MAX = 64 << 20,
};

static const uint8_t primes[PRIME_COUNT] = {3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,
                                            47,  53,  59,  61,  67,  71,  73,  79,  83,  89,  97,  101, 103,
                                            107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

/* Made once: for each prime the powers of 65537, for four moduli the squares. */
static struct {
    bool in_subgroup[PRIME_COUNT][PRIME_MAX];
    bool square_64[64], square_63[63], square_65[65], square_11[11];
    uint32_t product[GROUP_PRODUCTS]; /* of consecutive primes, each below 2^32 */
    uint8_t first[GROUP_PRODUCTS + 1];
    size_t products;
    EVP_MD *sha1; /* of the lists; NULL when OpenSSL has none */
} tables;

static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void mark_squares(bool *squares, unsigned modulus)
{
    for (unsigned i = 0; i < modulus; i++)
        squares[i * i % modulus] = true;
}

static void make_tables(void)
{
    uint64_t product = 1;
    for (unsigned i = 0; i < PRIME_COUNT; i++) {
        unsigned power = 1;
        do {
            tables.in_subgroup[i][power] = true;
            power = power * (GENERATOR % primes[i]) % primes[i];
        } while (power != 1);
        if (product * primes[i] > UINT32_MAX) {
            tables.product[tables.products++] = (uint32_t)product;
            tables.first[tables.products] = (uint8_t)i;
            product = 1;
        }
        product *= primes[i];
    }
    tables.product[tables.products++] = (uint32_t)product;
    tables.first[tables.products] = PRIME_COUNT;
    mark_squares(tables.square_64, 64);
    mark_squares(tables.square_63, 63);
    mark_squares(tables.square_65, 65);
    mark_squares(tables.square_11, 11);
    tables.sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
}

static uint32_t remainder_of(struct bytes number, uint32_t divisor)
{
    uint64_t rest = 0;
    size_t at = 0;
    for (; at < number.length % 4; at++)
        rest = (rest << 8 | number.data[at]) % divisor;
    for (; at < number.length; at += 4) {
        uint32_t word = (uint32_t)number.data[at] << 24 | (uint32_t)number.data[at + 1] << 16 |
                        (uint32_t)number.data[at + 2] << 8 | number.data[at + 3];
        rest = (rest << 32 | word) % divisor;
    }
    return (uint32_t)rest;
}

/* Small factors and ROCA's fingerprint come from the same remainders. */
static enum weak_key by_small_primes(struct bytes modulus)
{
    bool fingerprint = true;
    if ((modulus.data[modulus.length - 1] & 1) == 0)
        return WEAK_KEY_SMALL_FACTOR;
    for (size_t group = 0; group < tables.products; group++) {
        uint32_t rest = remainder_of(modulus, tables.product[group]);
        for (unsigned i = tables.first[group]; i < tables.first[group + 1]; i++) {
            if (rest % primes[i] == 0)
                return WEAK_KEY_SMALL_FACTOR;
            fingerprint = fingerprint && tables.in_subgroup[i][rest % primes[i]];
        }
    }
    return fingerprint ? WEAK_KEY_ROCA : WEAK_KEY_NONE;
}

/* --- Fermat --- */

struct fermat {
    BN_CTX *context;
    BIGNUM *n, *root, *square, *quotient;
};

/* From a start that is not below the root of `number`. */
static bool newton(const struct fermat *fermat, const BIGNUM *number, BIGNUM *root)
{
    for (;;) {
        if (BN_div(fermat->quotient, NULL, number, root, fermat->context) != 1 ||
            BN_add(fermat->quotient, fermat->quotient, root) != 1 ||
            BN_rshift1(fermat->quotient, fermat->quotient) != 1)
            return false;
        if (BN_cmp(fermat->quotient, root) >= 0)
            return true;
        BN_swap(fermat->quotient, root);
    }
}

/* Floor of the square root. */
static bool square_root(const struct fermat *fermat, const BIGNUM *number, BIGNUM *root)
{
    enum { TOP_BITS = 62, EXTRA_BITS = 20 };
    int shift = BN_num_bits(number) - TOP_BITS;
    shift += shift & 1;
    if (shift < 2 * EXTRA_BITS) /* small: any start from above will do */
        return BN_one(root) == 1 && BN_lshift(root, root, BN_num_bits(number) / 2 + 1) == 1 &&
               newton(fermat, number, root);
    if (BN_rshift(fermat->quotient, number, shift) != 1)
        return false;
    double top = (double)BN_get_word(fermat->quotient);
    /* Rounding costs less than four units: still above the root. */
    BN_ULONG start = (BN_ULONG)(sqrt(top + 1) * (1 << EXTRA_BITS)) + 4;
    if (BN_set_word(root, start) != 1 || BN_lshift(root, root, shift / 2 - EXTRA_BITS) != 1)
        return false;
    return newton(fermat, number, root);
}

static bool may_be_square(uint32_t rest)
{
    return tables.square_64[rest % 64] && tables.square_63[rest % 63] && tables.square_65[rest % 65] &&
           tables.square_11[rest % 11];
}

/* (root + step)² - n is a square. */
static bool splits(const struct fermat *fermat, unsigned step, bool *square, BIGNUM *try, BIGNUM *side)
{
    if (BN_copy(try, fermat->root) == NULL || BN_add_word(try, step) != 1 ||
        BN_sqr(fermat->square, try, fermat->context) != 1 || BN_sub(try, fermat->square, fermat->n) != 1 ||
        !square_root(fermat, try, side) || BN_sqr(fermat->square, side, fermat->context) != 1)
        return false;
    *square = BN_cmp(fermat->square, try) == 0;
    return true;
}

/* n = a² - b² with a hardly above the root of n. Candidates pass a sieve of remainders first, so that the big
 * numbers are touched for one in three hundred. */
static bool fermat_rounds(const struct fermat *fermat, bool *close)
{
    BIGNUM *try = BN_CTX_get(fermat->context);
    BIGNUM *side = BN_CTX_get(fermat->context);
    if (side == NULL || !square_root(fermat, fermat->n, fermat->root) ||
        BN_sqr(fermat->square, fermat->root, fermat->context) != 1)
        return false;
    *close = BN_cmp(fermat->square, fermat->n) == 0;
    if (BN_add_word(fermat->root, 1) != 1 || BN_sqr(fermat->square, fermat->root, fermat->context) != 1 ||
        BN_sub(try, fermat->square, fermat->n) != 1)
        return false;
    uint64_t rest = (uint64_t)BN_mod_word(try, SQUARE_MODULUS);
    uint64_t root = (uint64_t)BN_mod_word(fermat->root, SQUARE_MODULUS);
    for (unsigned step = 0; step < WEAK_KEY_FERMAT_ROUNDS && !*close; step++) {
        if (may_be_square((uint32_t)rest) && !splits(fermat, step, close, try, side))
            return false;
        rest = (rest + 2 * root + 1) % SQUARE_MODULUS;
        root = (root + 1) % SQUARE_MODULUS;
    }
    return true;
}

static bool has_close_primes(struct bytes modulus, bool *close)
{
    struct fermat fermat = {.context = BN_CTX_new()};
    if (fermat.context == NULL)
        return false;
    BN_CTX_start(fermat.context);
    fermat.n = BN_CTX_get(fermat.context);
    fermat.root = BN_CTX_get(fermat.context);
    fermat.square = BN_CTX_get(fermat.context);
    fermat.quotient = BN_CTX_get(fermat.context);
    bool done = fermat.quotient != NULL && BN_bin2bn(modulus.data, (int)modulus.length, fermat.n) != NULL &&
                fermat_rounds(&fermat, close);
    BN_CTX_end(fermat.context);
    BN_CTX_free(fermat.context);
    return done;
}

/* --- the lists --- */

struct weak_key_list {
    size_t count;
    uint8_t (*tails)[DIGEST_TAIL];
};

static int compare_tails(const void *left, const void *right)
{
    return memcmp(left, right, DIGEST_TAIL);
}

static bool read_lines(struct weak_key_list *list, char *text, const char *path, struct ra_error *error)
{
    unsigned number = 0;
    for (char *line = text; line != NULL;) {
        char *next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        line[strcspn(line, " \t\r#")] = '\0';
        number++;
        if (line[0] != '\0') {
            if (strlen(line) != (size_t)LINE_DIGITS ||
                !hex_decode(line, list->tails[list->count], DIGEST_TAIL))
                return ra_fail(error, RA_INVALID, "%s, linha %u: não são 20 dígitos hexadecimais", path,
                               number);
            list->count++;
        }
        line = next;
    }
    qsort(list->tails, list->count, DIGEST_TAIL, compare_tails);
    return true;
}

static bool fill(struct weak_key_list *list, struct bytes content, const char *path, struct ra_error *error)
{
    char *text = talloc_strndup(list, (const char *)content.data, content.length);
    list->tails = talloc_array_size(list, DIGEST_TAIL, (unsigned)(content.length / (size_t)LINE_DIGITS + 1));
    if (text == NULL || list->tails == NULL)
        return ra_fail(error, RA_NO_MEMORY, "weak keys");
    if (strlen(text) != content.length)
        return ra_fail(error, RA_INVALID, "%s: not a text", path);
    return read_lines(list, text, path, error);
}

bool weak_key_list_parse(TALLOC_CTX *context, struct bytes content, const char *path,
                         struct weak_key_list **list, struct ra_error *error)
{
    struct weak_key_list *loaded = talloc_zero(context, struct weak_key_list);
    *list = NULL;
    if (loaded == NULL)
        return ra_fail(error, RA_NO_MEMORY, "weak keys");
    if (!fill(loaded, content, path, error)) {
        talloc_free(loaded);
        return false;
    }
    *list = loaded;
    return true;
}

bool weak_key_list_load(TALLOC_CTX *context, const char *path, struct weak_key_list **list,
                        struct ra_error *error)
{
    struct bytes content;
    TALLOC_CTX *memory = talloc_new(NULL);
    *list = NULL;
    bool ok = file_read(memory, path, LIST_FILE_MAX, &content, error) &&
              weak_key_list_parse(context, content, path, list, error);
    talloc_free(memory);
    return ok;
}

bool weak_key_list_load_if_there(TALLOC_CTX *context, const char *path, struct weak_key_list **list,
                                 struct ra_error *error)
{
    *list = NULL;
    if (access(path, F_OK) == 0)
        return weak_key_list_load(context, path, list, error);
    return errno == ENOENT || ra_fail_errno(error, path);
}

size_t weak_key_count(const struct weak_key_list *list)
{
    return debian_keys_count() + (list != NULL ? list->count : 0);
}

static bool digest_modulus(struct bytes modulus, uint8_t digest[EVP_MAX_MD_SIZE], unsigned *size)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char prefix[] = "Modulus=";
    char text[sizeof prefix + (size_t)2 * WEAK_KEY_MODULUS_MAX + 1];
    size_t used = sizeof prefix - 1;
    memcpy(text, prefix, used);
    for (size_t i = 0; i < modulus.length; i++) {
        text[used++] = digits[modulus.data[i] >> 4];
        text[used++] = digits[modulus.data[i] & 15];
    }
    text[used++] = '\n';
    return tables.sha1 != NULL && EVP_Digest(text, used, digest, size, tables.sha1, NULL) == 1 &&
           *size >= (unsigned)DIGEST_TAIL;
}

static bool by_lists(struct bytes modulus, const struct weak_key_list *list, enum weak_key *weakness)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (!digest_modulus(modulus, digest, &size))
        return false;
    if (debian_keys_hold(digest + size - DEBIAN_KEY_SIZE))
        *weakness = WEAK_KEY_DEBIAN;
    else if (list != NULL && bsearch(digest + size - DIGEST_TAIL, list->tails, list->count, DIGEST_TAIL,
                                     compare_tails) != NULL)
        *weakness = WEAK_KEY_LISTED;
    return true;
}

bool weak_key_find(struct bytes modulus, const struct weak_key_list *list, enum weak_key *weakness)
{
    bool found = false;
    *weakness = WEAK_KEY_NONE;
    if (modulus.length == 0 || modulus.length > WEAK_KEY_MODULUS_MAX)
        return true;
    pthread_once(&tables_once, make_tables);
    *weakness = by_small_primes(modulus);
    if (*weakness != WEAK_KEY_NONE)
        return true;
    if (!by_lists(modulus, list, weakness) ||
        (*weakness == WEAK_KEY_NONE && !has_close_primes(modulus, &found))) {
        ERR_clear_error();
        return false;
    }
    if (found)
        *weakness = WEAK_KEY_CLOSE_PRIMES;
    return true;
}
