/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signer's files read at its start, each judged by whom it belongs to and who may open it.
 */
#include "pki/base/file.h"
#include "pki/signer/settings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 256 << 10, ANCHORS_MAX = 64 };

enum privacy {
    FILE_SECRET,    /* ours, and nobody else may read it */
    FILE_PROTECTED, /* ours or root's, and nobody else may write it */
};

static bool judge_mode(const char *path, const struct stat *status, enum privacy privacy,
                       struct ra_error *error)
{
    if (!S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode))
        return ra_fail(error, RA_FORBIDDEN, "%s: neither a file nor a folder", path);
    bool owned = status->st_uid == geteuid() || (privacy == FILE_PROTECTED && status->st_uid == 0);
    if (!owned)
        return ra_fail(error, RA_FORBIDDEN, "%s: belongs to another user", path);
    mode_t forbidden = privacy == FILE_SECRET ? 0077 : 0022;
    if ((status->st_mode & forbidden) != 0)
        return ra_fail(error, RA_FORBIDDEN, "%s: mode %03o is too open", path,
                       (unsigned)(status->st_mode & 0777));
    return true;
}

static bool check_mode(const char *path, enum privacy privacy, struct ra_error *error)
{
    struct stat status;
    return lstat(path, &status) == 0 ? judge_mode(path, &status, privacy, error) : ra_fail_errno(error, path);
}

/* What is judged is what is read: one descriptor, and no link is followed. */
static bool read_judged(TALLOC_CTX *context, const char *path, enum privacy privacy, struct bytes *content,
                        struct ra_error *error)
{
    struct stat status;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0)
        return ra_fail_errno(error, path);
    bool ok = fstat(descriptor, &status) == 0 ? judge_mode(path, &status, privacy, error)
                                              : ra_fail_errno(error, path);
    ok = ok && file_read_open(context, descriptor, path, FILE_MAX, content, error);
    close(descriptor);
    return ok;
}

static bool read_checked(TALLOC_CTX *context, const char *folder, const char *name, enum privacy privacy,
                         struct bytes *content, struct ra_error *error)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return ra_fail(error, RA_IO, "%s: path too long", folder);
    return read_judged(context, path, privacy, content, error);
}

static bool load_configuration(struct settings *settings, const char *folder, struct ra_error *error)
{
    struct bytes content = {NULL, 0};
    return read_checked(settings, folder, "signer.conf", FILE_PROTECTED, &content, error) &&
           settings_parse(settings, content, error);
}

/* --- profiles --- */

static bool load_profile(struct settings *settings, const char *folder, const char *name,
                         struct ra_error *error)
{
    if (settings->profile_count == SETTINGS_PROFILES_MAX)
        return ra_fail(error, RA_TOO_LARGE, "%s: more than %d profiles", folder, SETTINGS_PROFILES_MAX);
    struct bytes content = {NULL, 0};
    struct certificate_profile *profile;
    if (!read_checked(settings, folder, name, FILE_PROTECTED, &content, error) ||
        !profile_parse(settings, content, &profile, error))
        return false;
    size_t length = strlen(name) - strlen(".json");
    if (strlen(profile->id) != length || strncmp(profile->id, name, length) != 0)
        return ra_fail(error, RA_INVALID, "%s/%s: its id is another", folder, name);
    settings->profiles[settings->profile_count++] = profile;
    return true;
}

static bool load_profiles(struct settings *settings, const char *conf, struct ra_error *error)
{
    char folder[PATH_MAX];
    if (snprintf(folder, sizeof folder, "%s/profiles", conf) >= (int)sizeof folder)
        return ra_fail(error, RA_IO, "%s: path too long", conf);
    if (!check_mode(folder, FILE_PROTECTED, error))
        return false;
    DIR *listing = opendir(folder);
    if (listing == NULL)
        return ra_fail_errno(error, folder);
    bool ok = true;
    for (const struct dirent *entry; ok && (entry = readdir(listing)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0)
            ok = load_profile(settings, folder, entry->d_name, error);
    }
    closedir(listing);
    if (ok && settings->profile_count == 0)
        return ra_fail(error, RA_INVALID, "%s: no profile", folder);
    return ok;
}

/* --- keys and certificates --- */

static bool is_self_issued(X509 *certificate)
{
    return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
}

