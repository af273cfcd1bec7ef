/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/certificate/armour.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

enum { SEQUENCE_TAG = 0x30 };

static bool is_white_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static bool is_one_of(const char *label, const char *const labels[])
{
    for (size_t i = 0; labels[i] != NULL; i++)
        if (strcmp(labels[i], label) == 0)
            return true;
    return false;
}

/* Nothing but white space is left to read. */
static bool only_white_space_left(BIO *input)
{
    char *rest = NULL;
    long length = BIO_get_mem_data(input, &rest);
    for (long i = 0; i < length; i++)
        if (!is_white_space((uint8_t)rest[i]))
            return false;
    return true;
}

static bool read_block(TALLOC_CTX *context, BIO *input, const char *const labels[], struct bytes *der)
{
    char *label = NULL;
    char *header = NULL;
    unsigned char *data = NULL;
    long length = 0;
    bool done = PEM_read_bio(input, &label, &header, &data, &length) == 1 && length > 0 &&
                is_one_of(label, labels) && header[0] == '\0' && only_white_space_left(input);
    if (done) {
        *der = bytes_copy(context, data, (size_t)length);
        done = der->data != NULL;
    }
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_free(data);
    return done;
}

/* To the first line that begins a block; certtool and certutil write what a request says before it (RFC 7468
 * 2 and 5.2). Bytes that no text has are no explanation. */
static bool skip_explanation(struct bytes *input)
{
    static const char begin[] = "-----BEGIN ";
    const size_t length = sizeof begin - 1;
    for (bool at_line = true; input->length >= length; input->data++, input->length--) {
        const uint8_t byte = input->data[0];
        if (at_line && memcmp(input->data, begin, length) == 0)
            return true;
        if (byte < ' ' && !is_white_space(byte))
            return false;
        at_line = byte == '\n' || (at_line && is_white_space(byte));
    }
    return false;
}

bool armour_open(TALLOC_CTX *context, struct bytes input, const char *const labels[], struct bytes *der)
{
    *der = (struct bytes){NULL, 0};
    if (input.length == 0 || input.length > INT_MAX)
        return false;
    if (input.data[0] == SEQUENCE_TAG) {
        *der = bytes_copy(context, input.data, input.length);
        return der->data != NULL;
    }
    if (!skip_explanation(&input))
        return false;
    BIO *source = BIO_new_mem_buf(input.data, (int)input.length);
    bool done = source != NULL && read_block(context, source, labels, der);
    BIO_free(source);
    ERR_clear_error();
    return done;
}
