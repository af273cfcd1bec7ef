/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The journal's records, kind by kind, applied to what is remembered. The records of a journal are as they
 * were written once: nothing here may read an old one differently.
 */
#include "pki/signer/ledger_state.h"

#include <stdio.h>
#include <string.h>

static bool apply_begin(struct ledger_state *state, json_t *record, struct journal_place place)
{
    (void)place;
    const char *instance;
    json_int_t began;
    if (state->began != 0 || json_unpack(record, "{s:s,s:I}", "instance", &instance, "at", &began) != 0 ||
        strlen(instance) != sizeof state->instance - 1 || began <= 0)
        return false;
    memcpy(state->instance, instance, sizeof state->instance);
    state->began = began;
    return true;
}

static bool apply_crls(struct ledger_state *state, json_t *record)
{
    json_t *crls = json_object_get(record, "crls"), *number;
    const char *issuer_key;
    json_object_foreach(crls, issuer_key, number)
    {
        if (!json_is_string(number) || !ledger_state_raise_crl(state, issuer_key, json_string_value(number)))
            return false;
    }
    return true;
}

static bool apply_intent(struct ledger_state *state, json_t *record, struct journal_place place)
{
    const char *order, *spki, *transaction;
    json_int_t attempt;
    if (json_unpack(record, "{s:s,s:I,s:s,s:s,s:o}", "order", &order, "attempt", &attempt, "spki", &spki,
                    "transaction", &transaction, "request", &(json_t *){NULL}) != 0)
        return false;
    struct ledger_entry *entry = ledger_state_make_entry(state, order, attempt);
    if (entry == NULL || !hex_decode(spki, entry->spki, sizeof entry->spki) ||
        !hex_decode(transaction, entry->transaction, sizeof entry->transaction) ||
        !ledger_state_bind_key(state, entry->spki, entry->order))
        return false;
    entry->state = ATTEMPT_INTENT;
    entry->intent = place;
    entry->differs = false;
    return apply_crls(state, record);
}

static bool read_move(struct ledger_state *state, json_t *record, struct ledger_entry **entry)
{
    const char *order;
    json_int_t attempt;
    if (json_unpack(record, "{s:s,s:I}", "order", &order, "attempt", &attempt) != 0)
        return false;
    *entry = ledger_state_entry(state, order, attempt);
    return *entry != NULL && (*entry)->state != ATTEMPT_NONE;
}

static bool read_name(json_t *record, struct ledger_name *name)
{
    const char *serial, *issuer = "";
    return json_unpack(record, "{s:s,s?s}", "serial", &serial, "issuer", &issuer) == 0 &&
           snprintf(name->serial, sizeof name->serial, "%s", serial) < (int)sizeof name->serial &&
           snprintf(name->issuer, sizeof name->issuer, "%s", issuer) < (int)sizeof name->issuer;
}

static bool apply_issued(struct ledger_state *state, json_t *record, struct journal_place place)
{
    struct ledger_entry *entry;
    if (!read_move(state, record, &entry) || !read_name(record, &entry->name))
        return false;
    entry->state = ATTEMPT_ISSUED;
    entry->issued = place;
    return ledger_state_bind_certificate(state, entry);
}

static bool apply_move(struct ledger_state *state, json_t *record, enum attempt_state to)
{
    struct ledger_entry *entry;
    if (!read_move(state, record, &entry))
        return false;
    entry->state = to;
    return true;
}

#define MOVE(name, to)                                                                                       \
    static bool name(struct ledger_state *state, json_t *record, struct journal_place place)                 \
    {                                                                                                        \
        (void)place;                                                                                         \
        return apply_move(state, record, to);                                                                \
    }
MOVE(apply_sent, ATTEMPT_SENT)
MOVE(apply_unknown, ATTEMPT_UNKNOWN)
MOVE(apply_confirmed, ATTEMPT_CONFIRMED)
MOVE(apply_ac_refused, ATTEMPT_AC_REFUSED)
MOVE(apply_mismatch, ATTEMPT_MISMATCH)
MOVE(apply_not_withdrawn, ATTEMPT_NOT_WITHDRAWN)
#undef MOVE

