/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an examination of a certificate found: a list of {code, severity, source, detail}, the shape that
 * `ra-cli lint` prints. An examination never stops at its first finding.
 */
#ifndef PKI_CERTIFICATE_FINDINGS_H
#define PKI_CERTIFICATE_FINDINGS_H

#include "pki/base/attributes.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

enum finding_severity {
    FINDING_INFO,
    FINDING_WARNING,
    FINDING_ERROR,
};

struct finding {
    const char *code; /* stable word, constant text */
    enum finding_severity severity;
    const char *source; /* norm and item, constant text */
    char detail[240]; /* Portuguese; characters outside printable ASCII of the certificate are shown as '?' */
};

enum { FINDINGS_MAX = 64 };

/* One talloc object. */
struct findings {
    size_t count;
    struct finding items[FINDINGS_MAX];
    bool overflow; /* more than FINDINGS_MAX were found; counts as an error */
};

/* Empty list on `context`; NULL when memory ran out. */
struct findings *findings_new(TALLOC_CTX *context);

RA_PRINTF(5, 6)
void findings_add(struct findings *findings, enum finding_severity severity, const char *code,
                  const char *source, const char *format, ...);

/* At least one error (or overflow). */
bool findings_have_error(const struct findings *findings);

/* The first item with this code; NULL when there is none. Borrowed. */
const struct finding *findings_find(const struct findings *findings, const char *code);

/* "error", "warning", "info". */
const char *finding_severity_word(enum finding_severity severity);

#endif
