/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/ledger_state.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct key_node {
    uint8_t spki[32];
    struct ledger_order *order;
};

/* The name is the first member of both: one comparison serves the two trees. */
struct certificate_node {
    struct ledger_name name;
    const struct ledger_entry *entry;
};

struct revocation_node {
    struct ledger_name name;
    struct ledger_revocation revocation;
};

static int compare_orders(const void *left, const void *right)
{
    return strcmp(((const struct ledger_order *)left)->code, ((const struct ledger_order *)right)->code);
}

static int compare_keys(const void *left, const void *right)
{
    const struct key_node *one = left, *other = right;
    return memcmp(one->spki, other->spki, sizeof one->spki);
}

static int compare_names(const void *left, const void *right)
{
    const struct ledger_name *one = left, *other = right;
    int serials = strcmp(one->serial, other->serial);
    return serials != 0 ? serials : strcmp(one->issuer, other->issuer);
}

static int compare_crls(const void *left, const void *right)
{
    return memcmp(((const struct ledger_crl *)left)->issuer_key,
                  ((const struct ledger_crl *)right)->issuer_key, 32);
}

static void free_order(void *node)
{
    struct ledger_order *order = node;
    for (struct ledger_entry *entry = order->attempts, *next; entry != NULL; entry = next) {
        next = entry->next;
        free(entry);
    }
    free(order->code);
    free(order);
}

void ledger_state_clear(struct ledger_state *state)
{
    tdestroy(state->certificates, free);
    tdestroy(state->orders, free_order);
    tdestroy(state->keys, free);
    tdestroy(state->crls, free);
    tdestroy(state->revocations, free);
    *state = (struct ledger_state){0};
}

/* --- looking --- */

struct ledger_order *ledger_state_order(const struct ledger_state *state, const char *code)
{
    const struct ledger_order wanted = {.code = (char *)(uintptr_t)code};
    void *const *found = tfind(&wanted, &state->orders, compare_orders);
    return found != NULL ? *found : NULL;
}

static struct ledger_entry *entry_of(const struct ledger_order *order, int64_t attempt)
{
    for (struct ledger_entry *entry = order != NULL ? order->attempts : NULL; entry != NULL;
         entry = entry->next)
        if (entry->attempt == attempt)
            return entry;
    return NULL;
}

struct ledger_entry *ledger_state_entry(const struct ledger_state *state, const char *code, int64_t attempt)
{
    return entry_of(ledger_state_order(state, code), attempt);
}

const struct ledger_order *ledger_state_key(const struct ledger_state *state, const uint8_t spki[32])
{
    struct key_node wanted = {.order = NULL};
    memcpy(wanted.spki, spki, sizeof wanted.spki);
    struct key_node *const *found = tfind(&wanted, &state->keys, compare_keys);
    return found != NULL ? (*found)->order : NULL;
}

/* The node of that name, or of that serial in a record that kept no issuer. */
static void *find_name(void *const *tree, const struct ledger_name *name)
{
    struct ledger_name unnamed = *name;
    unnamed.issuer[0] = '\0';
    void *const *found = tfind(name, tree, compare_names);
    if (found == NULL)
        found = tfind(&unnamed, tree, compare_names);
    return found != NULL ? *found : NULL;
}

const struct ledger_entry *ledger_state_certificate(const struct ledger_state *state,
                                                    const struct ledger_name *name)
{
    const struct certificate_node *node = find_name(&state->certificates, name);
    return node != NULL ? node->entry : NULL;
}

const struct ledger_crl *ledger_state_crl(const struct ledger_state *state, const uint8_t issuer_key[32])
{
    struct ledger_crl wanted = {.number = ""};
    memcpy(wanted.issuer_key, issuer_key, sizeof wanted.issuer_key);
    struct ledger_crl *const *found = tfind(&wanted, &state->crls, compare_crls);
    return found != NULL ? *found : NULL;
}

const struct ledger_revocation *ledger_state_revocation(const struct ledger_state *state,
                                                        const struct ledger_name *name)
{
    const struct revocation_node *node = find_name(&state->revocations, name);
    return node != NULL ? &node->revocation : NULL;
}

bool ledger_state_superseded(const struct ledger_order *order, int64_t attempt)
{
    for (const struct ledger_entry *entry = order->attempts; entry != NULL; entry = entry->next)
        if (entry->attempt > attempt && entry->state != ATTEMPT_NONE)
            return true;
    return false;
}

static bool is_unresolved(const struct ledger_entry *entry)
{
    switch (entry->state) {
    case ATTEMPT_SENT:
    case ATTEMPT_UNKNOWN:
    case ATTEMPT_ISSUED:
        return entry->attempt > entry->order->refused_through &&
               !ledger_state_superseded(entry->order, entry->attempt);
    case ATTEMPT_NONE:
    case ATTEMPT_INTENT:
    case ATTEMPT_CONFIRMED:
    case ATTEMPT_AC_REFUSED:
    case ATTEMPT_MISMATCH:
    case ATTEMPT_NOT_WITHDRAWN:
        return false;
    }
    return false;
}

