/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/homolog-ca/revocation.h"

#include "pki/base/file.h"

#include <dirent.h>
#include <inttypes.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <unistd.h>

enum { CRL_LIMIT = 16 << 20, CLOCK_SLACK_S = 60 };

enum authority_id authority_of(const struct hierarchy *hierarchy, const X509_NAME *issuer)
{
    int found = 0;
    while (found < AUTHORITY_COUNT &&
           X509_NAME_cmp(X509_get_subject_name(hierarchy->certificate[found]), issuer) != 0)
        found++;
    return (enum authority_id)found;
}

static char *record_path(const struct registry *registry, enum authority_id issuer, X509 *certificate)
{
    char serial[SERIAL_TEXT_SIZE];
    serial_text(X509_get0_serialNumber(certificate), serial);
    return store_path(NULL, registry->store, "revoked/%s-%s", AUTHORITIES[issuer].name, serial);
}

bool revocation_is_recorded(const struct registry *registry, X509 *certificate)
{
    enum authority_id issuer = authority_of(registry->hierarchy, X509_get_issuer_name(certificate));
    if (issuer == AUTHORITY_COUNT)
        return false;
    char *path = record_path(registry, issuer, certificate);
    bool recorded = path != NULL && store_has(path);
    talloc_free(path);
    return recorded;
}

static bool push_revoked(X509_CRL *crl, const char *serial, time_t when, int reason)
{
    BIGNUM *number = NULL;
    ASN1_INTEGER *integer = NULL;
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *date = ASN1_TIME_set(NULL, when);
    bool ok = entry != NULL && date != NULL && BN_hex2bn(&number, serial) > 0 &&
              (integer = BN_to_ASN1_INTEGER(number, NULL)) != NULL &&
              X509_REVOKED_set_serialNumber(entry, integer) == 1 &&
              X509_REVOKED_set_revocationDate(entry, date) == 1;
    ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
    /* RFC 5280 5.3.1: unspecified is said by saying nothing. */
    if (ok && reason != CRL_REASON_UNSPECIFIED)
        ok = code != NULL && ASN1_ENUMERATED_set(code, reason) == 1 &&
             X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, code, 0, X509V3_ADD_DEFAULT) == 1;
    ok = ok && X509_CRL_add0_revoked(crl, entry) == 1;
    if (!ok)
        X509_REVOKED_free(entry);
    ASN1_ENUMERATED_free(code);
    ASN1_TIME_free(date);
    ASN1_INTEGER_free(integer);
    BN_free(number);
    return ok;
}

static bool read_record(const char *path, struct revocation_record *record, struct ra_error *error)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct bytes content;
    bool ok = file_read(scratch, path, 64, &content, error);
    if (ok && sscanf((const char *)content.data, "%" SCNd64 " %d", /* NOLINT(cert-err34-c) */
                     &record->when, &record->reason) != 2)
        ok = ra_fail(error, RA_INTERNAL, "revocation record %s is damaged", path);
    record->found = ok;
    talloc_free(scratch);
    return ok;
}

bool revocation_find(const struct registry *registry, enum authority_id issuer, const char *serial,
                     struct revocation_record *record, struct ra_error *error)
{
    char *path = store_path(NULL, registry->store, "revoked/%s-%s", AUTHORITIES[issuer].name, serial);
    *record = (struct revocation_record){.found = false};
    bool ok = path != NULL ? !store_has(path) || read_record(path, record, error)
                           : ra_fail(error, RA_NO_MEMORY, "revocation record");
    talloc_free(path);
    return ok;
}

static bool push_record(const struct registry *registry, X509_CRL *crl, enum authority_id issuer,
                        const char *serial, struct ra_error *error)
{
    struct revocation_record record;
    if (!revocation_find(registry, issuer, serial, &record, error))
        return false;
    return push_revoked(crl, serial, (time_t)record.when, record.reason) ||
           ra_fail_crypto(error, "CRL entry");
}

static bool push_records(const struct registry *registry, enum authority_id issuer, X509_CRL *crl,
                         struct ra_error *error)
{
    char *path = store_path(NULL, registry->store, "revoked");
    DIR *folder = path != NULL ? opendir(path) : NULL;
    talloc_free(path);
    if (folder == NULL)
        return ra_fail_errno(error, "revoked");
    const char *name = AUTHORITIES[issuer].name;
    size_t length = strlen(name);
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(folder)) != NULL;) {
        const char *file = entry->d_name;
        const char *serial = file + length + 1;
        bool ours = strncmp(file, name, length) == 0 && file[length] == '-' &&
                    strspn(serial, "0123456789abcdef") == strlen(serial); /* a temporary file has a suffix */
        ok = !ours || push_record(registry, crl, issuer, serial, error);
    }
    closedir(folder);
    return ok;
}

static char *crl_path(const struct registry *registry, enum authority_id issuer)
{
    return store_path(NULL, registry->store, "public/%s.crl", AUTHORITIES[issuer].name);
}

/* The published CRL, or NULL when there is none that can be read. */
static X509_CRL *read_crl(const char *path)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct bytes content;
    struct ra_error ignored = {0};
    X509_CRL *crl = NULL;
    if (store_has(path) && file_read(scratch, path, CRL_LIMIT, &content, &ignored)) {
        const unsigned char *at = content.data;
        crl = d2i_X509_CRL(NULL, &at, (long)content.length);
    }
    talloc_free(scratch);
    return crl;
}

