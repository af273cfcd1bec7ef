/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/weak-keys/fermat.h"

#include <openssl/bn.h>
#include <string.h>

static bool one(const uint8_t *number, size_t length, bool *probably_prime)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *n = BN_bin2bn(number, (int)length, NULL);
    BIGNUM *exponent = BN_dup(n);
    BIGNUM *base = BN_new();
    bool done = context != NULL && exponent != NULL && base != NULL && BN_set_word(base, 2) == 1 &&
                BN_sub_word(exponent, 1) == 1 && BN_mod_exp(base, base, exponent, n, context) == 1;
    *probably_prime = done && BN_is_one(base);
    BN_free(base);
    BN_free(exponent);
    BN_free(n);
    BN_CTX_free(context);
    return done;
}

static bool one_by_one(const uint8_t *const numbers[FERMAT_LANES], size_t length,
                       bool probably_prime[FERMAT_LANES])
{
    for (unsigned lane = 0; lane < FERMAT_LANES; lane++)
        if (numbers[lane] != NULL && !one(numbers[lane], length, &probably_prime[lane]))
            return false;
    return true;
}

#if defined(__x86_64__) && defined(__OPTIMIZE__)
#include <immintrin.h>

/* Eight numbers side by side, in digits of 52 bits: six times as fast where the processor has the
 * instructions. */
#define WITH_IFMA __attribute__((target("avx512f,avx512ifma")))
enum { DIGIT_BITS = 52, SMALL_DIGITS = 20, LARGE_DIGITS = 40 };
static const uint64_t digit_mask = (UINT64_C(1) << DIGIT_BITS) - 1;

struct lanes {
    __m512i modulus[LARGE_DIGITS], value[LARGE_DIGITS], inverse;
    __mmask8 bits[8 * FERMAT_OCTETS_MAX]; /* of the exponents, lowest first */
};

#ifdef __clang__
#define UNROLLED _Pragma("unroll")
#else
#define UNROLLED _Pragma("GCC unroll 41") /* else the sums do not stay in registers */
#endif

/* value := value² / 2^(52·digits) modulo `modulus`, below 2·modulus if value was below 4·modulus. The digits
 * stay below 2^59 until they are carried. */
#define SQUARE(NAME, DIGITS)                                                                                 \
    WITH_IFMA static void NAME(struct lanes *lanes)                                                          \
    {                                                                                                        \
        const __m512i zero = _mm512_setzero_si512();                                                         \
        const __m512i mask = _mm512_set1_epi64((long long)digit_mask);                                       \
        const __m512i *value = lanes->value, *modulus = lanes->modulus;                                      \
        __m512i sum[DIGITS + 1];                                                                             \
        UNROLLED for (unsigned j = 0; j <= DIGITS; j++) sum[j] = zero;                                       \
        for (unsigned i = 0; i < DIGITS; i++) {                                                              \
            __m512i digit = value[i];                                                                        \
            UNROLLED for (unsigned j = 0; j < DIGITS; j++) sum[j] =                                          \
                _mm512_madd52lo_epu64(sum[j], digit, value[j]);                                              \
            __m512i factor = _mm512_madd52lo_epu64(zero, sum[0], lanes->inverse);                            \
            UNROLLED for (unsigned j = 0; j < DIGITS; j++) sum[j] =                                          \
                _mm512_madd52lo_epu64(sum[j], factor, modulus[j]);                                           \
            sum[1] = _mm512_add_epi64(sum[1], _mm512_srli_epi64(sum[0], DIGIT_BITS));                        \
            UNROLLED for (unsigned j = 0; j < DIGITS; j++) sum[j] =                                          \
                _mm512_madd52hi_epu64(sum[j + 1], digit, value[j]);                                          \
            UNROLLED for (unsigned j = 0; j < DIGITS; j++) sum[j] =                                          \
                _mm512_madd52hi_epu64(sum[j], factor, modulus[j]);                                           \
        }                                                                                                    \
        __m512i carry = zero;                                                                                \
        for (unsigned j = 0; j < DIGITS; j++) {                                                              \
            sum[j] = _mm512_add_epi64(sum[j], carry);                                                        \
            carry = _mm512_srli_epi64(sum[j], DIGIT_BITS);                                                   \
            lanes->value[j] = _mm512_and_si512(sum[j], mask);                                                \
        }                                                                                                    \
    }

SQUARE(square_small, SMALL_DIGITS)
SQUARE(square_large, LARGE_DIGITS)

WITH_IFMA static void double_some(struct lanes *lanes, unsigned digits, __mmask8 which)
{
    const __m512i mask = _mm512_set1_epi64((long long)digit_mask);
    __m512i carry = _mm512_setzero_si512();
    for (unsigned j = 0; j < digits; j++) {
        __m512i twice = _mm512_mask_add_epi64(lanes->value[j], which, lanes->value[j], lanes->value[j]);
        twice = _mm512_add_epi64(twice, carry);
        carry = _mm512_srli_epi64(twice, DIGIT_BITS);
        lanes->value[j] = _mm512_and_si512(twice, mask);
    }
}

