/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the agenda room share among themselves.
 */
#ifndef AGENDA_AGENDA_INTERNAL_H
#define AGENDA_AGENDA_INTERNAL_H

#include "agenda/agenda.h"
#include "agenda/agenda_memory.h"
#include "agenda/agenda_rules.h"
#include "catalog/catalog.h"
#include "db/db.h"

struct duration_copy;

struct agenda_memory *agenda_memory_of(struct ra_app *app);
struct duration_copy *agenda_durations_of(struct ra_app *app);

/* --- the horizon (agenda_horizon.c) --- */

/* Publishes the seats that are missing and withdraws the free ones that no longer ought to be. Idempotent. */
RA_MUST_CHECK bool agenda_publish(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t now_us,
                                  struct ra_error *error);

/* Reads every seat of the horizon into memory. */
RA_MUST_CHECK bool agenda_load_memory(struct ra_app *app, struct db *db, TALLOC_CTX *context, int64_t now_us,
                                      struct ra_error *error);

/* --- availability (agenda_availability.c) --- */

struct agenda_question {
    struct catalog_product *product;
    const char *mode;
    int64_t first_day; /* days since 1970-01-01 in the office's zone */
    size_t days;
    uint32_t skills; /* that a seat must allow */
};

/* product, mode, from and days of the query, or what is wrong with them. */
RA_MUST_CHECK bool agenda_read_question(struct http_request *request, struct agenda_question *question,
                                        struct ra_error *error);

/* {"slots":[…]} as text, of the days asked for. */
RA_MUST_CHECK bool agenda_slots_text(struct http_request *request, const struct agenda_question *question,
                                     enum agenda_side side, struct bytes *text, struct ra_error *error);

/* The free slots of `count` days from `first` on, in order of time, on `context`. */
RA_MUST_CHECK bool agenda_free_slots(struct ra_app *app, TALLOC_CTX *context, int64_t now_us, int64_t first,
                                     size_t count, enum agenda_side side, struct agenda_slot **slots,
                                     size_t *found, struct ra_error *error);

/* The three nearest free slots to a wish, [{"start","end","office","seats"}]; new reference. */
json_t *agenda_alternatives_json(struct http_request *request, int64_t wished_us, enum agenda_side side);

/* May a product be served so? RA_RULE_REFUSED with the rule for video that is not. */
RA_MUST_CHECK bool agenda_check_mode(struct http_request *request, const char *mode, const char *media,
                                     bool sold_in_person, bool sold_by_video, struct ra_error *error);

/* --- store (agenda_store.c) --- */

struct agenda_taking {
    const struct order *order;
    const struct agenda_wish *wish;
    uint32_t skills;        /* that the seat must allow (hours/duration.h) */
    const char *uid;        /* of a new appointment */
    int64_t appointment_id; /* to move; 0 makes a new one */
    int64_t now_us;
};

struct agenda_taken {
    int64_t seat_id, appointment_id, end_us, version;
    int sequence;
};

/* Both passes. Nothing free: RA_SEAT_TAKEN. */
RA_MUST_CHECK bool agenda_store_take(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                                     struct agenda_taken *taken, struct ra_error *error);

/* Frees the appointment's seat; `version` is the seat's afterwards. */
RA_MUST_CHECK bool agenda_store_free(struct db *db, TALLOC_CTX *context, const struct order *order,
                                     int64_t *version, struct ra_error *error);

#endif
