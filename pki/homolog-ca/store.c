/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/store.h"

#include "pki/base/decoded.h"
#include "pki/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/pem.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool make_folder(const char *path, mode_t mode, struct ra_error *error)
{
    if (mkdir(path, mode) != 0 && errno != EEXIST)
        return ra_fail_errno(error, path);
    if (chmod(path, mode) != 0)
        return ra_fail_errno(error, path);
    return true;
}

bool store_create(const struct store *store, struct ra_error *error)
{
    static const struct {
        const char *name;
        mode_t mode;
    } FOLDERS[] = {
        {"", 0755},        {"/keys", 0700},        {"/certificates", 0755}, {"/transactions", 0700},
        {"/issued", 0700}, {"/credentials", 0700}, {"/revoked", 0700},      {"/public", 0755}};
    TALLOC_CTX *scratch = talloc_new(NULL);
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof FOLDERS / sizeof *FOLDERS; i++) {
        char *path = talloc_asprintf(scratch, "%s%s", store->root, FOLDERS[i].name);
        ok = path != NULL ? make_folder(path, FOLDERS[i].mode, error) : ra_fail(error, RA_NO_MEMORY, "store");
    }
    talloc_free(scratch);
    return ok;
}

char *store_path(TALLOC_CTX *context, const struct store *store, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *rest = talloc_vasprintf(context, format, arguments);
    va_end(arguments);
    char *path = rest != NULL ? talloc_asprintf(context, "%s/%s", store->root, rest) : NULL;
    talloc_free(rest);
    return path;
}

bool store_lock(const struct store *store, int *descriptor, struct ra_error *error)
{
    char *path = store_path(NULL, store, "lock");
    if (path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "lock");
    *descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool ok = *descriptor >= 0;
    while (ok && flock(*descriptor, LOCK_EX) != 0)
        ok = errno == EINTR;
    if (!ok) {
        ra_fail_errno(error, path);
        if (*descriptor >= 0)
            close(*descriptor);
    }
    talloc_free(path);
    return ok;
}

bool store_has(const char *path)
{
    return path != NULL && access(path, F_OK) == 0;
}

void serial_text(const ASN1_INTEGER *serial, char text[SERIAL_TEXT_SIZE])
{
    static const char DIGITS[] = "0123456789abcdef";
    const unsigned char *data = ASN1_STRING_get0_data(serial);
    int length = ASN1_STRING_length(serial);
    size_t at = 0;
    for (int i = 0; i < length && i < 20; i++) {
        text[at++] = DIGITS[data[i] >> 4];
        text[at++] = DIGITS[data[i] & 15];
    }
    text[at] = '\0';
}

static struct bytes bio_bytes(BIO *bio)
{
    char *data = NULL;
    long length = BIO_get_mem_data(bio, &data);
    return (struct bytes){(const uint8_t *)data, length > 0 ? (size_t)length : 0};
}

bool store_write_key(const char *path, EVP_PKEY *key, struct ra_error *error)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    bool ok = bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
    ok = ok ? file_write(path, bio_bytes(bio), 0600, error) : ra_fail_crypto(error, "encode a private key");
    BIO_free(bio);
    return ok;
}

static BIO *open_file(TALLOC_CTX *context, const char *path, struct ra_error *error)
{
    struct bytes content;
    if (!file_read(context, path, STORE_FILE_LIMIT, &content, error))
        return NULL;
    BIO *bio = BIO_new_mem_buf(content.data, (int)content.length);
    if (bio == NULL)
        ra_fail_crypto(error, path);
    return bio;
}

bool store_read_key(const char *path, EVP_PKEY **key, struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    BIO *bio = open_file(scratch, path, error);
    *key = NULL;
    bool ok = bio != NULL;
    if (ok && (*key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL)) == NULL)
        ok = ra_fail_crypto(error, path);
    BIO_free(bio);
    talloc_free(scratch);
    return ok;
}

bool store_write_certificates(const char *path, STACK_OF(X509) *certificates, struct ra_error *error)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL;
    for (int i = 0; ok && i < sk_X509_num(certificates); i++)
        ok = PEM_write_bio_X509(bio, sk_X509_value(certificates, i)) == 1;
    ok = ok ? file_write(path, bio_bytes(bio), 0644, error) : ra_fail_crypto(error, "encode certificates");
    BIO_free(bio);
    return ok;
}

