/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules of identification in force on a day (sql/rules, function rules_in_force) as the engine takes
 * them: read from the JSON of a snapshot, every tag turned into a bit. Not what they decide (engine.h).
 *
 * A tag is "key=value": a fact ("residence=foreign_resident"), something seen ("document=cnh"), a policy
 * ("policy:accept_expired_cnh=true"), a person's fact seen from the whole case ("some:represents_as=curator":
 * somebody of whom it is asked has it). Its key must be known, here or as a row of fact_key: a rule with a
 * misspelt tag would never apply, so it stops the program instead.
 *
 * Ownership: one talloc object with everything in it. Constant after it was read: safe in any thread.
 */
#ifndef IDENTIFICATION_RULESET_H
#define IDENTIFICATION_RULESET_H

#include "pki/base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

enum {
    RULES_VERSION_SIZE = 28, /* "YYYY-MM-DD." and 16 hexadecimal digits, NUL */
    RULES_TAG_WORDS = 6,     /* 384 different tags in one set of rules */
    RULES_TEXT_MAX = 4096,   /* bytes of one text */
    RULES_DAY_SIZE = 11,
    RULES_TAG_SIZE = 128, /* "key=value" and NUL */
};

/* Before the key of a tag: somebody of whom it is asked has it. */
#define RULES_LIFTED "some:"

/* X(identifier, "word"): who or what an item is about. */
#define RULES_ROLES(X)                                                                                       \
    X(RULES_ROLE_HOLDER, "holder")                                                                           \
    X(RULES_ROLE_RESPONSIBLE, "responsible")                                                                 \
    X(RULES_ROLE_REPRESENTATIVE, "representative")                                                           \
    X(RULES_ROLE_ATTORNEY, "attorney")                                                                       \
    X(RULES_ROLE_INTERPRETER, "interpreter")                                                                 \
    X(RULES_ROLE_COMPANY, "company")

#define RULES_KINDS(X)                                                                                       \
    X(RULES_DOCUMENT, "document")                                                                            \
    X(RULES_CONSULTATION, "consultation")                                                                    \
    X(RULES_BIOMETRIC, "biometric")                                                                          \
    X(RULES_PRESENCE, "presence")                                                                            \
    X(RULES_ATTESTATION, "attestation")                                                                      \
    X(RULES_JUDGEMENT, "judgement")                                                                          \
    X(RULES_PROCESS, "process")

/* How the date on a paper is looked at. */
#define RULES_EXPIRIES(X)                                                                                    \
    X(RULES_EXPIRY_NONE, "none")                                                                             \
    X(RULES_EXPIRY_STRICT, "strict")       /* EXP-01 */                                                      \
    X(RULES_EXPIRY_CONSULTED, "consulted") /* EXP-02, EXP-03: expired only with its consultation */          \
    X(RULES_EXPIRY_CURATELA, "curatela")   /* CAP-04 */                                                      \
    X(RULES_EXPIRY_POWER_OF_ATTORNEY, "power_of_attorney") /* REP-04 */

#define X(id, word) id,
enum rules_role { RULES_ROLES(X) RULES_ROLE_COUNT };
enum rules_kind { RULES_KINDS(X) RULES_KIND_COUNT };
enum rules_expiry { RULES_EXPIRIES(X) RULES_EXPIRY_COUNT };
#undef X

struct rules_tags {
    uint64_t words[RULES_TAG_WORDS];
};

struct rules_texts {
    const char *const *items;
    size_t count;
};

struct rules_rule {
    const char *id;
    const char *variant;
    const char *section;
    enum rules_kind kind;
    unsigned roles; /* 1 << enum rules_role */
    struct rules_tags when_all, unless_any, satisfied_by, waive_when;
    bool satisfied_by_itself; /* satisfied_by names something */
    const char *consult;
    struct rules_texts passes;
    bool diverges;
    struct rules_texts alternatives;
    bool required, waivable;
    int recency_days; /* -1: no limit */
    const char *text_citizen, *text_agent, *why;
    const char *layer, *norm, *item, *evidence;
    const char *source;      /* "norm item [mark]": what a refusal quotes */
    const char *source_text; /* the same to who reads it: "norm item (a confirmar)" */
};

