/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the counter in lines keeps between two lines, and what it says of a page.
 */
#ifndef RA_CLI_SCREEN_PLAIN_INTERNAL_H
#define RA_CLI_SCREEN_PLAIN_INTERNAL_H

#include "ra-cli/screen/session.h"

/* What was said last: what did not change is not said again, and a number means what was heard. */
struct plain {
    struct session *session;
    enum screen_page page;
    char order[SCREEN_ORDER_SIZE]; /* of the case that was read out */
    json_t *heard;                 /* the rows, in the order in which they were read out */
    bool changed_told;             /* that the list is not as it was read out */
    bool begun;                    /* the keys were told */
    bool form_told;                /* how a form is filled was told */
};

/* A line, ended; wrapped between words on a terminal, which would break anywhere. A program that reads the
 * lines breaks them for itself. */
void plain_say(const char *text);

/* Columns of a line; SIZE_MAX where nothing is wrapped. */
size_t plain_width(void);

/* Where one is: the page when one has come to it, else only the row in hand. */
void plain_say_place(struct plain *plain);

/* Every key of this place, with what it does. */
void plain_say_keys(struct screen_model *model);

/* The rows of the page, and which of them is chosen. */
size_t plain_rows(struct screen_model *model);
size_t *plain_chosen(struct screen_model *model);

/* Chooses the row that was read out under this number, wherever it stands by now. */
void plain_choose(struct plain *plain, size_t number);

#endif
