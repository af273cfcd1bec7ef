/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/pki-certificate/lint_case.h"

#include "tests/unit/pki-certificate/vectors.h"

// cmocka needs these before it.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

const struct lint_about lint_today = {.now = FIXTURE_NOW};

bool lint_raised[FINDING_RULE_COUNT];

bool lint_file(TALLOC_CTX *context, struct bytes content, const struct lint_about *about,
               struct findings *findings, struct ra_error *error)
{
    struct lint_objects objects;
    return lint_open(context, content, &objects, error) && objects.count == 1 &&
           lint_object(&objects.items[0], about, findings, error);
}

const char *lint_codes(TALLOC_CTX *context, const struct findings *findings)
{
    char *text = talloc_strdup(context, "");
    for (size_t i = 0; i < findings->count; i++)
        text = talloc_asprintf_append(text, "%s%s", i > 0 ? " " : "", findings->items[i].code);
    return text;
}

void lint_examine(const struct world *world, struct bytes der, const struct lint_about *about,
                  const char *name, const char *codes)
{
    struct ra_error error = {0};
    struct findings *findings = findings_new(world->memory);
    assert_true(lint_file(world->memory, der, about, findings, &error));
    for (size_t i = 0; i < findings->count; i++)
        lint_raised[findings->items[i].rule] = true;
    const char *found = lint_codes(world->memory, findings);
    if (about == &lint_today)
        vector_write(name, der, findings);
    if (strcmp(found, codes) == 0)
        return;
    for (size_t i = 0; i < findings->count; i++)
        print_message("%s: %s\n", findings->items[i].code, findings->items[i].detail);
    fail_msg("%s: found «%s», expected «%s»", name, found, codes);
}

struct bytes lint_der(const struct world *world, X509 *certificate)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    struct bytes copy = bytes_copy(world->memory, der, (size_t)length);
    OPENSSL_free(der);
    X509_free(certificate);
    return copy;
}

struct bytes lint_patched(const struct world *world, struct bytes der, int which, const char *from,
                          const char *to, size_t length)
{
    uint8_t *copy = talloc_memdup(world->memory, der.data, der.length);
    uint8_t *found[16];
    int count = 0;
    for (size_t i = 0; i + length <= der.length && count < 16; i++)
        if (memcmp(copy + i, from, length) == 0)
            found[count++] = copy + i;
    assert_true(count > 0);
    for (int i = 0; i < count; i++)
        if (which == 0 || which == i + 1 || (which < 0 && i == count + which))
            memcpy(found[i], to, length);
    return (struct bytes){copy, der.length};
}

void lint_put_bytes(X509 *certificate, int nid, bool critical, const char *bytes, size_t length)
{
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    int at = X509_get_ext_by_NID(certificate, nid, -1);
    if (at >= 0)
        X509_EXTENSION_free(X509_delete_ext(certificate, at));
    assert_int_equal(ASN1_OCTET_STRING_set(value, (const unsigned char *)bytes, (int)length), 1);
    X509_EXTENSION *extension = X509_EXTENSION_create_by_NID(NULL, nid, critical ? 1 : 0, value);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
}