struct rules_document_kind {
    const char *kind;
    const char *name;
    bool identity;
    enum rules_expiry expiry;
    const char *number_pattern, *number_hint;
    const char *valid_to; /* "" = no end: the kind itself stops serving after this day */
};

struct rules_fact {
    const char *key;
    bool of_person;
    unsigned roles;
    struct rules_texts options, labels;
    const char *default_value;
    const char *question;
    struct rules_tags asked_when, asked_unless;
    bool lifted; /* some tag asks it of anybody in the case: "some:key=value" */
};

struct ruleset {
    char version[RULES_VERSION_SIZE];
    char day[RULES_DAY_SIZE];
    struct rules_rule *rules; /* in the order of a checklist */
    size_t rule_count;
    struct rules_document_kind *kinds;
    size_t kind_count;
    struct rules_fact *facts;
    size_t fact_count;
    const char **tags; /* sorted; the place of a tag is its bit */
    size_t tag_count;
    json_t *policies;              /* object; owned */
    struct rules_tags policy_tags; /* "policy:key=value" of those in force */
};

const char *rules_role_word(enum rules_role role);
const char *rules_kind_word(enum rules_kind kind);
RA_MUST_CHECK bool rules_role_parse(const char *word, enum rules_role *role);
RA_MUST_CHECK bool rules_kind_parse(const char *word, enum rules_kind *kind);
RA_MUST_CHECK bool rules_expiry_parse(const char *word, enum rules_expiry *expiry);

/* An array of them; new reference. */
json_t *rules_texts_json(const struct rules_texts *texts);

/* Whether the value is one of the answers that a question offers. */
bool rules_fact_takes(const struct rules_fact *fact, const char *value);

/* From what rules_in_force() gives; `version` as it will be remembered. RA_INTERNAL names the row that does
 * not fit. */
RA_MUST_CHECK bool ruleset_read(TALLOC_CTX *context, const json_t *snapshot, const char *version,
                                struct ruleset **ruleset, struct ra_error *error);

/* NULL: no such row. */
const struct rules_document_kind *ruleset_kind(const struct ruleset *ruleset, const char *kind);
const struct rules_fact *ruleset_fact(const struct ruleset *ruleset, const char *key);

/* The first row of that id; for what refuses by a `judgement` or `process` row. NULL: no such row. */
const struct rules_rule *ruleset_rule(const struct ruleset *ruleset, const char *id);

/* Policies in force; the fallback is for a key that is absent. */
bool ruleset_flag(const struct ruleset *ruleset, const char *key, bool fallback);
int64_t ruleset_number(const struct ruleset *ruleset, const char *key, int64_t fallback);
const char *ruleset_word(const struct ruleset *ruleset, const char *key, const char *fallback);

/* Once all were collected: sorted, each once. Its place is then its bit. */
void ruleset_sort_tags(struct ruleset *ruleset);

/* Sets the bit of a whole tag; one that no rule names is left out. */
void ruleset_set(const struct ruleset *ruleset, struct rules_tags *tags, const char *tag);

/* Sets the bit of "key=value"; a tag that no rule names is left out. */
void ruleset_tag(const struct ruleset *ruleset, struct rules_tags *tags, const char *key, const char *value);
/* The same for "some:key=value". */
void ruleset_tag_some(const struct ruleset *ruleset, struct rules_tags *tags, const char *key,
                      const char *value);
bool ruleset_contains(const struct rules_tags *tags, const struct rules_tags *all);
bool ruleset_overlaps(const struct rules_tags *tags, const struct rules_tags *any);

#endif
