/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The extensions of subject.h that the AR asks for (DOC-ICP-04 7.1.2.2 and 7.1.2.7; Leiaute AC-RFB 5.0).
 */
#include "pki/certificate/subject.h"

#include <openssl/err.h>
#include <string.h>

enum { NOT_CRITICAL = 0, CRITICAL = 1 };

/* Encodes `value` as extension `nid` and appends it. */
static bool push_extension(STACK_OF(X509_EXTENSION) *stack, int nid, int critical, void *value)
{
    X509_EXTENSION *extension = X509V3_EXT_i2d(nid, critical, value);
    if (extension != NULL && sk_X509_EXTENSION_push(stack, extension) > 0)
        return true;
    X509_EXTENSION_free(extension);
    return false;
}

static bool push_key_usage(STACK_OF(X509_EXTENSION) *stack)
{
    enum { DIGITAL_SIGNATURE = 0, NON_REPUDIATION = 1, KEY_ENCIPHERMENT = 2 };
    ASN1_BIT_STRING *usage = ASN1_BIT_STRING_new();
    bool done = usage != NULL && ASN1_BIT_STRING_set_bit(usage, DIGITAL_SIGNATURE, 1) == 1 &&
                ASN1_BIT_STRING_set_bit(usage, NON_REPUDIATION, 1) == 1 &&
                ASN1_BIT_STRING_set_bit(usage, KEY_ENCIPHERMENT, 1) == 1 &&
                push_extension(stack, NID_key_usage, CRITICAL, usage);
    ASN1_BIT_STRING_free(usage);
    return done;
}

static bool push_extended_key_usage(STACK_OF(X509_EXTENSION) *stack)
{
    EXTENDED_KEY_USAGE *usage = EXTENDED_KEY_USAGE_new();
    /* Objects of OBJ_nid2obj are static; freeing the stack leaves them alone. */
    bool done = usage != NULL && sk_ASN1_OBJECT_push(usage, OBJ_nid2obj(NID_client_auth)) > 0 &&
                sk_ASN1_OBJECT_push(usage, OBJ_nid2obj(NID_email_protect)) > 0 &&
                push_extension(stack, NID_ext_key_usage, NOT_CRITICAL, usage);
    EXTENDED_KEY_USAGE_free(usage);
    return done;
}

/* The CPS qualifier with the address of the DPC; NULL on failure. */
static POLICYQUALINFO *cps_new(const char *address)
{
    POLICYQUALINFO *qualifier = POLICYQUALINFO_new();
    if (qualifier == NULL)
        return NULL;
    qualifier->pqualid = OBJ_nid2obj(NID_id_qt_cps);
    qualifier->d.cpsuri = ASN1_IA5STRING_new();
    if (qualifier->d.cpsuri == NULL ||
        ASN1_STRING_set(qualifier->d.cpsuri, address, (int)strlen(address)) != 1) {
        POLICYQUALINFO_free(qualifier);
        return NULL;
    }
    return qualifier;
}

static POLICYINFO *policy_new(const char *oid, const char *cps)
{
    POLICYINFO *policy = POLICYINFO_new();
    POLICYQUALINFO *qualifier = cps_new(cps);
    bool done = policy != NULL && qualifier != NULL;
    if (done) {
        policy->policyid = OBJ_txt2obj(oid, 1);
        policy->qualifiers = sk_POLICYQUALINFO_new_null();
        done = policy->policyid != NULL && policy->qualifiers != NULL &&
               sk_POLICYQUALINFO_push(policy->qualifiers, qualifier) > 0;
    }
    if (done)
        return policy;
    POLICYQUALINFO_free(qualifier);
    POLICYINFO_free(policy);
    return NULL;
}

static bool push_policies(STACK_OF(X509_EXTENSION) *stack, const struct certificate_profile *profile)
{
    CERTIFICATEPOLICIES *policies = CERTIFICATEPOLICIES_new();
    POLICYINFO *policy = policy_new(profile->policy_oid, profile->cps);
    bool done = policies != NULL && policy != NULL && sk_POLICYINFO_push(policies, policy) > 0;
    if (done)
        policy = NULL;
    done = done && push_extension(stack, NID_certificate_policies, NOT_CRITICAL, policies);
    POLICYINFO_free(policy);
    CERTIFICATEPOLICIES_free(policies);
    return done;
}

/* CA:FALSE is the default, so the extension is an empty SEQUENCE. */
static bool push_basic_constraints(STACK_OF(X509_EXTENSION) *stack)
{
    BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();
    bool done =
        constraints != NULL && push_extension(stack, NID_basic_constraints, NOT_CRITICAL, constraints);
    BASIC_CONSTRAINTS_free(constraints);
    return done;
}

bool subject_build_extensions(const struct certificate_order *order, STACK_OF(X509_EXTENSION) **extensions,
                              struct ra_error *error)
{
    GENERAL_NAMES *names = NULL;
    *extensions = NULL;
    if (!subject_build_alt_names(order, &names, error))
        return false;
    STACK_OF(X509_EXTENSION) *stack = sk_X509_EXTENSION_new_null();
    bool done = stack != NULL && push_key_usage(stack) && push_extended_key_usage(stack) &&
                push_policies(stack, order->profile) &&
                push_extension(stack, NID_subject_alt_name, NOT_CRITICAL, names) &&
                push_basic_constraints(stack);
    GENERAL_NAMES_free(names);
    if (!done) {
        sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
        return ra_fail_crypto(error, "X509v3 extensions");
    }
    *extensions = stack;
    return true;
}
