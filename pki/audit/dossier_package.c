/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/audit/dossier_package.h"

#include "pki/audit/zip_walk.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { PARTS_STEP = 64 };

struct reading {
    struct dossier_package *package;
    size_t room; /* for parts */
    EVP_MD_CTX *hash;
    uint8_t *kept; /* of the part at hand; talloc child of the package */
    size_t kept_room;
    uint64_t kept_total;
    uint64_t document_total;
    bool begun; /* bytes of the part at hand have come */
    bool no_memory;
};

bool dossier_malformed(struct ra_error *error, const char *what)
{
    return ra_fail_reason(error, RA_VERIFICATION_FAILED, "dossier-malformed",
                          "o arquivo não é um dossiê exportado: %s", what);
}

static struct dossier_part *newest(const struct reading *reading)
{
    return &reading->package->parts[reading->package->count - 1];
}

static bool grow(struct reading *reading)
{
    struct dossier_package *package = reading->package;
    if (package->count < reading->room) {
        return true;
    }
    struct dossier_part *grown =
        talloc_realloc(package, package->parts, struct dossier_part, (unsigned)(reading->room + PARTS_STEP));
    if (grown == NULL) {
        reading->no_memory = true;
        return false;
    }
    package->parts = grown;
    reading->room += PARTS_STEP;
    return true;
}

bool dossier_package_has(const struct dossier_package *package, const char *name)
{
    for (size_t at = 0; at < package->count; at++) {
        if (strcmp(package->parts[at].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static enum zip_choice choose(void *state, const char *name)
{
    struct reading *reading = state;
    struct dossier_package *package = reading->package;
    enum dossier_file file = DOSSIER_README;
    if (strlen(name) >= DOSSIER_NAME_SIZE || !dossier_file_of(name, &file) ||
        dossier_package_has(package, name) || package->count == DOSSIER_FILES_MAX || !grow(reading)) {
        return ZIP_REFUSE;
    }
    struct dossier_part *part = &package->parts[package->count++];
    *part = (struct dossier_part){.file = file};
    (void)snprintf(part->name, sizeof part->name, "%s", name);
    return ZIP_READ;
}

static bool begin(struct reading *reading, struct ra_error *error)
{
    reading->begun = true;
    reading->kept = NULL;
    reading->kept_room = 0;
    return EVP_DigestInit_ex(reading->hash, EVP_sha256(), NULL) == 1 || ra_fail_crypto(error, "digest");
}

/* Room doubles, so that a file in many pieces is not copied for each of them. */
static bool keep(struct reading *reading, const struct dossier_part *part, struct bytes bytes,
                 struct ra_error *error)
{
    size_t needed = (size_t)part->size + bytes.length + 1;
    if (reading->kept == NULL || needed > reading->kept_room) {
        size_t room = 2 * needed;
        uint8_t *grown = talloc_realloc_size(reading->package, reading->kept, room);
        if (grown == NULL) {
            return ra_fail(error, RA_NO_MEMORY, "package");
        }
        reading->kept = grown;
        reading->kept_room = room;
    }
    if (bytes.length > 0) {
        memcpy(reading->kept + part->size, bytes.data, bytes.length);
    }
    reading->kept[part->size + bytes.length] = '\0';
    return true;
}

static bool count_bytes(struct reading *reading, const struct dossier_part *part, size_t length,
                        struct ra_error *error)
{
    reading->kept_total += dossier_file_is_whole(part->file) ? length : 0;
    reading->document_total += part->file == DOSSIER_DOCUMENT ? length : 0;
    return (part->size + length <= dossier_file_most(part->file) && reading->kept_total <= DOSSIER_KEPT_MAX &&
            reading->document_total <= DOSSIER_DOCUMENTS_MAX) ||
           dossier_malformed(error, "um dos arquivos é grande demais");
}

static bool take(void *state, struct bytes bytes, bool end, struct ra_error *error)
{
    struct reading *reading = state;
    struct dossier_part *part = newest(reading);
    bool whole = dossier_file_is_whole(part->file);
    if ((!reading->begun && !begin(reading, error)) || !count_bytes(reading, part, bytes.length, error) ||
        (whole && !keep(reading, part, bytes, error))) {
        return false;
    }
    if (bytes.length > 0 && EVP_DigestUpdate(reading->hash, bytes.data, bytes.length) != 1) {
        return ra_fail_crypto(error, "digest");
    }
    part->size += bytes.length;
    if (!end) {
        return true;
    }
    reading->begun = false;
    part->content = whole ? (struct bytes){reading->kept, (size_t)part->size} : (struct bytes){NULL, 0};
    return EVP_DigestFinal_ex(reading->hash, part->digest, NULL) == 1 || ra_fail_crypto(error, "digest");
}

bool dossier_package_read(TALLOC_CTX *context, const char *path, struct dossier_package **package,
                          struct ra_error *error)
{
    struct reading reading = {.package = talloc_zero(context, struct dossier_package),
                              .hash = EVP_MD_CTX_new()};
    const struct zip_visitor visitor = {choose, take, &reading, "dossier-malformed"};
    bool done = reading.package != NULL && reading.hash != NULL ? zip_walk(path, &visitor, error)
                                                                : ra_fail(error, RA_NO_MEMORY, "package");
    if (reading.no_memory) {
        done = ra_fail(error, RA_NO_MEMORY, "package");
    }
    EVP_MD_CTX_free(reading.hash);
    if (!done) {
        talloc_free(reading.package);
        return false;
    }
    *package = reading.package;
    return true;
}

const struct dossier_part *dossier_package_find(const struct dossier_package *package, enum dossier_file file)
{
    for (size_t at = 0; at < package->count; at++) {
        if (package->parts[at].file == file) {
            return &package->parts[at];
        }
    }
    return NULL;
}
