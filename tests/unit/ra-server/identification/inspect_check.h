/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that the tests of the inspection make and judge. Their memory is kept until the program ends.
 */
#ifndef INSPECT_CHECK_H
#define INSPECT_CHECK_H

#include "identification/inspect.h"

/* A file of tests/fuzz/corpus. */
struct bytes sample(const char *name);

/* The parts one after the other; a literal with its NULs through BYTES. */
struct bytes joined(size_t count, const struct bytes *parts);
#define BYTES(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})
#define JOINED(...)                                                                                          \
    joined(sizeof((const struct bytes[]){__VA_ARGS__}) / sizeof(struct bytes),                               \
           (const struct bytes[]){__VA_ARGS__})

/* The first `length` bytes; the file with one byte changed; `length` times the same byte. */
struct bytes cut(struct bytes content, size_t length);
struct bytes with_byte(struct bytes content, size_t at, uint8_t byte);
struct bytes repeated(uint8_t byte, size_t length);

/* zlib's stream of it. */
struct bytes deflated(struct bytes content);

/* Fails, naming the case, unless the file is refused for this reason; NULL: unless it is accepted. */
void expect(const char *what, struct bytes content, const char *reason);

#endif
