/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What agents, administrators and holders sign: seven kinds of statement, each a strict JSON document of one
 * fixed shape. The writer and the parser are one description of the shape walked in two directions, so that
 * for every accepted input write(parse(x)) is x, byte for byte. Signatures are signed.h's; whether a
 * statement is true, fresh or allowed is for who uses it.
 *
 * The shape (byte-exact): keys in the order of the structs below (the head first), no white space, strings in
 * UTF-8 with no other escapes than \" and \\, integers in plain decimal without sign or leading zeros.
 * Refused: anything else, and control, invisible or direction-changing characters in strings (what an agent
 * reads must be what an agent signs). Bytes are lower-case hexadecimal, except key_binding.cms, which is
 * padded base64.
 *
 * All memory is talloc's: a parsed statement is one object with everything it points to. Structs to be
 * written borrow their strings. Pure functions, safe in any thread.
 */
#ifndef PKI_TRUST_STATEMENT_H
#define PKI_TRUST_STATEMENT_H

#include "pki/base/bytes.h"
#include "pki/base/error.h"
#include "pki/certificate/data.h"
#include "pki/certificate/profile.h"

/* X(identifier, "typ", "eContentType of the CMS", "name for people"). The arc is of our own making: a random
 * UUID under 2.25 (ITU-T X.667), then one number for each type. */
#define STATEMENT_ARC "2.25.152520765271026514040956998696801732245"
#define STATEMENT_TYPES(X)                                                                                   \
    X(STATEMENT_VALIDATION, "guiche-validation-v1", STATEMENT_ARC ".1", "Validação")                         \
    X(STATEMENT_VERIFICATION, "guiche-verification-v1", STATEMENT_ARC ".2", "Verificação")                   \
    X(STATEMENT_REFUSAL, "guiche-refusal-v1", STATEMENT_ARC ".3", "Recusa")                                  \
    X(STATEMENT_REVOCATION, "guiche-revocation-v1", STATEMENT_ARC ".4", "Revogação")                         \
    X(STATEMENT_ROSTER, "guiche-roster-v1", STATEMENT_ARC ".5", "Lista de agentes")                          \
    X(STATEMENT_RULES, "guiche-rules-v1", STATEMENT_ARC ".6", "Mudança de política")                         \
    X(STATEMENT_RENEWAL, "guiche-renewal-v1", STATEMENT_ARC ".7", "Pedido de renovação")

enum statement_type {
#define X(id, typ, oid, name) id,
    STATEMENT_TYPES(X)
#undef X
        STATEMENT_TYPE_COUNT
};

enum {
    STATEMENT_MAX = 65536,        /* bytes of a content */
    STATEMENT_INSTANCE_SIZE = 33, /* 32 lower-case hexadecimal digits and NUL */
    STATEMENT_ORDER_SIZE = 13,    /* 12 characters of Crockford base 32 and NUL */
    STATEMENT_PEOPLE_MAX = 16,    /* at least 1 */
    STATEMENT_WAIVERS_MAX = 64,
    STATEMENT_ENTRIES_MAX = 200, /* of a roster */
    STATEMENT_TEXT_MAX = 200,    /* bytes of an ordinary string */
    STATEMENT_REASON_MAX = 500,  /* bytes of a reason written by an agent */
    STATEMENT_CMS_MAX = 30000,   /* bytes of key_binding.cms, decoded */
    STATEMENT_KEY_MAX = 64,      /* bytes of a policy's key */
    STATEMENT_VALUE_MAX = 1000,  /* bytes of a policy's value, a JSON text */
};

/* X(identifier, "word in statements", "word for people") */
#define STATEMENT_PEOPLE_ROLES(X)                                                                            \
    X(STATEMENT_ROLE_HOLDER, "holder", "titular")                                                            \
    X(STATEMENT_ROLE_RESPONSIBLE, "responsible", "responsável")                                              \
    X(STATEMENT_ROLE_REPRESENTATIVE, "representative", "representante")

#define STATEMENT_PLACE_KINDS(X)                                                                             \
    X(STATEMENT_PLACE_IT, "IT", "instalação técnica")                                                        \
    X(STATEMENT_PLACE_ITS, "ITS", "instalação técnica secundária")                                           \
    X(STATEMENT_PLACE_EXTERNAL, "external", "atendimento externo")                                           \
    X(STATEMENT_PLACE_VIDEO, "video", "videoconferência")

