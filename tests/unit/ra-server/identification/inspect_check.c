/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inspect_check.h"

#include "pki/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static TALLOC_CTX *context;

static void free_memory(void)
{
    talloc_free(context);
}

static TALLOC_CTX *memory(void)
{
    if (context == NULL) {
        context = talloc_new(NULL);
        assert_int_equal(atexit(free_memory), 0);
    }
    return context;
}

struct bytes sample(const char *name)
{
    char path[256];
    struct bytes content;
    struct ra_error error = {0};
    snprintf(path, sizeof path, "tests/fuzz/corpus/%s", name);
    assert_true(file_read(memory(), path, INSPECTION_BYTES_MAX, &content, &error));
    return content;
}

struct bytes joined(size_t count, const struct bytes *parts)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += parts[i].length;
    uint8_t *data = talloc_size(memory(), length + 1);
    assert_non_null(data);
    size_t at = 0;
    for (size_t i = 0; i < count; at += parts[i++].length) {
        if (parts[i].length > 0)
            memcpy(data + at, parts[i].data, parts[i].length);
    }
    return (struct bytes){data, length};
}

struct bytes cut(struct bytes content, size_t length)
{
    /* A copy of its own, so that a sanitizer sees who reads beyond it. */
    return bytes_copy(memory(), content.data, length);
}

struct bytes with_byte(struct bytes content, size_t at, uint8_t byte)
{
    uint8_t *data = talloc_memdup(memory(), content.data, content.length);
    assert_non_null(data);
    data[at] = byte;
    return (struct bytes){data, content.length};
}

struct bytes repeated(uint8_t byte, size_t length)
{
    uint8_t *data = talloc_size(memory(), length);
    assert_non_null(data);
    memset(data, byte, length);
    return (struct bytes){data, length};
}

struct bytes deflated(struct bytes content)
{
    uLongf length = compressBound(content.length);
    uint8_t *data = talloc_size(memory(), length);
    assert_non_null(data);
    assert_int_equal(compress2(data, &length, content.data, content.length, 9), Z_OK);
    return (struct bytes){data, length};
}

void expect(const char *what, struct bytes content, const char *reason)
{
    struct inspection inspection;
    struct ra_error error = {0};
    bool accepted = inspect_document(content, &inspection, &error);
    if (accepted != (reason == NULL) || (!accepted && strcmp(error.reason, reason) != 0))
        fail_msg("%s: %s, expected %s", what, accepted ? "accepted" : error.reason,
                 reason == NULL ? "accepted" : reason);
}
