/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Byte strings with a length, their text encodings, and small helpers over untrusted sizes. Memory is
 * talloc's: results hang on the context given and are the caller's.
 */
#ifndef PKI_BASE_BYTES_H
#define PKI_BASE_BYTES_H

#include "pki/base/attributes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

/* Borrowed or owned bytes; who owns `data` is said where the struct is used. Empty is {NULL, 0}. */
struct bytes {
    const uint8_t *data;
    size_t length; /* bytes */
};

/* A copy on `context`; {NULL, 0} when memory ran out. */
struct bytes bytes_copy(TALLOC_CTX *context, const void *data, size_t length);

/* The bytes of a NUL-terminated text, borrowed, without the NUL. */
struct bytes bytes_of_text(const char *text);

/* Same length and content, in time that depends on the length alone. */
bool bytes_equal(struct bytes left, struct bytes right);

/* Lower-case hexadecimal, NUL-terminated, on `context`; NULL when memory ran out. */
char *hex_encode(TALLOC_CTX *context, struct bytes input);

/* Decodes exactly `size` bytes from 2*size hexadecimal digits (either case); anything else is false. */
bool hex_decode(const char *text, uint8_t *output, size_t size);

/* RFC 4648 base64 with padding, on `context`; NULL when memory ran out. */
char *base64_encode(TALLOC_CTX *context, struct bytes input);

/* Strict RFC 4648 base64 (padding required, no white space). Result on `context`. */
bool base64_decode(TALLOC_CTX *context, const char *text, size_t length, struct bytes *output);

/* SHA-256 of the input into 32 bytes. false only when the library fails. */
RA_MUST_CHECK bool sha256(struct bytes input, uint8_t output[32]);

/* Cryptographically strong random bytes. false when the generator fails: never go on without them. */
RA_MUST_CHECK bool random_bytes(uint8_t *output, size_t size);

#endif