/* Every certificate of a PEM text, in order; keys among them are passed over. NULL with error set. */
static STACK_OF(X509) *read_certificates(struct bytes content, const char *name, struct ra_error *error)
{
    STACK_OF(X509) *list = sk_X509_new_null();
    BIO *input = BIO_new_mem_buf(content.data, (int)content.length);
    bool ok = list != NULL && input != NULL;
    for (X509 *next; ok && (next = PEM_read_bio_X509(input, NULL, NULL, NULL)) != NULL;) {
        ok = sk_X509_num(list) < ANCHORS_MAX && sk_X509_push(list, next) > 0;
        if (!ok)
            X509_free(next);
    }
    unsigned long last = ERR_peek_last_error();
    ok = ok && ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE &&
         sk_X509_num(list) > 0;
    ERR_clear_error();
    BIO_free(input);
    if (ok)
        return list;
    sk_X509_pop_free(list, X509_free);
    ra_fail(error, RA_INVALID, "%s: expected certificates in PEM", name);
    return NULL;
}

static EVP_PKEY *read_key(struct bytes content, const char *name, struct ra_error *error)
{
    BIO *input = BIO_new_mem_buf(content.data, (int)content.length);
    EVP_PKEY *key = input != NULL ? PEM_read_bio_PrivateKey(input, NULL, NULL, (void *)(uintptr_t) "") : NULL;
    BIO_free(input);
    if (key == NULL)
        ra_fail_crypto(error, name);
    return key;
}

static bool load_list(const char *folder, const char *name, STACK_OF(X509) **list, struct ra_error *error)
{
    TALLOC_CTX *memory = talloc_new(NULL);
    struct bytes content = {NULL, 0};
    *list = read_checked(memory, folder, name, FILE_PROTECTED, &content, error)
                ? read_certificates(content, name, error)
                : NULL;
    talloc_free(memory);
    return *list != NULL;
}

static bool wipe_and_free(struct bytes content, TALLOC_CTX *memory, bool result)
{
    if (content.length > 0)
        OPENSSL_cleanse((void *)(uintptr_t)content.data, content.length);
    talloc_free(memory);
    return result;
}

static bool load_weak_keys(struct settings *settings, const char *folder, struct ra_error *error)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/weak-keys", folder) >= (int)sizeof path)
        return ra_fail(error, RA_IO, "%s: path too long", folder);
    return (access(path, F_OK) != 0 || check_mode(path, FILE_PROTECTED, error)) &&
           weak_key_list_load_if_there(settings, path, &settings->weak_keys, error);
}

static bool load_log_key(struct settings *settings, const char *folder, struct ra_error *error)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/log.key", folder) >= (int)sizeof path)
        return ra_fail(error, RA_IO, "%s: path too long", folder);
    return check_mode(path, FILE_SECRET, error) &&
           note_key_load(settings, path, settings->log_name, &settings->log_key, error);
}

static bool take_key(struct settings *settings, struct bytes content, struct key_holder *holder,
                     struct ra_error *error)
{
    if (!settings->key_held)
        return (settings->ra_key = read_key(content, "ra.pem", error)) != NULL;
    return holder == NULL || key_holder_key(holder, settings->ra_certificate, &settings->ra_key, error);
}

static bool load_credential(struct settings *settings, const char *folder, struct key_holder *holder,
                            STACK_OF(X509) **chain, struct ra_error *error)
{
    TALLOC_CTX *memory = talloc_new(NULL);
    struct bytes content = {NULL, 0};
    bool ok = read_checked(memory, folder, "ra.pem", FILE_SECRET, &content, error) &&
              (*chain = read_certificates(content, "ra.pem", error)) != NULL;
    if (ok) {
        settings->ra_certificate = sk_X509_shift(*chain);
        ok = take_key(settings, content, holder, error);
    }
    if (ok && !settings->key_held)
        ok = X509_check_private_key(settings->ra_certificate, settings->ra_key) == 1 ||
             ra_fail_crypto(error, "ra.pem: the key is not the certificate's");
    return wipe_and_free(content, memory, ok);
}

/* Two lines, neither empty. The copies are wiped with the settings. */
static bool split_secret(struct settings *settings, struct bytes content)
{
    const char *text = (const char *)content.data;
    const char *end = content.length > 0 ? memchr(text, '\n', content.length) : NULL;
    if (end == NULL || end == text)
        return false;
    const size_t first = (size_t)(end - text);
    const char *secret = end + 1;
    size_t length = content.length - first - 1;
    if (length > 0 && secret[length - 1] == '\n')
        length--;
    if (length == 0 || memchr(secret, '\n', length) != NULL)
        return false;
    settings->mac_reference = bytes_copy(settings, content.data, first);
    settings->mac_secret = bytes_copy(settings, (const uint8_t *)secret, length);
    return settings->mac_reference.data != NULL && settings->mac_secret.data != NULL;
}

