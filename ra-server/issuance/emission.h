/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the holder sends, read and judged cheaply before anything is stored: the CSR's form and key, the size
 * of the proofs, and whether they fit the statements. The signer judges all of it again.
 */
#ifndef ISSUANCE_EMISSION_H
#define ISSUANCE_EMISSION_H

#include "approval/approval.h"
#include "issuance/issuance_store.h"
#include "pki/certificate/csr.h"
#include "revocation/revocation.h"

#include <jansson.h>

struct emission_request {
    struct csr *csr;
    struct revocation_key revocation; /* none: no password was chosen */
    struct issuance_wish wish;        /* borrows from csr */
};

/* From the body {"csr","proofs":{"counter"?,"mail"?},"term_signature"?,"revocation_key"?}.
 * RA_CSR_REFUSED, or RA_INVALID with
 * fields. On `context`. */
RA_MUST_CHECK bool emission_read(TALLOC_CTX *context, const json_t *body, struct emission_request *request,
                                 struct ra_error *error);

/* The key against the profile and the office's list of weak ones (NULL: none). RA_CSR_REFUSED. */
RA_MUST_CHECK bool emission_check_key(const struct emission_request *request,
                                      const struct certificate_profile *profile,
                                      const struct weak_key_list *weak_keys, struct ra_error *error);

/* The binding of a key that passed: the proofs of the emission code, or the key's digest. RA_PROOF_REFUSED
 * (proof-missing, proof-counter, proof-mail), RA_KEY_MISMATCH (binding-mismatch). */
RA_MUST_CHECK bool emission_check(const struct emission_request *request, const struct approval_pair *pair,
                                  struct ra_error *error);

/* Both proofs of the emission code over `spki` (or what stands in its place: pki/trust/term.h), against the
 * keys that the statements bind. RA_PROOF_REFUSED (proof-missing, proof-counter, proof-mail), RA_KEY_MISMATCH
 * (binding-mismatch) where the case is not bound by a code. */
struct emission_proofs {
    struct bytes counter;
    struct bytes mail;
};
RA_MUST_CHECK bool emission_check_proofs(const struct approval_pair *pair, struct bytes spki,
                                         const struct emission_proofs *proofs, struct ra_error *error);

/* The members "proofs.counter" and "proofs.mail" of a body; absent ones are empty. */
RA_MUST_CHECK bool emission_read_proofs(TALLOC_CTX *context, const json_t *body,
                                        struct emission_proofs *proofs, struct ra_error *error);

/* {"instance","validation_sha256","binding","not_after","preview":{…},"term":{…}?} of the contract; new
 * reference, NULL when memory ran out. Nothing personal beyond what stands on the paper. `take_term` may be
 * NULL. */
json_t *emission_json(const struct approval_pair *pair, const char *product_name, const char *state,
                      json_t *take_term);

#endif
