/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/base/decoded.h"
#include "pki/base/rsa_key.h"
#include "pki/certificate/calendar.h"
#include "pki/certificate/profile_check.h"
#include "pki/certificate/subject.h"
#include "pki/signer/asking_internal.h"
#include "pki/signer/log.h"
#include "pki/trust/statement.h"

#include <assert.h>
#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int asking_destructor(struct asking *asking)
{
    X509_NAME_free(asking->subject);
    sk_X509_EXTENSION_pop_free(asking->extensions, X509_EXTENSION_free);
    EVP_PKEY_free(asking->key);
    X509_REQ_free(asking->csr);
    json_decref(asking->request);
    return 0;
}

const char *asking_transaction(const struct asking *asking)
{
    return asking->transaction;
}

bool asking_differs(const struct asking *asking)
{
    return asking->differs;
}

static bool write_serial(X509 *certificate, char serial[LEDGER_SERIAL_SIZE])
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *text = number != NULL && !BN_is_negative(number) ? BN_bn2hex(number) : NULL;
    BN_free(number);
    size_t length = text != NULL ? strlen(text) : 0;
    bool fits = length > 0 && length < LEDGER_SERIAL_SIZE;
    for (size_t i = 0; fits && i <= length; i++)
        serial[i] = (char)tolower((unsigned char)text[i]);
    OPENSSL_free(text);
    return fits;
}

bool certificate_name(X509 *certificate, struct ledger_name *name)
{
    uint8_t digest[32];
    unsigned char *issuer = NULL;
    const int length = i2d_X509_NAME(X509_get_issuer_name(certificate), &issuer);
    const bool ok = length > 0 && sha256((struct bytes){issuer, (size_t)length}, digest);
    OPENSSL_free(issuer);
    for (size_t i = 0; ok && i < LEDGER_ISSUER_SIZE / 2; i++)
        snprintf(name->issuer + 2 * i, 3, "%02x", digest[i]);
    return ok && write_serial(certificate, name->serial);
}

void asking_authority(const struct signer *signer, cmp_carry_function carry, void *carry_context,
                      struct cmp_authority *authority)
{
    *authority = (struct cmp_authority){.ra_certificate = signer->settings->ra_certificate,
                                        .ra_key = signer->settings->ra_key,
                                        .mac_reference = signer->settings->mac_reference,
                                        .mac_secret = signer->settings->mac_secret,
                                        .anchors = signer->settings->ac_anchors,
                                        .untrusted = signer->settings->ac_known,
                                        .clock = signer->clock,
                                        .carry = carry,
                                        .carry_context = carry_context};
}

/* --- the journaled intent --- */

