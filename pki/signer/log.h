/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signer's log: one JSON object a line on stderr, by the instance's clock. Never personal data: order
 * codes, attempts, serials, transactions and reason words only.
 *
 * Thread rules: log_start once, before any thread; log_event from anywhere.
 */
#ifndef PKI_SIGNER_LOG_H
#define PKI_SIGNER_LOG_H

#include "pki/base/clock.h"

enum log_level {
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_ALARM, /* somebody must look: the AC sent what was not ordered, the journal cannot be written */
};

/* The clock is borrowed for the life of the process. Until it is called the machine's clock is used. */
void log_start(const struct ra_clock *clock);

/* `format` and what follows are jansson's json_pack of one object, whose members are added to the line. */
void log_event(enum log_level level, const char *event, const char *format, ...);

#endif