bool ledger_replay(void *state, struct bytes payload, struct journal_place place, struct ra_error *error)
{
    json_t *record = json_loadb((const char *)payload.data, payload.length, JSON_REJECT_DUPLICATES, NULL);
    bool ok = ledger_apply(state, record, place, error);
    json_decref(record);
    return ok;
}

struct walk {
    ledger_state_visitor visit;
    void *context;
};

static void walk_order(const void *node, VISIT order_of_visit, void *closure)
{
    if (order_of_visit != postorder && order_of_visit != leaf)
        return;
    const struct walk *walk = closure;
    const struct ledger_order *order = *(const struct ledger_order *const *)node;
    for (const struct ledger_entry *entry = order->attempts; entry != NULL; entry = entry->next)
        walk->visit(walk->context, order, entry);
}

void ledger_state_visit(const struct ledger_state *state, ledger_state_visitor visit, void *context)
{
    struct walk walk = {visit, context};
    twalk_r(state->orders, walk_order, &walk);
}

static void count_unresolved(void *count, const struct ledger_order *order, const struct ledger_entry *entry)
{
    (void)order;
    *(uint64_t *)count += is_unresolved(entry) ? 1 : 0;
}

uint64_t ledger_state_unresolved(const struct ledger_state *state)
{
    uint64_t count = 0;
    ledger_state_visit(state, count_unresolved, &count);
    return count;
}

int crl_number_compare(const char *left, const char *right)
{
    size_t left_length = strlen(left), right_length = strlen(right);
    if (left_length != right_length)
        return left_length < right_length ? -1 : 1;
    return strcmp(left, right);
}

/* --- growing --- */

static struct ledger_order *make_order(struct ledger_state *state, const char *code)
{
    struct ledger_order *order = ledger_state_order(state, code);
    if (order != NULL)
        return order;
    order = calloc(1, sizeof *order);
    if (order == NULL || (order->code = strdup(code)) == NULL ||
        tsearch(order, &state->orders, compare_orders) == NULL) {
        if (order != NULL)
            free_order(order);
        return NULL;
    }
    return order;
}

struct ledger_entry *ledger_state_make_entry(struct ledger_state *state, const char *code, int64_t attempt)
{
    struct ledger_order *order = make_order(state, code);
    struct ledger_entry *entry = entry_of(order, attempt);
    if (entry != NULL || order == NULL)
        return entry;
    entry = calloc(1, sizeof *entry);
    if (entry == NULL)
        return NULL;
    *entry = (struct ledger_entry){.order = order, .attempt = attempt, .next = order->attempts};
    order->attempts = entry;
    return entry;
}

static bool bind_key(struct ledger_state *state, const uint8_t spki[32], struct ledger_order *order)
{
    if (ledger_state_key(state, spki) != NULL)
        return true;
    struct key_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return false;
    memcpy(node->spki, spki, sizeof node->spki);
    node->order = order;
    if (tsearch(node, &state->keys, compare_keys) != NULL)
        return true;
    free(node);
    return false;
}

static bool bind_certificate(struct ledger_state *state, const struct ledger_entry *entry)
{
    if (tfind(&entry->name, &state->certificates, compare_names) != NULL)
        return true;
    struct certificate_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return false;
    node->name = entry->name;
    node->entry = entry;
    if (tsearch(node, &state->certificates, compare_names) != NULL)
        return true;
    free(node);
    return false;
}

static bool raise_crl(struct ledger_state *state, const char *issuer_key, const char *number)
{
    uint8_t key[32];
    if (!hex_decode(issuer_key, key, sizeof key) || strlen(number) >= LEDGER_CRL_NUMBER_SIZE)
        return false;
    struct ledger_crl *seen = (struct ledger_crl *)(uintptr_t)ledger_state_crl(state, key);
    if (seen == NULL) {
        seen = calloc(1, sizeof *seen);
        if (seen == NULL)
            return false;
        memcpy(seen->issuer_key, key, sizeof key);
        if (tsearch(seen, &state->crls, compare_crls) == NULL) {
            free(seen);
            return false;
        }
    }
    if (crl_number_compare(number, seen->number) > 0)
        snprintf(seen->number, sizeof seen->number, "%s", number);
    return true;
}

/* --- applying records --- */

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
        if (!json_is_string(number) || !raise_crl(state, issuer_key, json_string_value(number)))
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
        !bind_key(state, entry->spki, entry->order))
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
    return bind_certificate(state, entry);
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
    struct ledger_order *order = make_order(state, code);
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

static struct revocation_node *make_revocation(struct ledger_state *state, const struct ledger_name *name)
{
    struct revocation_node *node = find_name(&state->revocations, name);
    if (node != NULL || (node = calloc(1, sizeof *node)) == NULL)
        return node;
    node->name = *name;
    if (tsearch(node, &state->revocations, compare_names) != NULL)
        return node;
    free(node);
    return NULL;
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
    struct revocation_node *node = make_revocation(state, &name);
    if (node == NULL)
        return false;
    node->revocation.known = true;
    node->revocation.done = node->revocation.done || done != 0; /* a twin may begin after it was done */
    return hex_decode(transaction, node->revocation.transaction, LEDGER_TRANSACTION_SIZE) &&
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
