/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the command line makes for the instance: identities of the demo staff (fictional e-CPFs under tmul),
 * the AR's CMP credential (under tiss), the server certificate (under tls). Each file holds key, certificate
 * and chain in this order, 0600. Valid by both clocks: from a day before the earlier to a year after the
 * later.
 */
#ifndef PKI_HOMOLOG_CA_CREDENTIALS_H
#define PKI_HOMOLOG_CA_CREDENTIALS_H

#include "pki/homolog-ca/revocation.h"

struct identity_data {
    const char *name;       /* as in the certificate: upper case without accents is made of it */
    const char *cpf;        /* 11 digits, mask allowed */
    const char *birth_date; /* YYYY-MM-DD */
    const char *email;
};

RA_MUST_CHECK bool credentials_make_identity(const struct registry *registry,
                                             const struct identity_data *data, const char *output,
                                             struct ra_error *error);

RA_MUST_CHECK bool credentials_make_ra(const struct registry *registry, const char *output,
                                       struct ra_error *error);

/* The same for a key that lies elsewhere: the file holds certificate and chain alone. */
RA_MUST_CHECK bool credentials_certify_ra(const struct registry *registry, EVP_PKEY *public_key,
                                          const char *output, struct ra_error *error);

/* `dns` and `ip` as they shall stand in subjectAltName; `ip` in text form. */
RA_MUST_CHECK bool credentials_make_tls(const struct registry *registry, const char *dns, const char *ip,
                                        const char *output, struct ra_error *error);

/* Revokes any certificate this CA issued, by its serial in hexadecimal. */
RA_MUST_CHECK bool credentials_revoke(const struct registry *registry, const char *serial, int reason,
                                      struct ra_error *error);

#endif