static bool read_data(struct asking *asking, json_t *object)
{
    bool ok = json_is_object(object);
#define X(member)                                                                                            \
    asking->data.member = json_string_value(json_object_get(object, #member));                               \
    ok = ok && asking->data.member != NULL;
    CERTIFICATE_DATA_FIELDS(X)
#undef X
    return ok;
}

static bool read_csr(struct asking *asking, const char *text)
{
    struct bytes der;
    if (!base64_decode(asking, text, strlen(text), &der))
        return false;
    const unsigned char *at = der.data;
    asking->csr = d2i_X509_REQ(NULL, &at, (long)der.length);
    return asking->csr != NULL;
}

static bool read_intent(struct asking *asking, struct ra_error *error)
{
    const char *profile, *digest, *method, *key, *csr = NULL;
    json_int_t term, at, until;
    json_t *data;
    uint8_t expected[32];
    if (!ledger_read_request(asking->signer->ledger, asking->order, asking->attempt, &asking->request, error))
        return false;
    if (json_unpack(asking->request, "{s:s,s:s,s:I,s:s,s:s,s:I,s:I,s:o,s?s}", "profile", &profile, "digest",
                    &digest, "term_months", &term, "method", &method, "key", &key, "at", &at, "until", &until,
                    "data", &data, "csr", &csr) != 0 ||
        !hex_decode(digest, expected, sizeof expected) || !read_data(asking, data) ||
        !identification_method_parse(method, &asking->what.method) ||
        !base64_decode(asking, key, strlen(key), &asking->spki) || (csr != NULL && !read_csr(asking, csr)))
        return ra_fail(error, RA_IO, "journal: an intent that does not fit");
    asking->what.profile = settings_profile(asking->signer->settings, profile);
    if (asking->what.profile == NULL ||
        CRYPTO_memcmp(asking->what.profile->digest, expected, sizeof expected) != 0)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "profile-digest",
                              "O perfil mudou depois da validação.");
    asking->what.data = &asking->data;
    asking->what.ra_cnpj = asking->signer->settings->ar_cnpj;
    asking->term_months = (unsigned)term;
    asking->asked_at = (time_t)at;
    asking->until = (time_t)until;
    return true;
}

/* --- the certificate that comes back --- */

static void log_findings(const struct asking *asking, const struct findings *findings)
{
    for (size_t i = 0; findings != NULL && i < findings->count; i++)
        if (findings->items[i].severity == FINDING_ERROR)
            asking_alarm(asking, findings->items[i].code);
}

/* The certificate's first second. false when it lies in the future or after the approval's end. */
static bool read_start(const struct asking *asking, X509 *certificate, time_t *start)
{
    struct tm parts;
    if (ASN1_TIME_to_tm(X509_get0_notBefore(certificate), &parts) != 1)
        return false;
    *start = timegm(&parts);
    return *start <= asking->until + STATEMENT_CLOCK_SKEW_S &&
           *start <= clock_now(asking->signer->clock) + STATEMENT_CLOCK_SKEW_S;
}

/* Judged as of the moment it was asked for or made, whichever is later: an answer found after an outage is
 * as good as one found at once. */
static enum cmp_check matches_order(struct asking *asking, X509 *certificate, struct ra_error *error)
{
    time_t start;
    if (!read_start(asking, certificate, &start))
        return asking_mismatch(asking, "start", error);
    const struct settings *settings = asking->signer->settings;
    const struct profile_check_input input = {.certificate = certificate,
                                              .issuer =
                                                  settings_profile_issuer(settings, asking->what.profile),
                                              .untrusted = settings->ac_known,
                                              .anchors = settings->ac_store,
                                              .order = &asking->what,
                                              .term_months = asking->term_months,
                                              .spki = asking->spki,
                                              .now = start > asking->asked_at ? start : asking->asked_at};
    struct findings *findings = NULL;
    if (input.issuer == NULL)
        return asking_mismatch(asking, "issuer", error);
    switch (profile_check(asking, &input, &findings, error)) {
    case PROFILE_CHECK_MATCHES:
        return CMP_CHECK_ACCEPTED;
    case PROFILE_CHECK_DIFFERS:
        log_findings(asking, findings);
        return CMP_CHECK_REFUSED;
    case PROFILE_CHECK_UNDECIDED:
        break;
    }
    return CMP_CHECK_UNDECIDED;
}

static enum cmp_check same_as_recorded(struct asking *asking, struct bytes der, struct ra_error *error)
{
    struct bytes recorded;
    uint8_t key[SHA256_DIGEST_LENGTH];
    if (!sha256(asking->spki, key))
        return CMP_CHECK_UNDECIDED;
    if (!ledger_admit(asking->signer->ledger, asking->order, asking->attempt, key, error))
        return CMP_CHECK_REFUSED; /* by agents, since it was recorded */
    if (!ledger_read_certificate(asking->signer->ledger, asking->order, asking->attempt, asking, &recorded,
                                 error))
        return CMP_CHECK_UNDECIDED;
    return bytes_equal(recorded, der) ? CMP_CHECK_ACCEPTED
                                      : asking_mismatch(asking, "second-certificate", error);
}

/* Refused or superseded meanwhile is an answer; a record that cannot be written is none. */
static enum cmp_check record_issued(struct asking *asking, struct bytes der, const struct ledger_name *name,
                                    struct ra_error *error)
{
    if (!ledger_issue(asking->signer->ledger, asking->order, asking->attempt, der, name, error))
        return error->code == RA_STATEMENT_REFUSED ? CMP_CHECK_REFUSED : CMP_CHECK_UNDECIDED;
    asking->state = ATTEMPT_ISSUED;
    return CMP_CHECK_ACCEPTED;
}

/* The profile has bounded the serial already. */
static enum cmp_check record(struct asking *asking, X509 *certificate, struct ra_error *error)
{
    struct ledger_name name;
    unsigned char *encoded = NULL;
    int length = i2d_X509(certificate, &encoded);
    const struct bytes der = {encoded, length > 0 ? (size_t)length : 0};
    enum cmp_check verdict = CMP_CHECK_UNDECIDED;
    if (length <= 0 || !certificate_name(certificate, &name))
        ra_fail_crypto(error, "certificate");
    else if (asking->state == ATTEMPT_ISSUED)
        verdict = same_as_recorded(asking, der, error);
    else
        verdict = record_issued(asking, der, &name, error);
    OPENSSL_free(encoded);
    return verdict;
}

enum cmp_check asking_check_certificate(void *context, X509 *certificate, struct ra_error *error)
{
    struct asking *asking = context;
    enum cmp_check verdict = matches_order(asking, certificate, error);
    return verdict == CMP_CHECK_ACCEPTED ? record(asking, certificate, error) : verdict;
}

/* --- carrying --- */

static bool carry(void *context, struct bytes message, TALLOC_CTX *memory, struct bytes *answer,
                  struct ra_error *error)
{
    struct asking *asking = context;
    if (asking->state == ATTEMPT_INTENT) {
        if (!ledger_move(asking->signer->ledger, asking->order, asking->attempt, ATTEMPT_SENT, error))
            return false;
        asking->state = ATTEMPT_SENT;
    }
    return signer_carry(asking->signer, asking->channel, asking->transaction, message, memory, answer, error);
}

/* --- building --- */

static bool build_template(struct asking *asking, const uint8_t transaction[LEDGER_TRANSACTION_SIZE],
                           struct ra_error *error)
{
    const X509 *issuer = settings_profile_issuer(asking->signer->settings, asking->what.profile);
    if (issuer == NULL)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "profile-issuer",
                              "A AC que emite este perfil não é conhecida aqui.");
    if (!subject_build_name(&asking->what, &asking->subject, error) ||
        !subject_build_extensions(&asking->what, &asking->extensions, error))
        return false;
    asking->key = rsa_key_public(asking->spki); /* csr_accept takes no other */
    if (asking->key == NULL)
        return ra_fail_crypto(error, "public key");
    asking->certificate_request = (struct cmp_certificate_request){
        .csr = asking->csr,
        .issuer = X509_get_subject_name(issuer),
        .subject = asking->subject,
        .extensions = asking->extensions,
        .public_key = asking->key,
        .not_before = asking->asked_at,
        .not_after = calendar_months_later(asking->asked_at, asking->term_months),
        .check = asking_check_certificate,
        .refusing = asking_refusing,
        .check_context = asking,
    };
    memcpy(asking->certificate_request.transaction, transaction, CMP_TRANSACTION_SIZE);
    asking_authority(asking->signer, carry, asking, &asking->authority);
    return true;
}

