/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the agenda room share among themselves.
 */
#ifndef AGENDA_AGENDA_INTERNAL_H
#define AGENDA_AGENDA_INTERNAL_H

#include "agenda/agenda.h"
#include "agenda/agenda_memory.h"
#include "agenda/agenda_rules.h"
#include "agenda/agenda_run.h"
#include "agenda/agenda_session.h"
#include "catalog/catalog.h"
#include "db/db.h"

struct duration_copy;

struct agenda_memory *agenda_memory_of(struct ra_app *app);
struct rush *agenda_rush_of(struct ra_app *app); /* agenda_work.h */
struct duration_copy *agenda_durations_of(struct ra_app *app);
struct agenda_clicks *agenda_clicks_of(struct ra_app *app); /* agenda_clicks.h */

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
    struct agenda_need need; /* of one session */
};

/* product, mode, from and days of the query, or what is wrong with them. */
RA_MUST_CHECK bool agenda_read_question(struct http_request *request, struct agenda_question *question,
                                        struct ra_error *error);

/* {"slots":[…]} as text, of the days asked for. */
RA_MUST_CHECK bool agenda_slots_text(struct http_request *request, const struct agenda_question *question,
                                     enum agenda_side side, struct bytes *text, struct ra_error *error);

/* What a visit asks for: one session, or two in a row. */
struct agenda_search {
    enum agenda_side side;
    struct agenda_need needs[RUN_HALVES];
    size_t halves;
};

/* The free starts of `count` days from `first` on, in order of time, on `context`. */
RA_MUST_CHECK bool agenda_free_slots(struct ra_app *app, TALLOC_CTX *context, int64_t now_us, int64_t first,
                                     size_t count, const struct agenda_search *search,
                                     struct agenda_slot **slots, size_t *found, struct ra_error *error);

/* The three nearest free starts to a wish, [{"start","end","office","seats"}]; new reference. */
json_t *agenda_alternatives_json(struct http_request *request, int64_t wished_us,
                                 const struct agenda_search *search);

/* May a product be served so? RA_RULE_REFUSED with the rule for video that is not. */
RA_MUST_CHECK bool agenda_check_mode(struct http_request *request, const char *mode, const char *media,
                                     bool sold_in_person, bool sold_by_video, struct ra_error *error);

/* --- store (agenda_store.c) --- */

enum agenda_act { AGENDA_ACT_BOOK, AGENDA_ACT_MOVE, AGENDA_ACT_HOLD };

struct agenda_taking {
    enum agenda_act act;
    const struct order *order;
    const struct agenda_wish *wish;
    struct agenda_session session;
    const char *uid;        /* BOOK: of the new appointment */
    int64_t appointment_id; /* MOVE: which */
    int64_t until_us;       /* HOLD: its end, unless the order holds the seat already */
    int64_t now_us;
};

struct agenda_taken {
    int64_t seat_id; /* the first one */
    int64_t appointment_id, end_us;
    int64_t held_until_us; /* HOLD */
    int sequence;
    struct agenda_change *changes; /* of the seats taken, and of other holds of the order that went with it */
    size_t change_count;
};

/* Ids of seats as a statement takes them. */
struct agenda_seats {
    const char **ids;
    size_t count;
};

/* Both passes for one seat, or the run of several; `freed` were given back in this transaction. Nothing free,
 * or a constraint of the seats said no: RA_SEAT_TAKEN. */
RA_MUST_CHECK bool agenda_store_take(struct db *db, TALLOC_CTX *context, const struct agenda_taking *taking,
                                     const struct agenda_seats *freed, struct agenda_taken *taken,
                                     struct ra_error *error);

/* Waits, holding no seat yet, for all that could serve the takings (of one visit, one after the other), in
 * the order of start and lane, and chooses. Nothing free: RA_SEAT_TAKEN. */
RA_MUST_CHECK bool agenda_store_lock_runs(struct db *db, TALLOC_CTX *context,
                                          const struct agenda_taking *takings, size_t count,
                                          const struct agenda_seats *freed,
                                          struct agenda_seats seats[RUN_HALVES], struct ra_error *error);

/* Takes seats whose rows this transaction has locked and found open. */
RA_MUST_CHECK bool agenda_store_take_locked(struct db *db, TALLOC_CTX *context,
                                            const struct agenda_taking *taking,
                                            const struct agenda_seats *seats, struct agenda_taken *taken,
                                            struct ra_error *error);

/* From here on the transaction waits for a lock a moment only; then RA_UNAVAILABLE, "lock-timeout". */
RA_MUST_CHECK bool agenda_store_wait_briefly(struct db *db, struct ra_error *error);

/* For whom seats are free again: for the office at once and the public from then on, or left to walk-ins. */
struct agenda_freeing {
    int64_t public_from_us;
    bool unclaimed;
};
RA_MUST_CHECK bool agenda_store_free(struct db *db, TALLOC_CTX *context, const struct order *order,
                                     const struct agenda_freeing *how, struct agenda_seats *freed,
                                     struct agenda_change **changes, struct ra_error *error);

