/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attempts: which key may go on with one, who works on it, and what became of it at the AC.
 */
#include "pki/signer/ledger_write.h"

#include <string.h>
#include <time.h>

static const char *state_kind(enum attempt_state state)
{
    static const char *const KINDS[] = {
#define X(id, kind) [id] = kind,
        ATTEMPT_STATES(X)
#undef X
    };
    return KINDS[state];
}

static bool admit_locked(const struct ledger *ledger, const char *order, int64_t attempt,
                         const uint8_t spki[32], struct ra_error *error)
{
    const struct ledger_order *known = ledger_state_order(&ledger->state, order);
    const struct ledger_entry *entry = ledger_state_entry(&ledger->state, order, attempt);
    if (entry != NULL && entry->state != ATTEMPT_NONE && memcmp(entry->spki, spki, sizeof entry->spki) != 0)
        return ra_fail_reason(error, RA_KEY_MISMATCH, "attempt-key",
                              "Esta tentativa já está ligada a outra chave.");
    /* What was given out once is given out again, whatever came later. */
    if (entry != NULL && entry->state == ATTEMPT_CONFIRMED)
        return true;
    if (known != NULL && attempt <= known->refused_through)
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "attempt-refused",
                              "Esta tentativa foi recusada por um agente.");
    if (known != NULL && ledger_state_superseded(known, attempt))
        return ra_fail_reason(error, RA_STATEMENT_REFUSED, "attempt-superseded",
                              "Há uma tentativa mais nova para este pedido.");
    const struct ledger_order *owner = ledger_state_key(&ledger->state, spki);
    if (owner != NULL && owner != known)
        return ra_fail_reason(error, RA_KEY_MISMATCH, "key-already-used",
                              "Esta chave já foi usada em outro pedido.");
    return true;
}

bool ledger_admit(struct ledger *ledger, const char *order, int64_t attempt, const uint8_t spki[32],
                  struct ra_error *error)
{
    pthread_mutex_lock(&ledger->lock);
    bool ok = admit_locked(ledger, order, attempt, spki, error);
    pthread_mutex_unlock(&ledger->lock);
    return ok;
}

bool ledger_claim(struct ledger *ledger, const char *order, int64_t attempt, int seconds)
{
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += seconds;
    pthread_mutex_lock(&ledger->lock);
    struct ledger_entry *entry = ledger_state_make_entry(&ledger->state, order, attempt);
    int waited = 0;
    while (entry != NULL && entry->busy && waited == 0)
        waited = pthread_cond_timedwait(&ledger->released, &ledger->lock, &deadline);
    bool taken = entry != NULL && !entry->busy;
    if (taken)
        entry->busy = true;
    pthread_mutex_unlock(&ledger->lock);
    return taken;
}

void ledger_release(struct ledger *ledger, const char *order, int64_t attempt)
{
    pthread_mutex_lock(&ledger->lock);
    struct ledger_entry *entry = ledger_state_entry(&ledger->state, order, attempt);
    if (entry != NULL)
        entry->busy = false;
    pthread_cond_broadcast(&ledger->released);
    pthread_mutex_unlock(&ledger->lock);
}

void ledger_find(struct ledger *ledger, const char *order, int64_t attempt, struct ledger_attempt *found)
{
    *found = (struct ledger_attempt){.state = ATTEMPT_NONE};
    pthread_mutex_lock(&ledger->lock);
    const struct ledger_order *known = ledger_state_order(&ledger->state, order);
    const struct ledger_entry *entry = ledger_state_entry(&ledger->state, order, attempt);
    if (known != NULL) {
        found->refused = attempt <= known->refused_through;
        found->superseded = ledger_state_superseded(known, attempt);
    }
    if (entry != NULL) {
        found->state = entry->state;
        found->differs = entry->differs;
        memcpy(found->spki, entry->spki, sizeof found->spki);
        memcpy(found->transaction, entry->transaction, sizeof found->transaction);
        memcpy(found->serial, entry->name.serial, sizeof found->serial);
    }
    pthread_mutex_unlock(&ledger->lock);
}

const char *ledger_order_of(struct ledger *ledger, TALLOC_CTX *context, const struct ledger_name *name,
                            int64_t *attempt)
{
    pthread_mutex_lock(&ledger->lock);
    const struct ledger_entry *entry = ledger_state_certificate(&ledger->state, name);
    const char *order = entry != NULL ? talloc_strdup(context, entry->order->code) : NULL;
    if (entry != NULL)
        *attempt = entry->attempt;
    pthread_mutex_unlock(&ledger->lock);
    return order;
}

bool ledger_intend(struct ledger *ledger, const struct ledger_intent *intent, struct ra_error *error)
{
    uint64_t ticket = 0;
    pthread_mutex_lock(&ledger->lock);
    bool ok = admit_locked(ledger, intent->order, intent->attempt, intent->spki, error);
    if (ok) {
        json_t *record =
            json_pack("{s:s,s:s,s:I,s:o,s:o,s:O,s:o}", "kind", "intent", "order", intent->order, "attempt",
                      (json_int_t)intent->attempt, "spki", ledger_hex(intent->spki, 32), "transaction",
                      ledger_hex(intent->transaction, LEDGER_TRANSACTION_SIZE), "request", intent->request,
                      "crls", ledger_crls_json(intent->crls));
        ok = ledger_write(ledger, record, &ticket, error);
    }
    pthread_mutex_unlock(&ledger->lock);
    if (!ok && error->code == RA_IO)
        ledger_log_failure(error);
    return ok;
}

