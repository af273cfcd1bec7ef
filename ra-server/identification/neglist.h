/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lista negativa: occurrences of fraud and of attempts, kept here and consulted in every issuance
 * (DOC-ICP-05.02 2.2, rules 3.2; fed by fraud, rules 3.9). Searched in all-fields and in any-field mode by
 * name, CPF, e-mail, telephone, razão social, CNPJ and visible characteristics, narrowed by UF and município.
 * An occurrence is never changed nor deleted; a withdrawal is a row of its own and ends its part in searches.
 *
 * What counts as a hit:
 *   CPF, CNPJ, e-mail, telephone   the same after normalisation
 *   name, razão social, typed      every part that was typed occurs in some word (parts of names)
 *   name, razão social, consulted  the words of the shorter one all stand in the longer one and both begin
 *                                  alike; a name of one word only equals itself
 *   description                    every part occurs in some word
 * Words are compared without accents and case, without DE, DA, DO, DAS, DOS, E, single letters and, in a
 * razão social, the legal form.
 *
 * Strength: CPF, CNPJ or e-mail alone is strong, and so are two of name, telephone and razão social; one of
 * these alone, or a description, is weak. A strong hit blocks the issuance. Weak ones alone are namesakes
 * until somebody has looked at the faces: could not tell, which holds the case too but accuses nobody.
 *
 * The first part is pure and safe in any thread; what takes a request belongs to its worker. Ownership: what
 * is read hangs on the context or the request's.
 */
#ifndef IDENTIFICATION_NEGLIST_H
#define IDENTIFICATION_NEGLIST_H

#include "http/http.h"
#include "orders/orders.h"
#include "pki/base/error.h"
#include "rooms.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

enum neglist_field {
    NEGLIST_NAME,
    NEGLIST_CPF,
    NEGLIST_EMAIL,
    NEGLIST_PHONE,
    NEGLIST_COMPANY_NAME,
    NEGLIST_CNPJ,
    NEGLIST_DESCRIPTION,
    NEGLIST_FIELD_COUNT
};

enum neglist_strength { NEGLIST_NO_HIT, NEGLIST_WEAK, NEGLIST_STRONG };

/* Zero is what holds. */
enum neglist_verdict { NEGLIST_COULD_NOT_TELL, NEGLIST_CLEAN, NEGLIST_HIT };

enum {
    NEGLIST_RESULTS_MAX = 50,
    NEGLIST_TEXT_MAX = 2000,
    NEGLIST_REASON_MAX = 500,
    NEGLIST_REFERENCE_MAX = 120
};

struct neglist_words {
    const char **items;
    size_t count;
};

/* Normalised; "" and no words where nothing was given. Words only of name, razão social and description. */
struct neglist_data {
    const char *texts[NEGLIST_FIELD_COUNT];
    struct neglist_words words[NEGLIST_FIELD_COUNT];
};

struct neglist_query {
    struct neglist_data data;
    bool every_field; /* all-fields mode; otherwise any field */
    bool whole_names; /* names as consulted, not parts as typed */
    bool faces_only;
    const char *uf; /* "" any */
    const char **municipalities;
    size_t municipality_count; /* 0: any */
};

struct neglist_entry {
    struct neglist_data data;
    const char *uf, *municipality; /* municipality: 7 digits of IBGE */
    const char *modus;
    const char *source;    /* "local" or "ac" */
    const char *reference; /* how the AC calls it */
};

/* What somebody typed, by field; NULL is nothing. */
struct neglist_typed {
    const char *fields[NEGLIST_FIELD_COUNT];
    const char *uf;
    const char *const *municipalities;
    size_t municipality_count;
    const char *modus, *source, *reference;
};

/* --- rules --- */

/* "name", "cpf" …: as in the API and in events. */
const char *neglist_field_word(enum neglist_field field);
const char *neglist_strength_word(enum neglist_strength strength);
const char *neglist_verdict_word(enum neglist_verdict verdict);

/* The words by which a name, a razão social or a description is compared, each once, in their order. Any
 * bytes are welcome. */
RA_MUST_CHECK bool neglist_words(TALLOC_CTX *context, enum neglist_field field, const char *text,
                                 struct neglist_words *words, struct ra_error *error);

/* RA_INVALID with one field error for each thing that cannot be looked for: an ill-typed CPF must never read
 * as "nothing found". Without any field it needs a UF, a município or faces_only: a listing. */
RA_MUST_CHECK bool neglist_query_read(TALLOC_CTX *context, const struct neglist_typed *typed,
                                      struct neglist_query *query, struct ra_error *error);

RA_MUST_CHECK bool neglist_entry_read(TALLOC_CTX *context, const struct neglist_typed *typed,
                                      struct neglist_entry *entry, struct ra_error *error);

/* Why an occurrence is taken out: not blank, at most NEGLIST_REASON_MAX characters. NULL is blank. */
RA_MUST_CHECK bool neglist_reason_check(const char *reason, struct ra_error *error);

/* The fields (1 << enum neglist_field) of the query that hit the entry. */
unsigned neglist_match(const struct neglist_query *query, const struct neglist_data *entry);

/* Whether that is a result in the query's mode. A listing takes every entry. */
bool neglist_selects(const struct neglist_query *query, unsigned matched);

enum neglist_strength neglist_strength(unsigned matched);

enum neglist_verdict neglist_verdict(size_t strong, size_t weak);

/* --- with the store --- */

/* Consults the list for a person of the order and, where there is one, its company; `person` NULL: the
 * company alone. *hits: {"verdict","items":[…],"total","left_off"}, new reference, strongest first. The
 * search is written to the log here; the consultation, the block and the fraud path are the caller's.
 *
 * NEGLIST_COULD_NOT_TELL holds the case: only weak hits, or nothing to look for. When the store cannot be
 * read the call returns false with that verdict and *hits NULL, and the request must fail with it: the
 * transaction is lost, so whoever wants to record "unavailable" does so in a new one. */
RA_MUST_CHECK bool neglist_consult(struct http_request *request, const struct order *order,
                                   const struct order_person *person, enum neglist_verdict *verdict,
                                   json_t **hits, struct ra_error *error);

/* Keeps an occurrence and records it; `order` is the case it came from, or NULL. *id lives as long as the
 * request. */
RA_MUST_CHECK bool neglist_keep(struct http_request *request, const struct order *order,
                                const struct neglist_entry *entry, const char **id, struct ra_error *error);

/* Keeps an image of an occurrence, encrypted under its own key, and records it. `kind`: "document" or "face".
 * RA_CONFLICT: neglist-withdrawn, neglist-image-repeated, neglist-images-full. */
struct neglist_image {
    const char *kind, *media_type;
    const uint8_t *sha256; /* 32 bytes */
    int64_t size;
    int descriptor;
};
RA_MUST_CHECK bool neglist_keep_image(struct http_request *request, const char *entry_id,
                                      const struct neglist_image *image, const char **id,
                                      struct ra_error *error);

extern const struct room neglist_room;

#endif
