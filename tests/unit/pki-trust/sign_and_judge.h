/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signing a sample and judging a CMS against the tests' authority with fresh CRLs.
 */
#ifndef TESTS_UNIT_PKI_TRUST_SIGN_AND_JUDGE_H
#define TESTS_UNIT_PKI_TRUST_SIGN_AND_JUDGE_H

#include "authority.h"
#include "pki/trust/signed.h"

/* The sample of a type, signed by somebody; on the authority. */
struct bytes sign(struct authority *authority, enum person who, enum statement_type type);

/* The verdict at TEST_NOW, asserting that result, error and verdict agree. */
enum signed_verdict judge(struct authority *authority, struct bytes cms, enum statement_type type,
                          struct signed_statement **result, struct ra_error *error);

/* Asserts that it is invalid for this reason. */
void refuse_as(struct authority *authority, struct bytes cms, enum statement_type type, const char *reason);

/* A further person under the issuing CA; key of slot 5. */
struct certificate_recipe subscriber(struct authority *authority);

#endif
