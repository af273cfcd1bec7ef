/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/ledger.h"

#include "pki/signer/journal.h"
#include "pki/signer/ledger_state.h"
#include "pki/signer/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct ledger {
    pthread_mutex_t lock;    /* guards `state`; held while a record is written, not while it is synced */
    pthread_cond_t released; /* an attempt was given back */
    struct ledger_state state;
    struct journal *journal;
};

static const char *state_kind(enum attempt_state state)
{
    static const char *const KINDS[] = {
#define X(id, kind) [id] = kind,
        ATTEMPT_STATES(X)
#undef X
    };
    return KINDS[state];
}

/* --- opening --- */

static char *dump(json_t *record)
{
    return record != NULL ? json_dumps(record, JSON_COMPACT) : NULL;
}

bool ledger_create(const char *folder, const char *instance, int64_t now, struct ra_error *error)
{
    char stamp[32];
    snprintf(stamp, sizeof stamp, "until-%" PRId64, now);
    json_t *record = json_pack("{s:s,s:s,s:I}", "kind", "begin", "instance", instance, "at", (json_int_t)now);
    char *text = dump(record);
    json_decref(record);
    bool ok = text != NULL ? journal_create(folder, bytes_of_text(text), stamp, error)
                           : ra_fail(error, RA_NO_MEMORY, "journal");
    free(text);
    return ok;
}

static int ledger_destructor(struct ledger *ledger)
{
    ledger_state_clear(&ledger->state);
    pthread_cond_destroy(&ledger->released);
    pthread_mutex_destroy(&ledger->lock);
    return 0;
}

static bool init_lock(struct ledger *ledger)
{
    pthread_condattr_t monotonic;
    if (pthread_condattr_init(&monotonic) != 0)
        return false;
    bool ok = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
              pthread_cond_init(&ledger->released, &monotonic) == 0;
    pthread_condattr_destroy(&monotonic);
    return ok && pthread_mutex_init(&ledger->lock, NULL) == 0;
}

bool ledger_open(TALLOC_CTX *context, const char *folder, const char *instance, struct ledger **ledger,
                 struct ra_error *error)
{
    *ledger = NULL;
    struct ledger *opened = talloc_zero(context, struct ledger);
    if (opened == NULL || !init_lock(opened)) {
        talloc_free(opened);
        return ra_fail(error, RA_NO_MEMORY, "ledger");
    }
    talloc_set_destructor(opened, ledger_destructor);
    uint64_t cut = 0;
    bool ok = journal_open(opened, folder, ledger_replay, &opened->state, &opened->journal, &cut, error);
    if (ok && strcmp(opened->state.instance, instance) != 0)
        ok = ra_fail(error, RA_IO, "journal: it belongs to another instance");
    if (!ok) {
        talloc_free(opened);
        return false;
    }
    if (cut > 0)
        log_event(LOG_LEVEL_WARNING, "journal-tail-cut", "{s:I}", "bytes", (json_int_t)cut);
    *ledger = opened;
    return true;
}

int64_t ledger_began(const struct ledger *ledger)
{
    return ledger->state.began;
}

/* --- writing --- */

/* With the lock held: writes the record and applies it. Takes the reference. A record that is written and
 * cannot be applied leaves memory and disk apart, so it is the last one. */
static bool write_locked(struct ledger *ledger, json_t *record, uint64_t *ticket, struct ra_error *error)
{
    struct journal_place place;
    char *text = dump(record);
    bool ok = text != NULL || ra_fail(error, RA_NO_MEMORY, "journal");
    ok = ok && journal_append(ledger->journal, bytes_of_text(text), &place, ticket, error);
    if (ok && !ledger_apply(&ledger->state, record, place, error)) {
        journal_stop(ledger->journal);
        ok = false;
    }
    free(text);
    json_decref(record);
    return ok;
}

static void log_failure(const struct ra_error *error)
{
    log_event(LOG_LEVEL_ALARM, "journal-failed", "{s:s}", "detail", error->detail);
}

