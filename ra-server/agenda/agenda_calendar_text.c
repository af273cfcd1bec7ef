/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_calendar_text.h"

#include <pthread.h>
#include <string.h>

enum { FOLD_OCTETS = 75 };

static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

void calendar_library_enter(void)
{
    pthread_mutex_lock(&library_lock);
}

void calendar_library_leave(void)
{
    pthread_mutex_unlock(&library_lock);
}

/* --- folding --- */

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* libical counts folds in octets but not always at characters' borders: its folds are taken out and made
 * anew. `output` has room for twice the input. */
static size_t fold(const char *input, char *output)
{
    size_t used = 0, line = 0;
    for (size_t i = 0; input[i] != '\0';) {
        if (strncmp(&input[i], "\r\n ", 3) == 0 || strncmp(&input[i], "\r\n\t", 3) == 0) {
            i += 3;
            continue;
        }
        if (strncmp(&input[i], "\r\n", 2) == 0) {
            memcpy(output + used, "\r\n", 2);
            used += 2;
            i += 2;
            line = 0;
            continue;
        }
        size_t length = 1;
        while (continues_character(input[i + length]))
            length++;
        if (line + length > FOLD_OCTETS) {
            memcpy(output + used, "\r\n ", 3);
            used += 3;
            line = 1;
        }
        memcpy(output + used, &input[i], length);
        used += length;
        line += length;
        i += length;
    }
    return used;
}

bool calendar_text(TALLOC_CTX *context, icalcomponent *component, struct bytes *output,
                   struct ra_error *error)
{
    char *made = component != NULL ? icalcomponent_as_ical_string_r(component) : NULL;
    char *folded = made != NULL ? talloc_size(context, strlen(made) * 2 + 1) : NULL;
    if (folded != NULL) {
        *output = (struct bytes){(const uint8_t *)folded, fold(made, folded)};
        folded[output->length] = '\0';
    }
    icalmemory_free_buffer(made);
    return folded != NULL || ra_fail(error, RA_NO_MEMORY, "calendar");
}
