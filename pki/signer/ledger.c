/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ledger of ledger.h but for its attempts (ledger_attempts.c): how it is opened and written, and what it
 * remembers of the house: CRLs, roster, checkpoints, revocations.
 */
#include "pki/signer/ledger_write.h"
#include "pki/signer/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* A record that is written and cannot be applied leaves memory and disk apart, so it is the last one. */
bool ledger_write(struct ledger *ledger, json_t *take_record, uint64_t *ticket, struct ra_error *error)
{
    struct journal_place place;
    char *text = dump(take_record);
    bool ok = text != NULL || ra_fail(error, RA_NO_MEMORY, "journal");
    ok = ok && journal_append(ledger->journal, bytes_of_text(text), &place, ticket, error);
    if (ok && !ledger_apply(&ledger->state, take_record, place, error)) {
        journal_stop(ledger->journal);
        ok = false;
    }
    free(text);
    json_decref(take_record);
    return ok;
}

void ledger_log_failure(const struct ra_error *error)
{
    log_event(LOG_LEVEL_ALARM, "journal-failed", "{s:s}", "detail", error->detail);
}

bool ledger_finish(struct ledger *ledger, bool written, uint64_t ticket, struct ra_error *error)
{
    pthread_mutex_unlock(&ledger->lock);
    if (written && journal_wait(ledger->journal, ticket, error))
        return true;
    if (error->code == RA_IO)
        ledger_log_failure(error);
    return false;
}

bool ledger_settle(struct ledger *ledger, struct ra_error *error)
{
    return journal_settle(ledger->journal, error);
}

json_t *ledger_hex(const uint8_t *data, size_t size)
{
    char text[65];
    for (size_t i = 0; i < size && i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", data[i]);
    return json_string(text);
}

json_t *ledger_crls_json(const struct ledger_crls *crls)
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

/* --- reading back --- */

bool ledger_read_record(struct ledger *ledger, struct journal_place place, json_t **record,
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
    if (!ledger_read_record(ledger, place, &record, error))
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
        ok = ledger_write(ledger, record, &ticket, error);
    }
    ok = ledger_finish(ledger, ok, ticket, error);
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
                                   ledger_hex(root->bytes, sizeof root->bytes));
        ok = ledger_write(ledger, record, &ticket, error);
    } else {
        ra_fail_reason(error, RA_VERIFICATION_FAILED, "checkpoint-inconsistent", "a árvore encolheu");
    }
    return ledger_finish(ledger, ok, ticket, error);
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
                               "transaction", ledger_hex(revocation->transaction, LEDGER_TRANSACTION_SIZE),
                               "done", revocation->done ? 1 : 0, "crls", ledger_crls_json(crls));
    bool ok = ledger_write(ledger, record, &ticket, error);
    return ledger_finish(ledger, ok, ticket, error);
}
