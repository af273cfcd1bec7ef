/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The full-screen counter as a pure machine: keys and answers go in, jobs (plain commands) come out, and what
 * stands in it is what a view draws. It knows no terminal, no network and no clock of its own.
 *
 * One act runs at a time. What is typed meanwhile waits and is played when the act and its readings are over;
 * a refusal throws it away, since it was typed in the belief that the act would succeed.
 *
 * Ownership: everything hangs on the model. Thread rules: one thread.
 */
#ifndef RA_CLI_SCREEN_MODEL_H
#define RA_CLI_SCREEN_MODEL_H

#include "ra-cli/screen/acts.h"

#include <stdint.h>

enum screen_page { PAGE_QUEUE, PAGE_INBOX, PAGE_CASE, PAGE_FIND, PAGE_TEXT, PAGE_READ, PAGE_LOCK };

enum {
    SCREEN_ORDER_SIZE = 16,
    SCREEN_MESSAGE_SIZE = 400,
    SCREEN_SLOTS = 2,
    SCREEN_ROWS_MAX = 200,
    SCREEN_WAITING_KEYS = 512,
    SCREEN_JOBS_MAX = 24,
};

enum screen_job_kind {
    JOB_QUEUE,   /* reading: the queue and the inbox */
    JOB_CASE,    /* reading: show, of a slot */
    JOB_ITEMS,   /* reading: checklist, of a slot */
    JOB_REASONS, /* reading: coded reasons */
    JOB_LISTS,   /* reading: products and priorities of the day */
    JOB_FIND,    /* reading: search */
    JOB_CHOICES, /* reading, for a form that opens when it comes: files or free hours */
    JOB_ACT,     /* changes something */
    JOB_TEXT,    /* its rendered text is shown */
    JOB_LOCK,    /* no command: forget the key */
    JOB_UNLOCK,  /* no command: try the pass phrase in screen_secret */
};

struct screen_job {
    enum screen_job_kind kind;
    size_t slot;
    unsigned serial; /* of a search: an answer to an older one is not wanted */
    json_t *words;   /* the command; NULL for lock and unlock. The taker's reference */
    char order[SCREEN_ORDER_SIZE];
    const char *label; /* of the act; static or on the model */
};

struct screen_result {
    bool ok;
    json_t *document;    /* borrowed; NULL when it failed */
    const char *text;    /* as for people (JOB_TEXT, JOB_ACT); NULL: none */
    const char *problem; /* when it failed */
};

/* A line of the case's page: an item of the checklist, or a question. Borrowed from the checklist. */
struct screen_row {
    const json_t *json;
    bool question;
};

struct screen_case {
    char order[SCREEN_ORDER_SIZE]; /* "": nothing here */
    json_t *show;                  /* NULL until it came */
    json_t *checklist;
    struct screen_row rows[SCREEN_ROWS_MAX];
    size_t row_count;
    size_t at;
};

struct screen_text {
    const char *title;
    char *content; /* whole, for a terminal that changes its width */
    char **lines;
    size_t count;
    size_t top;
    bool secret; /* wiped when it is left */
};

struct screen_model {
    /* the station */
    const char *who;
    bool is_protected; /* the identity has a pass phrase */
    int64_t station_s; /* by the station's clock */
    int64_t ahead_s;   /* how far the office's is ahead of it, as far as matters */
    int64_t now_s;     /* by the office's: hours promised and waits are counted by it */
    size_t page_lines; /* lines of text that the view has room for */
    size_t page_columns;

    /* the office */
    json_t *queue; /* the whole answer */
    json_t *reasons;
    json_t *lists; /* of the day that they name */
    size_t queue_at, inbox_at;

    /* cases: the one in front and the one beside it */
    struct screen_case cases[SCREEN_SLOTS];
    size_t front;

    enum screen_page page, under; /* under: what a text, a search or the lock covers */
    struct screen_text text;
    bool read_to_end;
    int verdict; /* of what is read: 0 open, 1 agreed, -1 not */

    struct screen_field search;
    json_t *found;
    size_t found_at;
    unsigned search_serial;

    struct screen_form *form;          /* NULL: none open */
    const struct screen_act *form_act; /* what it is for */
    bool flow;                         /* the next item's form opens by itself */
    bool advance;                      /* the item in hand is done: go to the next one that is pending */

    struct screen_field secret; /* typed at the lock */
    bool trying;                /* the pass phrase is being tried */

    struct screen_job jobs[SCREEN_JOBS_MAX];
    size_t job_count;
    size_t running; /* jobs taken and not answered */
    bool acting;    /* an act or its readings are not over */
    json_t *then;   /* words that follow the act that runs */
    int waiting[SCREEN_WAITING_KEYS];
    size_t waiting_count;

    bool linked; /* the server answers */
    bool give_up;
    bool leaving;
    char message[SCREEN_MESSAGE_SIZE];
    bool message_is_problem;
};

/* `who` is how the agent is called on the screen. A protected identity begins locked. */
struct screen_model *screen_new(TALLOC_CTX *context, const char *who, bool is_protected);

void screen_key(struct screen_model *model, int key);

/* The next job, oldest first; false: none. Every job taken is answered once, with screen_done. */
bool screen_take_job(struct screen_model *model, struct screen_job *job);
void screen_done(struct screen_model *model, const struct screen_job *job,
                 const struct screen_result *result);

/* Something changed at the office: what is shown is read again. */
void screen_refresh(struct screen_model *model);

/* The server answers again, or did not for the n-th time. */
void screen_link(struct screen_model *model, bool linked);

/* What is to be read before agreeing; the verdict comes in model->verdict, which the caller takes. */
void screen_read(struct screen_model *model, const char *text, const char *question);

void screen_message(struct screen_model *model, bool problem, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The case in front. */
struct screen_case *screen_front(struct screen_model *model);

/* What acts of this page are about; 0 where there are none. */
enum act_place screen_place(const struct screen_model *model);

/* The room that the terminal has for text: what is shown is wrapped anew where its width changed. */
void screen_size(struct screen_model *model, size_t lines, size_t columns);

/* The row selected, or NULL. */
const struct screen_row *screen_row_in_hand(struct screen_model *model);

/* Item of the queue or inbox by index, NULL past the end; how many there are. */
const json_t *screen_queue_item(const struct screen_model *model, const char *list, size_t index);
size_t screen_queue_count(const struct screen_model *model, const char *list);

/* Text member, "" where there is none. */
const char *screen_member(const json_t *object, const char *name);

#endif
