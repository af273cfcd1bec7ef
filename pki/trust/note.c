/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/trust/note.h"

#include "pki/base/file.h"
#include "pki/trust/secret_file.h"

#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    KEY_FILE_MAX = 4096,
    SIGNATURE_TYPE = 0x01, /* Ed25519 */
    ID_SIZE = 4,
    SIGNATURE_SIZE = 64,
    TYPED_KEY_SIZE = 1 + NOTE_KEY_SIZE,
    SIGNED_SIZE = ID_SIZE + SIGNATURE_SIZE,
    ROOT_TEXT = 44, /* base64 of 32 bytes */
    SIZE_DIGITS_MAX = 15,
};

#define DASH "\xe2\x80\x94 " /* em dash and blank before every signature */

struct note_key {
    EVP_PKEY *key;
    struct note_verifier verifier;
};

static int key_release(struct note_key *key)
{
    EVP_PKEY_free(key->key);
    return 0;
}

const struct note_verifier *note_key_verifier(const struct note_key *key)
{
    return &key->verifier;
}

/* Printable ASCII without blanks and plus signs. */
static bool name_is_fine(const char *name, size_t length)
{
    if (length == 0 || length > NOTE_NAME_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '+')
            return false;
    return true;
}

/* Fills the id from name and key. */
static bool derive_id(struct note_verifier *verifier, struct ra_error *error)
{
    uint8_t message[NOTE_NAME_MAX + 1 + TYPED_KEY_SIZE];
    uint8_t digest[32];
    size_t length = strlen(verifier->name);
    memcpy(message, verifier->name, length);
    message[length++] = '\n';
    message[length++] = SIGNATURE_TYPE;
    memcpy(message + length, verifier->public_key, NOTE_KEY_SIZE);
    length += NOTE_KEY_SIZE;
    if (!sha256((struct bytes){message, length}, digest))
        return ra_fail_crypto(error, "note key id");
    memcpy(verifier->id, digest, ID_SIZE);
    return true;
}

/* --- keys --- */

bool note_key_create(const char *path, struct ra_error *error)
{
    struct stat status;
    char *data = NULL;
    if (lstat(path, &status) == 0)
        return ra_fail(error, RA_CONFLICT, "%s already exists", path);
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    BIO *output = BIO_new(BIO_s_secmem());
    bool done = false;
    if (key == NULL || output == NULL ||
        PEM_write_bio_PKCS8PrivateKey(output, key, NULL, NULL, 0, NULL, NULL) != 1) {
        ra_fail_crypto(error, "log key");
    } else {
        long length = BIO_get_mem_data(output, &data);
        done = length > 0 &&
               file_write(path, (struct bytes){(const uint8_t *)data, (size_t)length}, 0600, error);
    }
    BIO_free(output);
    EVP_PKEY_free(key);
    return done;
}

static bool read_key(struct bytes file, struct note_key *key, struct ra_error *error)
{
    static const char mark[] = "-----BEGIN PRIVATE KEY-----\n";
    size_t length = NOTE_KEY_SIZE;
    if (file.length < sizeof mark - 1 || memcmp(file.data, mark, sizeof mark - 1) != 0)
        return ra_fail(error, RA_INVALID, "log key: not a PKCS#8 PEM file");
    BIO *input = BIO_new_mem_buf(file.data, (int)file.length);
    if (input == NULL)
        return ra_fail_crypto(error, "log key");
    ERR_clear_error();
    key->key = PEM_read_bio_PrivateKey(input, NULL, NULL, NULL);
    BIO_free(input);
    ERR_clear_error();
    if (key->key == NULL || EVP_PKEY_get_base_id(key->key) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(key->key, key->verifier.public_key, &length) != 1)
        return ra_fail(error, RA_INVALID, "log key: not an Ed25519 key");
    return derive_id(&key->verifier, error);
}

bool note_key_load(TALLOC_CTX *context, const char *path, const char *name, struct note_key **key,
                   struct ra_error *error)
{
    struct bytes file;
    *key = NULL;
    if (!name_is_fine(name, strlen(name)))
        return ra_fail(error, RA_INVALID, "log key: the origin must be printable ASCII without blanks");
    struct note_key *made = talloc_zero(context, struct note_key);
    if (made == NULL)
        return ra_fail(error, RA_NO_MEMORY, "log key");
    talloc_set_destructor(made, key_release);
    memcpy(made->verifier.name, name, strlen(name) + 1);
    bool done = secret_file_read(made, path, KEY_FILE_MAX, &file, error) && read_key(file, made, error);
    if (!done) {
        talloc_free(made);
        return false;
    }
    talloc_free_children(made);
    *key = made;
    return true;
}

