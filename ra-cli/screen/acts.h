/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of what the counter does by keys: the dispatch, the help line, the `?` page and the numbered menu
 * of the line mode are made of it. Every act runs a plain command of ra-cli.
 */
#ifndef RA_CLI_SCREEN_ACTS_H
#define RA_CLI_SCREEN_ACTS_H

#include "ra-cli/screen/form.h"

enum act_place {
    ACT_IN_QUEUE = 1, /* on the person selected in the queue */
    ACT_IN_INBOX = 2, /* on the case selected in the inbox */
    ACT_IN_CASE = 4,  /* on the case in front */
    ACT_ANYWHERE = 7,
};

enum act_kind {
    ACT_VERB, /* of the screen itself: nothing is asked of the server but readings */
    ACT_RUN,  /* a command at once */
    ACT_FORM, /* a command after a form */
    ACT_SHOW, /* a command whose text is shown */
};

enum act_verb {
    VERB_NONE,
    VERB_QUEUE,
    VERB_INBOX,
    VERB_SWAP,
    VERB_FIND,
    VERB_OPEN,
    VERB_ITEM,  /* the natural act of the item in hand */
    VERB_FACTS, /* to the first question */
    VERB_HELP,
    VERB_LOCK,
    VERB_LEAVE,
};

/* Where the choices of a field come from. */
enum act_source {
    SOURCE_TEXT,       /* the definition's own */
    SOURCE_FILES,      /* the scanner's folder */
    SOURCE_BASES,      /* the item's base, and the others */
    SOURCE_KINDS,      /* what serves for the item */
    SOURCE_REASONS,    /* coded reasons */
    SOURCE_PEOPLE,     /* of the case */
    SOURCE_SLOTS,      /* free hours */
    SOURCE_PRODUCTS,   /* on sale today */
    SOURCE_PRIORITIES, /* the definition's own, then the law's classes */
    SOURCE_ANSWERS,    /* of the question in hand */
};

/* What stands before a command's own positionals. */
enum act_subject {
    SUBJECT_NONE,
    SUBJECT_ORDER,
    SUBJECT_ORDER_LAST, /* the order comes after them */
    SUBJECT_ITEM,
    SUBJECT_QUESTION,
};

struct act_field {
    const char *label; /* NULL ends the list */
    const char *option;
    enum form_kind kind;
    bool required;
    enum act_source source;
    const char *text; /* SOURCE_TEXT: "value=label;value=label" for a choice, else what stands there first */
};

struct screen_act {
    int key;
    unsigned places;
    enum act_kind kind;
    enum act_verb verb;
    enum act_subject subject;
    const char *command;            /* "" for a verb */
    const struct act_field *fields; /* NULL: none */
    const char *constant;           /* a flag that always goes with it; NULL */
    const char *then;               /* after the form's command; NULL */
    const char *first;              /* the field where typing begins; NULL: the first */
    const char *label;              /* two words for the help line */
    const char *help;               /* a sentence for the `?` page */
    int rank;                       /* 1 first in the help line; 0: only on the `?` page */
};

extern const struct screen_act screen_acts[]; /* ended by key 0 */

/* The act of a key at a place; NULL: none. */
const struct screen_act *act_of_key(int key, enum act_place place);

/* "Enter", "/" …, in a buffer of the caller's of at least 8 bytes. */
const char *act_key_name(int key, char name[8]);

#endif
