/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The shape of the authorisation matrix that the build makes from matrix.txt (matrix_generator.c).
 */
#ifndef AUTHORIZATION_MATRIX_TABLE_H
#define AUTHORIZATION_MATRIX_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    AUTHORIZATION_MACHINES_MAX = 8,
    AUTHORIZATION_WORDS_MAX = 31, /* roles, or states of one machine: each is a bit */
    AUTHORIZATION_CHANNELS = 2,   /* bits as in enum http_listener: 1 public, 2 office */
};

#define AUTHORIZATION_ANY UINT32_MAX

/* A word of the program and what people read for it. */
struct authorization_word {
    const char *word;
    const char *text; /* Portuguese: "titular", "em aberto" */
};

struct authorization_role {
    const char *word;
    const char *text;
    uint32_t channels; /* where it can exist at all */
};

struct authorization_machine {
    const char *word;
    const char *text; /* with its article: "a identificação" */
    const struct authorization_word *states;
    size_t state_count;
};

struct authorization_row {
    const char *operation;
    uint32_t channels;
    uint32_t roles;                              /* bits by their place in the table */
    bool on_case;                                /* false: the operation opens no case */
    uint32_t states[AUTHORIZATION_MACHINES_MAX]; /* bits by their place in the machine; AUTHORIZATION_ANY */
    const char *origin;                          /* "matrix.txt:34" */
};

struct authorization_table {
    const struct authorization_role *roles;
    size_t role_count;
    const struct authorization_machine *machines;
    size_t machine_count;
    const struct authorization_row *rows; /* sorted by operation */
    size_t row_count;
};

/* Made from matrix.txt. */
extern const struct authorization_table authorization_table;

#endif
