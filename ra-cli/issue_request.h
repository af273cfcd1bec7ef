/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asking for the certificate of a key: the proofs of the codes, the holder's signature on the term and the
 * revocation password, all made here; codes and passwords never leave this machine (protocol 3).
 */
#ifndef RA_CLI_ISSUE_REQUEST_H
#define RA_CLI_ISSUE_REQUEST_H

#include "ra-cli/cli.h"
#include "ra-cli/csr.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

/* Asks, waits while the AC has not answered, and reads what came back: it is for this key. `key` is the
 * private one where it is here; NULL for a CSR that somebody else made. The answer is the caller's also on
 * failure; X509_free. RA_TIMEOUT: the same command may be given again later. RA_VERIFICATION_FAILED: the
 * certificate is of another key. */
RA_MUST_CHECK bool issue_request(struct cli *cli, const struct cli_arguments *arguments,
                                 const struct csr *csr, EVP_PKEY *key, json_t **answer, X509 **certificate,
                                 struct ra_error *error);

/* "marina.p12" has its term beside it in "marina-termo.pdf"; of a key in a token it is named by the order.
 * On cli->context, NULL without memory. */
const char *issue_term_file(struct cli *cli, const struct cli_arguments *arguments);

#endif