#define STATEMENT_ROSTER_ROLES(X)                                                                            \
    X(ROSTER_AGENT, "agent", "agente de registro")                                                           \
    X(ROSTER_AUDITOR, "auditor", "auditor")                                                                  \
    X(ROSTER_ADMIN, "admin", "administrador")

/* Which layer a policy row belongs to, and how sure we are of it (identification-rules 0.1, 0.2). */
#define STATEMENT_RULE_LAYERS(X)                                                                             \
    X(RULE_LAYER_SEED, "SEED", "Carta de Serviços")                                                          \
    X(RULE_LAYER_NORM, "NORM", "norma da ICP-Brasil")                                                        \
    X(RULE_LAYER_AC, "AC", "regra da AC ou da AR")

#define STATEMENT_RULE_MARKS(X)                                                                              \
    X(RULE_MARK_SEED, "SEED", "publicada pela AR")                                                           \
    X(RULE_MARK_T, "T", "o texto da norma foi lido")                                                         \
    X(RULE_MARK_S, "S", "dita por fonte secundária")                                                         \
    X(RULE_MARK_V, "V", "prática de uma AC ou AR")                                                           \
    X(RULE_MARK_U, "U", "ainda não confirmada")

#define X(id, word, name) id,
enum statement_people_role { STATEMENT_PEOPLE_ROLES(X) STATEMENT_PEOPLE_ROLE_COUNT };
enum statement_place_kind { STATEMENT_PLACE_KINDS(X) STATEMENT_PLACE_KIND_COUNT };
enum roster_role { STATEMENT_ROSTER_ROLES(X) ROSTER_ROLE_COUNT };
enum rule_layer { STATEMENT_RULE_LAYERS(X) RULE_LAYER_COUNT };
enum rule_mark { STATEMENT_RULE_MARKS(X) RULE_MARK_COUNT };
#undef X

struct statement_waiver {
    const char *rule;   /* 1..200 bytes */
    const char *reason; /* 1..500 bytes */
};

struct statement_waivers {
    size_t count;
    const struct statement_waiver *items;
};

struct statement_person {
    const char *cpf; /* 11 digits */
    enum statement_people_role role;
};

struct statement_people {
    size_t count;
    const struct statement_person *items;
};

/* Exactly one kind. Keys in the JSON: code {kind,counter,mail}, spki {kind,spki}, renewal {kind,cms}. */
struct statement_binding {
    enum profile_binding kind;
    uint8_t counter[32]; /* code: Ed25519 public key of the counter half */
    bool has_mail; /* code: the mail half's key is here (where the floor is one agent); "mail":"" else */
    uint8_t mail[32];
    uint8_t spki[32]; /* spki: SHA-256 of the SubjectPublicKeyInfo */
    struct bytes cms; /* renewal: the holder's CMS, at most STATEMENT_CMS_MAX bytes, not judged here */
};

struct statement_validation {
    struct {
        const char *id;     /* [0-9A-Z_]{1,64} */
        uint8_t digest[32]; /* SHA-256 of the profile's row file */
        int64_t term_months;
        enum profile_media media;
    } profile;
    struct certificate_data data; /* shape checked here; meaning by certificate_data_check */
    struct statement_people people;
    enum identification_method method;
    struct {
        enum statement_place_kind kind;
        const char *office;  /* 1..200 bytes */
        const char *ibge;    /* 7 digits */
        const char *station; /* 0..200 bytes */
    } place;
    const char *rules; /* version of the rules, 1..200 bytes */
    struct statement_waivers waived;
    struct {
        const char *model; /* "" for software */
        const char *serial;
        const char *homologation;
    } media;
    uint8_t dossier[32]; /* Merkle root of the sealed part */
    struct statement_binding binding;
};

struct statement_verification {
    uint8_t validation[32]; /* SHA-256 of the validation's CMS */
    struct statement_waivers waived;
    bool has_mail; /* "mail":"" when the binding is not `code` */
    uint8_t mail[32];
};

struct statement_refusal {
    const char *reason; /* 1..500 bytes */
};

struct statement_revocation {
    const char *serial; /* lower-case hexadecimal, whole bytes, 2..40 digits */
    int64_t reason;     /* RFC 5280 CRLReason: 0, 1, 3, 4, 5 or 9 */
};

/* The holder's, by a valid certificate that the norm accepts for a renewal (protocol 2, binding `renewal`).
 */
struct statement_renewal {
    uint8_t data[32]; /* certificate_data_digest of what the new certificate will say */
    uint8_t spki[32]; /* SHA-256 of the new key's SubjectPublicKeyInfo */
};

