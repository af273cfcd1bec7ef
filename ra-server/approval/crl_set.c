/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approval/crl_set.h"

#include "pki/base/file.h"
#include "pki/trust/signed.h"

#include <dirent.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static bool ends_in(const char *name, const char *suffix)
{
    size_t length = strlen(name);
    size_t tail = strlen(suffix);
    return length > tail && strcmp(name + length - tail, suffix) == 0;
}

static void move_certificates(STACK_OF(X509) *from, STACK_OF(X509) *to)
{
    X509 *certificate = NULL;
    while ((certificate = sk_X509_pop(from)) != NULL) {
        if (sk_X509_push(to, certificate) <= 0) {
            X509_free(certificate);
        }
    }
}

static void read_one(const char *folder, const char *name, STACK_OF(X509) *certificates,
                     STACK_OF(X509_CRL) *crls)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct ra_error passed_over = {0};
    struct bytes content = {NULL, 0};
    STACK_OF(X509) *read = NULL;
    const char *path = talloc_asprintf(context, "%s/%s", folder, name);
    if (path != NULL && file_read(context, path, CRL_FILE_MAX, &content, &passed_over)) {
        if (ends_in(name, ".crl")) {
            (void)!signed_read_crl(content, crls, &passed_over);
        } else if (signed_read_certificates(content, &read, &passed_over)) {
            move_certificates(read, certificates);
            sk_X509_free(read);
        }
    }
    ERR_clear_error();
    talloc_free(context);
}

bool crl_set_read_folder(const char *folder, STACK_OF(X509) *certificates, STACK_OF(X509_CRL) *crls,
                         struct ra_error *error)
{
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return ra_fail_errno(error, "crl_dir");
    }
    const struct dirent *entry = NULL;
    for (unsigned count = 0; count < CRL_FOLDER_MAX && (entry = readdir(directory)) != NULL; count++) {
        if (ends_in(entry->d_name, ".crl") || ends_in(entry->d_name, ".pem")) {
            read_one(folder, entry->d_name, certificates, crls);
        }
    }
    (void)closedir(directory);
    return true;
}

X509 *crl_set_issuer(const STACK_OF(X509) *certificates, const X509_NAME *subject)
{
    for (int at = 0; at < sk_X509_num(certificates); at++) {
        X509 *certificate = sk_X509_value(certificates, at);
        if (X509_NAME_cmp(X509_get_subject_name(certificate), subject) == 0) {
            return certificate;
        }
    }
    return NULL;
}

static time_t instant(const ASN1_TIME *time)
{
    struct tm parts = {0};
    return time != NULL && ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

time_t crl_set_this_update(const X509_CRL *crl)
{
    return instant(X509_CRL_get0_lastUpdate(crl));
}

time_t crl_set_next_update(const X509_CRL *crl)
{
    return instant(X509_CRL_get0_nextUpdate(crl));
}

static int newest_place(const STACK_OF(X509_CRL) *crls, const X509_NAME *issuer)
{
    int best = -1;
    for (int at = 0; at < sk_X509_CRL_num(crls); at++) {
        const X509_CRL *crl = sk_X509_CRL_value(crls, at);
        if (X509_NAME_cmp(X509_CRL_get_issuer(crl), issuer) == 0 &&
            (best < 0 || crl_set_this_update(crl) > crl_set_this_update(sk_X509_CRL_value(crls, best)))) {
            best = at;
        }
    }
    return best;
}

X509_CRL *crl_set_newest(const STACK_OF(X509_CRL) *crls, const X509_NAME *issuer)
{
    int place = newest_place(crls, issuer);
    return place < 0 ? NULL : sk_X509_CRL_value(crls, place);
}

static bool signed_by(X509_CRL *crl, X509 *issuer)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    bool good = key != NULL && X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)) == 0 &&
                X509_CRL_verify(crl, key) == 1;
    ERR_clear_error();
    return good;
}

bool crl_set_offer(STACK_OF(X509_CRL) *crls, X509_CRL *take, X509 *issuer)
{
    bool taken = false;
    if (issuer != NULL && signed_by(take, issuer)) {
        int place = newest_place(crls, X509_CRL_get_issuer(take));
        X509_CRL *older = place < 0 ? NULL : sk_X509_CRL_value(crls, place);
        if (older == NULL) {
            taken = sk_X509_CRL_push(crls, take) > 0;
        } else if (crl_set_this_update(take) > crl_set_this_update(older)) {
            taken = sk_X509_CRL_set(crls, place, take) != NULL;
            X509_CRL_free(older);
        }
    }
    if (!taken) {
        X509_CRL_free(take);
    }
    return taken;
}

static void take_address(const GENERAL_NAME *name, char address[CRL_URL_SIZE])
{
    if (name->type != GEN_URI) {
        return;
    }
    const char *text = (const char *)ASN1_STRING_get0_data(name->d.uniformResourceIdentifier);
    int length = ASN1_STRING_length(name->d.uniformResourceIdentifier);
    bool web = length > 8 && length < CRL_URL_SIZE && memchr(text, '\0', (size_t)length) == NULL &&
               (strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0);
    if (web) {
        (void)snprintf(address, CRL_URL_SIZE, "%.*s", length, text);
    }
}

static void address_of_point(const DIST_POINT *point, char address[CRL_URL_SIZE])
{
    if (point->distpoint == NULL || point->distpoint->type != 0) {
        return;
    }
    const GENERAL_NAMES *names = point->distpoint->name.fullname;
    for (int at = 0; at < sk_GENERAL_NAME_num(names) && address[0] == '\0'; at++) {
        take_address(sk_GENERAL_NAME_value(names, at), address);
    }
}

bool crl_set_crl_address_at(X509 *certificate, int at, char address[CRL_URL_SIZE])
{
    address[0] = '\0';
    CRL_DIST_POINTS *points = X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
    if (at < sk_DIST_POINT_num(points)) {
        address_of_point(sk_DIST_POINT_value(points, at), address);
    }
    CRL_DIST_POINTS_free(points);
    ERR_clear_error();
    return address[0] != '\0';
}

void crl_set_crl_address(X509 *certificate, char address[CRL_URL_SIZE])
{
    for (int at = 0; at < CRL_POINTS_MAX; at++) {
        if (crl_set_crl_address_at(certificate, at, address)) {
            return;
        }
    }
}

STACK_OF(X509) *crl_set_of_cms(struct bytes cms)
{
    STACK_OF(X509) *ours = signed_certificates(cms);
    if (ours != NULL) {
        return ours;
    }
    /* A holder signs with whatever program they have. */
    const unsigned char *at = cms.data;
    CMS_ContentInfo *info = cms.length > 0 ? d2i_CMS_ContentInfo(NULL, &at, (long)cms.length) : NULL;
    STACK_OF(X509) *certificates = info != NULL ? CMS_get1_certs(info) : NULL;
    CMS_ContentInfo_free(info);
    ERR_clear_error();
    return certificates;
}