/* Adds the column "id" of the rows. */
RA_MUST_CHECK bool agenda_seats_add(TALLOC_CTX *context, const struct db_rows *rows,
                                    struct agenda_seats *freed, struct ra_error *error);

/* The holds that a row of `agenda_let_go` and its like tells as given up, on `context`. */
RA_MUST_CHECK bool agenda_store_let_go(TALLOC_CTX *context, const struct db_rows *rows,
                                       struct agenda_change **changes, size_t *count, struct ra_error *error);

/* --- what acts share (agenda_act.c) --- */

/* Memory follows after the commit. */
RA_MUST_CHECK bool agenda_tell_memory(struct http_request *request, struct agenda_change change,
                                      struct ra_error *error);
RA_MUST_CHECK bool agenda_tell_memory_all(struct http_request *request, const struct agenda_change *changes,
                                          size_t count, struct ra_error *error);

/* May this order have an appointment of that kind: open, and the mode is sold? */
RA_MUST_CHECK bool agenda_check_case(struct http_request *request, const struct order *order,
                                     const struct agenda_wish *wish, struct ra_error *error);
bool agenda_is_live(const struct order *order);

/* At that hour and in that way already: nothing is left to do. */
bool agenda_is_as_wished(const struct order *order, const struct agenda_wish *wish);

/* May the holder book or move once more today (policy appointment_changes_per_day)? The office always may,
 * and a first booking is no change. RA_CONFLICT, "too-many-changes". */
RA_MUST_CHECK bool agenda_check_changes(struct http_request *request, const struct order *order,
                                        struct ra_error *error);

/* May the holder hold an hour or ask for one once more today (policy agenda_clicks_per_day)? RA_CONFLICT,
 * "too-many-clicks". */
RA_MUST_CHECK bool agenda_check_clicks(struct http_request *request, const struct order *order,
                                       struct ra_error *error);

/* When a seat given back now is open to the public: drawn between the two policies. */
RA_MUST_CHECK bool agenda_release_time(struct http_request *request, int64_t *public_from_us,
                                       struct ra_error *error);

/* --- the ends of acts (agenda_booking.c, agenda_hold.c) --- */

/* A new appointment's UID, on the request's context. */
RA_MUST_CHECK bool agenda_new_uid(struct http_request *request, const char **uid, struct ra_error *error);

/* State machine, milestone, event, mail and memory of seats that were taken. */
RA_MUST_CHECK bool agenda_finish_booking(struct http_request *request, struct order *order,
                                         const struct agenda_taking *taking, const struct agenda_taken *taken,
                                         struct ra_error *error);
RA_MUST_CHECK bool agenda_finish_move(struct http_request *request, struct order *order,
                                      const struct agenda_taking *taking, const struct agenda_taken *taken,
                                      struct ra_error *error);

/* Frees the order's seats, memory follows; `freed` grows by them. */
RA_MUST_CHECK bool agenda_free(struct http_request *request, const struct order *order,
                               const struct agenda_freeing *how, struct agenda_seats *freed,
                               struct ra_error *error);

/* Gives the order's seats back: to the waiting list first, to everybody after a delay that nobody can know.
 * `freed` grows by them; before the first it is zero. */
RA_MUST_CHECK bool agenda_give_back(struct http_request *request, const struct order *order,
                                    struct agenda_seats *freed, struct ra_error *error);

struct agenda_held;
/* When a hold made now ends; event and memory of one that was made. */
RA_MUST_CHECK bool agenda_hold_end(struct http_request *request, int64_t *until_us, struct ra_error *error);
RA_MUST_CHECK bool agenda_finish_hold(struct http_request *request, const struct agenda_taking *taking,
                                      const struct agenda_taken *taken, struct agenda_held *held,
                                      struct ra_error *error);

/* --- requests (agenda_request.c) --- */

enum agenda_side agenda_side_of(const struct http_request *request);

/* The wish in the body; what it leaves out is as the appointment has it. */
RA_MUST_CHECK bool agenda_read_wish(struct http_request *request, const struct order *order,
                                    struct agenda_wish *wish, struct ra_error *error);

/* The case of the path, held; by code. Where another order shares its visit, both are held, in the order of
 * their codes. */
RA_MUST_CHECK bool agenda_load_case(struct http_request *request, struct order **order,
                                    struct ra_error *error);
RA_MUST_CHECK bool agenda_load_by_code(struct http_request *request, const char *code, struct order **order,
                                       struct ra_error *error);

/* A refusal for want of a seat, or for losing against others until the tries were used up, carries the three
 * nearest ones that fit the visit of the order, and of `other` unless NULL. Always false. */
bool agenda_refuse(struct http_request *request, struct http_response *response, const struct order *order,
                   const struct order *other, const struct agenda_wish *wish, const struct ra_error *error);

/* The appointment as it stands now; on a page, on to the case. */
bool agenda_answer(struct http_request *request, struct http_response *response, const struct order *order,
                   int status);

#endif
