/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests for a certificate made here.
 */
#ifndef RA_CLI_CSR_H
#define RA_CLI_CSR_H

#include "pki/certificate/csr.h"
#include "ra-cli/cli.h"

#include <openssl/evp.h>

/* A request by this key, with an empty subject: only the key is taken from it. On cli->context. */
RA_MUST_CHECK bool csr_of_key(struct cli *cli, EVP_PKEY *key, struct csr **csr, struct ra_error *error);

/* As PEM, on cli->context. */
RA_MUST_CHECK bool csr_pem(struct cli *cli, X509_REQ *request, const char **pem, struct ra_error *error);

/* The list of weak keys that `--weak-keys` or RA_WEAK_KEYS names (docs/lint.md), on cli->context; *list NULL
 * where neither is given. One that is named and cannot be read is an error. */
RA_MUST_CHECK bool csr_weak_keys(struct cli *cli, const struct cli_arguments *arguments,
                                 struct weak_key_list **list, struct ra_error *error);

#endif
