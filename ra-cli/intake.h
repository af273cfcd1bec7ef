/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which files go into a dossier: those named, those of a folder, or those that a scanner writes while the
 * command waits. Looks at names and sizes alone.
 *
 * Texts hang on the context given. Thread rules: none shared.
 */
#ifndef RA_CLI_INTAKE_H
#define RA_CLI_INTAKE_H

#include "pki/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>
#include <time.h>

enum {
    INTAKE_FILES_MAX = 40,
    INTAKE_FIRST_WAIT_S = 60, /* for the scanner's first sheet */
    INTAKE_NEXT_WAIT_S = 5,   /* and for each further one */
};

struct intake {
    const char *files[INTAKE_FILES_MAX];
    size_t count;
};

/* Adds a file, or the regular files of a folder in the order of their names (2 before 10), without what is
 * hidden, linked or in further folders. Refused: more than INTAKE_FILES_MAX in all, an empty folder, a file
 * that is empty or larger than a dossier takes. */
RA_MUST_CHECK bool intake_add(TALLOC_CTX *context, const char *path, struct intake *intake,
                              struct ra_error *error);

/* The folder's whole files, in the order of their names, INTAKE_FILES_MAX at most: what is empty, or was
 * written within the last second of the machine's clock `now`, is still being scanned. None is no failure. */
RA_MUST_CHECK bool intake_whole(TALLOC_CTX *context, const char *folder, time_t now, struct intake *intake,
                                struct ra_error *error);

struct scanner;

/* Remembers what lies in the folder now: only what comes later is the scanner's. */
RA_MUST_CHECK bool scanner_open(TALLOC_CTX *context, const char *folder, struct scanner **scanner,
                                struct ra_error *error);

/* Waits for the next sheet until it stopped growing. *path is NULL when no other came in time or Enter was
 * pressed; RA_NOT_FOUND when not even the first came. */
RA_MUST_CHECK bool scanner_next(struct scanner *scanner, const char **path, struct ra_error *error);

/* Moves an accepted sheet into the folder `enviados`; never over another. */
RA_MUST_CHECK bool scanner_sent(struct scanner *scanner, const char *path, struct ra_error *error);

#endif
