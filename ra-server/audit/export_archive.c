/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit/export_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct listed_file {
    char name[EXPORT_NAME_SIZE];
    uint8_t digest[32];
    uint64_t size;
};

struct export_archive {
    struct archive *zip;
    int fd; /* borrowed; -1 when nothing more may be written */
    time_t made_at;
    EVP_MD_CTX *hash;
    bool open; /* the last of `files` is being written */
    struct listed_file *files;
    size_t count;
    size_t room;
};

/* What the zip library hands out; after the archive was given up it goes nowhere. */
static la_ssize_t write_out(struct archive *zip, void *state, const void *part, size_t length)
{
    const struct export_archive *archive = state;
    if (archive->fd < 0) {
        return (la_ssize_t)length;
    }
    ssize_t written = 0;
    do {
        written = write(archive->fd, part, length);
    } while (written < 0 && errno == EINTR);
    if (written < 0) {
        archive_set_error(zip, errno, "write");
    }
    return written;
}

/* Freeing flushes an unfinished zip (and marking it as failed instead would leak what it holds). By then the
 * descriptor's number may be somebody else's. */
static int archive_destructor(struct export_archive *archive)
{
    archive->fd = -1;
    (void)archive_write_free(archive->zip);
    EVP_MD_CTX_free(archive->hash);
    return 0;
}

static bool fail_zip(const struct export_archive *archive, struct ra_error *error)
{
    const char *text = archive_error_string(archive->zip);
    return ra_fail(error, RA_IO, "zip: %s", text != NULL ? text : "?");
}

bool export_archive_open(TALLOC_CTX *context, int fd, time_t made_at, struct export_archive **archive,
                         struct ra_error *error)
{
    struct export_archive *made = talloc_zero(context, struct export_archive);
    if (made == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "export");
    }
    made->zip = archive_write_new();
    made->hash = EVP_MD_CTX_new();
    made->fd = fd;
    made->made_at = made_at;
    talloc_set_destructor(made, archive_destructor);
    if (made->zip == NULL || made->hash == NULL) {
        talloc_free(made);
        return ra_fail(error, RA_NO_MEMORY, "export");
    }
    if (archive_write_set_format_zip(made->zip) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(made->zip, 1) != ARCHIVE_OK ||
        archive_write_open(made->zip, made, NULL, write_out, NULL) != ARCHIVE_OK) {
        (void)fail_zip(made, error);
        talloc_free(made);
        return false;
    }
    *archive = made;
    return true;
}

static bool end_file(struct export_archive *archive, struct ra_error *error)
{
    if (!archive->open) {
        return true;
    }
    archive->open = false;
    if (archive_write_finish_entry(archive->zip) != ARCHIVE_OK) {
        return fail_zip(archive, error);
    }
    return EVP_DigestFinal_ex(archive->hash, archive->files[archive->count - 1].digest, NULL) == 1 ||
           ra_fail_crypto(error, "digest of an exported file");
}

static bool make_room(struct export_archive *archive, struct ra_error *error)
{
    enum { STEP = 32 };
    if (archive->count == EXPORT_FILES_MAX) {
        return ra_fail(error, RA_TOO_LARGE, "Há arquivos demais para um pacote.");
    }
    if (archive->count < archive->room) {
        return true;
    }
    struct listed_file *grown =
        talloc_realloc(archive, archive->files, struct listed_file, (unsigned)(archive->room + STEP));
    if (grown == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "export");
    }
    archive->files = grown;
    archive->room += STEP;
    return true;
}

/* `stored` is the size of a file that is not compressed, -1 for one that is. */
static bool begin(struct export_archive *archive, const char *name, int64_t stored, struct ra_error *error)
{
    if (!end_file(archive, error) || !make_room(archive, error)) {
        return false;
    }
    if (strlen(name) >= EXPORT_NAME_SIZE) {
        return ra_fail(error, RA_INTERNAL, "a name too long for an export");
    }
    if ((stored < 0 ? archive_write_zip_set_compression_deflate(archive->zip)
                    : archive_write_zip_set_compression_store(archive->zip)) != ARCHIVE_OK) {
        return fail_zip(archive, error);
    }
    struct archive_entry *entry = archive_entry_new();
    if (entry == NULL) {
        return ra_fail(error, RA_NO_MEMORY, "export");
    }
    if (stored >= 0) {
        archive_entry_set_size(entry, stored);
    }
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, archive->made_at, 0);
    int written = archive_write_header(archive->zip, entry);
    archive_entry_free(entry);
    if (written != ARCHIVE_OK) {
        return fail_zip(archive, error);
    }
    if (EVP_DigestInit_ex(archive->hash, EVP_sha256(), NULL) != 1) {
        return ra_fail_crypto(error, "digest of an exported file");
    }
    struct listed_file *file = &archive->files[archive->count++];
    *file = (struct listed_file){.size = 0};
    (void)snprintf(file->name, sizeof file->name, "%s", name);
    archive->open = true;
    return true;
}

