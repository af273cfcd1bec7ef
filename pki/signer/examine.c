/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pki/signer/examine.h"

#include "pki/signer/ledger_state.h"

#include <string.h>

struct printing {
    FILE *output;
    TALLOC_CTX *memory;
    bool failed;
};

static const char *state_word(enum attempt_state state)
{
    switch (state) {
#define X(id, kind)                                                                                          \
    case id:                                                                                                 \
        return kind;
        ATTEMPT_STATES(X)
#undef X
    }
    return "";
}

static void print_line(struct printing *printing, json_t *take_object)
{
    if (take_object == NULL || json_dumpf(take_object, printing->output, JSON_COMPACT) != 0 ||
        fputc('\n', printing->output) == EOF)
        printing->failed = true;
    json_decref(take_object);
}

static void print_entry(void *context, const struct ledger_order *order, const struct ledger_entry *entry)
{
    (void)order;
    struct printing *printing = context;
    const char *transaction =
        hex_encode(printing->memory, (struct bytes){entry->transaction, sizeof entry->transaction});
    const char *spki = hex_encode(printing->memory, (struct bytes){entry->spki, sizeof entry->spki});
    print_line(printing, json_pack("{s:I,s:s,s:s,s:s,s:s}", "attempt", (json_int_t)entry->attempt, "state",
                                   state_word(entry->state), "transaction", transaction, "spki", spki,
                                   "serial", entry->name.serial));
}

static bool print(const struct ledger_state *state, FILE *output, struct ra_error *error)
{
    struct printing printing = {.output = output, .memory = talloc_new(NULL)};
    print_line(&printing, json_pack("{s:s,s:s,s:I}", "journal", "guiche-journal-1", "instance",
                                    state->instance, "began", (json_int_t)state->began));
    ledger_state_visit(state, print_entry, &printing);
    talloc_free(printing.memory);
    return (!printing.failed && fflush(output) == 0) || ra_fail(error, RA_IO, "output");
}

bool examine_journal(const char *folder, const char *instance, FILE *output, struct ra_error *error)
{
    struct ledger_state state = {.began = 0};
    bool ok = journal_examine(folder, ledger_replay, &state, error);
    if (ok && strcmp(state.instance, instance) != 0)
        ok = ra_fail(error, RA_IO, "journal: it belongs to another instance");
    ok = ok && print(&state, output, error);
    ledger_state_clear(&state);
    return ok;
}
