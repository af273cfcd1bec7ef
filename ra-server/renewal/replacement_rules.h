/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Replacement without cost (identification-rules 5.3, REV-07): pure. The old certificate is revoked first;
 * within so many calendar days of its emission the new one costs nothing. The identification is that of a
 * first issue: a revoked certificate renews nothing (REN-07), so nothing is waived.
 */
#ifndef RENEWAL_REPLACEMENT_RULES_H
#define RENEWAL_REPLACEMENT_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* X(identifier, "stable-word", "why not, for people") */
#define REPLACEMENT_ANSWERS(X)                                                                               \
    X(REPLACEMENT_FREE, "", "")                                                                              \
    X(REPLACEMENT_NONE, "replacement-no-certificate", "Este pedido não tem certificado emitido.")            \
    X(REPLACEMENT_NOT_REVOKED, "replacement-not-revoked",                                                    \
      "Revogue primeiro o certificado perdido ou estragado; depois peça a substituição.")                    \
    X(REPLACEMENT_DONE, "replacement-done", "Este certificado já foi substituído.")                          \
    X(REPLACEMENT_OF_ONE, "replacement-twice",                                                               \
      "Este certificado já é uma substituição sem custo; outro é uma nova compra.")                          \
    X(REPLACEMENT_LATE, "replacement-late",                                                                  \
      "O prazo da substituição sem custo, contado da emissão, já passou: outro é uma nova compra.")

enum replacement_answer {
#define X(id, word, text) id,
    REPLACEMENT_ANSWERS(X)
#undef X
        REPLACEMENT_ANSWER_COUNT
};

struct replacement_question {
    bool issued;        /* a certificate came of the order */
    bool revoked;       /* or its revocation was asked for */
    bool replaced;      /* already */
    bool replaces;      /* it is a replacement itself */
    int64_t days_since; /* calendar days of the office from the emission to today */
    int64_t limit_days; /* policy replacement_days; 0: none are free */
};

enum replacement_answer replacement_of(const struct replacement_question *question);

const char *replacement_word(enum replacement_answer answer);
const char *replacement_text(enum replacement_answer answer);

#endif