static bool add_crl_number(X509_CRL *crl, const X509_CRL *previous)
{
    ASN1_INTEGER *number =
        previous != NULL ? X509_CRL_get_ext_d2i(previous, NID_crl_number, NULL, NULL) : NULL;
    int64_t value = 0;
    bool ok = number == NULL || ASN1_INTEGER_get_int64(&value, number) == 1;
    if (number == NULL)
        number = ASN1_INTEGER_new();
    ok = ok && number != NULL && ASN1_INTEGER_set_int64(number, value + 1) == 1 &&
         X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, X509V3_ADD_DEFAULT) == 1;
    ASN1_INTEGER_free(number);
    return ok;
}

static bool add_crl_key_id(X509_CRL *crl, X509 *issuer)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, NULL, NULL, crl, 0);
    X509_EXTENSION *extension =
        X509V3_EXT_nconf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
    bool ok = extension != NULL && X509_CRL_add_ext(crl, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

static bool fill_crl(const struct registry *registry, enum authority_id id, const X509_CRL *previous,
                     X509_CRL *crl)
{
    X509 *issuer = registry->hierarchy->certificate[id];
    time_t now = clock_now(registry->clock);
    ASN1_TIME *from = ASN1_TIME_set(NULL, now);
    ASN1_TIME *until = ASN1_TIME_set(NULL, now + AUTHORITIES[id].crl_seconds);
    bool ok = from != NULL && until != NULL && X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
              X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)) == 1 &&
              X509_CRL_set1_lastUpdate(crl, from) == 1 && X509_CRL_set1_nextUpdate(crl, until) == 1 &&
              add_crl_key_id(crl, issuer) && add_crl_number(crl, previous) && X509_CRL_sort(crl) == 1 &&
              X509_CRL_sign(crl, registry->hierarchy->key[id], EVP_sha256()) > 0;
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    return ok;
}

static bool write_crl(const char *path, X509_CRL *crl, struct ra_error *error)
{
    unsigned char *der = NULL;
    int length = i2d_X509_CRL(crl, &der);
    bool ok = length > 0 ? file_write(path, (struct bytes){der, (size_t)length}, 0644, error)
                         : ra_fail_crypto(error, "encode a CRL");
    OPENSSL_free(der);
    return ok;
}

/* Under the store's lock. */
static bool publish_crl(const struct registry *registry, enum authority_id id, struct ra_error *error)
{
    char *path = crl_path(registry, id);
    X509_CRL *previous = path != NULL ? read_crl(path) : NULL;
    X509_CRL *crl = X509_CRL_new();
    bool ok = path != NULL && crl != NULL;
    if (!ok)
        ra_fail(error, RA_NO_MEMORY, "CRL");
    ok = ok && push_records(registry, id, crl, error);
    if (ok && !fill_crl(registry, id, previous, crl))
        ok = ra_fail_crypto(error, "CRL");
    ok = ok && write_crl(path, crl, error);
    X509_CRL_free(crl);
    X509_CRL_free(previous);
    talloc_free(path);
    return ok;
}

static bool is_due(const struct registry *registry, enum authority_id id)
{
    char *path = crl_path(registry, id);
    X509_CRL *crl = path != NULL ? read_crl(path) : NULL;
    struct tm from = {0}, until = {0};
    bool due = true;
    if (crl != NULL && ASN1_TIME_to_tm(X509_CRL_get0_lastUpdate(crl), &from) == 1 &&
        ASN1_TIME_to_tm(X509_CRL_get0_nextUpdate(crl), &until) == 1) {
        time_t first = timegm(&from), last = timegm(&until), now = clock_now(registry->clock);
        due = now >= first + (last - first) / 2 || now < first - CLOCK_SLACK_S;
    }
    X509_CRL_free(crl);
    talloc_free(path);
    return due;
}

bool revocation_refresh(const struct registry *registry, bool force, struct ra_error *error)
{
    int lock;
    if (!store_lock(registry->store, &lock, error))
        return false;
    bool ok = true;
    for (int i = 0; ok && i < AUTHORITY_COUNT; i++)
        if (force || is_due(registry, (enum authority_id)i))
            ok = publish_crl(registry, (enum authority_id)i, error);
    close(lock);
    return ok;
}

static bool write_record(const struct registry *registry, const char *path, int reason,
                         struct ra_error *error)
{
    char text[64];
    snprintf(text, sizeof text, "%" PRId64 " %d\n", (int64_t)clock_now(registry->clock), reason);
    return store_has(path) || file_write(path, bytes_of_text(text), 0600, error);
}

bool revocation_add(const struct registry *registry, X509 *certificate, int reason, struct ra_error *error)
{
    enum authority_id issuer = authority_of(registry->hierarchy, X509_get_issuer_name(certificate));
    if (issuer == AUTHORITY_COUNT)
        return ra_fail(error, RA_NOT_FOUND, "not a certificate of this CA");
    if (reason < 0 || reason > 10 || reason == CRL_REASON_CERTIFICATE_HOLD || reason == 7 ||
        reason == CRL_REASON_REMOVE_FROM_CRL)
        return ra_fail(error, RA_INVALID, "reason %d is not accepted", reason);
    int lock;
    if (!store_lock(registry->store, &lock, error))
        return false;
    char *path = record_path(registry, issuer, certificate);
    bool ok = path != NULL
                  ? write_record(registry, path, reason, error) && publish_crl(registry, issuer, error)
                  : ra_fail(error, RA_NO_MEMORY, "revocation");
    talloc_free(path);
    close(lock);
    return ok;
}
