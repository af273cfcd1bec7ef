/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an official base answered, judged against the case: identification-rules 2.2 (CNH), 3.1 (PSBio), 3.3
 * (CPF and CNPJ at Receita). The shapes are described in docs/consultation-bases.md. Not how the answer came
 * here (consultation_carrier.h), not what is done about it.
 *
 * Whatever the bytes are there is a finding. "Could not tell" is one of them, CONSULTATION_UNAVAILABLE, and
 * passes nothing: an answer that is malformed, about somebody else, about another question, dated in the
 * future or stale tells us nothing about this person.
 *
 * Pure functions, safe in any thread.
 */
#ifndef IDENTIFICATION_CONSULTATION_ANSWER_H
#define IDENTIFICATION_CONSULTATION_ANSWER_H

#include "pki/base/bytes.h"

#include <jansson.h>
#include <stdint.h>

/* X(suffix, "word", "name of the base where its file gives none"). The kinds that a machine can ask. */
#define CONSULTATION_KINDS(X)                                                                                \
    X(CPF, "cpf", "Receita Federal (CPF)")                                                                   \
    X(CNPJ, "cnpj", "Receita Federal (CNPJ)")                                                                \
    X(CNH, "cnh", "Senatran")                                                                                \
    X(PSBIO, "psbio", "PSBio")

enum consultation_kind {
#define X(suffix, word, name) CONSULTATION_##suffix,
    CONSULTATION_KINDS(X)
#undef X
        CONSULTATION_KIND_COUNT
};

enum consultation_result {
    CONSULTATION_OK,
    CONSULTATION_ALERT,
    CONSULTATION_NOT_FOUND,
    CONSULTATION_CONFLICT,
    CONSULTATION_UNAVAILABLE,
    CONSULTATION_RESULT_COUNT
};

/* X(suffix, "stable-word", "what an agent reads"). Why the result is not ok. */
#define CONSULTATION_REASONS(X)                                                                              \
    X(NONE, "", "")                                                                                          \
    X(NOT_FOUND, "not-found", "A base não conhece este número.")                                             \
    X(STATUS, "status", "A situação na base não é regular.")                                                 \
    X(BIOMETRY_NEGATIVE, "biometry-negative", "A biometria não é a da pessoa deste CPF.")                    \
    X(BIOMETRY_CONFLICT, "biometry-conflict", "O PSBio acusa conflito: responda em um dia útil.")            \
    X(NAME, "name-differs", "O nome na base é outro: a pessoa precisa regularizar.")                         \
    X(BIRTH_DATE, "birth-date-differs", "A data de nascimento na base é outra.")                             \
    X(RESPONSIBLE, "responsible-differs", "O responsável na base não é a pessoa do pedido.")                 \
    X(REGISTRATION, "registration-differs", "O número de registro na base é outro.")                         \
    X(FORM_NUMBER, "form-number-differs", "O número do espelho na base é outro.")                            \
    X(VIA, "via-differs", "A via vigente na base é outra.")                                                  \
    X(BASE_ERROR, "base-error", "A própria base disse que não pôde responder.")                              \
    X(MALFORMED, "answer-malformed", "A base respondeu algo que não se entende.")                            \
    X(OTHER_REQUEST, "answer-other-request", "A resposta é de outra pergunta.")                              \
    X(OTHER_SUBJECT, "answer-other-subject", "A resposta é sobre outro CPF ou CNPJ.")                        \
    X(FUTURE, "answer-future", "A resposta tem data no futuro.")                                             \
    X(STALE, "answer-stale", "A resposta é antiga.")                                                         \
    X(TIMEOUT, "timeout", "A base não respondeu a tempo.")                                                   \
    X(TLS, "tls-failed", "A conexão segura com a base falhou.")                                              \
    X(UNREACHABLE, "unreachable", "Não houve conexão com a base.")                                           \
    X(HTTP_STATUS, "http-status", "A base respondeu com erro.")                                              \
    X(TOO_LARGE, "answer-too-large", "A resposta passou do tamanho permitido.")                              \
    X(BREAKER_OPEN, "breaker-open", "A base vem falhando; aguarde antes de consultar de novo.")              \
    X(BASE_ABSENT, "base-absent", "A base deixou de estar ligada ao sistema.")                               \
    X(BASE_BROKEN, "base-misconfigured", "A configuração da base tem erro; avise o administrador.")          \
    X(SUBJECT_GONE, "subject-gone", "A pessoa consultada não faz mais parte do caso.")

enum consultation_reason {
#define X(suffix, word, text) CONSULTATION_REASON_##suffix,
    CONSULTATION_REASONS(X)
#undef X
        CONSULTATION_REASON_COUNT
};

enum { CONSULTATION_PROTOCOL_MAX = 120, CONSULTATION_SKEW_SECONDS = 120 };

/* What was asked and what the case says of the subject, as stored (normalised). Texts are borrowed, never
 * NULL; "" where the kind has no use for one. */
struct consultation_question {
    enum consultation_kind kind;
    const char *request; /* the uuid that the base repeats */
    const char *cpf, *name, *birth_date;
    const char *cnpj, *company_name; /* CNPJ alone; then cpf is the responsible person's */
    const char *registration, *form_number,
        *via; /* CNH alone, as read off the document; "" is not compared */
    int64_t now_us;
    int64_t fresh_us; /* an answer older than this is stale */
};

struct consultation_finding {
    enum consultation_result result;
    enum consultation_reason reason;
    char protocol[CONSULTATION_PROTOCOL_MAX + 1]; /* "" where none was read */
    int64_t answered_us;                          /* as the base says; 0 where it was not read */
    /* {"status"?, "differs":[member…], "compared":[member…], and of a CNH
     * "registration","form_number","via"}: no name and no date, those stay in the evidence. New reference;
     * NULL where nothing was understood. */
    json_t *facts;
};

void consultation_judge(struct bytes answer, const struct consultation_question *question,
                        struct consultation_finding *finding);

/* UNAVAILABLE for this reason, without an answer. */
void consultation_could_not_tell(enum consultation_reason reason, struct consultation_finding *finding);

/* The body of the question, as docs/consultation-bases.md says; new reference, NULL when memory ran out. */
json_t *consultation_question_json(const struct consultation_question *question);

/* false: no kind that a machine can ask. */
bool consultation_kind_find(const char *word, enum consultation_kind *kind);
const char *consultation_kind_word(enum consultation_kind kind);
const char *consultation_kind_name(enum consultation_kind kind);
const char *consultation_result_word(enum consultation_result result);
const char *consultation_reason_word(enum consultation_reason reason);

/* NONE for an unknown word. */
enum consultation_reason consultation_reason_find(const char *word);

/* What an agent reads. */
const char *consultation_reason_text(enum consultation_reason reason);

#endif
