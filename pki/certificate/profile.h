/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Certificate profiles as data: one JSON row file for each product of the AC (pki/profiles/ID.json), strictly
 * parsed, named in statements by the SHA-256 of the file's bytes. A norm that changes is another row, never
 * another program.
 */
#ifndef PKI_CERTIFICATE_PROFILE_H
#define PKI_CERTIFICATE_PROFILE_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/certificate/data.h"
#include "pki/certificate/identifiers.h"

#include <time.h>

/* How the holder was identified. X(identifier, "word in statements and rows", "value of the identification
 * OU") */
#define IDENTIFICATION_METHODS(X)                                                                            \
    X(IDENTIFICATION_IN_PERSON, "in_person", "presencial")                                                   \
    X(IDENTIFICATION_VIDEO, "video", "videoconferencia")                                                     \
    X(IDENTIFICATION_RENEWAL, "renewal", "certificado digital")

enum identification_method {
#define X(id, word, ou) id,
    IDENTIFICATION_METHODS(X)
#undef X
        IDENTIFICATION_METHOD_COUNT
};

/* What ties the holder's key to the approval (protocol 2). */
enum profile_binding {
    PROFILE_BINDING_CODE,
    PROFILE_BINDING_SPKI,
    PROFILE_BINDING_RENEWAL,
    PROFILE_BINDING_COUNT,
};

enum profile_media {
    PROFILE_MEDIA_SOFTWARE,
    PROFILE_MEDIA_TOKEN,
    PROFILE_MEDIA_CLOUD,
    PROFILE_MEDIA_COUNT,
};

/* How the subject and the subjectAltName are laid out (certificate-profiles 1.3 to 1.6). */
enum profile_layout {
    PROFILE_LAYOUT_RFB,      /* e-CPF, e-CNPJ: Leiaute AC-RFB */
    PROFILE_LAYOUT_MULTIPLE, /* legacy certificates of an AC outside AC-RFB: OU of the issuing AC */
    PROFILE_LAYOUT_NEW,      /* root v12: number in the attribute serialNumber, no OU, one otherName */
    PROFILE_LAYOUT_COUNT,
};

enum { PROFILE_KEY_SIZES_MAX = 4, PROFILE_FILE_MAX = 16384 };

/* Strings live on the profile itself, which is one talloc object. Read-only after loading: any number of
 * threads. */
struct certificate_profile {
    const char *id; /* "RFB_ECPF_A1" */
    enum certificate_holder holder;
    const char *type; /* "A1", "A3", "SE-S" */
    enum profile_layout layout;
    const char *policy_arc; /* first six arcs of the policy OID, "2.16.76.1.2.1" */
    const char *policy_oid; /* seven arcs */
    const char *cps;        /* http(s) address of the DPC */
    unsigned term_months;   /* the longest term sold, a multiple of 12 */
    enum profile_media media;
    unsigned key_bits[PROFILE_KEY_SIZES_MAX]; /* RSA sizes admitted */
    size_t key_bits_count;
    const char *type_ou;      /* "RFB e-CPF A1"; "" where the layout has no OU */
    const char *issuer;       /* CN of the AC that issues it */
    const char *issuer_until; /* last day of that AC, YYYY-MM-DD: no certificate lives beyond it */
    const char *valid_from;   /* first day of issue, YYYY-MM-DD */
    const char *valid_to;     /* last day of issue */
    bool bindings[IDENTIFICATION_METHOD_COUNT][PROFILE_BINDING_COUNT];
    unsigned agents;      /* statements needed: 1 or 2 */
    const char *source;   /* norm and item */
    const char *evidence; /* mark of the source's quality */
    uint8_t digest[32];   /* SHA-256 over the file's bytes */
};

/* Parses one row: exactly the members of the format, no duplicates, OIDs under 2.16.76.1.2, dates real,
 * valid_from not after valid_to. Anything else is RA_BAD_JSON with a detail that names the member. Result on
 * `context`. */
RA_MUST_CHECK bool profile_parse(TALLOC_CTX *context, struct bytes content,
                                 struct certificate_profile **profile, struct ra_error *error);

/* Reads and parses `path`. */
RA_MUST_CHECK bool profile_load(TALLOC_CTX *context, const char *path, struct certificate_profile **profile,
                                struct ra_error *error);

/* The legal day in Brasília (UTC-3 all the year) of an instant, as YYYY-MM-DD. */
void profile_day(time_t instant, char day[DATE_SIZE]);

/* The profile may be issued on this day (YYYY-MM-DD); false also for what is no date. */
bool profile_open_on(const struct certificate_profile *profile, const char *day);

/* A certificate of so many months issued on `day` is sold: whole years, not above the row's term, not past
 * the end of the issuing AC. */
bool profile_term_allowed(const struct certificate_profile *profile, unsigned months, const char *day);

/* The last day on which a certificate of so many whole years still ends with its issuing AC, or the last day
 * of issue where that comes first. */
void profile_last_day(const struct certificate_profile *profile, unsigned months, char day[DATE_SIZE]);

bool profile_binding_allowed(const struct certificate_profile *profile, enum identification_method method,
                             enum profile_binding binding);

bool profile_key_bits_allowed(const struct certificate_profile *profile, unsigned bits);

/* From the words of statements and rows ("in_person", "code", "software", "pf"); false for any other word. */
RA_MUST_CHECK bool identification_method_parse(const char *word, enum identification_method *method);
RA_MUST_CHECK bool profile_binding_parse(const char *word, enum profile_binding *binding);
RA_MUST_CHECK bool profile_media_parse(const char *word, enum profile_media *media);
RA_MUST_CHECK bool certificate_holder_parse(const char *word, enum certificate_holder *holder);

/* Back to the words. Never NULL. */
const char *identification_method_word(enum identification_method method);
const char *profile_media_word(enum profile_media media);

#endif
