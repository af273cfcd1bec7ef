/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How one official base is reached: bases_dir/KIND.conf, `key = value` lines by the table below. Without the
 * file the base is asked by people (`manual`): an agent looks it up elsewhere and records the result. With
 * the file the program asks (`http`). A file that does not hold is neither: it is told to the operator and
 * nothing is sent anywhere.
 *
 * Constant after loading. Thread rules: none shared.
 */
#ifndef IDENTIFICATION_CONSULTATION_BASE_H
#define IDENTIFICATION_CONSULTATION_BASE_H

#include "identification/breaker.h"
#include "identification/consultation_answer.h"
#include "pki/base/error.h"

#include <talloc.h>

/* X(kind, name, default, minimum, maximum, help): config/option_file.h. Relative paths are below bases_dir.
 */
#define CONSULTATION_BASE_OPTIONS(X)                                                                         \
    X(text, url, NULL, 0, 0, "where the question goes: https://…, or http:// on loopback alone")             \
    X(text, name, "", 0, 0, "the base's name in the records; empty takes the kind's own")                    \
    X(path, certificate, "", 0, 0, "PEM: our client certificate, with its chain")                            \
    X(path, key, "", 0, 0, "PEM: its key, readable by the service alone")                                    \
    X(path, ca, "", 0, 0, "PEM: the roots that the base's certificate must lead to")                         \
    X(number, timeout_ms, "5000", 100, 60000, "from connecting to the last byte of the answer")              \
    X(number, retries, "1", 0, 5, "times a question is asked again after a failure that may pass")           \
    X(number, in_flight, "4", 1, 32, "questions under way at the same time")                                 \
    X(number, breaker_failures, "5", 1, 1000, "failures in a row after which nobody waits for it")           \
    X(number, breaker_cooldown_ms, "30000", 100, 3600000, "first pause before it is tried again")            \
    X(number, fresh_seconds, "300", 1, 86400, "an answer dated earlier than this ago is stale")

struct consultation_base {
#define CONSULTATION_MEMBER_text                            const char *
#define CONSULTATION_MEMBER_path                            const char *
#define CONSULTATION_MEMBER_number                          int64_t
#define X(kind, name, default_text, minimum, maximum, help) CONSULTATION_MEMBER_##kind name;
    CONSULTATION_BASE_OPTIONS(X)
#undef X
};

enum consultation_driver {
    CONSULTATION_MANUAL, /* no file */
    CONSULTATION_HTTP,
    CONSULTATION_BROKEN, /* a file that does not hold: *error says why */
};

/* The text of a file, checked as far as that goes without a network: address, and which files must be named.
 * `folder` is where relative paths begin; `name` is for messages. RA_INVALID. */
RA_MUST_CHECK bool consultation_base_parse(TALLOC_CTX *context, enum consultation_kind kind, const char *name,
                                           const char *text, const char *folder,
                                           struct consultation_base **base, struct ra_error *error);

/* Reads folder/KIND.conf and looks at the files that it names. *base is set for HTTP alone, *error for
 * BROKEN. */
enum consultation_driver consultation_base_load(TALLOC_CTX *context, enum consultation_kind kind,
                                                const char *folder, struct consultation_base **base,
                                                struct ra_error *error);

struct breaker_settings consultation_base_breaker(const struct consultation_base *base);

/* Same settings, so that nothing that was learnt about the base is lost. */
bool consultation_base_equal(const struct consultation_base *left, const struct consultation_base *right);

#endif
