/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines as the records of a journal, applied one after the other up to the first that does not fit. What is
 * looked up afterwards is found by every way that leads to it.
 */
#include "pki/signer/ledger_state.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(void *context, const struct ledger_order *order, const struct ledger_entry *entry)
{
    const struct ledger_state *state = context;
    if (ledger_state_order(state, order->code) != order ||
        ledger_state_entry(state, order->code, entry->attempt) != entry)
        abort();
    if (entry->state != ATTEMPT_NONE && ledger_state_key(state, entry->spki) == NULL)
        abort();
    if (entry->name.serial[0] != '\0' && ledger_state_certificate(state, &entry->name) == NULL)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ra_error error = {0};
    struct ledger_state state = {.orders = NULL};
    bool fits = true;
    for (size_t at = 0; fits && at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        const size_t length = end != NULL ? (size_t)(end - data) - at : size - at;
        const struct journal_place place = {at, (uint32_t)length};
        fits = ledger_replay(&state, (struct bytes){data + at, length}, place, &error);
        at += length + 1;
    }
    if (fits) {
        ledger_state_visit(&state, look, &state);
        (void)ledger_state_unresolved(&state);
    }
    ledger_state_clear(&state);
    return 0;
}
