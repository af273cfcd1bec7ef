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

struct ledger_order *ledger_state_make_order(struct ledger_state *state, const char *code)
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
    struct ledger_order *order = ledger_state_make_order(state, code);
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

bool ledger_state_bind_key(struct ledger_state *state, const uint8_t spki[32], struct ledger_order *order)
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

bool ledger_state_bind_certificate(struct ledger_state *state, const struct ledger_entry *entry)
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

bool ledger_state_raise_crl(struct ledger_state *state, const char *issuer_key, const char *number)
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

struct ledger_revocation *ledger_state_make_revocation(struct ledger_state *state,
                                                       const struct ledger_name *name)
{
    struct revocation_node *node = find_name(&state->revocations, name);
    if (node != NULL)
        return &node->revocation;
    node = calloc(1, sizeof *node);
    if (node == NULL)
        return NULL;
    node->name = *name;
    if (tsearch(node, &state->revocations, compare_names) != NULL)
        return &node->revocation;
    free(node);
    return NULL;
}
