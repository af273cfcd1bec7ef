/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report.pdf of an export, for an auditor to read: what it is, of which office, instance, days and signed
 * tree, how it is verified, and a table of the events. It proves nothing by itself and says so: the leaves
 * are events.jsonl. Beyond the leaf it names staff and the order's code, no citizen.
 *
 * Thread rules: everything belongs to the request.
 */
#ifndef AUDIT_EXPORT_REPORT_H
#define AUDIT_EXPORT_REPORT_H

#include "audit/log_reader.h"
#include "http/http.h"

enum { EXPORT_REPORT_MAX = 10000 }; /* events: 10000 take some seconds to set */

struct export_report;

/* Borrowed until export_report_finish. */
struct export_report_head {
    const char *from;
    const char *to;
    uint64_t first;
    uint64_t after;
    const struct log_checkpoint *checkpoint;
};

struct export_report_row {
    uint64_t n;
    const char *actor; /* name, or the word of who has none (holder, system) */
    const char *order; /* code; "" for none */
    struct bytes leaf;
};

/* RA_RULE_REFUSED, reason "report-too-long", for more than EXPORT_REPORT_MAX. Pure. */
RA_MUST_CHECK bool export_report_allows(uint64_t events, struct ra_error *error);

/* On the request's context. RA_RULE_REFUSED, reason "report-too-long", for more than EXPORT_REPORT_MAX
 * events. */
RA_MUST_CHECK bool export_report_begin(struct http_request *request, const struct export_report_head *head,
                                       struct export_report **report, struct ra_error *error);
RA_MUST_CHECK bool export_report_add(struct export_report *report, const struct export_report_row *row,
                                     struct ra_error *error);
RA_MUST_CHECK bool export_report_finish(struct export_report *report, struct bytes *pdf,
                                        struct ra_error *error);

#endif
