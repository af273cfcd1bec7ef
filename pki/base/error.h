/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Errors as values from one table: stable code, category, HTTP status, the sentence a person reads and a
 * hint for the operator. This file is not a logger and never prints.
 *
 * Convention of the whole project: a function that can fail returns bool (or an enumeration of verdicts) and
 * takes `struct ra_error *error` as its last parameter, never NULL. The lowest level sets the error; upper
 * levels pass it on untouched. true means done and leaves *error as it was.
 *
 * Thread rules: a struct ra_error belongs to one caller; the table is constant.
 */
#ifndef PKI_BASE_ERROR_H
#define PKI_BASE_ERROR_H

#include "pki/base/attributes.h"

#include <stdbool.h>
#include <stddef.h>

enum ra_error_category {
    RA_CATEGORY_NONE,
    RA_CATEGORY_INPUT,    /* malformed or refused by a rule: the caller can mend it */
    RA_CATEGORY_AUTH,     /* who are you, or you may not */
    RA_CATEGORY_CONFLICT, /* the state of the world does not admit it now */
    RA_CATEGORY_NOT_FOUND,
    RA_CATEGORY_LIMIT,       /* too large, too many, too fast */
    RA_CATEGORY_UNAVAILABLE, /* a neighbour does not answer */
    RA_CATEGORY_INTERNAL,
};

/* X(identifier, "stable-code", category, http status, "public sentence", "operator's hint") */
#define RA_ERROR_TABLE(X)                                                                                    \
    X(RA_OK, "ok", NONE, 200, "Tudo certo.", "")                                                             \
    X(RA_BAD_REQUEST, "bad-request", INPUT, 400, "O pedido veio malformado.", "")                            \
    X(RA_BAD_JSON, "bad-json", INPUT, 400, "O corpo do pedido não é um JSON válido.", "")                    \
    X(RA_UNAUTHENTICATED, "unauthenticated", AUTH, 401, "É preciso se identificar para ver isto.", "")       \
    X(RA_FORBIDDEN, "forbidden", AUTH, 403, "Você não tem permissão para isto.", "")                         \
    X(RA_NOT_FOUND, "not-found", NOT_FOUND, 404, "Não encontramos o que você procura.", "")                  \
    X(RA_METHOD_NOT_ALLOWED, "method-not-allowed", INPUT, 405, "Este endereço não aceita esse método.", "")  \
    X(RA_CONFLICT, "conflict", CONFLICT, 409, "O estado atual não permite isto.", "")                        \
    X(RA_SEAT_TAKEN, "seat-taken", CONFLICT, 409, "Este horário acabou de ser ocupado.", "")                 \
    X(RA_ILLEGAL_TRANSITION, "illegal-transition", CONFLICT, 409,                                            \
      "Este passo não cabe no estado atual do atendimento.", "the transition table refused it")              \
    X(RA_WORK_NEEDED, "work-needed", CONFLICT, 429,                                                          \
      "Há muita procura neste momento. Espere um pouco e tente de novo.", "policy rush_clicks_per_minute")   \
    X(RA_IDEMPOTENCY_MISMATCH, "idempotency-mismatch", CONFLICT, 409,                                        \
      "A mesma chave de repetição veio com outro conteúdo.", "")                                             \
    X(RA_KEY_MISMATCH, "key-mismatch", CONFLICT, 409, "Este pedido já está ligado a outra chave.",           \
      "same attempt, another SPKI")                                                                          \
    X(RA_TOO_LARGE, "too-large", LIMIT, 413, "O que você enviou é grande demais.", "")                       \
    X(RA_URI_TOO_LONG, "uri-too-long", LIMIT, 414, "O endereço é longo demais.", "")                         \
    X(RA_UNSUPPORTED_MEDIA, "unsupported-media-type", INPUT, 415,                                            \
      "Este tipo de conteúdo não é aceito aqui.", "")                                                        \
    X(RA_INVALID, "invalid", INPUT, 422, "Há dados a corrigir.", "")                                         \
    X(RA_RULE_REFUSED, "rule-refused", INPUT, 422, "Uma regra não permite isto.", "")                        \
    X(RA_STATEMENT_REFUSED, "statement-refused", INPUT, 422, "A declaração assinada não foi aceita.", "")    \
    X(RA_PROOF_REFUSED, "proof-refused", INPUT, 422, "O código de emissão não confere.", "")                 \
    X(RA_CSR_REFUSED, "csr-refused", INPUT, 422, "O pedido de certificado (CSR) não pode ser aceito.", "")   \
    X(RA_CERTIFICATE_REFUSED, "certificate-refused", INTERNAL, 502,                                          \
      "A AC devolveu um certificado diferente do pedido; ele foi recusado.", "profile_check failed")         \
    X(RA_VERIFICATION_FAILED, "verification-failed", INPUT, 422, "A verificação falhou.", "")                \
    X(RA_REQUEST_TIMEOUT, "request-timeout", UNAVAILABLE, 408, "O pedido demorou demais para chegar.", "")   \
    X(RA_RATE_LIMITED, "rate-limited", LIMIT, 429, "Muitos pedidos em pouco tempo. Tente daqui a pouco.",    \
      "")                                                                                                    \
    X(RA_HEADER_TOO_LARGE, "header-too-large", LIMIT, 431, "O cabeçalho do pedido é grande demais.", "")     \
    X(RA_INTERNAL, "internal", INTERNAL, 500, "Algo deu errado do nosso lado.", "see the log")               \
    X(RA_NO_MEMORY, "no-memory", INTERNAL, 500, "Algo deu errado do nosso lado.", "allocation failed")       \
    X(RA_CRYPTO, "crypto", INTERNAL, 500, "Algo deu errado do nosso lado.", "an OpenSSL call failed")        \
    X(RA_IO, "io", INTERNAL, 500, "Algo deu errado do nosso lado.", "a file or socket call failed")          \
    X(RA_DATABASE, "database", UNAVAILABLE, 503, "O serviço está se recuperando. Tente em instantes.",       \
      "the database refused or did not answer")                                                              \
    X(RA_UPSTREAM, "upstream", UNAVAILABLE, 502, "A AC não respondeu como esperado.", "")                    \
    X(RA_UNAVAILABLE, "unavailable", UNAVAILABLE, 503, "O serviço está ocupado. Tente em instantes.", "")    \
    X(RA_SIGNER_UNAVAILABLE, "signer-unavailable", UNAVAILABLE, 503,                                         \
      "O módulo assinador não está respondendo. Tente em instantes.", "is ra-signer running?")               \
    X(RA_TIMEOUT, "timeout", UNAVAILABLE, 504, "O serviço demorou demais para responder.", "")

