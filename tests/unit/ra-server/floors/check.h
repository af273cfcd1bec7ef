/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmocka with the headers it wants, and a few shorthands of the floors' tests.
 */
#ifndef FLOORS_CHECK_H
#define FLOORS_CHECK_H

#include "pki/base/error.h"

/* clang-format off: cmocka.h wants these four before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
/* clang-format on */

/* The call must succeed; on failure its detail is shown. */
#define assert_done(call)                                                                                    \
    do {                                                                                                     \
        if (!(call))                                                                                         \
            fail_msg("%s: %s (%s)", #call, error.detail, ra_error_info(error.code)->code);                   \
    } while (0)

/* The call must fail with this code; the error is cleared for the next one. */
#define assert_refused(call, expected)                                                                       \
    do {                                                                                                     \
        assert_false(call);                                                                                  \
        assert_string_equal(ra_error_info(error.code)->code, ra_error_info(expected)->code);                 \
        error = (struct ra_error){0};                                                                        \
    } while (0)

#endif