bool store_read_certificate(const char *path, X509 **certificate, struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    BIO *bio = open_file(scratch, path, error);
    *certificate = NULL;
    bool ok = bio != NULL;
    if (ok && (*certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) == NULL)
        ok = ra_fail_crypto(error, path);
    BIO_free(bio);
    talloc_free(scratch);
    return ok;
}

bool store_keep_certificate(const struct store *store, const char *folder, X509 *certificate,
                            struct ra_error *error)
{
    char serial[SERIAL_TEXT_SIZE];
    serial_text(X509_get0_serialNumber(certificate), serial);
    char *path = store_path(NULL, store, "%s/%s.der", folder, serial);
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    bool ok = path != NULL && length > 0;
    if (!ok)
        ra_fail_crypto(error, "encode a certificate");
    else if (!store_has(path))
        ok = file_write(path, (struct bytes){der, (size_t)length}, 0600, error);
    OPENSSL_free(der);
    talloc_free(path);
    return ok;
}

static bool holds(const char *path, struct bytes content)
{
    struct ra_error unreadable = {0};
    struct bytes there = {NULL, 0};
    TALLOC_CTX *scratch = talloc_new(NULL);
    bool same = store_has(path) && file_read(scratch, path, STORE_FILE_LIMIT, &there, &unreadable) &&
                bytes_equal(there, content);
    talloc_free(scratch);
    return same;
}

bool store_index_issued(const struct store *store, X509 *certificate, struct ra_error *error)
{
    char serial[SERIAL_TEXT_SIZE];
    serial_text(X509_get0_serialNumber(certificate), serial);
    char *path = store_path(NULL, store, "issued/%s.der", serial);
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    const struct bytes content = {der, length > 0 ? (size_t)length : 0};
    bool ok = (path != NULL && length > 0) || ra_fail_crypto(error, "encode a certificate");
    ok = ok && (holds(path, content) || file_write_lazily(path, content, 0600, error));
    OPENSSL_free(der);
    talloc_free(path);
    return ok;
}

static bool decode_certificate(struct bytes der, X509 **certificate, struct ra_error *error)
{
    *certificate = decoded_certificate(der);
    return *certificate != NULL || ra_fail_crypto(error, "decode a stored certificate");
}

bool store_find_certificate(const struct store *store, const char *folder,
                            const char serial[SERIAL_TEXT_SIZE], X509 **certificate, struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    char *path = store_path(scratch, store, "%s/%s.der", folder, serial);
    struct bytes der;
    bool ok = path != NULL ? store_has(path) || ra_fail(error, RA_NOT_FOUND, "no certificate %s", serial)
                           : ra_fail(error, RA_NO_MEMORY, "certificate");
    ok = ok && file_read(scratch, path, STORE_FILE_LIMIT, &der, error) &&
         decode_certificate(der, certificate, error);
    talloc_free(scratch);
    return ok;
}

static const char *const STATE_NAMES[] = {
    [TRANSACTION_WAITING] = "waiting",
    [TRANSACTION_ISSUED] = "issued",
    [TRANSACTION_CONFIRMED] = "confirmed",
    [TRANSACTION_REVOKED] = "revoked",
};

static bool parse_state(const char *name, enum transaction_state *state)
{
    for (size_t i = 0; i < sizeof STATE_NAMES / sizeof *STATE_NAMES; i++)
        if (strcmp(STATE_NAMES[i], name) == 0) {
            *state = (enum transaction_state)i;
            return true;
        }
    return false;
}

static bool parse_transaction(TALLOC_CTX *scratch, struct bytes content, struct transaction *transaction,
                              struct ra_error *error)
{
    json_t *root = json_loadb((const char *)content.data, content.length, JSON_REJECT_DUPLICATES, NULL);
    const char *state = NULL, *key = NULL, *encoded = NULL;
    json_int_t at = 0;
    struct bytes der = {NULL, 0};
    bool ok = root != NULL && json_unpack(root, "{s:s,s:s,s:I,s:s!}", "state", &state, "key", &key, "at", &at,
                                          "certificate", &encoded) == 0;
    ok = ok && parse_state(state, &transaction->state) && hex_decode(key, transaction->key_digest, 32) &&
         (encoded[0] == '\0' || base64_decode(scratch, encoded, strlen(encoded), &der));
    if (!ok)
        ra_fail(error, RA_INTERNAL, "a transaction record is damaged");
    else if (der.length > 0)
        ok = decode_certificate(der, &transaction->certificate, error);
    transaction->at = at;
    json_decref(root);
    return ok;
}

