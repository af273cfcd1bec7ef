/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "authorization/authorization.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)HTTP_PUBLIC == 1 && (int)HTTP_OFFICE == 2, "the matrix has its channels as these bits");

static const char visitor[] = "visitor";

static int compare_operation(const void *operation, const void *row)
{
    return strcmp(operation, ((const struct authorization_row *)row)->operation);
}

const struct authorization_row *authorization_row(const char *operation)
{
    return bsearch(operation, authorization_table.rows, authorization_table.row_count,
                   sizeof authorization_table.rows[0], compare_operation);
}

/* --- role × channel × operation --- */

static uint32_t role_bit(const char *role)
{
    for (size_t i = 0; i < authorization_table.role_count; i++) {
        if (strcmp(authorization_table.roles[i].word, role) == 0)
            return UINT32_C(1) << i;
    }
    return 0;
}

bool authorization_allows_caller(const char *operation, const char *role, enum http_listener channel)
{
    const struct authorization_row *row = authorization_row(operation);
    bool one_channel = channel == HTTP_PUBLIC || channel == HTTP_OFFICE;
    return row != NULL && one_channel && (row->channels & (uint32_t)channel) != 0 &&
           (row->roles & role_bit(role)) != 0;
}

bool authorization_permit(struct http_request *request, struct ra_error *error)
{
    const char *role = request->role != NULL ? request->role : visitor;
    if (authorization_allows_caller(request->route->operation, role, request->listener))
        return true;
    return ra_fail_reason(error, RA_FORBIDDEN, "operation-not-allowed",
                          "O seu papel não permite esta operação por este canal.");
}

/* --- state × operation --- */

static const char *state_of(const struct authorization_machine *machine,
                            const struct authorization_state *states, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(states[i].machine, machine->word) == 0)
            return states[i].state;
    }
    return "";
}

static uint32_t state_bit(const struct authorization_machine *machine, const char *state)
{
    for (size_t i = 0; i < machine->state_count; i++) {
        if (strcmp(machine->states[i].word, state) == 0)
            return UINT32_C(1) << i;
    }
    return 0;
}

bool authorization_allows_case(const char *operation, const struct authorization_state *states, size_t count,
                               const struct authorization_machine **culprit)
{
    const struct authorization_row *row = authorization_row(operation);
    const struct authorization_machine *refusing = NULL;
    bool allowed = row != NULL && row->on_case;
    for (size_t i = 0; allowed && i < authorization_table.machine_count; i++) {
        const struct authorization_machine *machine = &authorization_table.machines[i];
        if (row->states[i] == AUTHORIZATION_ANY ||
            (row->states[i] & state_bit(machine, state_of(machine, states, count))) != 0)
            continue;
        refusing = machine;
        allowed = false;
    }
    if (culprit != NULL)
        *culprit = refusing;
    return allowed;
}

/* What people read for a state; an unknown one is shown as it is. */
static const char *text_of(const struct authorization_machine *machine, const char *state)
{
    for (size_t i = 0; i < machine->state_count; i++) {
        if (strcmp(machine->states[i].word, state) == 0)
            return machine->states[i].text;
    }
    return state;
}

/* "em aberto ou suspensa": the states of one machine that would do. */
static void list_states(const struct authorization_machine *machine, uint32_t allowed, char *text,
                        size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < machine->state_count; i++) {
        if ((allowed >> i & 1) == 0)
            continue;
        const char *joint = used == 0 ? "" : (allowed >> i) == 1 ? " ou " : "; ";
        int written = snprintf(text + used, size - used, "%s%s", joint, machine->states[i].text);
        if (written < 0 || (size_t)written >= size - used)
            return;
        used += (size_t)written;
    }
}

bool authorization_check_case(const char *operation, const struct authorization_state *states, size_t count,
                              struct ra_error *error)
{
    const struct authorization_machine *culprit = NULL;
    char wanted[200];
    if (authorization_allows_case(operation, states, count, &culprit))
        return true;
    if (culprit == NULL)
        return ra_fail(error, RA_INTERNAL,
                       "%s loads a case, and the authorisation matrix says that it does not", operation);
    size_t place = (size_t)(culprit - authorization_table.machines);
    list_states(culprit, authorization_row(operation)->states[place], wanted, sizeof wanted);
    return ra_fail_reason(error, RA_CONFLICT, "state-not-allowed",
                          "Isto não cabe agora: %s está %s. Cabe quando está: %s.", culprit->text,
                          text_of(culprit, state_of(culprit, states, count)), wanted);
}
