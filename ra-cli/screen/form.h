/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A form over the screen: the fields of one command, filled by keys, turned into the words of that command.
 * Pure. A date goes on to the next field by itself when its eight digits are there, a CPF with its eleven, a
 * CNPJ with its fourteen: what is typed is data, not Tab.
 *
 * Everything hangs on the form, which is a talloc object.
 */
#ifndef RA_CLI_SCREEN_FORM_H
#define RA_CLI_SCREEN_FORM_H

#include "ra-cli/screen/field.h"

#include <jansson.h>
#include <talloc.h>

enum form_kind {
    FORM_TEXT,
    FORM_DATE,   /* typed DDMMAAAA, sent AAAA-MM-DD */
    FORM_CPF,    /* eleven digits */
    FORM_CNPJ,   /* fourteen */
    FORM_WORDS,  /* several words, each an argument of its own */
    FORM_MONEY,  /* typed 1234,56, sent in cents */
    FORM_CHOICE, /* one of a list: arrows, or the beginning of its words */
};

enum { FORM_FIELDS_MAX = 16, FORM_CHOICES_MAX = 200, FORM_WORDS_MAX = 8 };

struct form_choice {
    const char *value; /* "" sends nothing */
    const char *label;
};

struct form_field {
    const char *label;
    const char *option; /* without dashes; NULL: a positional argument; "" : a flag of its value */
    enum form_kind kind;
    bool required;
    struct screen_field typed; /* for a choice: what was typed to find it */
    struct form_choice *choices;
    size_t choice_count;
    size_t chosen;
};

struct screen_form {
    const char *title;
    const char *command;                    /* "document add" */
    const char *subject;                    /* second line: the item, the question */
    const char *positional[FORM_WORDS_MAX]; /* before those of the fields: the order, the item */
    size_t positional_count;
    const char *last;                     /* after those of the fields; NULL: none */
    const char *constant[FORM_WORDS_MAX]; /* options that no field fills: "--person", "…" */
    size_t constant_count;
    const char *then; /* a second command with the same positionals and constants; NULL: none */
    struct form_field fields[FORM_FIELDS_MAX];
    size_t count;
    size_t at;
    const char *problem; /* what is not right yet; NULL */
};

enum form_outcome {
    FORM_OPEN,   /* goes on */
    FORM_SENT,   /* Enter: send it (and `then`) */
    FORM_SENT_1, /* F2: send it without `then` */
    FORM_CLOSED, /* Esc */
};

struct screen_form *form_new(TALLOC_CTX *context, const char *title, const char *command);

/* Texts are copied. NULL where the form is full or memory ran out. */
struct form_field *form_add(struct screen_form *form, const char *label, const char *option,
                            enum form_kind kind, bool required);
void form_choice_add(struct screen_form *form, struct form_field *field, const char *value,
                     const char *label);
void form_positional(struct screen_form *form, const char *word);
void form_constant(struct screen_form *form, const char *option, const char *value);

enum form_outcome form_key(struct screen_form *form, int key);

/* What the field would send, on the form; "" for nothing. */
const char *form_value(struct screen_form *form, const struct form_field *field);

/* The field as it stands on the screen, on the form. */
const char *form_shown(struct screen_form *form, const struct form_field *field);

/* The command's words: options, "--", positionals. New reference. */
json_t *form_words(struct screen_form *form);

/* The words of `then`. New reference; NULL where there is none. */
json_t *form_then_words(struct screen_form *form);

#endif