struct roster_entry {
    const char *name;
    const char *cpf;  /* 11 digits */
    uint8_t spki[32]; /* SHA-256 of the SubjectPublicKeyInfo of the entry's certificate; once in a roster */
    enum roster_role role;
    int64_t from;  /* Unix seconds, included */
    int64_t until; /* Unix seconds, excluded */
};

struct statement_roster {
    int64_t version; /* 1.. */
    size_t count;    /* 1..STATEMENT_ENTRIES_MAX */
    const struct roster_entry *entries;
};

/* One policy switch gets another value from a day on. Two administrators sign the same bytes. */
struct statement_rules {
    int64_t version;        /* 1..; one more than the change before it */
    const char *key;        /* [a-z0-9_]{1,64} */
    const char *before;     /* the value in force on valid_from when this was written; "" for none */
    const char *value;      /* JSON text, compact; whether the key takes it is for who applies it */
    const char *valid_from; /* written YYYY-MM-DD; whether there is such a day, likewise */
    enum rule_layer layer;
    const char *source; /* norm and item, 1..200 bytes */
    enum rule_mark evidence;
    const char *reason; /* 1..500 bytes */
};

struct statement {
    enum statement_type type;
    const char *instance; /* 32 lower-case hexadecimal digits */
    const char *order;    /* 12 of [0-9A-HJKMNP-TV-Z]; a roster and a rules change have none ("") */
    int64_t attempt;      /* 1..1000000; a roster and a rules change have none (0) */
    int64_t issued_at;    /* Unix seconds by the signer's clock */
    int64_t not_after;    /* Unix seconds, after issued_at */
    union {
        struct statement_validation validation;
        struct statement_verification verification;
        struct statement_refusal refusal;
        struct statement_revocation revocation;
        struct statement_roster roster;
        struct statement_rules rules;
        struct statement_renewal renewal;
    };
};

/* The rows of STATEMENT_TYPES; never NULL ("" for a number out of range). */
const char *statement_typ(enum statement_type type);
const char *statement_content_oid(enum statement_type type);
const char *statement_type_name(enum statement_type type);

/* Word in statements, and Portuguese word; "" out of range. */
const char *statement_people_role_word(enum statement_people_role role);
const char *statement_place_kind_word(enum statement_place_kind kind);
const char *roster_role_word(enum roster_role role);
const char *roster_role_name(enum roster_role role);
const char *rule_layer_word(enum rule_layer layer);
const char *rule_mark_word(enum rule_mark mark);
RA_MUST_CHECK bool rule_layer_parse(const char *word, enum rule_layer *layer);
RA_MUST_CHECK bool rule_mark_parse(const char *word, enum rule_mark *mark);
RA_MUST_CHECK bool statement_people_role_parse(const char *word, enum statement_people_role *role);
RA_MUST_CHECK bool statement_place_kind_parse(const char *word, enum statement_place_kind *kind);

/* The content bytes, on `context`. A value outside its bounds is RA_STATEMENT_REFUSED, reason
 * "statement-malformed", detail naming the key. */
RA_MUST_CHECK bool statement_write(TALLOC_CTX *context, const struct statement *statement,
                                   struct bytes *content, struct ra_error *error);

/* The whole input, of the expected type. RA_STATEMENT_REFUSED with reason "statement-type" when it is a
 * statement of another type, "statement-malformed" for everything else (detail: key and byte offset). */
RA_MUST_CHECK bool statement_parse(TALLOC_CTX *context, struct bytes content, enum statement_type expected,
                                   struct statement **statement, struct ra_error *error);

/* Seconds that a statement's issued_at may lie ahead of the reader's clock. */
enum { STATEMENT_CLOCK_SKEW_S = 120 };

/* Inside its life at `now`, and that life no longer than allowed. RA_STATEMENT_REFUSED, reasons
 * "statement-not-yet", "statement-expired" (also for a life that is too long). */
RA_MUST_CHECK bool statement_check_time(const struct statement *statement, int64_t now,
                                        int64_t longest_life_s, struct ra_error *error);

/* What is about to be signed, for the eyes of who signs: always read from the very bytes. */
struct statement_line {
    const char *label; /* Portuguese: "Nome", "CPF" */
    const char
        *value; /* ready to print: no control characters; CPF and CNPJ masked with dots; times in UTC */
};

/* Every fact of the content, in order, none left out. Lines hang on `context`; fails as statement_parse. */
RA_MUST_CHECK bool statement_describe(TALLOC_CTX *context, struct bytes content, enum statement_type expected,
                                      struct statement_line **lines, size_t *count, struct ra_error *error);

#endif
