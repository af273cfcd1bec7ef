/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the model share.
 */
#ifndef RA_CLI_SCREEN_MODEL_INTERNAL_H
#define RA_CLI_SCREEN_MODEL_INTERNAL_H

#include "ra-cli/screen/model.h"

/* model_jobs.c */
void model_push(struct screen_model *model, enum screen_job_kind kind, json_t *take_words, const char *order,
                const char *label);
json_t *model_words(const char *command, const char *order);
size_t model_next_pending(const struct screen_case *kase, size_t from);
void model_read_case(struct screen_model *model, size_t slot);
void model_open_case(struct screen_model *model, const char *order);

/* model_acts.c */
/* The case that the page has in hand, "" where it has none. */
const char *model_order_in_hand(struct screen_model *model);
/* The item or question that the act needs, NULL with a message where another thing is in hand. */
const json_t *model_row_for(struct screen_model *model, const struct screen_act *act);
void model_act(struct screen_model *model, const struct screen_act *act);
void model_natural_act(struct screen_model *model);
void model_flow(struct screen_model *model);

/* model_form.c */
/* Whether choices have to be asked for before the form can open; asked, they come back with the act. */
bool model_form_needs_choices(const struct screen_act *act);
void model_ask_choices(struct screen_model *model, const struct screen_act *act);
void model_open_form(struct screen_model *model, const struct screen_act *act, const json_t *choices);
void model_form_key(struct screen_model *model, int key);

/* model_text.c */
void model_show_text(struct screen_model *model, const char *title, const char *text, bool secret);
void model_show_help(struct screen_model *model);
void model_text_key(struct screen_model *model, int key);
void model_leave_text(struct screen_model *model);

/* model_lock.c */
void model_lock(struct screen_model *model);
void model_lock_key(struct screen_model *model, int key);
void model_unlocked(struct screen_model *model, bool ok, const char *problem);

/* By the queue's answer: a station's clock may be wrong by minutes. What an answer takes on its way is no
 * difference. */
void model_keep_time(struct screen_model *model);

#endif
