/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agenda/agenda_feed.h"

#include <string.h>

bool agenda_feed_may(enum office_role role, enum feed_of of, enum feed_act act)
{
    switch (role) {
    case OFFICE_AGENT:
        return of == FEED_OF_AGENT || act == FEED_SHOW;
    case OFFICE_ADMIN:
        return of == FEED_OF_OFFICE;
    case OFFICE_AUDITOR:
    default:
        return false;
    }
}

/* The next element of a comma-separated list, without blanks and the mark of a weak tag. */
static const char *next_tag(const char **at, size_t *length)
{
    const char *tag = *at + strspn(*at, " \t,");
    *length = strcspn(tag, ",");
    *at = tag + *length;
    while (*length > 0 && (tag[*length - 1] == ' ' || tag[*length - 1] == '\t'))
        (*length)--;
    if (*length > 2 && strncmp(tag, "W/", 2) == 0) {
        tag += 2;
        *length -= 2;
    }
    return tag;
}

bool agenda_feed_unchanged(const char *header, const char *tag)
{
    bool same = false;
    if (header == NULL)
        return false;
    while (*header != '\0' && !same) {
        size_t length = 0;
        const char *given = next_tag(&header, &length);
        same = (length == 1 && given[0] == '*') ||
               (length == strlen(tag) && length > 0 && strncmp(given, tag, length) == 0);
    }
    return same;
}
