/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an examination of a certificate, a request or a CRL found: a list of {code, severity, norm and item,
 * detail}, the shape that `ra-cli lint` prints. An examination never stops at its first finding. Code,
 * severity and norm come from one table, finding_rules.h.
 */
#ifndef PKI_CERTIFICATE_FINDINGS_H
#define PKI_CERTIFICATE_FINDINGS_H

#include "pki/base/attributes.h"
#include "pki/certificate/data.h"
#include "pki/certificate/finding_rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

enum finding_severity {
    FINDING_INFO,
    FINDING_WARNING,
    FINDING_ERROR,
};

/* FINDING_RULE_VERSION…, and FINDING_RULE_DATA_name… for a field of the order. */
enum finding_rule {
#define X(id, code, severity, norm, item) FINDING_RULE_##id,
    FINDING_RULES(X)
#undef X
#define X(member) FINDING_RULE_DATA_##member,
        CERTIFICATE_DATA_FIELDS(X)
#undef X
            FINDING_RULE_COUNT
};

struct finding {
    enum finding_rule rule;
    const char *code; /* stable word, constant text */
    enum finding_severity severity;
    const char *source; /* norm and item, constant text */
    char detail[240]; /* Portuguese; characters outside printable ASCII of the certificate are shown as '?' */
};

enum { FINDINGS_MAX = 64 };

/* One talloc object. */
struct findings {
    size_t count;
    bool overflow; /* more than FINDINGS_MAX were found; counts as an error */
    struct finding items[FINDINGS_MAX];
};

/* Empty list on `context`; NULL when memory ran out. */
struct findings *findings_new(TALLOC_CTX *context);

/* Empties the list for the next examination. */
void findings_clear(struct findings *findings);

RA_PRINTF(3, 4)
void findings_add(struct findings *findings, enum finding_rule rule, const char *format, ...);

/* At least one error (or overflow). */
bool findings_have_error(const struct findings *findings);

/* The first item with this code; NULL when there is none. Borrowed. */
const struct finding *findings_find(const struct findings *findings, const char *code);

/* "error", "warning", "info". */
const char *finding_severity_word(enum finding_severity severity);

/* One row of the table, for help and vectors. Constant texts. */
struct finding_row {
    const char *code;
    enum finding_severity severity;
    const char *norm, *item;
    const char *source; /* "norm item" */
};

const struct finding_row *finding_row(enum finding_rule rule);

#endif
