/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The holder says that a certificate is to be revoked: no account, the proof is enough. Whoever guesses
 * learns nothing: an order that does not exist, one without a certificate, one without a password and a wrong
 * password are refused by the same words, and a few wrong passwords close the door for a while.
 */
#include "app.h"
#include "approval/approval.h"
#include "audit/audit.h"
#include "audit/failures.h"
#include "catalog/catalog.h"
#include "identification/identification.h"
#include "orders/tokens.h"
#include "pki/certificate/reader.h"
#include "renewal/renewal.h"
#include "revocation/revocation_store.h"

#include <openssl/x509.h>
#include <string.h>

/* Wrong passwords within the window: of one address, and of all. Whoever knows a code and has one address
 * closes the door to himself alone; with many addresses, to passwords and to nothing else. */
enum { TRIES_MAX = 5, TRIES_OF_ALL_MAX = 50, FRESH_S = 900, CLOCK_SLACK_S = 120 };
static const int64_t tries_window_us = INT64_C(900000000);

struct saying {
    struct http_request *request;
    struct revocation_word word;
    char code[ORDERS_CODE_SIZE];
    uint8_t code_hash[32];
    uint8_t address_hash[TOKEN_HASH_SIZE];
    int64_t order_id; /* 0: there is nothing to revoke */
    int64_t attempt;
    struct bytes certificate;
};

static bool refuse(struct ra_error *error)
{
    return ra_fail_reason(error, RA_PROOF_REFUSED, "proof-revocation",
                          "Não foi aceito: confira o código do pedido e a senha ou o certificado usado.");
}

/* --- reading --- */

static bool malformed(struct ra_error *error, const char *field)
{
    return ra_fail_field(error, field, "format", "Este campo não veio na forma esperada.");
}

static bool read_bytes(struct saying *saying, const char *name, size_t most, struct bytes *bytes)
{
    const char *text = http_text(saying->request->body, name);
    return text != NULL && strlen(text) <= 2 * most &&
           base64_decode(saying->request->context, text, strlen(text), bytes) && bytes->length <= most;
}

/* DER on the request's context, whatever armour it came in. */
static bool read_responsible(struct saying *saying, struct ra_error *error)
{
    const char *pem = http_text(saying->request->body, "proof.certificate");
    X509 *certificate = NULL;
    unsigned char *der = NULL;
    if (saying->word.kind != HOLDER_REVOCATION_RESPONSIBLE)
        return true;
    if (pem == NULL || !certificate_decode(bytes_of_text(pem), &certificate, error))
        return malformed(error, "proof.certificate");
    int length = i2d_X509(certificate, &der);
    saying->word.responsible =
        length > 0 ? bytes_copy(saying->request->context, der, (size_t)length) : (struct bytes){NULL, 0};
    OPENSSL_free(der);
    X509_free(certificate);
    return saying->word.responsible.length > 0 || ra_fail(error, RA_NO_MEMORY, "certificate");
}

static bool read_word(struct saying *saying, struct ra_error *error)
{
    const json_t *body = saying->request->body;
    const json_t *reason = json_object_get(body, "reason");
    const json_t *proof = json_object_get(body, "proof");
    const json_t *issued_at = json_object_get(proof, "issued_at");
    const char *kind = http_text(body, "proof.kind");
    saying->word.reason = json_integer_value(reason);
    saying->word.issued_at = json_integer_value(issued_at);
    if (!json_is_integer(reason) || !revocation_reason_is_offered(saying->word.reason))
        return ra_fail_field(error, "reason", "unknown", "Escolha um dos motivos: 0, 1, 3, 4, 5 ou 9.");
    if (kind == NULL || !holder_revocation_kind_parse(kind, &saying->word.kind))
        return malformed(error, "proof.kind");
    if (!json_is_integer(issued_at))
        return malformed(error, "proof.issued_at");
    if (!read_bytes(saying, "proof.signature", KEY_SIGNATURE_MAX, &saying->word.signature))
        return malformed(error, "proof.signature");
    return read_responsible(saying, error);
}

static bool check_fresh(const struct saying *saying, struct ra_error *error)
{
    const int64_t at = saying->word.issued_at, now = saying->request->now_us / 1000000;
    return (at >= now - FRESH_S && at <= now + CLOCK_SLACK_S) ||
           ra_fail_reason(error, RA_PROOF_REFUSED, "proof-expired",
                          "O pedido não é de agora. Confira o relógio deste computador e tente de novo.");
}

/* --- tries --- */

