/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the signer decides by: its own files, read once at start, never changed while it runs (protocol 6).
 * Under HOME/conf:
 *
 *   signer.conf          key = value lines; SETTINGS_TABLE says which
 *   profiles/ID.json     the rows this AR may ask for; the digest of a row's bytes is what statements name
 *   agents-anchors.pem   roots (and, if need be, intermediate ACs) of the agents' own certificates
 *   administrators.pem   the certificates that may sign a roster
 *   ac-anchors.pem       roots of the AC that issues, and intermediates
 *   ra.pem               the AR's CMP credential: key, certificate, chain; without the key where ra-keyholder
 *                        has it
 *   ac-secret            only with cmp_protection = mac: two lines, the reference and the secret shared with
 *                        the AC
 *   log.key              Ed25519, PEM: signs the log's checkpoints
 *   weak-keys            optional: weak keys known to the office besides Debian's (weak_keys.h)
 *
 * Keys must belong to the signer's user and be closed to everybody else; the other files must not be writable
 * by anybody but their owner, who is the signer's user or root. Otherwise the signer does not start.
 */
#ifndef PKI_SIGNER_SETTINGS_H
#define PKI_SIGNER_SETTINGS_H

#include "pki/base/clock.h"
#include "pki/certificate/profile.h"
#include "pki/certificate/weak_keys.h"
#include "pki/signer/key_holder.h"
#include "pki/trust/note.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

/* X(name, lowest, highest, default, "what it means"): the whole numbers. */
#define SETTINGS_NUMBERS(X)                                                                                  \
    X(roster_threshold, 1, 8, 2, "signatures of administrators that a roster needs")                         \
    X(agents_floor, 1, 2, 2, "agents that an issue needs, unless the profile's row asks for more")           \
    X(validation_hours, 1, 24, 24, "longest life of a statement, in hours")                                  \
    X(code_days, 1, 7, 7, "longest life of the statements of an attempt bound by code, in days")             \
    X(renewal_level, 1, 4, 3, "lowest level of a certificate that may sign its renewal (3: A3)")

enum environment {
    ENVIRONMENT_HOMOLOGATION,
    ENVIRONMENT_PRODUCTION,
};

/* How the AC is asked. */
enum ac_driver {
    AC_DRIVER_CMP,    /* messages through the carrier */
    AC_DRIVER_PORTAL, /* people take PKCS#10 to the AC's portal and bring PKCS#7 back */
};

/* What a CMP request for a certificate is. */
enum cmp_form {
    CMP_FORM_IR,    /* a template built from what was approved */
    CMP_FORM_P10CR, /* the holder's PKCS#10 as it is, for an AC that takes nothing else */
};

enum { SETTINGS_PROFILES_MAX = 64, SETTINGS_INSTANCE_SIZE = 33, SETTINGS_LOG_NAME_SIZE = NOTE_NAME_MAX + 1 };

struct settings {
    char instance[SETTINGS_INSTANCE_SIZE]; /* 32 lower-case hexadecimal digits */
    enum environment environment;
    char ar_cnpj[15];           /* second OU of every certificate */
    enum ac_driver ac_driver;   /* `ac_driver`, cmp when left out */
    enum cmp_form cmp_form;     /* `cmp_request`, ir when left out */
    bool key_held;              /* `ra_key = holder`: the key is ra-keyholder's; else `file` */
    bool cmp_mac;               /* `cmp_protection = mac`; signature when left out */
    struct bytes mac_reference; /* of ac-secret; empty without cmp_mac */
    struct bytes mac_secret;
    char log_name[SETTINGS_LOG_NAME_SIZE]; /* name of the log's key and origin of its checkpoints (C2SP) */
#define X(name, low, high, fallback, help) unsigned name;
    SETTINGS_NUMBERS(X)
#undef X
    const struct certificate_profile *profiles[SETTINGS_PROFILES_MAX];
    size_t profile_count;
    STACK_OF(X509) *agents_anchors; /* self-issued certificates of agents-anchors.pem */
    STACK_OF(X509) *agents_known;   /* its other certificates */
    STACK_OF(X509) *administrators;
    STACK_OF(X509) *ac_anchors; /* self-issued certificates of ac-anchors.pem */
    STACK_OF(X509) *ac_known;   /* every other certificate of ac-anchors.pem and of ra.pem's chain */
    X509_STORE *ac_store;       /* ac_anchors, for profile_check */
    X509 *ra_certificate;
    EVP_PKEY *ra_key;
    struct note_key *log_key;
    struct weak_key_list *weak_keys; /* NULL: no such file */
};

/* The text of signer.conf over the defaults. */
RA_MUST_CHECK bool settings_parse(struct settings *settings, struct bytes content, struct ra_error *error);

/* Reads and proves everything. `holder` may be NULL, and is asked only where the files say so; it outlives
 * the settings; without it a key that it should have is missing (settings_can_sign). Result on `context`;
 * freeing it frees the OpenSSL objects and wipes the keys. The error's detail names file and line. */
RA_MUST_CHECK bool settings_load(TALLOC_CTX *context, const char *home, struct key_holder *holder,
                                 struct settings **settings, struct ra_error *error);

/* What production asks beyond homologation: a user of its own, no clock offset, two administrators, two
 * agents. */
RA_MUST_CHECK bool settings_fit_production(const struct settings *settings, const struct ra_clock *clock,
                                           bool isolated, struct ra_error *error);

/* The AR's key is at hand: in its file, or with a holder that answered. */
RA_MUST_CHECK bool settings_can_sign(const struct settings *settings, struct ra_error *error);

/* Production runs only where the kernel keeps the signer to its own files. */
RA_MUST_CHECK bool settings_fit_confinement(const struct settings *settings, bool confined,
                                            struct ra_error *error);

/* The row with this id; NULL without one. */
const struct certificate_profile *settings_profile(const struct settings *settings, const char *id);

/* The AC that issues this row's certificates, by its CN among ac_known; NULL when it is not known. Borrowed.
 */
X509 *settings_profile_issuer(const struct settings *settings, const struct certificate_profile *profile);

/* The certificate among ac_known and ac_anchors that signed this one; NULL when it is not known. Borrowed. */
X509 *settings_issuer_of(const struct settings *settings, X509 *certificate);

#endif