static bool apply_differs(struct ledger_state *state, json_t *record, struct journal_place place)
{
    (void)place;
    struct ledger_entry *entry;
    if (!read_move(state, record, &entry))
        return false;
    entry->differs = true;
    return true;
}

static bool apply_refusal(struct ledger_state *state, json_t *record, struct journal_place place)
{
    (void)place;
    const char *code;
    json_int_t attempt;
    if (json_unpack(record, "{s:s,s:I}", "order", &code, "attempt", &attempt) != 0)
        return false;
    struct ledger_order *order = ledger_state_make_order(state, code);
    if (order == NULL)
        return false;
    if (attempt > order->refused_through)
        order->refused_through = attempt;
    return apply_crls(state, record);
}

static bool apply_roster(struct ledger_state *state, json_t *record, struct journal_place place)
{
    json_int_t version, at;
    if (json_unpack(record, "{s:I,s:I}", "version", &version, "at", &at) != 0 ||
        version <= state->roster_version)
        return false;
    state->roster_version = version;
    state->roster_accepted_at = at;
    state->roster = place;
    return true;
}

static bool apply_checkpoint(struct ledger_state *state, json_t *record, struct journal_place place)
{
    (void)place;
    json_int_t size;
    const char *root;
    if (json_unpack(record, "{s:I,s:s}", "size", &size, "root", &root) != 0 || size < 0 ||
        (uint64_t)size < state->tree_size ||
        !hex_decode(root, state->tree_root.bytes, sizeof state->tree_root.bytes))
        return false;
    state->tree_size = (uint64_t)size;
    return true;
}

static bool apply_revocation(struct ledger_state *state, json_t *record, struct journal_place place)
{
    (void)place;
    const char *transaction;
    int done;
    struct ledger_name name;
    if (json_unpack(record, "{s:s,s:b}", "transaction", &transaction, "done", &done) != 0 ||
        !read_name(record, &name))
        return false;
    struct ledger_revocation *revocation = ledger_state_make_revocation(state, &name);
    if (revocation == NULL)
        return false;
    revocation->known = true;
    revocation->done = revocation->done || done != 0; /* a twin may begin after it was done */
    return hex_decode(transaction, revocation->transaction, LEDGER_TRANSACTION_SIZE) &&
           apply_crls(state, record);
}

static const struct {
    const char *kind;
    bool (*apply)(struct ledger_state *state, json_t *record, struct journal_place place);
} KINDS[] = {
    {"begin", apply_begin},
    {"intent", apply_intent},
    {"sent", apply_sent},
    {"unknown", apply_unknown},
    {"issued", apply_issued},
    {"confirmed", apply_confirmed},
    {"ac-refused", apply_ac_refused},
    {"mismatch", apply_mismatch},
    {"differs", apply_differs},
    {"refusal", apply_refusal},
    {"roster", apply_roster},
    {"checkpoint", apply_checkpoint},
    {"revocation", apply_revocation},
    {"not-withdrawn", apply_not_withdrawn},
};

bool ledger_apply(struct ledger_state *state, json_t *record, struct journal_place place,
                  struct ra_error *error)
{
    const char *kind = json_string_value(json_object_get(record, "kind"));
    for (size_t i = 0; kind != NULL && i < sizeof KINDS / sizeof *KINDS; i++)
        if (strcmp(kind, KINDS[i].kind) == 0)
            return KINDS[i].apply(state, record, place) ||
                   ra_fail(error, RA_IO, "journal: record of kind %s does not fit", kind);
    return ra_fail(error, RA_IO, "journal: record of an unknown kind");
}

bool ledger_replay(void *state, struct bytes payload, struct journal_place place, struct ra_error *error)
{
    json_t *record = json_loadb((const char *)payload.data, payload.length, JSON_REJECT_DUPLICATES, NULL);
    bool ok = ledger_apply(state, record, place, error);
    json_decref(record);
    return ok;
}