static bool count_tries(struct saying *saying, struct ra_error *error)
{
    struct http_request *request = saying->request;
    const struct bytes hash = {saying->code_hash, sizeof saying->code_hash};
    struct db_rows *row = NULL;
    if (!sha256(bytes_of_text(saying->code), saying->code_hash))
        return ra_fail_crypto(error, "code");
    if (!token_address_hash(request->app, request->peer, saying->address_hash, error))
        return false;
    if (saying->word.kind != HOLDER_REVOCATION_PASSWORD)
        return true;
    if (!db_exec(request->db, STATEMENT_REVOCATION_TRIES_LOCK, DB_VALUES(db_bytes(hash)), NULL, error) ||
        !db_one(request->db, request->context, STATEMENT_REVOCATION_TRIES,
                DB_VALUES(db_bytes(hash), db_time(request->now_us - tries_window_us),
                          db_bytes((struct bytes){saying->address_hash, sizeof saying->address_hash})),
                &row, error))
        return false;
    return (row_int(row, 0, "own") < TRIES_MAX && row_int(row, 0, "tries") < TRIES_OF_ALL_MAX) ||
           ra_fail_reason(
               error, RA_RATE_LIMITED, "revocation-tries",
               "Muitas tentativas com a senha errada. Espere 15 minutos, ou use agora outra prova: o arquivo "
               "ou o token do próprio certificado, o e-CPF do responsável se for de empresa, ou o "
               "atendimento.");
}

/* Kept although the request is refused. */
static bool note_failure(struct saying *saying, const struct ra_error *cause, struct ra_error *error)
{
    struct http_request *request = saying->request;
    if (saying->word.kind == HOLDER_REVOCATION_PASSWORD &&
        !db_exec(request->db, STATEMENT_REVOCATION_TRY_ADD,
                 DB_VALUES(db_bytes((struct bytes){saying->code_hash, sizeof saying->code_hash}),
                           db_time(request->now_us),
                           db_bytes((struct bytes){saying->address_hash, sizeof saying->address_hash})),
                 NULL, error))
        return false;
    const char *manner = talloc_asprintf(request->context, "%s:%s",
                                         holder_revocation_kind_word(saying->word.kind), cause->reason);
    if (manner == NULL)
        return ra_fail(error, RA_NO_MEMORY, "manner");
    if (!audit_failure_note(request, FAILED_REVOCATION, saying->code, manner, error))
        return false;
    http_keep_changes(request);
    return refuse(error);
}

/* --- judging --- */

static bool find(struct saying *saying, struct ra_error *error)
{
    struct http_request *request = saying->request;
    struct db_rows *rows = NULL;
    if (!db_query(request->db, request->context, STATEMENT_REVOCATION_FIND_ORDER,
                  DB_VALUES(db_text(saying->code)), &rows, error))
        return false;
    if (db_row_count(rows) == 1) {
        saying->order_id = row_int(rows, 0, "id");
        saying->attempt = row_int(rows, 0, "attempt");
        saying->certificate = row_bytes(rows, 0, "certificate");
    }
    return true;
}

static bool judge_password(struct saying *saying, const struct holder_revocation *about, EVP_PKEY *key,
                           struct ra_error *error)
{
    struct http_request *request = saying->request;
    struct revocation_key registered;
    return revocation_store_key(request->db, request->context, saying->order_id, saying->attempt, &registered,
                                error) &&
           revocation_key_check(key, about->instance, about->order, &registered, error) &&
           revocation_password_verify(registered.public_key.data, about, saying->word.signature, error);
}

/* Of ours, not revoked, not expired, of the same person: the rest (path, CRLs) is the signer's to say. */
static bool check_person(struct saying *saying, X509 *company, X509 *person, struct ra_error *error)
{
    struct http_request *request = saying->request;
    struct certificate_reading *reading = NULL;
    struct db_rows *row = NULL;
    char cpf[12];
    time_t now = (time_t)(request->now_us / 1000000);
    if (!certificate_read(request->context, company, &reading, error) ||
        !certificate_read_cpf(person, cpf, error) ||
        !db_one(request->db, request->context, STATEMENT_REVOCATION_ISSUED_HERE,
                DB_VALUES(db_bytes(saying->word.responsible)), &row, error))
        return false;
    return (reading->has_cnpj && reading->has_responsible && strcmp(reading->data.cpf, cpf) == 0 &&
            row_bool(row, 0, "issued") && X509_cmp_time(X509_get0_notAfter(person), &now) > 0) ||
           ra_fail_reason(error, RA_PROOF_REFUSED, "responsible-mismatch", "responsável");
}

static bool judge_responsible(struct saying *saying, const struct holder_revocation *about, X509 *company,
                              struct ra_error *error)
{
    X509 *person = NULL;
    bool good = certificate_decode(saying->word.responsible, &person, error) &&
                holder_revocation_verify(X509_get0_pubkey(person), about, saying->word.signature, error) &&
                check_person(saying, company, person, error);
    X509_free(person);
    return good;
}