/* Gives up the lock, then waits until the record is durable. */
static bool finish(struct ledger *ledger, bool written, uint64_t ticket, struct ra_error *error)
{
    pthread_mutex_unlock(&ledger->lock);
    if (written && journal_wait(ledger->journal, ticket, error))
        return true;
    if (error->code == RA_IO)
        log_failure(error);
    return false;
}

bool ledger_settle(struct ledger *ledger, struct ra_error *error)
{
    return journal_settle(ledger->journal, error);
}

static json_t *hex_value(const uint8_t *data, size_t size)
{
    char text[65];
    for (size_t i = 0; i < size && i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", data[i]);
    return json_string(text);
}

static json_t *crls_value(const struct ledger_crls *crls)
{
    json_t *object = json_object();
    for (size_t i = 0; object != NULL && i < crls->count; i++) {
        char key[65];
        for (size_t byte = 0; byte < 32; byte++)
            snprintf(key + 2 * byte, 3, "%02x", crls->items[i].issuer_key[byte]);
        json_object_set_new(object, key, json_string(crls->items[i].number));
    }
    return object;
}

/* --- attempts --- */

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
                      (json_int_t)intent->attempt, "spki", hex_value(intent->spki, 32), "transaction",
                      hex_value(intent->transaction, LEDGER_TRANSACTION_SIZE), "request", intent->request,
                      "crls", crls_value(intent->crls));
        ok = write_locked(ledger, record, &ticket, error);
    }
    pthread_mutex_unlock(&ledger->lock);
    if (!ok && error->code == RA_IO)
        log_failure(error);
    return ok;
}

static bool read_record(struct ledger *ledger, struct journal_place place, json_t **record,
                        struct ra_error *error)
{
    *record = NULL;
    struct bytes payload;
    TALLOC_CTX *memory = talloc_new(NULL);
    bool ok = memory != NULL && journal_read(ledger->journal, memory, place, &payload, error);
    if (ok)
        *record = json_loadb((const char *)payload.data, payload.length, JSON_REJECT_DUPLICATES, NULL);
    talloc_free(memory);
    return *record != NULL || ra_fail(error, RA_IO, "journal: a record cannot be read back");
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
    if (!read_record(ledger, place, &record, error))
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
    bool ok = write_locked(ledger, record, &ticket, error);
    return finish(ledger, ok, ticket, error);
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
        ok = write_locked(ledger, record, &ticket, error);
    }
    ok = finish(ledger, ok, ticket, error);
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
    if (!read_record(ledger, place, &record, error))
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
                  "statement", hex_value(statement, 32), "crls", crls_value(crls));
    bool ok = write_locked(ledger, record, &ticket, error);
    return finish(ledger, ok, ticket, error);
}

uint64_t ledger_unresolved(struct ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    uint64_t count = ledger_state_unresolved(&ledger->state);
    pthread_mutex_unlock(&ledger->lock);
    return count;
}

/* --- CRLs, roster, checkpoints, revocations --- */

bool ledger_admit_crls(struct ledger *ledger, const struct ledger_crls *crls, struct ra_error *error)
{
    bool ok = true;
    pthread_mutex_lock(&ledger->lock);
    for (size_t i = 0; ok && i < crls->count; i++) {
        const struct ledger_crl *seen = ledger_state_crl(&ledger->state, crls->items[i].issuer_key);
        ok = seen == NULL || crl_number_compare(crls->items[i].number, seen->number) >= 0;
    }
    pthread_mutex_unlock(&ledger->lock);
    return ok || ra_fail_reason(error, RA_STATEMENT_REFUSED, "crl-lower",
                                "Uma LCR apresentada é mais antiga que outra já vista.");
}