static char *transaction_path(TALLOC_CTX *scratch, const struct store *store, struct bytes id)
{
    char *name = hex_encode(scratch, id);
    char *path = name != NULL ? store_path(scratch, store, "transactions/%s", name) : NULL;
    talloc_free(name);
    return path;
}

bool transaction_read(const struct store *store, struct bytes id, struct transaction *transaction,
                      bool *found, struct ra_error *error)
{
    *transaction = (struct transaction){0};
    *found = false;
    TALLOC_CTX *scratch = talloc_new(NULL);
    char *path = transaction_path(scratch, store, id);
    struct bytes content;
    bool ok = path != NULL || ra_fail(error, RA_NO_MEMORY, "transaction");
    if (ok && store_has(path)) {
        *found = true;
        ok = file_read(scratch, path, STORE_FILE_LIMIT, &content, error) &&
             parse_transaction(scratch, content, transaction, error);
    }
    talloc_free(scratch);
    return ok;
}

static char *certificate_base64(TALLOC_CTX *scratch, X509 *certificate)
{
    if (certificate == NULL)
        return talloc_strdup(scratch, "");
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    char *text = length > 0 ? base64_encode(scratch, (struct bytes){der, (size_t)length}) : NULL;
    OPENSSL_free(der);
    return text;
}

/* State and time stand first, in as many bytes whatever they are: transaction_move writes over them. */
enum { HEAD_SIZE = 47, HEAD_AT = 21 };

static bool head_text(const struct transaction *transaction, char head[HEAD_SIZE + 1])
{
    char word[16];
    snprintf(word, sizeof word, "\"%s\",", STATE_NAMES[transaction->state]);
    return snprintf(head, HEAD_SIZE + 1, "{\"state\":%-12s\"at\":%20lld,", word,
                    (long long)transaction->at) == HEAD_SIZE;
}

bool transaction_write(const struct store *store, struct bytes id, const struct transaction *transaction,
                       struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    char *path = transaction_path(scratch, store, id);
    char *key = hex_encode(scratch, (struct bytes){transaction->key_digest, 32});
    char *encoded = certificate_base64(scratch, transaction->certificate);
    char head[HEAD_SIZE + 1];
    char *text =
        path == NULL || key == NULL || encoded == NULL || !head_text(transaction, head)
            ? NULL
            : talloc_asprintf(scratch, "%s\"key\":\"%s\",\"certificate\":\"%s\"}\n", head, key, encoded);
    bool ok = text != NULL ? file_write(path, bytes_of_text(text), 0600, error)
                           : ra_fail(error, RA_NO_MEMORY, "transaction");
    talloc_free(scratch);
    return ok;
}

static bool has_head(int descriptor)
{
    char head[HEAD_SIZE];
    return pread(descriptor, head, sizeof head, 0) == HEAD_SIZE && memcmp(head, "{\"state\":\"", 10) == 0 &&
           memcmp(head + HEAD_AT, "\"at\":", 5) == 0 && head[HEAD_SIZE - 1] == ',';
}

/* Less than a sector, so a kill leaves the one or the other. */
static bool write_head(int descriptor, const struct transaction *transaction)
{
    char head[HEAD_SIZE + 1];
    return head_text(transaction, head) && pwrite(descriptor, head, HEAD_SIZE, 0) == HEAD_SIZE &&
           fdatasync(descriptor) == 0;
}

bool transaction_move(const struct store *store, struct bytes id, const struct transaction *transaction,
                      struct ra_error *error)
{
    char *path = transaction_path(NULL, store, id);
    if (path == NULL)
        return ra_fail(error, RA_NO_MEMORY, "transaction");
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    bool ok = false;
    if (descriptor < 0)
        ra_fail_errno(error, path);
    else if (has_head(descriptor))
        ok = write_head(descriptor, transaction) ||
             ra_fail(error, RA_INTERNAL, "%s was not written over", path);
    else
        ok = transaction_write(store, id, transaction, error);
    if (descriptor >= 0)
        close(descriptor);
    talloc_free(path);
    return ok;
}
