/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line that is being typed: UTF-8, edited at its end. Pure.
 */
#ifndef RA_CLI_SCREEN_FIELD_H
#define RA_CLI_SCREEN_FIELD_H

#include <stdbool.h>
#include <stddef.h>

enum { FIELD_SIZE = 512 };

struct screen_field {
    char text[FIELD_SIZE]; /* always ended by a zero */
    size_t length;         /* bytes */
};

/* A character, Backspace or Ctrl-U; false: the key is none of these, and nothing changed. What no longer fits
 * is not taken. */
bool field_key(struct screen_field *field, int key);

void field_set(struct screen_field *field, const char *text);

/* Overwrites what was typed. */
void field_wipe(struct screen_field *field);

/* Only the digits of what was typed; `size` bytes at `digits`. Returns how many there are in all. */
size_t field_digits(const struct screen_field *field, char *digits, size_t size);

#endif