/* A digit begins at an octet or amid one, and lies within eight. */
static uint64_t digit_of(const uint8_t *number, size_t length, unsigned digit)
{
    size_t bit = (size_t)DIGIT_BITS * digit;
    uint64_t word = 0;
    for (size_t i = 0; i < sizeof word && bit / 8 + i < length; i++)
        word |= (uint64_t)number[length - 1 - bit / 8 - i] << (8 * i);
    return word >> (bit % 8) & digit_mask;
}

/* 2^(52·digits) modulo the number, into one lane of `value`, by OpenSSL. */
static bool montgomery_one(const uint8_t *number, size_t length, unsigned digits, uint8_t *octets)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *n = BN_bin2bn(number, (int)length, NULL);
    BIGNUM *power = BN_new();
    bool done = context != NULL && n != NULL && power != NULL &&
                BN_set_bit(power, DIGIT_BITS * (int)digits) == 1 && BN_mod(power, power, n, context) == 1 &&
                BN_bn2binpad(power, octets, (int)length) == (int)length;
    BN_free(power);
    BN_free(n);
    BN_CTX_free(context);
    return done;
}

static void put(__m512i *digits, unsigned count, unsigned lane, const uint8_t *number, size_t length)
{
    for (unsigned j = 0; j < count; j++) {
        uint64_t word = digit_of(number, length, j);
        memcpy((uint8_t *)&digits[j] + sizeof word * lane, &word, sizeof word);
    }
}

/* -1/n modulo 2^52, by Newton. */
static uint64_t negative_inverse(uint64_t n)
{
    uint64_t inverse = n;
    for (unsigned i = 0; i < 5; i++)
        inverse *= 2 - n * inverse;
    return (0 - inverse) & digit_mask;
}

static const uint8_t resting[FERMAT_OCTETS_MAX] = {[0] = 0xFF, [127] = 0xFF, [255] = 0xFF};

static bool load(struct lanes *lanes, const uint8_t *const numbers[FERMAT_LANES], size_t length,
                 unsigned digits, uint8_t ones[FERMAT_LANES][FERMAT_OCTETS_MAX])
{
    memset(lanes, 0, sizeof *lanes);
    for (unsigned lane = 0; lane < FERMAT_LANES; lane++) {
        if (!montgomery_one(numbers[lane], length, digits, ones[lane]))
            return false;
        put(lanes->modulus, digits, lane, numbers[lane], length);
        put(lanes->value, digits, lane, ones[lane], length);
        uint64_t inverse = negative_inverse(digit_of(numbers[lane], length, 0));
        memcpy((uint8_t *)&lanes->inverse + sizeof inverse * lane, &inverse, sizeof inverse);
        for (size_t bit = 1; bit < 8 * length; bit++) /* n - 1: the lowest bit is 0 */
            if (numbers[lane][length - 1 - bit / 8] >> (bit % 8) & 1)
                lanes->bits[bit] = (__mmask8)(lanes->bits[bit] | 1U << lane);
    }
    return true;
}

/* The lane holds `expected` or that plus the number. */
static bool lane_is(const struct lanes *lanes, unsigned digits, unsigned lane, const uint8_t *expected,
                    const uint8_t *number, size_t length)
{
    bool same = true, same_and_more = true;
    uint64_t carry = 0;
    for (unsigned j = 0; j < digits; j++) {
        uint64_t word, plain = digit_of(expected, length, j);
        memcpy(&word, (const uint8_t *)&lanes->value[j] + sizeof word * lane, sizeof word);
        carry += plain + digit_of(number, length, j);
        same = same && word == plain;
        same_and_more = same_and_more && word == (carry & digit_mask);
        carry >>= DIGIT_BITS;
    }
    return same || same_and_more;
}

static bool side_by_side(const uint8_t *const numbers[FERMAT_LANES], size_t length,
                         bool probably_prime[FERMAT_LANES])
{
    static _Thread_local struct lanes lanes;
    const uint8_t *whole[FERMAT_LANES];
    uint8_t ones[FERMAT_LANES][FERMAT_OCTETS_MAX];
    unsigned digits = length == FERMAT_OCTETS_MAX ? LARGE_DIGITS : SMALL_DIGITS;
    for (unsigned lane = 0; lane < FERMAT_LANES; lane++)
        whole[lane] = numbers[lane] != NULL ? numbers[lane] : resting;
    if (!load(&lanes, whole, length, digits, ones))
        return false;
    for (size_t bit = 8 * length; bit-- > 0;) {
        if (digits == LARGE_DIGITS)
            square_large(&lanes);
        else
            square_small(&lanes);
        if (lanes.bits[bit] != 0)
            double_some(&lanes, digits, lanes.bits[bit]);
    }
    for (unsigned lane = 0; lane < FERMAT_LANES; lane++)
        probably_prime[lane] = lane_is(&lanes, digits, lane, ones[lane], whole[lane], length);
    return true;
}

bool fermat_test(const uint8_t *const numbers[FERMAT_LANES], size_t length, bool probably_prime[FERMAT_LANES])
{
    return (__builtin_cpu_supports("avx512ifma") ? side_by_side : one_by_one)(numbers, length,
                                                                              probably_prime);
}
#else
bool fermat_test(const uint8_t *const numbers[FERMAT_LANES], size_t length, bool probably_prime[FERMAT_LANES])
{
    return one_by_one(numbers, length, probably_prime);
}
#endif
