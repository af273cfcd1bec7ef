/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A case of the linter's tests: an object bent in one place, and exactly the codes that this place deserves.
 */
#ifndef TESTS_PKI_CERTIFICATE_LINT_CASE_H
#define TESTS_PKI_CERTIFICATE_LINT_CASE_H

#include "pki/certificate/lint.h"
#include "tests/unit/pki-certificate/fixtures.h"

/* FIXTURE_NOW and nothing beside. */
extern const struct lint_about lint_today;

/* What the cases of this program have raised so far. */
extern bool lint_raised[FINDING_RULE_COUNT];

/* Judges the one object that the file must hold. */
RA_MUST_CHECK bool lint_file(TALLOC_CTX *context, struct bytes content, const struct lint_about *about,
                             struct findings *findings, struct ra_error *error);

/* The codes, blanks between them; on the context. */
const char *lint_codes(TALLOC_CTX *context, const struct findings *findings);

/* Fails unless the codes found are these, in this order, blanks between them. What is judged by lint_today is
 * also written as a vector (vectors.h) under the name. */
void lint_examine(const struct world *world, struct bytes der, const struct lint_about *about,
                  const char *name, const char *codes);

/* The certificate's DER, on the world; frees it. */
struct bytes lint_der(const struct world *world, X509 *certificate);

/* Sets the extension to these bytes, in place of the one that is there. */
void lint_put_bytes(X509 *certificate, int nid, bool critical, const char *bytes, size_t length);

/* A copy in which an occurrence of `from` has become `to`, of the same length: the n-th, from the end when
 * negative, all of them when 0. */
struct bytes lint_patched(const struct world *world, struct bytes der, int which, const char *from,
                          const char *to, size_t length);

#endif
