/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/bytes.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

struct bytes bytes_copy(TALLOC_CTX *context, const void *data, size_t length)
{
    if (length == 0)
        return (struct bytes){NULL, 0};
    void *copy = talloc_memdup(context, data, length);
    return (struct bytes){copy, copy != NULL ? length : 0};
}

struct bytes bytes_of_text(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

bool bytes_equal(struct bytes left, struct bytes right)
{
    if (left.length != right.length)
        return false;
    return left.length == 0 || CRYPTO_memcmp(left.data, right.data, left.length) == 0;
}

char *hex_encode(TALLOC_CTX *context, struct bytes input)
{
    static const char digits[] = "0123456789abcdef";
    if (input.length > SIZE_MAX / 2 - 1)
        return NULL;
    char *text = talloc_size(context, input.length * 2 + 1);
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < input.length; i++) {
        text[2 * i] = digits[input.data[i] >> 4];
        text[2 * i + 1] = digits[input.data[i] & 15];
    }
    text[2 * input.length] = '\0';
    return text;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

bool hex_decode(const char *text, uint8_t *output, size_t size)
{
    if (strnlen(text, 2 * size + 1) != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(text[2 * i]);
        int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        output[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

char *base64_encode(TALLOC_CTX *context, struct bytes input)
{
    if (input.length > INT_MAX / 2)
        return NULL;
    char *text = talloc_size(context, (input.length + 2) / 3 * 4 + 1);
    if (text == NULL)
        return NULL;
    if (input.length == 0)
        text[0] = '\0';
    else
        EVP_EncodeBlock((unsigned char *)text, input.data, (int)input.length);
    return text;
}

static bool is_base64_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

bool base64_decode(TALLOC_CTX *context, const char *text, size_t length, struct bytes *output)
{
    *output = (struct bytes){NULL, 0};
    if (length % 4 != 0 || length > INT_MAX / 2)
        return false;
    if (length == 0)
        return true;
    size_t padding = text[length - 1] != '=' ? 0 : text[length - 2] != '=' ? 1 : 2;
    for (size_t i = 0; i < length - padding; i++)
        if (!is_base64_digit(text[i]))
            return false;
    uint8_t *data = talloc_size(context, length / 4 * 3);
    if (data == NULL)
        return false;
    /* EVP_DecodeBlock counts the padding as zero bytes. */
    int decoded = EVP_DecodeBlock(data, (const unsigned char *)text, (int)length);
    if (decoded < 0 || (size_t)decoded < padding) {
        talloc_free(data);
        return false;
    }
    *output = (struct bytes){data, (size_t)decoded - padding};
    return true;
}

bool sha256(struct bytes input, uint8_t output[32])
{
    static const uint8_t nothing;
    const uint8_t *data = input.length == 0 ? &nothing : input.data;
    return EVP_Digest(data, input.length, output, NULL, EVP_sha256(), NULL) == 1;
}

bool random_bytes(uint8_t *output, size_t size)
{
    return size <= INT_MAX && RAND_bytes(output, (int)size) == 1;
}
