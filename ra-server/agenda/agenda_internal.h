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
struct rush *agenda_rush_of(struct ra_app *app); /* agenda_work.h */
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

/* The three nearest free slots to a wish, [{"start","end","office","seats"}]; new reference. `pairs`: only
 * those with another free one right after them. */
json_t *agenda_alternatives_json(struct http_request *request, int64_t wished_us, enum agenda_side side,
                                 bool pairs);

/* May a product be served so? RA_RULE_REFUSED with the rule for video that is not. */
RA_MUST_CHECK bool agenda_check_mode(struct http_request *request, const char *mode, const char *media,
                                     bool sold_in_person, bool sold_by_video, struct ra_error *error);

/* --- store (agenda_store.c) --- */

enum agenda_act { AGENDA_ACT_BOOK, AGENDA_ACT_MOVE, AGENDA_ACT_HOLD };

struct agenda_taking {
    enum agenda_act act;
    const struct order *order;
    const struct agenda_wish *wish;
    uint32_t skills;        /* that the seat must allow (hours/duration.h) */
    const char *uid;        /* BOOK: of the new appointment */
    int64_t appointment_id; /* MOVE: which */
    int64_t until_us;       /* HOLD: its end, unless the order holds the seat already */
    int64_t now_us;
};

struct agenda_taken {
    int64_t seat_id, appointment_id, end_us, version;
    int64_t held_until_us; /* HOLD */
    int64_t public_from_us;
    int sequence;
    struct agenda_change *let_go; /* other holds of the order, given up with this; on the context */
    size_t let_go_count;
};

/* Both passes. Nothing free, or a constraint of the seats said no: RA_SEAT_TAKEN. */
RA_MUST_CHECK bool agenda_store_take(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                                     struct agenda_taken *taken, struct ra_error *error);

/* BOOK or HOLD of a seat whose row this transaction has locked and found open. */
RA_MUST_CHECK bool agenda_store_take_locked(struct db *db, TALLOC_CTX *context,
                                            const struct agenda_taking *taking, int64_t seat_id,
                                            struct agenda_taken *taken, struct ra_error *error);

/* From here on the transaction waits for a lock a moment only; then RA_UNAVAILABLE, "lock-timeout". */
RA_MUST_CHECK bool agenda_store_wait_briefly(struct db *db, struct ra_error *error);

/* Frees the appointment's seat, for the public from `public_from_us` on; `version` is the seat's afterwards.
 */
RA_MUST_CHECK bool agenda_store_free(struct db *db, TALLOC_CTX *context, const struct order *order,
                                     int64_t public_from_us, int64_t *version, struct ra_error *error);

/* The holds that a row of `agenda_let_go` and its like tells as given up, on `context`. */
RA_MUST_CHECK bool agenda_store_let_go(TALLOC_CTX *context, const struct db_rows *rows,
                                       struct agenda_change **changes, size_t *count, struct ra_error *error);

/* --- what acts share (agenda_act.c) --- */

/* Memory follows after the commit. */
RA_MUST_CHECK bool agenda_tell_memory(struct http_request *request, struct agenda_change change,
                                      struct ra_error *error);
RA_MUST_CHECK bool agenda_tell_memory_all(struct http_request *request, const struct agenda_change *changes,
                                          size_t count, struct ra_error *error);

/* May this order have an appointment of that kind: open, and the mode is sold? And may that start be wished:
 * to come, and on a slot? Gives the zone's offset then. */
RA_MUST_CHECK bool agenda_check_case(struct http_request *request, const struct order *order,
                                     const struct agenda_wish *wish, struct ra_error *error);
RA_MUST_CHECK bool agenda_check_start(struct http_request *request, const struct agenda_wish *wish,
                                      int *offset_s, struct ra_error *error);
/* What the seat of that visit must allow. */
RA_MUST_CHECK bool agenda_skills_of(struct http_request *request, const struct order *order,
                                    const struct agenda_wish *wish, uint32_t *skills, struct ra_error *error);
bool agenda_is_live(const struct order *order);

/* When a seat given back now is open to the public: drawn between the two policies. */
RA_MUST_CHECK bool agenda_release_time(struct http_request *request, int64_t *public_from_us,
                                       struct ra_error *error);

/* --- the ends of acts (agenda_booking.c, agenda_hold.c) --- */

/* A new appointment's UID, on the request's context. */
RA_MUST_CHECK bool agenda_new_uid(struct http_request *request, const char **uid, struct ra_error *error);

/* State machine, milestone, event, mail and memory of a seat that was taken. */
RA_MUST_CHECK bool agenda_finish_booking(struct http_request *request, struct order *order,
                                         const struct agenda_taking *taking, const struct agenda_taken *taken,
                                         int offset_s, struct ra_error *error);

struct agenda_held;
/* When a hold made now ends; event and memory of one that was made. */
RA_MUST_CHECK bool agenda_hold_end(struct http_request *request, int64_t *until_us, struct ra_error *error);
RA_MUST_CHECK bool agenda_finish_hold(struct http_request *request, const struct agenda_taking *taking,
                                      const struct agenda_taken *taken, int offset_s,
                                      struct agenda_held *held, struct ra_error *error);

/* --- requests (agenda_request.c) --- */

enum agenda_side agenda_side_of(const struct http_request *request);

/* The wish in the body; what it leaves out is as the appointment has it. */
RA_MUST_CHECK bool agenda_read_wish(struct http_request *request, const struct order *order,
                                    struct agenda_wish *wish, struct ra_error *error);

/* The case of the path, held. */
RA_MUST_CHECK bool agenda_load_case(struct http_request *request, struct order **order,
                                    struct ra_error *error);

/* A refusal for want of a seat, or for losing against others until the tries were used up, carries the three
 * nearest ones. Always false. */
bool agenda_refuse(struct http_request *request, struct http_response *response, int64_t wished_us,
                   const struct ra_error *error);
/* The same for a visit of two orders: starts with another free seat right after. */
bool agenda_refuse_two(struct http_request *request, struct http_response *response, int64_t wished_us,
                       const struct ra_error *error);

/* The appointment as it stands now; on a page, on to the case. */
bool agenda_answer(struct http_request *request, struct http_response *response, const struct order *order,
                   int status);

#endif