bool ledger_read_roster(struct ledger *ledger, TALLOC_CTX *context, int64_t *version, int64_t *accepted_at,
                        struct bytes *bundle, struct ra_error *error)
{
    pthread_mutex_lock(&ledger->lock);
    struct journal_place place = ledger->state.roster;
    *version = ledger->state.roster_version;
    *accepted_at = ledger->state.roster_accepted_at;
    pthread_mutex_unlock(&ledger->lock);
    *bundle = (struct bytes){NULL, 0};
    if (*version == 0)
        return true;
    json_t *record;
    if (!read_record(ledger, place, &record, error))
        return false;
    const char *encoded = json_string_value(json_object_get(record, "roster"));
    bool ok = encoded != NULL && base64_decode(context, encoded, strlen(encoded), bundle);
    json_decref(record);
    return ok || ra_fail(error, RA_IO, "journal: the roster cannot be read back");
}

bool ledger_accept_roster(struct ledger *ledger, int64_t version, int64_t now, struct bytes bundle,
                          struct ra_error *error)
{
    TALLOC_CTX *memory = talloc_new(NULL);
    const char *encoded = base64_encode(memory, bundle);
    uint64_t ticket = 0;
    pthread_mutex_lock(&ledger->lock);
    bool ok = version > ledger->state.roster_version ||
              ra_fail_reason(error, RA_STATEMENT_REFUSED, "roster-lower",
                             "A lista de agentes não é mais nova que a atual.");
    if (ok) {
        json_t *record = json_pack("{s:s,s:I,s:I,s:s}", "kind", "roster", "version", (json_int_t)version,
                                   "at", (json_int_t)now, "roster", encoded);
        ok = write_locked(ledger, record, &ticket, error);
    }
    ok = finish(ledger, ok, ticket, error);
    talloc_free(memory);
    return ok;
}

bool ledger_last_checkpoint(struct ledger *ledger, uint64_t *size, struct merkle_hash *root,
                            struct ra_error *error)
{
    pthread_mutex_lock(&ledger->lock);
    *size = ledger->state.tree_size;
    *root = ledger->state.tree_root;
    pthread_mutex_unlock(&ledger->lock);
    if (!ledger_settle(ledger, error))
        return false;
    if (*size > 0)
        return true;
    return sha256((struct bytes){NULL, 0}, root->bytes) || ra_fail_crypto(error, "empty tree");
}

bool ledger_sign_checkpoint(struct ledger *ledger, uint64_t size, const struct merkle_hash *root,
                            struct ra_error *error)
{
    uint64_t ticket = 0;
    pthread_mutex_lock(&ledger->lock);
    bool ok = size >= ledger->state.tree_size && size <= MERKLE_SIZE_MAX;
    if (ok) {
        json_t *record = json_pack("{s:s,s:I,s:o}", "kind", "checkpoint", "size", (json_int_t)size, "root",
                                   hex_value(root->bytes, sizeof root->bytes));
        ok = write_locked(ledger, record, &ticket, error);
    } else {
        ra_fail_reason(error, RA_VERIFICATION_FAILED, "checkpoint-inconsistent", "a árvore encolheu");
    }
    return finish(ledger, ok, ticket, error);
}

void ledger_find_revocation(struct ledger *ledger, const struct ledger_name *name,
                            struct ledger_revocation *found)
{
    pthread_mutex_lock(&ledger->lock);
    const struct ledger_revocation *known = ledger_state_revocation(&ledger->state, name);
    *found = known != NULL ? *known : (struct ledger_revocation){.known = false};
    pthread_mutex_unlock(&ledger->lock);
}

bool ledger_revoke(struct ledger *ledger, const char *order, const struct ledger_name *name, int64_t reason,
                   const struct ledger_revocation *revocation, const struct ledger_crls *crls,
                   struct ra_error *error)
{
    uint64_t ticket = 0;
    pthread_mutex_lock(&ledger->lock);
    json_t *record = json_pack("{s:s,s:s,s:s,s:s,s:I,s:o,s:b,s:o}", "kind", "revocation", "order", order,
                               "serial", name->serial, "issuer", name->issuer, "reason", (json_int_t)reason,
                               "transaction", hex_value(revocation->transaction, LEDGER_TRANSACTION_SIZE),
                               "done", revocation->done ? 1 : 0, "crls", crls_value(crls));
    bool ok = write_locked(ledger, record, &ticket, error);
    return finish(ledger, ok, ticket, error);
}
