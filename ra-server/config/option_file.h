/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file of `key = value` lines (# starts a comment line) read into a struct by a table of options. Unknown
 * or repeated keys, values out of range and missing required ones are refused with the line number. What the
 * options are is said by whoever owns the table: the program's configuration, the files of the bases.
 */
#ifndef CONFIG_OPTION_FILE_H
#define CONFIG_OPTION_FILE_H

#include "pki/base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

/* What a struct member holds: const char * (text, path), int64_t (number), bool (flag). */
enum option_kind { OPTION_text, OPTION_path, OPTION_number, OPTION_flag };

struct option_row {
    const char *name;
    enum option_kind kind;
    const char *fallback; /* NULL: required */
    int64_t minimum;      /* of a number */
    int64_t maximum;
    size_t offset; /* in the struct */
    const char *help;
};

enum { OPTION_ROWS_MAX = 64 };

/* Fills `target`, a talloc object on which the texts hang. Relative paths are below *folder, which is read
 * when the first of them is stored: it may be a text of the same table, standing before every path. An empty
 * fallback of a path means none. `name` is for messages. RA_INVALID. */
RA_MUST_CHECK bool option_file_parse(void *target, const char *name, const char *text,
                                     const struct option_row *rows, size_t count, const char *const *folder,
                                     struct ra_error *error);

#endif