enum ra_error_code {
#define X(id, code, category, status, sentence, hint) id,
    RA_ERROR_TABLE(X)
#undef X
        RA_ERROR_COUNT
};

/* One field at fault in a form or a body. `field` is the JSON name (dotted), `code` a stable word such as
 * "check-digit", `message` a Portuguese sentence to show beside the field. */
struct ra_field_error {
    char field[64];
    char code[40];
    char message[200];
};

enum { RA_FIELD_ERRORS_MAX = 24 };

struct ra_error {
    enum ra_error_code code;
    char
        detail[320]; /* for people, Portuguese where a citizen or an agent may read it; "" = table sentence */
    char reason[48]; /* stable machine word that refines the code ("proof-counter"); may be "" */
    char source[96]; /* norm and item behind a refusal ("DOC-ICP-05 3.2.3.1"); may be "" */
    size_t field_count; /* entries used in `fields` */
    struct ra_field_error fields[RA_FIELD_ERRORS_MAX];
};

struct ra_error_info {
    const char *code;
    enum ra_error_category category;
    int http_status;
    const char *sentence;
    const char *hint;
};

/* The table's row of a code; an unknown code yields RA_INTERNAL's row. Never NULL. */
const struct ra_error_info *ra_error_info(enum ra_error_code code);

/* Sets code and a printf-style detail, clears fields, reason and source; returns false, so that a failing
 * function can say `return ra_fail(error, RA_INVALID, "…");`. Over-long details are cut at a character. */
RA_PRINTF(3, 4) bool ra_fail(struct ra_error *error, enum ra_error_code code, const char *format, ...);

/* As ra_fail, with the stable reason word. */
RA_PRINTF(4, 5)
bool ra_fail_reason(struct ra_error *error, enum ra_error_code code, const char *reason, const char *format,
                    ...);

/* Adds one field error and sets the code to RA_INVALID when none was set. Extra ones beyond the maximum are
 * dropped. Returns false. */
bool ra_fail_field(struct ra_error *error, const char *field, const char *code, const char *message);

/* RA_CRYPTO with `what` and the newest entry of OpenSSL's queue, which is emptied. */
bool ra_fail_crypto(struct ra_error *error, const char *what);

/* RA_IO with `what` and errno's text. */
bool ra_fail_errno(struct ra_error *error, const char *what);

enum ra_file_use { RA_FILE_READ, RA_FILE_WRITE };

/* RA_IO for a file that could not be read or written, in Portuguese: which, and by errno why. What whoever
 * named the file can mend (no such file, a folder, no permission …) has the reason RA_FILE_UNREADABLE or
 * RA_FILE_UNWRITABLE; a broken disk has none. */
bool ra_fail_file(struct ra_error *error, enum ra_file_use use, const char *path);
#define RA_FILE_UNREADABLE "file-unreadable"
#define RA_FILE_UNWRITABLE "file-unwritable"

#endif
