/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The very rows of sql/rules, from a private PostgreSQL, and cases written as one line each.
 *
 * A case is a list of statements, parted by ';', of words parted by blanks. People are named by their role,
 * "representative2" being the second of that role, "company" the company:
 *
 *     pf | pj                                 first; the holder, or the responsible person and the company
 *     day 2026-11-24                          of the session; this one unless said
 *     requested 2026-11-01                    day of the order; unknown unless said
 *     video
 *     born 2010-01-31                         the holder or responsible person
 *     also                                    the responsible person is a legal representative too
 *     declared nis                            by the holder or responsible person; "company cei" by the
 * company person representative 1980-01-01 fact key=value [person] policy key=value                        as
 * JSON doc ITEM kind [person] [number=N] [issued=D] [expires=D] [via=N] [unseen] [nophoto] [illegible]
 *     consult kind result [person] [day=D] [number=N] [whole] [bare]
 *     mark ITEM state [person] [reason=R]
 *
 * What is expected of it:
 *
 *     ITEM[@person]=state[:reason]            the item is there, so
 *     -ITEM[@person]                          it is not there
 *     +ITEM[@person]   !ITEM[@person]:reason  the agent may, may not accept it now
 *     waivable:ITEM[@person]  -waivable:…     a rule permits to waive it now, or not
 *     ?key[@person]  -?key[@person]           the question is asked, or not
 *     complete  open  suspended  -suspended
 */
#ifndef RULES_FIXTURE_H
#define RULES_FIXTURE_H

#include "identification/engine.h"

/* clang-format off: cmocka.h wants these four before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
/* clang-format on */

#define assert_done(call)                                                                                    \
    do {                                                                                                     \
        if (!(call))                                                                                         \
            fail_msg("%s: %s (%s)", #call, error.detail, ra_error_info(error.code)->code);                   \
    } while (0)

#define RULES_TODAY "2026-11-24"

struct rule_case {
    const char *name; /* begins with the ids of the rules it is about, parted by ", " */
    const char *given;
    const char *expected;
};

/* Group set-up and tear-down: a database with every migration and every rule. */
int rules_fixture_start(void **state);
int rules_fixture_stop(void **state);

/* One statement as the owner; the column `value` of its first row, or "". Freed with talloc_free. */
char *rules_owner_sql(const char *sql);

/* What rules_in_force() gives for a day; new reference. */
json_t *rules_snapshot_json(const char *day);
struct ruleset *rules_of_json(TALLOC_CTX *context, const json_t *snapshot);
struct ruleset *rules_on_day(TALLOC_CTX *context, const char *day);

/* A case read from its line, judged; fails the test when the line is not understood. */
struct read_case {
    struct ruleset *ruleset;
    struct engine_case of;
    struct engine_verdict verdict;
};
struct read_case *rules_read_case(TALLOC_CTX *context, const char *given);

/* Every expectation of one case: what was not met is appended to `unmet`, under the case's name. */
char *rules_check(char *unmet, const struct rule_case *one);

/* The whole verdict as one text, for comparing two of them. */
char *rules_verdict_text(TALLOC_CTX *context, const struct engine_verdict *verdict);

#endif
