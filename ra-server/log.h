/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The structured log: one JSON object a line on stderr. Never personal data: no names, documents, addresses,
 * codes of orders, paths or queries; route patterns, counts, ids of requests and error codes only.
 *
 * Thread rules: callable from any thread; a line is written in one piece.
 */
#ifndef RA_SERVER_LOG_H
#define RA_SERVER_LOG_H

#include "pki/base/error.h"

enum log_level { LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* `event` is a stable word ("job-failed"); `format` and what follows are those of json_pack for one object
 * ("{s:s, s:I}"), or NULL for nothing more. */
void log_event(enum log_level level, const char *event, const char *format, ...);

/* The event with the error's code, reason and detail. */
void log_error(const char *event, const char *subject, const struct ra_error *error);

#endif