bool export_archive_begin(struct export_archive *archive, const char *name, struct ra_error *error)
{
    return begin(archive, name, -1, error);
}

bool export_archive_begin_stored(struct export_archive *archive, const char *name, int64_t size,
                                 struct ra_error *error)
{
    return size >= 0 ? begin(archive, name, size, error) : ra_fail(error, RA_INTERNAL, "a file of no size");
}

bool export_archive_write(struct export_archive *archive, struct bytes part, struct ra_error *error)
{
    if (!archive->open) {
        return ra_fail(error, RA_INTERNAL, "no exported file is open");
    }
    if (part.length == 0) {
        return true;
    }
    if (archive_write_data(archive->zip, part.data, part.length) != (la_ssize_t)part.length) {
        return fail_zip(archive, error);
    }
    if (EVP_DigestUpdate(archive->hash, part.data, part.length) != 1) {
        return ra_fail_crypto(error, "digest of an exported file");
    }
    archive->files[archive->count - 1].size += part.length;
    return true;
}

bool export_archive_file(struct export_archive *archive, const char *name, struct bytes content,
                         struct ra_error *error)
{
    return export_archive_begin(archive, name, error) && export_archive_write(archive, content, error);
}

static bool list_files(const struct export_archive *archive, json_t *manifest)
{
    json_t *files = json_object();
    for (size_t at = 0; files != NULL && at < archive->count; at++) {
        const struct listed_file *file = &archive->files[at];
        char *digest = hex_encode(NULL, (struct bytes){file->digest, sizeof file->digest});
        json_t *row =
            json_pack("{s:s, s:I}", "sha256", digest != NULL ? digest : "", "size", (json_int_t)file->size);
        talloc_free(digest);
        if (digest == NULL || json_object_set_new(files, file->name, row) != 0) {
            json_decref(files);
            return false;
        }
    }
    return json_object_set_new(manifest, "files", files) == 0;
}

static bool sign_manifest(TALLOC_CTX *context, const struct identity *signer, struct bytes manifest,
                          struct bytes *signature, struct ra_error *error)
{
    bool done = false;
    uint8_t *der = NULL;
    CMS_ContentInfo *cms = NULL;
    BIO *content = BIO_new_mem_buf(manifest.data, (int)manifest.length);
    if (content != NULL) {
        cms = CMS_sign(identity_certificate(signer), identity_key(signer), identity_chain(signer), content,
                       CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP);
    }
    int length = cms != NULL ? i2d_CMS_ContentInfo(cms, &der) : -1;
    if (length > 0) {
        *signature = bytes_copy(context, der, (size_t)length);
        done = signature->data != NULL || ra_fail(error, RA_NO_MEMORY, "signature of the manifest");
    } else {
        done = ra_fail_crypto(error, "signature of the manifest");
    }
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(content);
    return done;
}

bool export_archive_signer(TALLOC_CTX *context, const struct config *config, struct identity **signer,
                           struct ra_error *error)
{
    const struct identity_passphrase no_passphrase = {0};
    struct ra_error cause = {0};
    if (identity_load(context, config->export_identity, &no_passphrase, signer, &cause)) {
        return true;
    }
    return ra_fail_reason(error, RA_UNAVAILABLE, "export-identity",
                          "A identidade que assina as exportações não pode ser usada: %s",
                          cause.detail[0] != '\0' ? cause.detail : ra_error_info(cause.code)->sentence);
}

bool export_archive_finish(struct export_archive *archive, json_t *take_manifest,
                           const struct identity *signer, struct ra_error *error)
{
    struct bytes signature = {NULL, 0};
    bool listed = end_file(archive, error) && take_manifest != NULL;
    if (listed && !list_files(archive, take_manifest)) {
        listed = ra_fail(error, RA_NO_MEMORY, "manifest");
    }
    char *text = listed ? json_dumps(take_manifest, JSON_INDENT(2) | JSON_ENSURE_ASCII) : NULL;
    json_decref(take_manifest);
    if (text == NULL) {
        return listed ? ra_fail(error, RA_NO_MEMORY, "manifest") : false;
    }
    struct bytes manifest = bytes_of_text(text);
    bool done = sign_manifest(archive, signer, manifest, &signature, error) &&
                export_archive_file(archive, "manifest.json", manifest, error) &&
                export_archive_file(archive, "manifest.p7s", signature, error) && end_file(archive, error);
    free(text);
    if (done && archive_write_close(archive->zip) != ARCHIVE_OK) {
        return fail_zip(archive, error);
    }
    return done;
}
