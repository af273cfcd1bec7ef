/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long a session lasts: product × persons × mode, from dated rows (table session_duration). One visit may
 * serve several products, an e-CPF and an e-CNPJ say: their minutes add up, what must be prepared is prepared
 * once, and the seat must allow what any of them asks for.
 *
 * The rule is a pure function; duration_of_visit reads the rows in force from a copy in memory.
 */
#ifndef AGENDA_HOURS_DURATION_H
#define AGENDA_HOURS_DURATION_H

#include "agenda/agenda_rules.h"
#include "app.h"
#include "orders/orders.h"
#include "pki/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;

/* Bits of agenda_skill; a seat of a lane without limits carries them all. */
#define AGENDA_EVERY_SKILL UINT32_C(0x3FFFFFFF)

struct duration_row {
    const char *product; /* "*": any that has no row of its own */
    const char *mode;
    int persons; /* so many and more, up to the next row */
    int minutes;
    int preparation_minutes;
    uint32_t skills;
    const char *from, *until; /* YYYY-MM-DD, both included; "" = no end */
};

/* One product of a visit and how many people come for it. */
struct duration_part {
    const char *product;
    int persons;
};

struct duration {
    int minutes;             /* with the people */
    int preparation_minutes; /* before them: the room of a video session is opened and tried */
    uint32_t skills;         /* that the seat must allow */
};

/* false when a part has no row on `day` in this mode: then it is not served so. */
bool duration_add_up(const struct duration_row *rows, size_t row_count, const char *day, const char *mode,
                     const struct duration_part *parts, size_t part_count, struct duration *duration);

/* The same as a need of seats. */
struct agenda_need duration_need(const struct duration *duration);

/* Everybody of the case who has to be there: holder or responsible, and the representatives. */
struct duration_part duration_part_of(const struct order *order);

/* By the rows in force on the day of `start_us` (an instant) in the office's zone. RA_RULE_REFUSED, reason
 * "no-duration", when one of the parts is not served in this mode. */
RA_MUST_CHECK bool duration_of_visit(struct ra_app *app, TALLOC_CTX *context, int64_t start_us,
                                     const char *mode, const struct duration_part *parts, size_t count,
                                     struct duration *duration, struct ra_error *error);

/* --- the copy in memory: replaced at start and with every reading of the agenda --- */

struct duration_copy;

struct duration_copy *duration_copy_new(TALLOC_CTX *context);
RA_MUST_CHECK bool duration_load(struct duration_copy *copy, struct db *db, struct ra_error *error);

#endif
