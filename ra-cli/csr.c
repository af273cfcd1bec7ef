/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra-cli/csr.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

static bool pem_of(struct cli *cli, BIO *memory, const char **pem, struct ra_error *error)
{
    char *data = NULL;
    long length = BIO_get_mem_data(memory, &data);
    *pem = length <= 0 ? NULL : talloc_strndup(cli->context, data, (size_t)length);
    return *pem != NULL || ra_fail_crypto(error, "PEM");
}

bool csr_pem(struct cli *cli, X509_REQ *request, const char **pem, struct ra_error *error)
{
    BIO *memory = BIO_new(BIO_s_mem());
    bool ok = memory != NULL && PEM_write_bio_X509_REQ(memory, request) == 1 ? pem_of(cli, memory, pem, error)
                                                                             : ra_fail_crypto(error, "CSR");
    BIO_free(memory);
    return ok;
}

bool csr_of_key(struct cli *cli, EVP_PKEY *key, struct csr **csr, struct ra_error *error)
{
    X509_REQ *request = X509_REQ_new();
    unsigned char *der = NULL;
    int length = 0;
    /* Subject and extensions stay empty: only the key is taken from a CSR. */
    if (request != NULL && X509_REQ_set_version(request, X509_REQ_VERSION_1) == 1 &&
        X509_REQ_set_pubkey(request, key) == 1 && X509_REQ_sign(request, key, EVP_sha256()) > 0)
        length = i2d_X509_REQ(request, &der);
    bool ok = length > 0 ? csr_decode(cli->context, (struct bytes){der, (size_t)length}, csr, error)
                         : ra_fail_crypto(error, "CSR");
    OPENSSL_free(der);
    X509_REQ_free(request);
    return ok;
}

bool csr_weak_keys(struct cli *cli, const struct cli_arguments *arguments, struct weak_key_list **list,
                   struct ra_error *error)
{
    const char *given = cli_option(arguments, "weak-keys");
    const char *path = given != NULL ? given : getenv("RA_WEAK_KEYS");
    *list = NULL;
    return path == NULL || path[0] == '\0' || weak_key_list_load(cli->context, path, list, error);
}