static bool load_secret(struct settings *settings, const char *folder, struct ra_error *error)
{
    if (!settings->cmp_mac)
        return true;
    TALLOC_CTX *memory = talloc_new(NULL);
    struct bytes content = {NULL, 0};
    bool ok = read_checked(memory, folder, "ac-secret", FILE_SECRET, &content, error);
    if (ok && !split_secret(settings, content))
        ok = ra_fail(error, RA_INVALID, "ac-secret: expected two lines, reference and secret");
    return wipe_and_free(content, memory, ok);
}

/* Moves every certificate of `list` to where it belongs; `roots` NULL drops the self-issued ones. */
static bool sort_certificates(STACK_OF(X509) *list, STACK_OF(X509) *roots, STACK_OF(X509) *others,
                              struct ra_error *error)
{
    while (sk_X509_num(list) > 0) {
        X509 *certificate = sk_X509_shift(list);
        STACK_OF(X509) *home = is_self_issued(certificate) ? roots : others;
        if (home == NULL) {
            X509_free(certificate);
        } else if (sk_X509_push(home, certificate) <= 0) {
            X509_free(certificate);
            return ra_fail(error, RA_NO_MEMORY, "certificates");
        }
    }
    return true;
}

static bool load_anchors(const char *folder, const char *name, STACK_OF(X509) **roots,
                         STACK_OF(X509) **others, struct ra_error *error)
{
    STACK_OF(X509) *list = NULL;
    *roots = sk_X509_new_null();
    *others = sk_X509_new_null();
    bool ok = *roots != NULL && *others != NULL ? load_list(folder, name, &list, error)
                                                : ra_fail(error, RA_NO_MEMORY, "certificates");
    ok = ok && sort_certificates(list, *roots, *others, error);
    if (ok && sk_X509_num(*roots) == 0)
        ok = ra_fail(error, RA_INVALID, "%s: no root", name);
    sk_X509_pop_free(list, X509_free);
    return ok;
}

static bool load_authority(struct settings *settings, const char *folder, struct key_holder *holder,
                           struct ra_error *error)
{
    STACK_OF(X509) *chain = NULL;
    settings->ac_store = X509_STORE_new();
    if (settings->ac_store == NULL)
        return ra_fail(error, RA_NO_MEMORY, "ac-anchors.pem");
    bool ok = load_anchors(folder, "ac-anchors.pem", &settings->ac_anchors, &settings->ac_known, error) &&
              load_credential(settings, folder, holder, &chain, error) &&
              sort_certificates(chain, NULL, settings->ac_known, error);
    for (int i = 0; ok && i < sk_X509_num(settings->ac_anchors); i++)
        ok = X509_STORE_add_cert(settings->ac_store, sk_X509_value(settings->ac_anchors, i)) == 1 ||
             ra_fail_crypto(error, "ac-anchors.pem");
    sk_X509_pop_free(chain, X509_free);
    return ok;
}

static int settings_destructor(struct settings *settings)
{
    sk_X509_pop_free(settings->agents_anchors, X509_free);
    sk_X509_pop_free(settings->agents_known, X509_free);
    sk_X509_pop_free(settings->administrators, X509_free);
    sk_X509_pop_free(settings->ac_anchors, X509_free);
    sk_X509_pop_free(settings->ac_known, X509_free);
    X509_STORE_free(settings->ac_store);
    X509_free(settings->ra_certificate);
    EVP_PKEY_free(settings->ra_key);
    if (settings->mac_secret.length > 0)
        OPENSSL_cleanse((void *)(uintptr_t)settings->mac_secret.data, settings->mac_secret.length);
    return 0;
}

bool settings_load(TALLOC_CTX *context, const char *home, struct key_holder *holder,
                   struct settings **settings, struct ra_error *error)
{
    *settings = NULL;
    char folder[PATH_MAX];
    if (snprintf(folder, sizeof folder, "%s/conf", home) >= (int)sizeof folder)
        return ra_fail(error, RA_IO, "%s: path too long", home);
    struct settings *loaded = talloc_zero(context, struct settings);
    if (loaded == NULL)
        return ra_fail(error, RA_NO_MEMORY, "settings");
    talloc_set_destructor(loaded, settings_destructor);
    ERR_clear_error();
    if (!check_mode(home, FILE_PROTECTED, error) || !check_mode(folder, FILE_PROTECTED, error) ||
        !load_configuration(loaded, folder, error) || !load_profiles(loaded, folder, error) ||
        !load_anchors(folder, "agents-anchors.pem", &loaded->agents_anchors, &loaded->agents_known, error) ||
        !load_list(folder, "administrators.pem", &loaded->administrators, error) ||
        !load_authority(loaded, folder, holder, error) || !load_secret(loaded, folder, error) ||
        !load_log_key(loaded, folder, error) || !load_weak_keys(loaded, folder, error)) {
        talloc_free(loaded);
        return false;
    }
    *settings = loaded;
    return true;
}
