/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sign_and_judge.h"

#include "check.h"

struct bytes sign(struct authority *authority, enum person who, enum statement_type type)
{
    struct ra_error error = {0};
    struct bytes cms;
    if (!signed_sign(authority, authority->identities[who], type, sample_content(authority, type), TEST_NOW,
                     &cms, &error))
        fail_msg("%s", error.detail);
    return cms;
}

/* Judges with fresh CRLs and the good root. */
enum signed_verdict judge(struct authority *authority, struct bytes cms, enum statement_type type,
                          struct signed_statement **result, struct ra_error *error)
{
    STACK_OF(X509_CRL) *crls = make_crls(authority, NULL);
    struct signed_trust trust = {.anchors = authority->anchors, .crls = crls, .now = TEST_NOW};
    enum signed_verdict verdict = signed_verify(authority, cms, type, &trust, result, error);
    assert_true((verdict == SIGNED_VALID) == (*result != NULL));
    assert_true((verdict == SIGNED_VALID) == (error->code == RA_OK));
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    return verdict;
}

void refuse_as(struct authority *authority, struct bytes cms, enum statement_type type, const char *reason)
{
    struct ra_error error = {0};
    struct signed_statement *result = NULL;
    assert_int_equal(judge(authority, cms, type, &result, &error), SIGNED_INVALID);
    assert_string_equal(error.reason, reason);
}

struct certificate_recipe subscriber(struct authority *authority)
{
    return (struct certificate_recipe){.name = "DORA DE TESTE",
                                       .key = test_key(5),
                                       .issuer = authority->issuing,
                                       .issuer_key = authority->issuing_key,
                                       .key_usage = "critical,digitalSignature",
                                       .not_before = TEST_NOW - 60,
                                       .not_after = TEST_NOW + 86400,
                                       .serial = 200};
}
