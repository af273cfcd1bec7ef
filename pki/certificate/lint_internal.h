/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the linter share: the object being examined and what has been learnt about it so far.
 */
#ifndef PKI_CERTIFICATE_LINT_INTERNAL_H
#define PKI_CERTIFICATE_LINT_INTERNAL_H

#include "pki/certificate/lint.h"
#include "pki/certificate/view.h"

/* Arc of the policy OID 2.16.76.1.2.<type>.<n> (DOC-ICP-04 1.2.2); 0 without one. */
enum policy_type {
    POLICY_A1 = 1,
    POLICY_A2 = 2,
    POLICY_A3 = 3,
    POLICY_A4 = 4,
    POLICY_S1 = 101,
    POLICY_S4 = 104,
    POLICY_SE_S = 201,
    POLICY_SE_H = 202,
};

enum subject_kind {
    SUBJECT_HOLDER,
    SUBJECT_AUTHORITY, /* an AC */
    SUBJECT_RESPONDER, /* signs OCSP answers */
};

enum { LINT_TEXT_SIZE = 160, LINT_NUMBER_SIZE = 16 };

struct lint {
    const struct lint_about *about;
    struct findings *findings;
    struct ra_error *error;
    const struct certificate_view *view;
    enum subject_kind kind;
    time_t not_before, not_after; /* 0 when unreadable */
    uint32_t policy;
    unsigned rsa_bits; /* 0: not RSA */
    /* Learnt from the subject. */
    char common_name[LINT_TEXT_SIZE];      /* "" without one */
    char subject_number[LINT_NUMBER_SIZE]; /* attribute serialNumber: the new layout; "" */
    /* Learnt from the subjectAltName. */
    bool has_person, has_responsible, has_cnpj;
    char cpf[LINT_NUMBER_SIZE], cnpj[LINT_NUMBER_SIZE]; /* "" when absent or zeros */
};

/* lint_form.c */
/* Seconds since 1970 of a UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 wants them; false for any other
 * form. */
RA_MUST_CHECK bool lint_time(const struct der_element *time, time_t *instant);
void lint_serial(struct bytes serial, struct findings *findings);
void lint_form(struct lint *lint);
void lint_signature_algorithms(struct bytes inner, struct bytes outer, struct findings *findings);

/* lint_key.c */
RA_MUST_CHECK bool lint_key(struct bytes spki, const struct lint_about *about, enum subject_kind kind,
                            uint32_t policy, unsigned *rsa_bits, struct findings *findings,
                            struct ra_error *error);

/* The Name of an issuer; told when it is empty or no Name. */
void lint_issuer_name(struct bytes issuer, struct findings *findings);
/* A signature is whole octets, at least one. */
void lint_signature_bits(struct bytes signature, struct findings *findings);
/* A positive number in its shortest form, of up to 20 octets (RFC 5280 4.1.2.2 and 5.2.3). */
bool lint_serial_good(struct bytes serial);

/* lint_extensions.c */
void lint_extensions(struct lint *lint);
/* Stands inside the one SEQUENCE that `value` must be. */
RA_MUST_CHECK bool lint_enter(struct bytes value, struct der *inner);
void lint_malformed(const struct lint *lint, const char *name);
/* The value of an authorityKeyIdentifier has a key identifier; *more: and something else. */
RA_MUST_CHECK bool lint_authority_key(struct bytes value, bool *more);
enum subject_kind lint_subject_kind(const struct certificate_view *view);
/* The one policy of a leaf; 0 when it is none of 2.16.76.1.2. */
uint32_t lint_policy_type(const struct certificate_view *view);

/* lint_addresses.c */
void lint_addresses(const struct lint *lint);
/* The CPS qualifier of one policy, after its OID. */
void lint_practice_statement(const struct lint *lint, struct der policy);

/* lint_names.c */
void lint_subject(struct lint *lint);

/* lint_alt_name.c */
void lint_alt_name(struct lint *lint);

/* lint_fields.c */
/* The content of the otherName with this OID (OID_ICP_PERSON to OID_ICP_COMPANY_CEI); `field` names it. */
void lint_icp_field(struct lint *lint, int oid, const char *field, struct bytes content);

/* lint_against.c */
RA_MUST_CHECK bool lint_against(const struct lint *lint, struct bytes der);
/* A CRL against the AC that should have signed it. */
void lint_crl_against(struct bytes der, X509 *issuer, struct findings *findings);

/* At most LINT_TEXT_SIZE-1 characters; what is not printable ASCII becomes '?'. */
void lint_text(struct bytes content, char output[LINT_TEXT_SIZE]);

#endif