struct asking *asking_new(TALLOC_CTX *context, struct signer *signer, const struct signer_channel *channel,
                          const char *order, int64_t attempt, struct ra_error *error)
{
    static_assert((int)CMP_TRANSACTION_SIZE == (int)LEDGER_TRANSACTION_SIZE, "one transaction id");
    struct asking *asking = talloc_zero(context, struct asking);
    if (asking == NULL) {
        ra_fail(error, RA_NO_MEMORY, "asking");
        return NULL;
    }
    talloc_set_destructor(asking, asking_destructor);
    struct ledger_attempt found;
    ledger_find(signer->ledger, order, attempt, &found);
    asking->signer = signer;
    asking->channel = channel;
    asking->order = order;
    asking->attempt = attempt;
    asking->state = found.state;
    asking->differs = found.differs;
    asking->transaction = hex_encode(asking, (struct bytes){found.transaction, sizeof found.transaction});
    bool ok = asking->transaction != NULL || ra_fail(error, RA_NO_MEMORY, "asking");
    ok = ok && read_intent(asking, error);
    /* Nothing has left yet, so nothing is lost by refusing what nobody approves any more. */
    if (ok && found.state == ATTEMPT_INTENT && clock_now(signer->clock) > asking->until)
        ok = ra_fail_reason(error, RA_STATEMENT_REFUSED, "statement-expired", "A aprovação venceu.");
    if (!ok || !build_template(asking, found.transaction, error)) {
        talloc_free(asking);
        return NULL;
    }
    return asking;
}

