/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The strict reader over any bytes: as a whole PKIMessage and as a CertTemplate. Where OpenSSL understands
 * the same bytes, it must agree about transaction and body type.
 */
#include "pki/cmp/cmp_message.h"

#include <openssl/cmp.h>
#include <openssl/x509.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare_with_openssl(struct bytes input, const struct cmp_peek *peek)
{
    const unsigned char *at = input.data;
    OSSL_CMP_MSG *message = d2i_OSSL_CMP_MSG(NULL, &at, (long)input.length);
    if (message != NULL) {
        const ASN1_OCTET_STRING *id = OSSL_CMP_HDR_get0_transactionID(OSSL_CMP_MSG_get0_header(message));
        struct bytes theirs = {NULL, 0};
        if (id != NULL)
            theirs = (struct bytes){ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id)};
        if (!bytes_equal(theirs, peek->transaction) || OSSL_CMP_MSG_get_bodytype(message) != peek->body_type)
            abort();
    }
    OSSL_CMP_MSG_free(message);
}

static void read_template(TALLOC_CTX *memory, struct bytes input)
{
    struct ra_error error = {0};
    struct cmp_template template;
    if (!cmp_read_template(memory, input, &template, &error) || template.public_key.length == 0)
        return;
    const unsigned char *at = template.public_key.data;
    X509_PUBKEY_free(d2i_X509_PUBKEY(NULL, &at, (long)template.public_key.length));
}

/* Without its certificates a message is one still, and splits into itself. */
static void split(TALLOC_CTX *memory, struct bytes input)
{
    struct ra_error error = {0};
    struct bytes bare = {NULL, 0}, again = {NULL, 0};
    STACK_OF(X509) *extra = NULL, *none = NULL;
    if (cmp_split(memory, input, &bare, &extra, &error) &&
        (!cmp_split(memory, bare, &again, &none, &error) || none != NULL || !bytes_equal(bare, again)))
        abort();
    sk_X509_pop_free(extra, X509_free);
    sk_X509_pop_free(none, X509_free);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = {data, size};
    struct ra_error error = {0};
    struct cmp_peek peek;
    TALLOC_CTX *memory = talloc_new(NULL);
    if (cmp_peek(input, &peek, &error)) {
        int reason = 0;
        compare_with_openssl(input, &peek);
        if (cmp_read_revocation_reason(&peek, &reason, &error) && (reason < 0 || reason > 10))
            abort();
    }
    split(memory, input);
    read_template(memory, input);
    talloc_free(memory);
    return 0;
}
