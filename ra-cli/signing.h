/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every signed act of ra-cli shares: the identity, the local trust, showing what will be signed from the
 * very bytes, and asking.
 */
#ifndef RA_CLI_SIGNING_H
#define RA_CLI_SIGNING_H

#include "pki/trust/identity.h"
#include "pki/trust/roster.h"
#include "pki/trust/statement.h"
#include "ra-cli/cli.h"

/* How long an agent's statement may be used (protocol 2), in seconds; the second where the holder emits at
 * leisure, with codes. */
enum { SIGNING_LIFE_S = 86400, SIGNING_CODE_LIFE_S = 7 * 86400 };

/* The identity of --identity or --as; a protected file asks for its pass phrase on the terminal. On
 * cli->context. */
RA_MUST_CHECK bool signing_identity(struct cli *cli, struct identity **identity, struct ra_error *error);

/* The key and certificate of a holder: a PEM or PKCS#12 file; its pass phrase is the first line of
 * `passphrase_file`, or asked when that is NULL. On cli->context. */
RA_MUST_CHECK bool signing_identity_at(struct cli *cli, const char *path, const char *passphrase_file,
                                       struct identity **identity, struct ra_error *error);

/* Writes the statement, shows its every line (unless --json), asks (unless --yes) and signs it. `also_read`,
 * when it is not empty, is a content shown before as what the signature is about. */
RA_MUST_CHECK bool signing_sign(struct cli *cli, const struct identity *identity,
                                const struct statement *statement, struct bytes also_read,
                                enum statement_type also_type, struct bytes *cms, struct ra_error *error);

/* The same for a content that is there already: an administrator signs the very bytes that another signed. */
RA_MUST_CHECK bool signing_sign_content(struct cli *cli, const struct identity *identity,
                                        enum statement_type type, struct bytes content, struct bytes *cms,
                                        struct ra_error *error);

/* Fills head fields from the facts of a case ("instance", "order", "attempt") and the clock. */
RA_MUST_CHECK bool signing_head(struct cli *cli, const json_t *facts, enum statement_type type,
                                int64_t life_s, struct statement *statement, struct ra_error *error);

/* Recomputes the Merkle root of a dossier from the leaves given, after fetching every document that they name
 * and comparing its SHA-256: what is signed is what was seen, not what the server says. */
RA_MUST_CHECK bool signing_dossier(struct cli *cli, const json_t *dossier, uint8_t root[32],
                                   struct ra_error *error);

/* Trust of this station: roots of --ca, CRLs (base64 DER) as the server relays them, the instance's clock.
 * Free with signing_trust_free. */
RA_MUST_CHECK bool signing_trust(struct cli *cli, const json_t *crls, struct signed_trust *trust,
                                 struct ra_error *error);
void signing_trust_free(struct signed_trust *trust);

/* The pinned administrators: administrators.pem beside the identity (of a token: beside the roots).
 * sk_X509_pop_free. */
RA_MUST_CHECK bool signing_administrators(struct cli *cli, STACK_OF(X509) **administrators,
                                          struct ra_error *error);

/* The roster bundle judged by administrators.pem beside the identity. */
RA_MUST_CHECK bool signing_roster(struct cli *cli, struct bytes bundle, const char *instance,
                                  struct roster **roster, struct ra_error *error);

/* Text member that must be there. */
RA_MUST_CHECK bool signing_text(const json_t *object, const char *name, const char **text,
                                struct ra_error *error);

/* Base64 member that must be there; "" gives empty bytes. On cli->context. */
RA_MUST_CHECK bool signing_bytes(struct cli *cli, const json_t *object, const char *name, struct bytes *bytes,
                                 struct ra_error *error);

/* The certificate's fields, from the member `data`; what they point to belongs to `object`. */
RA_MUST_CHECK bool signing_data(const json_t *object, struct certificate_data *data, struct ra_error *error);

/* POSTs {"cms": …}. */
RA_MUST_CHECK bool signing_post(struct cli *cli, const char *path, struct bytes cms, json_t **answer,
                                struct ra_error *error);

#endif
