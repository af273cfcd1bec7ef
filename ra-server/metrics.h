/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every counter of the program, declared once: name and sentence. /metrics shows them in Prometheus' text
 * format. Rooms append their own rows.
 *
 * Thread rules: all functions are atomic.
 */
#ifndef RA_SERVER_METRICS_H
#define RA_SERVER_METRICS_H

#include <stdint.h>
#include <talloc.h>

/* Of each official base that is asked by machine (identification/consultation.h). */
#define METRICS_OF_BASE(X, suffix, word)                                                                     \
    X(METRIC_BASE_ASKED_##suffix, counter, "guiche_base_" word "_asked_total", "questions sent")             \
    X(METRIC_BASE_UNAVAILABLE_##suffix, counter, "guiche_base_" word "_unavailable_total",                   \
      "questions that ended without an answer to rely on")                                                   \
    X(METRIC_BASE_OPEN_##suffix, gauge, "guiche_base_" word "_breaker_open", "1 while it is not asked")

/* X(identifier, kind, name, help). Kinds: counter (only grows), gauge. */
#define METRICS(X)                                                                                           \
    X(METRIC_REQUESTS, counter, "guiche_http_requests_total", "requests answered")                           \
    X(METRIC_REQUEST_MICROSECONDS, counter, "guiche_http_request_microseconds_total",                        \
      "time from request line to answer, summed")                                                            \
    X(METRIC_REFUSED, counter, "guiche_http_refused_total", "answers of 400 to 499")                         \
    X(METRIC_FAILED, counter, "guiche_http_failed_total", "answers of 500 and above")                        \
    X(METRIC_FRAMING_REFUSED, counter, "guiche_http_framing_refused_total",                                  \
      "ambiguous or malformed requests")                                                                     \
    X(METRIC_RATE_LIMITED, counter, "guiche_http_rate_limited_total",                                        \
      "requests beyond the limit per address")                                                               \
    X(METRIC_QUEUE_FULL, counter, "guiche_http_queue_full_total", "requests turned away by a full queue")    \
    X(METRIC_REAPED, counter, "guiche_http_reaped_total", "connections closed for being too slow")           \
    X(METRIC_CONNECTIONS, gauge, "guiche_http_connections", "open connections")                              \
    X(METRIC_EVENT_STREAMS, gauge, "guiche_http_event_streams", "open streams of events")                    \
    X(METRIC_REPLAYED, counter, "guiche_http_idempotent_replays_total",                                      \
      "answers given again for the same key")                                                                \
    X(METRIC_DB_RECONNECTS, counter, "guiche_db_reconnects_total", "database connections made anew")         \
    X(METRIC_JOB_FAILURES, counter, "guiche_job_failures_total", "runs of background jobs that failed")      \
    X(METRIC_CERTIFICATES_REFUSED, counter, "guiche_certificates_refused_total",                             \
      "certificates of the AC that were not what was ordered")                                               \
    X(METRIC_REVOCATIONS_OPEN, gauge, "guiche_revocations_open", "revocations not yet seen in the CRL")      \
    X(METRIC_REVOCATIONS_PAST_TARGET, gauge, "guiche_revocations_past_target", "of those, past the target")  \
    X(METRIC_REVOCATIONS_ALARM, gauge, "guiche_revocations_alarm", "of those, past the alarm")               \
    X(METRIC_REVOCATIONS_PAST_LIMIT, gauge, "guiche_revocations_past_limit", "of those, past the limit")     \
    METRICS_OF_BASE(X, CPF, "cpf")                                                                           \
    METRICS_OF_BASE(X, CNPJ, "cnpj")                                                                         \
    METRICS_OF_BASE(X, CNH, "cnh")                                                                           \
    METRICS_OF_BASE(X, PSBIO, "psbio")

enum metric {
#define X(id, kind, name, help) id,
    METRICS(X)
#undef X
        METRIC_COUNT
};

void metric_add(enum metric metric, int64_t amount);
int64_t metric_value(enum metric metric);

/* The whole page of /metrics on `context`; NULL when memory ran out. */
char *metrics_text(TALLOC_CTX *context);

#endif