/* --- running --- */

enum asking_result asking_settle(struct asking *asking, enum attempt_state state, enum asking_result result,
                                 struct ra_error *error)
{
    struct ra_error why = {0};
    if (ledger_move(asking->signer->ledger, asking->order, asking->attempt, state, &why))
        return result;
    *error = why;
    return ASKING_FAILED;
}

/* A certificate that is here stays `issued`; before that the attempt becomes `unknown`. Nothing of it left
 * the signer while it is an intent. */
static enum asking_result settle_unknown(struct asking *asking, struct ra_error *error)
{
    switch (asking->state) {
    case ATTEMPT_SENT:
        return asking_settle(asking, ATTEMPT_UNKNOWN, ASKING_UNKNOWN, error);
    case ATTEMPT_UNKNOWN:
    case ATTEMPT_ISSUED:
        return ASKING_UNKNOWN;
    case ATTEMPT_NONE:
    case ATTEMPT_INTENT:
    case ATTEMPT_CONFIRMED:
    case ATTEMPT_AC_REFUSED:
    case ATTEMPT_MISMATCH:
    case ATTEMPT_NOT_WITHDRAWN:
        return ASKING_FAILED;
    }
    return ASKING_FAILED;
}

static enum asking_result settle_outcome(struct asking *asking, const struct cmp_outcome *outcome,
                                         int *retry_after_s, struct ra_error *error)
{
    switch (outcome->result) {
    case CMP_GRANTED:
        decoded_keep(outcome->certificate);
        return asking_settle(asking, ATTEMPT_CONFIRMED, ASKING_CONFIRMED, error);
    case CMP_WAITING:
        *retry_after_s = outcome->retry_after_s;
        return ASKING_WAITING;
    case CMP_REFUSED:
        /* It took back what we refused; the word that it had heard us was lost. */
        if (asking->differs) {
            asking_mismatch(asking, "refused-before", error);
            return asking_refuse(asking, CMP_WITHDRAWAL_BY_CONFIRMATION, error);
        }
        ra_fail_reason(error, RA_UPSTREAM, "ac-refused", "A AC recusou o pedido: %s", outcome->status_text);
        return asking_settle(asking, ATTEMPT_AC_REFUSED, ASKING_REFUSED, error);
    case CMP_CERTIFICATE_REFUSED:
        return asking_refuse(asking, outcome->withdrawal, error);
    case CMP_UNKNOWN:
        break;
    }
    return settle_unknown(asking, error);
}

static enum asking_result run_by_cmp(struct asking *asking, int *retry_after_s, struct ra_error *error)
{
    struct cmp_outcome outcome = {.result = CMP_UNKNOWN};
    struct cmp_exchange *exchange =
        cmp_exchange_new(asking, &asking->authority, &asking->certificate_request, error);
    if (exchange == NULL)
        return ASKING_FAILED;
    enum asking_result result = cmp_exchange_advance(exchange, &outcome, error)
                                    ? settle_outcome(asking, &outcome, retry_after_s, error)
                                    : settle_unknown(asking, error);
    talloc_free(exchange);
    cmp_outcome_clear(&outcome);
    return result;
}

enum asking_result asking_run(struct asking *asking, struct bytes portal_answer, int *retry_after_s,
                              struct ra_error *error)
{
    switch (asking->signer->settings->ac_driver) {
    case AC_DRIVER_CMP:
        return run_by_cmp(asking, retry_after_s, error);
    case AC_DRIVER_PORTAL:
        return asking_run_by_portal(asking, portal_answer, retry_after_s, error);
    }
    return ASKING_FAILED;
}
