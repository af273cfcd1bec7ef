/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/implicit_confirm.h"

#include "pki/base/der.h"

/* cmocka.h needs these before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

static struct bytes join(TALLOC_CTX *memory, struct bytes first, struct bytes second)
{
    uint8_t *made = talloc_size(memory, first.length + second.length);
    memcpy(made, first.data, first.length);
    memcpy(made + first.length, second.data, second.length);
    return (struct bytes){made, first.length + second.length};
}

static struct bytes wrap(TALLOC_CTX *memory, uint8_t tag, struct bytes content)
{
    const uint8_t high = (uint8_t)(content.length >> 8), low = (uint8_t)content.length;
    const uint8_t forms[3][4] = {{tag, low}, {tag, 0x81, low}, {tag, 0x82, high, low}};
    const size_t form = content.length < 0x80 ? 0 : content.length < 0x100 ? 1 : 2;
    return join(memory, (struct bytes){forms[form], form + 2}, content);
}

static struct bytes sign_again(TALLOC_CTX *memory, struct bytes header, struct bytes body, EVP_PKEY *key)
{
    struct bytes words = wrap(memory, DER_SEQUENCE, join(memory, header, body));
    size_t length = (size_t)EVP_PKEY_get_size(key) + 1;
    uint8_t *signature = talloc_zero_size(memory, length);
    size_t size = length - 1;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(context, signature + 1, &size, words.data, words.length), 1);
    EVP_MD_CTX_free(context);
    return wrap(memory, DER_CONTEXT_0, wrap(memory, DER_BIT_STRING, (struct bytes){signature, length}));
}

struct bytes implicit_confirm(TALLOC_CTX *memory, struct bytes message, EVP_PKEY *key)
{
    static const uint8_t implicit[] = {0xa8, 0x10, 0x30, 0x0e, 0x30, 0x0c, 0x06, 0x08, 0x2b,
                                       0x06, 0x01, 0x05, 0x05, 0x07, 0x04, 0x0d, 0x05, 0x00};
    struct der outer = der_over(message), inside;
    struct der_element header, body, protection;
    assert_true(der_enter(&outer, DER_SEQUENCE, &inside) && der_take(&inside, DER_SEQUENCE, &header) &&
                der_next(&inside, &body) && der_take(&inside, DER_CONTEXT_0, &protection));
    struct bytes told =
        wrap(memory, DER_SEQUENCE, join(memory, header.content, (struct bytes){implicit, sizeof implicit}));
    struct bytes proof = sign_again(memory, told, body.whole, key);
    struct bytes rest = join(memory, proof, (struct bytes){inside.at, inside.left});
    return wrap(memory, DER_SEQUENCE, join(memory, join(memory, told, body.whole), rest));
}