char *note_verifier_line(TALLOC_CTX *context, const struct note_verifier *verifier)
{
    uint8_t typed[TYPED_KEY_SIZE] = {SIGNATURE_TYPE};
    memcpy(typed + 1, verifier->public_key, NOTE_KEY_SIZE);
    char *key = base64_encode(context, (struct bytes){typed, sizeof typed});
    char *id = hex_encode(context, (struct bytes){verifier->id, ID_SIZE});
    char *line =
        key != NULL && id != NULL ? talloc_asprintf(context, "%s+%s+%s", verifier->name, id, key) : NULL;
    talloc_free(key);
    talloc_free(id);
    return line;
}

/* Reads leniently; the one canonical form is enforced by writing the line again. */
static bool read_verifier(TALLOC_CTX *scratch, const char *line, size_t length,
                          struct note_verifier *verifier, struct ra_error *error)
{
    struct bytes key;
    const char *plus = memchr(line, '+', length);
    *verifier = (struct note_verifier){.name = ""};
    if (plus == NULL || !name_is_fine(line, (size_t)(plus - line)))
        return false;
    const char *text = plus + 1 + (size_t)2 * ID_SIZE + 1;
    if (length < (size_t)(text - line) ||
        !base64_decode(scratch, text, length - (size_t)(text - line), &key) || key.length != TYPED_KEY_SIZE ||
        key.data[0] != SIGNATURE_TYPE)
        return false;
    memcpy(verifier->name, line, (size_t)(plus - line));
    memcpy(verifier->public_key, key.data + 1, NOTE_KEY_SIZE);
    if (!derive_id(verifier, error))
        return false;
    const char *again = note_verifier_line(scratch, verifier);
    return again != NULL && strlen(again) == length && memcmp(again, line, length) == 0;
}

bool note_verifier_parse(const char *line, struct note_verifier *verifier, struct ra_error *error)
{
    size_t length = strnlen(line, NOTE_MAX);
    TALLOC_CTX *scratch = talloc_new(NULL);
    if (scratch == NULL)
        return ra_fail(error, RA_NO_MEMORY, "verifier key");
    if (length > 0 && line[length - 1] == '\n')
        length--;
    bool done = read_verifier(scratch, line, length, verifier, error);
    talloc_free(scratch);
    return done || ra_fail(error, RA_INVALID, "A chave do registro (vkey) está malformada.");
}

/* --- signing --- */

bool checkpoint_sign(TALLOC_CTX *context, const struct note_key *key, const struct checkpoint *checkpoint,
                     char **note, struct ra_error *error)
{
    uint8_t signature[SIGNED_SIZE];
    size_t length = SIGNATURE_SIZE;
    *note = NULL;
    TALLOC_CTX *scratch = talloc_new(context);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    char *root = scratch != NULL
                     ? base64_encode(scratch, (struct bytes){checkpoint->root.bytes, MERKLE_HASH_SIZE})
                     : NULL;
    char *text = root != NULL ? talloc_asprintf(scratch, "%s\n%" PRIu64 "\n%s\n", key->verifier.name,
                                                checkpoint->size, root)
                              : NULL;
    memcpy(signature, key->verifier.id, ID_SIZE);
    if (text == NULL || digest == NULL) {
        ra_fail(error, RA_NO_MEMORY, "checkpoint");
    } else if (EVP_DigestSignInit(digest, NULL, NULL, NULL, key->key) != 1 ||
               EVP_DigestSign(digest, signature + ID_SIZE, &length, (const uint8_t *)text, strlen(text)) !=
                   1) {
        ra_fail_crypto(error, "checkpoint");
    } else {
        char *encoded = base64_encode(scratch, (struct bytes){signature, sizeof signature});
        if (encoded != NULL)
            *note = talloc_asprintf(context, "%s\n" DASH "%s %s\n", text, key->verifier.name, encoded);
        if (*note == NULL)
            ra_fail(error, RA_NO_MEMORY, "checkpoint");
    }
    EVP_MD_CTX_free(digest);
    talloc_free(scratch);
    return *note != NULL;
}

/* --- verifying --- */

static bool refuse(struct ra_error *error, const char *reason, const char *detail)
{
    return ra_fail_reason(error, RA_VERIFICATION_FAILED, reason, "%s", detail);
}

static bool malformed(struct ra_error *error)
{
    return refuse(error, "note-malformed", "O checkpoint está malformado.");
}

/* Cuts the next line off, without its newline. */
static bool take_line(struct bytes *rest, struct bytes *line)
{
    const uint8_t *end = rest->length > 0 ? memchr(rest->data, '\n', rest->length) : NULL;
    if (end == NULL)
        return false;
    *line = (struct bytes){rest->data, (size_t)(end - rest->data)};
    rest->data = end + 1;
    rest->length -= line->length + 1;
    return true;
}

static bool line_is(struct bytes line, const char *text)
{
    return line.length == strlen(text) && memcmp(line.data, text, line.length) == 0;
}

static bool read_size(struct bytes line, uint64_t *size)
{
    if (line.length == 0 || line.length > SIZE_DIGITS_MAX || (line.length > 1 && line.data[0] == '0'))
        return false;
    *size = 0;
    for (size_t i = 0; i < line.length; i++) {
        if (line.data[i] < '0' || line.data[i] > '9')
            return false;
        *size = *size * 10 + (line.data[i] - (unsigned)'0');
    }
    return *size <= MERKLE_SIZE_MAX;
}