static bool entry_place(struct ledger *ledger, const char *order, int64_t attempt, bool issued,
                        struct journal_place *place)
{
    pthread_mutex_lock(&ledger->lock);
    const struct ledger_entry *entry = ledger_state_entry(&ledger->state, order, attempt);
    *place = entry == NULL ? (struct journal_place){0, 0} : issued ? entry->issued : entry->intent;
    pthread_mutex_unlock(&ledger->lock);
    return place->length > 0;
}

bool ledger_read_request(struct ledger *ledger, const char *order, int64_t attempt, json_t **request,
                         struct ra_error *error)
{
    *request = NULL;
    struct journal_place place;
    json_t *record;
    if (!entry_place(ledger, order, attempt, false, &place))
        return ra_fail(error, RA_NOT_FOUND, "no such attempt");
    if (!ledger_read_record(ledger, place, &record, error))
        return false;
    *request = json_incref(json_object_get(record, "request"));
    json_decref(record);
    return *request != NULL || ra_fail(error, RA_IO, "journal: an intent without request");
}

static bool write_kind(struct ledger *ledger, const char *order, int64_t attempt, const char *kind,
                       struct ra_error *error)
{
    uint64_t ticket = 0;
    pthread_mutex_lock(&ledger->lock);
    json_t *record = json_pack("{s:s,s:s,s:I}", "kind", kind, "order", order, "attempt", (json_int_t)attempt);
    bool ok = ledger_write(ledger, record, &ticket, error);
    return ledger_finish(ledger, ok, ticket, error);
}

bool ledger_move(struct ledger *ledger, const char *order, int64_t attempt, enum attempt_state state,
                 struct ra_error *error)
{
    return write_kind(ledger, order, attempt, state_kind(state), error);
}

bool ledger_differs(struct ledger *ledger, const char *order, int64_t attempt, struct ra_error *error)
{
    return write_kind(ledger, order, attempt, "differs", error);
}

static bool admit_name(const struct ledger *ledger, const struct ledger_entry *entry,
                       const struct ledger_name *name, struct ra_error *error)
{
    const struct ledger_entry *known = ledger_state_certificate(&ledger->state, name);
    return known == NULL || known == entry ||
           ra_fail_reason(error, RA_STATEMENT_REFUSED, "certificate-twice",
                          "A AC já deu esta série a outro certificado.");
}

bool ledger_issue(struct ledger *ledger, const char *order, int64_t attempt, struct bytes certificate,
                  const struct ledger_name *name, struct ra_error *error)
{
    TALLOC_CTX *memory = talloc_new(NULL);
    const char *encoded = base64_encode(memory, certificate);
    uint64_t ticket = 0;
    pthread_mutex_lock(&ledger->lock);
    const struct ledger_entry *entry = ledger_state_entry(&ledger->state, order, attempt);
    bool ok = entry != NULL && admit_locked(ledger, order, attempt, entry->spki, error) &&
              admit_name(ledger, entry, name, error);
    if (ok) {
        json_t *record = json_pack("{s:s,s:s,s:I,s:s,s:s,s:s}", "kind", "issued", "order", order, "attempt",
                                   (json_int_t)attempt, "serial", name->serial, "issuer", name->issuer,
                                   "certificate", encoded);
        ok = ledger_write(ledger, record, &ticket, error);
    }
    ok = ledger_finish(ledger, ok, ticket, error);
    talloc_free(memory);
    return ok;
}

bool ledger_read_certificate(struct ledger *ledger, const char *order, int64_t attempt, TALLOC_CTX *context,
                             struct bytes *certificate, struct ra_error *error)
{
    struct journal_place place;
    json_t *record;
    if (!entry_place(ledger, order, attempt, true, &place))
        return ra_fail(error, RA_NOT_FOUND, "no certificate yet");
    if (!ledger_read_record(ledger, place, &record, error))
        return false;
    const char *encoded = json_string_value(json_object_get(record, "certificate"));
    bool ok = encoded != NULL && base64_decode(context, encoded, strlen(encoded), certificate);
    json_decref(record);
    return ok || ra_fail(error, RA_IO, "journal: a certificate cannot be read back");
}

bool ledger_refuse(struct ledger *ledger, const char *order, int64_t attempt, const uint8_t statement[32],
                   const struct ledger_crls *crls, struct ra_error *error)
{
    uint64_t ticket = 0;
    pthread_mutex_lock(&ledger->lock);
    json_t *record =
        json_pack("{s:s,s:s,s:I,s:o,s:o}", "kind", "refusal", "order", order, "attempt", (json_int_t)attempt,
                  "statement", ledger_hex(statement, 32), "crls", ledger_crls_json(crls));
    bool ok = ledger_write(ledger, record, &ticket, error);
    return ledger_finish(ledger, ok, ticket, error);
}

uint64_t ledger_unresolved(struct ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    uint64_t count = ledger_state_unresolved(&ledger->state);
    pthread_mutex_unlock(&ledger->lock);
    return count;
}
