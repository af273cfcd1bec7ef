/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The term of the holder on this side: the agent's countersignature at the validation, and the holder's
 * reading, acceptance and signature at the emission. What is signed is the SHA-256 of bytes fetched and kept
 * here.
 */
#ifndef RA_CLI_TERM_H
#define RA_CLI_TERM_H

#include "pki/trust/emission_code.h"
#include "pki/trust/identity.h"
#include "ra-cli/cli.h"

#include <jansson.h>
#include <openssl/evp.h>

/* The term's text, with its marks, for who reads it on a terminal: whole and without marks. */
void term_show(FILE *out, const char *text);

/* The draft that a validation of this order would countersign now; shows its text on stderr (unless --json),
 * and writes it to `copy` (may be NULL) for the agent to read and print. */
RA_MUST_CHECK bool term_fetch_draft(struct cli *cli, const char *order, const char *copy, struct bytes *pdf,
                                    struct ra_error *error);

/* Base64 of the detached CMS over these bytes, on cli->context. */
RA_MUST_CHECK bool term_countersign(struct cli *cli, const struct identity *identity, struct bytes pdf,
                                    const char **countersignature, struct ra_error *error);

/* What a holder without an identity reads the term with. */
struct term_codes {
    const char *counter, *mail; /* halves as typed; NULL without */
    struct emission_case about; /* instance, order, validation; its key is not used */
};

/* Fetches the term that GET …/emission announced as `term`, keeps it at `file`, shows it whole, asks
 * (unless --yes), and signs it with `key`: base64, on cli->context. RA_VERIFICATION_FAILED when the bytes are
 * not the announced ones; RA_FORBIDDEN when the holder does not accept. */
RA_MUST_CHECK bool term_accept(struct cli *cli, const char *order, const json_t *term,
                               const struct term_codes *codes, EVP_PKEY *key, const char *file,
                               const char **signature, struct ra_error *error);

#endif