static bool judge_by_kind(struct saying *saying, const struct holder_revocation *about, X509 *certificate,
                          struct ra_error *error)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    switch (saying->word.kind) {
    case HOLDER_REVOCATION_KEY:
        return holder_revocation_verify(key, about, saying->word.signature, error);
    case HOLDER_REVOCATION_PASSWORD:
        return judge_password(saying, about, key, error);
    case HOLDER_REVOCATION_RESPONSIBLE:
        return judge_responsible(saying, about, certificate, error);
    case HOLDER_REVOCATION_KIND_COUNT:
    default:
        return refuse(error);
    }
}

static bool judge(struct saying *saying, struct ra_error *error)
{
    struct holder_revocation about = {
        .order = saying->code, .reason = saying->word.reason, .issued_at = saying->word.issued_at};
    X509 *certificate = NULL;
    if (!approval_instance(saying->request, &about.instance, error))
        return false;
    if (saying->order_id == 0)
        return refuse(error);
    bool good = certificate_decode(saying->certificate, &certificate, error) &&
                judge_by_kind(saying, &about, certificate, error);
    X509_free(certificate);
    return good;
}

/* --- its effects --- */

static bool keep_paper(struct saying *saying, const struct order *order, struct ra_error *error)
{
    struct http_request *request = saying->request;
    json_t *paper =
        json_pack("{s:s, s:s, s:O, s:O}", "order", order->code, "serial", order->serial, "reason",
                  json_object_get(request->body, "reason"), "proof", json_object_get(request->body, "proof"));
    char *text = paper != NULL ? json_dumps(paper, JSON_COMPACT) : NULL;
    json_decref(paper);
    bool kept = text != NULL ? identification_annex_add(request, order, "revocation_request",
                                                        "application/json", bytes_of_text(text), error)
                             : ra_fail(error, RA_NO_MEMORY, "revocation");
    free(text);
    return kept;
}

static bool write_new(struct saying *saying, struct order *order, struct ra_error *error)
{
    struct http_request *request = saying->request;
    json_t *detail = json_pack("{s:s, s:I, s:s}", "kind", holder_revocation_kind_word(saying->word.kind),
                               "reason", (json_int_t)saying->word.reason, "serial", order->serial);
    if (orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "revoked")) {
        json_decref(detail);
        return true; /* nothing is left to do; the word stays on record */
    }
    return revocation_open(request, order, "holder", error) &&
           orders_set_state(request, order, ORDERS_MACHINE_ISSUANCE, "revocation_requested", error) &&
           orders_milestone(request, order, "revocation_requested", "", error) &&
           keep_paper(saying, order, error) &&
           audit_record(request, AUDIT_REVOCATION_REQUESTED, order, detail, NULL, error);
}

static bool write_word(struct saying *saying, struct order **order, struct ra_error *error)
{
    struct http_request *request = saying->request;
    bool added = false;
    if (!orders_load_for_update(request, saying->code, order, error))
        return false;
    if ((*order)->attempt != saying->attempt)
        return ra_fail(error, RA_CONFLICT, "O pedido mudou enquanto era conferido.");
    return revocation_store_add_word(request->db, saying->order_id, saying->attempt, &saying->word,
                                     request->now_us, &added, error) &&
           (!added || write_new(saying, *order, error));
}

static bool is_a_proof_s_fault(const struct ra_error *cause)
{
    return cause->code == RA_PROOF_REFUSED || cause->code == RA_VERIFICATION_FAILED;
}

bool revocation_word_post(struct http_request *request, struct http_response *response,
                          struct ra_error *error)
{
    struct saying saying = {.request = request};
    struct order *order = NULL;
    struct ra_error cause = {0};
    json_t *renewals = NULL;
    if (!orders_code_normalise(http_path_parameter(request, "code"), saying.code))
        return refuse(error);
    if (!read_word(&saying, error) || !check_fresh(&saying, error) || !count_tries(&saying, error) ||
        !find(&saying, error))
        return false;
    if (!judge(&saying, &cause)) {
        if (is_a_proof_s_fault(&cause))
            return note_failure(&saying, &cause, error);
        *error = cause;
        return false;
    }
    if (!write_word(&saying, &order, error) || !renewal_dependents(request, order, &renewals, error))
        return false;
    bool revoked = orders_in_state(order, ORDERS_MACHINE_ISSUANCE, "revoked");
    http_reply(response, revoked ? 200 : 202,
               json_pack("{s:s, s:s, s:s, s:o}", "order", order->code, "state",
                         revoked ? "revoked" : "requested", "serial", order->serial, "renewals", renewals));
    return true;
}
