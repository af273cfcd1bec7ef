/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One act at the counter while it runs: the case held, its visit, who acts; and the records that every act
 * leaves in its transaction. What an undo puts back is the picture taken before.
 */
#ifndef DESK_ACT_H
#define DESK_ACT_H

#include "approval/office.h"
#include "audit/audit.h"
#include "desk/desk_store.h"
#include "http/http.h"

struct desk_act {
    struct http_request *request;
    struct order *order;
    struct desk_visit visit;
    const struct office_caller *caller;
    int64_t act_id; /* the row of counter_act, once it is recorded */
};

/* The case by code, held, and its last visit. */
RA_MUST_CHECK bool desk_act_begin(struct http_request *request, const char *code, struct desk_act *act,
                                  struct ra_error *error);

/* States and visit as they are; new reference, NULL when memory ran out. */
json_t *desk_act_picture(const struct desk_act *act);

/* Moves the attendance, and the visit with it; writes nothing of the visit. */
RA_MUST_CHECK bool desk_act_set_state(struct desk_act *act, const char *state, struct ra_error *error);

/* The visit row as the act left it. */
RA_MUST_CHECK bool desk_act_save(struct desk_act *act, struct ra_error *error);

/* What an act is called in the three records. `milestone` NULL: none. */
struct desk_verb {
    const char *word;
    const char *milestone;
    enum audit_code code;
};
/* Act with its picture (taken), milestone, event. */
RA_MUST_CHECK bool desk_act_record(struct desk_act *act, const struct desk_verb *verb, json_t *take_before,
                                   json_t *take_personal, struct ra_error *error);

/* save and record, then the answer {"order","states","ticket"?}; `take_before` is taken on every path, also
 * when `done` says that the act failed already. */
RA_MUST_CHECK bool desk_act_end(struct desk_act *act, bool done, const struct desk_verb *verb,
                                json_t *take_before, struct http_response *response, struct ra_error *error);

/* {"order","states","ticket"?,"state"?,…} of the case as it is now. */
RA_MUST_CHECK bool desk_act_answer(struct desk_act *act, struct http_response *response,
                                   struct ra_error *error);

/* The agent's own attendance in hand, if it is not `act`'s case, is set aside: nobody has two before him.
 * `ticket` gets what was set aside, NULL for nothing. */
RA_MUST_CHECK bool desk_act_free_hands(struct http_request *request, const char *for_code,
                                       const char **ticket, struct ra_error *error);

/* What a desk may be called; NULL is none and well. */
RA_MUST_CHECK bool desk_name_check(const char *name, struct ra_error *error);

http_handler desk_check_in, desk_check_in_by_text, desk_set_priority, desk_set_needs; /* desk_checkin.c */
http_handler desk_call_one, desk_call_next;                                           /* desk_call.c */
http_handler desk_park, desk_transfer, desk_reactivate, desk_no_show, desk_finish;    /* desk_move.c */
http_handler desk_undo;                                                               /* desk_undo.c */
http_handler desk_choices;                                                            /* desk_choices.c */
http_handler desk_queue;                                                              /* desk_queue.c */
http_handler desk_qr;                                                                 /* desk_qr.c */
http_handler desk_panel;                                                              /* desk_panel.c */

#endif