/* Base64 in its one form: what a lax decoder throws away is found by encoding again. */
static bool decode(TALLOC_CTX *scratch, struct bytes text, struct bytes *output)
{
    char *copy = talloc_strndup(scratch, (const char *)text.data, text.length);
    if (copy == NULL || strlen(copy) != text.length || !base64_decode(scratch, copy, text.length, output))
        return false;
    char *again = base64_encode(scratch, *output);
    return again != NULL && strcmp(again, copy) == 0;
}

static bool read_root(TALLOC_CTX *scratch, struct bytes line, struct merkle_hash *root)
{
    struct bytes bytes;
    if (line.length != ROOT_TEXT || !decode(scratch, line, &bytes) || bytes.length != MERKLE_HASH_SIZE)
        return false;
    memcpy(root->bytes, bytes.data, MERKLE_HASH_SIZE);
    return true;
}

/* "— name base64" */
static bool read_signature(TALLOC_CTX *scratch, struct bytes line, struct bytes *name,
                           struct bytes *signature)
{
    size_t dash = strlen(DASH);
    if (line.length <= dash || memcmp(line.data, DASH, dash) != 0)
        return false;
    line.data += dash;
    line.length -= dash;
    const uint8_t *blank = memchr(line.data, ' ', line.length);
    if (blank == NULL)
        return false;
    *name = (struct bytes){line.data, (size_t)(blank - line.data)};
    struct bytes text = {blank + 1, line.length - name->length - 1};
    return name_is_fine((const char *)name->data, name->length) && text.length > 0 &&
           decode(scratch, text, signature) && signature->length > ID_SIZE;
}

static bool signature_holds(const struct note_verifier *verifier, struct bytes text, struct bytes signature)
{
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, verifier->public_key, NOTE_KEY_SIZE);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool good = key != NULL && digest != NULL && EVP_DigestVerifyInit(digest, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestVerify(digest, signature.data, signature.length, text.data, text.length) == 1;
    EVP_MD_CTX_free(digest);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return good;
}

/* All signature lines; exactly one is the verifier's, and it holds over `text`. */
static bool check_signatures(TALLOC_CTX *scratch, struct bytes rest, struct bytes text,
                             const struct note_verifier *verifier, struct ra_error *error)
{
    size_t lines = 0;
    size_t own = 0;
    struct bytes line, name, signature;
    while (rest.length > 0) {
        if (++lines > NOTE_SIGNATURES_MAX || !take_line(&rest, &line) ||
            !read_signature(scratch, line, &name, &signature))
            return malformed(error);
        if (!line_is(name, verifier->name) || memcmp(signature.data, verifier->id, ID_SIZE) != 0)
            continue;
        if (own++ > 0)
            return malformed(error);
        struct bytes bare = {signature.data + ID_SIZE, signature.length - ID_SIZE};
        if (bare.length != SIGNATURE_SIZE || !signature_holds(verifier, text, bare))
            return refuse(error, "note-signature", "A assinatura do checkpoint não confere.");
    }
    return own == 1 || refuse(error, "note-unsigned", "O checkpoint não foi assinado por esta chave.");
}

static bool verify(TALLOC_CTX *scratch, struct bytes note, const struct note_verifier *verifier,
                   struct checkpoint *checkpoint, struct ra_error *error)
{
    struct bytes rest = note;
    struct bytes origin, size, root, empty;
    if (note.length > NOTE_MAX || !take_line(&rest, &origin) || !take_line(&rest, &size) ||
        !take_line(&rest, &root))
        return malformed(error);
    struct bytes text = {note.data, note.length - rest.length};
    if (!take_line(&rest, &empty) || empty.length != 0 ||
        !name_is_fine((const char *)origin.data, origin.length) || !read_size(size, &checkpoint->size) ||
        !read_root(scratch, root, &checkpoint->root))
        return malformed(error);
    if (!line_is(origin, verifier->name))
        return refuse(error, "note-origin", "O checkpoint é de outro registro.");
    return check_signatures(scratch, rest, text, verifier, error);
}

bool checkpoint_verify(struct bytes note, const struct note_verifier *verifier, struct checkpoint *checkpoint,
                       struct ra_error *error)
{
    *checkpoint = (struct checkpoint){.origin = ""};
    TALLOC_CTX *scratch = talloc_new(NULL);
    if (scratch == NULL)
        return ra_fail(error, RA_NO_MEMORY, "checkpoint");
    bool done = verify(scratch, note, verifier, checkpoint, error);
    talloc_free(scratch);
    if (!done)
        *checkpoint = (struct checkpoint){.origin = ""};
    else
        memcpy(checkpoint->origin, verifier->name, sizeof checkpoint->origin);
    return done;
}
